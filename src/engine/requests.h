// What pods ask for, stored once per kind of pod: pods whose containers say the same about
// resources share a number, and their requests are worked out once (SCH-074).
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <vector>

#include "engine/amounts.h"
#include "model/pod.h"

namespace engine {

using RequestsId = std::uint32_t;

// Whether what the pod's status says of a resize may count (SCH-074).
bool may_be_resized(const model::Pod& pod);

class RequestTable {
 public:
  // Requires: the pod outlives the table.
  RequestsId intern(const model::Pod& pod);

  const model::ResourceList& list(RequestsId id) const { return entries_[id].list; }
  // Requires: convert() was called after the last intern().
  const Amounts& amounts(RequestsId id) const { return entries_[id].amounts; }

  void note(AmountScale& scale) const;
  void convert(const AmountScale& scale);

 private:
  struct Entry {
    const model::Pod* example = nullptr;
    model::ResourceList list;
    Amounts amounts;
  };

  RequestsId add(const model::Pod& pod);
  RequestsId intern_resized(const model::Pod& pod);

  std::vector<Entry> entries_;
  boost::unordered_flat_map<std::size_t, std::vector<RequestsId>> by_hash_;
  std::vector<RequestsId> resized_;  // of pods whose status counts as well
};

}  // namespace engine
