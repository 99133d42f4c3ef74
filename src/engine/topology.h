// Spread and inter-pod affinity (scheduling.md section 18): how many pods of which kind are in each
// domain, and which domains a pod may use.
//
// Every spread constraint and every (anti-)affinity term becomes a group, shared by all pods that
// say the same; every required anti-affinity term also becomes an inverse group, which counts where
// the pods that have the term are, and binds the pods that the term selects. A group counts per
// domain, a value of its label key; domains are numbered per key.
//
// The hostname is a key of its own kind, since each bin has exactly one: a group on it counts per
// host, and all that it asks of a bin is how many it has there already. Such a demand is a HostRule.
// Of the others a group asks for one of its domains, or for any of them. Where several domains would
// do equally they are tried in the order of the alphabet (SCH-216, SCH-220).
#pragma once

#include <array>
#include <boost/container/small_vector.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "engine/bound_pods.h"
#include "engine/compiled_types.h"
#include "engine/domain_set.h"
#include "engine/domains.h"
#include "engine/hosts.h"
#include "engine/label_classes.h"
#include "engine/selector.h"
#include "engine/selector_index.h"
#include "engine/shapes.h"
#include "engine/snapshot.h"
#include "engine/states.h"
#include "engine/tolerance.h"

namespace engine {

// Where a pod is, or might go, as topology sees it.
struct Place {
  StateId state = 0;  // what is left of its labels
  TaintsId taints = 0;
  HostId host = kNoHost;
  std::size_t placeholder = 0;  // of a claim that is no host yet
};

class Topology {
 public:
  // `types` are those of the NodePools of the snapshot. All outlive this.
  Topology(const Snapshot& snapshot, const std::vector<CompiledTypesPointer>& types, States& states,
           Tolerance& tolerance, LabelClasses& labels);
  Topology(const Topology&) = delete;
  Topology& operator=(const Topology&) = delete;

  Hosts hosts;

  // Finds the pods that are bound, and where: `states_of_nodes` are the labels of the Nodes of the
  // snapshot, then of those that leave. Requires: before any other call.
  void collect(const std::vector<StateId>& states_of_nodes, const BoundPods& bound);
  // Makes the groups of a shape as it is written, and those by which its required anti-affinity
  // binds others. Requires: of all shapes, before any pod is placed.
  void add(Shape& shape);
  // Finds the inverse groups that bind each shape, and gives bits to the rules on hosts that bind
  // most pods. Requires: all shapes are added.
  void finish(Shapes& shapes);
  // Finds the groups that bind a form, and makes those that were not met before (SCH-206).
  void bind(const Shape& shape, Form& form);

 private:
  enum class Kind { spread, affinity, anti_affinity };
  struct Key;
  struct Group;

 public:
  // A bin is closed to those whom the rule binds when its host has more than `most` pods of the
  // group, or none though one is needed. Rules that close bins for good have a bit (kNoBit if there
  // are too many of them).
  struct HostRule {
    const Group* group = nullptr;
    std::int32_t most = 0;
    bool needs_one = false;
    std::uint8_t bit = 0;
  };
  static constexpr std::uint8_t kBits = 128;
  static constexpr std::uint8_t kNoBit = 255;
  using HostBits = std::array<std::uint64_t, kBits / 64>;

  // What the groups of a form allow at this moment, worked out once for all bins that it is tried
  // on.
  class View {
   public:
    // Some group allows no domain at all, so no bin can be right.
    bool is_hopeless() const { return is_hopeless_; }
    const auto& host_rules() const { return host_rules_; }

   private:
    friend class Topology;
    struct Demand {
      const Group* group = nullptr;
      bool is_for_one = false;  // of the domains, the one with the lowest count
      DomainSet domains;        // that the group allows
    };
    boost::container::small_vector<Demand, 2> demands_;
    boost::container::small_vector<HostRule, 2> host_rules_;
    bool is_hopeless_ = false;
  };
  void look(const Shape& shape, const Form& form, View& view);

  // What the view demands of the labels of a place, one state per way to choose among equally good
  // domains, in the order in which to try them: a state that demands nothing if no group asks for a
  // domain, and none at all if some group finds no domain there (SCH-212). Valid until the next
  // call.
  std::span<const StateId> choices(const View& view, StateId state);

  // Whether the groups on the hostname let the pod onto the host.
  bool allows_host(const View& view, HostId host) const;

  // Counts the pod at its place, whose labels are those after it joined (SCH-224). Returns the bits
  // of rules that close the place from now on.
  HostBits record(const Shape& shape, const Place& place);

  // The bits of rules that close the host.
  HostBits closed_by(HostId host) const;

  // Grows with every count that matters to the shape, in any of its forms.
  std::uint64_t version(const Shape& shape) const;

  // Which group leaves no choice, and why (SCH-214); "" if none does.
  std::string explain(const Shape& shape, const Form& form, const Place& place);

 private:
  // Where a spread constraint counts (SCH-207).
  struct NodeFilter {
    bool honors_affinity = true;
    bool honors_taints = false;
    std::vector<Wanted> alternatives;  // node selector and one required term each
    TolerationsId tolerations = 0;
    bool is_open = false;  // accepts every place
  };

  // What is known of a label key. Domains beyond those that NodePools offer come up as nodes and
  // claims have them.
  struct Key {
    std::string name;
    bool is_hostname = false;
    base::Texts values;                               // ids are domains
    std::vector<std::vector<TaintsId>> offered;       // per domain that NodePools offer
    std::vector<std::optional<StateId>> demands;      // per domain: In{domain}
    std::vector<DomainSet> open;                      // per tolerations: offered and tolerated
    std::map<const NodeFilter*, DomainSet> existing;  // per filter: of nodes
    struct OfState {
      DomainSet allowed;
      std::size_t known = 0;  // domains that have been looked at
      std::optional<boost::container::small_vector<DomainId, 1>> listed;
    };
    std::vector<std::unique_ptr<OfState>> of_state;
  };

