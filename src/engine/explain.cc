#include "engine/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "engine/fit.h"
#include "model/labels.h"
#include "model/resources.h"

namespace engine {

namespace {

std::string text_of(const model::Taint& taint) {
  return taint.value.empty() ? fmt::format("{}:{}", taint.key, taint.effect)
                             : fmt::format("{}={}:{}", taint.key, taint.value, taint.effect);
}

// Which criteria of SCH-168 rows met, alone and together. Requirements and resources without an
// offering do not occur, as a type has room only where it has an offering (SCH-080).
struct Met {
  bool requirements = false;
  bool resources = false;
  bool offering = false;
  bool resources_and_offering = false;
  bool requirements_and_offering = false;
};

constexpr std::string_view kReservedText =
    "one or more instance types with compatible reserved offerings are available, but could not be "
    "reserved";

constexpr std::int64_t kSuspiciousCpus = 1'000'000;

std::string criterion(const Met& met, bool asks_for_a_million_cpus) {
  if (!met.requirements && !met.resources && !met.offering) {
    return "no instance type met the scheduling requirements or had enough resources or had a "
           "required offering";
  }
  if (!met.requirements && !met.resources) {
    return "no instance type met the scheduling requirements or had enough resources";
  }
  if (!met.requirements && !met.offering) {
    return "no instance type met the scheduling requirements or had a required offering";
  }
  if (!met.resources && !met.offering) {
    return "no instance type had enough resources or had a required offering";
  }
  if (!met.requirements) return "no instance type met all requirements";
  if (!met.resources) {
    return asks_for_a_million_cpus ? "no instance type has enough resources (CPU request >= 1 "
                                     "Million, m vs M typo?)"
                                   : "no instance type has enough resources";
  }
  if (!met.offering) return "no instance type has the required offering";
  if (met.resources_and_offering) {
    return "no instance type which had enough resources and the required offering met the "
           "scheduling requirements";
  }
  if (met.requirements_and_offering) {
    return "no instance type which met the scheduling requirements and the required offering had "
           "the required resources";
  }
  return "no instance type met the requirements/resources/offering tuple";
}

class Explainer {
 public:
  Explainer(Problem& problem, const Candidate& candidate)
      : problem_(problem), candidate_(candidate) {
    problem.topology.look(candidate.shape, candidate.form, view_);
  }

  model::Reason of_template(Template& from, std::size_t& next_placeholder) const {
    auto claim = empty_claim(problem_, from, next_placeholder);
    if (!claim) return {claim.error(), from.name(), "", {}};
    ++next_placeholder;
    Ways ways;
    WayFinder(problem_.states, problem_.tolerance, problem_.topology)
        .find(candidate_, view_, problem_.claim_classes[claim->bin_class], ways);
    Code code = refusal_of(problem_, *claim, candidate_, view_, ways);
    if (code == Code::none) return {};
    return {code, from.name(), text_of(code, *claim, ways), {}};
  }

 private:
  std::string text_of(Code code, const Claim& claim, const Ways& ways) const {
    switch (code) {
      case Code::taint: return taints_text(claim.made_from->taints());
      case Code::requirements: return requirements_text(claim);
      case Code::volumes: return volumes_text(claim);
      case Code::topology: return topology_text(claim);
      case Code::reserved_offering: return std::string(kReservedText);
      case Code::instance_types:
      case Code::min_values: return filter_text(claim, ways);
      default: return "";
    }
  }

  std::string taints_text(const std::vector<model::Taint>& taints) const {
    std::string text;
    for (const model::Taint& taint : taints) {
      if (model::tolerates(candidate_.form.spec->tolerations, taint)) continue;
      if (!text.empty()) text += "; did not tolerate taint ";
      text += "(taint=" + engine::text_of(taint) + ")";
    }
    return text;
  }

  std::string requirements_text(const Claim& claim) const {
    return incompatibility(claim, state_of(claim), candidate_.form.wanted);
  }

  const model::ResourceList& requests() const {
    return problem_.requests.list(candidate_.shape.requests);
  }

  StateId state_of(const Claim& claim) const {
    return problem_.claim_classes[claim.bin_class].state;
  }

  // The claim's labels with what the pod itself asks for.
  StateId with_pod(const Claim& claim) const {
    StateId wanted = candidate_.form.wanted.state;
    return *problem_.states.narrow(state_of(claim), wanted, Meeting::loose);
  }

  // And with the last of the ways to reach its volumes, whose error is reported.
  StateId with_volumes(const Claim& claim) const {
    StateId volumes = candidate_.shape.volumes.back().state;
    return *problem_.states.narrow(with_pod(claim), volumes, Meeting::loose);
  }

  std::string volumes_text(const Claim& claim) const {
    return incompatibility(claim, with_pod(claim), candidate_.shape.volumes.back());
  }

  std::string incompatibility(const Claim& claim, StateId state, const Wanted& wanted) const {
    model::Requirements existing = problem_.states[state];
    existing.add({model::kHostnameLabel, model::Operator::In, {placeholder(claim.placeholder)}});
    model::Requirements incoming = problem_.states[wanted.state];
    if (wanted.hostname) incoming.add(*wanted.hostname);
    return problem_.rules.incompatibility(existing, incoming).value_or("");
  }

