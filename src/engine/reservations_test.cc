#include "engine/reservations.h"

#include <gtest/gtest.h>

#include "model/labels.h"
#include "support/objects.h"

namespace engine {
namespace {

using model::Operator;

class ReservationsTest : public testing::Test {
 protected:
  // A type with one reserved offering.
  CompiledTypesPointer types(const char* id, std::int64_t capacity, bool is_available = true) {
    model::InstanceType type = *support::instance_type("m", "4", "8Gi", "0.2");
    model::Offering& offering = type.offerings.emplace_back(type.offerings.front());
    offering.requirements.replace(
        {model::kCapacityTypeLabel, Operator::In, {std::string(model::kReserved)}});
    offering.requirements.add({settings_.reservation_id_label, Operator::In, {id}});
    offering.reservation_capacity = capacity;
    offering.available = is_available;
    return compile({std::make_shared<const model::InstanceType>(std::move(type))}, {});
  }

  Settings settings_;
};

TEST_F(ReservationsTest, SCH_182_the_least_that_any_offering_states_available_or_not) {
  std::vector<CompiledTypesPointer> all = {types("one", 5), types("one", 2, false),
                                           types("two", 1)};
  Reservations reservations(all, settings_);
  ReservationId one = reservations.find("one");
  ReservationId two = reservations.find("two");
  EXPECT_NE(one, two);
  EXPECT_FALSE(reservations.exchange({}, {one}));
  EXPECT_TRUE(reservations.has_left(one));
  EXPECT_FALSE(reservations.exchange({}, {one}));
  EXPECT_FALSE(reservations.has_left(one));
  EXPECT_TRUE(reservations.has_left(two));
}

TEST_F(ReservationsTest,
       SCH_184_what_a_claim_keeps_is_taken_once_and_what_it_leaves_is_given_back) {
  std::vector<CompiledTypesPointer> all = {types("one", 1), types("two", 1)};
  Reservations reservations(all, settings_);
  ReservationIds both = {reservations.find("one"), reservations.find("two")};
  ReservationIds first = {both.front()};
  reservations.exchange({}, both);
  EXPECT_FALSE(reservations.exchange(both, both));
  EXPECT_TRUE(reservations.exchange(both, first));
  EXPECT_FALSE(reservations.has_left(first.front()));
  EXPECT_TRUE(reservations.has_left(both.back()));
}

TEST_F(ReservationsTest, SCH_185_taking_more_than_there_is_ends_the_process) {
  std::vector<CompiledTypesPointer> all = {types("one", 1)};
  Reservations reservations(all, settings_);
  ReservationIds one = {reservations.find("one")};
  reservations.exchange({}, one);
  EXPECT_DEATH(reservations.exchange({}, one), "reservation");
  EXPECT_DEATH(reservations.find("unknown"), "reservation");
}

TEST_F(ReservationsTest, SCH_183_without_the_gate_there_are_none) {
  settings_.reserved_capacity = false;
  std::vector<CompiledTypesPointer> all = {types("one", 1)};
  EXPECT_TRUE(Reservations(all, settings_).empty());
}

}  // namespace
}  // namespace engine