  struct Group {
    Kind kind = Kind::spread;
    bool is_inverse = false;
    Key* key = nullptr;
    const std::vector<std::string>* namespaces = nullptr;  // sorted
    const Selector* selector = nullptr;
    std::int32_t max_skew = 0;
    std::int32_t min_domains = 0;
    const NodeFilter* filter = nullptr;  // of a spread
    std::string identity;
    boost::unordered_flat_map<LabelsId, bool> selects;
    // Per domain or host. Unknown domains are not in `known`; they count as zero.
    std::vector<std::int32_t> counts;
    DomainSet known;
    DomainSet populated;  // count above zero; not for hosts
    std::size_t populated_hosts = 0;
    std::uint64_t version = 0;
    std::vector<std::pair<std::int32_t, std::uint8_t>> rules;  // most, bit
  };

  // What makes two groups one (SCH-196).
  struct Identity {
    Kind kind = Kind::spread;
    bool is_inverse = false;
    std::size_t key = 0;
    std::size_t namespaces = 0;
    SelectorId selector = 0;
    std::int32_t max_skew = 0;
    std::int32_t min_domains = 0;
    std::size_t filter = 0;

    auto operator<=>(const Identity&) const = default;
  };

  // What is known of the pods of one class of labels.
  struct OfLabels {
    std::vector<GroupId> counted_in;  // groups that select them, of the first `groups_seen`
    std::size_t groups_seen = 0;
  };

  // A place where pods are bound: a node, also one that goes away.
  struct BoundNode {
    const NodeState* state = nullptr;
    Place place;
    bool has_hostname = false;  // as a label
    bool is_leaving = false;
  };

  // Making groups (topology_groups.cc).
  Identity identity_of(const Shape& shape, const Form& form,
                       const model::TopologySpreadConstraint& constraint);
  Identity identity_of(const model::Pod& pod, const model::PodAffinityTerm& term, Kind kind);
  std::size_t filter_of(const Form& form, const model::TopologySpreadConstraint& constraint);
  std::size_t namespaces_of(const model::Pod& pod, const model::PodAffinityTerm& term);
  std::size_t intern_namespaces(std::vector<std::string> names);
  std::size_t key_number(std::string_view name);
  GroupId intern(const Identity& identity);
  GroupId inverse_group_of(const model::Pod& pod, const model::PodAffinityTerm& term);
  void add_offered_domains(Group& group);
  void add_existing_domains(Group& group);
  const DomainSet& existing_domains(Key& key, const NodeFilter* filter);
  std::vector<LabelsId> bound_candidates(const Selector& selector) const;
  void count_bound_pods(Group& group);
  void count_bound(Group& group, const BoundNode& node);
  void count_repelling(const model::Pod& pod, const BoundNode& node);
  void assign_bits(Shapes& shapes);

  // Counting.
  void learn(Group& group, DomainId domain);
  void count(Group& group, DomainId domain);
  void count_host(Group& group, HostId host, HostBits& closed);

  // Asking.
  const std::vector<GroupId>& groups_that_count(LabelsId labels);
  bool selects(Group& group, LabelsId labels);
  bool accepts(const NodeFilter& filter, const Place& place);
  static std::int32_t count_of(const Group& group, std::size_t domain_or_host);
  Key::OfState& of_state(Key& key, StateId state);
  const DomainSet& allowed(Key& key, StateId state);
  const DomainSet& open(Key& key, const Form& form);
  std::span<const DomainId> listed(Key& key, StateId state);
  StateId demand(Key& key, DomainId domain);
  StateId demand(Key& key, const DomainSet& domains);
  DomainSet known_domains(const Group& group, const Form& form);
  HostRule host_rule(Group& group, const Shape& shape, const Form& form);
  bool is_anybody_on_a_host(const Group& group, const Form& form) const;
  View::Demand demand_of(Group& group, const Shape& shape, const Form& form);
  DomainSet spread_domains(Group& group, const Shape& shape, const Form& form);
  void options(const View::Demand& demand, StateId state, std::vector<StateId>& out);
  std::string describe(const Group& group, const Form& form, const Place& place);

  const Snapshot& snapshot_;
  const std::vector<CompiledTypesPointer>& types_;
  States& states_;
  Tolerance& tolerance_;
  StateId nothing_;  // the state that demands nothing
  LabelClasses& labels_;
  std::deque<Key> keys_;
  std::deque<Group> groups_;
  std::map<Identity, GroupId> by_identity_;
  SelectorIndex index_;                  // of groups that are not inverse
  SelectorIndex inverse_index_;          // of those that are
  std::vector<GroupId> inverse_groups_;  // by identity as text
  std::vector<GroupId> ruled_groups_;    // whose rules have bits
  Selectors selectors_;
  std::deque<std::vector<std::string>> namespaces_;
  std::map<std::vector<std::string>, std::size_t> namespaces_by_names_;
  std::deque<NodeFilter> filters_;
  std::map<std::string, std::size_t> filters_by_text_;
  std::vector<OfLabels> of_labels_;  // per class of labels
  std::vector<BoundNode> bound_nodes_;
  std::map<LabelsId, std::vector<std::uint32_t>> bound_pods_;  // indexes of their nodes
  boost::unordered_flat_map<std::string, std::vector<LabelsId>> bound_by_label_;
  std::vector<StateId> choices_;
  std::vector<StateId> product_;
  std::vector<StateId> options_;
};

}  // namespace engine
