#include "judge/reference.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <expected>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "judge/groups.h"
#include "judge/rules.h"
#include "model/labels.h"
#include "model/resources.h"

namespace judge {
namespace {

using Code = model::Reason::Code;

struct ExistingBin {
  std::size_t index = 0;  // into Decision::nodes
  const NodeInput* node = nullptr;
  model::Requirements requirements;
  std::vector<model::Taint> taints;
  model::ResourceList available;
  HostPorts ports;
  Attached attached;
  std::vector<std::size_t> pods;
};

struct Template {
  const model::NodePool* pool = nullptr;
  model::Requirements requirements;
  std::vector<Machine> machines;
  model::ResourceList remaining;  // of the limits
};

struct ClaimBin {
  Template* made_from = nullptr;
  model::Requirements requirements;
  std::vector<const Machine*> machines;
  model::ResourceList requests;  // of its pods
  HostPorts ports;               // of its pods
  std::set<std::string> reservations;
  bool min_values_relaxed = false;
  std::vector<std::size_t> pods;
};

// What a bin becomes if it takes a pod.
struct Narrowed {
  model::Requirements requirements;
  std::vector<const Machine*> machines;
  std::set<std::string> reservations;
  bool min_values_relaxed = false;
};

// What of a pod does not change when it gives up wishes.
struct PodFacts {
  model::ResourceList requests;
  HostPorts ports;
  std::vector<model::Requirements> volumes;  // alternatives
  std::optional<Attached> attached;
};

// Whether the bin has each key that groups choose a domain of, or may get it from the launch. One that
// has not is closed, even where two groups leave no domain (SCH-212).
bool defines(const model::Requirements& bin, const model::Requirements& choice,
             const DecisionSettings& settings) {
  return std::ranges::all_of(choice, [&](const auto& entry) {
    return bin.has(entry.first) || is_well_known(entry.first, settings);
  });
}

class Reference {
 public:
  explicit Reference(const Decision& decision) : decision_(decision), groups_(decision) {}

  Plan solve() {
    std::vector<std::size_t> pods = admit();
    if (!pods.empty()) {
      prepare(pods);
      run(queue(std::move(pods)));
      report();
    }
    std::ranges::sort(plan_.refusals, {}, &DecidedRefusal::pod);
    return std::move(plan_);
  }

 private:
  enum class Outcome { placed, failed, must_wait };

  void refuse(std::size_t pod, model::Reason reason) {
    plan_.refusals.push_back({pod, std::move(reason)});
  }

  // Pods of nodes that are being deleted were valid once and are not asked again (section 5).
  std::vector<std::size_t> admit() {
    std::vector<std::size_t> admitted;
    facts_.resize(decision_.pods.size());
    for (std::size_t index = 0; index < decision_.pods.size(); ++index) {
      const model::Pod& pod = *decision_.pods[index];
      auto fault = pod.spec->nodeName.empty() ? validation_fault(pod, decision_) : std::nullopt;
      auto volumes = volume_alternatives(pod, decision_);
      if (fault) {
        refuse(index, *fault);
      } else if (decision_.pools.empty()) {
        refuse(index, {Code::no_nodepools, "", "", {}});
      } else if (!volumes) {
        refuse(index, {Code::ignored, "", "", {}});
      } else {
        facts_[index] = {model::requests_of(pod), host_ports(*pod.spec), *volumes,
                         attached_volumes(pod, decision_)};
        admitted.push_back(index);
      }
    }
    return admitted;
  }

  void prepare(const std::vector<std::size_t>& pods) {
    const std::vector<Daemon> daemons = daemons_of(decision_);
    for (const PoolOffer* offer : in_order(decision_.pools))
      add_template(*offer, daemons);
    for (std::size_t index = 0; index < decision_.nodes.size(); ++index)
      add_node(index, daemons);
    std::ranges::sort(nodes_, [](const ExistingBin& a, const ExistingBin& b) {
      auto rank = [](const ExistingBin& bin) {
        return std::tuple(!bin.node->is_initialized(), bin.node->name());
      };
      return rank(a) < rank(b);
    });
    for (std::size_t index : pods) {
      const model::Pod& pod = *decision_.pods[index];
      groups_.meet(demand_of(pod, *pod.spec, decision_.settings));
      groups_.meet_inverse(pod);
    }
    reservations_left_ = reservations_left(decision_);
  }

