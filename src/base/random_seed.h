// A seed that no other process has, for draws that must differ between processes (names of replicas,
// jitter of their retries). What decides takes its seed from its caller instead.
#pragma once

#include <cstdint>

namespace base {

std::uint64_t fresh_seed();

}  // namespace base
