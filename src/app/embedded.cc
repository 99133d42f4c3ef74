#include "app/embedded.h"

#include <algorithm>

#include "base/check.h"
#include "catalog/ec2.h"

namespace app {
namespace {

// Another workload, which takes the room of one of the nodes of walk 002.
constexpr const char* kReports = R"({
  "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "reports"},
  "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "reports"}},
    "template": {"metadata": {"labels": {"app": "reports"}}, "spec": {"containers": [
      {"name": "reports", "image": "reports:1", "resources": {"requests": {"cpu": "1"}}}]}}}})";

}  // namespace

base::Result<std::unique_ptr<Embedded>> Embedded::make(const EmbeddedOptions& options) {
  catalog::Ec2Options ec2;
  ec2.region = options.region;
  ec2.spot_seed = options.seed;
  base::Result<model::InstanceTypes> types = catalog::load_ec2(ec2);
  if (!types) return std::unexpected(types.error());
  base::Result<std::vector<catalog::Zone>> zones = catalog::ec2_zones(options.region);
  if (!zones) return std::unexpected(zones.error());
  return std::unique_ptr<Embedded>(new Embedded(options, std::move(*types), std::move(*zones)));
}

Embedded::Embedded(const EmbeddedOptions& options, model::InstanceTypes types,
                   std::vector<catalog::Zone> zones)
    : clock_(context_, options.start),
      random_(options.seed),
      types_(std::move(types)),
      cluster_(clock_, random_.fork("cluster")),
      cloud_(clock_, types_, options.seed, {}),
      actors_(cluster_.store(), clock_, random_.fork("actors")),
      class_actor_(cluster_.store(), clock_, std::move(zones),
                   [warn = options.warn](const std::string&, const std::string& warning) {
                     if (warn) warn(warning);
                   }),
      kube_(cluster_.store(), clock_, random_.fork("kube")),
      controller_({context_.get_executor(), clock_, kube_, cloud_}, options.settings, journal_) {
  actors_.serve(cloud_);
  class_actor_.serve(cloud_);
}

void Embedded::add_node(const std::string& name, std::string_view instance_type,
                        std::string_view zone) {
  auto type = std::ranges::find_if(
      types_, [&](const auto& candidate) { return candidate->name == instance_type; });
  base::check(type != types_.end(), "the type of the node is in the catalogue");
  model::Labels labels;
  labels["topology.kubernetes.io/zone"] = zone;
  actors_.kubelet().add_unmanaged_node(name, *type, labels);
}

void Embedded::set_scene(std::string_view name) {
  if (name == "000" || name == "001") return;  // no node at all
  if (name == "003") {
    add_node("ip-10-0-0-10.ec2.internal", "m5.large", "us-east-1a");
    return;
  }
  add_node("ip-10-0-0-11.ec2.internal", "t3.medium", "us-east-1a");
  add_node("ip-10-0-0-12.ec2.internal", "t3.medium", "us-east-1b");
  add_node("ip-10-0-0-13.ec2.internal", "t3.medium", "us-east-1c");
  sim::Store& store = cluster_.store();
  auto created = store.create(store.resource_of(model::Kind::Deployment), "default",
                              base::parse_json(kReports).value());
  base::check(created.has_value(), "the workload of the scene is valid");
}

}  // namespace app
