// Objects and lists of the store in the form that the client asked for.
#pragma once

#include <cstddef>
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

// The metadata of a list.
struct ListMeta {
  std::uint64_t version = 0;
  std::string place;                     // to continue from; "" at the end
  std::optional<std::size_t> remaining;  // behind this page, if it is known
};

base::Json to_json(const ListMeta& meta);

class Renderer {
 public:
  // Keeps nothing of the call but its resource.
  Renderer(const Call& call, Form form);

  // Both as JSON text.
  std::string one(const sim::StoredPtr& object, base::Time now) const;
  std::string list(std::span<const sim::StoredPtr> objects, const ListMeta& meta,
                   base::Time now) const;

 private:
  std::string plain(const sim::Stored& object) const;

  const sim::Resource& resource_;
  Form form_;
  std::optional<TableWriter> table_;
};

}  // namespace apiserver