  void add_template(const PoolOffer& offer, const std::vector<Daemon>& daemons) {
    for (const model::Taint& taint : offer.pool->spec.template_.spec.taints) {
      if (taint.effect == "PreferNoSchedule") may_tolerate_preferences_ = true;
    }
    Template made;
    made.pool = offer.pool.get();
    made.requirements = template_requirements(*offer.pool);
    for (const model::InstanceType* type : usable_types(offer, decision_.settings)) {
      made.machines.push_back(machine_of(*type, *offer.pool, daemons, decision_));
    }
    if (made.machines.empty()) return;
    for (const auto& [resource, limit] : offer.pool->spec.limits) {
      made.remaining[resource] = limit;
      for (const NodeInput& node : decision_.nodes) {
        if (model::value_of(node.labels(), model::kNodePoolLabel) != offer.pool->metadata.name) {
          continue;
        }
        made.remaining[resource] -= model::quantity_of(node.capacity(), resource);
      }
    }
    templates_.push_back(std::move(made));
  }

  void add_node(std::size_t index, const std::vector<Daemon>& daemons) {
    const NodeInput& node = decision_.nodes[index];
    ExistingBin bin{
        index, &node, model::requirements_of(node.labels()), node.taints(), node.allocatable(), {},
        {},    {}};
    bin.requirements.replace(
        model::Requirement(model::kHostnameLabel, model::Operator::In, {node.hostname()}));
    for (const auto& pod : node.pods) {
      model::subtract(bin.available, model::requests_of(*pod));
      const HostPorts ports = host_ports(*pod->spec);
      bin.ports.insert(bin.ports.end(), ports.begin(), ports.end());
      attach(bin.attached, known_volumes(*pod, decision_));
    }
    model::subtract(bin.available, remaining_overhead(daemons, node, !templates_.empty()));
    nodes_.push_back(std::move(bin));
  }

  static void attach(Attached& present, const Attached& more) {
    for (const auto& [driver, claims] : more)
      present[driver].insert(claims.begin(), claims.end());
  }

  // SCH-135.
  std::deque<std::size_t> queue(std::vector<std::size_t> pods) const {
    auto rank = [&](std::size_t index) {
      const model::ResourceList& requests = facts_[index].requests;
      const model::ObjectMeta& meta = decision_.pods[index]->metadata;
      return std::tuple(-model::quantity_of(requests, model::kCpu).nanos(),
                        -model::quantity_of(requests, model::kMemory).nanos(),
                        meta.creationTimestamp, meta.uid, index);
    };
    std::ranges::sort(pods, [&](auto a, auto b) { return rank(a) < rank(b); });
    return {pods.begin(), pods.end()};
  }

  // SCH-136, SCH-137.
  void run(std::deque<std::size_t> pods) {
    std::map<std::size_t, std::size_t> length_when_appended;
    while (!pods.empty()) {
      std::size_t pod = pods.front();
      auto appended = length_when_appended.find(pod);
      if (appended != length_when_appended.end() && appended->second == pods.size()) break;
      pods.pop_front();
      if (attempt(pod) == Outcome::placed) {
        errors_.erase(pod);
        continue;
      }
      pods.push_back(pod);
      length_when_appended[pod] = pods.size();
    }
  }

  // SCH-139, SCH-140.
  Outcome attempt(std::size_t index) {
    const model::Pod& pod = *decision_.pods[index];
    if (decision_.settings.ignores_dra && uses_dra(*pod.spec)) {
      errors_[index] = {Code::dra, "", "", {}};
      return Outcome::failed;
    }
    model::PodSpec spec = *pod.spec;
    while (true) {
      const Demand demand = demand_of(pod, spec, decision_.settings);
      groups_.meet(demand);
      Outcome outcome = place(index, demand);
      if (outcome != Outcome::failed) return outcome;
      if (!relax(spec, may_tolerate_preferences_)) return outcome;
    }
  }

