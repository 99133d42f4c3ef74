#include "control/feature_gates.h"

#include <gtest/gtest.h>

namespace control {
namespace {

TEST(FeatureGates, SCH_005_those_that_are_named_open_and_close) {
  Settings settings;
  ASSERT_TRUE(read_feature_gates(" NodeOverlay = true , ReservedCapacity=false,", settings));
  EXPECT_TRUE(settings.node_overlay);
  EXPECT_FALSE(settings.capacity_buffer) << "a gate that is left out keeps its default";
  EXPECT_FALSE(settings.engine.reserved_capacity);
  ASSERT_TRUE(read_feature_gates("CapacityBuffer=1,Unheard=true", settings));
  EXPECT_TRUE(settings.capacity_buffer);
  EXPECT_TRUE(read_feature_gates("", settings));
}

TEST(FeatureGates, LIF_277_a_value_that_is_no_boolean_is_an_error) {
  Settings settings;
  for (const char* wrong : {"NodeOverlay=", "NodeOverlay", "NodeOverlay=yes", "Unheard=maybe"}) {
    auto read = read_feature_gates(wrong, settings);
    EXPECT_FALSE(read) << wrong;
  }
  EXPECT_NE(read_feature_gates("NodeOverlay=on", settings).error().message.find("NodeOverlay"),
            std::string::npos);
}

}  // namespace
}  // namespace control
