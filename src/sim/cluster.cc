#include "sim/cluster.h"

#include <string>

#include "base/check.h"
#include "sim/admission.h"

namespace sim {

model::ClassDefaults simulated_class_defaults() {
  model::ClassDefaults defaults;
  defaults.role = "KarpenterNodeRole-demo";
  defaults.subnetSelectorTerms.emplace_back().tags["karpenter.sh/discovery"] = "demo";
  defaults.securityGroupSelectorTerms.emplace_back().tags["karpenter.sh/discovery"] = "demo";
  return defaults;
}

Cluster::Cluster(ports::Clock& clock, const base::Random& random, const StoreOptions& options)
    : store_(clock, random.fork("store"), options) {
  install_admission(store_, simulated_class_defaults());
  create_default_objects();
}

void Cluster::create_default_objects() {
  const Resource& namespaces = store_.resource_of(model::Kind::Namespace);
  const Resource* accounts = store_.find_kind("v1", "ServiceAccount");
  base::check(accounts != nullptr, "service accounts are served");
  for (const char* name : {"default", "kube-node-lease", "kube-public", "kube-system"}) {
    auto created = store_.create(namespaces, "", {{"metadata", {{"name", name}}}});
    base::check(created.has_value(), "a default namespace is valid");
    created = store_.create(*accounts, name, {{"metadata", {{"name", "default"}}}});
    base::check(created.has_value(), "a default service account is valid");
  }
}

}  // namespace sim