  // SCH-141.
  Outcome place(std::size_t pod, const Demand& demand) {
    for (ExistingBin& node : nodes_) {
      if (auto requirements = try_node(node, pod, demand)) {
        join(node, pod, *requirements);
        return Outcome::placed;
      }
    }
    for (auto& [count, list] : by_count_) {
      for (std::size_t number : list) {
        auto narrowed = try_claim(claims_[number], pod, demand);
        if (!narrowed) continue;
        join(number, pod, *std::move(narrowed));
        return Outcome::placed;
      }
    }
    return open(pod, demand);
  }

  // SCH-123.
  std::optional<model::Requirements> try_node(const ExistingBin& node, std::size_t pod,
                                              const Demand& demand) {
    const PodFacts& facts = facts_[pod];
    if (!tolerates_all(demand.spec.tolerations, node.taints)) return std::nullopt;
    if (!facts.attached) return std::nullopt;
    if (!can_attach(node.attached, *facts.attached, *node.node, decision_)) return std::nullopt;
    if (conflict(facts.ports, node.ports)) return std::nullopt;
    if (!model::fits(facts.requests, node.available)) return std::nullopt;
    if (!is_strictly_compatible(node.requirements, demand.wanted)) return std::nullopt;
    const model::Requirements with_pod = together(node.requirements, demand.wanted);
    for (const model::Requirements& volumes : facts.volumes) {
      if (!is_strictly_compatible(with_pod, volumes)) continue;
      const model::Requirements with_volumes = together(with_pod, volumes);
      for (const model::Requirements& choice : groups_.choices(demand, with_volumes)) {
        if (!defines(with_volumes, choice, DecisionSettings{})) continue;
        if (is_strictly_compatible(with_volumes, choice)) return together(with_volumes, choice);
      }
    }
    return std::nullopt;
  }

  void join(ExistingBin& node, std::size_t pod, const model::Requirements& requirements) {
    node.requirements = requirements;
    model::subtract(node.available, facts_[pod].requests);
    node.ports.insert(node.ports.end(), facts_[pod].ports.begin(), facts_[pod].ports.end());
    attach(node.attached, *facts_[pod].attached);
    node.pods.push_back(pod);
    groups_.record(*decision_.pods[pod], node.requirements, node.taints);
  }

  // SCH-156. Of several volume alternatives the error of the last, of several combinations of domains
  // that of the first.
  std::expected<Narrowed, Code> try_claim(const ClaimBin& claim, std::size_t pod,
                                          const Demand& demand) {
    const DecisionSettings& settings = decision_.settings;
    if (!tolerates_all(demand.spec.tolerations,
                       claim.made_from->pool->spec.template_.spec.taints)) {
      return std::unexpected(Code::taint);
    }
    if (!is_loosely_compatible(claim.requirements, demand.wanted, settings)) {
      return std::unexpected(Code::requirements);
    }
    const model::Requirements with_pod = together(claim.requirements, demand.wanted);
    Code error = Code::none;
    for (const model::Requirements& volumes : facts_[pod].volumes) {
      if (!is_loosely_compatible(with_pod, volumes, settings)) {
        error = Code::volumes;
        continue;
      }
      const model::Requirements with_volumes = together(with_pod, volumes);
      Code first_error = Code::none;
      for (const model::Requirements& choice : groups_.choices(demand, with_volumes)) {
        std::expected<Narrowed, Code> narrowed = std::unexpected(Code::topology);
        if (defines(with_volumes, choice, settings) &&
            is_loosely_compatible(with_volumes, choice, settings)) {
          narrowed = filter(claim, pod, together(with_volumes, choice));
        }
        if (narrowed) return narrowed;
        if (first_error == Code::none) first_error = narrowed.error();
      }
      error = first_error == Code::none ? Code::topology : first_error;
    }
    return std::unexpected(error);
  }

