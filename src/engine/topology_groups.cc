// How topology groups come into being and get their first counts.
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>
#include <tuple>
#include <utility>

#include "engine/topology.h"
#include "model/labels.h"

namespace engine {

namespace {

const std::vector<model::PodAffinityTerm>& required_anti_affinity(const model::PodSpec& spec) {
  static const std::vector<model::PodAffinityTerm> kNone;
  if (!spec.affinity || !spec.affinity->podAntiAffinity) return kNone;
  return spec.affinity->podAntiAffinity->requiredDuringSchedulingIgnoredDuringExecution;
}

// Calls f for the terms that bind a form: the required ones, and the preferred ones, which are like
// required ones until they are given up.
template <class F>
void for_each_term(const std::optional<model::PodAffinity>& affinity, bool with_preferred, F f) {
  if (!affinity) return;
  for (const auto& term : affinity->requiredDuringSchedulingIgnoredDuringExecution)
    f(term);
  if (!with_preferred) return;
  for (const auto& weighted : affinity->preferredDuringSchedulingIgnoredDuringExecution) {
    f(weighted.podAffinityTerm);
  }
}

}  // namespace

std::size_t Topology::key_number(std::string_view written_name) {
  std::string_view name = model::normalized_label(written_name);
  auto found = std::ranges::find(keys_, name, &Key::name);
  if (found != keys_.end()) return static_cast<std::size_t>(found - keys_.begin());
  Key& made = keys_.emplace_back();
  made.name = name;
  made.is_hostname = name == model::kHostnameLabel;
  for (const Domain& domain : offered_domains(snapshot_, types_, name)) {
    made.values.intern(domain.value);
    std::vector<TaintsId>& lists = made.offered.emplace_back();
    for (const auto& taints : domain.taint_lists) {
      lists.push_back(tolerance_.intern(taints));
    }
  }
  return keys_.size() - 1;
}

Topology::Identity Topology::identity_of(const Shape& shape, const Form& form,
                                         const model::TopologySpreadConstraint& constraint) {
  const model::ObjectMeta& metadata = shape.pod->metadata;
  model::Labels revision;  // SCH-208
  for (const std::string& label : constraint.matchLabelKeys) {
    auto found = metadata.labels.find(label);
    if (found != metadata.labels.end()) revision[label] = found->second;
  }
  Identity identity;
  identity.kind = Kind::spread;
  identity.key = key_number(constraint.topologyKey);
  identity.namespaces = intern_namespaces({metadata.namespace_});
  identity.selector = selectors_.intern(constraint.labelSelector, revision);
  identity.max_skew = constraint.maxSkew;
  identity.min_domains = constraint.minDomains.value_or(0);
  identity.filter = filter_of(form, constraint);
  return identity;
}

Topology::Identity Topology::identity_of(const model::Pod& pod, const model::PodAffinityTerm& term,
                                         Kind kind) {
  Identity identity;
  identity.kind = kind;
  identity.key = key_number(term.topologyKey);
  identity.namespaces = namespaces_of(pod, term);
  identity.selector = selectors_.intern(term.labelSelector);
  return identity;
}

std::size_t Topology::namespaces_of(const model::Pod& pod, const model::PodAffinityTerm& term) {
  std::set<std::string> names(term.namespaces.begin(), term.namespaces.end());
  if (term.namespaceSelector) {
    Selector selector(term.namespaceSelector);
    for (const auto& name_space : snapshot_.namespaces) {
      if (selector.matches(name_space->metadata.labels)) names.insert(name_space->metadata.name);
    }
  } else if (names.empty()) {
    names.insert(pod.metadata.namespace_);
  }
  return intern_namespaces({names.begin(), names.end()});
}

std::size_t Topology::intern_namespaces(std::vector<std::string> names) {
  auto [place, is_new] = namespaces_by_names_.try_emplace(std::move(names), namespaces_.size());
  if (is_new) namespaces_.push_back(place->first);
  return place->second;
}

std::size_t Topology::filter_of(const Form& form,
                                const model::TopologySpreadConstraint& constraint) {
  NodeFilter filter;
  filter.honors_affinity = constraint.nodeAffinityPolicy.value_or("Honor") == "Honor";
  filter.honors_taints = constraint.nodeTaintsPolicy.value_or("Ignore") == "Honor";
  filter.tolerations = form.tolerations;
  const model::PodSpec& spec = *form.spec;
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
  // The whole filter is part of a group's identity, also what the policies leave unused.
  std::string text =
      fmt::format("{} {} {}", filter.honors_affinity, filter.honors_taints, filter.tolerations);
  for (const Wanted& wanted : filter.alternatives) {
    text +=
        fmt::format(" {} {}", wanted.state, wanted.hostname ? wanted.hostname->to_string() : "");
  }
  auto [place, is_new] = filters_by_text_.try_emplace(std::move(text), filters_.size());
  if (is_new) filters_.push_back(std::move(filter));
  return place->second;
}

GroupId Topology::intern(const Identity& identity) {
  auto [place, is_new] = by_identity_.try_emplace(identity, groups_.size());
  if (!is_new) return place->second;
  Group& made = groups_.emplace_back();
  made.kind = identity.kind;
  made.is_inverse = identity.is_inverse;
  made.key = &keys_[identity.key];
  made.namespaces = &namespaces_[identity.namespaces];
  made.selector = &selectors_[identity.selector];
  made.max_skew = identity.max_skew;
  made.min_domains = identity.min_domains;
  made.identity =
      fmt::format("{} {} {} {}", identity.kind == Kind::affinity ? "affinity" : "anti-affinity",
                  made.key->name, fmt::join(*made.namespaces, ","), made.selector->text());
  if (made.kind == Kind::spread) {
    made.filter = &filters_[identity.filter];
    add_offered_domains(made);
  }
  (made.is_inverse ? inverse_index_ : index_).add(place->second, *made.selector);
  if (made.is_inverse) {
    inverse_groups_.push_back(place->second);
  } else {
    add_existing_domains(made);
    count_bound_pods(made);
  }
  return place->second;
}

GroupId Topology::inverse_group_of(const model::Pod& pod, const model::PodAffinityTerm& term) {
  Identity identity = identity_of(pod, term, Kind::anti_affinity);
  identity.is_inverse = true;
  return intern(identity);
}

void Topology::add(Shape& shape) {
  bind(shape, shape.forms.front());
  for (const model::PodAffinityTerm& term : required_anti_affinity(*shape.pod->spec)) {
    shape.inverse_owned.push_back(inverse_group_of(*shape.pod, term));
  }
}

void Topology::finish(Shapes& shapes) {
  std::ranges::sort(inverse_groups_, {}, [&](GroupId id) { return groups_[id].identity; });
  std::vector<std::size_t> rank(groups_.size(), 0);
  for (std::size_t position = 0; position < inverse_groups_.size(); ++position)
    rank[inverse_groups_[position]] = position;
  std::vector<std::vector<GroupId>> by_labels(labels_.size());
  for (LabelsId labels = 0; labels < by_labels.size(); ++labels) {
    by_labels[labels] = inverse_index_.candidates(labels_.example(labels).metadata.labels, 0);
    std::erase_if(by_labels[labels], [&](GroupId id) { return !selects(groups_[id], labels); });
    std::ranges::sort(by_labels[labels], {}, [&](GroupId id) { return rank[id]; });
  }
  for (std::size_t shape = 0; shape < shapes.size(); ++shape) {
    shapes[shape].inverse_groups = by_labels[shapes[shape].labels];
  }
  assign_bits(shapes);
}

void Topology::assign_bits(Shapes& shapes) {
  std::map<std::pair<GroupId, std::int32_t>, std::size_t> pods;  // that the rule binds
  for (std::size_t index = 0; index < shapes.size(); ++index) {
    const Shape& shape = shapes[index];
    const Form& form = shape.forms.front();
    for (const auto* groups : {&form.groups, &shape.inverse_groups}) {
      for (GroupId id : *groups) {
        Group& group = groups_[id];
        if (!group.key->is_hostname || group.kind == Kind::affinity) continue;
        selects(group, shape.labels);
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
    Group& group = groups_[rule.first];
    if (group.rules.empty()) ruled_groups_.push_back(rule.first);
    group.rules.emplace_back(rule.second, bit++);
  }
}

void Topology::bind(const Shape& shape, Form& form) {
  if (form.is_bound) return;
  form.is_bound = true;
  bool respects = snapshot_.settings.preference_policy == PreferencePolicy::Respect;
  auto add_group = [&](const Identity& identity) {
    GroupId made = intern(identity);
    bool is_new = std::ranges::find(form.groups, made) == form.groups.end();
    if (is_new) form.groups.push_back(made);
  };
  for (const auto& constraint : form.spec->topologySpreadConstraints) {
    bool is_soft = constraint.whenUnsatisfiable == "ScheduleAnyway";
    if (respects || !is_soft) add_group(identity_of(shape, form, constraint));
  }
  if (!form.spec->affinity) return;
  for_each_term(form.spec->affinity->podAffinity, respects, [&](const auto& term) {
    add_group(identity_of(*shape.pod, term, Kind::affinity));
  });
  for_each_term(form.spec->affinity->podAntiAffinity, respects, [&](const auto& term) {
    add_group(identity_of(*shape.pod, term, Kind::anti_affinity));
  });
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

// Domains of the nodes that the filter accepts; of all if there is no filter.
const DomainSet& Topology::existing_domains(Key& key, const NodeFilter* filter) {
  if (filter != nullptr && filter->is_open) filter = nullptr;
  auto [place, is_new] = key.existing.try_emplace(filter);
  if (!is_new) return place->second;
  for (const BoundNode& node : bound_nodes_) {
    if (node.is_leaving || (filter != nullptr && !accepts(*filter, node.place))) continue;
    auto label = node.state->labels().find(key.name);
    if (label != node.state->labels().end()) {
      place->second.set(index_of(key.values.intern(label->second)));
    }
  }
  return place->second;
}

void Topology::add_existing_domains(Group& group) {
  if (group.key->is_hostname) return;
  existing_domains(*group.key, group.filter).for_each([&](DomainId domain) {
    learn(group, domain);
  });
}

// Where a pod bound to this node counts; for the hostname a node without the label counts under its
// name, but not for inverse groups (SCH-199, SCH-204).
void Topology::count_bound(Group& group, const BoundNode& node) {
  if (group.key->is_hostname) {
    HostBits closed{};
    if (node.has_hostname || !group.is_inverse) count_host(group, node.place.host, closed);
    return;
  }
  const model::Labels& labels = node.state->node->metadata.labels;
  auto label = labels.find(group.key->name);
  if (label != labels.end()) count(group, index_of(group.key->values.intern(label->second)));
}

// Classes of bound pods that the selector might match, in ascending order.
std::vector<LabelsId> Topology::bound_candidates(const Selector& selector) const {
  if (auto label = selector.required_label()) {
    auto found = bound_by_label_.find(SelectorIndex::text_of(label->first, label->second));
    return found == bound_by_label_.end() ? std::vector<LabelsId>() : found->second;
  }
  std::vector<LabelsId> all;
  for (const auto& [labels, nodes] : bound_pods_)
    all.push_back(labels);
  return all;
}

void Topology::count_bound_pods(Group& group) {
  for (LabelsId labels : bound_candidates(*group.selector)) {
    const std::vector<std::uint32_t>& nodes = bound_pods_.at(labels);
    const model::ObjectMeta& metadata = labels_.example(labels).metadata;
    if (!std::ranges::binary_search(*group.namespaces, metadata.namespace_)) continue;
    // Without a selector everything in the namespace counts, though it selects nobody (SCH-209).
    if (!group.selector->is_absent() && !group.selector->matches(metadata.labels)) continue;
    for (std::uint32_t index : nodes) {
      const BoundNode& node = bound_nodes_[index];
      if (group.filter != nullptr && !accepts(*group.filter, node.place)) continue;
      count_bound(group, node);
    }
  }
}

void Topology::count_repelling(const model::Pod& pod, const BoundNode& node) {
  for (const auto& term : required_anti_affinity(*pod.spec)) {
    count_bound(groups_[inverse_group_of(pod, term)], node);
  }
}

void Topology::collect(const std::vector<StateId>& states_of_nodes, const BoundPods& bound) {
  std::set<std::string_view> batch;  // of those that are bound
  for (const auto& pod : snapshot_.pods) {
    if (!pod->spec->nodeName.empty()) batch.insert(pod->metadata.uid);
  }
  std::size_t position = 0;
  for (const auto* nodes : {&snapshot_.nodes, &snapshot_.leaving}) {
    for (const NodeState& state : *nodes) {
      const std::vector<BoundPod>& bound_here = bound[position];
      StateId labels = states_of_nodes[position++];
      if (state.node == nullptr) continue;
      const model::ObjectMeta& metadata = state.node->metadata;
      auto hostname = metadata.labels.find(model::kHostnameLabel);
      bool has_hostname = hostname != metadata.labels.end();
      HostId host = hosts.intern(has_hostname ? hostname->second : metadata.name);
      TaintsId taints = tolerance_.intern(state.node->spec.taints);
      auto index = static_cast<std::uint32_t>(bound_nodes_.size());
      bound_nodes_.push_back(
          {&state, {labels, taints, host, 0}, has_hostname, nodes == &snapshot_.leaving});
      for (std::size_t at = 0; at < state.pods.size(); ++at) {
        const auto& pod = state.pods[at];
        if (!batch.empty() && batch.contains(pod->metadata.uid)) continue;
        if (bound_here[at].repels) count_repelling(*pod, bound_nodes_.back());
        if (bound_here[at].is_terminating) continue;
        bound_pods_[labels_.of_set(bound_here[at].labels)].push_back(index);
      }
    }
  }
  for (const auto& [labels, nodes] : bound_pods_) {
    for (const auto& [key, value] : labels_.example(labels).metadata.labels)
      bound_by_label_[SelectorIndex::text_of(key, value)].push_back(labels);
  }
}

}  // namespace engine
