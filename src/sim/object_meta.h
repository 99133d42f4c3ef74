// The metadata of objects in their wire form: what the server sets, and what it refuses.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/random.h"
#include "base/time.h"
#include "model/validate.h"
#include "sim/resources.h"

namespace sim {

// The metadata of an object; made if it is missing. Requires: value is an object and its metadata,
// if any, too.
boost::json::object& metadata_of(base::Json& value);

std::string_view meta_text(const base::Json& value, std::string_view member);

// True if the list metadata.finalizers has an element.
bool has_finalizers(const base::Json& value);
// Requires: metadata.finalizers, if any, is a list.
void add_finalizer(base::Json& value, std::string_view finalizer);

// Removes members that are null, at any depth: a null member counts as not given.
void drop_nulls(base::Json& value);

// Not set if the member is missing or no time.
std::optional<base::Time> meta_time(const base::Json& value, std::string_view member);

// generateName: five characters, none of which can make a word.
std::string random_suffix(base::Random& random);

// What is wrong with name, labels, annotations and owners.
std::vector<model::Fault> metadata_faults(const Resource& resource, const base::Json& value);

}  // namespace sim
