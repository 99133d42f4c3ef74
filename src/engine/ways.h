// How a pod could join the bins of one class. Bins whose labels and taints are the same, and that
// compare labels in the same manner, are one class: whether a pod tolerates the taints, whether
// labels and volumes go together, and which domains topology would choose, is the same for all of
// them. What differs from bin to bin is left: room, host ports, attached volumes, the hostname.
#pragma once

#include <boost/container/small_vector.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/shapes.h"
#include "engine/states.h"
#include "engine/tolerance.h"
#include "engine/topology.h"
#include "model/reason.h"

namespace engine {

using Code = model::Reason::Code;
using ClassId = std::uint32_t;

struct BinClass {
  Meeting meeting = Meeting::loose;
  TaintsId taints = 0;
  StateId state = 0;
};

class BinClasses {
 public:
  ClassId intern(const BinClass& bin_class);
  const BinClass& operator[](ClassId id) const { return all_[id]; }
  std::size_t size() const { return all_.size(); }

 private:
  std::vector<BinClass> all_;
  boost::unordered_flat_map<std::uint64_t, ClassId> by_value_[2];  // per meeting
};

// One way to join: what is left of the labels then.
struct Way {
  StateId state = 0;
  std::uint32_t volumes = 0;  // which alternative of Shape::volumes
};

struct Ways {
  boost::container::small_vector<Way, 2> all;  // in the order in which to try them
  Code refusal = Code::none;                   // why there are none, or no more (SCH-156)
};

// A shape in one of its forms, trying to get a place.
struct Candidate {
  Shape& shape;
  const Form& form;
};

class WayFinder {
 public:
  WayFinder(States& states, Tolerance& tolerance, Topology& topology)
      : states_(states), tolerance_(tolerance), topology_(topology) {}

  // Fills `ways`. Hostnames are not looked at. `view` is that of the candidate's form.
  void find(const Candidate& candidate, const Topology::View& view, const BinClass& bin_class,
            Ways& ways);

 private:
  States& states_;
  Tolerance& tolerance_;
  Topology& topology_;
};

}  // namespace engine
