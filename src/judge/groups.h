// Topology groups of the sequential definition (scheduling.md section 18): every spread constraint
// and every (anti-)affinity term becomes a group that counts pods by domain and tells which domains
// a bin may take for one more pod. Everything is counted and scanned; nothing is remembered that
// could be wrong.
//
// Ties: domains of equal count are tried in the order of their names, combinations of several
// groups with the last group varying fastest (SCH-216).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "judge/decision.h"
#include "judge/rules.h"

namespace judge {

// A pod with the wishes that it still has.
struct Demand {
  const model::Pod* pod = nullptr;
  model::PodSpec spec;
  model::Requirements wanted;  // of labels, preferences included
  model::Requirements strict;  // without preferences (SCH-069)
};

Demand demand_of(const model::Pod& pod, model::PodSpec spec, const DecisionSettings& settings);

class Groups {
 public:
  // Knows the pods that are bound, and nothing of those that are to be placed.
  explicit Groups(const Decision& decision);

  // Creates the groups of the demand that do not exist yet, with the counts of the cluster
  // (SCH-206).
  void meet(const Demand& demand);
  // The inverse groups of the pod's required anti-affinity (SCH-198).
  void meet_inverse(const model::Pod& pod);

  // The requirements that the groups put on a bin, one for each combination of tied domains, in the
  // order in which they are tried; none if a group allows no domain. Requires: meet(demand); the bin
  // has one hostname.
  std::vector<model::Requirements> choices(const Demand& demand, const model::Requirements& bin);

  // The pod is on a bin with these requirements and taints (SCH-224).
  void record(const model::Pod& pod, const model::Requirements& bin,
              const std::vector<model::Taint>& taints);

 private:
  enum class Kind : std::uint8_t { spread, affinity, anti_affinity };

  // SCH-207.
  struct NodeFilter {
    bool honors_affinity = false;
    bool honors_taints = false;
    std::vector<model::Requirements> alternatives;
    std::vector<model::Toleration> tolerations;

    bool accepts(const model::Requirements& place, const std::vector<model::Taint>& taints) const;
    std::string to_string() const;
  };

  struct Group {
    Kind kind = Kind::spread;
    bool is_inverse = false;
    std::string key;
    std::set<std::string> namespaces;
    std::optional<model::LabelSelector> selector;
    std::int32_t max_skew = 0;
    std::int32_t min_domains = 0;
    std::optional<NodeFilter> filter;
    std::map<std::string, std::int32_t> counts;  // of the domains that it knows

    bool selects(const model::Pod& pod) const;
    std::string identity() const;
  };

  std::vector<Group> owned(const Demand& demand) const;
  Group of_constraint(const Demand& demand,
                      const model::TopologySpreadConstraint& constraint) const;
  Group of_term(const model::Pod& owner, const model::PodAffinityTerm& term, Kind kind) const;
  Group& meet(Group group);
  void count_cluster(Group& group) const;
  std::map<std::string, std::vector<std::vector<model::Taint>>> offered(
      const std::string& key) const;
  std::set<std::string> known_domains(const Group& group, const Demand& demand) const;
  std::vector<model::Requirement> options(const Group& group, const Demand& demand,
                                          const model::Requirements& bin) const;
  std::vector<model::Requirement> host_options(const Group& group, const Demand& demand,
                                               const model::Requirements& bin) const;
  std::vector<std::string> spread(const Group& group, const Demand& demand,
                                  const std::set<std::string>& known,
                                  const model::Requirement& bin) const;

  const Decision& decision_;
  std::set<std::string> batch_;          // uids of the pods that are to be placed
  std::map<std::string, Group> groups_;  // by identity
};

}  // namespace judge
