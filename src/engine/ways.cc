#include "engine/ways.h"

namespace engine {

ClassId BinClasses::intern(const BinClass& bin_class) {
  auto& by_value = by_value_[bin_class.meeting == Meeting::strict ? 0 : 1];
  std::uint64_t value = (std::uint64_t{bin_class.taints} << 32) | bin_class.state;
  auto [place, is_new] = by_value.try_emplace(value, static_cast<ClassId>(all_.size()));
  if (is_new) all_.push_back(bin_class);
  return place->second;
}

void WayFinder::find(const Candidate& candidate, const Topology::View& view,
                     const BinClass& bin_class, Ways& ways) {
  const auto& [shape, form] = candidate;
  ways.all.clear();
  ways.refusal = Code::taint;
  if (!tolerance_.tolerates(form.tolerations, bin_class.taints)) return;
  ways.refusal = Code::requirements;
  auto joined = states_.narrow(bin_class.state, form.wanted.state, bin_class.meeting);
  if (!joined) return;
  // The first volume alternative that passes all is taken; the error is that of the last one.
  for (std::uint32_t index = 0; index < shape.volumes.size(); ++index) {
    ways.refusal = Code::volumes;
    auto state = states_.narrow(*joined, shape.volumes[index].state, bin_class.meeting);
    if (!state) continue;
    ways.refusal = Code::topology;
    for (StateId choice : topology_.choices(view, *state)) {
      // Without the label a bin is closed, even where two groups leave no value to have (SCH-212).
      if (!states_.defines(*state, choice, bin_class.meeting)) continue;
      auto chosen = states_.narrow(*state, choice, bin_class.meeting);
      if (chosen) ways.all.push_back({*chosen, index});
    }
  }
}

}  // namespace engine
