#include "engine/node_state.h"

#include <gtest/gtest.h>

#include "model/labels.h"
#include "model/resources.h"
#include "support/objects.h"

namespace engine {
namespace {

using support::claim;
using support::node;
using support::pod;
using support::quantity;

template <class T>
std::shared_ptr<const T> shared(T object) {
  return std::make_shared<const T>(std::move(object));
}

NodeState managed(const support::NodeBuilder& of_node, const support::ClaimBuilder& of_claim) {
  NodeState state;
  state.node = shared<model::Node>(of_node);
  state.claim = shared<model::NodeClaim>(of_claim);
  return state;
}

TEST(NodeState, LIF_222_registered_and_initialized_by_the_labels_of_the_node) {
  NodeState state = managed(node("n"), claim("c"));
  EXPECT_FALSE(state.registered());
  EXPECT_FALSE(state.initialized());
  state.node = shared<model::Node>(node("n").registered());
  EXPECT_TRUE(state.registered());
  EXPECT_FALSE(state.initialized());
  state.node = shared<model::Node>(node("n").registered().initialized());
  EXPECT_TRUE(state.initialized());
  state.node = nullptr;
  EXPECT_FALSE(state.registered());
}

TEST(NodeState, LIF_222_unmanaged_nodes_count_as_both) {
  NodeState state;
  state.node = shared<model::Node>(node("n").unmanaged());
  EXPECT_FALSE(state.managed());
  EXPECT_TRUE(state.registered());
  EXPECT_TRUE(state.initialized());
  EXPECT_EQ(state.nodepool(), "");
}

TEST(NodeState, LIF_223_the_claim_speaks_until_the_node_is_registered) {
  NodeState state = managed(node("n").label("x", "of-node").label("kubernetes.io/hostname", "host"),
                            claim("c").label("x", "of-claim"));
  EXPECT_EQ(state.name(), "c");
  EXPECT_EQ(model::value_of(state.labels(), "x"), "of-claim");
  EXPECT_EQ(state.hostname(), "c");
  state.node = shared<model::Node>(
      node("n").label("x", "of-node").label("kubernetes.io/hostname", "host").registered());
  EXPECT_EQ(state.name(), "n");
  EXPECT_EQ(model::value_of(state.labels(), "x"), "of-node");
  EXPECT_EQ(state.hostname(), "host");
}

TEST(NodeState, SCH_085_to_087_which_taints_count) {
  auto starting = claim("c").taint("dedicated=a:NoSchedule").startup_taint("cni:NoExecute");
  auto tainted = node("n")
                     .tainted("cni=other:NoExecute")
                     .tainted("node.kubernetes.io/not-ready:NoExecute")
                     .tainted("real:NoSchedule");
  NodeState state = managed(tainted, starting);
  ASSERT_EQ(state.taints().size(), 1U);  // the claim's, as it is not registered
  EXPECT_EQ(state.taints().front().key, "dedicated");

  state.node = shared<model::Node>(tainted.registered());
  ASSERT_EQ(state.taints().size(), 1U);
  EXPECT_EQ(state.taints().front().key, "real");

  state.node = shared<model::Node>(tainted.initialized());
  EXPECT_EQ(state.taints().size(), 3U);
}

TEST(NodeState, LIF_095_ephemeral_taints) {
  for (const char* text :
       {"node.kubernetes.io/not-ready:NoSchedule", "node.kubernetes.io/not-ready:NoExecute",
        "node.kubernetes.io/unreachable:NoSchedule", "karpenter.sh/unregistered:NoExecute",
        "node.cloudprovider.kubernetes.io/uninitialized=true:NoSchedule",
        "readiness.k8s.io/anything:NoSchedule"}) {
    EXPECT_TRUE(is_ephemeral(support::taint(text))) << text;
  }
  for (const char* text :
       {"node.kubernetes.io/unreachable:NoExecute", "karpenter.sh/unregistered:NoSchedule",
        "karpenter.sh/disrupted:NoSchedule", "node.kubernetes.io/not-ready:PreferNoSchedule"}) {
    EXPECT_FALSE(is_ephemeral(support::taint(text))) << text;
  }
}

TEST(NodeState, SCH_118_the_claim_fills_what_the_kubelet_does_not_report_yet) {
  auto booting = node("n").resource("cpu", "2").resource("example.com/gpu", "0").registered();
  auto made = claim("c")
                  .resource("cpu", "4")
                  .resource("example.com/gpu", "1")
                  .resource("example.com/nic", "9");
  NodeState state = managed(booting, made);
  EXPECT_EQ(model::quantity_of(state.allocatable(), "cpu"), quantity("2"));
  EXPECT_EQ(model::quantity_of(state.allocatable(), "example.com/gpu"), quantity("1"));
  EXPECT_EQ(model::quantity_of(state.capacity(), "example.com/nic"), quantity("9"));
  EXPECT_EQ(model::quantity_of(state.capacity(), "nodes"), quantity("1"));

  state.node = shared<model::Node>(booting.initialized());
  EXPECT_EQ(model::quantity_of(state.allocatable(), "example.com/gpu"), quantity("0"));
  EXPECT_FALSE(state.allocatable().contains("example.com/nic"));

  state.node = nullptr;
  EXPECT_EQ(model::quantity_of(state.allocatable(), "cpu"), quantity("4"));
}

TEST(NodeState, LIF_227_deleting) {
  NodeState state = managed(node("n").deleted(), claim("c"));
  EXPECT_FALSE(state.deleting());  // the claim decides
  state.marked_for_deletion = true;
  EXPECT_TRUE(state.deleting());
  EXPECT_TRUE(managed(node("n"), claim("c").deleted()).deleting());
  EXPECT_TRUE(managed(node("n"), claim("c").condition("InstanceTerminating", "True")).deleting());
  NodeState unmanaged;
  unmanaged.node = shared<model::Node>(node("n").unmanaged().deleted());
  EXPECT_TRUE(unmanaged.deleting());
}

TEST(NodeState, requests_are_those_of_its_pods) {
  NodeState state = managed(node("n"), claim("c"));
  state.pods = {shared<model::Pod>(pod("default/a").cpu("1")),
                shared<model::Pod>(pod("default/b").cpu("500m").of_daemon_set("agent"))};
  EXPECT_EQ(model::quantity_of(state.requests(), "cpu"), quantity("1500m"));
  EXPECT_EQ(model::quantity_of(state.requests(), "pods"), quantity("2"));
  EXPECT_EQ(model::quantity_of(state.daemon_requests(), "cpu"), quantity("500m"));
}

TEST(Pods, SCH_027_provisionable) {
  auto is = [](const support::PodBuilder& builder) { return is_provisionable(builder); };
  EXPECT_TRUE(is(pod("default/a").unschedulable()));
  EXPECT_FALSE(is(pod("default/a")));
  EXPECT_FALSE(is(pod("default/a").unschedulable().on("n")));
  EXPECT_FALSE(is(pod("default/a").unschedulable().of_daemon_set("d")));
  EXPECT_FALSE(is(pod("default/a").unschedulable().of_node("n")));
  auto preempting = pod("default/a").unschedulable();
  preempting.object.status.nominatedNodeName = "n";
  EXPECT_FALSE(is(preempting));
  auto gated = pod("default/a").unschedulable();
  gated.object.status.conditions.front().reason = "SchedulingGated";
  EXPECT_FALSE(is(gated));
}

}  // namespace
}  // namespace engine
