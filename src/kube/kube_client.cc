#include "kube/kube_client.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/json/value.hpp>
#include <utility>

#include "kube/paths.h"

namespace kube {
namespace {

using base::Code;
using base::Result;
using model::Object;
using ports::Task;

// Leases of kubelets alone are of interest, of the many that a cluster has (LIF-285).
constexpr std::string_view kNodeLeases = "kube-node-lease";

// A UID that does not match means that the object which was meant is gone; the server calls it a conflict.
base::Error with_uid_in_mind(base::Error error) {
  bool is_another = error.code == Code::conflict && error.message.contains("UID in precondition");
  if (is_another) error.code = Code::not_found;
  return error;
}

base::Json delete_options(const ports::Preconditions& preconditions,
                          std::optional<std::int64_t> grace_period_seconds) {
  boost::json::object options{{"apiVersion", "v1"}, {"kind", "DeleteOptions"}};
  boost::json::object demanded;
  if (!preconditions.uid.empty()) demanded["uid"] = preconditions.uid;
  if (!preconditions.resourceVersion.empty()) {
    demanded["resourceVersion"] = preconditions.resourceVersion;
  }
  if (!demanded.empty()) options["preconditions"] = std::move(demanded);
  if (grace_period_seconds) options["gracePeriodSeconds"] = *grace_period_seconds;
  return options;
}

}  // namespace

KubeClient::KubeClient(boost::asio::any_io_executor executor, ApiClient& client,
                       ports::Clock& clock, const base::Random& random, ReflectorOptions options,
                       std::function<void(const Incident&)> report)
    : executor_(std::move(executor)),
      client_(client),
      clock_(clock),
      random_(random.fork("kube")),
      options_(std::move(options)),
      report_(std::move(report)) {}

void KubeClient::watch(model::Kind kind, std::function<void(ports::Change)> sink) {
  std::unique_ptr<Reflector>& reflector = reflectors_[kind];
  bool is_first = reflector == nullptr;
  if (is_first) {
    ReflectorOptions options = options_;
    if (kind == model::Kind::Lease) options.namespace_ = kNodeLeases;
    reflector = std::make_unique<Reflector>(client_, clock_, random_.fork(model::info(kind).name),
                                            kind, std::move(options), report_);
  }
  reflector->add_sink(std::move(sink));
  if (is_first) boost::asio::co_spawn(executor_, reflector->run(), boost::asio::detached);
}

Task<Result<Object>> KubeClient::call(model::Kind kind, ApiRequest request) {
  Result<base::Json> answer = co_await client_.call(std::move(request));
  if (!answer) co_return std::unexpected(with_uid_in_mind(std::move(answer.error())));
  co_return model::read_object(kind, *answer);
}

Task<Result<Object>> KubeClient::get(model::Reference reference) {
  ApiRequest request;
  request.path = object_path(reference);
  co_return co_await call(reference.kind, std::move(request));
}

Task<Result<Object>> KubeClient::create(Object object) {
  ApiRequest request;
  request.method = "POST";
  request.path = collection_path(object.kind(), object.metadata().namespace_);
  request.body = model::to_json(object);
  co_return co_await call(object.kind(), std::move(request));
}

Task<Result<Object>> KubeClient::patch(model::Reference reference, base::Json patch,
                                       std::string subresource,
                                       ports::Preconditions preconditions) {
  ApiRequest request;
  request.method = "PATCH";
  request.path = object_path(reference, subresource);
  request.content_type = "application/merge-patch+json";
  boost::json::object& changes = patch.as_object();
  bool is_bound = !preconditions.uid.empty() || !preconditions.resourceVersion.empty();
  if (is_bound && !changes.contains("metadata")) changes["metadata"] = boost::json::object();
  if (!preconditions.uid.empty()) changes["metadata"].as_object()["uid"] = preconditions.uid;
  if (!preconditions.resourceVersion.empty()) {
    changes["metadata"].as_object()["resourceVersion"] = preconditions.resourceVersion;
  }
  request.body = std::move(patch);
  co_return co_await call(reference.kind, std::move(request));
}

Task<Result<void>> KubeClient::remove(model::Reference reference,
                                      ports::Preconditions preconditions,
                                      std::optional<std::int64_t> grace_period_seconds) {
  ApiRequest request;
  request.method = "DELETE";
  request.path = object_path(reference);
  request.body = delete_options(preconditions, grace_period_seconds);
  Result<base::Json> answer = co_await client_.call(std::move(request));
  if (!answer) co_return std::unexpected(with_uid_in_mind(std::move(answer.error())));
  co_return Result<void>();
}

Task<Result<void>> KubeClient::evict(model::Reference pod, std::string uid,
                                     std::optional<std::int64_t> grace_period_seconds) {
  ApiRequest request;
  request.method = "POST";
  request.path = object_path(pod, "eviction");
  request.waits_when_throttled = false;  // a budget that forbids it: the caller looks again later
  request.body = {{"apiVersion", "policy/v1"},
                  {"kind", "Eviction"},
                  {"metadata", {{"name", pod.name}, {"namespace", pod.namespace_}}},
                  {"deleteOptions", delete_options({std::move(uid), ""}, grace_period_seconds)}};
  Result<base::Json> answer = co_await client_.call(std::move(request));
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  co_return Result<void>();
}

}  // namespace kube