  // Section 16.
  std::expected<Narrowed, Code> filter(const ClaimBin& claim, std::size_t pod,
                                       const model::Requirements& requirements) const {
    const PodFacts& facts = facts_[pod];
    Narrowed narrowed{requirements, {}, {}, claim.min_values_relaxed};
    model::ResourceList requests = claim.requests;
    model::add(requests, facts.requests);
    bool has_free_ports = !conflict(facts.ports, claim.ports);
    Types types;
    for (const Machine* machine : claim.machines) {
      if (!has_free_ports || conflict(facts.ports, machine->daemon_ports)) continue;
      if (!suits(*machine, requirements, requests, decision_.settings)) continue;
      narrowed.machines.push_back(machine);
      types.push_back(machine->type);
    }
    if (types.empty()) return std::unexpected(Code::instance_types);
    const auto violations = too_few_values(requirements, types);
    bool may_lower = claim.pods.empty() && !decision_.settings.strict_min_values;
    if (!violations.empty() && !may_lower) return std::unexpected(Code::min_values);
    for (const auto& [key, count] : violations) {
      model::Requirement lowered = *requirements.find(key);
      lowered.set_min_values(count);
      narrowed.requirements.replace(lowered);
      narrowed.min_values_relaxed = true;
    }
    return reserve(claim, std::move(narrowed));
  }

  // SCH-183, SCH-186, SCH-187.
  std::expected<Narrowed, Code> reserve(const ClaimBin& claim, Narrowed narrowed) const {
    bool is_any_compatible = false;
    for (const Machine* machine : narrowed.machines) {
      for (const model::Offering& offering : machine->type->offerings) {
        const std::string id = reservation_of(offering, decision_.settings);
        if (id.empty() || !offering.available) continue;
        if (!is_loosely_compatible(narrowed.requirements, offering.requirements,
                                   decision_.settings)) {
          continue;
        }
        is_any_compatible = true;
        if (claim.reservations.contains(id) || reservations_left_.at(id) > 0) {
          narrowed.reservations.insert(id);
        }
      }
    }
    bool is_missed =
        narrowed.reservations.empty() && (is_any_compatible || !claim.reservations.empty());
    if (is_missed && decision_.settings.waits_for_reservations) {
      return std::unexpected(Code::reserved_offering);
    }
    return narrowed;
  }

  // SCH-160, SCH-184; the order of claims is that of SCH-142.
  void join(std::size_t number, std::size_t pod, Narrowed narrowed) {
    ClaimBin& claim = claims_[number];
    for (const std::string& id : claim.reservations) {
      if (!narrowed.reservations.contains(id)) ++reservations_left_[id];
    }
    for (const std::string& id : narrowed.reservations) {
      if (!claim.reservations.contains(id)) --reservations_left_[id];
    }
    claim.requirements = std::move(narrowed.requirements);
    claim.machines = std::move(narrowed.machines);
    claim.reservations = std::move(narrowed.reservations);
    claim.min_values_relaxed = narrowed.min_values_relaxed;
    model::add(claim.requests, facts_[pod].requests);
    claim.ports.insert(claim.ports.end(), facts_[pod].ports.begin(), facts_[pod].ports.end());
    claim.pods.push_back(pod);
    if (claim.pods.size() == 1) {
      by_count_[1].push_back(number);
    } else {
      std::erase(by_count_[claim.pods.size() - 1], number);
      by_count_[claim.pods.size()].push_front(number);
    }
    groups_.record(*decision_.pods[pod], claim.requirements,
                   claim.made_from->pool->spec.template_.spec.taints);
  }

  Outcome open(std::size_t pod, const Demand& demand) {
    std::vector<model::Reason> errors;
    for (Template& made_from : templates_) {
      const std::string& name = made_from.pool->metadata.name;
      auto claim = empty_claim(made_from);
      if (!claim) {
        errors.push_back({claim.error(), name, "", {}});
        continue;
      }
      claim->requirements.replace(
          model::Requirement(model::kHostnameLabel, model::Operator::In,
                             {fmt::format("hostname-placeholder-{:04}", next_placeholder_++)}));
      auto narrowed = try_claim(*claim, pod, demand);
      if (narrowed) {
        charge(made_from, narrowed->machines);
        claims_.push_back(*std::move(claim));
        join(claims_.size() - 1, pod, *std::move(narrowed));
        return Outcome::placed;
      }
      if (narrowed.error() == Code::reserved_offering) {
        errors_[pod] = {Code::reserved_offering, errors.empty() ? name : "", "", {}};
        return Outcome::must_wait;
      }
      errors.push_back({narrowed.error(), name, "", {}});
    }
    if (templates_.empty()) {
      errors_[pod] = {Code::no_types_left, "", "", {}};
    } else if (errors.size() == 1) {
      errors_[pod] = errors.front();
    } else {
      errors_[pod] = {Code::several, "", "", errors};
    }
    return Outcome::failed;
  }

