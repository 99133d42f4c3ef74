#include "engine/topology.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "model/labels.h"

namespace engine {

namespace {

constexpr std::size_t kMostChoices = 64;       // SCH-216
constexpr std::size_t kMostCountsInText = 25;  // SCH-214

void set_bit(Topology::HostBits& bits, std::uint8_t bit) {
  bits[bit / 64] |= std::uint64_t{1} << (bit % 64);
}

base::Text text_of(DomainId domain) { return static_cast<base::Text>(domain); }

}  // namespace

Topology::Topology(const Snapshot& snapshot, const std::vector<CompiledTypesPointer>& types,
                   States& states, Tolerance& tolerance, LabelClasses& labels)
    : snapshot_(snapshot),
      types_(types),
      states_(states),
      tolerance_(tolerance),
      nothing_(states.intern({})),
      labels_(labels) {}

void Topology::learn(Group& group, DomainId domain) {
  if (domain >= group.counts.size()) group.counts.resize(domain + 1, 0);
  group.known.set(domain);
}

void Topology::count(Group& group, DomainId domain) {
  learn(group, domain);
  ++group.version;
  ++group.counts[domain];
  group.populated.set(domain);
}

void Topology::count_host(Group& group, HostId host, HostBits& closed) {
  if (host >= group.counts.size()) group.counts.resize(hosts.size(), 0);
  ++group.version;
  if (group.counts[host]++ == 0) ++group.populated_hosts;
  for (auto [most, bit] : group.rules) {
    if (group.counts[host] > most) set_bit(closed, bit);
  }
}

std::int32_t Topology::count_of(const Group& group, std::size_t domain_or_host) {
  return domain_or_host < group.counts.size() ? group.counts[domain_or_host] : 0;
}

bool Topology::selects(Group& group, LabelsId labels) {
  auto [known, is_new] = group.selects.try_emplace(labels, false);
  if (is_new) {
    const model::ObjectMeta& metadata = labels_.example(labels).metadata;
    known->second = std::ranges::binary_search(*group.namespaces, metadata.namespace_) &&
                    group.selector->matches(metadata.labels);
  }
  return known->second;
}

bool Topology::accepts(const NodeFilter& filter, const Place& place) {
  if (filter.is_open) return true;
  if (filter.honors_taints && !tolerance_.tolerates(filter.tolerations, place.taints)) return false;
  return !filter.honors_affinity ||
         std::ranges::any_of(filter.alternatives, [&](const Wanted& wanted) {
           return (!wanted.hostname || wanted.accepts_host(hosts.name(place.host))) &&
                  states_.narrow(place.state, wanted.state, Meeting::strict).has_value();
         });
}

Topology::Key::OfState& Topology::of_state(Key& key, StateId state) {
  if (state >= key.of_state.size()) key.of_state.resize(std::max(states_.size(), state + 1UL));
  auto& entry = key.of_state[state];
  if (entry == nullptr) entry = std::make_unique<Key::OfState>();
  return *entry;
}

const DomainSet& Topology::allowed(Key& key, StateId state) {
  Key::OfState& entry = of_state(key, state);
  if (entry.known < key.values.size()) {
    const model::Requirement requirement = states_[state].get(key.name);
    for (; entry.known < key.values.size(); ++entry.known) {
      if (requirement.has(key.values.view(text_of(entry.known)))) entry.allowed.set(entry.known);
    }
  }
  return entry.allowed;
}

// The domains that a place of this state has for certain: none if its label is open.
std::span<const DomainId> Topology::listed(Key& key, StateId state) {
  Key::OfState& entry = of_state(key, state);
  if (!entry.listed) {
    entry.listed.emplace();
    const model::Requirement* requirement = states_[state].find(key.name);
    if (requirement != nullptr && !requirement->is_complement()) {
      for (const std::string& value : requirement->values()) {
        entry.listed->push_back(index_of(key.values.intern(value)));
      }
    }
  }
  return {entry.listed->data(), entry.listed->size()};
}

// Domains that NodePools offer, as far as the form tolerates their taints (SCH-202).
const DomainSet& Topology::open(Key& key, const Form& form) {
  while (form.tolerations >= key.open.size()) {
    auto tolerations = static_cast<TolerationsId>(key.open.size());
    DomainSet& made = key.open.emplace_back();
    for (DomainId domain = 0; domain < key.offered.size(); ++domain) {
      bool is_open = std::ranges::any_of(key.offered[domain], [&](TaintsId taints) {
        return tolerance_.tolerates(tolerations, taints);
      });
      if (is_open) made.set(domain);
    }
  }
  return key.open[form.tolerations];
}

// Spread groups have learnt what is offered when they were made; the others know what each pod
// could use.
DomainSet Topology::known_domains(const Group& group, const Form& form) {
  DomainSet known = group.known;
  if (group.kind != Kind::spread) known |= open(*group.key, form);
  return known;
}

// SCH-215, and the half of SCH-216 that does not depend on the bin: domains in which one more pod
// would not be too many.
DomainSet Topology::spread_domains(Group& group, const Shape& shape, const Form& form) {
  std::int64_t smallest = std::numeric_limits<std::int32_t>::max();
  std::int32_t domains = 0;
  (group.known & allowed(*group.key, form.strict.state)).for_each([&](DomainId domain) {
    ++domains;
    smallest = std::min<std::int64_t>(smallest, group.counts[domain]);
  });
  if (domains < group.min_domains) smallest = 0;
  std::int64_t most = smallest + group.max_skew - (selects(group, shape.labels) ? 1 : 0);
  DomainSet valid;
  group.known.for_each([&](DomainId domain) {
    if (group.counts[domain] <= most) valid.set(domain);
  });
  return valid;
}

Topology::View::Demand Topology::demand_of(Group& group, const Shape& shape, const Form& form) {
  if (group.kind == Kind::spread) return {&group, true, spread_domains(group, shape, form)};
  DomainSet usable = known_domains(group, form) & allowed(*group.key, form.strict.state);
  DomainSet populated = usable & group.populated;
  if (group.kind == Kind::anti_affinity) {
    populated.for_each([&](DomainId domain) { usable.reset(domain); });
    return {&group, false, std::move(usable)};
  }
  // A pod may be the first of its kind where it can go (SCH-219, SCH-220).
  bool is_first = populated.empty() && selects(group, shape.labels);
  return {&group, is_first, is_first ? std::move(usable) : std::move(populated)};
}

bool Topology::is_anybody_on_a_host(const Group& group, const Form& form) const {
  if (!form.strict.hostname) return group.populated_hosts > 0;
  for (HostId host = 0; host < group.counts.size(); ++host) {
    if (group.counts[host] > 0 && form.strict.accepts_host(hosts.name(host))) return true;
  }
  return false;
}

Topology::HostRule Topology::host_rule(Group& group, const Shape& shape, const Form& form) {
  constexpr std::int32_t kAnyNumber = std::numeric_limits<std::int32_t>::max();
  HostRule rule{&group, 0, false, kNoBit};
  if (group.kind == Kind::spread) {
    rule.most = group.max_skew - (selects(group, shape.labels) ? 1 : 0);
  } else if (group.kind == Kind::affinity) {
    rule.most = kAnyNumber;
    rule.needs_one = !selects(group, shape.labels) || is_anybody_on_a_host(group, form);
  }
  for (auto [most, bit] : group.rules) {
    if (most == rule.most) rule.bit = bit;
  }
  return rule;
}

void Topology::look(const Shape& shape, const Form& form, View& view) {
  view.demands_.clear();
  view.host_rules_.clear();
  view.is_hopeless_ = false;
  for (const auto* groups : {&form.groups, &shape.inverse_groups}) {
    for (GroupId id : *groups) {
      Group& group = groups_[id];
      if (group.key->is_hostname) {
        HostRule rule = host_rule(group, shape, form);
        view.is_hopeless_ |= rule.needs_one && group.populated_hosts == 0;
        view.host_rules_.push_back(rule);
      } else {
        View::Demand demand = demand_of(group, shape, form);
        view.is_hopeless_ |= demand.domains.empty();
        view.demands_.push_back(std::move(demand));
      }
    }
  }
}

bool Topology::allows_host(const View& view, HostId host) const {
  return std::ranges::all_of(view.host_rules_, [&](const HostRule& rule) {
    std::int32_t count = count_of(*rule.group, host);
    return count <= rule.most && (count > 0 || !rule.needs_one);
  });
}

StateId Topology::demand(Key& key, DomainId domain) {
  if (domain >= key.demands.size()) key.demands.resize(key.values.size());
  if (!key.demands[domain]) {
    DomainSet one;
    one.set(domain);
    key.demands[domain] = demand(key, one);
  }
  return *key.demands[domain];
}

StateId Topology::demand(Key& key, const DomainSet& domains) {
  std::vector<std::string> values;
  domains.for_each([&](DomainId domain) { values.emplace_back(key.values.view(text_of(domain))); });
  model::Requirements requirements;
  requirements.add({key.name, model::Operator::In, std::move(values)});
  return states_.intern(requirements);
}

// What the demand asks of a place of this state: one way, or one per tied domain.
void Topology::options(const View::Demand& demanded, StateId state, std::vector<StateId>& out) {
  out.clear();
  const Group& group = *demanded.group;
  DomainSet usable = demanded.domains & allowed(*group.key, state);
  if (!demanded.is_for_one) {
    if (!usable.empty()) out.push_back(demand(*group.key, usable));
    return;
  }
  boost::container::small_vector<DomainId, 8> tied;
  usable.for_each([&](DomainId domain) {
    std::int32_t count = count_of(group, domain);
    if (!tied.empty() && count > count_of(group, tied.front())) return;
    if (!tied.empty() && count < count_of(group, tied.front())) tied.clear();
    tied.push_back(domain);
  });
  std::ranges::sort(tied, {},
                    [&](DomainId domain) { return group.key->values.view(text_of(domain)); });
  for (DomainId domain : tied) {
    out.push_back(demand(*group.key, domain));
  }
}

std::span<const StateId> Topology::choices(const View& view, StateId state) {
  choices_.assign(1, nothing_);
  for (const View::Demand& demanded : view.demands_) {
    options(demanded, state, options_);
    product_.clear();
    for (StateId choice : choices_) {
      for (StateId option : options_) {
        if (product_.size() == kMostChoices) break;
        product_.push_back(choice == nothing_ ? option : states_.both(choice, option));
      }
    }
    choices_.swap(product_);
  }
  return choices_;
}

const std::vector<GroupId>& Topology::groups_that_count(LabelsId labels) {
  if (labels >= of_labels_.size()) of_labels_.resize(labels_.size());
  OfLabels& known = of_labels_[labels];
  if (known.groups_seen == groups_.size()) return known.counted_in;
  const model::Labels& example = labels_.example(labels).metadata.labels;
  for (GroupId id : index_.candidates(example, known.groups_seen)) {
    if (selects(groups_[id], labels)) known.counted_in.push_back(id);
  }
  known.groups_seen = groups_.size();
  return known.counted_in;
}

Topology::HostBits Topology::record(const Shape& shape, const Place& place) {
  HostBits closed{};
  for (GroupId id : groups_that_count(shape.labels)) {
    Group& group = groups_[id];
    if (group.filter != nullptr && !accepts(*group.filter, place)) continue;
    if (group.key->is_hostname) {
      count_host(group, place.host, closed);
      continue;
    }
    std::span<const DomainId> domains = listed(*group.key, place.state);
    if (group.kind != Kind::anti_affinity && domains.size() != 1) continue;
    for (DomainId domain : domains) {
      count(group, domain);
    }
  }
  for (GroupId id : shape.inverse_owned) {
    Group& group = groups_[id];
    if (group.key->is_hostname) {
      count_host(group, place.host, closed);
      continue;
    }
    for (DomainId domain : listed(*group.key, place.state)) {
      count(group, domain);
    }
  }
  return closed;
}

Topology::HostBits Topology::closed_by(HostId host) const {
  HostBits closed{};
  for (GroupId id : ruled_groups_) {
    for (auto [most, bit] : groups_[id].rules) {
      if (count_of(groups_[id], host) > most) set_bit(closed, bit);
    }
  }
  return closed;
}

std::uint64_t Topology::version(const Shape& shape) const {
  std::uint64_t sum = 0;
  for (const Form& form : shape.forms) {
    for (GroupId group : form.groups)
      sum += groups_[group].version;
  }
  for (GroupId group : shape.inverse_groups)
    sum += groups_[group].version;
  return sum;
}

std::string Topology::explain(const Shape& shape, const Form& form, const Place& place) {
  View view;
  look(shape, form, view);
  std::size_t next_rule = 0;
  std::size_t next_demand = 0;
  for (const auto* groups : {&form.groups, &shape.inverse_groups}) {
    for (GroupId id : *groups) {
      const Group& group = groups_[id];
      if (group.key->is_hostname) {
        const HostRule& rule = view.host_rules_[next_rule++];
        std::int32_t count = count_of(group, place.host);
        bool is_fine = count <= rule.most && (count > 0 || !rule.needs_one);
        if (!is_fine) return describe(group, form, place);
      } else {
        options(view.demands_[next_demand++], place.state, options_);
        if (options_.empty()) return describe(group, form, place);
      }
    }
  }
  return "";
}

std::string Topology::describe(const Group& group, const Form& form, const Place& place) {
  std::map<std::string, std::int32_t> counts;
  model::Requirement pod_domains = states_[form.strict.state].get(group.key->name);
  model::Requirement node_domains = states_[place.state].get(group.key->name);
  if (group.key->is_hostname) {
    pod_domains = form.strict.hostname.value_or(pod_domains);
    std::string name =
        place.host == kNoHost ? engine::placeholder(place.placeholder) : hosts.name(place.host);
    node_domains = {group.key->name, model::Operator::In, {name}};
    for (HostId host = 0; host < hosts.size(); ++host) {
      std::int32_t count = count_of(group, host);
      if (count > 0 || hosts.is_bin(host)) counts[hosts.name(host)] = count;
    }
  } else {
    known_domains(group, form).for_each([&](DomainId domain) {
      counts[std::string(group.key->values.view(text_of(domain)))] = count_of(group, domain);
    });
  }
  std::string counts_text;
  std::size_t shown = 0;
  for (const auto& [value, count] : counts) {
    if (shown++ == kMostCountsInText) break;
    counts_text += fmt::format("{}{}: {}", counts_text.empty() ? "" : ", ", value, count);
  }
  constexpr std::string_view kNames[] = {"topology spread", "pod affinity", "pod anti-affinity"};
  return fmt::format(
      "unsatisfiable topology constraint for {}, key={} (counts = {}, podDomains = {}, "
      "nodeDomains = {}",
      kNames[static_cast<std::size_t>(group.kind)], group.key->name, counts_text,
      pod_domains.to_string(), node_domains.to_string());
}

}  // namespace engine
