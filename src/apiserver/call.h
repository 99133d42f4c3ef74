// A request that names a resource of the store, taken apart.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "apiserver/negotiation.h"
#include "apiserver/selector.h"
#include "base/json.h"
#include "base/result.h"
#include "net/server.h"
#include "sim/store.h"

namespace apiserver {

struct Call {
  const net::Request* request = nullptr;
  const sim::Resource* resource = nullptr;
  std::string name_space;  // "" for cluster-scoped resources and for all namespaces
  std::string name;        // "" for the collection
  std::string subresource;

  std::string_view parameter(std::string_view key) const {
    return request->parameter(key).value_or("");
  }
  bool is_set(std::string_view key) const {
    return parameter(key) == "true" || parameter(key) == "1";
  }
};

// The call that a path below /api/v1 or /apis/GROUP/VERSION makes; nullopt if no resource is there.
std::optional<Call> parse_call(const sim::Store& store, const net::Request& request);

// Which objects of a collection the call is for.
struct Selection {
  LabelSelector labels;
  FieldSelector fields;
  std::string name;  // "" for all

  bool matches(const sim::Stored& object) const;
  bool is_everything() const;
};
base::Result<Selection> selection_of(const Call& call);

// fieldValidation and dryRun of the query. Warnings go to `warnings`.
base::Result<sim::WriteOptions> write_options_of(const Call& call,
                                                 std::vector<std::string>* warnings);

// From the query and, above it, the body (a DeleteOptions object or null).
base::Result<sim::DeleteOptions> delete_options_of(const Call& call, const base::Json& body);

}  // namespace apiserver
