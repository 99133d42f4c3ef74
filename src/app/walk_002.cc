#include <fmt/format.h>

#include <algorithm>

#include "app/embedded_files.h"
#include "app/walk.h"

namespace app {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

std::string seconds_between(std::optional<base::Time> from, std::optional<base::Time> to) {
  if (!from || !to) return "?";
  std::chrono::duration<double> passed = *to - *from;
  return fmt::format("{:.1f}s", passed.count());
}

// From FailedScheduling to running, stage by stage.
std::string split(const ScaleUp& stages, base::Time running) {
  return fmt::format(
      "from FailedScheduling to running: {} = batch {} + decide {} + launch {} + boot {} + bind "
      "and "
      "start {}",
      seconds_between(stages.failed, running), seconds_between(stages.failed, stages.found),
      seconds_between(stages.found, stages.created),
      seconds_between(stages.created, stages.launched),
      seconds_between(stages.launched, stages.ready), seconds_between(stages.ready, running));
}

}  // namespace

ports::Task<> walk_002(Walk& walk) {
  walk.chapter("Walk 002: five replicas on three nodes with room for two");
  co_await walk.until(
      "what ran before the walk runs", [&] { return walk.pods("reports", "Running") == 1; },
      minutes(1));
  walk.note(
      "three t3.medium run; one is taken by another workload, each of the others has room "
      "for one replica");
  walk.apply("kubectl apply -f provisioner.yaml", embedded_file("002-provisioner-v1alpha5.yaml"));
  walk.apply("kubectl apply -f deployment.yaml", embedded_file("002-high-spec-deployment.yaml"));
  co_await walk.until("the replica runs", [&] { return walk.is_rolled_out("app"); }, minutes(2));

  walk.teller().forget_scale_up();
  walk.scale("app", 5);
  co_await walk.until(
      "three pods are pending", [&] { return walk.unschedulable_pods("app") == 3; }, minutes(1));
  co_await walk.until(
      "five pods run", [&] { return walk.pods("app", "Running") == 5; }, minutes(5));
  walk.note(split(walk.teller().scale_up(), walk.now()));
  walk.note(fmt::format("{} machines were added, within limits of 10 cpu and 80Gi",
                        walk.managed_nodes()));

  walk.scale("app", 1);
  co_await walk.until(
      "the empty machines are gone", [&] { return walk.claims() == 0; }, minutes(5));

  walk.scale("app", 5);
  co_await walk.until(
      "five pods run", [&] { return walk.pods("app", "Running") == 5; }, minutes(5));
  std::vector<std::string> old = walk.claim_names();
  walk.note("each machine may live for 600 s");
  base::Duration longest{};
  base::Time whole_since = walk.now();
  auto replaced = [&] {
    if (walk.pods("app", "Running") == 5) {
      longest = std::max(longest, walk.now() - whole_since);
      whole_since = walk.now();
    }
    std::vector<std::string> present = walk.claim_names();
    return std::ranges::none_of(old, [&](const std::string& name) {
      return std::ranges::find(present, name) != present.end();
    });
  };
  co_await walk.until("every machine is replaced", replaced, minutes(20));
  co_await walk.until(
      "five pods run again", [&] { return replaced() && walk.pods("app", "Running") == 5; },
      minutes(5));
  walk.note(
      fmt::format("every machine was replaced; the longest time with a replica missing was {}",
                  base::human_duration(longest)));

  walk.remove_deployment("app");
  co_await walk.until("the machines are gone", [&] { return walk.claims() == 0; }, minutes(5));
}

}  // namespace app
