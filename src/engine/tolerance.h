// Lists of taints and of tolerations as numbers, and which list tolerates which, found out once.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "model/node.h"
#include "model/pod.h"

namespace engine {

using TaintsId = std::uint32_t;
using TolerationsId = std::uint32_t;

class Tolerance {
 public:
  // Equal lists get equal numbers.
  TaintsId intern(const std::vector<model::Taint>& taints);
  TolerationsId intern(const std::vector<model::Toleration>& tolerations);

  const std::vector<model::Taint>& taints(TaintsId id) const { return taints_[id]; }

  // Whether each taint is tolerated, whatever its effect (SCH-082).
  bool tolerates(TolerationsId tolerations, TaintsId taints);

 private:
  std::deque<std::vector<model::Taint>> taints_;
  std::deque<std::vector<model::Toleration>> tolerations_;
  boost::unordered_flat_map<std::string, TaintsId> taints_by_text_;
  boost::unordered_flat_map<std::string, TolerationsId> tolerations_by_text_;
  std::vector<std::vector<signed char>> memo_;  // per tolerations, per taints; 0 is not known yet
};

}  // namespace engine
