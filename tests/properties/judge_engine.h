// The property that everything here is for: on a generated cluster the engine's plan passes the
// checker, and is the one of the sequential definition.
#pragma once

#include <cstdint>

#include "base/json.h"
#include "base/result.h"
#include "engine/snapshot.h"

namespace properties {

enum class Shrinking : std::uint8_t { off, on };

// Whether it holds for that many clusters drawn from the seed. The first one for which it does not is
// shrunk and printed as a text case, with what is wrong.
bool judge_engine(int clusters, std::uint64_t seed, Shrinking shrinking);

// What the engine is given for the `given` of a text case.
base::Result<engine::Snapshot> snapshot_of_given(const base::Json& given);

}  // namespace properties
