#include "judge/rules.h"

#include <algorithm>
#include <charconv>
#include <tuple>
#include <utility>

#include "judge/filters.h"
#include "judge/volumes.h"
#include "model/labels.h"
#include "model/resources.h"

namespace judge {
namespace {

bool is_negative(const model::Requirement& requirement) {
  return requirement.op() == model::Operator::NotIn ||
         requirement.op() == model::Operator::DoesNotExist;
}

bool is_of_domain(std::string_view key, std::string_view domain) {
  std::size_t slash = key.find('/');
  if (slash == std::string_view::npos) return false;
  std::string_view own = key.substr(0, slash);
  return own == domain || own.ends_with("." + std::string(domain));
}

bool is_restricted(std::string_view key, const DecisionSettings& settings) {
  if (key == model::kHostnameLabel) return true;
  if (is_well_known(key, settings)) return false;
  return is_of_domain(key, "karpenter.sh") || is_of_domain(key, model::kAwsGroup) ||
         std::ranges::any_of(settings.restricted_domains,
                             [&](const auto& domain) { return is_of_domain(key, domain); });
}

const model::NodeSelector* required_terms(const model::PodSpec& spec) {
  if (!spec.affinity || !spec.affinity->nodeAffinity) return nullptr;
  const auto& required =
      spec.affinity->nodeAffinity->requiredDuringSchedulingIgnoredDuringExecution;
  return required ? &*required : nullptr;
}

// Takes out the heaviest, of equal weights the first.
template <class Terms>
bool drop_heaviest(Terms& terms) {
  if (terms.empty()) return false;
  std::size_t heaviest = 0;
  for (std::size_t index = 1; index < terms.size(); ++index) {
    if (terms[index].weight > terms[heaviest].weight) heaviest = index;
  }
  terms.erase(terms.begin() + static_cast<std::ptrdiff_t>(heaviest));
  return true;
}

bool is_natural(std::string_view text) {
  std::int64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number >= 0;
}

// SCH-034 to SCH-036.
bool is_valid_expression(const model::NodeSelectorRequirement& expression,
                         const DecisionSettings& settings) {
  std::string_view key = model::normalized_label(expression.key);
  const std::string& op = expression.operator_;
  const auto& values = expression.values;
  if (!model::is_qualified_name(key) || is_restricted(key, settings)) return false;
  if (!std::ranges::all_of(values, model::is_label_value)) return false;
  if (op == "Gt" || op == "Lt" || op == "Gte" || op == "Lte") {
    return values.size() == 1 && is_natural(values.front());
  }
  if (op != "In") return op == "NotIn" || op == "Exists" || op == "DoesNotExist";
  if (key != model::kCapacityTypeLabel) return !values.empty();
  return std::ranges::any_of(values, [](const std::string& value) {
    return value == model::kSpot || value == model::kOnDemand || value == model::kReserved;
  });
}

bool has_sound_claims(const model::Pod& pod, const Surroundings& surroundings) {
  return std::ranges::all_of(claimed_volumes(pod, surroundings), [&](const ClaimedVolume& volume) {
    const model::PersistentVolumeClaim* claim = volume.object;
    if (claim == nullptr || claim->metadata.deletionTimestamp || claim->status.phase == "Lost") {
      return false;
    }
    if (!claim->spec.volumeName.empty()) {
      const model::PersistentVolume* bound = find(surroundings.volumes, claim->spec.volumeName);
      return bound != nullptr && !bound->metadata.deletionTimestamp && is_bound(*claim);
    }
    const auto* of_class =
        find(surroundings.storage_classes, claim->spec.storageClassName.value_or(""));
    return of_class != nullptr && of_class->volumeBindingMode == "WaitForFirstConsumer";
  });
}

using Alternatives = std::vector<model::Requirements>;

Alternatives of_volume(const model::PersistentVolume& volume) {
  Alternatives alternatives;
  if (!volume.spec.nodeAffinity || !volume.spec.nodeAffinity->required) return alternatives;
  for (const auto& term : volume.spec.nodeAffinity->required->nodeSelectorTerms) {
    if (term.matchExpressions.empty()) continue;
    model::Requirements one = model::requirements_of(term.matchExpressions);
    if (volume.spec.local || volume.spec.hostPath) one.erase(model::kHostnameLabel);
    alternatives.push_back(one);
  }
  return alternatives;
}

Alternatives of_class(const model::StorageClass& storage_class) {
  Alternatives alternatives;
  for (const auto& term : storage_class.allowedTopologies) {
    if (term.matchLabelExpressions.empty()) continue;
    model::Requirements one;
    for (const auto& expression : term.matchLabelExpressions) {
      one.add(model::Requirement(expression.key, model::Operator::In, expression.values));
    }
    alternatives.push_back(one);
  }
  return alternatives;
}

bool tolerates_taints(const Daemon& daemon, const std::vector<model::Taint>& taints,
                      bool preferences) {
  return std::ranges::all_of(taints, [&](const model::Taint& taint) {
    return (preferences && taint.effect == "PreferNoSchedule") ||
           tolerated(daemon.tolerations, taint);
  });
}

bool is_of_daemon_set(const model::Pod& pod) {
  return std::ranges::any_of(pod.metadata.ownerReferences, [](const auto& owner) {
    return owner.apiVersion == "apps/v1" && owner.kind == "DaemonSet";
  });
}

}  // namespace

bool is_well_known(std::string_view key, const DecisionSettings& settings) {
  return std::ranges::find(settings.well_known, key) != settings.well_known.end();
}

bool is_loosely_compatible(const model::Requirements& existing, const model::Requirements& incoming,
                           const DecisionSettings& settings) {
  for (const auto& [key, requirement] : incoming) {
    const model::Requirement* present = existing.find(key);
    if (present == nullptr) {
      if (!is_well_known(key, settings) && !is_negative(requirement)) return false;
    } else if (!present->overlaps(requirement)) {
      if (!is_negative(*present) || !is_negative(requirement)) return false;
    }
  }
  return true;
}

bool is_strictly_compatible(const model::Requirements& existing,
                            const model::Requirements& incoming) {
  DecisionSettings nothing_known;
  return is_loosely_compatible(existing, incoming, nothing_known);
}

model::Requirements together(model::Requirements some, const model::Requirements& others) {
  some.add(others);
  return some;
}

std::map<std::string, std::int32_t> too_few_values(const model::Requirements& requirements,
                                                   const Types& types) {
  std::map<std::string, std::int32_t> violations;
  for (const auto& [key, requirement] : requirements) {
    if (!requirement.min_values()) continue;
    std::set<std::string> values;
    for (const model::InstanceType* type : types) {
      const model::Requirement* own = type->requirements.find(key);
      if (own == nullptr || own->is_complement()) continue;
      values.insert(own->values().begin(), own->values().end());
    }
    auto count = static_cast<std::int32_t>(values.size());
    if (count < *requirement.min_values()) violations[key] = count;
  }
  return violations;
}

bool tolerates_all(const std::vector<model::Toleration>& tolerations,
                   const std::vector<model::Taint>& taints) {
  return std::ranges::all_of(taints,
                             [&](const auto& taint) { return tolerated(tolerations, taint); });
}

model::Toleration toleration_of_preferences() {
  return {"", "Exists", "", "PreferNoSchedule", std::nullopt};
}

bool relax(model::PodSpec& spec, bool may_tolerate_preferences) {
  if (spec.affinity) {
    auto& [of_nodes, of_pods, against_pods] = *spec.affinity;
    if (of_nodes && of_nodes->requiredDuringSchedulingIgnoredDuringExecution) {
      auto& terms = of_nodes->requiredDuringSchedulingIgnoredDuringExecution->nodeSelectorTerms;
      if (terms.size() > 1) {
        terms.erase(terms.begin());
        return true;
      }
    }
    for (auto* affinity : {&of_pods, &against_pods}) {
      if (*affinity &&
          drop_heaviest((*affinity)->preferredDuringSchedulingIgnoredDuringExecution)) {
        return true;
      }
    }
    if (of_nodes && drop_heaviest(of_nodes->preferredDuringSchedulingIgnoredDuringExecution)) {
      return true;
    }
  }
  auto& spreads = spec.topologySpreadConstraints;
  for (auto& spread : spreads) {
    if (spread.whenUnsatisfiable != "ScheduleAnyway") continue;
    spread = spreads.back();
    spreads.pop_back();
    return true;
  }
  if (!may_tolerate_preferences) return false;
  const model::Toleration added = toleration_of_preferences();
  if (std::ranges::count(spec.tolerations, added) > 0) return false;
  spec.tolerations.push_back(added);
  return true;
}

bool uses_dra(const model::PodSpec& spec) {
  if (!spec.resourceClaims.empty()) return true;
  for (const auto* containers : {&spec.containers, &spec.initContainers}) {
    for (const model::Container& container : *containers) {
      if (!container.resources.claims.empty()) return true;
    }
  }
  return false;
}

std::optional<model::Reason> validation_fault(const model::Pod& pod, const Decision& decision) {
  const model::Requirement pool = model::requirements_of(*pod.spec).get(model::kNodePoolLabel);
  if (pool.op() == model::Operator::DoesNotExist) {
    return model::Reason{model::Reason::Code::avoids_karpenter, "", "", {}};
  }
  bool is_valid = has_sound_claims(pod, decision.surroundings);
  for (const auto& [key, value] : pod.spec->nodeSelector) {
    is_valid = is_valid && is_valid_expression({key, "In", {value}}, decision.settings);
  }
  if (const model::NodeSelector* required = required_terms(*pod.spec)) {
    for (const auto& term : required->nodeSelectorTerms) {
      is_valid = is_valid && term.matchFields.empty();
      for (const auto& expression : term.matchExpressions) {
        is_valid = is_valid && is_valid_expression(expression, decision.settings);
      }
    }
  }
  if (is_valid) return std::nullopt;
  return model::Reason{model::Reason::Code::ignored, "", "", {}};
}

HostPorts host_ports(const model::PodSpec& spec) {
  HostPorts ports;
  for (const model::Container& container : spec.containers) {
    for (const model::ContainerPort& port : container.ports) {
      if (port.hostPort == 0) continue;
      ports.push_back({port.hostPort, port.protocol.empty() ? "TCP" : port.protocol,
                       port.hostIP.empty() ? "0.0.0.0" : port.hostIP});
    }
  }
  return ports;
}

bool conflict(const HostPorts& some, const HostPorts& others) {
  auto is_any = [](const std::string& address) { return address == "0.0.0.0" || address == "::"; };
  for (const HostPort& one : some) {
    for (const HostPort& other : others) {
      if (one.port != other.port || one.protocol != other.protocol) continue;
      if (one.address == other.address || is_any(one.address) || is_any(other.address)) return true;
    }
  }
  return false;
}

std::optional<Alternatives> volume_alternatives(const model::Pod& pod, const Decision& decision) {
  Alternatives all(1);
  for (const ClaimedVolume& volume : claimed_volumes(pod, decision.surroundings)) {
    if (volume.object == nullptr) return std::nullopt;
    const auto& spec = volume.object->spec;
    Alternatives of_one;
    if (!spec.volumeName.empty()) {
      const auto* bound = find(decision.surroundings.volumes, spec.volumeName);
      if (bound == nullptr) return std::nullopt;
      of_one = of_volume(*bound);
    } else if (!spec.storageClassName.value_or("").empty()) {
      const auto* found = find(decision.surroundings.storage_classes, *spec.storageClassName);
      if (found == nullptr) return std::nullopt;
      of_one = of_class(*found);
    }
    if (of_one.empty()) continue;
    Alternatives possible;
    Alternatives every;
    for (const model::Requirements& before : all) {
      for (const model::Requirements& more : of_one) {
        every.push_back(together(before, more));
        if (before.intersects(more)) possible.push_back(every.back());
      }
    }
    all = possible.empty() ? every : possible;
  }
  return all;
}

std::optional<Attached> attached_volumes(const model::Pod& pod, const Decision& decision) {
  for (const ClaimedVolume& volume : claimed_volumes(pod, decision.surroundings)) {
    if (volume.object == nullptr) continue;
    const std::string& bound = volume.object->spec.volumeName;
    if (!bound.empty() && find(decision.surroundings.volumes, bound) == nullptr) {
      return std::nullopt;
    }
  }
  return known_volumes(pod, decision);
}

Attached known_volumes(const model::Pod& pod, const Decision& decision) {
  Attached attached;
  for (const ClaimedVolume& volume : claimed_volumes(pod, decision.surroundings)) {
    if (volume.object == nullptr) continue;
    auto driver = driver_of(*volume.object, decision.surroundings);
    if (driver && !driver->empty()) attached[*driver].insert(volume.key);
  }
  return attached;
}

bool can_attach(const Attached& present, const Attached& more, const NodeInput& node,
                const Decision& decision) {
  if (node.node == nullptr) return true;
  const auto* csi_node = find(decision.surroundings.csi_nodes, node.node->metadata.name);
  if (csi_node == nullptr) return true;
  for (const model::CSINodeDriver& driver : csi_node->spec.drivers) {
    if (!driver.allocatable) continue;
    std::set<std::string> claims;
    for (const Attached* some : {&present, &more}) {
      auto found = some->find(driver.name);
      if (found != some->end()) claims.insert(found->second.begin(), found->second.end());
    }
    if (std::cmp_greater(claims.size(), driver.allocatable->count.value_or(0))) return false;
  }
  return true;
}

std::vector<model::Requirements> required_alternatives(const model::PodSpec& spec) {
  const model::Requirements selected = model::requirements_of(spec.nodeSelector);
  const model::NodeSelector* required = required_terms(spec);
  if (required == nullptr || required->nodeSelectorTerms.empty()) return {selected};
  Alternatives alternatives;
  for (const auto& term : required->nodeSelectorTerms) {
    alternatives.push_back(together(selected, model::requirements_of(term.matchExpressions)));
  }
  return alternatives;
}

std::vector<model::Requirements> acceptable(const model::Pod& pod,
                                            const DecisionSettings& settings) {
  std::vector<model::Requirements> forms = required_alternatives(*pod.spec);
  if (!settings.respects_preferences) return forms;
  model::PodSpec spec = *pod.spec;
  do {
    forms.push_back(model::requirements_of(spec));
  } while (relax(spec, false));
  return forms;
}

std::vector<Daemon> daemons_of(const Decision& decision) {
  std::vector<Daemon> daemons;
  for (const DaemonSource& source : decision.daemons) {
    const model::PodTemplateSpec& made_from = source.daemon_set->spec.template_;
    model::PodSpec spec = source.newest_pod ? *source.newest_pod->spec : *made_from.spec;
    if (decision.settings.ignores_dra && uses_dra(spec)) continue;
    if (const model::NodeSelector* of_template = required_terms(*made_from.spec)) {
      if (!spec.affinity) spec.affinity.emplace();
      if (!spec.affinity->nodeAffinity) spec.affinity->nodeAffinity.emplace();
      spec.affinity->nodeAffinity->requiredDuringSchedulingIgnoredDuringExecution = *of_template;
    }
    daemons.push_back({spec.tolerations, required_alternatives(spec), host_ports(spec),
                       source.newest_pod ? model::requests_of(*source.newest_pod)
                                         : model::requests_of(made_from)});
  }
  return daemons;
}

model::Requirements template_requirements(const model::NodePool& pool) {
  const model::NodeClaimTemplate& made_from = pool.spec.template_;
  model::Requirements requirements = model::requirements_of(made_from.spec.requirements);
  model::Labels labels = made_from.metadata.labels;
  const auto& of_class = made_from.spec.nodeClassRef;
  labels[std::string(model::kNodePoolLabel)] = pool.metadata.name;
  labels[model::node_class_label(of_class.group, of_class.kind)] = of_class.name;
  labels[std::string(model::kRegisteredLabel)] = "true";
  labels[std::string(model::kInitializedLabel)] = "true";
  requirements.add(model::requirements_of(labels));
  return requirements;
}

bool runs_on(const Daemon& daemon, const model::NodePool& pool, const model::InstanceType& type,
             const Decision& decision) {
  if (!tolerates_taints(daemon, pool.spec.template_.spec.taints, true)) return false;
  const model::Requirements of_pool = template_requirements(pool);
  return std::ranges::any_of(daemon.alternatives, [&](const model::Requirements& wanted) {
    return is_loosely_compatible(of_pool, wanted, decision.settings) &&
           type.requirements.intersects(wanted);
  });
}

bool is_expected_on(const Daemon& daemon, const NodeInput& node, bool tolerates_preferences) {
  if (!tolerates_taints(daemon, node.taints(), tolerates_preferences)) return false;
  model::Requirements of_node = model::requirements_of(node.labels());
  of_node.add(model::Requirement(model::kHostnameLabel, model::Operator::In, {node.hostname()}));
  return std::ranges::any_of(daemon.alternatives, [&](const model::Requirements& wanted) {
    return is_strictly_compatible(of_node, wanted);
  });
}

model::ResourceList remaining_overhead(const std::vector<Daemon>& daemons, const NodeInput& node,
                                       bool tolerates_preferences) {
  model::ResourceList expected;
  for (const Daemon& daemon : daemons) {
    if (is_expected_on(daemon, node, tolerates_preferences)) model::add(expected, daemon.requests);
  }
  for (const auto& pod : node.pods) {
    if (is_of_daemon_set(*pod)) model::subtract(expected, model::requests_of(*pod));
  }
  for (auto& [resource, quantity] : expected) {
    if (quantity.is_negative()) quantity = base::Quantity();
  }
  return expected;
}

Machine machine_of(const model::InstanceType& type, const model::NodePool& pool,
                   const std::vector<Daemon>& daemons, const Decision& decision) {
  Machine machine{&type, type.groups(), {}, {}};
  for (const Daemon& daemon : daemons) {
    if (!runs_on(daemon, pool, type, decision)) continue;
    model::add(machine.overhead, daemon.requests);
    machine.daemon_ports.insert(machine.daemon_ports.end(), daemon.ports.begin(),
                                daemon.ports.end());
  }
  return machine;
}

bool suits(const Machine& machine, const model::Requirements& requirements,
           const model::ResourceList& requests, const DecisionSettings& settings) {
  if (!machine.type->requirements.intersects(requirements)) return false;
  model::ResourceList needed = requests;
  model::add(needed, machine.overhead);
  for (const model::OfferingGroup& group : machine.groups) {
    if (!model::fits(needed, group.allocatable)) continue;
    for (const model::Offering* offering : group.offerings) {
      if (is_loosely_compatible(requirements, offering->requirements, settings)) return true;
    }
  }
  return false;
}

Types usable_types(const PoolOffer& offer, const DecisionSettings& settings) {
  const model::Requirements requirements = template_requirements(*offer.pool);
  Types types;
  for (const auto& type : offer.types) {
    const Machine bare{type.get(), type->groups(), {}, {}};
    if (suits(bare, requirements, {}, settings)) types.push_back(type.get());
  }
  bool lacks_values = !too_few_values(requirements, types).empty();
  return lacks_values && settings.strict_min_values ? Types{} : types;
}

base::Money price_of(const model::InstanceType& type, const model::Requirements& requirements,
                     const DecisionSettings& settings) {
  base::Money lowest = base::Money::max();
  for (const model::Offering& offering : type.offerings) {
    if (!offering.available) continue;
    if (!is_loosely_compatible(requirements, offering.requirements, settings)) continue;
    lowest = std::min(lowest, offering.price);
  }
  return lowest;
}

std::string reservation_of(const model::Offering& offering, const DecisionSettings& settings) {
  if (!settings.uses_reservations || offering.capacity_type() != model::kReserved) return "";
  const model::Requirement* id = offering.requirements.find(settings.reservation_id_label);
  return id == nullptr || id->values().empty() ? "" : id->values().front();
}

std::map<std::string, std::int64_t> reservations_left(const Decision& decision) {
  std::map<std::string, std::int64_t> left;
  for (const PoolOffer& offer : decision.pools) {
    for (const auto& type : offer.types) {
      for (const model::Offering& offering : type->offerings) {
        const std::string id = reservation_of(offering, decision.settings);
        if (id.empty()) continue;
        std::int64_t capacity = offering.reservation_capacity.value_or(0);
        auto place = left.try_emplace(id, capacity).first;
        place->second = std::min(place->second, capacity);
      }
    }
  }
  return left;
}

std::vector<const PoolOffer*> in_order(const std::vector<PoolOffer>& pools) {
  std::vector<const PoolOffer*> order;
  for (const PoolOffer& pool : pools)
    order.push_back(&pool);
  std::ranges::sort(order, [](const PoolOffer* a, const PoolOffer* b) {
    auto rank = [](const PoolOffer* offer) {
      return std::pair(offer->pool->spec.weight.value_or(0), offer->pool->metadata.name);
    };
    return rank(a) > rank(b);
  });
  return order;
}

model::ResourceList with_least_overhead(const model::ResourceList& requests,
                                        const std::vector<const Machine*>& machines) {
  std::optional<model::ResourceList> least;
  for (const Machine* machine : machines) {
    if (!least) {
      least = machine->overhead;
      continue;
    }
    model::ResourceList both;
    for (const auto& [resource, quantity] : *least) {
      auto found = machine->overhead.find(resource);
      if (found != machine->overhead.end()) both[resource] = std::min(quantity, found->second);
    }
    least = both;
  }
  model::ResourceList sum = requests;
  model::add(sum, least.value_or(model::ResourceList{}));
  return sum;
}

}  // namespace judge
