#include "judge/checker_topology.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "judge/rules.h"
#include "judge/topology.h"
#include "model/labels.h"

namespace judge {
namespace {

using Term = model::PodAffinityTerm;

std::vector<Term> required(const model::PodSpec& spec,
                           std::optional<model::PodAffinity> model::Affinity::* which) {
  if (!spec.affinity || !((*spec.affinity).*which)) return {};
  return ((*spec.affinity).*which)->requiredDuringSchedulingIgnoredDuringExecution;
}

// A pod with the machine that it is on.
struct Placed {
  const model::Pod* pod = nullptr;
  bool is_new = false;
  model::Requirements place;  // with a hostname of its own
  std::vector<model::Taint> taints;
  bool has_hostname = true;  // as a label
  // Labels that the node lacks, but that a pod's NotIn lets it be thought to have (SCH-072).
  std::set<std::string> imagined = {};

  bool is_imagined(std::string_view key) const {
    return imagined.contains(std::string(model::normalized_label(key)));
  }

  std::vector<std::string> domains(std::string_view key) const {
    const model::Requirement* found = place.find(model::normalized_label(key));
    if (found == nullptr || found->is_complement()) return {};
    return found->values();
  }
};

class Topology {
 public:
  Topology(const Decision& decision, const Plan& plan) : decision_(decision) {
    cluster_.surroundings = decision.surroundings;
    std::set<std::string> batch;
    for (const auto& pod : decision.pods)
      batch.insert(pod->metadata.uid);
    for (const auto* nodes : {&decision.nodes, &decision.leaving}) {
      for (const NodeInput& node : *nodes) {
        if (node.node == nullptr) continue;
        for (const auto& pod : node.pods) {
          if (is_finished(*pod) || batch.contains(pod->metadata.uid)) continue;
          const model::Labels& labels = node.node->metadata.labels;
          placed_.push_back({pod.get(), false, place_of(labels, node.node->metadata.name),
                             node.node->spec.taints, labels.contains(model::kHostnameLabel)});
        }
      }
    }
    for (const DecidedNode& placed : plan.nodes) {
      const NodeInput& node = decision.nodes[placed.node];
      const model::Requirements place = place_of(node.labels(), node.hostname());
      const std::set<std::string> keys = imagined(decision, placed, place);
      for (std::size_t pod : placed.pods) {
        placed_.push_back({decision.pods[pod].get(), true, place, node.taints(), true, keys});
      }
    }
    for (std::size_t index = 0; index < plan.claims.size(); ++index) {
      const DecidedClaim& claim = plan.claims[index];
      model::Requirements place = claim.requirements;
      place.replace(model::Requirement(model::kHostnameLabel, model::Operator::In,
                                       {fmt::format("claim {}", index + 1)}));
      for (std::size_t pod : claim.pods)
        placed_.push_back({decision.pods[pod].get(), true, place, taints_of(claim)});
    }
  }

  std::vector<Finding> findings() {
    for (const Placed& placed : placed_) {
      if (!placed.is_new) continue;
      for (const Term& term : required(*placed.pod->spec, &model::Affinity::podAffinity))
        check_affinity(placed, term);
      for (const auto& constraint : placed.pod->spec->topologySpreadConstraints) {
        if (constraint.whenUnsatisfiable == "DoNotSchedule") check_spread(placed, constraint);
      }
    }
    for (const Placed& placed : placed_) {
      for (const Term& term : required(*placed.pod->spec, &model::Affinity::podAntiAffinity))
        check_anti_affinity(placed, term);
    }
    return std::move(findings_);
  }

 private:
  static model::Requirements place_of(const model::Labels& labels, const std::string& name) {
    model::Requirements place = model::requirements_of(labels);
    if (!place.has(model::kHostnameLabel)) {
      place.add(model::Requirement(model::kHostnameLabel, model::Operator::In, {name}));
    }
    return place;
  }

  static std::set<std::string> imagined(const Decision& decision, const DecidedNode& placed,
                                        const model::Requirements& place) {
    std::set<std::string> keys;
    for (std::size_t pod : placed.pods) {
      for (const auto& wanted : acceptable(*decision.pods[pod], decision.settings)) {
        for (const auto& [key, requirement] : wanted) {
          if (requirement.op() == model::Operator::NotIn && !place.has(key)) keys.insert(key);
        }
      }
    }
    return keys;
  }

  std::vector<model::Taint> taints_of(const DecidedClaim& claim) const {
    for (const PoolOffer& offer : decision_.pools) {
      if (offer.pool->metadata.name == claim.nodepool) {
        return offer.pool->spec.template_.spec.taints;
      }
    }
    return {};
  }

