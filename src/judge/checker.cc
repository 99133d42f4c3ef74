#include "judge/checker.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "judge/checker_topology.h"
#include "judge/rules.h"
#include "model/labels.h"
#include "model/resources.h"

namespace judge {
namespace {

bool is_of_planning_alone(std::string_view key) {
  return key == model::kRegisteredLabel || key == model::kInitializedLabel;
}

bool is_negative(const model::Requirement& requirement) {
  return requirement.op() == model::Operator::NotIn ||
         requirement.op() == model::Operator::DoesNotExist;
}

// Whether every machine that has what is present has what is wanted.
bool is_assured(const model::Requirement& present, model::Requirement wanted) {
  if (!present.overlaps(wanted)) return is_negative(present) && is_negative(wanted);
  model::Requirement both = present.intersection(wanted);
  both.set_min_values(present.min_values());
  return both == present;
}

// The first key of which that cannot be said, or nullopt.
std::optional<std::string> not_assured(const model::Requirements& present,
                                       const model::Requirements& wanted) {
  for (const auto& [key, requirement] : wanted) {
    if (is_of_planning_alone(key)) continue;
    const model::Requirement* found = present.find(key);
    if (found == nullptr || !is_assured(*found, requirement)) return key;
  }
  return std::nullopt;
}

bool is_hard(const model::Taint& taint) { return taint.effect != "PreferNoSchedule"; }

class Checker {
 public:
  Checker(const Decision& decision, const Plan& plan)
      : decision_(decision), plan_(plan), daemons_(daemons_of(decision)) {}

  std::vector<Finding> check() {
    check_counts();
    if (!findings_.empty()) return std::move(findings_);  // nothing else can be relied on
    for (std::size_t index = 0; index < plan_.claims.size(); ++index)
      check_claim(index);
    for (const DecidedNode& placed : plan_.nodes)
      check_node(placed);
    check_limits();
    check_reservations();
    for (Finding& finding : topology_findings(decision_, plan_))
      findings_.push_back(std::move(finding));
    for (const DecidedRefusal& refusal : plan_.refusals)
      check_refusal(refusal);
    return std::move(findings_);
  }

 private:
  void add(Fault fault, std::string sentence) { findings_.push_back({fault, std::move(sentence)}); }

  const std::string& name(std::size_t pod) const { return decision_.pods[pod]->metadata.name; }

  void check_counts() {
    std::vector<int> seen(decision_.pods.size(), 0);
    auto count = [&](std::size_t pod) {
      if (pod < seen.size()) {
        ++seen[pod];
      } else {
        add(Fault::not_there, fmt::format("there is no pod {}", pod));
      }
    };
    for (const DecidedClaim& claim : plan_.claims) {
      std::ranges::for_each(claim.pods, count);
      if (offer_of(claim) == nullptr) {
        add(Fault::not_there, fmt::format("there is no NodePool {}", claim.nodepool));
      }
    }
    for (const DecidedNode& placed : plan_.nodes) {
      std::ranges::for_each(placed.pods, count);
      if (placed.node >= decision_.nodes.size()) {
        add(Fault::not_there, fmt::format("there is no node {}", placed.node));
      }
    }
    for (const DecidedRefusal& refusal : plan_.refusals)
      count(refusal.pod);
    for (std::size_t pod = 0; pod < seen.size(); ++pod) {
      if (seen[pod] == 0) add(Fault::pod_lost, fmt::format("pod {} is lost", name(pod)));
      if (seen[pod] > 1) {
        add(Fault::pod_twice, fmt::format("pod {} has {} outcomes", name(pod), seen[pod]));
      }
    }
  }

  const PoolOffer* offer_of(const DecidedClaim& claim) const {
    for (const PoolOffer& offer : decision_.pools) {
      if (offer.pool->metadata.name == claim.nodepool) return &offer;
    }
    return nullptr;
  }

  model::ResourceList requests_of(const std::vector<std::size_t>& pods) const {
    model::ResourceList sum;
    for (std::size_t pod : pods)
      model::add(sum, model::requests_of(*decision_.pods[pod]));
    return sum;
  }

  // Claims

  void check_claim(std::size_t index) {
    const DecidedClaim& claim = plan_.claims[index];
    const PoolOffer& offer = *offer_of(claim);
    const std::string what = fmt::format("claim {} of {}", index + 1, claim.nodepool);
    std::vector<Machine> machines;
    for (const std::string& type_name : claim.types) {
      auto type = std::ranges::find(offer.types, type_name, &model::InstanceType::name);
      if (type == offer.types.end()) {
        add(Fault::not_there, fmt::format("{}: there is no type {}", what, type_name));
        continue;
      }
      machines.push_back(machine_of(**type, *offer.pool, daemons_, decision_));
    }
    if (claim.pods.empty()) add(Fault::not_there, what + " holds no pod");
    if (machines.empty()) add(Fault::instance_type, what + " has no type left");
    check_pods_of_claim(claim, offer, what);
    check_types_of_claim(claim, machines, what);
    check_values_and_order(claim, offer, machines, what);
  }

