// How topology groups come into being and get their first counts.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "engine/topology.h"
#include "model/labels.h"

namespace engine {

namespace {

using AffinityTerms = std::vector<model::PodAffinityTerm>;

// The terms that bind a form: all required ones, then the preferred ones, which are like required
// ones until they are given up.
AffinityTerms terms_of(const std::optional<model::PodAffinity>& affinity, bool with_preferred) {
  if (!affinity) return {};
  AffinityTerms terms = affinity->requiredDuringSchedulingIgnoredDuringExecution;
  if (!with_preferred) return terms;
  for (const auto& weighted : affinity->preferredDuringSchedulingIgnoredDuringExecution) {
    terms.push_back(weighted.podAffinityTerm);
  }
  return terms;
}

const AffinityTerms& required_anti_affinity(const model::PodSpec& spec) {
  static const AffinityTerms kNone;
  if (!spec.affinity || !spec.affinity->podAntiAffinity) return kNone;
  return spec.affinity->podAntiAffinity->requiredDuringSchedulingIgnoredDuringExecution;
}

std::string text_of(const std::vector<model::Toleration>& tolerations) {
  std::string text;
  for (const model::Toleration& toleration : tolerations) {
    text += fmt::format("{}|{}|{}|{}|{};", toleration.key, toleration.operator_, toleration.value,
                        toleration.effect, toleration.tolerationSeconds.value_or(-1));
  }
  return text;
}

}  // namespace

Topology::Key& Topology::key(std::string_view written_name) {
  std::string_view name = model::normalized_label(written_name);
  auto found = std::ranges::find(keys_, name, &Key::name);
  if (found != keys_.end()) return *found;
  Key& made = keys_.emplace_back();
  made.name = name;
  made.is_hostname = name == model::kHostnameLabel;
  made.offered = offered_domains(snapshot_, name);
  for (const Domain& domain : made.offered) {
    made.values.intern(domain.value);
  }
  return made;
}

Topology::Group Topology::group_of(const model::Pod& pod, const model::PodSpec& spec,
                                   const model::TopologySpreadConstraint& constraint) {
  model::Labels revision;  // SCH-208
  for (const std::string& label : constraint.matchLabelKeys) {
    auto found = pod.metadata.labels.find(label);
    if (found != pod.metadata.labels.end()) revision[label] = found->second;
  }
  Group group;
  group.kind = Kind::spread;
  group.key = &key(constraint.topologyKey);
  group.namespaces = {pod.metadata.namespace_};
  group.selector = Selector(constraint.labelSelector, revision);
  group.max_skew = constraint.maxSkew;
  group.min_domains = constraint.minDomains.value_or(0);
  group.filter = filter_of(spec, constraint);
  group.identity =
      fmt::format("spread {} {} {} {} {} {}", group.key->name, group.namespaces.front(),
                  group.max_skew, group.min_domains, group.selector.text(), group.filter->text);
  return group;
}

Topology::Group Topology::group_of(const model::Pod& pod, const model::PodAffinityTerm& term,
                                   Kind kind) {
  Group group;
  group.kind = kind;
  group.key = &key(term.topologyKey);
  group.namespaces = namespaces_of(pod, term);
  group.selector = Selector(term.labelSelector);
  group.identity =
      fmt::format("{} {} {} {}", kind == Kind::affinity ? "affinity" : "anti-affinity",
                  group.key->name, fmt::join(group.namespaces, ","), group.selector.text());
  return group;
}

std::vector<std::string> Topology::namespaces_of(const model::Pod& pod,
                                                 const model::PodAffinityTerm& term) const {
  std::set<std::string> names(term.namespaces.begin(), term.namespaces.end());
  if (term.namespaceSelector) {
    Selector selector(term.namespaceSelector);
    for (const auto& name_space : snapshot_.namespaces) {
      if (selector.matches(name_space->metadata.labels)) names.insert(name_space->metadata.name);
    }
  } else if (names.empty()) {
    names.insert(pod.metadata.namespace_);
  }
  return {names.begin(), names.end()};
}

Topology::NodeFilter Topology::filter_of(const model::PodSpec& spec,
                                         const model::TopologySpreadConstraint& constraint) {
  NodeFilter filter;
  filter.honors_affinity = constraint.nodeAffinityPolicy.value_or("Honor") == "Honor";
  filter.honors_taints = constraint.nodeTaintsPolicy.value_or("Ignore") == "Honor";
  filter.tolerations = spec.tolerations;
  model::Requirements selected = model::requirements_of(spec.nodeSelector);
  const model::NodeSelector* terms = nullptr;
  if (spec.affinity && spec.affinity->nodeAffinity) {
    const auto& required =
        spec.affinity->nodeAffinity->requiredDuringSchedulingIgnoredDuringExecution;
    if (required) terms = &*required;
  }
  if (terms == nullptr || terms->nodeSelectorTerms.empty()) {
    filter.alternatives.push_back(states_.wanted(selected));
  } else {
    for (const model::NodeSelectorTerm& term : terms->nodeSelectorTerms) {
      model::Requirements both = selected;
      both.add(model::requirements_of(term.matchExpressions));
      filter.alternatives.push_back(states_.wanted(both));
    }
  }
  filter.text = fmt::format("{} {} {}", filter.honors_affinity, filter.honors_taints,
                            text_of(filter.tolerations));
  for (const Wanted& wanted : filter.alternatives) {
    filter.text +=
        fmt::format(" {} {}", wanted.state, wanted.hostname ? wanted.hostname->to_string() : "");
  }
  return filter;
}

GroupId Topology::intern(Group group) {
  auto [place, is_new] = by_identity_.try_emplace(group.identity, groups_.size());
  if (!is_new) return place->second;
  groups_.push_back(std::move(group));
  Group& made = groups_.back();
  if (made.kind == Kind::spread) add_offered_domains(made);
  if (!made.is_inverse) {
    add_existing_domains(made);
    count_bound_pods(made);
  }
  return place->second;
}

GroupId Topology::inverse_group_of(const model::Pod& pod, const model::PodAffinityTerm& term) {
  Group group = group_of(pod, term, Kind::anti_affinity);
  group.is_inverse = true;
  group.identity = "inverse " + group.identity;
  return intern(std::move(group));
}

void Topology::add(Shape& shape) {
  collect_bound_pods();
  bind(shape, shape.forms.front());
  for (const model::PodAffinityTerm& term : required_anti_affinity(*shape.pod->spec)) {
    shape.inverse_owned.push_back(inverse_group_of(*shape.pod, term));
  }
}

void Topology::finish(Shape& shape) {
  for (const auto& [identity, group] : by_identity_) {
    if (groups_[group].is_inverse && selects(groups_[group], *shape.pod)) {
      shape.inverse_groups.push_back(group);
    }
  }
}

void Topology::bind(const Shape& shape, Form& form) {
  if (form.is_bound) return;
  form.is_bound = true;
  bool respects = snapshot_.settings.preference_policy == PreferencePolicy::Respect;
  auto add_group = [&](Group group) {
    GroupId made = intern(std::move(group));
    bool is_new = std::ranges::find(form.groups, made) == form.groups.end();
    if (is_new) form.groups.push_back(made);
  };
  for (const auto& constraint : form.spec.topologySpreadConstraints) {
    bool is_soft = constraint.whenUnsatisfiable == "ScheduleAnyway";
    if (respects || !is_soft) add_group(group_of(*shape.pod, form.spec, constraint));
  }
  if (!form.spec.affinity) return;
  for (const auto& term : terms_of(form.spec.affinity->podAffinity, respects)) {
    add_group(group_of(*shape.pod, term, Kind::affinity));
  }
  for (const auto& term : terms_of(form.spec.affinity->podAntiAffinity, respects)) {
    add_group(group_of(*shape.pod, term, Kind::anti_affinity));
  }
}

void Topology::add_offered_domains(Group& group) {
  for (DomainId domain = 0; domain < group.key->offered.size(); ++domain) {
    bool is_open = !group.filter->honors_taints ||
                   is_open_to(group.key->offered[domain], group.filter->tolerations);
    if (is_open) learn(group, domain);
  }
}

void Topology::add_existing_domains(Group& group) {
  for (const NodeState& state : snapshot_.nodes) {
    if (group.key->is_hostname) {
      learn(group, index_of(group.key->values.intern(state.hostname())));
      continue;
    }
    if (state.node == nullptr) continue;
    if (group.filter && !accepts(*group.filter, *state.node)) continue;
    auto label = state.labels().find(group.key->name);
    if (label != state.labels().end()) {
      learn(group, index_of(group.key->values.intern(label->second)));
    }
  }
}

void Topology::count_bound_pods(Group& group) {
  for (const BoundPods& pods : bound_) {
    bool is_in_namespace =
        std::ranges::binary_search(group.namespaces, pods.example->metadata.namespace_);
    if (!is_in_namespace) continue;
    // Without a selector everything in the namespace counts, though it selects nobody (SCH-209).
    if (!group.selector.is_absent() && !group.selector.matches(pods.example->metadata.labels)) {
      continue;
    }
    for (const NodeState* state : pods.nodes) {
      const model::Node& node = *state->node;
      std::string_view value = model::value_of(node.metadata.labels, group.key->name);
      bool has_key = node.metadata.labels.contains(group.key->name);
      if (!has_key && group.key->is_hostname) value = node.metadata.name;
      if (!has_key && !group.key->is_hostname) continue;
      if (group.filter && !accepts(*group.filter, node)) continue;
      count(group, index_of(group.key->values.intern(value)));
    }
  }
}

// Pods that are bound now and are not to be placed: where they are counts.
void Topology::collect_bound_pods() {
  if (has_collected_) return;
  has_collected_ = true;
  std::set<std::string_view> batch;
  for (const auto& pod : snapshot_.pods) {
    batch.insert(pod->metadata.uid);
  }
  std::map<std::pair<std::string, model::Labels>, std::size_t> by_labels;
  for (const auto* nodes : {&snapshot_.nodes, &snapshot_.leaving}) {
    for (const NodeState& state : *nodes) {
      if (state.node == nullptr) continue;
      for (const auto& pod : state.pods) {
        if (batch.contains(pod->metadata.uid)) continue;
        for (const auto& term : required_anti_affinity(*pod->spec)) {
          Group& group = groups_[inverse_group_of(*pod, term)];
          auto label = state.node->metadata.labels.find(group.key->name);
          if (label == state.node->metadata.labels.end()) continue;
          count(group, index_of(group.key->values.intern(label->second)));
        }
        if (pod->metadata.deletionTimestamp) continue;
        auto [place, is_new] =
            by_labels.try_emplace({pod->metadata.namespace_, pod->metadata.labels}, bound_.size());
        if (is_new) bound_.push_back({pod.get(), {}});
        bound_[place->second].nodes.push_back(&state);
      }
    }
  }
}

}  // namespace engine
