#include "model/conditions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace model {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;

constexpr base::Time kCreated{seconds(1'000)};
constexpr base::Time kLater{seconds(2'000)};
constexpr base::Time kMuchLater{seconds(3'000)};

class Conditions : public testing::Test {
 protected:
  Conditions() {
    metadata.generation = 1;
    metadata.creationTimestamp = kCreated;
  }

  bool set(std::string_view type, std::string_view status, base::Time now,
           std::string_view reason = "", std::string_view message = "") {
    auto setter = status == "True" ? set_true : status == "False" ? set_false : set_unknown;
    return setter(conditions, claim, metadata, type, reason, message, now);
  }

  void make_ready(base::Time now) {
    for (std::string_view type : claim.dependents)
      set(type, "True", now);
  }

  const Condition& get(std::string_view type) {
    const Condition* found = find_condition(conditions, type);
    EXPECT_NE(found, nullptr) << type;
    static const Condition none;
    return found == nullptr ? none : *found;
  }

  std::vector<std::string> types() {
    std::vector<std::string> result;
    for (const Condition& condition : conditions)
      result.push_back(condition.type);
    return result;
  }

  const ConditionSet& claim = conditions_of(Kind::NodeClaim);
  ObjectMeta metadata;
  std::vector<Condition> conditions;
};

TEST_F(Conditions, LIF_027_dependents_of_each_kind) {
  EXPECT_THAT(conditions_of(Kind::NodeClaim).dependents,
              ElementsAre("Launched", "Registered", "Initialized"));
  EXPECT_THAT(conditions_of(Kind::NodePool).dependents,
              ElementsAre("ValidationSucceeded", "NodeClassReady"));
  EXPECT_EQ(conditions_of(Kind::EC2NodeClass).dependents.size(), 7u);
  EXPECT_EQ(conditions_of(Kind::EC2NodeClass).root, "Ready");
}

TEST_F(Conditions, API_024_missing_conditions_wait_since_creation) {
  EXPECT_TRUE(initialize(conditions, claim, metadata, kLater));
  EXPECT_THAT(types(), ElementsAre("Launched", "Registered", "Initialized", "Ready"));
  for (const Condition& condition : conditions) {
    EXPECT_EQ(condition.status, "Unknown");
    EXPECT_EQ(condition.reason, "AwaitingReconciliation");
    EXPECT_EQ(condition.message, "object is awaiting reconciliation");
    EXPECT_EQ(condition.lastTransitionTime, kCreated);
    EXPECT_EQ(condition.observedGeneration, 1);
  }
  EXPECT_FALSE(initialize(conditions, claim, metadata, kLater));
}

TEST_F(Conditions, API_024_a_set_adds_the_missing_ones_too) {
  set("Registered", "True", kLater);
  EXPECT_EQ(get("Launched").reason, "AwaitingReconciliation");
  EXPECT_EQ(get("Launched").lastTransitionTime, kCreated);
  EXPECT_EQ(get("Registered").lastTransitionTime, kLater);
}

TEST_F(Conditions, LIF_029_a_condition_outside_of_the_set_begins_now) {
  set("Drifted", "True", kLater, "NodePoolDrifted", "NodePoolDrifted");
  EXPECT_EQ(get("Drifted").lastTransitionTime, kLater);
}

TEST_F(Conditions, API_025_true_without_a_reason_names_its_type) {
  set("Launched", "True", kLater);
  EXPECT_EQ(get("Launched").reason, "Launched");
  EXPECT_EQ(get("Launched").message, "");
  set("Consolidatable", "True", kLater, "Quiet");
  EXPECT_EQ(get("Consolidatable").reason, "Quiet");
}

TEST_F(Conditions, API_026_the_transition_is_when_the_status_changed) {
  EXPECT_TRUE(set("Launched", "Unknown", kLater, "LaunchFailed", "no capacity"));
  EXPECT_EQ(get("Launched").lastTransitionTime, kCreated);
  EXPECT_FALSE(set("Launched", "Unknown", kMuchLater, "LaunchFailed", "no capacity"));
  EXPECT_TRUE(set("Launched", "True", kMuchLater));
  EXPECT_EQ(get("Launched").lastTransitionTime, kMuchLater);
  EXPECT_FALSE(set("Launched", "True", kMuchLater + seconds(5)));
}

TEST_F(Conditions, API_027_ready_when_all_dependents_are_true) {
  make_ready(kLater);
  EXPECT_EQ(get("Ready").status, "True");
  EXPECT_EQ(get("Ready").reason, "Ready");
  EXPECT_EQ(get("Ready").message, "");
  EXPECT_EQ(get("Ready").lastTransitionTime, kLater);
}

TEST_F(Conditions, API_027_unknown_while_dependents_are_unknown) {
  set("Launched", "True", kLater);
  EXPECT_EQ(get("Ready").status, "Unknown");
  EXPECT_EQ(get("Ready").reason, "ReconcilingDependents");
  EXPECT_EQ(get("Ready").message, "Registered=Unknown, Initialized=Unknown");
  EXPECT_EQ(get("Ready").lastTransitionTime, kCreated);
}

TEST_F(Conditions, API_027_false_lists_the_newest_transition_first) {
  set("Launched", "True", kLater);
  set("Initialized", "False", kLater, "Broken", "");
  set("Registered", "False", kMuchLater, "MultipleNodesFound", "");
  EXPECT_EQ(get("Ready").status, "False");
  EXPECT_EQ(get("Ready").reason, "UnhealthyDependents");
  EXPECT_EQ(get("Ready").message, "Registered=False, Initialized=False");
}

TEST_F(Conditions, API_028_a_new_generation_is_unready_until_all_are_set_again) {
  make_ready(kLater);
  metadata.generation = 2;
  EXPECT_TRUE(set("Launched", "True", kMuchLater));
  EXPECT_EQ(get("Ready").status, "Unknown");
  EXPECT_EQ(get("Ready").message, "Registered=True, Initialized=True");
  make_ready(kMuchLater);
  EXPECT_EQ(get("Ready").status, "True");
  EXPECT_EQ(get("Launched").lastTransitionTime, kLater);
}

TEST_F(Conditions, LIF_031_a_stale_false_leaves_the_root_unknown) {
  make_ready(kLater);
  set("Registered", "False", kLater, "MultipleNodesFound");
  EXPECT_EQ(get("Ready").status, "False");
  metadata.generation = 2;
  set("Launched", "True", kMuchLater);
  EXPECT_EQ(get("Ready").status, "Unknown");
}

TEST_F(Conditions, API_029_other_conditions_do_not_touch_ready) {
  make_ready(kLater);
  EXPECT_TRUE(set("Drifted", "True", kMuchLater, "AMIDrift"));
  EXPECT_EQ(get("Ready").status, "True");
  EXPECT_TRUE(clear(conditions, claim, "Drifted"));
  EXPECT_EQ(find_condition(conditions, "Drifted"), nullptr);
}

TEST_F(Conditions, LIF_034_clearing_what_is_not_there_is_no_change) {
  make_ready(kLater);
  std::vector<std::string> before = types();
  EXPECT_FALSE(clear(conditions, claim, "Drifted"));
  EXPECT_EQ(types(), before);
}

TEST_F(Conditions, API_029_dependents_are_never_cleared) {
  make_ready(kLater);
  EXPECT_DEATH(clear(conditions, claim, "Launched"), "does not depend on");
  EXPECT_DEATH(clear(conditions, claim, "Ready"), "does not depend on");
}

TEST_F(Conditions, API_030_deletion_does_not_unready_the_object) {
  make_ready(kLater);
  metadata.generation = 2;
  metadata.deletionTimestamp = kMuchLater;
  EXPECT_TRUE(set("Drained", "Unknown", kMuchLater, "Draining"));
  EXPECT_EQ(get("Launched").observedGeneration, 2);
  EXPECT_EQ(get("Ready").observedGeneration, 2);
  EXPECT_EQ(get("Ready").status, "True");
}

TEST_F(Conditions, API_031_by_transition_with_the_root_last) {
  set("Registered", "True", kMuchLater);
  set("Launched", "True", kLater);
  set("Drifted", "True", kLater, "AMIDrift");
  EXPECT_THAT(types(), ElementsAre("Initialized", "Launched", "Drifted", "Registered", "Ready"));
}

TEST_F(Conditions, API_031_by_type_after_a_clear) {
  make_ready(kLater);
  set("Drifted", "True", kMuchLater, "AMIDrift");
  clear(conditions, claim, "Drifted");
  EXPECT_THAT(types(), ElementsAre("Initialized", "Launched", "Ready", "Registered"));
}

TEST_F(Conditions, without_a_creation_time_they_wait_since_now) {
  metadata.creationTimestamp.reset();
  initialize(conditions, claim, metadata, kLater);
  EXPECT_EQ(get("Launched").lastTransitionTime, kLater);
}

}  // namespace
}  // namespace model
