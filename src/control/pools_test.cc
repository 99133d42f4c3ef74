#include "control/pools.h"

#include <gmock/gmock.h>

#include "control/stage_test.h"
#include "model/hash.h"
#include "model/labels.h"
#include "support/objects.h"

namespace control {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using support::claim;
using support::kStart;
using support::node;
using support::node_class;
using support::pool;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

class PoolStatus : public testing::Test {
 protected:
  // Lets the loop write until it has nothing more to say.
  const model::NodePool& settled(const std::string& name = "default") {
    for (int look = 0; look < 3; ++look)
      stage.carry_out(stage.count_pools());
    return stage.pool(name);
  }
  std::string ready_of_class(const support::ClassBuilder& built) {
    stage.put(built);
    return condition_of(settled(), "NodeClassReady");
  }
  std::string resources() {
    std::string text;
    for (const auto& [name, amount] : settled().status.resources)
      text += name + "=" + amount.to_string() + " ";
    return text;
  }
  Stage stage;
};

TEST_F(PoolStatus, LIF_191_node_class_ready) {
  stage.put(pool("default"));
  EXPECT_EQ(condition_of(settled(), "NodeClassReady"),
            "False NodeClassNotFound: NodeClass not found on cluster");
  EXPECT_EQ(ready_of_class(node_class("default")), "True");
  EXPECT_EQ(ready_of_class(node_class("default").finalizer("x").deleted()),
            "False NodeClassTerminating: NodeClass is Terminating");
  EXPECT_EQ(ready_of_class(node_class("default").ready("Unknown")),
            "False NodeClassReadinessUnknown: Node Class Readiness Unknown");
  EXPECT_EQ(ready_of_class(node_class("default").ready("False", "NoSubnets", "none found")),
            "False NoSubnets: none found");
  model::EC2NodeClass fresh = node_class("default");
  fresh.status.conditions.clear();
  stage.put(model::Object(fresh));
  EXPECT_EQ(condition_of(settled(), "NodeClassReady"),
            "False NodeClassReadinessUnknown: Node Class Readiness Unknown");
}

TEST_F(PoolStatus, LIF_027_ready_follows) {
  stage.put(node_class("default"));
  model::NodePool fresh = pool("default");
  fresh.status.conditions.clear();
  stage.put(model::Object(fresh));
  EXPECT_EQ(condition_of(settled(), "Ready"), "True");
  stage.remove({model::Kind::EC2NodeClass, "", "default"});
  EXPECT_THAT(condition_of(settled(), "Ready"), testing::StartsWith("False UnhealthyDependents"));
}

TEST_F(PoolStatus, LIF_193_validation) {
  stage.put(node_class("default"));
  model::NodePool bad = pool("default");
  bad.spec.template_.spec.taints = {support::taint("a=b:NoSchedule")};
  bad.spec.template_.spec.startupTaints = {support::taint("a=c:NoSchedule")};
  stage.put(model::Object(bad));
  EXPECT_THAT(condition_of(settled(), "ValidationSucceeded"),
              testing::StartsWith("False NodePoolValidationFailed: "));
  stage.put(pool("default"));
  EXPECT_EQ(condition_of(settled(), "ValidationSucceeded"), "True");
}

TEST_F(PoolStatus, LIF_198_hash) {
  stage.put(pool("default"));
  const auto& annotations = settled().metadata.annotations;
  EXPECT_EQ(annotations.at(std::string(model::kNodePoolHashAnnotation)),
            model::node_pool_hash(stage.pool("default")));
  EXPECT_EQ(annotations.at(std::string(model::kNodePoolHashVersionAnnotation)), "v3");
}

TEST_F(PoolStatus, LIF_001_pools_of_other_providers_are_left_alone) {
  stage.put(pool("other").of_class("karpenter.kwok.sh", "KWOKNodeClass"));
  Decision decision = stage.count_pools();
  EXPECT_THAT(actions_of(decision), IsEmpty());
}

TEST_F(PoolStatus, nothing_is_written_twice) {
  stage.put(node_class("default"));
  stage.put(pool("default"));
  settled();
  Decision decision = stage.count_pools();
  EXPECT_THAT(actions_of(decision), IsEmpty());
  EXPECT_EQ(decision.wake, std::nullopt) << "and nobody wakes up for nothing";
}

// --- an older version of the hash

TEST_F(PoolStatus, LIF_199_claims_follow_before_their_pool) {
  auto with_hash = [](const char* name, const char* version) {
    return claim(name)
        .annotation(model::kNodePoolHashAnnotation, "1")
        .annotation(model::kNodePoolHashVersionAnnotation, version);
  };
  stage.put(node_class("default"));
  stage.put(pool("default").annotation(model::kNodePoolHashVersionAnnotation, "v2"));
  stage.put(with_hash("old", "v2"));
  stage.put(with_hash("drifted", "v2").condition("Drifted", "True"));
  stage.put(with_hash("new", "v3"));
  stage.put(with_hash("elsewhere", "v2").in_pool("other"));
  stage.carry_out(stage.count_pools());
  EXPECT_EQ(stage.pool("default").metadata.annotations.at(
                std::string(model::kNodePoolHashVersionAnnotation)),
            "v2")
      << "not before its claims";
  auto annotations = [&](const char* name) {
    const model::Labels& all = stage.claim(name).metadata.annotations;
    return all.at(std::string(model::kNodePoolHashVersionAnnotation)) + " " +
           all.at(std::string(model::kNodePoolHashAnnotation));
  };
  const std::string hash = model::node_pool_hash(settled());
  EXPECT_EQ(annotations("old"), "v3 " + hash);
  EXPECT_EQ(annotations("drifted"), "v3 1") << "it stays drifted";
  EXPECT_EQ(annotations("new"), "v3 1") << "whatever its hash";
  EXPECT_EQ(annotations("elsewhere"), "v2 1");
  EXPECT_EQ(settled().metadata.annotations.at(std::string(model::kNodePoolHashAnnotation)), hash);
}

// --- instance types

TEST_F(PoolStatus, DIS_072_types_are_read_as_soon_as_the_class_can_be_used) {
  stage.types = {support::instance_type("m5.large", "2", "8Gi", "0.096")};
  stage.put(pool("default"));
  settled();
  EXPECT_THAT(stage.world.types, IsEmpty()) << "there is no class";
  stage.put(node_class("default"));
  settled();
  EXPECT_EQ(stage.world.types["default"].types.size(), 1u);
  EXPECT_THAT(actions_of(stage.count_pools()), Not(Contains("types default")));
}

TEST_F(PoolStatus, DIS_072_types_that_could_not_be_read_are_read_again) {
  stage.put(node_class("default"));
  stage.put(pool("default"));
  stage.types_error = {base::Code::unavailable, "no answer"};
  settled();
  ASSERT_TRUE(stage.world.types["default"].error);
  stage.types_error.reset();
  stage.types = {support::instance_type("m5.large", "2", "8Gi", "0.096")};
  settled();
  EXPECT_THAT(stage.world.types["default"].types, IsEmpty()) << "not before its back-off";
  stage.wait(seconds(1));
  settled();
  EXPECT_EQ(stage.world.types["default"].types.size(), 1u);
}

// --- counters

class Counters : public PoolStatus {
 protected:
  Counters() {
    stage.put(node_class("default"));
    stage.put(pool("default"));
  }
  std::int64_t nodes_after(base::Duration wait) {
    stage.wait(wait);
    return settled().status.nodes;
  }
};

TEST_F(Counters, LIF_189_zero_at_first) {
  EXPECT_EQ(resources(), "cpu=0 ephemeral-storage=0 memory=0 nodes=0 pods=0 ");
  EXPECT_EQ(settled().status.nodes, 0);
}

TEST_F(Counters, LIF_190_the_claims_capacity_first_then_the_nodes) {
  settled();
  stage.wait(seconds(5));
  stage.put(claim("a").launched("i-1").resource("nvidia.com/gpu", "1"));
  EXPECT_EQ(resources(), "cpu=2 ephemeral-storage=0 memory=8Gi nodes=1 nvidia.com/gpu=1 pods=29 ");
  EXPECT_EQ(settled().status.nodes, 1);
  stage.wait(seconds(5));
  stage.put(node("n1").of("i-1").registered().initialized().resource("cpu", "3"));
  EXPECT_EQ(resources(), "cpu=3 ephemeral-storage=0 memory=8Gi nodes=1 pods=29 ");
}

TEST_F(Counters, LIF_190_what_is_leaving_counts_nothing) {
  stage.put(claim("a").launched("i-1"));
  stage.put(claim("b").launched("i-2"));
  EXPECT_EQ(settled().status.nodes, 2);
  stage.request_deletion(claim_reference("a"));
  EXPECT_EQ(nodes_after(seconds(5)), 1);
  stage.world.marked_for_deletion.insert("b");
  stage.put(claim("b").launched("i-2").condition("DisruptionReason", "True"));
  EXPECT_EQ(nodes_after(seconds(5)), 0);
  EXPECT_EQ(resources(), "cpu=0 ephemeral-storage=0 memory=0 nodes=0 pods=0 ");
}

TEST_F(Counters, LIF_188_at_most_once_in_five_seconds) {
  settled();
  stage.put(claim("a").launched("i-1"));
  EXPECT_EQ(nodes_after(seconds(5)), 1);
  stage.put(claim("b").launched("i-2"));
  EXPECT_EQ(nodes_after(seconds(1)), 1);
  EXPECT_EQ(stage.count_pools().wake, stage.now + seconds(4));
  EXPECT_EQ(nodes_after(seconds(4)), 2);
}

TEST_F(Counters, LIF_188_not_while_unsynced) {
  stage.put(claim("a").launched("i-1"));
  ASSERT_EQ(settled().status.nodes, 1);
  stage.put(claim("b"));
  stage.request_deletion(claim_reference("a"));
  EXPECT_EQ(nodes_after(seconds(10)), 1);
  stage.put(claim("b").launched("i-2"));
  EXPECT_EQ(nodes_after(seconds(1)), 1) << "one left, one came";
}

TEST_F(Counters, LIF_190_pools_are_counted_apart) {
  stage.put(pool("batch"));
  stage.put(claim("a").launched("i-1"));
  stage.put(claim("b").launched("i-2").in_pool("batch"));
  stage.put(claim("c").launched("i-3").in_pool("batch"));
  EXPECT_EQ(settled().status.nodes, 1);
  EXPECT_EQ(settled("batch").status.nodes, 2);
}

TEST_F(Counters, LIF_188_a_new_pool_is_counted_at_once) {
  settled();
  stage.wait(seconds(1));
  stage.put(pool("batch"));
  EXPECT_THAT(settled("batch").status.resources, Contains(testing::Key("cpu")));
}

}  // namespace
}  // namespace control
