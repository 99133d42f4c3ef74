#include <fmt/format.h>

#include "app/embedded_files.h"
#include "app/walk.h"

namespace app {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

// The document's key begins with a blank; this is what its author meant.
std::string mended(std::string_view manifest) {
  constexpr std::string_view kWrong = "\" karpenter.sh/capacity-type\"";
  std::string text(manifest);
  std::size_t place = text.find(kWrong);
  if (place == std::string::npos) throw WalkFailed("the manifest has no key to mend");
  text.replace(place, kWrong.size(), "\"karpenter.sh/capacity-type\"");
  return text;
}

}  // namespace

ports::Task<> walk_003(Walk& walk) {
  walk.chapter("Walk 003: ten replicas on a cluster with room for one");
  co_await walk.until(
      "the deployment has no pods of an earlier walk", [&] { return walk.pods("inflate") == 0; },
      minutes(1));
  walk.note("one m5.large runs, with room for exactly one pod of 1 cpu");
  walk.create_deployment("inflate", "public.ecr.aws/eks-distro/kubernetes/pause:3.2");
  co_await walk.until(
      "the first pod runs", [&] { return walk.is_rolled_out("inflate"); }, minutes(2));
  walk.set_cpu_request("inflate", "1");
  co_await walk.until(
      "the rollout is complete", [&] { return walk.is_rolled_out("inflate"); }, minutes(2));

  std::string_view manifest = embedded_file("003-provisioner-v1alpha5.yaml");
  std::string refusal = walk.apply_in_vain("kubectl apply -f provisioner.yaml", manifest);
  walk.teller().tell("warning", "refused: " + refusal);
  walk.apply("kubectl apply -f provisioner.yaml   # the key mended", mended(manifest));
  co_await walk.wait(seconds(5));

  walk.teller().forget_scale_up();
  walk.scale("inflate", 10);
  base::Time scaled = walk.now();
  co_await walk.until(
      "nine pods are pending", [&] { return walk.unschedulable_pods("inflate") == 9; }, minutes(1));
  co_await walk.until(
      "ten pods run", [&] { return walk.pods("inflate", "Running") == 10; }, minutes(5));
  walk.note(fmt::format("all ten pods run, {} after the command",
                        base::human_duration(walk.now() - scaled)));
  co_await walk.wait(seconds(20));

  int nodes = walk.managed_nodes();
  walk.remove_deployment("inflate");
  base::Time removed = walk.now();
  co_await walk.until(
      "the first machine is gone", [&] { return walk.claims() < nodes; }, minutes(5));
  std::string first = base::human_duration(walk.now() - removed);
  co_await walk.until("the last machine is gone", [&] { return walk.claims() == 0; }, minutes(5));
  walk.note(fmt::format("the first machine was gone after {}, the last after {}", first,
                        base::human_duration(walk.now() - removed)));
}

}  // namespace app
