// Objects and lists of the store in the form that the client asked for.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "apiserver/call.h"
#include "apiserver/negotiation.h"
#include "apiserver/table.h"
#include "base/result.h"
#include "base/time.h"
#include "sim/store.h"

namespace apiserver {

class Renderer {
 public:
  // Keeps nothing of the call but its resource.
  Renderer(const Call& call, Form form);

  // Both as JSON text.
  std::string one(const sim::StoredPtr& object, base::Time now) const;
  std::string list(std::span<const sim::StoredPtr> objects, std::uint64_t version,
                   base::Time now) const;

 private:
  const sim::Resource& resource_;
  Form form_;
  std::optional<TableWriter> table_;
};

}  // namespace apiserver
