#include "engine/topology.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "model/labels.h"

namespace engine {

namespace {

constexpr std::size_t kMostChoices = 64;       // SCH-216
constexpr std::size_t kMostCountsInText = 25;  // SCH-214

}  // namespace

Topology::Topology(const Snapshot& snapshot, States& states)
    : snapshot_(snapshot), states_(states) {}

void Topology::learn(Group& group, DomainId domain) {
  if (domain >= group.counts.size()) group.counts.resize(domain + 1, kUnknown);
  group.counts[domain] = std::max(group.counts[domain], 0);
}

void Topology::count(Group& group, DomainId domain) {
  learn(group, domain);
  if (group.counts[domain]++ == 0) ++group.populated;
}

std::int32_t Topology::count_of(const Group& group, DomainId domain) {
  return domain < group.counts.size() ? std::max(group.counts[domain], 0) : 0;
}

bool Topology::selects(const Group& group, const model::Pod& pod) const {
  return std::ranges::binary_search(group.namespaces, pod.metadata.namespace_) &&
         group.selector.matches(pod.metadata.labels);
}

bool Topology::accepts(const NodeFilter& filter, const Place& place) {
  if (filter.honors_taints && !std::ranges::all_of(place.taints, [&](const model::Taint& taint) {
        return model::tolerates(filter.tolerations, taint);
      })) {
    return false;
  }
  return !filter.honors_affinity ||
         std::ranges::any_of(filter.alternatives, [&](const Wanted& wanted) {
           return wanted.accepts_host(place.hostname) &&
                  states_.narrow(place.state, wanted.state, Meeting::strict).has_value();
         });
}

bool Topology::accepts(const NodeFilter& filter, const model::Node& node) {
  model::Requirements labels = model::requirements_of(node.metadata.labels);
  std::string hostname = labels.get(model::kHostnameLabel).any_value();
  if (!labels.has(model::kHostnameLabel)) hostname = node.metadata.name;
  return accepts(filter, Place{states_.intern(labels), hostname, node.spec.taints});
}

// Offered domains are known to (anti-)affinity groups as far as the pod could use them; a spread
// group has learnt them when it was made (SCH-202).
bool Topology::is_known(const Group& group, const Form& form, DomainId domain) const {
  if (domain < group.counts.size() && group.counts[domain] != kUnknown) return true;
  return group.kind != Kind::spread && domain < group.key->offered.size() &&
         is_open_to(group.key->offered[domain], form.spec.tolerations);
}

bool Topology::allows(Key& key, StateId state, DomainId domain) {
  if (state >= key.allowed.size()) key.allowed.resize(state + 1);
  auto& allowed = key.allowed[state];
  if (allowed == nullptr) allowed = std::make_unique<std::vector<bool>>();
  if (allowed->size() < key.values.size()) {
    const model::Requirement requirement = states_[state].get(key.name);
    for (DomainId next = allowed->size(); next < key.values.size(); ++next) {
      allowed->push_back(requirement.has(key.values.view(static_cast<base::Text>(next))));
    }
  }
  return (*allowed)[domain];
}

// The domains that the place has for certain: none if its label is open.
std::vector<Topology::DomainId> Topology::listed(Key& key, const Place& place) {
  if (key.is_hostname) return {index_of(key.values.intern(place.hostname))};
  const model::Requirement* requirement = states_[place.state].find(key.name);
  if (requirement == nullptr || requirement->is_complement()) return {};
  std::vector<DomainId> domains;
  for (const std::string& value : requirement->values()) {
    domains.push_back(index_of(key.values.intern(value)));
  }
  return domains;
}

// The least that any domain has that the pod might use, before the bin is looked at (SCH-215).
std::int32_t Topology::smallest_count(const Group& group, const Form& form) {
  std::int32_t smallest = std::numeric_limits<std::int32_t>::max();
  std::int32_t domains = 0;
  for (DomainId domain = 0; domain < group.counts.size(); ++domain) {
    if (group.counts[domain] == kUnknown) continue;
    if (!allows(*group.key, form.strict.state, domain)) continue;
    ++domains;
    smallest = std::min(smallest, group.counts[domain]);
  }
  return domains < group.min_domains ? 0 : smallest;
}

std::vector<Topology::DomainId> Topology::spread_options(const Group& group, const Shape& shape,
                                                         const Form& form, StateId state) {
  std::int64_t most = std::int64_t{group.max_skew} + smallest_count(group, form) -
                      (selects(group, *shape.pod) ? 1 : 0);
  std::vector<DomainId> best;
  for (DomainId domain = 0; domain < group.counts.size(); ++domain) {
    std::int32_t count = group.counts[domain];
    if (count == kUnknown || count > most || !allows(*group.key, state, domain)) continue;
    if (!best.empty() && count > group.counts[best.front()]) continue;
    if (!best.empty() && count < group.counts[best.front()]) best.clear();
    best.push_back(domain);
  }
  return best;
}

std::vector<Topology::DomainId> Topology::usable_domains(const Group& group, const Form& form,
                                                         StateId state, bool populated) {
  std::vector<DomainId> domains;
  for (DomainId domain = 0; domain < group.key->values.size(); ++domain) {
    bool is_populated = count_of(group, domain) > 0;
    if (is_populated == populated && is_known(group, form, domain) &&
        allows(*group.key, form.strict.state, domain) && allows(*group.key, state, domain)) {
      domains.push_back(domain);
    }
  }
  return domains;
}

// Whether the pod may be the first of its kind where it can go (SCH-219).
bool Topology::may_bootstrap(const Group& group, const Shape& shape, const Form& form) {
  if (!selects(group, *shape.pod)) return false;
  if (group.populated == 0) return true;
  for (DomainId domain = 0; domain < group.counts.size(); ++domain) {
    if (group.counts[domain] <= 0) continue;
    bool is_pod_domain =
        group.key->is_hostname
            ? form.strict.accepts_host(group.key->values.view(static_cast<base::Text>(domain)))
            : allows(*group.key, form.strict.state, domain);
    if (is_pod_domain) return false;
  }
  return true;
}

bool Topology::allows_host(const Group& group, const Shape& shape, const Form& form,
                           const Place& place) {
  auto known = group.key->values.find(place.hostname);
  std::int32_t count = known ? count_of(group, index_of(*known)) : 0;
  switch (group.kind) {
    case Kind::spread: return count + (selects(group, *shape.pod) ? 1 : 0) <= group.max_skew;
    case Kind::anti_affinity: return count == 0;
    case Kind::affinity:
      return form.strict.accepts_host(place.hostname) &&
             (count > 0 || may_bootstrap(group, shape, form));
  }
  return false;
}

StateId Topology::demand(Key& key, const std::vector<DomainId>& domains) {
  std::vector<std::string> values;
  for (DomainId domain : domains) {
    values.emplace_back(key.values.view(static_cast<base::Text>(domain)));
  }
  model::Requirements requirements;
  requirements.add({key.name, model::Operator::In, std::move(values)});
  return states_.intern(requirements);
}

// What the group demands of a place of this state: one way, or one per tied domain.
std::vector<StateId> Topology::options(const Group& group, const Shape& shape, const Form& form,
                                       StateId state) {
  std::vector<DomainId> tied;
  if (group.kind == Kind::spread) {
    tied = spread_options(group, shape, form, state);
  } else {
    bool populated = group.kind == Kind::affinity;
    std::vector<DomainId> together = usable_domains(group, form, state, populated);
    if (!together.empty()) return {demand(*group.key, together)};
    if (group.kind == Kind::anti_affinity || !may_bootstrap(group, shape, form)) return {};
    tied = usable_domains(group, form, state, false);
  }
  std::ranges::sort(tied, {}, [&](DomainId domain) {
    return group.key->values.view(static_cast<base::Text>(domain));
  });
  std::vector<StateId> demands;
  for (DomainId domain : tied) {
    demands.push_back(demand(*group.key, {domain}));
  }
  return demands;
}

std::vector<GroupId> Topology::binding(const Shape& shape, const Form& form) const {
  std::vector<GroupId> groups = form.groups;
  groups.insert(groups.end(), shape.inverse_groups.begin(), shape.inverse_groups.end());
  return groups;
}

std::vector<StateId> Topology::choices(const Shape& shape, const Form& form, const Place& place) {
  std::vector<StateId> choices = {states_.intern({})};
  for (GroupId id : binding(shape, form)) {
    const Group& group = groups_[id];
    if (group.key->is_hostname) {
      if (!allows_host(group, shape, form, place)) return {};
      continue;
    }
    std::vector<StateId> more = options(group, shape, form, place.state);
    std::vector<StateId> product;
    for (StateId choice : choices) {
      for (StateId option : more) {
        if (product.size() == kMostChoices) break;
        model::Requirements both = states_[choice];
        both.add(states_[option]);
        product.push_back(states_.intern(both));
      }
    }
    choices = std::move(product);
  }
  return choices;
}

void Topology::record(Shape& shape, const Place& place) {
  for (; shape.groups_seen < groups_.size(); ++shape.groups_seen) {
    const Group& group = groups_[shape.groups_seen];
    if (!group.is_inverse && selects(group, *shape.pod)) {
      shape.counted_in.push_back(shape.groups_seen);
    }
  }
  for (GroupId id : shape.counted_in) {
    Group& group = groups_[id];
    std::vector<DomainId> domains = listed(*group.key, place);
    if (group.kind != Kind::anti_affinity && domains.size() != 1) continue;
    if (group.filter && !accepts(*group.filter, place)) continue;
    for (DomainId domain : domains) {
      count(group, domain);
    }
  }
  for (GroupId id : shape.inverse_owned) {
    for (DomainId domain : listed(*groups_[id].key, place)) {
      count(groups_[id], domain);
    }
  }
}

void Topology::add_hostname(std::string_view hostname) {
  for (Group& group : groups_) {
    if (group.key->is_hostname) learn(group, index_of(group.key->values.intern(hostname)));
  }
}

std::string Topology::explain(const Shape& shape, const Form& form, const Place& place) {
  auto fails = [&](GroupId id) {
    const Group& group = groups_[id];
    return group.key->is_hostname ? !allows_host(group, shape, form, place)
                                  : options(group, shape, form, place.state).empty();
  };
  std::vector<GroupId> groups = binding(shape, form);
  const Group& group = groups_[*std::ranges::find_if(groups, fails)];

  std::map<std::string_view, std::int32_t> counts;
  for (DomainId domain = 0; domain < group.key->values.size(); ++domain) {
    if (!is_known(group, form, domain)) continue;
    counts[group.key->values.view(static_cast<base::Text>(domain))] = count_of(group, domain);
  }
  std::string counts_text;
  std::size_t shown = 0;
  for (const auto& [value, count] : counts) {
    if (shown++ == kMostCountsInText) break;
    counts_text += fmt::format("{}{}: {}", counts_text.empty() ? "" : ", ", value, count);
  }
  model::Requirement pod_domains = states_[form.strict.state].get(group.key->name);
  model::Requirement node_domains = states_[place.state].get(group.key->name);
  if (group.key->is_hostname) {
    pod_domains = form.strict.hostname.value_or(pod_domains);
    node_domains = {group.key->name, model::Operator::In, {std::string(place.hostname)}};
  }
  constexpr std::string_view kNames[] = {"topology spread", "pod affinity", "pod anti-affinity"};
  return fmt::format(
      "unsatisfiable topology constraint for {}, key={} (counts = {}, podDomains = {}, "
      "nodeDomains = {}",
      kNames[static_cast<std::size_t>(group.kind)], group.key->name, counts_text,
      pod_domains.to_string(), node_domains.to_string());
}

}  // namespace engine
