// What a benchmark measures in a process of its own: its peak memory is then that of its own objects, not of
// what ran before it.
#pragma once

#include <malloc.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <type_traits>

#include "base/check.h"

namespace bench {

// Of this process, since it began; a child begins with what its parent held at that moment.
inline double peak_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) * 1024;
}

// The result of `measure`, which runs in a child; nullopt if the child died.
template <class Measure>
auto run_apart(const Measure& measure) -> std::optional<decltype(measure())> {
  using Result = decltype(measure());
  static_assert(std::is_trivially_copyable_v<Result>);
  malloc_trim(
      0);  // what earlier rows freed is given back, so that the child does not begin with it
  std::array<int, 2> ends{};
  base::check(pipe(ends.data()) == 0, "a pipe can be made");
  pid_t child = fork();
  base::check(child >= 0, "a process can be made");
  if (child == 0) {
    Result result = measure();
    _exit(write(ends[1], &result, sizeof result) == sizeof result ? 0 : 1);
  }
  close(ends[1]);
  Result result{};
  bool is_whole = read(ends[0], &result, sizeof result) == sizeof result;
  close(ends[0]);
  waitpid(child, nullptr, 0);
  if (!is_whole) return std::nullopt;
  return result;
}

}  // namespace bench
