// Pods that planning cannot tell apart, planned as one shape; and the forms that a shape takes when
// its wishes are given up one by one (SCH-358, SCH-147).
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/amounts.h"
#include "engine/label_classes.h"
#include "engine/ports.h"
#include "engine/requests.h"
#include "engine/snapshot.h"
#include "engine/states.h"
#include "engine/tolerance.h"
#include "engine/volumes.h"
#include "model/pod.h"

namespace engine {

using GroupId = std::size_t;  // of Topology

// A shape after some relaxations; the first form is the pod as it was written.
struct Form {
  base::Shared<model::PodSpec> spec;
  Wanted wanted;                // with the heaviest preference, if preferences count (SCH-068)
  Wanted strict;                // without (SCH-069)
  std::vector<GroupId> groups;  // that bind it, in the order in which they choose (SCH-216)
  bool is_bound = false;        // whether `groups` has been filled
  base::Shared<std::vector<std::string>> dropped;  // what was given up so far
  TolerationsId tolerations = 0;
};

struct Shape {
  std::shared_ptr<const model::Pod> pod;  // one of the equal pods
  std::size_t count = 0;                  // of equal pods
  RequestsId requests = 0;
  Amounts amounts;  // of the requests, in columns
  LabelsId labels = 0;
  HostPorts ports;
  bool uses_dra = false;
  bool may_disturb = true;                  // may be placed on nodes that settle (SCH-125)
  std::vector<Wanted> volumes;              // where its volumes can be reached, at least one
  std::optional<AttachedVolumes> attached;  // nullopt: a volume is missing (SCH-145)
  std::vector<GroupId> inverse_groups;      // that bind it, by identity
  std::vector<GroupId> inverse_owned;       // by which it binds others
  std::deque<Form> forms;                   // as far as they were needed; they stay in place
};

class Shapes {
 public:
  Shapes(const Snapshot& snapshot, const Volumes& volumes, States& states, Tolerance& tolerance,
         RequestTable& requests, LabelClasses& labels);

  // The number of the pod's shape, which is new if no pod before was equal. Error: not_found, if
  // an object is missing that says where its volumes are.
  base::Result<std::size_t> add(const std::shared_ptr<const model::Pod>& pod);

  Shape& operator[](std::size_t shape) { return shapes_[shape]; }
  std::size_t size() const { return shapes_.size(); }

  // The form behind `form` in the order of relaxation, or nullptr if nothing is left to give up.
  Form* relaxed(std::size_t shape, std::size_t form, bool may_tolerate);

 private:
  bool may_disturb(const model::Pod& pod) const;
  base::Result<std::size_t> find_or_add(const std::shared_ptr<const model::Pod>& pod,
                                        LabelsId labels);
  Form form_of(base::Shared<model::PodSpec> spec);

  const Settings& settings_;
  bool has_settling_nodes_ = false;
  boost::unordered_flat_set<std::string_view> deleting_nodes_;
  const Volumes& volumes_;
  States& states_;
  Tolerance& tolerance_;
  RequestTable& requests_;
  LabelClasses& labels_;
  std::deque<Shape> shapes_;
  boost::unordered_flat_map<std::size_t, std::vector<std::size_t>> by_hash_;
  // Of pods whose shape follows from these two. Specs that are stored once need no comparison.
  boost::unordered_flat_map<std::pair<const model::PodSpec*, LabelsId>, std::size_t> by_spec_;
};

}  // namespace engine