  void check_pods_of_claim(const DecidedClaim& claim, const PoolOffer& offer,
                           const std::string& what) {
    model::Requirements of_template = template_requirements(*offer.pool);
    if (auto key = not_assured(claim.requirements, of_template)) {
      add(Fault::labels, fmt::format("{}: the NodePool requires {}", what, *key));
    }
    for (std::size_t pod : claim.pods) {
      const model::PodSpec& spec = *decision_.pods[pod]->spec;
      for (const model::Taint& taint : offer.pool->spec.template_.spec.taints) {
        if (is_hard(taint) && !tolerates_all(spec.tolerations, {taint})) {
          add(Fault::taint,
              fmt::format("{}: pod {} does not tolerate {}", what, name(pod), taint.key));
        }
      }
      const auto forms = acceptable(*decision_.pods[pod], decision_.settings);
      bool is_fine = std::ranges::any_of(forms, [&](const model::Requirements& wanted) {
        return !not_assured(claim.requirements, wanted);
      });
      if (!is_fine) {
        add(Fault::labels,
            fmt::format("{}: the labels that pod {} requires are not assured", what, name(pod)));
      }
      check_volumes(pod, what, [&](const model::Requirements& wanted) {
        return !not_assured(claim.requirements, wanted);
      });
    }
    check_ports(claim.pods, {}, what);
  }

  template <class Reaches>
  void check_volumes(std::size_t pod, const std::string& what, Reaches reaches) {
    auto alternatives = volume_alternatives(*decision_.pods[pod], decision_);
    if (!alternatives || std::ranges::none_of(*alternatives, reaches)) {
      add(Fault::volumes, fmt::format("{}: pod {} does not reach its volumes", what, name(pod)));
    }
  }

  void check_ports(const std::vector<std::size_t>& pods, HostPorts taken, const std::string& what) {
    for (std::size_t pod : pods) {
      const HostPorts ports = host_ports(*decision_.pods[pod]->spec);
      if (conflict(ports, taken)) {
        add(Fault::host_port, fmt::format("{}: a host port of pod {} is taken", what, name(pod)));
      }
      taken.insert(taken.end(), ports.begin(), ports.end());
    }
  }

  bool holds_reservations(const DecidedClaim& claim) const {
    return decision_.settings.uses_reservations &&
           claim.requirements.has(decision_.settings.reservation_id_label);
  }

  // What the types have been chosen for: before reservations took the place of the capacity type.
  model::Requirements chosen_for(const DecidedClaim& claim) const {
    model::Requirements requirements = claim.requirements;
    if (!holds_reservations(claim)) return requirements;
    requirements.erase(decision_.settings.reservation_id_label);
    requirements.erase(model::kCapacityTypeLabel);
    return requirements;
  }

  void check_types_of_claim(const DecidedClaim& claim, const std::vector<Machine>& machines,
                            const std::string& what) {
    const model::Requirements requirements = chosen_for(claim);
    const model::ResourceList requests = requests_of(claim.pods);
    for (const Machine& machine : machines) {
      if (!suits(machine, requirements, requests, decision_.settings)) {
        add(Fault::instance_type, fmt::format("{}: type {} does not suit its pods and daemons",
                                              what, machine.type->name));
      }
      for (std::size_t pod : claim.pods) {
        if (conflict(host_ports(*decision_.pods[pod]->spec), machine.daemon_ports)) {
          add(Fault::host_port, fmt::format("{}: on type {} a daemon has a host port of pod {}",
                                            what, machine.type->name, name(pod)));
        }
      }
    }
  }

