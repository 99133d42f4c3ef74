#include "engine/amounts.h"

#include <gtest/gtest.h>

#include "support/objects.h"

namespace engine {
namespace {

using support::quantity;
using Round = AmountScale::Round;

model::ResourceList list(std::initializer_list<std::pair<const char*, const char*>> entries) {
  model::ResourceList result;
  for (auto [resource, amount] : entries)
    result[resource] = quantity(amount);
  return result;
}

AmountScale scale_of(std::initializer_list<model::ResourceList> lists) {
  AmountScale scale;
  for (const auto& noted : lists)
    scale.note(noted);
  scale.freeze();
  return scale;
}

TEST(Amounts, every_resource_has_the_unit_that_divides_all_its_amounts) {
  AmountScale scale = scale_of({list({{"cpu", "1500m"}, {"memory", "1Gi"}}), list({{"cpu", "2"}})});
  ASSERT_EQ(scale.columns(), 2U);
  EXPECT_EQ(scale.column("nothing"), AmountScale::kNoColumn);
  Amounts row = scale.convert(list({{"cpu", "1500m"}, {"memory", "1Gi"}}), Round::up);
  EXPECT_EQ(row[scale.column("cpu")], 1500);
  EXPECT_EQ(row[scale.column("memory")], 1 << 30);
}

TEST(Amounts, a_nano_unit_is_not_lost) {
  AmountScale scale = scale_of({list({{"cpu", "1n"}, {"memory", "0.5"}})});
  EXPECT_EQ(scale.convert(list({{"cpu", "1"}}), Round::up)[0], 1'000'000'000);
  EXPECT_EQ(scale.convert(list({{"memory", "1"}}), Round::up)[1], 1000);
}

TEST(Amounts, what_does_not_go_into_64_bits_is_rounded_so_that_nothing_is_placed_wrongly) {
  AmountScale scale = scale_of({list({{"memory", "100E"}}), list({{"memory", "1n"}})});
  EXPECT_EQ(scale.convert(list({{"memory", "1n"}}), Round::up)[0], 1);
  EXPECT_EQ(scale.convert(list({{"memory", "1n"}}), Round::down)[0], 0);
  EXPECT_LT(scale.convert(list({{"memory", "-1n"}}), Round::down)[0], 0);
  EXPECT_LE(scale.convert(list({{"memory", "100E"}}), Round::down)[0], AmountScale::kLargest);
}

TEST(Amounts, SCH_076_fits) {
  EXPECT_TRUE(fits(Amounts{1, 0}, Amounts{1, 0}));
  EXPECT_FALSE(fits(Amounts{2, 0}, Amounts{1, 9}));
  EXPECT_FALSE(fits(Amounts{0, 0}, Amounts{5, -1}));  // overcommitted in what nobody asks for
}

}  // namespace
}  // namespace engine
