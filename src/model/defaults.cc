#include "model/defaults.h"

#include <chrono>

namespace model {
namespace {

// What is given but empty is the user's mistake and is told as such.
void fill_in(base::Given<std::string>& field, const char* value) {
  if (!field.is_given()) field = value;
}

NillableDuration default_expiry() { return {std::chrono::hours(720), "720h"}; }

}  // namespace

void fill_in_defaults(NodePool& node_pool) {
  NodePoolSpec& spec = node_pool.spec;
  if (!spec.template_.spec.expireAfter) spec.template_.spec.expireAfter = default_expiry();

  if (!spec.disruption) spec.disruption.emplace();
  Disruption& disruption = *spec.disruption;
  if (!disruption.consolidateAfter) {
    disruption.consolidateAfter = NillableDuration{base::Duration::zero(), "0s"};
  }
  fill_in(disruption.consolidationPolicy, "WhenEmptyOrUnderutilized");
  if (!disruption.budgets) disruption.budgets.emplace(1);
  for (Budget& budget : *disruption.budgets)
    fill_in(budget.nodes, "10%");
}

void fill_in_defaults(NodeClaim& node_claim) {
  if (!node_claim.spec.expireAfter) node_claim.spec.expireAfter = default_expiry();
}

void fill_in_defaults(EC2NodeClass& node_class) {
  std::optional<MetadataOptions>& options = node_class.spec.metadataOptions;
  if (!options) options.emplace();
  fill_in(options->httpEndpoint, "enabled");
  fill_in(options->httpProtocolIPv6, "disabled");
  if (!options->httpPutResponseHopLimit) options->httpPutResponseHopLimit = 1;
  fill_in(options->httpTokens, "required");
}

void fill_in_defaults(CapacityBuffer& buffer) {
  std::optional<std::string>& strategy = buffer.spec.provisioningStrategy;
  if (!strategy) strategy = std::string(kActiveCapacityStrategy);
}

// Nothing has to happen before such a class can be used, so it is ready from the beginning.
void fill_in_defaults(KWOKNodeClass& node_class) {
  if (!node_class.status.conditions.empty()) return;
  Condition& ready = node_class.status.conditions.emplace_back();
  ready.type = "Ready";
  ready.status = "True";
  ready.reason = "Ready";
  ready.lastTransitionTime = base::parse_time("2024-01-01T01:01:01Z").value();
}

}  // namespace model
