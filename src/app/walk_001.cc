#include <fmt/format.h>

#include <algorithm>

#include "app/embedded_files.h"
#include "app/walk.h"
#include "model/labels.h"

namespace app {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const std::string kCategory = "karpenter.k8s.aws/instance-category";

// Requirements may be empty: any machine will do. A NodePool of today's API, since those before it
// had other defaults.
constexpr std::string_view kAnything = R"(
apiVersion: karpenter.sh/v1
kind: NodePool
metadata: {name: anything}
spec:
  template:
    spec:
      requirements: []
      nodeClassRef: {group: karpenter.k8s.aws, kind: EC2NodeClass, name: default}
  disruption: {consolidationPolicy: WhenEmpty, consolidateAfter: 60s}
)";

model::Labels in_pool(std::string_view pool) {
  return {{std::string(model::kNodePoolLabel), std::string(pool)}};
}

// Each list of requirements that the document shows, by a workload that asks for its NodePool.
ports::Task<> requirements(Walk& walk) {
  walk.deploy("web", 4, "1", in_pool("default"));
  co_await walk.rolled_out("web");
  walk.expect_nodes("web", model::kArchLabel, {"amd64"});
  walk.expect_nodes("web", model::kCapacityTypeLabel, {"spot"});
  walk.expect_nodes("web", kCategory, {"c", "m", "r"});

  walk.apply("kubectl apply -f cpu.yaml   # on-demand, instance-cpu Gt 3",
             embedded_file("001-requirements-cpu.yaml"));
  walk.deploy("wide", 1, "1", in_pool("cpu"));
  co_await walk.rolled_out("wide");
  walk.expect_nodes("wide", model::kCapacityTypeLabel, {"on-demand"});
  walk.expect_nodes("wide", "karpenter.k8s.aws/instance-cpu", {"4"});

  walk.apply("kubectl apply -f anything.yaml   # requirements: []", kAnything);
  walk.deploy("any", 1, "1", in_pool("anything"));
  co_await walk.rolled_out("any");
}

// What no NodePool allows stays pending, and is told why.
ports::Task<> outside(Walk& walk) {
  model::Labels selector = in_pool("default");
  selector[kCategory] = "t";
  walk.deploy("outside", 1, "1", selector);
  auto is_refused = [&] { return walk.refusal_of("outside").find(kCategory) != std::string::npos; };
  co_await walk.until("the pod is told which requirement excludes it", is_refused, minutes(1));
  walk.note("its event says: " + walk.refusal_of("outside"));
  co_await walk.wait(minutes(2));
  if (walk.unschedulable_pods("outside") != 1) throw WalkFailed("a pod outside was placed");
  walk.remove_deployment("outside");
}

ports::Task<> empty_machines_go(Walk& walk) {
  int of_web = static_cast<int>(walk.nodes_of("web").size());
  for (std::string_view name : {"wide", "any"})
    walk.remove_deployment(name);
  auto only_web_is_left = [&] { return walk.claims() == of_web; };
  co_await walk.until("the machines of the other NodePools are gone", only_web_is_left,
                      minutes(10));

  walk.deploy("batch", 3, "2", in_pool("default"));
  co_await walk.rolled_out("batch");
  walk.remove_deployment("batch");
  base::Time removed = walk.now();
  co_await walk.until("the empty machine is gone", only_web_is_left, minutes(10));
  base::Duration passed = walk.now() - removed;
  if (passed < seconds(60)) throw WalkFailed("an empty machine went before 60 s had passed");
  walk.note(fmt::format("WhenEmpty, consolidateAfter 60s: the empty machine was gone after {}",
                        base::human_duration(passed)));
}

ports::Task<> machines_expire(Walk& walk) {
  std::vector<std::string> old;
  for (const auto& node : walk.nodes_of("web"))
    old.push_back(node->metadata.name);
  walk.note("a week passes");
  co_await walk.wait(hours(167));
  auto are_old = [&](bool all) {
    std::size_t count = 0;
    for (const auto& node : walk.nodes_of("web"))
      count += std::ranges::find(old, node->metadata.name) != old.end() ? 1 : 0;
    return all ? count == old.size() : count > 0;
  };
  if (!are_old(true)) throw WalkFailed("a machine was replaced before its time");
  co_await walk.until(
      "machines are replaced after 168 h",
      [&] { return !are_old(false) && walk.is_rolled_out("web"); }, hours(2));
  walk.note(fmt::format("after 168 h web has moved to {}", walk.machines_of("web")));
}

}  // namespace

ports::Task<> walk_001(Walk& walk) {
  walk.chapter("Walk 001: requirements, empty machines, and their age");
  walk.apply("kubectl apply -f nodepool.yaml", embedded_file("001-nodepool.yaml"));
  co_await walk.wait(seconds(2));
  co_await requirements(walk);
  co_await outside(walk);
  co_await empty_machines_go(walk);
  co_await machines_expire(walk);
  walk.remove_deployment("web");
  co_await walk.until("the machines are gone", [&] { return walk.claims() == 0; }, minutes(10));
}

}  // namespace app
