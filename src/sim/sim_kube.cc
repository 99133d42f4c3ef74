#include "sim/sim_kube.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "sim/errors.h"
#include "sim/object_meta.h"
#include "sim/preconditions.h"

namespace sim {
namespace {

using base::Result;
using model::Object;
using ports::Change;
using ports::Task;
using std::chrono::microseconds;

microseconds draw(base::Random& random, microseconds least, microseconds most) {
  return microseconds(random.between(least.count(), most.count()));
}

Result<Object> object_of(Result<StoredPtr> stored) {
  if (!stored) return std::unexpected(std::move(stored.error()));
  return (*stored)->object;
}

}  // namespace

// One watch: what is under way arrives in the order in which it was sent.
struct SimKube::Stream : std::enable_shared_from_this<Stream> {
  Stream(ports::Clock& clock_in, base::Random random_in, std::function<void(Change)> sink_in)
      : clock(clock_in), random(std::move(random_in)), sink(std::move(sink_in)) {}

  void send(Change change) {
    base::Time arrival = clock.now() + draw(random, microseconds(1000), microseconds(3000));
    last_arrival = std::max(last_arrival, arrival);
    clock.at(last_arrival, [weak = weak_from_this(), change = std::move(change)] {
      std::shared_ptr<Stream> stream = weak.lock();
      if (stream != nullptr) stream->sink(change);
    });
  }

  ports::Clock& clock;
  base::Random random;
  std::function<void(Change)> sink;
  base::Time last_arrival{};
  std::shared_ptr<void> subscription;
};

SimKube::SimKube(Store& store, ports::Clock& clock, const base::Random& random)
    : store_(store),
      clock_(clock),
      random_(random.fork("kube")),
      request_random_(random_.fork("requests")) {}

SimKube::~SimKube() = default;

void SimKube::watch(model::Kind kind, std::function<void(Change)> sink) {
  std::string label = fmt::format("watch {} {}", streams_.size(), model::info(kind).name);
  auto stream = std::make_shared<Stream>(clock_, random_.fork(label), std::move(sink));
  const Resource& resource = store_.resource_of(kind);
  ListResult listed = store_.list(resource);
  for (const StoredPtr& item : listed.items)
    stream->send({Change::Type::put, kind, item->object});
  stream->send({Change::Type::synced, kind, {}});
  // The store outlives the subscription, which the stream holds.
  auto forward = [raw = stream.get(), kind](const WatchEvent& event) {
    bool is_removed = event.type == WatchEvent::Type::deleted;
    raw->send({is_removed ? Change::Type::removed : Change::Type::put, kind, event.object->object});
  };
  auto subscription = store_.watch(resource, listed.version, std::move(forward));
  base::check(subscription.has_value(), "a version that was just listed can be watched");
  stream->subscription = std::move(*subscription);
  streams_.push_back(std::move(stream));
}

Task<> SimKube::travel() {
  base::Time arrival = clock_.now() + draw(request_random_, microseconds(500), microseconds(2500));
  co_await clock_.wait_until(arrival);
}

Result<StoredPtr> SimKube::find(const model::Reference& reference,
                                const ports::Preconditions& preconditions) const {
  const Resource& resource = store_.resource_of(reference.kind);
  StoredPtr stored = store_.get(resource, reference.namespace_, reference.name);
  bool is_this_one = stored != nullptr && (preconditions.uid.empty() ||
                                           meta_text(stored->json, "uid") == preconditions.uid);
  if (!is_this_one) return not_found(resource, reference.name);
  Result<void> unchanged =
      check_preconditions(resource, *stored, "", preconditions.resourceVersion);
  if (!unchanged) return std::unexpected(std::move(unchanged.error()));
  return stored;
}

Task<Result<Object>> SimKube::get(model::Reference reference) {
  co_await travel();
  Result<Object> found = object_of(find(reference, {}));
  co_await travel();
  co_return found;
}

Task<Result<Object>> SimKube::create(Object object) {
  co_await travel();
  const Resource& resource = store_.resource_of(object.kind());
  Result<Object> created =
      object_of(store_.create(resource, object.metadata().namespace_, model::to_json(object)));
  co_await travel();
  co_return created;
}

Task<Result<Object>> SimKube::patch(model::Reference reference, base::Json patch,
                                    std::string subresource, ports::Preconditions preconditions) {
  co_await travel();
  Result<Object> patched = object_of(find(reference, preconditions));
  if (patched) {
    WriteOptions options;
    options.subresource = std::move(subresource);
    patched = object_of(store_.patch(store_.resource_of(reference.kind), reference.namespace_,
                                     reference.name, PatchType::merge, patch, options));
  }
  co_await travel();
  co_return patched;
}

Task<Result<void>> SimKube::remove(model::Reference reference, ports::Preconditions preconditions,
                                   std::optional<std::int64_t> grace_period_seconds) {
  co_await travel();
  Result<StoredPtr> removed = find(reference, preconditions);
  if (removed) {
    DeleteOptions options;
    options.grace_period_seconds = grace_period_seconds;
    removed = store_.remove(store_.resource_of(reference.kind), reference.namespace_,
                            reference.name, options);
  }
  co_await travel();
  if (!removed) co_return std::unexpected(std::move(removed.error()));
  co_return Result<void>();
}

Task<Result<void>> SimKube::evict(model::Reference pod, std::string uid,
                                  std::optional<std::int64_t> grace_period_seconds) {
  co_await travel();
  DeleteOptions options;
  options.uid = std::move(uid);
  options.grace_period_seconds = grace_period_seconds;
  Result<void> evicted = store_.evict(pod.namespace_, pod.name, options);
  co_await travel();
  co_return evicted;
}

}  // namespace sim
