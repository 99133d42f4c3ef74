#include "model/defaults.h"

#include <chrono>

namespace model {
namespace {

void fill_in(std::string& field, const char* value) {
  if (field.empty()) field = value;
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

}  // namespace model
