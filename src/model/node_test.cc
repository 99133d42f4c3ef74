#include "model/node.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace model {
namespace {

const Taint kTeam{"team", "blue", "NoSchedule", {}};

TEST(Tolerations, SCH_082_equal_is_the_default_operator) {
  EXPECT_TRUE(tolerates(Toleration{"team", "Equal", "blue", "NoSchedule", {}}, kTeam));
  EXPECT_TRUE(tolerates(Toleration{"team", "", "blue", "NoSchedule", {}}, kTeam));
  EXPECT_FALSE(tolerates(Toleration{"team", "Equal", "red", "NoSchedule", {}}, kTeam));
  EXPECT_FALSE(tolerates(Toleration{"other", "Equal", "blue", "NoSchedule", {}}, kTeam));
  EXPECT_FALSE(tolerates(Toleration{"team", "Near", "blue", "NoSchedule", {}}, kTeam));
}

TEST(Tolerations, SCH_082_exists_accepts_any_value) {
  EXPECT_TRUE(tolerates(Toleration{"team", "Exists", "", "NoSchedule", {}}, kTeam));
  EXPECT_TRUE(tolerates(Toleration{"", "Exists", "", "", {}}, kTeam)) << "every key and effect";
  EXPECT_FALSE(tolerates(Toleration{"other", "Exists", "", "", {}}, kTeam));
}

TEST(Tolerations, SCH_082_an_empty_effect_accepts_every_effect) {
  EXPECT_TRUE(tolerates(Toleration{"team", "Exists", "", "", {}}, kTeam));
  EXPECT_FALSE(tolerates(Toleration{"team", "Exists", "", "NoExecute", {}}, kTeam));
}

struct NumericCase {
  std::string op;
  std::string threshold;  // of the toleration
  std::string value;      // of the taint
  bool expected;
};

TEST(Tolerations, SCH_082_numeric_operators_compare_the_taint_with_the_threshold) {
  const std::vector<NumericCase> cases = {
      {"Gt", "900", "950", true},
      {"Gt", "900", "900", false},
      {"Gt", "900", "800", false},
      {"Lt", "900", "800", true},
      {"Lt", "900", "900", false},
      {"Lt", "900", "950", false},
      {"Gt", "-100", "-50", true},
      {"Lt", "0", "-1", true},
      {"Gt", "9223372036854775806", "9223372036854775807", true},
      {"Lt", "0", "-9223372036854775808", true},
      {"Gt", "1", "9223372036854775808", false},
      {"Gt", "abc", "100", false},
      {"Gt", "", "100", false},
      {"Gt", "100", "", false},
      {"Gt", "1.5", "2", false},
      {"Gt", "0100", "200", false},
      {"Gt", "100", "0200", false},
      {"Gt", "+100", "200", false},
      {"Lt", "100", " 20 ", false},
      {"Lt", "5", "-0", false},
  };
  for (const auto& [op, threshold, value, expected] : cases) {
    EXPECT_EQ(tolerates(Toleration{"k", op, threshold, "NoSchedule", {}},
                        Taint{"k", value, "NoSchedule", {}}),
              expected)
        << value << " " << op << " " << threshold;
  }
}

TEST(Tolerations, SCH_082_one_that_fits_is_enough) {
  const std::vector<Toleration> tolerations = {{"other", "Exists", "", "", {}},
                                               {"team", "Exists", "", "", {}}};
  EXPECT_TRUE(tolerates(tolerations, kTeam));
  EXPECT_FALSE(tolerates(std::vector<Toleration>(), kTeam));
}

TEST(Taint, the_same_place_is_key_and_effect) {
  EXPECT_TRUE(kTeam.same_place(Taint{"team", "red", "NoSchedule", {}}));
  EXPECT_FALSE(kTeam.same_place(Taint{"team", "blue", "NoExecute", {}}));
}

}  // namespace
}  // namespace model
