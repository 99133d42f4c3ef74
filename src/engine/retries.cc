#include "engine/retries.h"

#include <algorithm>

#include "engine/fit.h"

namespace engine {

void Retries::note_narrowed(StateId before, StateId after, Meeting meeting) {
  if (before == after) return;
  ++narrowed_;
  const States& states = problem_.states;
  if (states[before].size() == states[after].size()) return;
  // Any key may be undefined on a node, but only custom ones on a claim (SCH-060).
  bool is_more = meeting == Meeting::strict || custom_keys(before) != custom_keys(after);
  if (is_more) ++keys_;
}

std::size_t Retries::custom_keys(StateId state) {
  if (state >= custom_keys_.size()) custom_keys_.resize(problem_.states.size());
  std::optional<std::size_t>& count = custom_keys_[state];
  if (!count) {
    const model::Requirements& requirements = problem_.states[state];
    count = static_cast<std::size_t>(std::ranges::count_if(requirements, [&](const auto& entry) {
      return !problem_.rules.is_well_known(entry.first);
    }));
  }
  return *count;
}

Retries::Stamp Retries::stamp_of(std::size_t number, Basis basis) const {
  const Shape& shape = problem_.shapes[number];
  Stamp stamp;
  stamp.counts = problem_.topology.version(shape);
  if (basis == Basis::counts) return stamp;
  stamp.keys = keys_;
  bool has_groups =
      !shape.inverse_groups.empty() ||
      std::ranges::any_of(shape.forms, [](const Form& form) { return !form.groups.empty(); });
  if (has_groups) stamp.narrowed = narrowed_;
  if (basis == Basis::bins) return stamp;
  stamp.opened = opened_;
  stamp.freed = freed_;
  return stamp;
}

// A claim of the template has its taints, no more types than it, and labels that are no wider; so
// what the template refuses by these, its claims refuse as well.
bool Retries::refuses_for_good(Template& from, const Candidate& candidate) {
  const auto& [shape, form] = candidate;
  if (form.wanted.hostname) return false;
  const BinClass& bin_class = problem_.claim_classes[from.bin_class];
  if (!problem_.tolerance.tolerates(form.tolerations, bin_class.taints)) return true;
  auto joined = problem_.states.narrow(bin_class.state, form.wanted.state, Meeting::loose);
  if (!joined) return true;
  auto claim = empty_claim(problem_, from, 0);
  if (!claim) return true;
  return std::ranges::all_of(shape.volumes, [&](const Wanted& volumes) {
    auto state = problem_.states.narrow(*joined, volumes.state, Meeting::loose);
    if (!state) return true;
    auto narrowed = fit_types(problem_, *claim, shape, *state);
    return !narrowed && narrowed.error() != Code::reserved_offering;
  });
}

Retries::Basis Retries::basis_of(Shape& shape, const Form& form) {
  problem_.topology.look(shape, form, view_);
  if (view_.is_hopeless()) return Basis::counts;
  bool is_for_good = std::ranges::all_of(
      problem_.templates, [&](Template& from) { return refuses_for_good(from, {shape, form}); });
  return is_for_good ? Basis::bins : Basis::all;
}

void Retries::note_failure(std::size_t number) {
  Shape& shape = problem_.shapes[number];
  Basis basis = Basis::counts;
  for (const Form& form : shape.forms) {
    basis = std::max(basis, basis_of(shape, form));
    if (basis == Basis::all) break;
  }
  failures_[number] = Failure{basis, stamp_of(number, basis)};
}

bool Retries::would_fail(std::size_t number) const {
  const std::optional<Failure>& failure = failures_[number];
  return failure && failure->stamp == stamp_of(number, failure->basis);
}

std::size_t Retries::open_templates() {
  if (!open_templates_ || open_templates_->first != opened_) {
    auto open = std::ranges::count_if(problem_.templates, [&](Template& from) {
      return empty_claim(problem_, from, 0).has_value();
    });
    open_templates_.emplace(opened_, static_cast<std::size_t>(open));
  }
  return open_templates_->second;
}

}  // namespace engine
