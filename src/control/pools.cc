#include "control/pools.h"

#include <fmt/format.h>

#include "control/edit.h"
#include "control/migrate.h"
#include "control/provision.h"
#include "model/conditions.h"
#include "model/hash.h"
#include "model/kwok_node_class.h"
#include "model/labels.h"
#include "model/resources.h"
#include "model/validate.h"

namespace control {
namespace {

const model::ConditionSet& pool_conditions() { return model::conditions_of(model::Kind::NodePool); }

// LIF-193.
void validate(model::NodePool& pool, base::Time now) {
  std::string faults;
  for (const std::string& fault : model::runtime_faults(pool)) {
    faults += (faults.empty() ? "" : "; ") + fault;
  }
  auto& conditions = pool.status.conditions;
  if (faults.empty()) {
    model::set_true(conditions, pool_conditions(), pool.metadata, model::kValidationSucceeded, "",
                    "", now);
  } else {
    model::set_false(conditions, pool_conditions(), pool.metadata, model::kValidationSucceeded,
                     "NodePoolValidationFailed", faults, now);
  }
}

const std::vector<model::Condition>& conditions_of_class(const model::Object& node_class) {
  if (node_class.is<model::KWOKNodeClass>()) {
    return node_class.as<model::KWOKNodeClass>().status.conditions;
  }
  return node_class.as<model::EC2NodeClass>().status.conditions;
}

// LIF-191.
void check_class(const World& world, model::NodePool& pool, base::Time now) {
  auto set_false = [&](std::string_view reason, std::string_view message) {
    model::set_false(pool.status.conditions, pool_conditions(), pool.metadata,
                     model::kNodeClassReady, reason, message, now);
  };
  auto found = world.classes().find(pool.spec.template_.spec.nodeClassRef.name);
  if (found == world.classes().end()) {
    return set_false("NodeClassNotFound", "NodeClass not found on cluster");
  }
  const model::Object& node_class = found->second;
  if (node_class.metadata().deletionTimestamp) {
    return set_false("NodeClassTerminating", "NodeClass is Terminating");
  }
  const model::Condition* ready =
      model::find_condition(conditions_of_class(node_class), model::kReady);
  if (ready == nullptr || ready->status == "Unknown") {
    return set_false("NodeClassReadinessUnknown", "Node Class Readiness Unknown");
  }
  if (ready->status == "False") return set_false(ready->reason, ready->message);
  model::set_true(pool.status.conditions, pool_conditions(), pool.metadata, model::kNodeClassReady,
                  "", "", now);
}

// LIF-198, LIF-199.
void show_hash(const World& world, model::NodePool& pool, Decision& decision) {
  OwnersHash wanted{model::kNodePoolHashAnnotation, model::kNodePoolHashVersionAnnotation,
                    model::node_pool_hash(pool), model::kNodePoolHashVersion};
  auto is_of_pool = [&](const model::NodeClaim& claim) {
    return model::value_of(claim.metadata.labels, model::kNodePoolLabel) == pool.metadata.name;
  };
  if (are_claims_migrated(world, pool.metadata, wanted, is_of_pool, decision)) {
    annotate(pool.metadata, wanted);
  }
}

// Without them none of the pool's nodes can be judged (DIS-072).
bool has_types(const World& world, const std::string& pool) {
  auto fetched = world.types.find(pool);
  return fetched != world.types.end() && !fetched->second.error;
}

}  // namespace

// Counting reads every node, so it is done once for all pools, and only if a node has changed.
void Pools::recount(const World& world, base::Time now, Decision& decision) {
  if (counted_version_ == world.machines_version()) return;
  base::Time next = counted_at_ + world.settings().counter_period;
  if (counted_version_ && now < next) {
    decision.wake_at(next);
    return;
  }
  usage_ = usage_by_pool(world);
  counted_version_ = world.machines_version();
  counted_at_ = now;
}

// LIF-189, LIF-190.
void Pools::show_usage(model::NodePool& pool) const {
  model::ResourceList counted;
  for (std::string_view resource :
       {model::kCpu, model::kMemory, model::kPods, model::kEphemeralStorage, model::kNodes}) {
    counted.emplace(resource, base::Quantity());
  }
  if (auto usage = usage_.find(pool.metadata.name); usage != usage_.end()) {
    for (const auto& [resource, used] : usage->second)
      counted[resource] = used;
  }
  pool.status.nodes = counted.at(std::string(model::kNodes)).value();
  pool.status.resources = std::move(counted);
}

Decision Pools::decide(World& world, base::Time now) {
  Decision decision;
  if (!world.watches_synced()) return decision;
  bool is_synced = world.is_synced();  // LIF-188: a restart never lowers the numbers
  if (is_synced) recount(world, now, decision);
  for (const auto& [name, pool] : world.pools()) {
    if (!world.is_managed(pool->spec.template_.spec.nodeClassRef) ||
        pool->metadata.deletionTimestamp) {
      continue;
    }
    model::NodePool changed = *pool;
    validate(changed, now);
    check_class(world, changed, now);
    show_hash(world, changed, decision);
    if (auto node_class = world.classes().find(pool->spec.template_.spec.nodeClassRef.name);
        node_class != world.classes().end()) {  // LIF-208
      world.registration_health.show(changed, node_class->second.metadata().generation, now);
    }
    if (is_synced) show_usage(changed);
    if (model::is_true(changed.status.conditions, model::kNodeClassReady) &&
        !has_types(world, name)) {
      Action fetch;
      fetch.key = "types/" + name;
      fetch.work = FetchInstanceTypes{pool};
      decision.actions.push_back(std::move(fetch));
    }
    if (base::to_json(changed) != base::to_json(*pool)) {
      decision.actions.push_back(
          patch_action(model::Object(pool), model::Object(std::move(changed))));
    }
  }
  return decision;
}

}  // namespace control
