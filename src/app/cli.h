// The command line of joiner. Exit codes: 0 done, 1 failed, 2 wrong input or usage; plan
// has 3 for pods that stay pending.
#pragma once

namespace app {

inline constexpr int kExitDone = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitBadInput = 2;

int run(int argc, char** argv);

}  // namespace app
