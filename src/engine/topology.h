// Spread and inter-pod affinity (scheduling.md section 18): how many pods of which kind are in each
// domain, and which domains a pod may use.
//
// Every spread constraint and every (anti-)affinity term becomes a group, shared by all pods that
// say the same; every required anti-affinity term also becomes an inverse group, which counts where
// the pods that have the term are, and binds the pods that the term selects. A group counts per
// domain, a value of its label key; domains are numbered per key. The hostname is a key like any
// other, but each bin has exactly one, so only the count of that one is looked at.
//
// A pod may go to a bin if each of its groups allows some domain there. Where several domains would
// do equally they are tried in the order of the alphabet (SCH-216, SCH-220).
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "engine/domains.h"
#include "engine/selector.h"
#include "engine/shapes.h"
#include "engine/snapshot.h"
#include "engine/states.h"

namespace engine {

// Where a pod is, or might go, as topology sees it.
struct Place {
  StateId state = 0;  // what is left of its labels
  std::string_view hostname;
  const std::vector<model::Taint>& taints;
};

class Topology {
 public:
  Topology(const Snapshot& snapshot, States& states);
  Topology(const Topology&) = delete;
  Topology& operator=(const Topology&) = delete;

  // Makes the groups of a shape as it is written, and those by which its required anti-affinity
  // binds others. Requires: of all shapes, before any pod is placed.
  void add(Shape& shape);
  // Finds the inverse groups that bind the shape. Requires: all shapes are added.
  void finish(Shape& shape);
  // Finds the groups that bind a form, and makes those that were not met before (SCH-206).
  void bind(const Shape& shape, Form& form);

  // What the groups would demand of the place, one state per way to choose among equally good
  // domains, in the order in which to try them; a state that demands nothing if there are no
  // groups, and none at all if some group allows no domain (SCH-212).
  std::vector<StateId> choices(const Shape& shape, const Form& form, const Place& place);

  // Counts the pod at its place, whose labels are those after it joined (SCH-224).
  void record(Shape& shape, const Place& place);

  // Makes the hostname a known domain (SCH-160, SCH-203).
  void add_hostname(std::string_view hostname);

  // Which group leaves no choice, and why (SCH-214). Requires: choices() is empty.
  std::string explain(const Shape& shape, const Form& form, const Place& place);

 private:
  using DomainId = std::size_t;

  enum class Kind { spread, affinity, anti_affinity };

  // Where a spread constraint counts (SCH-207).
  struct NodeFilter {
    bool honors_affinity = true;
    bool honors_taints = false;
    std::vector<Wanted> alternatives;  // node selector and one required term each
    std::vector<model::Toleration> tolerations;
    std::string text;  // equal for equal filters
  };

  // What is known of a label key. Domains beyond those of `offered` come up as nodes and claims
  // have them.
  struct Key {
    std::string name;
    bool is_hostname = false;
    base::Texts values;           // ids are domains
    std::vector<Domain> offered;  // by NodePools; their ids are their indexes
    std::vector<std::unique_ptr<std::vector<bool>>> allowed;  // per state, per domain
  };

  struct Group {
    Kind kind = Kind::spread;
    bool is_inverse = false;
    Key* key = nullptr;
    std::vector<std::string> namespaces;  // sorted
    Selector selector{std::nullopt};
    std::int32_t max_skew = 0;
    std::int32_t min_domains = 0;
    std::optional<NodeFilter> filter;  // of a spread
    std::string identity;
    std::vector<std::int32_t> counts;  // per domain; kUnknown for those that it does not know
    std::size_t populated = 0;         // domains with a count above zero
  };

  // Pods of one namespace and set of labels that are bound to nodes.
  struct BoundPods {
    const model::Pod* example = nullptr;
    std::vector<const NodeState*> nodes;  // one entry per pod
  };

  static constexpr std::int32_t kUnknown = -1;

  // Making groups.
  Group group_of(const model::Pod& pod, const model::PodSpec& spec,
                 const model::TopologySpreadConstraint& constraint);
  Group group_of(const model::Pod& pod, const model::PodAffinityTerm& term, Kind kind);
  NodeFilter filter_of(const model::PodSpec& spec,
                       const model::TopologySpreadConstraint& constraint);
  std::vector<std::string> namespaces_of(const model::Pod& pod,
                                         const model::PodAffinityTerm& term) const;
  GroupId intern(Group group);
  GroupId inverse_group_of(const model::Pod& pod, const model::PodAffinityTerm& term);
  Key& key(std::string_view name);

  // Filling groups.
  void collect_bound_pods();
  void add_offered_domains(Group& group);
  void add_existing_domains(Group& group);
  void count_bound_pods(Group& group);
  void count(Group& group, DomainId domain);
  void learn(Group& group, DomainId domain);

  // Asking groups.
  bool selects(const Group& group, const model::Pod& pod) const;
  bool accepts(const NodeFilter& filter, const Place& place);
  bool accepts(const NodeFilter& filter, const model::Node& node);
  bool is_known(const Group& group, const Form& form, DomainId domain) const;
  static std::int32_t count_of(const Group& group, DomainId domain);
  bool allows(Key& key, StateId state, DomainId domain);
  std::vector<DomainId> listed(Key& key, const Place& place);
  std::int32_t smallest_count(const Group& group, const Form& form);
  bool may_bootstrap(const Group& group, const Shape& shape, const Form& form);
  bool allows_host(const Group& group, const Shape& shape, const Form& form, const Place& place);
  std::vector<StateId> options(const Group& group, const Shape& shape, const Form& form,
                               StateId state);
  std::vector<DomainId> spread_options(const Group& group, const Shape& shape, const Form& form,
                                       StateId state);
  std::vector<DomainId> usable_domains(const Group& group, const Form& form, StateId state,
                                       bool populated);
  StateId demand(Key& key, const std::vector<DomainId>& domains);
  std::vector<GroupId> binding(const Shape& shape, const Form& form) const;

  const Snapshot& snapshot_;
  States& states_;
  std::deque<Key> keys_;
  std::deque<Group> groups_;
  std::map<std::string, GroupId> by_identity_;
  std::vector<BoundPods> bound_;
  bool has_collected_ = false;
};

}  // namespace engine