  void add(Fault fault, std::string sentence) { findings_.push_back({fault, std::move(sentence)}); }

  // Every domain that the machine may turn out to be in has a pod that is wanted there; the pod
  // itself will do.
  void check_affinity(const Placed& placed, const Term& term) {
    if (placed.is_imagined(term.topologyKey)) return;
    const std::vector<std::string> domains = placed.domains(term.topologyKey);
    if (domains.empty()) {
      add(Fault::affinity, fmt::format("pod {}: {} of its machine is open",
                                       placed.pod->metadata.name, term.topologyKey));
    }
    for (const std::string& domain : domains) {
      bool is_there = std::ranges::any_of(placed_, [&](const Placed& other) {
        if (!is_wanted(term, placed, other)) return false;
        if (!other.is_new && other.pod->metadata.deletionTimestamp) return false;
        if (other.is_imagined(term.topologyKey)) return true;
        const std::vector<std::string> others = other.domains(term.topologyKey);
        return others.size() == 1 && others.front() == domain;
      });
      if (!is_there) {
        add(Fault::affinity, fmt::format("pod {}: nobody that it has to be with is in {}",
                                         placed.pod->metadata.name, domain));
      }
    }
  }

  // Without a selector every pod that runs already counts, and none that is planned (SCH-209).
  bool is_wanted(Term term, const Placed& placed, const Placed& other) const {
    if (!term.labelSelector && !other.is_new) term.labelSelector.emplace();
    return selects(term, *placed.pod, *other.pod, cluster_);
  }

  void check_anti_affinity(const Placed& placed, const Term& term) {
    for (const Placed& other : placed_) {
      if (other.pod == placed.pod || (!placed.is_new && !other.is_new)) continue;
      if (!selects(term, *placed.pod, *other.pod, cluster_)) continue;
      // Whoever is leaving does not keep new pods away, but is still kept away from.
      if (!other.is_new && other.pod->metadata.deletionTimestamp) continue;
      if (is_unknown_hostname(placed, term)) continue;
      for (const std::string& domain : placed.domains(term.topologyKey)) {
        if (std::ranges::count(other.domains(term.topologyKey), domain) == 0) continue;
        add(Fault::anti_affinity,
            fmt::format("pods {} and {} may both be in {}", placed.pod->metadata.name,
                        other.pod->metadata.name, domain));
        break;
      }
    }
  }

  // Pods on nodes without a hostname label do not keep others away from it (SCH-199).
  static bool is_unknown_hostname(const Placed& placed, const Term& term) {
    return !placed.is_new && !placed.has_hostname && term.topologyKey == model::kHostnameLabel;
  }

  // Whether the pod has exactly this constraint and the same say in which nodes count.
  static bool is_owner(const model::Pod& pod, const model::Pod& like,
                       const model::TopologySpreadConstraint& constraint) {
    if (pod.metadata.namespace_ != like.metadata.namespace_) return false;
    if (std::ranges::count(pod.spec->topologySpreadConstraints, constraint) == 0) return false;
    for (const std::string& key : constraint.matchLabelKeys) {
      if (model::value_of(pod.metadata.labels, key) != model::value_of(like.metadata.labels, key)) {
        return false;
      }
    }
    return pod.spec->tolerations == like.spec->tolerations &&
           required_alternatives(*pod.spec) == required_alternatives(*like.spec);
  }

  bool is_accepted(const Placed& placed, const model::Pod& owner,
                   const model::TopologySpreadConstraint& constraint) const {
    const model::PodSpec& spec = *owner.spec;
    if (constraint.nodeTaintsPolicy.value_or("Ignore") == "Honor" &&
        !tolerates_all(spec.tolerations, placed.taints)) {
      return false;
    }
    return constraint.nodeAffinityPolicy.value_or("Honor") != "Honor" ||
           is_strictly_compatible(placed.place, required_alternatives(spec).front());
  }

  // Only where every new pod that counts is bound by the very same constraint, and no wish that was
  // given up could have changed what counts.
  void check_spread(const Placed& placed, const model::TopologySpreadConstraint& constraint) {
    const model::Pod& pod = *placed.pod;
    if (!constraint.labelSelector || required_alternatives(*pod.spec).size() > 1) return;
    if (prefers_pools() || placed.is_imagined(constraint.topologyKey)) return;
    const auto selector =
        with_label_keys(*constraint.labelSelector, constraint.matchLabelKeys, pod);
    std::map<std::string, int> counts;
    for (const Placed& other : placed_) {
      const model::ObjectMeta& meta = other.pod->metadata;
      if (meta.namespace_ != pod.metadata.namespace_) continue;
      if (!model::matches(selector, meta.labels)) continue;
      if (other.is_new && !is_owner(*other.pod, pod, constraint)) return;
      if (!other.is_new && meta.deletionTimestamp) continue;
      if (!is_accepted(other, pod, constraint)) continue;
      if (other.is_imagined(constraint.topologyKey)) return;
      const std::vector<std::string> domains = other.domains(constraint.topologyKey);
      if (domains.size() == 1) ++counts[domains.front()];
    }
    int minimum = minimum_of(constraint, pod, counts);
    const std::vector<std::string> own = placed.domains(constraint.topologyKey);
    if (own.size() != 1 || counts[own.front()] - minimum > constraint.maxSkew) {
      add(Fault::spread, fmt::format("pod {}: {} is skewed beyond {}", pod.metadata.name,
                                     constraint.topologyKey, constraint.maxSkew));
    }
  }