  void check_values_and_order(const DecidedClaim& claim, const PoolOffer& offer,
                              const std::vector<Machine>& machines, const std::string& what) {
    Types types;
    std::vector<const Machine*> all;
    for (const Machine& machine : machines) {
      types.push_back(machine.type);
      all.push_back(&machine);
    }
    if (decision_.settings.strict_min_values) {
      model::Requirements asked = claim.requirements;
      asked.add(template_requirements(*offer.pool));
      for (const auto& [key, count] : too_few_values(asked, types)) {
        add(Fault::min_values, fmt::format("{}: only {} values of {}", what, count, key));
      }
    }
    auto rank = [&](const model::InstanceType* type) {
      return std::tuple(price_of(*type, claim.requirements, decision_.settings), type->name);
    };
    bool is_ordered = std::ranges::is_sorted(types, {}, rank);
    if (!is_ordered || types.size() > decision_.settings.max_instance_types) {
      add(Fault::order_of_types, what + ": not the cheapest types first");
    }
    // Types that were cut off have a say in what daemons take at least.
    if (types.size() == decision_.settings.max_instance_types) return;
    if (claim.requests != with_least_overhead(requests_of(claim.pods), all)) {
      add(Fault::requests, what + ": requests are not those of pods and daemons");
    }
  }

  // Nodes

  bool is_any_template() const {
    return std::ranges::any_of(decision_.pools, [&](const PoolOffer& offer) {
      return !usable_types(offer, decision_.settings).empty();
    });
  }

  model::Requirements labels_of(const NodeInput& node) const {
    model::Requirements labels = model::requirements_of(node.labels());
    labels.replace(
        model::Requirement(model::kHostnameLabel, model::Operator::In, {node.hostname()}));
    return labels;
  }

  // Labels that exist only because a pod says what they must not be (SCH-072).
  model::Requirements labels_with_exclusions(const DecidedNode& placed) const {
    model::Requirements labels = labels_of(decision_.nodes[placed.node]);
    const model::Requirements own = labels;
    for (std::size_t pod : placed.pods) {
      for (const model::Requirements& wanted :
           acceptable(*decision_.pods[pod], decision_.settings)) {
        for (const auto& [key, requirement] : wanted) {
          bool excludes = requirement.op() == model::Operator::NotIn;
          if (excludes && !own.has(key)) labels.replace(model::Requirement::any(key));
        }
      }
    }
    return labels;
  }

  // Less the labels that must not be there and are not: whoever else excludes their values.
  model::Requirements without_absent(const model::Requirements& wanted,
                                     const NodeInput& node) const {
    const model::Requirements own = labels_of(node);
    model::Requirements rest = wanted;
    for (const auto& [key, requirement] : wanted) {
      if (requirement.op() == model::Operator::DoesNotExist && !own.has(key)) rest.erase(key);
    }
    return rest;
  }

  model::ResourceList available_on(const NodeInput& node) const {
    model::ResourceList available = node.allocatable();
    for (const auto& pod : node.pods)
      model::subtract(available, model::requests_of(*pod));
    model::subtract(available, remaining_overhead(daemons_, node, is_any_template()));
    return available;
  }

  void check_node(const DecidedNode& placed) {
    const NodeInput& node = decision_.nodes[placed.node];
    const std::string what = "node " + node.name();
    const model::Requirements labels = labels_with_exclusions(placed);
    if (!model::fits(requests_of(placed.pods), available_on(node))) {
      add(Fault::resources, what + " has too little left");
    }
    Attached present;
    HostPorts taken;
    auto attach = [&](const model::Pod& pod) {
      for (const auto& [driver, claims] : known_volumes(pod, decision_))
        present[driver].insert(claims.begin(), claims.end());
    };
    for (const auto& pod : node.pods) {
      attach(*pod);
      const HostPorts ports = host_ports(*pod->spec);
      taken.insert(taken.end(), ports.begin(), ports.end());
    }
    for (std::size_t pod : placed.pods) {
      const model::PodSpec& spec = *decision_.pods[pod]->spec;
      attach(*decision_.pods[pod]);
      for (const model::Taint& taint : node.taints()) {
        if (is_hard(taint) && !tolerates_all(spec.tolerations, {taint})) {
          add(Fault::taint,
              fmt::format("{}: pod {} does not tolerate {}", what, name(pod), taint.key));
        }
      }
      const auto forms = acceptable(*decision_.pods[pod], decision_.settings);
      bool is_fine = std::ranges::any_of(forms, [&](const model::Requirements& wanted) {
        return is_strictly_compatible(labels, without_absent(wanted, node));
      });
      if (!is_fine) {
        add(Fault::labels, fmt::format("{}: pod {} requires other labels", what, name(pod)));
      }
      check_volumes(pod, what, [&](const model::Requirements& wanted) {
        return is_strictly_compatible(labels, wanted);
      });
    }
    check_ports(placed.pods, taken, what);
    if (!can_attach(present, {}, node, decision_)) {
      add(Fault::attach_limit, what + " has too many volumes");
    }
  }

  // NodePools

