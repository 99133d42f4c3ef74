// One fuzz target a file, tests/fuzz/<name>_fuzz.cc:
//
//   FUZZ_TARGET(cron) { … text … }
//
// The body gets any bytes as `text`, and must neither crash nor break an invariant; what the target
// promises beyond that it checks with base::check. Its corpus is tests/fuzz/corpus/<name>/*, one input a
// file. A line `// Links: base model` at the top names the rooms that the program of libFuzzer links
// (app without it). The same body runs in fuzz_test (run_test.cc) and under libFuzzer (fuzzer.cc).
#pragma once

#include <string_view>
#include <vector>

namespace fuzz {

struct Target {
  std::string_view name;
  void (*run)(std::string_view text);
};

// Those that are linked in, in no particular order.
inline std::vector<Target>& targets() {
  static std::vector<Target> all;
  return all;
}

struct Registration {
  explicit Registration(Target target) { targets().push_back(target); }
};

}  // namespace fuzz

#define FUZZ_TARGET(name)                                                                    \
  static void fuzz_##name(std::string_view text);                                            \
  static const ::fuzz::Registration registration_##name{::fuzz::Target{#name, fuzz_##name}}; \
  static void fuzz_##name([[maybe_unused]] std::string_view text)