  // SCH-127, SCH-128.
  std::expected<ClaimBin, Code> empty_claim(Template& made_from) const {
    auto nodes = made_from.remaining.find(model::kNodes);
    bool has_node_limit = nodes != made_from.remaining.end();
    if (has_node_limit && nodes->second.is_zero()) return std::unexpected(Code::node_limit);
    ClaimBin claim;
    claim.made_from = &made_from;
    claim.requirements = made_from.requirements;
    for (const Machine& machine : made_from.machines) {
      bool is_within = !has_node_limit || !nodes->second.is_negative();
      for (const auto& [resource, remaining] : made_from.remaining) {
        if (resource == model::kNodes) continue;
        if (model::quantity_of(machine.type->capacity, resource) > remaining) is_within = false;
      }
      if (is_within) claim.machines.push_back(&machine);
    }
    if (claim.machines.empty()) return std::unexpected(Code::limits);
    return claim;
  }

  // SCH-129, SCH-131.
  static void charge(Template& made_from, const std::vector<const Machine*>& machines) {
    for (auto& [resource, remaining] : made_from.remaining) {
      base::Quantity most;
      for (const Machine* machine : machines) {
        most = std::max(most, model::quantity_of(machine->type->capacity, resource));
      }
      remaining -= resource == model::kNodes ? base::Quantity::from_units(1) : most;
    }
  }

  void report() {
    for (auto& [pod, reason] : errors_)
      refuse(pod, reason);
    for (const ClaimBin& claim : claims_)
      finalise(claim);
    for (const ExistingBin& node : nodes_) {
      if (!node.pods.empty()) plan_.nodes.push_back({node.index, node.pods});
    }
  }

  // SCH-265 to SCH-267, SCH-190.
  void finalise(const ClaimBin& claim) {
    model::Requirements requirements = claim.requirements;
    for (std::string_view key :
         {model::kHostnameLabel, model::kRegisteredLabel, model::kInitializedLabel}) {
      requirements.erase(key);
    }
    if (!claim.reservations.empty()) {
      requirements.replace(model::Requirement(model::kCapacityTypeLabel, model::Operator::In,
                                              {std::string(model::kReserved)}));
      requirements.add(model::Requirement(
          decision_.settings.reservation_id_label, model::Operator::In,
          std::vector<std::string>(claim.reservations.begin(), claim.reservations.end())));
    }
    Types types;
    for (const Machine* machine : claim.machines)
      types.push_back(machine->type);
    std::ranges::sort(types, [&](const model::InstanceType* a, const model::InstanceType* b) {
      auto rank = [&](const model::InstanceType* type) {
        return std::tuple(price_of(*type, requirements, decision_.settings), type->name);
      };
      return rank(a) < rank(b);
    });
    types.resize(std::min(types.size(), decision_.settings.max_instance_types));
    const std::string& pool = claim.made_from->pool->metadata.name;
    if (decision_.settings.strict_min_values && !too_few_values(requirements, types).empty()) {
      for (std::size_t pod : claim.pods)
        refuse(pod, {Code::min_values, pool, "", {}});
      return;
    }
    DecidedClaim decided{pool,
                         claim.pods,
                         requirements,
                         {},
                         with_least_overhead(claim.requests, claim.machines),
                         claim.min_values_relaxed};
    for (const model::InstanceType* type : types)
      decided.types.push_back(type->name);
    plan_.claims.push_back(std::move(decided));
  }

  const Decision& decision_;
  Groups groups_;
  std::vector<PodFacts> facts_;  // per pod
  std::vector<ExistingBin> nodes_;
  std::vector<Template> templates_;
  std::deque<ClaimBin> claims_;
  std::map<std::size_t, std::deque<std::size_t>> by_count_;  // claims by number of pods (SCH-142)
  std::map<std::string, std::int64_t> reservations_left_;
  bool may_tolerate_preferences_ = false;
  std::size_t next_placeholder_ = 1;
  std::map<std::size_t, model::Reason> errors_;  // of pods that have no place
  Plan plan_;
};

}  // namespace

Plan solve(const Decision& decision) { return Reference(decision).solve(); }

}  // namespace judge