  // A group that allows no domain there; or all do, but what they choose does not go together.
  std::string topology_text(const Claim& claim) const {
    StateId state = with_volumes(claim);
    TaintsId taints = problem_.claim_classes[claim.bin_class].taints;
    std::string text = problem_.topology.explain(candidate_.shape, candidate_.form,
                                                 {state, taints, kNoHost, claim.placeholder});
    if (!text.empty()) return text;
    StateId choice = problem_.topology.choices(view_, state).front();
    const States& states = problem_.states;
    return problem_.rules.incompatibility(states[state], states[choice]).value_or("");
  }

  // The criterion, then the requirements and the resources that were considered (SCH-175, SCH-177).
  std::string filter_text(const Claim& claim, const Ways& ways) const {
    auto last = static_cast<std::uint32_t>(candidate_.shape.volumes.size() - 1);
    StateId state = std::ranges::find(ways.all, last, &Way::volumes)->state;
    Rows tested = rows_with_free_ports(claim, candidate_.shape);
    return criterion_text(claim, state, tested) +
           ", requirements=" + problem_.states[state].to_string() +
           ", resources=" + resources_text(claim);
  }

  std::string criterion_text(const Claim& claim, StateId state, const Rows& tested) const {
    TypeTable& types = *claim.made_from->types;
    Rows roomy = tested;
    claim.made_from->rooms->keep_fitting(candidate_.shape.amounts, roomy);
    roomy &= types.offered(state);
    Rows offered = types.offered(state) & tested;
    Rows labelled = types.labelled(state) & tested;
    Rows left = labelled & roomy;
    if (left.any()) {
      auto violations = too_few_values(problem_.states[state], left, types);
      std::vector<std::string> keys;
      for (const TooFewValues& violation : violations)
        keys.push_back(violation.key);
      return fmt::format("minValues requirement is not met for label(s) (label(s)=[{}])",
                         fmt::join(keys, " "));
    }
    Met met{.requirements = labelled.any(),
            .resources = roomy.any(),
            .offering = offered.any(),
            .resources_and_offering = roomy.any(),
            .requirements_and_offering = labelled.intersects(offered)};
    base::Quantity cpu = model::quantity_of(requests(), model::kCpu);
    return criterion(met, cpu >= base::Quantity::from_units(kSuspiciousCpus));
  }

  // What the pod asks for, with what the daemons of the groups take at least and at most.
  std::string resources_text(const Claim& claim) const {
    std::optional<model::ResourceList> least;
    model::ResourceList most;
    for (const DaemonGroup& group : claim.made_from->daemons) {
      bool is_empty = group.overhead.empty() || !group.rows.intersects(claim.made_from->rows);
      if (is_empty || conflict(candidate_.shape.ports, group.ports)) continue;
      least = least ? least_of(*least, group.overhead) : group.overhead;
      model::raise_to(most, group.overhead);
    }
    model::ResourceList low = requests();
    model::add(low, least.value_or(model::ResourceList()));
    model::ResourceList high = requests();
    model::add(high, most);
    if (low == high) return to_json_text(low);
    return "min=" + to_json_text(low) + ", max=" + to_json_text(high);
  }

  Problem& problem_;
  const Candidate& candidate_;
  Topology::View view_;
};

// The errors of all templates that were tried. Those behind one that gave a reserved-offering error
// were not (SCH-188).
model::Reason explain_form(Problem& problem, const Candidate& candidate, std::size_t placeholder) {
  Explainer explainer(problem, candidate);
  model::Reason reason;
  bool must_wait = false;
  for (Template& from : problem.templates) {
    model::Reason part = explainer.of_template(from, placeholder);
    if (part.code == Code::none) return {};
    must_wait = part.code == Code::reserved_offering;
    reason.parts.push_back(std::move(part));
    if (must_wait) break;
  }
  if (reason.parts.size() == 1) {
    model::Reason only = std::move(reason.parts.front());
    return only;
  }
  reason.code = Code::several;
  if (!must_wait) return reason;
  return {Code::reserved_offering, "", reason.to_string(), {}};
}

}  // namespace

std::string to_json_text(const model::ResourceList& resources) {
  std::string text;
  for (const auto& [resource, quantity] : resources) {
    text += fmt::format("{}\"{}\":\"{}\"", text.empty() ? "" : ",", resource, quantity.to_string());
  }
  return "{" + text + "}";
}

model::Reason explain(Problem& problem, std::size_t pod, std::size_t placeholder) {
  Shape& shape = problem.shapes[problem.shape_of[pod]];
  if (shape.uses_dra) {
    bool is_ignored = problem.snapshot.settings.ignore_dra_requests;
    return {Code::dra, "", is_ignored ? "" : "devices cannot be allocated", {}};
  }
  if (problem.templates.empty()) return {Code::no_types_left, "", "", {}};
  // A reservation that has to be waited for ends the try at once, in whatever form (SCH-140).
  bool has_reservations = !problem.reservations.empty();
  for (const Form& form : shape.forms) {
    bool is_last = &form == &shape.forms.back();
    if (!is_last && !has_reservations) continue;
    model::Reason reason = explain_form(problem, {shape, form}, placeholder);
    if (is_last || reason.code == Code::reserved_offering) return reason;
  }
  return {};
}

}  // namespace engine
