#include "control/restless_ports_test.h"

#include <fmt/format.h>

#include <algorithm>

#include "control/action.h"
#include "control/budgets.h"
#include "model/conditions.h"
#include "model/labels.h"
#include "model/node.h"
#include "model/node_class.h"
#include "model/node_pool.h"

namespace control {

using base::Result;
using ports::Task;

// --- Watchman

template <class T>
std::shared_ptr<const T> Watchman::find(const std::string& name_space,
                                        const std::string& name) const {
  sim::StoredPtr stored = store_.get(store_.resource_of(model::kind_of<T>()), name_space, name);
  return stored ? stored->object.share<T>() : nullptr;
}

namespace {

bool is_ours(const model::NodeClaim& claim) {
  return claim.spec.nodeClassRef.group == "karpenter.k8s.aws";
}

// Before it is registered, a Node of ours has no label that says so.
bool is_foreign(const model::Node& node) { return node.metadata.name.starts_with("foreign"); }

}  // namespace

// A Node leaves when somebody has deleted it.
bool Watchman::is_leaving(const std::string& node) const {
  auto found = find<model::Node>("", node);
  return found == nullptr || (!is_foreign(*found) && found->metadata.deletionTimestamp);
}

void Watchman::look_at_patch(const model::Reference& reference, const base::Json& patch) {
  if (reference.kind == model::Kind::NodeClaim) {
    auto claim = find<model::NodeClaim>("", reference.name);
    if (claim == nullptr) return;
    if (!is_ours(*claim)) complain("patch of a foreign NodeClaim " + reference.name);
    const model::Condition* before =
        model::find_condition(claim->status.conditions, model::kDisruptionReason);
    bool sets_reason = base::print_json(patch).find(model::kDisruptionReason) != std::string::npos;
    bool is_marked = before != nullptr && before->status == "True";
    if (sets_reason && !is_marked) check_budget(*claim);
  } else if (reference.kind == model::Kind::Node) {
    auto node = find<model::Node>("", reference.name);
    if (node && is_foreign(*node)) complain("patch of a foreign Node " + reference.name);
  } else if (reference.kind == model::Kind::EC2NodeClass) {
    if (base::find_path(patch, {"spec"}) != nullptr) {
      complain("patch of the spec of " + key_of(reference));
    }
  } else if (reference.kind != model::Kind::NodePool) {
    complain("patch of " + key_of(reference));
  }
}

// DIS-090 to DIS-100: with this one, no more nodes of the pool are being disrupted than its budget
// allows. Nodes that others take away count as well, but nobody asks the budget about those.
void Watchman::check_budget(const model::NodeClaim& claim) {
  marked_.insert(claim.metadata.uid);
  std::string pool(model::value_of(claim.metadata.labels, model::kNodePoolLabel));
  auto of = find<model::NodePool>("", pool);
  if (of == nullptr) return;
  std::int64_t total = 0;
  std::int64_t disrupted = 0;
  for (const sim::StoredPtr& stored :
       store_.list(store_.resource_of(model::Kind::NodeClaim)).items) {
    const auto& other = stored->object.as<model::NodeClaim>();
    const auto& conditions = other.status.conditions;
    if (model::value_of(other.metadata.labels, model::kNodePoolLabel) != pool ||
        !model::is_true(conditions, model::kInitialized) ||
        model::is_true(conditions, model::kInstanceTerminating)) {
      continue;
    }
    ++total;
    bool is_going =
        other.metadata.deletionTimestamp && model::is_true(conditions, model::kDisruptionReason);
    if (is_going || marked_.contains(other.metadata.uid)) ++disrupted;
  }
  std::int64_t allowed = allowed_disruptions(*of, "Empty", total, base::Time{});
  if (disrupted > allowed) {
    complain(fmt::format("{} nodes of {} are disrupted at once, {} of {} may be", disrupted, pool,
                         allowed, total));
  }
}

// LIF-174: the deadline of its claim leaves the pod less than its grace period.
bool Watchman::is_due(const model::Pod& pod) const {
  auto node = find<model::Node>("", pod.spec->nodeName);
  if (node == nullptr) return true;
  for (const sim::StoredPtr& stored :
       store_.list(store_.resource_of(model::Kind::NodeClaim)).items) {
    const auto& claim = stored->object.as<model::NodeClaim>();
    if (claim.status.providerID != node->spec.providerID) continue;
    auto deadline = base::parse_time(
        model::value_of(claim.metadata.annotations, model::kTerminationTimestampAnnotation));
    if (!deadline) return false;
    auto grace = std::chrono::seconds(pod.spec->terminationGracePeriodSeconds.value_or(30));
    return clock_.now() >= *deadline - grace ||
           (pod.metadata.deletionTimestamp && *pod.metadata.deletionTimestamp > *deadline);
  }
  return false;
}

void Watchman::look_at_removal(const model::Reference& reference, bool is_forced) {
  switch (reference.kind) {
    case model::Kind::NodeClaim: {
      auto claim = find<model::NodeClaim>("", reference.name);
      if (claim && !is_ours(*claim)) complain("deletes a foreign NodeClaim " + reference.name);
      break;
    }
    case model::Kind::Node: {
      auto node = find<model::Node>("", reference.name);
      if (node && is_foreign(*node)) complain("deletes a foreign Node " + reference.name);
      break;
    }
    case model::Kind::Pod: {
      auto pod = find<model::Pod>(reference.namespace_, reference.name);
      if (!is_forced) complain("deletes a pod without a grace period " + reference.name);
      if (pod && !is_leaving(pod->spec->nodeName)) complain("deletes a pod of a node that stays");
      if (pod && !is_due(*pod)) complain("forces a pod before its deadline");
      break;
    }
    default: complain("deletes " + key_of(reference));
  }
}

void Watchman::look_at_eviction(const model::Reference& reference) {
  auto pod = find<model::Pod>(reference.namespace_, reference.name);
  if (pod && !is_leaving(pod->spec->nodeName)) {
    complain("evicts " + reference.name + " of a node that stays");
  }
}

// An instance ends because its claim is deleted, or since it has none.
void Watchman::look_at_termination(const std::string& providerID) {
  for (const sim::RunningInstance& instance : cloud_.running()) {
    if (instance.providerID != providerID || instance.terminating) continue;
    auto claim = find<model::NodeClaim>("", instance.nodeclaim);
    bool is_shown =
        claim && (claim->status.providerID == providerID || claim->status.providerID.empty());
    if (is_shown && !claim->metadata.deletionTimestamp) {
      complain("terminates " + providerID + " of the living claim " + instance.nodeclaim);
    }
    return;
  }
}

// --- Life

Life::Life(const Place& place, const base::Random& random, Settings settings)
    : place_(place),
      random_(random.fork("weather")),
      kube_(place.store, place.clock, random.fork("kube")),
      controller_({place.context.get_executor(), *this, *this, *this}, std::move(settings),
                  journal_) {
  controller_.start();
}

void Life::at(base::Time when, std::move_only_function<void()> handler) {
  place_.clock.at(when, [this, handler = std::move(handler)]() mutable {
    if (!is_over_) handler();
  });
}

base::Duration Life::delay() {
  std::int64_t most = happens(place_.weather.late) ? 5000 : 20;
  return std::chrono::milliseconds(random_.between(0, most));
}

template <class T>
Task<Result<T>> Life::ask(std::string key, std::function<void()> judge,
                          std::function<Task<Result<T>>()> act) {
  auto lost = [] { return base::fail(base::Code::unavailable, "the weather is bad"); };
  if (is_over_) co_return lost();
  if (!key.empty() && !under_way_.insert(key).second) {
    place_.watchman.complain("twice at once: " + key);
  }
  if (judge) judge();
  bool is_request_lost = happens(place_.weather.request_lost);
  bool is_answer_lost = happens(place_.weather.answer_lost);
  co_await place_.clock.wait_until(now() + delay());
  std::optional<Result<T>> answer;
  if (!is_request_lost) answer = co_await act();
  co_await place_.clock.wait_until(now() + delay());
  under_way_.erase(key);
  if (is_over_ || is_request_lost || is_answer_lost) co_return lost();
  co_return std::move(*answer);
}

void Life::watch(model::Kind kind, std::function<void(ports::Change)> sink) {
  kube_.watch(kind, [this, sink = std::move(sink)](ports::Change change) {
    if (!is_over_) sink(std::move(change));
  });
}

Task<Result<model::Object>> Life::get(model::Reference reference) {
  return ask<model::Object>("", {}, [this, reference] { return kube_.get(reference); });
}

Task<Result<model::Object>> Life::create(model::Object object) {
  return ask<model::Object>("", {}, [this, object] { return kube_.create(object); });
}

Task<Result<model::Object>> Life::patch(model::Reference reference, base::Json patch,
                                        std::string subresource,
                                        ports::Preconditions preconditions) {
  return ask<model::Object>(
      key_of(reference),
      [this, reference, patch] { place_.watchman.look_at_patch(reference, patch); },
      [this, reference, patch, subresource, preconditions] {
        return kube_.patch(reference, patch, subresource, preconditions);
      });
}

Task<Result<void>> Life::remove(model::Reference reference, ports::Preconditions preconditions,
                                std::optional<std::int64_t> grace) {
  return ask<void>(
      key_of(reference),
      [this, reference, grace] { place_.watchman.look_at_removal(reference, grace.has_value()); },
      [this, reference, preconditions, grace] {
        return kube_.remove(reference, preconditions, grace);
      });
}

Task<Result<void>> Life::evict(model::Reference pod, std::string uid,
                               std::optional<std::int64_t> grace) {
  return ask<void>(
      key_of(pod), [this, pod] { place_.watchman.look_at_eviction(pod); },
      [this, pod, uid, grace] { return kube_.evict(pod, uid, grace); });
}

Task<Result<model::InstanceTypes>> Life::instance_types(const model::NodePool& pool) {
  return ask<model::InstanceTypes>("types " + pool.metadata.name, {},
                                   [this, copy = pool]() -> Task<Result<model::InstanceTypes>> {
                                     return place_.cloud.instance_types(copy);
                                   });
}

Task<Result<ports::Launched>> Life::launch(const model::NodeClaim& claim) {
  auto copy = std::make_shared<const model::NodeClaim>(claim);
  return ask<ports::Launched>(
      "launch " + claim.metadata.uid, [this] { ++place_.watchman.launches; },
      [this, copy] { return place_.cloud.launch(*copy); });
}

Task<Result<void>> Life::terminate(std::string providerID) {
  return ask<void>(
      "terminate " + providerID,
      [this, providerID] { place_.watchman.look_at_termination(providerID); },
      [this, providerID] { return place_.cloud.terminate(providerID); });
}

Task<Result<ports::Instance>> Life::describe(std::string providerID) {
  return ask<ports::Instance>("describe " + providerID, {},
                              [this, providerID] { return place_.cloud.describe(providerID); });
}

Task<Result<std::vector<ports::Instance>>> Life::list() {
  return ask<std::vector<ports::Instance>>("list", {}, [this] { return place_.cloud.list(); });
}

void Life::watch_notices(std::function<void(ports::InstanceNotice)> sink) {
  notice_sink_ = std::move(sink);
  at(now(), [this] {
    for (const auto& [id, notice] : Notices(place_.notices))
      notice_sink_(notice);
  });
}

void Life::deliver(const ports::InstanceNotice& notice) {
  if (notice_sink_) notice_sink_(notice);
}

Task<Result<void>> Life::acknowledge(std::string id) {
  return ask<void>("acknowledge " + id, {}, [this, id]() -> Task<Result<void>> {
    place_.notices.erase(id);
    co_return Result<void>();
  });
}

void Life::mark_unavailable(const ports::OfferingKey& offering) {
  place_.cloud.mark_unavailable(offering);
}

}  // namespace control