  void check_limits() {
    for (const PoolOffer& offer : decision_.pools) {
      const std::string& pool = offer.pool->metadata.name;
      for (const auto& [resource, limit] : offer.pool->spec.limits) {
        base::Quantity used;
        for (const NodeInput& node : decision_.nodes) {
          if (model::value_of(node.labels(), model::kNodePoolLabel) != pool) continue;
          used += model::quantity_of(node.capacity(), resource);
        }
        bool is_any = false;
        for (const DecidedClaim& claim : plan_.claims) {
          if (claim.nodepool != pool) continue;
          is_any = true;
          used += resource == model::kNodes ? base::Quantity::from_units(1)
                                            : largest(claim, offer, resource);
        }
        if (is_any && used > limit) {
          add(Fault::limits, fmt::format("NodePool {}: {} of {} exceed the limit of {}", pool,
                                         used.to_string(), resource, limit.to_string()));
        }
      }
    }
  }

  static base::Quantity largest(const DecidedClaim& claim, const PoolOffer& offer,
                                std::string_view resource) {
    base::Quantity most;
    for (const auto& type : offer.types) {
      if (std::ranges::count(claim.types, type->name) == 0) continue;
      most = std::max(most, model::quantity_of(type->capacity, resource));
    }
    return most;
  }

  void check_reservations() {
    if (!decision_.settings.uses_reservations) return;
    std::map<std::string, std::int64_t> left = reservations_left(decision_);
    has_reservations_ = !left.empty();
    for (const DecidedClaim& claim : plan_.claims) {
      if (!holds_reservations(claim)) continue;
      for (const std::string& id :
           claim.requirements.find(decision_.settings.reservation_id_label)->values()) {
        if (--left[id] < 0) {
          add(Fault::reservation, fmt::format("reservation {} is held too often", id));
        }
      }
    }
  }

  // Refusals: whether the pod, with all wishes given up, would have had a place at the end.

  void check_refusal(const DecidedRefusal& refusal) {
    using Code = model::Reason::Code;
    const model::Pod& pod = *decision_.pods[refusal.pod];
    switch (refusal.reason.code) {
      case Code::ignored:
      case Code::avoids_karpenter:
      case Code::no_nodepools:
      case Code::dra:
      case Code::reserved_offering: return;
      default: break;
    }
    if (has_reservations_ || is_bound_by_others(decision_, pod)) return;
    // A claim that was cut to too few types takes its pods with it (SCH-267).
    if (refusal.reason.code == Code::min_values && may_be_cut()) return;
    bool may_tolerate = std::ranges::any_of(decision_.pools, [](const PoolOffer& offer) {
      return !std::ranges::all_of(offer.pool->spec.template_.spec.taints, is_hard);
    });
    model::PodSpec spec = *pod.spec;
    do {
      if (has_wishes(spec)) continue;
      std::optional<std::string> place = place_for(refusal.pod, spec);
      if (!place) continue;
      add(Fault::fits_after_all,
          fmt::format("pod {} is refused but fits {}", name(refusal.pod), *place));
      return;
    } while (relax(spec, may_tolerate));
  }

  bool may_be_cut() const {
    return std::ranges::any_of(decision_.pools, [&](const PoolOffer& offer) {
      return offer.types.size() > decision_.settings.max_instance_types;
    });
  }

  static bool has_wishes(const model::PodSpec& spec) {
    if (!spec.topologySpreadConstraints.empty()) return true;
    if (!spec.affinity) return false;
    const auto& [of_nodes, of_pods, against_pods] = *spec.affinity;
    auto prefers = [](const auto& affinity) {
      return affinity && !affinity->preferredDuringSchedulingIgnoredDuringExecution.empty();
    };
    return prefers(of_nodes) || prefers(of_pods) || prefers(against_pods);
  }

  std::optional<std::string> place_for(std::size_t pod, const model::PodSpec& spec) const {
    for (std::size_t index = 0; index < decision_.nodes.size(); ++index) {
      if (fits_node(pod, spec, index)) return "node " + decision_.nodes[index].name();
    }
    for (std::size_t index = 0; index < plan_.claims.size(); ++index) {
      const DecidedClaim& claim = plan_.claims[index];
      const PoolOffer& offer = *offer_of(claim);
      Types types;
      for (const auto& type : offer.types) {
        if (std::ranges::count(claim.types, type->name) > 0) types.push_back(type.get());
      }
      if (fits_types(pod, spec, offer, claim.requirements, types, claim.pods)) {
        return fmt::format("claim {}", index + 1);
      }
    }
    for (const PoolOffer& offer : decision_.pools) {
      // How much of a limit is left is known only while the limit was not charged.
      if (!offer.pool->spec.limits.empty()) continue;
      const Types types = usable_types(offer, decision_.settings);
      if (!types.empty() &&
          fits_types(pod, spec, offer, template_requirements(*offer.pool), types, {})) {
        return "a new claim of " + offer.pool->metadata.name;
      }
    }
    return std::nullopt;
  }

