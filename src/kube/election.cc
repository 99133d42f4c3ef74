#include "kube/election.h"

#include <fmt/format.h>

#include <boost/json/value.hpp>
#include <utility>

#include "kube/paths.h"

namespace kube {
namespace {

using base::Code;
using base::Result;
using ports::Task;

std::int64_t integer_at(const base::Json& value, std::string_view name) {
  const base::Json* member = base::find_path(value, {"spec", name});
  return member != nullptr && member->is_int64() ? member->as_int64() : 0;
}

}  // namespace

Election::Election(ApiClient& client, ports::Clock& clock, base::Random random,
                   ElectionOptions options, std::function<void(const std::string&)> report)
    : client_(client),
      clock_(clock),
      random_(std::move(random)),
      options_(std::move(options)),
      report_(std::move(report)) {}

bool Election::holds() const {
  return is_ours_ && clock_.now() < renewed_at_ + options_.renew_deadline;
}

// A little random, so that replicas which start together do not ask together.
Task<> Election::pause() {
  base::Duration period = options_.retry_period;
  base::Duration jitter(random_.between(0, period.count() / 5));
  co_await clock_.wait_until(clock_.now() + period + jitter);
}

Task<> Election::win() {
  while (true) {
    Result<void> tried = co_await try_once();
    if (holds()) co_return;
    if (!tried) report_(tried.error().message);
    co_await pause();
  }
}

Task<> Election::keep() {
  while (holds()) {
    co_await clock_.wait_until(clock_.now() + options_.retry_period);
    if (is_leaving_) co_return;
    Result<void> tried = co_await try_once();
    if (!tried) report_(tried.error().message);
  }
  is_ours_ = false;
}

// Reads the lease, and writes it if it is free, ours, or has not changed for its duration.
Task<Result<void>> Election::try_once() {
  base::Time started = clock_.now();
  ApiRequest request;
  request.path = object_path({model::Kind::Lease, options_.namespace_, options_.name});
  request.timeout = std::chrono::seconds(5);
  Result<base::Json> lease = co_await client_.call(std::move(request));
  bool exists = lease || lease.error().code != Code::not_found;
  if (!lease && exists) co_return std::unexpected(std::move(lease.error()));
  base::Json before = lease ? std::move(*lease) : base::Json(boost::json::object());
  std::string holder(base::string_at(before, {"spec", "holderIdentity"}));
  std::string version(base::string_at(before, {"metadata", "resourceVersion"}));
  if (version != seen_version_) {
    seen_version_ = version;
    seen_at_ = clock_.now();
  }
  if (std::exchange(seen_holder_, holder) != holder && !holder.empty()) {
    report_(fmt::format("{} leads", holder));
  }
  bool is_mine = holder == options_.identity;
  base::Duration promised = std::chrono::seconds(integer_at(before, "leaseDurationSeconds"));
  bool is_free = holder.empty() || clock_.now() >= seen_at_ + promised;
  if (!is_mine) is_ours_ = false;
  if (!is_mine && !is_free) co_return Result<void>();
  Result<void> written = co_await write(record(before, !is_mine), exists);
  if (written && !is_leaving_) {
    is_ours_ = true;
    renewed_at_ = started;
  }
  co_return written;
}

base::Json Election::record(const base::Json& before, bool takes_over) const {
  std::string now = base::print_micro_time(clock_.now());
  boost::json::object lease = before.as_object();
  if (lease.empty()) {
    lease = {{"apiVersion", "coordination.k8s.io/v1"},
             {"kind", "Lease"},
             {"metadata", {{"name", options_.name}, {"namespace", options_.namespace_}}}};
  }
  boost::json::object spec;
  if (const base::Json* old = base::find_path(before, {"spec"}); old && old->is_object()) {
    spec = old->as_object();
  }
  spec["holderIdentity"] = options_.identity;
  spec["leaseDurationSeconds"] = options_.lease_duration.count();
  spec["renewTime"] = now;
  if (takes_over) {
    spec["acquireTime"] = now;
    spec["leaseTransitions"] =
        before.as_object().empty() ? 0 : integer_at(before, "leaseTransitions") + 1;
  }
  lease["spec"] = std::move(spec);
  return lease;
}

// The resource version that was read travels with it: of two who try, one fails.
Task<Result<void>> Election::write(const base::Json& lease, bool exists) {
  model::Reference reference{model::Kind::Lease, options_.namespace_, options_.name};
  ApiRequest request;
  request.method = exists ? "PUT" : "POST";
  request.path =
      exists ? object_path(reference) : collection_path(model::Kind::Lease, options_.namespace_);
  request.timeout = std::chrono::seconds(5);
  request.body = lease;
  Result<base::Json> answer = co_await client_.call(std::move(request));
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  seen_version_ = base::string_at(*answer, {"metadata", "resourceVersion"});
  seen_at_ = clock_.now();
  seen_holder_ = base::string_at(*answer, {"spec", "holderIdentity"});
  co_return Result<void>();
}

Task<> Election::release() {
  is_leaving_ = true;
  if (!holds()) co_return;
  is_ours_ = false;  // nothing is written under it from here on
  ApiRequest request;
  request.path = object_path({model::Kind::Lease, options_.namespace_, options_.name});
  request.timeout = std::chrono::seconds(5);
  Result<base::Json> lease = co_await client_.call(std::move(request));
  bool is_mine = lease && base::string_at(*lease, {"spec", "holderIdentity"}) == options_.identity;
  if (!is_mine) co_return;
  boost::json::object freed = record(*lease, false).as_object();
  freed["spec"].as_object()["holderIdentity"] = "";
  freed["spec"].as_object()["leaseDurationSeconds"] = 1;
  Result<void> written = co_await write(freed, true);
  if (!written) report_(written.error().message);
}

}  // namespace kube
