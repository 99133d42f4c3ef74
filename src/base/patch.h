// JSON merge patches (RFC 7386), the form in which Joiner writes its changes: only what differs is
// sent, so that fields that Joiner does not know stay as they are.
#pragma once

#include "base/json.h"

namespace base {

// Applies the patch: null removes a member, objects merge, all else replaces.
void apply_merge_patch(Json& target, const Json& patch);

// The smallest merge patch that turns `before` into `after`; an empty object if they are equal.
// Lists are replaced whole. Requires: both are objects.
Json make_merge_patch(const Json& before, const Json& after);

}  // namespace base
