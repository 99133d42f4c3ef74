// The engine on generated clusters with all features together.
//
// JOINER_PROPERTY_CASES says how many clusters are drawn, JOINER_PROPERTY_SEED from which seed.
#include <gtest/gtest.h>

#include <cstdlib>

#include "properties/judge_engine.h"

namespace properties {
namespace {

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

TEST(Engine, SCH_355_plans_as_the_sequential_definition_and_soundly) {
  auto clusters = static_cast<int>(from_environment("JOINER_PROPERTY_CASES", 300));
  std::uint64_t seed = from_environment("JOINER_PROPERTY_SEED", 20260101);
  EXPECT_TRUE(judge_engine(clusters, seed, Shrinking::on))
      << "see the case above (JOINER_PROPERTY_SEED=" << seed << ")";
}

}  // namespace
}  // namespace properties
