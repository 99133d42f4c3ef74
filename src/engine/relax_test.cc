#include "engine/relax.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace engine {
namespace {

model::NodeSelectorTerm term(const char* value) { return {{{"key", "In", {value}}}, {}}; }

model::WeightedPodAffinityTerm weighted(std::int32_t weight, const char* key) {
  model::WeightedPodAffinityTerm made;
  made.weight = weight;
  made.podAffinityTerm.topologyKey = key;
  return made;
}

model::TopologySpreadConstraint spread(const char* key, const char* action) {
  model::TopologySpreadConstraint made;
  made.topologyKey = key;
  made.whenUnsatisfiable = action;
  return made;
}

model::PodSpec wishful() {
  model::PodSpec spec;
  model::Affinity& affinity = spec.affinity.emplace();
  model::NodeAffinity& nodes = affinity.nodeAffinity.emplace();
  nodes.requiredDuringSchedulingIgnoredDuringExecution.emplace().nodeSelectorTerms = {term("a"),
                                                                                      term("b")};
  nodes.preferredDuringSchedulingIgnoredDuringExecution = {{1, term("p")}, {5, term("q")}};
  affinity.podAffinity.emplace().preferredDuringSchedulingIgnoredDuringExecution = {
      weighted(3, "first"), weighted(3, "second")};
  affinity.podAntiAffinity.emplace().preferredDuringSchedulingIgnoredDuringExecution = {
      weighted(1, "x")};
  spec.topologySpreadConstraints = {spread("s1", "ScheduleAnyway"), spread("hard", "DoNotSchedule"),
                                    spread("s2", "ScheduleAnyway")};
  return spec;
}

TEST(Relax, SCH_147_one_wish_after_the_other) {
  model::PodSpec spec = wishful();
  auto& nodes = *spec.affinity->nodeAffinity;
  auto& required = nodes.requiredDuringSchedulingIgnoredDuringExecution->nodeSelectorTerms;
  auto& preferred = nodes.preferredDuringSchedulingIgnoredDuringExecution;
  auto& near = spec.affinity->podAffinity->preferredDuringSchedulingIgnoredDuringExecution;
  auto& apart = spec.affinity->podAntiAffinity->preferredDuringSchedulingIgnoredDuringExecution;
  auto& spreads = spec.topologySpreadConstraints;

  ASSERT_TRUE(relax(spec, true));
  ASSERT_EQ(required.size(), 1U);
  EXPECT_EQ(required.front(), term("b"));  // the last one stays (SCH-070)
  ASSERT_TRUE(relax(spec, true));
  EXPECT_EQ(near.front().podAffinityTerm.topologyKey, "second");  // of equal weights the first goes
  ASSERT_TRUE(relax(spec, true));
  EXPECT_TRUE(near.empty());
  ASSERT_TRUE(relax(spec, true));
  EXPECT_TRUE(apart.empty());
  ASSERT_TRUE(relax(spec, true));
  EXPECT_EQ(preferred.front().weight, 1);  // the heaviest went
  ASSERT_TRUE(relax(spec, true));
  EXPECT_TRUE(preferred.empty());
  ASSERT_TRUE(relax(spec, true));
  EXPECT_EQ(spreads.front().topologyKey, "s2");  // the last takes its place (SCH-148)
  ASSERT_TRUE(relax(spec, true));
  ASSERT_EQ(spreads.size(), 1U);
  EXPECT_EQ(spreads.front().topologyKey, "hard");
  ASSERT_TRUE(relax(spec, true));
  EXPECT_EQ(spec.tolerations.back(), toleration_of_preferences());
  EXPECT_FALSE(relax(spec, true));
}

TEST(Relax, SCH_153_says_what_was_given_up) {
  model::PodSpec spec = wishful();
  std::vector<std::string> dropped;
  while (auto one = relax(spec, true))
    dropped.push_back(*one);
  EXPECT_EQ(dropped,
            (std::vector<std::string>{
                "the first of affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution",
                "affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution of weight 3 "
                "by first",
                "affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution of weight 3 "
                "by second",
                "affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution of "
                "weight 1 by x",
                "affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution of weight 5",
                "affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution of weight 1",
                "topologySpreadConstraints by s1, which is ScheduleAnyway",
                "topologySpreadConstraints by s2, which is ScheduleAnyway",
                "taints of effect PreferNoSchedule are tolerated"}));
}

TEST(Relax, SCH_147_the_toleration_only_where_a_nodepool_has_such_a_taint) {
  model::PodSpec spec;
  EXPECT_FALSE(relax(spec, false));
  EXPECT_TRUE(relax(spec, true));
  EXPECT_FALSE(relax(spec, true));  // it is there already
}

}  // namespace
}  // namespace engine
