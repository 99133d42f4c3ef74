#include "judge/groups.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>

#include "judge/filters.h"
#include "judge/topology.h"
#include "model/labels.h"

namespace judge {
namespace {

constexpr std::size_t kMostChoices = 64;

const std::vector<model::PodAffinityTerm>& required(
    const std::optional<model::PodAffinity>& affinity) {
  static const std::vector<model::PodAffinityTerm> kNone;
  return affinity ? affinity->requiredDuringSchedulingIgnoredDuringExecution : kNone;
}

std::vector<model::PodAffinityTerm> preferred(const std::optional<model::PodAffinity>& affinity) {
  std::vector<model::PodAffinityTerm> terms;
  if (!affinity) return terms;
  for (const auto& weighted : affinity->preferredDuringSchedulingIgnoredDuringExecution) {
    terms.push_back(weighted.podAffinityTerm);
  }
  return terms;
}

// The labels of the Node object, and the hostname that it has in any case.
model::Requirements place_of(const model::Node& node) {
  model::Requirements place = model::requirements_of(node.metadata.labels);
  if (!place.has(model::kHostnameLabel)) {
    place.add(model::Requirement(model::kHostnameLabel, model::Operator::In, {node.metadata.name}));
  }
  return place;
}

// Expressions as a sorted set, so that spelling makes no difference.
std::string text_of(const std::optional<model::LabelSelector>& selector) {
  if (!selector) return "absent";
  std::set<std::string> expressions;
  for (const auto& [key, value] : selector->matchLabels) {
    expressions.insert(fmt::format("{} In [{}]", key, value));
  }
  for (const auto& expression : selector->matchExpressions) {
    std::set<std::string> values(expression.values.begin(), expression.values.end());
    expressions.insert(
        fmt::format("{} {} [{}]", expression.key, expression.operator_, fmt::join(values, " ")));
  }
  return fmt::format("{}", fmt::join(expressions, ", "));
}

std::vector<std::string> listed(const model::Requirements& bin, const std::string& key) {
  const model::Requirement* requirement = bin.find(key);
  if (requirement == nullptr || requirement->is_complement()) return {};
  return requirement->values();
}

}  // namespace

Demand demand_of(const model::Pod& pod, model::PodSpec spec, const DecisionSettings& settings) {
  Demand demand{&pod, std::move(spec), {}, {}};
  demand.strict = model::strict_requirements_of(demand.spec);
  demand.wanted =
      settings.respects_preferences ? model::requirements_of(demand.spec) : demand.strict;
  return demand;
}

bool Groups::NodeFilter::accepts(const model::Requirements& place,
                                 const std::vector<model::Taint>& taints) const {
  if (honors_taints && !tolerates_all(tolerations, taints)) return false;
  return !honors_affinity || std::ranges::any_of(alternatives, [&](const auto& alternative) {
    return is_strictly_compatible(place, alternative);
  });
}

std::string Groups::NodeFilter::to_string() const {
  std::string text = fmt::format("{} {}", honors_affinity, honors_taints);
  for (const model::Requirements& alternative : alternatives) {
    text += fmt::format(" [{}", alternative.to_string());
    if (const auto* hostname = alternative.find(model::kHostnameLabel)) {
      text += ", " + hostname->to_string();
    }
    text += "]";
  }
  for (const model::Toleration& toleration : tolerations) {
    text += fmt::format(" ({} {} {} {} {})", toleration.key, toleration.operator_, toleration.value,
                        toleration.effect, toleration.tolerationSeconds.value_or(-1));
  }
  return text;
}

bool Groups::Group::selects(const model::Pod& pod) const {
  return selector && namespaces.contains(pod.metadata.namespace_) &&
         model::matches(*selector, pod.metadata.labels);
}

std::string Groups::Group::identity() const {
  return fmt::format("{}|{}|{}|{}|{}|{}|{}|{}", static_cast<int>(kind), is_inverse, key,
                     fmt::join(namespaces, ","), text_of(selector), max_skew, min_domains,
                     filter ? filter->to_string() : "");
}

// Pods that are bound and have required anti-affinity keep others away from the start (SCH-199).
Groups::Groups(const Decision& decision) : decision_(decision) {
  for (const auto& pod : decision.pods)
    batch_.insert(pod->metadata.uid);
  for (const auto* nodes : {&decision.nodes, &decision.leaving}) {
    for (const NodeInput& node : *nodes) {
      if (node.node == nullptr) continue;
      for (const auto& pod : node.pods) {
        if (is_finished(*pod) || batch_.contains(pod->metadata.uid)) continue;
        if (!pod->spec->affinity) continue;
        for (const auto& term : required(pod->spec->affinity->podAntiAffinity)) {
          Group group = of_term(*pod, term, Kind::anti_affinity);
          group.is_inverse = true;
          Group& met = meet(std::move(group));
          if (const std::string* value = label_of(*node.node, met.key)) ++met.counts[*value];
        }
      }
    }
  }
}

Groups::Group& Groups::meet(Group group) {
  auto [place, is_new] = groups_.try_emplace(group.identity(), group);
  if (is_new && !group.is_inverse) count_cluster(place->second);
  return place->second;
}

void Groups::meet(const Demand& demand) {
  for (Group& group : owned(demand))
    meet(std::move(group));
}

void Groups::meet_inverse(const model::Pod& pod) {
  if (!pod.spec->affinity) return;
  for (const auto& term : required(pod.spec->affinity->podAntiAffinity)) {
    Group group = of_term(pod, term, Kind::anti_affinity);
    group.is_inverse = true;
    meet(std::move(group));
  }
}

// In the order of SCH-216.
std::vector<Groups::Group> Groups::owned(const Demand& demand) const {
  std::vector<Group> groups;
  bool respects = decision_.settings.respects_preferences;
  for (const auto& constraint : demand.spec.topologySpreadConstraints) {
    if (constraint.whenUnsatisfiable == "ScheduleAnyway" && !respects) continue;
    groups.push_back(of_constraint(demand, constraint));
  }
  if (!demand.spec.affinity) return groups;
  const model::Affinity& affinity = *demand.spec.affinity;
  for (auto [terms, kind] : {std::pair(&affinity.podAffinity, Kind::affinity),
                             std::pair(&affinity.podAntiAffinity, Kind::anti_affinity)}) {
    for (const auto& term : required(*terms))
      groups.push_back(of_term(*demand.pod, term, kind));
    if (!respects) continue;
    for (const auto& term : preferred(*terms))
      groups.push_back(of_term(*demand.pod, term, kind));
  }
  return groups;
}

Groups::Group Groups::of_constraint(const Demand& demand,
                                    const model::TopologySpreadConstraint& constraint) const {
  Group group;
  group.kind = Kind::spread;
  group.key = model::normalized_label(constraint.topologyKey);
  group.namespaces = {demand.pod->metadata.namespace_};
  group.selector = constraint.labelSelector;
  if (group.selector) {
    group.selector = with_label_keys(*group.selector, constraint.matchLabelKeys, *demand.pod);
  }
  group.max_skew = constraint.maxSkew;
  group.min_domains = constraint.minDomains.value_or(0);
  group.filter = NodeFilter{constraint.nodeAffinityPolicy.value_or("Honor") == "Honor",
                            constraint.nodeTaintsPolicy.value_or("Ignore") == "Honor",
                            required_alternatives(demand.spec), demand.spec.tolerations};
  return group;
}

Groups::Group Groups::of_term(const model::Pod& owner, const model::PodAffinityTerm& term,
                              Kind kind) const {
  Group group;
  group.kind = kind;
  group.key = model::normalized_label(term.topologyKey);
  group.namespaces = {term.namespaces.begin(), term.namespaces.end()};
  if (term.namespaceSelector) {
    for (const auto& [name, name_space] : decision_.surroundings.namespaces) {
      if (model::matches(*term.namespaceSelector, name_space->metadata.labels)) {
        group.namespaces.insert(name);
      }
    }
  } else if (group.namespaces.empty()) {
    group.namespaces.insert(owner.metadata.namespace_);
  }
  group.selector = term.labelSelector;
  return group;
}

// Domains that nodes have, and pods that are bound (SCH-203, SCH-204). For a spread also the domains
// that NodePools offer; the other kinds ask for those with each pod (SCH-202).
void Groups::count_cluster(Group& group) const {
  bool is_hostname = group.key == model::kHostnameLabel;
  if (group.kind == Kind::spread) {
    for (const auto& [domain, taint_lists] : offered(group.key)) {
      bool is_open = std::ranges::any_of(taint_lists, [&](const auto& taints) {
        return tolerates_all(group.filter->tolerations, taints);
      });
      if (!group.filter->honors_taints || is_open) group.counts.try_emplace(domain, 0);
    }
  }
  for (const auto* nodes : {&decision_.nodes, &decision_.leaving}) {
    for (const NodeInput& node : *nodes) {
      if (node.node == nullptr) continue;
      const model::Requirements place = place_of(*node.node);
      if (group.filter && !group.filter->accepts(place, node.node->spec.taints)) continue;
      auto label = node.labels().find(group.key);
      bool is_domain = nodes == &decision_.nodes && !is_hostname && label != node.labels().end();
      if (is_domain) group.counts.try_emplace(label->second, 0);
      if (!place.has(group.key)) continue;
      for (const auto& pod : node.pods) {
        if (is_finished(*pod) || pod->metadata.deletionTimestamp) continue;
        if (batch_.contains(pod->metadata.uid)) continue;
        bool is_counted = group.selector ? group.selects(*pod)
                                         : group.namespaces.contains(pod->metadata.namespace_);
        if (is_counted) ++group.counts[place.find(group.key)->values().front()];
      }
    }
  }
}

// SCH-200, SCH-201: with the taints of each NodePool that offers the domain.
std::map<std::string, std::vector<std::vector<model::Taint>>> Groups::offered(
    const std::string& key) const {
  std::map<std::string, std::vector<std::vector<model::Taint>>> domains;
  for (const PoolOffer& offer : decision_.pools) {
    if (offer.types.empty()) continue;
    const model::NodeClaimTemplate& made_from = offer.pool->spec.template_;
    model::Requirements of_pool = model::requirements_of(made_from.spec.requirements);
    of_pool.add(model::requirements_of(made_from.metadata.labels));
    std::set<std::string> values;
    auto add = [&](const model::Requirement& requirement) {
      if (requirement.op() != model::Operator::In) return;
      values.insert(requirement.values().begin(), requirement.values().end());
    };
    add(of_pool.get(key));
    for (const auto& type : offer.types) {
      add(type->requirements.get(key).intersection(of_pool.get(key)));
    }
    for (const std::string& value : values)
      domains[value].push_back(made_from.spec.taints);
  }
  return domains;
}

std::set<std::string> Groups::known_domains(const Group& group, const Demand& demand) const {
  std::set<std::string> known;
  for (const auto& [domain, count] : group.counts)
    known.insert(domain);
  if (group.kind == Kind::spread) return known;
  for (const auto& [domain, taint_lists] : offered(group.key)) {
    bool is_open = std::ranges::any_of(taint_lists, [&](const auto& taints) {
      return tolerates_all(demand.spec.tolerations, taints);
    });
    if (is_open) known.insert(domain);
  }
  return known;
}

std::vector<model::Requirement> Groups::host_options(const Group& group, const Demand& demand,
                                                     const model::Requirements& bin) const {
  const model::Requirement hostname = bin.get(group.key);
  if (hostname.is_complement() || hostname.values().empty()) return {};
  const std::string& name = hostname.values().front();
  auto found = group.counts.find(name);
  std::int32_t count = found == group.counts.end() ? 0 : found->second;
  const model::Requirement pod_domains = demand.strict.get(group.key);
  bool selects_itself = group.selects(*demand.pod);
  bool is_allowed = false;
  if (group.kind == Kind::spread) {
    is_allowed = count + (selects_itself ? 1 : 0) <= group.max_skew;
  } else if (group.kind == Kind::anti_affinity) {
    is_allowed = count == 0;
  } else {
    bool may_be_first =
        selects_itself && std::ranges::none_of(group.counts, [&](const auto& entry) {
          return entry.second > 0 && pod_domains.has(entry.first);
        });
    is_allowed = pod_domains.has(name) && (count > 0 || may_be_first);
  }
  if (!is_allowed) return {};
  return {model::Requirement(group.key, model::Operator::In, {name})};
}

// SCH-215, SCH-216: the domains of the lowest count, if one more pod is not too many for them.
std::vector<std::string> Groups::spread(const Group& group, const Demand& demand,
                                        const std::set<std::string>& known,
                                        const model::Requirement& bin) const {
  const model::Requirement pod_domains = demand.strict.get(group.key);
  std::int32_t minimum = std::numeric_limits<std::int32_t>::max();
  std::int32_t domains = 0;
  for (const std::string& domain : known) {
    if (!pod_domains.has(domain)) continue;
    minimum = std::min(minimum, group.counts.at(domain));
    ++domains;
  }
  if (domains == 0 || domains < group.min_domains) minimum = 0;
  std::int32_t self = group.selects(*demand.pod) ? 1 : 0;
  std::vector<std::string> lowest;
  for (const std::string& domain : known) {
    std::int32_t count = group.counts.at(domain);
    if (!bin.has(domain) || count + self - minimum > group.max_skew) continue;
    if (!lowest.empty() && count > group.counts.at(lowest.front())) continue;
    if (!lowest.empty() && count < group.counts.at(lowest.front())) lowest.clear();
    lowest.push_back(domain);
  }
  return lowest;
}

std::vector<model::Requirement> Groups::options(const Group& group, const Demand& demand,
                                                const model::Requirements& bin) const {
  if (group.key == model::kHostnameLabel) return host_options(group, demand, bin);
  const std::set<std::string> known = known_domains(group, demand);
  const model::Requirement of_bin = bin.get(group.key);
  const model::Requirement of_pod = demand.strict.get(group.key);
  auto count = [&](const std::string& domain) {
    auto found = group.counts.find(domain);
    return found == group.counts.end() ? 0 : found->second;
  };
  auto one_each = [&](const std::vector<std::string>& domains) {
    std::vector<model::Requirement> each;
    for (const std::string& domain : domains) {
      each.emplace_back(group.key, model::Operator::In, std::vector<std::string>{domain});
    }
    return each;
  };
  if (group.kind == Kind::spread) return one_each(spread(group, demand, known, of_bin));

  std::vector<std::string> usable;
  std::vector<std::string> populated;
  bool is_any_populated_for_pod = false;
  for (const std::string& domain : known) {
    bool is_for_pod = of_pod.has(domain);
    if (is_for_pod && count(domain) > 0) is_any_populated_for_pod = true;
    if (!is_for_pod || !of_bin.has(domain)) continue;
    (count(domain) > 0 ? populated : usable).push_back(domain);
  }
  std::vector<std::string>& chosen = group.kind == Kind::affinity ? populated : usable;
  if (!chosen.empty()) return {model::Requirement(group.key, model::Operator::In, chosen)};
  bool may_be_first =
      group.kind == Kind::affinity && group.selects(*demand.pod) && !is_any_populated_for_pod;
  if (!may_be_first) return {};
  return one_each(usable);
}

std::vector<model::Requirements> Groups::choices(const Demand& demand,
                                                 const model::Requirements& bin) {
  std::vector<const Group*> asked;
  std::set<std::string> identities;
  for (const Group& group : owned(demand)) {
    std::string identity = group.identity();
    if (identities.insert(identity).second) asked.push_back(&groups_.at(identity));
  }
  for (const auto& [identity, group] : groups_) {
    if (group.is_inverse && group.selects(*demand.pod)) asked.push_back(&group);
  }
  std::vector<model::Requirements> combinations(1);
  for (const Group* group : asked) {
    const std::vector<model::Requirement> allowed = options(*group, demand, bin);
    std::vector<model::Requirements> longer;
    for (const model::Requirements& combination : combinations) {
      for (const model::Requirement& option : allowed) {
        if (longer.size() == kMostChoices) break;
        longer.push_back(combination);
        longer.back().add(option);
      }
    }
    combinations = std::move(longer);
  }
  return combinations;
}

void Groups::record(const model::Pod& pod, const model::Requirements& bin,
                    const std::vector<model::Taint>& taints) {
  for (auto& [identity, group] : groups_) {
    if (group.is_inverse || !group.selects(pod)) continue;
    if (group.filter && !group.filter->accepts(bin, taints)) continue;
    const std::vector<std::string> domains = listed(bin, group.key);
    if (group.kind != Kind::anti_affinity && domains.size() != 1) continue;
    for (const std::string& domain : domains)
      ++group.counts[domain];
  }
  if (!pod.spec->affinity) return;
  std::set<std::string> of_pod;
  for (const auto& term : required(pod.spec->affinity->podAntiAffinity)) {
    Group group = of_term(pod, term, Kind::anti_affinity);
    group.is_inverse = true;
    of_pod.insert(group.identity());
  }
  for (const std::string& identity : of_pod) {
    Group& group = groups_.at(identity);
    for (const std::string& domain : listed(bin, group.key))
      ++group.counts[domain];
  }
}

}  // namespace judge