  bool prefers_pools() const {
    return std::ranges::any_of(decision_.pools, [](const PoolOffer& offer) {
      return std::ranges::any_of(offer.pool->spec.template_.spec.taints, [](const auto& taint) {
        return taint.effect == "PreferNoSchedule";
      });
    });
  }

  // Of the domains that there are for the pod; only those that it may use at all.
  int minimum_of(const model::TopologySpreadConstraint& constraint, const model::Pod& pod,
                 const std::map<std::string, int>& counts) const {
    const std::string key(model::normalized_label(constraint.topologyKey));
    if (key == model::kHostnameLabel) return 0;
    std::set<std::string> domains;
    for (const auto& [domain, count] : counts)
      domains.insert(domain);
    bool honors_taints = constraint.nodeTaintsPolicy.value_or("Ignore") == "Honor";
    for (const PoolOffer& offer : decision_.pools) {
      const auto& taints = offer.pool->spec.template_.spec.taints;
      if (offer.types.empty()) continue;
      if (honors_taints && !tolerates_all(pod.spec->tolerations, taints)) continue;
      const auto& made_from = offer.pool->spec.template_;
      model::Requirements of_pool = model::requirements_of(made_from.spec.requirements);
      of_pool.add(model::requirements_of(made_from.metadata.labels));
      auto insert = [&](const model::Requirement& requirement) {
        if (requirement.is_complement()) return;
        domains.insert(requirement.values().begin(), requirement.values().end());
      };
      insert(of_pool.get(key));
      for (const auto& type : offer.types)
        insert(type->requirements.get(key).intersection(of_pool.get(key)));
    }
    for (const NodeInput& node : decision_.nodes) {
      if (node.node == nullptr) continue;
      const Placed nobody{nullptr, false,
                          place_of(node.node->metadata.labels, node.node->metadata.name),
                          node.node->spec.taints};
      auto label = node.labels().find(key);
      if (label != node.labels().end() && is_accepted(nobody, pod, constraint)) {
        domains.insert(label->second);
      }
    }
    const model::Requirement usable = model::strict_requirements_of(*pod.spec).get(key);
    std::erase_if(domains, [&](const std::string& domain) { return !usable.has(domain); });
    if (domains.empty()) return 0;
    if (std::cmp_less(domains.size(), constraint.minDomains.value_or(0))) return 0;
    int minimum = std::numeric_limits<int>::max();
    for (const std::string& domain : domains) {
      auto found = counts.find(domain);
      minimum = std::min(minimum, found == counts.end() ? 0 : found->second);
    }
    return minimum;
  }

  const Decision& decision_;
  ClusterView cluster_;  // for its namespaces
  std::vector<Placed> placed_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> topology_findings(const Decision& decision, const Plan& plan) {
  return Topology(decision, plan).findings();
}

bool is_bound_by_others(const Decision& decision, const model::Pod& pod) {
  for (const auto& constraint : pod.spec->topologySpreadConstraints) {
    if (constraint.whenUnsatisfiable == "DoNotSchedule") return true;
  }
  if (!required(*pod.spec, &model::Affinity::podAffinity).empty()) return true;
  if (!required(*pod.spec, &model::Affinity::podAntiAffinity).empty()) return true;
  ClusterView cluster;
  cluster.surroundings = decision.surroundings;
  auto repels = [&](const std::shared_ptr<const model::Pod>& other) {
    return std::ranges::any_of(
        required(*other->spec, &model::Affinity::podAntiAffinity),
        [&](const Term& term) { return selects(term, *other, pod, cluster); });
  };
  if (std::ranges::any_of(decision.pods, repels)) return true;
  for (const auto* nodes : {&decision.nodes, &decision.leaving}) {
    for (const NodeInput& node : *nodes) {
      if (std::ranges::any_of(node.pods, repels)) return true;
    }
  }
  return false;
}

}  // namespace judge
