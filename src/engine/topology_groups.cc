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

}  // namespace

Topology::Key& Topology::key(std::string_view written_name) {
  std::string_view name = model::normalized_label(written_name);
  auto found = std::ranges::find(keys_, name, &Key::name);
  if (found != keys_.end()) return *found;
  Key& made = keys_.emplace_back();
  made.name = name;
  made.is_hostname = name == model::kHostnameLabel;
  for (const Domain& domain : offered_domains(snapshot_, name)) {
    made.values.intern(domain.value);
    std::vector<TaintsId>& lists = made.offered.emplace_back();
    for (const auto& taints : domain.taint_lists) {
      lists.push_back(tolerance_.intern(taints));
    }
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
  filter.tolerations = tolerance_.intern(spec.tolerations);
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
  filter.is_open = !filter.honors_taints;
  if (filter.honors_affinity) {
    filter.is_open &= std::ranges::any_of(filter.alternatives, [&](const Wanted& wanted) {
      return wanted.state == nothing_ && !wanted.hostname;
    });
  }
  filter.text =
      fmt::format("{} {} {}", filter.honors_affinity, filter.honors_taints, filter.tolerations);
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

void Topology::assign_bits(Shapes& shapes) {
  std::map<std::pair<GroupId, std::int32_t>, std::size_t> pods;  // that the rule binds
  for (std::size_t index = 0; index < shapes.size(); ++index) {
    const Shape& shape = shapes[index];
    const Form& form = shape.forms.front();
    for (const auto* groups : {&form.groups, &shape.inverse_groups}) {
      for (GroupId id : *groups) {
        const Group& group = groups_[id];
        if (!group.key->is_hostname || group.kind == Kind::affinity) continue;
        pods[{id, host_rule(group, shape, form).most}] += shape.count;
      }
    }
  }
  std::vector<std::pair<std::size_t, std::pair<GroupId, std::int32_t>>> by_pods;
  for (const auto& [rule, count] : pods) {
    by_pods.emplace_back(count, rule);
  }
  std::ranges::sort(by_pods, [](const auto& a, const auto& b) {
    return std::tie(b.first, a.second) < std::tie(a.first, b.second);
  });
  by_pods.resize(std::min<std::size_t>(by_pods.size(), kBits));
  std::uint8_t bit = 0;
  for (const auto& [count, rule] : by_pods) {
    groups_[rule.first].rules.emplace_back(rule.second, bit++);
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
    const std::vector<TaintsId>& lists = group.key->offered[domain];
    bool is_open = !group.filter->honors_taints || std::ranges::any_of(lists, [&](TaintsId taints) {
      return tolerance_.tolerates(group.filter->tolerations, taints);
    });
    if (is_open) learn(group, domain);
  }
}

void Topology::add_existing_domains(Group& group) {
  if (group.key->is_hostname) return;
  for (const NodeState& state : snapshot_.nodes) {
    if (state.node == nullptr) continue;
    if (group.filter && !accepts(*group.filter, *state.node)) continue;
    auto label = state.labels().find(group.key->name);
    if (label != state.labels().end()) {
      learn(group, index_of(group.key->values.intern(label->second)));
    }
  }
}

// Where a pod bound to this node counts; for the hostname a node without the label counts under its
// name.
void Topology::count_bound(Group& group, const model::Node& node) {
  auto label = node.metadata.labels.find(group.key->name);
  bool is_there = label != node.metadata.labels.end();
  if (group.key->is_hostname) {
    HostBits closed{};
    bool is_named = is_there || !group.is_inverse;
    if (!is_named) return;
    count_host(group, hosts.intern(is_there ? label->second : node.metadata.name), closed);
  } else if (is_there) {
    count(group, index_of(group.key->values.intern(label->second)));
  }
}

void Topology::count_bound_pods(Group& group) {
  for (const BoundPods& pods : bound_) {
    const model::ObjectMeta& metadata = pods.example->metadata;
    if (!std::ranges::binary_search(group.namespaces, metadata.namespace_)) continue;
    // Without a selector everything in the namespace counts, though it selects nobody (SCH-209).
    if (!group.selector.is_absent() && !group.selector.matches(metadata.labels)) continue;
    for (const NodeState* state : pods.nodes) {
      if (group.filter && !accepts(*group.filter, *state->node)) continue;
      count_bound(group, *state->node);
    }
  }
}

// Pods that are bound now and are not to be placed: where they are counts.
void Topology::collect_bound_pods() {
  if (has_collected_) return;
  has_collected_ = true;
  std::set<std::string_view> batch;  // of those that are bound
  for (const auto& pod : snapshot_.pods) {
    if (!pod->spec->nodeName.empty()) batch.insert(pod->metadata.uid);
  }
  std::map<std::pair<std::string, model::Labels>, std::size_t> by_labels;
  for (const auto* nodes : {&snapshot_.nodes, &snapshot_.leaving}) {
    for (const NodeState& state : *nodes) {
      if (state.node == nullptr) continue;
      for (const auto& pod : state.pods) {
        if (batch.contains(pod->metadata.uid)) continue;
        for (const auto& term : required_anti_affinity(*pod->spec)) {
          count_bound(groups_[inverse_group_of(*pod, term)], *state.node);
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

bool Topology::accepts(const NodeFilter& filter, const model::Node& node) {
  if (filter.is_open) return true;
  model::Requirements labels = model::requirements_of(node.metadata.labels);
  auto label = node.metadata.labels.find(model::kHostnameLabel);
  bool is_there = label != node.metadata.labels.end();
  HostId host = hosts.intern(is_there ? label->second : node.metadata.name);
  return accepts(filter,
                 Place{states_.intern(labels), tolerance_.intern(node.spec.taints), host, 0});
}

}  // namespace engine