  bool fits_node(std::size_t pod, const model::PodSpec& spec, std::size_t index) const {
    const NodeInput& node = decision_.nodes[index];
    std::vector<std::size_t> pods;
    for (const DecidedNode& placed : plan_.nodes) {
      if (placed.node == index) pods = placed.pods;
    }
    HostPorts taken;
    Attached present;
    auto take = [&](const model::Pod& there) {
      const HostPorts ports = host_ports(*there.spec);
      taken.insert(taken.end(), ports.begin(), ports.end());
      for (const auto& [driver, claims] : known_volumes(there, decision_))
        present[driver].insert(claims.begin(), claims.end());
    };
    for (const auto& there : node.pods)
      take(*there);
    for (std::size_t there : pods)
      take(*decision_.pods[there]);
    if (!tolerates_all(spec.tolerations, node.taints())) return false;
    if (conflict(host_ports(spec), taken)) return false;
    auto more = attached_volumes(*decision_.pods[pod], decision_);
    if (!more || !can_attach(present, *more, node, decision_)) return false;
    pods.push_back(pod);
    if (!model::fits(requests_of(pods), available_on(node))) return false;
    const model::Requirements labels = labels_of(node);
    auto alternatives = volume_alternatives(*decision_.pods[pod], decision_);
    return is_strictly_compatible(labels, model::strict_requirements_of(spec)) && alternatives &&
           std::ranges::any_of(*alternatives, [&](const auto& wanted) {
             return is_strictly_compatible(labels, wanted);
           });
  }

  bool fits_types(std::size_t pod, const model::PodSpec& spec, const PoolOffer& offer,
                  const model::Requirements& requirements, const Types& types,
                  std::vector<std::size_t> pods) const {
    const DecisionSettings& settings = decision_.settings;
    if (!tolerates_all(spec.tolerations, offer.pool->spec.template_.spec.taints)) return false;
    const model::Requirements wanted = model::strict_requirements_of(spec);
    if (!is_loosely_compatible(requirements, wanted, settings)) return false;
    const HostPorts ports = host_ports(spec);
    for (std::size_t there : pods) {
      if (conflict(ports, host_ports(*decision_.pods[there]->spec))) return false;
    }
    bool is_new = pods.empty();
    pods.push_back(pod);
    const model::ResourceList requests = requests_of(pods);
    auto alternatives = volume_alternatives(*decision_.pods[pod], decision_);
    if (!alternatives) return false;
    return std::ranges::any_of(*alternatives, [&](const model::Requirements& volumes) {
      const model::Requirements with_pod = together(requirements, wanted);
      if (!is_loosely_compatible(with_pod, volumes, settings)) return false;
      const model::Requirements all = together(with_pod, volumes);
      Types left;
      for (const model::InstanceType* type : types) {
        const Machine machine = machine_of(*type, *offer.pool, daemons_, decision_);
        bool has_port = !conflict(ports, machine.daemon_ports);
        if (has_port && suits(machine, all, requests, settings)) left.push_back(type);
      }
      bool lacks_values = !too_few_values(all, left).empty();
      return !left.empty() && (!lacks_values || (is_new && !settings.strict_min_values));
    });
  }

  const Decision& decision_;
  const Plan& plan_;
  std::vector<Daemon> daemons_;
  bool has_reservations_ = false;
  std::vector<Finding> findings_;
};

}  // namespace

std::string_view to_string(Fault fault) {
  switch (fault) {
    case Fault::pod_lost: return "pod lost";
    case Fault::pod_twice: return "pod twice";
    case Fault::not_there: return "not there";
    case Fault::taint: return "taint";
    case Fault::labels: return "labels";
    case Fault::volumes: return "volumes";
    case Fault::attach_limit: return "attach limit";
    case Fault::host_port: return "host port";
    case Fault::instance_type: return "instance type";
    case Fault::resources: return "resources";
    case Fault::limits: return "limits";
    case Fault::min_values: return "minValues";
    case Fault::order_of_types: return "order of types";
    case Fault::requests: return "requests";
    case Fault::spread: return "spread";
    case Fault::affinity: return "affinity";
    case Fault::anti_affinity: return "anti-affinity";
    case Fault::reservation: return "reservation";
    case Fault::fits_after_all: return "fits after all";
  }
  return "";
}

std::vector<Finding> check(const Decision& decision, const Plan& plan) {
  return Checker(decision, plan).check();
}

}  // namespace judge
