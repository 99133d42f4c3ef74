#include "app/plan_output.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace app {

namespace {

namespace json = boost::json;
using Code = model::Reason::Code;

json::array keys_of(const engine::Snapshot& snapshot, const std::vector<std::size_t>& pods) {
  json::array keys;
  for (std::size_t pod : pods) {
    keys.emplace_back(key_of(snapshot, pod));
  }
  return keys;
}

double dollars(base::Money money) { return static_cast<double>(money.micros()) / 1e6; }

std::string_view reason_word(const model::Reason& reason) {
  switch (reason.code) {
    case Code::ignored:
    case Code::avoids_karpenter: return "Ignored";
    case Code::dra: return "DRA";
    case Code::no_nodepools: return "NoNodePools";
    default: return "Unschedulable";
  }
}

json::object claim_json(const engine::PlannedClaim& claim, const engine::Snapshot& snapshot) {
  json::object requests;
  for (const auto& [resource, quantity] : claim.requests) {
    requests[resource] = quantity.to_string();
  }
  json::array types;
  for (const auto& type : claim.types) {
    types.emplace_back(type->name);
  }
  json::object object{{"nodePool", claim.pool->metadata.name},
                      {"pods", keys_of(snapshot, claim.pods)},
                      {"requests", std::move(requests)},
                      {"requirements", base::to_json(claim.requirements->to_wire())},
                      {"instanceTypes", std::move(types)}};
  if (claim.cheapest) {
    object["cheapest"] = {{"instanceType", claim.cheapest->instance_type},
                          {"zone", claim.cheapest->zone},
                          {"capacityType", claim.cheapest->capacity_type},
                          {"pricePerHour", dollars(claim.cheapest->price)}};
  }
  return object;
}

// By pod, whatever the order of the input was.
json::array refusals_json(const engine::Plan& plan, const engine::Snapshot& snapshot) {
  std::vector<std::pair<std::string, const engine::Refusal*>> by_pod;
  for (const engine::Refusal& refusal : plan.refusals) {
    by_pod.emplace_back(key_of(snapshot, refusal.pod), &refusal);
  }
  std::ranges::sort(by_pod);
  json::array refusals;
  for (const auto& [pod, refusal] : by_pod) {
    refusals.push_back({{"pod", pod},
                        {"reason", reason_word(refusal->reason)},
                        {"message", refusal->reason.to_string()}});
  }
  return refusals;
}

}  // namespace

std::string key_of(const engine::Snapshot& snapshot, std::size_t pod) {
  const model::ObjectMeta& metadata = snapshot.pods[pod]->metadata;
  return metadata.namespace_ + "/" + metadata.name;
}

base::Json plan_json(const engine::Plan& plan, const engine::Snapshot& snapshot) {
  json::array claims;
  base::Money price;
  for (const engine::PlannedClaim& claim : plan.claims) {
    claims.emplace_back(claim_json(claim, snapshot));
    if (claim.cheapest) price += claim.cheapest->price;
  }
  json::array existing;
  for (const engine::PlacedOnNode& placed : plan.existing) {
    existing.push_back(
        {{"name", snapshot.nodes[placed.node].name()}, {"pods", keys_of(snapshot, placed.pods)}});
  }
  return json::object{{"nodeClaims", std::move(claims)},
                      {"existingNodes", std::move(existing)},
                      {"unschedulable", refusals_json(plan, snapshot)},
                      {"summary",
                       {{"pods", snapshot.pods.size()},
                        {"nodes", plan.claims.size()},
                        {"pricePerHour", dollars(price)}}}};
}

}  // namespace app
