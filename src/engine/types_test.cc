#include "engine/types.h"

#include <gtest/gtest.h>

#include "model/labels.h"
#include "model/resources.h"
#include "support/objects.h"

namespace engine {
namespace {

using model::Operator;
using support::instance_type;

model::Requirements of(model::Requirement requirement) {
  model::Requirements requirements;
  requirements.add(std::move(requirement));
  return requirements;
}

std::shared_ptr<const model::InstanceType> changed(
    std::shared_ptr<const model::InstanceType> type,
    const std::function<void(model::InstanceType&)>& change) {
  model::InstanceType copy = *type;
  change(copy);
  return std::make_shared<const model::InstanceType>(std::move(copy));
}

class TypesTest : public testing::Test {
 protected:
  TypeTable table(const model::InstanceTypes& types) {
    return {compile(types, {}), states_, rules_, settings_};
  }

  std::vector<std::size_t> members(const Rows& rows) {
    std::vector<std::size_t> list;
    rows.for_each([&](std::size_t row) { list.push_back(row); });
    return list;
  }

  using Members = std::vector<std::size_t>;

  Settings settings_;
  LabelRules rules_{settings_};
  States states_{rules_};
};

TEST_F(TypesTest, SCH_168_labels_and_offerings_are_two_criteria) {
  model::InstanceTypes types = {
      instance_type("a", "2", "4Gi", "0.1", {"z1"}),
      changed(instance_type("b", "2", "4Gi", "0.1", {"z1", "z2"}),
              [](model::InstanceType& type) { type.offerings[0].available = false; }),
  };
  TypeTable rows = table(types);
  StateId in_z1 = states_.intern(of({model::kZoneLabel, Operator::In, {"z1"}}));
  EXPECT_EQ(members(rows.labelled(in_z1)), (Members{0, 1}));
  EXPECT_EQ(members(rows.offered(in_z1)), (Members{0}));  // b is sold out in z1 (SCH-100)
  EXPECT_EQ(members(rows.usable(in_z1)), (Members{0}));
  StateId anywhere = states_.intern({});
  EXPECT_EQ(members(rows.usable(anywhere)), (Members{0, 1}));
}

TEST_F(TypesTest, SCH_099_types_that_lack_a_label_on_purpose) {
  auto with = [](const char* name, model::Requirement requirement) {
    return changed(instance_type(name, "2", "4Gi", "0.1"), [&](model::InstanceType& type) {
      type.requirements.add(std::move(requirement));
    });
  };
  model::InstanceTypes types = {with("gpu", {"gpu", Operator::In, {"t4"}}),
                                with("none", {"gpu", Operator::DoesNotExist}),
                                instance_type("silent", "2", "4Gi", "0.1")};
  TypeTable rows = table(types);
  auto labelled = [&](Operator op, std::vector<std::string> values = {}) {
    return members(rows.labelled(states_.intern(of({"gpu", op, std::move(values)}))));
  };
  EXPECT_EQ(labelled(Operator::In, {"t4"}), (Members{0, 2}));
  EXPECT_EQ(labelled(Operator::Exists), (Members{0, 2}));
  EXPECT_EQ(labelled(Operator::DoesNotExist), (Members{1, 2}));
  EXPECT_EQ(labelled(Operator::NotIn, {"t4"}), (Members{1, 2}));
  EXPECT_EQ(labelled(Operator::NotIn, {"a100"}), (Members{0, 1, 2}));
}

TEST_F(TypesTest, SCH_079_080_offerings_with_overrides_are_rows_of_their_own) {
  model::InstanceTypes types = {
      changed(instance_type("a", "2", "4Gi", "0.1", {"z1", "z2"}), [](model::InstanceType& type) {
        type.offerings[1].capacity_override.emplace()["gpu"] = support::quantity("1");
      })};
  TypeTable rows = table(types);
  ASSERT_EQ(rows.rows(), 2U);
  EXPECT_FALSE(rows.allocatable(0).contains("gpu"));
  EXPECT_EQ(model::quantity_of(rows.allocatable(1), "gpu"), support::quantity("1"));
  EXPECT_EQ(model::quantity_of(rows.allocatable(1), "cpu"), support::quantity("2"));
  StateId in_z1 = states_.intern(of({model::kZoneLabel, Operator::In, {"z1"}}));
  EXPECT_EQ(members(rows.usable(in_z1)), (Members{0}));
}

TEST_F(TypesTest, SCH_170_values_of_a_key_are_counted_over_the_types_that_are_left) {
  model::InstanceTypes types = {instance_type("a", "2", "4Gi", "0.1", {"z1", "z2"}),
                                instance_type("b", "2", "4Gi", "0.1", {"z2"}),
                                instance_type("c", "2", "4Gi", "0.1", {"z3"})};
  TypeTable rows = table(types);
  EXPECT_EQ(rows.count_values(rows.all(), model::kZoneLabel), 3U);
  EXPECT_EQ(rows.count_values(rows.all(), model::kInstanceTypeLabel), 3U);
  EXPECT_EQ(rows.count_values(rows.all(), "nobody-has-it"), 0U);
  Rows two = rows.none();
  two.set(0);
  two.set(1);
  EXPECT_EQ(rows.count_values(two, model::kZoneLabel), 2U);
}

TEST_F(TypesTest, SCH_179_180_cheapest_first_by_what_may_be_bought) {
  auto with_spot = [](std::shared_ptr<const model::InstanceType> type) {
    return changed(std::move(type), [](model::InstanceType& copy) {
      model::Offering spot = copy.offerings.front();
      spot.requirements.replace({model::kCapacityTypeLabel, Operator::In, {"spot"}});
      spot.price = base::Money::from_micros(1000);
      copy.offerings.push_back(spot);
    });
  };
  model::InstanceTypes types = {instance_type("b", "2", "4Gi", "0.1"),
                                with_spot(instance_type("c", "2", "4Gi", "0.2")),
                                instance_type("a", "2", "4Gi", "0.1")};
  TypeTable rows = table(types);
  auto names = [&](const TypeList& list) {
    std::string text;
    for (const auto& type : list)
      text += type->name;
    return text;
  };
  StateId any = states_.intern({});
  StateId on_demand = states_.intern(of({model::kCapacityTypeLabel, Operator::In, {"on-demand"}}));
  EXPECT_EQ(names(rows.cheapest(rows.all(), any, 9)), "cab");  // ties by name
  EXPECT_EQ(names(rows.cheapest(rows.all(), on_demand, 9)), "abc");
  EXPECT_EQ(names(rows.cheapest(rows.all(), any, 2)), "ca");
  EXPECT_EQ(rows.cheapest(rows.all(), any, 2).size(), 2U);
  EXPECT_EQ(rows.cheapest_offering(rows.cheapest(rows.all(), any, 9), any)->capacity_type, "spot");
  TypeList list = rows.cheapest(rows.all(), on_demand, 9);
  EXPECT_EQ(rows.cheapest_offering(list, on_demand)->capacity_type, "on-demand");
  EXPECT_EQ(rows.cheapest_offering(TypeList(), any), std::nullopt);
}

TEST(Rooms, SCH_076_rows_into_which_the_requests_fit) {
  Rooms rooms({{4, 8}, {2, 8}, {9, -1}});
  Rows rows(3, true);
  rooms.keep_fitting({3, 0}, rows);
  EXPECT_TRUE(rows.test(0));
  EXPECT_FALSE(rows.test(1));
  EXPECT_FALSE(rows.test(2));  // negative room is no room, for anything
  rooms.keep_fitting({3, 9}, rows);
  EXPECT_TRUE(rows.none());
  EXPECT_EQ(rooms.largest(0, Rows(3, true), 0), 2U);
}

}  // namespace
}  // namespace engine
