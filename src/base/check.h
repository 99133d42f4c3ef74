// Assertions that stay on in every build. A broken invariant ends the process: a restart is cheap
// and the lease protects the cluster, while going on with a wrong picture could delete machines.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <source_location>

namespace base {

// Ends the process with the place and the sentence that did not hold.
inline void check(bool holds, const char* what,
                  std::source_location where = std::source_location::current()) {
  if (holds) [[likely]] {
    return;
  }
  std::fprintf(stderr, "%s:%u: check failed in %s: %s\n", where.file_name(),
               static_cast<unsigned>(where.line()), where.function_name(), what);
  std::abort();
}

}  // namespace base
