#include "engine/limits.h"

#include <gtest/gtest.h>

#include "support/objects.h"

namespace engine {
namespace {

class LimitsTest : public testing::Test {
 protected:
  Settings settings_;
  LabelRules rules_{settings_};
  States states_{rules_};
  model::InstanceTypes types_ = {support::instance_type("small", "2", "4Gi", "0.1"),
                                 support::instance_type("large", "8", "16Gi", "0.4")};
  TypeTable table_{compile(types_, {}), states_, rules_, settings_};

  static model::ResourceList of(const char* resource, const char* amount) {
    model::ResourceList list;
    list[resource] = support::quantity(amount);
    return list;
  }
  std::size_t allowed(const PoolLimits& limits) {
    Rows rows = table_.all();
    limits.keep_allowed(rows);
    return rows.count();
  }
};

TEST_F(LimitsTest, SCH_126_no_limits_allow_everything) {
  PoolLimits limits;
  limits.charge(table_.all());
  EXPECT_EQ(allowed(limits), 2U);
  EXPECT_FALSE(limits.are_nodes_exhausted());
}

TEST_F(LimitsTest, SCH_127_129_equality_is_allowed_and_the_largest_is_charged) {
  PoolLimits limits(of("cpu", "12"), of("cpu", "4"), table_);
  EXPECT_EQ(allowed(limits), 2U);  // 8 are left, as large as the largest
  Rows small = table_.none();
  small.set(0);
  limits.charge(small);
  EXPECT_EQ(allowed(limits), 1U);  // 6 are left
  limits.charge(small);
  limits.charge(table_.all());
  EXPECT_EQ(allowed(limits), 0U);  // 4 - 8
}

TEST_F(LimitsTest, SCH_128_131_nodes) {
  PoolLimits limits(of("nodes", "2"), of("nodes", "1"), table_);
  EXPECT_FALSE(limits.are_nodes_exhausted());
  limits.charge(table_.all());
  EXPECT_TRUE(limits.are_nodes_exhausted());
  PoolLimits overdrawn(of("nodes", "1"), of("nodes", "2"), table_);
  EXPECT_FALSE(overdrawn.are_nodes_exhausted());
  EXPECT_EQ(allowed(overdrawn), 0U);
}

}  // namespace
}  // namespace engine
