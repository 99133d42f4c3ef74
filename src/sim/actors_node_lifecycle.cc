#include "sim/actors_node_lifecycle.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "judge/filters.h"
#include "model/labels.h"
#include "sim/actors_pods.h"

namespace sim {
namespace {

using boost::json::array;
using boost::json::object;

constexpr std::string_view kComponent = "taint-eviction-controller";
constexpr std::int64_t kLongestSeconds = 1'000'000'000;  // keeps times in range
constexpr base::Duration kQuarantine = std::chrono::seconds(40);

struct StateTaint {
  std::string_view key;
  std::string_view effect;
  bool applies = false;
};

// The taints that the state of a node decides alone.
std::array<StateTaint, 5> state_taints(const model::Node& node) {
  const model::Condition* ready = model::find_condition(node.status.conditions, "Ready");
  bool is_not_ready = ready != nullptr && ready->status == "False";
  bool is_unknown = ready != nullptr && ready->status == "Unknown";
  return {{{model::kUnschedulableTaint, "NoSchedule", node.spec.unschedulable},
           {model::kNotReadyTaint, "NoSchedule", is_not_ready},
           {model::kNotReadyTaint, "NoExecute", is_not_ready},
           {model::kUnreachableTaint, "NoSchedule", is_unknown},
           {model::kUnreachableTaint, "NoExecute", is_unknown}}};
}

bool is_taint(const base::Json& taint, const StateTaint& state) {
  return base::string_at(taint, {"key"}) == state.key &&
         base::string_at(taint, {"effect"}) == state.effect;
}

bool has_taint(const model::Node& node, const StateTaint& state) {
  return std::ranges::any_of(node.spec.taints, [&](const model::Taint& taint) {
    return taint.key == state.key && taint.effect == state.effect;
  });
}

// How long the pod may stay with the taint: nullopt for ever, zero not at all.
std::optional<base::Duration> patience(const model::Pod& pod, const model::Taint& taint) {
  std::optional<std::int64_t> least;
  bool is_tolerated = false;
  for (const model::Toleration& toleration : pod.spec->tolerations) {
    if (!judge::tolerated({toleration}, taint)) continue;
    is_tolerated = true;
    if (toleration.tolerationSeconds) {
      std::int64_t seconds =
          std::clamp<std::int64_t>(*toleration.tolerationSeconds, 0, kLongestSeconds);
      least = std::min(least.value_or(seconds), seconds);
    }
  }
  if (!is_tolerated) return base::Duration::zero();
  if (!least) return std::nullopt;
  return std::chrono::seconds(*least);
}

}  // namespace

NodeLifecycle::NodeLifecycle(const ActorContext& context, base::Random random)
    : context_(context),
      taints_(context.clock, random.fork("taints"),
              [this](const std::string& node) { sync_taints(node); }),
      evictions_(context.clock, random.fork("evictions"),
                 [this](const std::string& node) { evict_from(node); }),
      lost_(context.clock, random.fork("lost"),
            [this](const std::string& node) { collect_pods_of(node); }) {
  watches_.push_back(follow(context_.store, model::Kind::Node,
                            [this](const WatchEvent& event) { see_node(event); }));
  watches_.push_back(follow(context_.store, model::Kind::Pod,
                            [this](const WatchEvent& event) { see_pod(event); }));
}

void NodeLifecycle::see_node(const WatchEvent& event) {
  const auto& node = event.object->object.as<model::Node>();
  const std::string& name = node.metadata.name;
  if (event.type == WatchEvent::Type::deleted) {
    no_execute_since_.erase(name);
    lost_.add_at(context_.clock.now() + kQuarantine, name);
    return;
  }
  bool is_due = std::ranges::any_of(state_taints(node), [&](const StateTaint& state) {
    return state.applies != has_taint(node, state);
  });
  if (is_due) taints_.add(name);
  std::map<std::string, base::Time> since;
  std::map<std::string, base::Time>& before = no_execute_since_[name];
  for (const model::Taint& taint : node.spec.taints) {
    if (taint.effect != "NoExecute") continue;
    auto known = before.find(taint.key);
    since[taint.key] = known == before.end() ? context_.clock.now() : known->second;
  }
  bool is_new = !std::ranges::includes(before, since);
  before = std::move(since);
  if (is_new) evictions_.add(name);
}

void NodeLifecycle::see_pod(const WatchEvent& event) {
  const auto& pod = event.object->object.as<model::Pod>();
  const std::string& node = pod.spec->nodeName;
  if (event.type == WatchEvent::Type::deleted || node.empty()) return;
  bool was_bound =
      event.before != nullptr && !event.before->object.as<model::Pod>().spec->nodeName.empty();
  if (was_bound) return;
  auto since = no_execute_since_.find(node);
  if (since == no_execute_since_.end()) {
    lost_.add_at(context_.clock.now() + kQuarantine, node);
  } else if (!since->second.empty()) {
    evictions_.add(node);
  }
}

void NodeLifecycle::sync_taints(const std::string& name) {
  auto node = find<model::Node>(context_.store, {"", name});
  if (node == nullptr) return;
  edit(context_.store, model::Kind::Node, {"", name}, [&](object& value) {
    array& taints = array_at(object_at(value, "spec"), "taints");
    for (const StateTaint& state : state_taints(*node)) {
      auto is_this = [&](const base::Json& taint) { return is_taint(taint, state); };
      if (!state.applies) {
        taints.erase(std::remove_if(taints.begin(), taints.end(), is_this), taints.end());
      } else if (std::ranges::none_of(taints, is_this)) {
        taints.push_back(object{{"key", text(state.key)},
                                {"effect", text(state.effect)},
                                {"timeAdded", text(context_.clock.now())}});
      }
    }
    if (taints.empty()) object_at(value, "spec").erase("taints");
  });
}

void NodeLifecycle::evict_from(const std::string& name) {
  auto node = find<model::Node>(context_.store, {"", name});
  if (node == nullptr) return;
  base::Time now = context_.clock.now();
  for (const auto& pod : list<model::Pod>(context_.store)) {
    if (pod->spec->nodeName != name || !is_active(*pod)) continue;
    std::optional<base::Time> until;
    for (const model::Taint& taint : node->spec.taints) {
      if (taint.effect != "NoExecute") continue;
      std::optional<base::Duration> seconds = patience(*pod, taint);
      if (!seconds) continue;
      base::Time end = no_execute_since_[name].try_emplace(taint.key, now).first->second + *seconds;
      until = std::min(until.value_or(end), end);
    }
    if (until && *until <= now) {
      evict(*pod);
    } else if (until) {
      evictions_.add_at(*until, name);
    }
  }
}

void NodeLifecycle::evict(const model::Pod& pod) {
  StoredPtr stored = find(context_.store, model::Kind::Pod, key_of(pod.metadata));
  context_.events.normal(
      kComponent, stored->object, "TaintManagerEviction",
      fmt::format("Marking for deletion Pod {}", to_string(key_of(pod.metadata))));
  remove(context_.store, model::Kind::Pod, pod.metadata);
}

void NodeLifecycle::collect_pods_of(const std::string& name) {
  if (find<model::Node>(context_.store, {"", name}) != nullptr) return;
  for (const auto& pod : list<model::Pod>(context_.store)) {
    if (pod->spec->nodeName == name) remove_now(context_.store, pod->metadata);
  }
}

}  // namespace sim
