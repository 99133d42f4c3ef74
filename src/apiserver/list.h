// Lists, whole or in pages (`limit`, `continue`).
//
// All pages of a list show the collection at the moment of the first: the place to continue from
// names its version, and what changed since is taken back. When the history does not reach that far
// any more the answer is 410 Expired, with a place from which the rest can be read as it is then.
#pragma once

#include "apiserver/call.h"
#include "apiserver/negotiation.h"
#include "base/time.h"
#include "net/server.h"
#include "sim/store.h"

namespace apiserver {

net::Response list(const sim::Store& store, const Call& call, Form form, base::Time now);

}  // namespace apiserver
