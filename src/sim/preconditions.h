// What a client may demand of the object that it writes or deletes.
#pragma once

#include <string_view>

#include "base/result.h"
#include "sim/store.h"

namespace sim {

// Code::conflict unless the object has this uid and this resource version; empty means any.
base::Result<void> check_preconditions(const Resource& resource, const Stored& stored,
                                       std::string_view uid, std::string_view version);

}  // namespace sim
