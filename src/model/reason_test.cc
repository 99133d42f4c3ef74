#include "model/reason.h"

#include <gtest/gtest.h>

namespace model {
namespace {

using Code = Reason::Code;

TEST(Reason, SCH_157_the_stage_stands_before_the_text) {
  EXPECT_EQ((Reason{Code::requirements, "pool", "key a, a In [1] not in a In [2]", {}}).to_string(),
            "incompatible requirements, key a, a In [1] not in a In [2]");
  EXPECT_EQ((Reason{Code::volumes, "", "x", {}}).to_string(),
            "incompatible volume requirements, x");
  EXPECT_EQ((Reason{Code::taint, "", "team=blue:NoSchedule", {}}).to_string(),
            "did not tolerate taint team=blue:NoSchedule");
}

TEST(Reason, SCH_157_topology_and_type_filter_errors_are_reported_as_they_are) {
  for (Code code :
       {Code::topology, Code::instance_types, Code::min_values, Code::reserved_offering}) {
    EXPECT_EQ((Reason{code, "pool", "no instance type met the requirements", {}}).to_string(),
              "no instance type met the requirements");
  }
}

TEST(Reason, SCH_090_098_need_no_text) {
  EXPECT_EQ((Reason{Code::no_nodepools, "", "", {}}).to_string(), "no dynamic nodepools found");
  EXPECT_EQ((Reason{Code::no_types_left, "", "", {}}).to_string(),
            "nodepool requirements filtered out all available instance types");
}

TEST(Reason, SCH_178_templates_are_joined_and_only_limits_name_the_nodepool) {
  Reason several{Code::several, "", "", {}};
  several.parts = {{Code::limits, "a", "", {}},
                   {Code::node_limit, "b", "", {}},
                   {Code::taint, "c", "team:NoSchedule", {}}};
  EXPECT_EQ(several.to_string(),
            "all available instance types exceed limits for nodepool (NodePool=a); "
            "node limits have been exhausted for nodepool (NodePool=b); "
            "did not tolerate taint team:NoSchedule");
}

}  // namespace
}  // namespace model
