#include "web/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace web {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;

TEST(Metrics, LIF_313_314_the_process_shows_itself) {
  Metrics metrics({"0.1.0", "clang 19", "amd64", "abcdef0"},
                  base::Time(std::chrono::seconds(1'767'225'600)));
  std::string text = metrics.text();
  EXPECT_THAT(text, HasSubstr("# TYPE karpenter_build_info gauge\n"));
  EXPECT_THAT(text, HasSubstr("version=\"0.1.0\""));
  EXPECT_THAT(text, HasSubstr("goversion=\"clang 19\""));
  for (const char* name : {"process_resident_memory_bytes", "process_virtual_memory_bytes",
                           "process_open_fds", "process_max_fds", "process_start_time_seconds"}) {
    EXPECT_THAT(text, ContainsRegex(std::string("\n") + name + " [1-9]"));
  }
  EXPECT_THAT(text, HasSubstr("# TYPE process_cpu_seconds_total counter\n"));
}

}  // namespace
}  // namespace web
