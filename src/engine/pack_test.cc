#include "engine/pack.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/json.h"
#include "base/random.h"
#include "engine/compiled_types.h"
#include "model/hash.h"
#include "model/labels.h"
#include "model/resources.h"
#include "support/benchmark_workload.h"
#include "support/objects.h"

namespace engine {
namespace {

using support::pod;
using support::PodBuilder;

std::shared_ptr<const model::Pod> waiting(const std::string& name, const char* cpu) {
  return std::make_shared<const model::Pod>(pod("default/" + name).cpu(cpu).unschedulable());
}

std::shared_ptr<const model::NodePool> default_pool() {
  return std::make_shared<const model::NodePool>(support::pool("default"));
}

Snapshot snapshot(std::vector<std::shared_ptr<const model::Pod>> pods) {
  Snapshot made;
  made.pools.push_back({default_pool(),
                        {support::instance_type("small", "2", "4Gi", "0.1", {"z1", "z2"}),
                         support::instance_type("large", "8", "16Gi", "0.4", {"z1"})}});
  made.pods = std::move(pods);
  return made;
}

// All that a plan says, in text.
std::string text_of(const Plan& plan, const Snapshot& given) {
  std::string text;
  for (const PlannedClaim& claim : plan.claims) {
    text += claim.pool->metadata.name + ":";
    for (std::size_t index : claim.pods)
      text += " " + given.pods[index]->metadata.name;
    text += " | " + claim.requirements->to_string() + " |";
    for (const auto& type : claim.types)
      text += " " + type->name;
    text += "\n";
  }
  for (const Refusal& refusal : plan.refusals) {
    text += given.pods[refusal.pod]->metadata.name + ": " + refusal.reason.to_string() + "\n";
  }
  return text;
}

TEST(Pack, SCH_359_types_that_were_compiled_before_give_the_same_plan) {
  Snapshot given;
  given.settings.cloud_labels = CloudLabels{support::benchmark_well_known_labels(), {}};
  for (const char* name : {"one", "two"}) {
    model::NodePool pool = *support::benchmark_node_pool();
    pool.metadata.name = name;
    given.pools.push_back({std::make_shared<const model::NodePool>(pool), {}});
  }
  given.pools[0].types = support::benchmark_types(40);
  given.pools[1].types = support::benchmark_types(400);
  given.pods = support::diverse_pods(200);
  std::string cold = text_of(pack(given), given);
  Snapshot warm = given;
  warm.pools[0].compiled = compile(given.pools[0].types, {});
  warm.pools[1].compiled = compile(given.pools[1].types, {{warm.pools[0].compiled}});
  EXPECT_EQ(text_of(pack(warm), warm), cold);
  EXPECT_EQ(text_of(pack(warm), warm), cold);
  // Those of other types are not believed.
  std::swap(warm.pools[0].compiled, warm.pools[1].compiled);
  EXPECT_EQ(text_of(pack(warm), warm), cold);
  EXPECT_EQ(compile(given.pools[0].types, {{warm.pools[1].compiled}}), warm.pools[1].compiled);
}

TEST(Pack, SCH_026_nothing_to_place) {
  Plan plan = pack(snapshot({}));
  EXPECT_TRUE(plan.claims.empty());
  EXPECT_TRUE(plan.refusals.empty());
}

TEST(Pack, SCH_090_without_nodepools_every_pod_is_told_so) {
  Snapshot given = snapshot({waiting("a", "1")});
  given.pools.clear();
  Plan plan = pack(given);
  ASSERT_EQ(plan.refusals.size(), 1U);
  EXPECT_EQ(plan.refusals.front().reason.code, model::Reason::Code::no_nodepools);
}

TEST(Pack, SCH_135_pods_come_by_size_then_age_then_uid) {
  auto aged = [](const char* name, int seconds) {
    return std::make_shared<const model::Pod>(
        pod(std::string("default/") + name)
            .cpu("7")
            .unschedulable()
            .created(support::kStart + std::chrono::seconds(seconds)));
  };
  Snapshot given =
      snapshot({waiting("tiny", "1"), aged("late", 9), aged("early", 3), aged("early-too", 3)});
  Plan plan = pack(given);
  EXPECT_EQ(plan.claims.size(), 3U);
  std::vector<std::string> first;
  for (const PlannedClaim& claim : plan.claims) {
    first.push_back(given.pods[claim.pods.front()]->metadata.name);
  }
  EXPECT_EQ(first, (std::vector<std::string>{"early", "early-too", "late"}));
}

TEST(Pack, SCH_144_a_solve_that_is_stopped_keeps_what_it_placed) {
  Snapshot given = snapshot({waiting("a", "2"), waiting("b", "1900m"), waiting("c", "1800m")});
  int left = 2;
  Plan plan = pack(given, [&] { return left-- == 0; });
  EXPECT_TRUE(plan.stopped);
  std::size_t placed = 0;
  for (const PlannedClaim& claim : plan.claims)
    placed += claim.pods.size();
  EXPECT_EQ(placed, 2U);
  EXPECT_TRUE(plan.refusals.empty());  // who was not tried has no error
}

TEST(Pack, SCH_316_dynamic_resource_allocation_is_refused) {
  auto with_claim = pod("default/a").cpu("1").unschedulable();
  with_claim.object.spec.edit().resourceClaims.push_back({{"name", "gpu"}});
  Plan plan = pack(snapshot({std::make_shared<const model::Pod>(with_claim), waiting("b", "1")}));
  EXPECT_EQ(plan.claims.size(), 1U);
  ASSERT_EQ(plan.refusals.size(), 1U);
  EXPECT_EQ(plan.refusals.front().reason.code, model::Reason::Code::dra);
}

TEST(Pack, SCH_317_devices_are_refused_in_other_words_when_they_are_asked_for) {
  auto with_claim = pod("default/a").cpu("1").unschedulable();
  with_claim.object.spec.edit().containers.front().resources.claims.push_back({{"name", "gpu"}});
  Snapshot given = snapshot({std::make_shared<const model::Pod>(with_claim)});
  std::string ignored = pack(given).refusals.at(0).reason.to_string();
  given.settings.ignore_dra_requests = false;
  Plan plan = pack(given);
  ASSERT_EQ(plan.refusals.size(), 1U);
  EXPECT_EQ(plan.refusals.front().reason.code, model::Reason::Code::dra);
  EXPECT_NE(plan.refusals.front().reason.to_string(), ignored);
}

TEST(Pack, SCH_125_a_node_that_settles_is_for_pending_pods_and_those_of_deleting_nodes) {
  Snapshot given = snapshot({});
  NodeState& node = given.nodes.emplace_back();
  node.node = std::make_shared<const model::Node>(support::node("n1")
                                                      .ready()
                                                      .registered()
                                                      .initialized()
                                                      .resource("cpu", "8")
                                                      .resource("pods", "50"));
  node.is_settling = true;
  NodeState& leaving = given.leaving.emplace_back();
  leaving.node = std::make_shared<const model::Node>(support::node("n2"));
  leaving.marked_for_deletion = true;
  auto add = [&](PodBuilder builder) {
    given.pods.push_back(std::make_shared<const model::Pod>(builder));
  };
  add(pod("default/pending").cpu("1").unschedulable().phase("Pending"));
  add(pod("default/running").cpu("1").on("n0"));
  add(pod("default/leaving").cpu("1").on("n2"));
  Plan plan = pack(given);
  ASSERT_EQ(plan.existing.size(), 1U);
  EXPECT_EQ(plan.existing[0].pods, (std::vector<std::size_t>{2, 0}));
  ASSERT_EQ(plan.claims.size(), 1U);
  EXPECT_EQ(plan.claims[0].pods, std::vector<std::size_t>{1});

  given.nodes[0].is_settling = false;
  EXPECT_EQ(pack(given).existing.at(0).pods.size(), 3U);
}

TEST(Pack, SCH_362_a_pod_is_tried_again_only_when_something_changed_for_it) {
  constexpr int kPods = 100;
  std::vector<std::shared_ptr<const model::Pod>> pods;
  for (int number = 0; number < kPods; ++number) {
    auto made = pod(fmt::format("default/p{:03}", number)).cpu("100m").unschedulable();
    made.label("app", fmt::format("app-{}", number));
    if (number + 1 == kPods) {
      made.object.spec.edit().nodeSelector[std::string(model::kZoneLabel)] = "z1";
    } else {
      // In the zone of the one that comes behind it.
      model::PodAffinityTerm term;
      term.topologyKey = model::kZoneLabel;
      term.labelSelector.emplace().matchLabels["app"] = fmt::format("app-{}", number + 1);
      made.object.spec.edit()
          .affinity.emplace()
          .podAffinity.emplace()
          .requiredDuringSchedulingIgnoredDuringExecution.push_back(term);
    }
    pods.push_back(std::make_shared<const model::Pod>(made));
  }
  Snapshot given = snapshot(pods);
  int tries = 0;
  Plan plan = pack(given, [&] {
    ++tries;
    return false;
  });
  EXPECT_TRUE(plan.refusals.empty());
  EXPECT_EQ(tries, 2 * kPods - 1);  // each once in vain, but for the last, and once with success
}

TEST(Pack, SCH_362_the_error_is_that_of_the_last_try_though_it_was_not_made) {
  // The claims of the small pods make the big ones be tried again.
  Snapshot given = snapshot({waiting("a", "100"), waiting("b", "100"), waiting("c", "1")});
  Plan plan = pack(given);
  ASSERT_EQ(plan.refusals.size(), 2U);
  EXPECT_EQ(plan.refusals[0].reason.to_string(), plan.refusals[1].reason.to_string());
  EXPECT_NE(plan.refusals[0].reason.to_string().find("no instance type has enough resources"),
            std::string::npos);
}

TEST(Pack, SCH_356_the_order_of_the_lists_does_not_matter) {
  Snapshot given;
  given.settings.cloud_labels = CloudLabels{support::benchmark_well_known_labels(), {}};
  given.pods = support::diverse_pods(200);
  given.pools.push_back({support::benchmark_node_pool(), support::benchmark_types(50)});
  std::string expected = text_of(pack(given), given);
  base::Random random(3);
  for (int round = 0; round < 5; ++round) {
    for (std::size_t last = given.pods.size(); last > 1; --last) {
      std::swap(given.pods[last - 1], given.pods[random.below(last)]);
    }
    EXPECT_EQ(text_of(pack(given), given), expected);
  }
}

TEST(NodeClaim, SCH_095_it_has_the_hash_of_the_version_that_was_planned_with) {
  Snapshot given = snapshot({waiting("a", "1")});
  std::string before = model::node_pool_hash(*given.pools.front().pool);
  Plan plan = pack(given);
  auto edited = *given.pools.front().pool;
  edited.spec.template_.metadata.labels["team"] = "red";
  given.pools.front().pool = std::make_shared<const model::NodePool>(edited);
  ASSERT_NE(model::node_pool_hash(edited), before);
  ASSERT_EQ(plan.claims.size(), 1U);
  model::NodeClaim made = to_node_claim(plan.claims.front(), given.settings);
  EXPECT_EQ(made.metadata.annotations.at("karpenter.sh/nodepool-hash"), before);
}

TEST(Pack, SCH_146_what_a_pod_gives_up_is_given_up_in_a_copy) {
  auto wishing = std::make_shared<model::Pod>(pod("default/a").cpu("1").unschedulable());
  model::TopologySpreadConstraint soft;
  soft.maxSkew = 1;
  soft.topologyKey = "rack";  // that nothing has
  soft.whenUnsatisfiable = "ScheduleAnyway";
  wishing->spec.edit().topologySpreadConstraints = {soft};
  const std::string before = base::print_json(base::to_json(*wishing));
  Plan plan = pack(snapshot({wishing}));
  EXPECT_EQ(plan.claims.size(), 1U);
  EXPECT_TRUE(plan.refusals.empty());
  EXPECT_EQ(base::print_json(base::to_json(*wishing)), before);
}

TEST(NodeClaim, SCH_268_to_273_what_a_planned_claim_becomes) {
  auto pool = support::pool("default");
  auto& node_template = pool.object.spec.template_;
  node_template.metadata.labels["team"] = "red";
  node_template.metadata.annotations["note"] = "x";
  node_template.spec.taints = {support::taint("dedicated=a:NoSchedule")};
  node_template.spec.startupTaints = {support::taint("cni:NoExecute")};
  node_template.spec.requirements = {{"tier", "In", {"1", "2"}, std::nullopt},
                                     {"kubernetes.io/arch", "In", {"amd64"}, std::nullopt},
                                     {"node.kubernetes.io/instance-type", "Exists", {}, 1}};
  Snapshot given = snapshot({std::make_shared<const model::Pod>(
      pod("default/a").cpu("1").unschedulable().tolerates("dedicated"))});
  given.pools.front().pool = std::make_shared<const model::NodePool>(pool);
  Plan plan = pack(given);
  ASSERT_EQ(plan.claims.size(), 1U);
  model::NodeClaim made = to_node_claim(plan.claims.front(), given.settings);

  EXPECT_EQ(made.metadata.generateName, "default-");
  EXPECT_EQ(made.metadata.labels.at("team"), "red");
  EXPECT_EQ(made.metadata.labels.at("tier"), "1");  // the smallest (SCH-066)
  EXPECT_EQ(made.metadata.labels.at("karpenter.sh/nodepool"), "default");
  EXPECT_FALSE(made.metadata.labels.contains("kubernetes.io/arch"));  // well known: from the launch
  EXPECT_FALSE(made.metadata.labels.contains("karpenter.sh/registered"));
  EXPECT_EQ(made.metadata.annotations.at("note"), "x");
  EXPECT_EQ(made.metadata.annotations.at("karpenter.sh/nodepool-hash"),
            model::node_pool_hash(pool.object));
  EXPECT_EQ(made.metadata.annotations.at("karpenter.sh/nodeclaim-min-values-relaxed"), "false");
  ASSERT_EQ(made.metadata.ownerReferences.size(), 1U);
  EXPECT_EQ(made.metadata.ownerReferences.front().kind, "NodePool");
  EXPECT_EQ(made.metadata.ownerReferences.front().blockOwnerDeletion, true);
  EXPECT_EQ(made.metadata.ownerReferences.front().controller, std::nullopt);
  EXPECT_EQ(made.spec.taints.size(), 1U);
  EXPECT_EQ(made.spec.startupTaints.size(), 1U);
  EXPECT_EQ(model::quantity_of(made.spec.resources.requests, "pods"), support::quantity("1"));

  auto requirement = [&](std::string_view key) {
    auto found = std::ranges::find(made.spec.requirements, key, &model::NodeRequirement::key);
    return found == made.spec.requirements.end() ? model::NodeRequirement() : *found;
  };
  EXPECT_EQ(requirement("node.kubernetes.io/instance-type").values,
            (std::vector<std::string>{"large", "small"}));  // sorted by name
  EXPECT_EQ(requirement("node.kubernetes.io/instance-type").minValues, 1);
  EXPECT_EQ(requirement("karpenter.sh/capacity-type").values,
            (std::vector<std::string>{"on-demand"}));
  EXPECT_EQ(requirement("karpenter.sh/registered").key, "");
  EXPECT_EQ(requirement("kubernetes.io/hostname").key, "");
}

}  // namespace
}  // namespace engine
