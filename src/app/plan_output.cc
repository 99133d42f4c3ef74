#include "app/plan_output.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "engine/buffers.h"

namespace app {

namespace {

namespace json = boost::json;
using Code = model::Reason::Code;

bool is_virtual(const engine::Snapshot& snapshot, std::size_t pod) {
  return engine::is_virtual(*snapshot.pods[pod]);
}

// Pods that exist, or will, and apart from them the virtual ones if there are any.
void add_pods(json::object& object, const engine::Snapshot& snapshot,
              const std::vector<std::size_t>& pods) {
  json::array real;
  json::array of_buffers;
  for (std::size_t pod : pods)
    (is_virtual(snapshot, pod) ? of_buffers : real).emplace_back(key_of(snapshot, pod));
  object["pods"] = std::move(real);
  if (!of_buffers.empty()) object["bufferPods"] = std::move(of_buffers);
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
  json::object object{{"nodePool", claim.pool->metadata.name}};
  add_pods(object, snapshot, claim.pods);
  object["requests"] = std::move(requests);
  object["requirements"] = base::to_json(claim.requirements->to_wire());
  object["instanceTypes"] = std::move(types);
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
    json::object entry{{"pod", pod}};
    if (auto buffer = engine::buffer_of(*snapshot.pods[refusal->pod])) {
      entry["buffer"] = buffer->first + "/" + buffer->second;
    }
    entry["reason"] = reason_word(refusal->reason);
    entry["message"] = refusal->reason.to_string();
    refusals.push_back(std::move(entry));
  }
  return refusals;
}

}  // namespace

std::string key_of(const engine::Snapshot& snapshot, std::size_t pod) {
  const model::ObjectMeta& metadata = snapshot.pods[pod]->metadata;
  return metadata.namespace_ + "/" + metadata.name;
}

std::size_t count_virtual(const engine::Snapshot& snapshot, const std::vector<std::size_t>& pods) {
  return static_cast<std::size_t>(
      std::ranges::count_if(pods, [&](std::size_t pod) { return is_virtual(snapshot, pod); }));
}

std::size_t count_virtual(const engine::Snapshot& snapshot) {
  return static_cast<std::size_t>(std::ranges::count_if(
      snapshot.pods, [](const auto& pod) { return engine::is_virtual(*pod); }));
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
    json::object node{{"name", snapshot.nodes[placed.node].name()}};
    add_pods(node, snapshot, placed.pods);
    existing.push_back(std::move(node));
  }
  const std::size_t of_buffers = count_virtual(snapshot);
  json::object summary{{"pods", snapshot.pods.size() - of_buffers}};
  if (of_buffers > 0) summary["bufferPods"] = of_buffers;
  summary["nodes"] = plan.claims.size();
  summary["pricePerHour"] = dollars(price);
  return json::object{{"nodeClaims", std::move(claims)},
                      {"existingNodes", std::move(existing)},
                      {"unschedulable", refusals_json(plan, snapshot)},
                      {"summary", std::move(summary)}};
}

}  // namespace app
