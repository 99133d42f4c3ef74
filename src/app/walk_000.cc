#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "app/embedded_files.h"
#include "app/walk.h"
#include "base/json.h"
#include "model/labels.h"

namespace app {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

// "linux/amd64 and linux/arm64", of the document's image index.
std::string platforms_of(std::string_view index) {
  base::Result<base::Json> json = base::parse_json(index);
  const base::Json* manifests = json ? base::find_path(*json, {"manifests"}) : nullptr;
  if (manifests == nullptr || !manifests->is_array()) throw WalkFailed("the image index is wrong");
  std::string text;
  for (const base::Json& manifest : manifests->get_array()) {
    text += fmt::format("{}{}/{}", text.empty() ? "" : " and ",
                        base::string_at(manifest, {"platform", "os"}),
                        base::string_at(manifest, {"platform", "architecture"}));
  }
  return text;
}

// Spot machines can be taken back, two minutes after a word about it: that is time enough to move.
ports::Task<> interruption(Walk& walk, std::string deployment) {
  std::shared_ptr<const model::Node> node = walk.nodes_of(deployment).front();
  int replicas = walk.pods(deployment, "Running");
  base::Time noticed = walk.now();
  walk.interrupt(*node);
  auto has_moved = [&] {
    bool are_others = std::ranges::none_of(walk.nodes_of(deployment), [&](const auto& other) {
      return other->metadata.name == node->metadata.name;
    });
    return are_others && walk.pods(deployment, "Running") == replicas &&
           walk.is_rolled_out(deployment);
  };
  co_await walk.until(deployment + " has moved", has_moved, minutes(2));
  walk.note(fmt::format("{} after the notice {} runs on {}",
                        base::human_duration(walk.now() - noticed), deployment,
                        walk.machines_of(deployment)));
}

}  // namespace

ports::Task<> walk_000(Walk& walk) {
  walk.chapter("Walk 000: one NodePool for amd64 and arm64, for spot and on-demand");
  walk.apply("kubectl apply -f nodepool.yaml", embedded_file("000-nodepool.yaml"));
  co_await walk.wait(seconds(2));
  walk.note(fmt::format("one tag names images for {}: pods may run on either",
                        platforms_of(embedded_file("000-image-index.json"))));

  walk.deploy("graviton", 3, "1", {{std::string(model::kArchLabel), "arm64"}});
  co_await walk.rolled_out("graviton");
  walk.expect_nodes("graviton", model::kArchLabel, {"arm64"});

  walk.deploy("intel", 3, "1", {{std::string(model::kArchLabel), "amd64"}});
  co_await walk.rolled_out("intel");
  walk.expect_nodes("intel", model::kArchLabel, {"amd64"});

  walk.deploy("either", 6, "2");
  co_await walk.rolled_out("either");
  walk.note("whoever does not ask gets the cheapest machine of both architectures");

  walk.deploy("steady", 2, "1", {{std::string(model::kCapacityTypeLabel), "on-demand"}});
  co_await walk.rolled_out("steady");
  walk.expect_nodes("steady", model::kCapacityTypeLabel, {"on-demand"});

  co_await interruption(walk, "graviton");

  for (std::string_view name : {"graviton", "intel", "either", "steady"})
    walk.remove_deployment(name);
  co_await walk.until("the machines are gone", [&] { return walk.claims() == 0; }, minutes(10));
}

}  // namespace app
