#include "control/buffers.h"

#include <gmock/gmock.h>

#include "control/stage_test.h"
#include "support/objects.h"

namespace control {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using support::claim;
using support::kStart;
using support::node;
using support::node_class;
using support::pod;
using support::pool;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Settings with_buffers() {
  Settings settings;
  settings.capacity_buffer = true;
  return settings;
}

struct BufferBuilder : support::Builder<BufferBuilder, model::CapacityBuffer> {
  BufferBuilder& of_template(const char* name) {
    object.spec.podTemplateRef = {name};
    return *this;
  }
  BufferBuilder& of_workload(const char* kind, const char* name) {
    object.spec.scalableRef.emplace();
    object.spec.scalableRef->kind = kind;
    object.spec.scalableRef->name = name;
    return *this;
  }
  BufferBuilder& replicas(std::int32_t count) { return object.spec.replicas = count, *this; }
  BufferBuilder& percentage(std::int32_t share) { return object.spec.percentage = share, *this; }
  BufferBuilder& generation(std::int64_t number) {
    return object.metadata.generation = number, *this;
  }
};

BufferBuilder buffer(const char* name) {
  BufferBuilder made;
  made.object.metadata.namespace_ = "shop";
  made.object.metadata.name = name;
  made.object.metadata.uid = std::string("uid-") + name;
  made.object.metadata.generation = 1;
  made.object.metadata.creationTimestamp = kStart;
  return made;
}

// A pod of 1 CPU.
model::PodTemplateSpec slot() {
  model::PodTemplateSpec made;
  made.metadata.labels["app"] = "slot";
  model::Pod one = pod("shop/any").cpu("1");
  made.spec = one.spec;
  return made;
}

model::PodTemplate pod_template(const char* name) {
  model::PodTemplate made;
  made.metadata.namespace_ = "shop";
  made.metadata.name = name;
  made.metadata.uid = std::string("uid-") + name;
  made.metadata.generation = 4;
  made.template_ = slot();
  return made;
}

model::Deployment deployment(const char* name, std::int32_t replicas) {
  model::Deployment made;
  made.metadata.namespace_ = "shop";
  made.metadata.name = name;
  made.metadata.uid = std::string("uid-") + name;
  made.spec.replicas = replicas;
  made.spec.template_ = slot();
  return made;
}

class CapacityBuffers : public testing::Test {
 protected:
  CapacityBuffers() : stage(with_buffers()) {
    stage.put(node_class("default").ready());
    stage.put(pool("default"));
    stage.types = {support::instance_type("m5.large", "2", "8Gi", "0.096")};
  }

  const model::CapacityBufferStatus& status(const std::string& name) const {
    return stage.world.buffers().at("shop/" + name)->status;
  }
  // "True Resolved", "absent".
  std::string condition(const std::string& name, std::string_view type) const {
    const model::Condition* found = model::find_condition(status(name).conditions, type);
    return found == nullptr ? "absent" : found->status + " " + found->reason;
  }
  std::size_t virtual_pods(const std::string& name) const {
    auto found = stage.world.buffer_knowledge.pods.find("shop/" + name);
    return found == stage.world.buffer_knowledge.pods.end() ? 0 : found->second.size();
  }
  // A node of 2 CPU that has been there for long.
  void machine(const std::string& name) {
    stage.put(claim(name).launched(name).registered(name).initialized().consolidatable());
    stage.put(node(name)
                  .of(name)
                  .ready()
                  .registered()
                  .initialized()
                  .of_type("m5.large")
                  .resource("cpu", "2")
                  .resource("memory", "8Gi")
                  .resource("pods", "20"));
  }

  Stage stage;
};

TEST_F(CapacityBuffers, SCH_307_status_of_a_buffer_of_a_pod_template) {
  stage.put(model::Object(pod_template("slot")));
  stage.put(buffer("spare").of_template("slot").replicas(3));
  stage.carry_out(stage.buffer());
  EXPECT_EQ(status("spare").podTemplateRef->name, "slot");
  EXPECT_EQ(status("spare").podTemplateGeneration, 4);
  EXPECT_EQ(status("spare").replicas, 3);
  EXPECT_EQ(condition("spare", "ReadyForProvisioning"), "True Resolved");
  EXPECT_EQ(condition("spare", "Provisioning"), "absent") << "there was no pass";
  EXPECT_EQ(virtual_pods("spare"), 3U);
  EXPECT_THAT(actions_of(stage.buffer()), IsEmpty()) << "nothing has changed";
}

TEST_F(CapacityBuffers, SCH_011_307_what_is_missing_is_told_and_found_later) {
  stage.put(buffer("a").of_template("slot").replicas(3));
  stage.put(buffer("b").of_workload("Deployment", "web").replicas(3));
  stage.put(buffer("c").of_workload("Job", "web").replicas(3));
  stage.put(buffer("d").replicas(3));
  stage.carry_out(stage.buffer());
  EXPECT_EQ(condition("a", "ReadyForProvisioning"), "False PodTemplateNotFound");
  EXPECT_EQ(condition("b", "ReadyForProvisioning"), "False ScalableRefNotFound");
  EXPECT_EQ(condition("c", "ReadyForProvisioning"), "False ResolutionFailed");
  EXPECT_EQ(condition("d", "ReadyForProvisioning"), "False ResolutionFailed");
  EXPECT_THAT(stage.world.buffer_knowledge.triggers, IsEmpty()) << "SCH-011";

  stage.put(model::Object(pod_template("slot")));
  stage.put(model::Object(deployment("web", 4)));
  stage.carry_out(stage.buffer());
  EXPECT_EQ(condition("a", "ReadyForProvisioning"), "True Resolved") << "templates are watched";
  EXPECT_EQ(condition("b", "ReadyForProvisioning"), "False ScalableRefNotFound");
  stage.wait(seconds(30));
  stage.carry_out(stage.buffer());
  EXPECT_EQ(condition("b", "ReadyForProvisioning"), "True Resolved");
  EXPECT_EQ(virtual_pods("b"), 3U);
}

TEST_F(CapacityBuffers, SCH_306_307_the_size_of_a_workload_is_looked_at_every_30_seconds) {
  stage.put(model::Object(deployment("web", 4)));
  stage.put(buffer("spare").of_workload("Deployment", "web").percentage(50));
  stage.carry_out(stage.buffer());
  EXPECT_EQ(virtual_pods("spare"), 2U);
  stage.put(model::Object(deployment("web", 9)));
  stage.carry_out(stage.buffer());
  EXPECT_EQ(virtual_pods("spare"), 2U);
  stage.wait(seconds(30));
  stage.carry_out(stage.buffer());
  EXPECT_EQ(virtual_pods("spare"), 5U);
  EXPECT_EQ(status("spare").replicas, 5);
}

TEST_F(CapacityBuffers, SCH_310_311_314_a_pass_makes_room_and_speaks_to_nobody) {
  stage.put(model::Object(pod_template("slot")));
  stage.put(buffer("spare").of_template("slot").replicas(3));
  model::PodTemplate huge = pod_template("huge");
  model::Pod large = pod("shop/any").cpu("64");
  huge.template_.spec = large.spec;
  stage.put(model::Object(huge));
  stage.put(buffer("huge").of_template("huge").replicas(1));
  stage.carry_out(stage.buffer());
  stage.carry_out(stage.provision());  // opens the window
  stage.wait(seconds(1));
  stage.carry_out(stage.provision());  // asks for the types
  Decision decision = stage.provision();
  EXPECT_THAT(actions_of(decision), ElementsAre("create default-", "create default-"));
  for (const Action& action : decision.actions)
    EXPECT_THAT(std::get<CreateClaim>(action.work).pods, IsEmpty());
  EXPECT_THAT(notices_of(decision), IsEmpty());
  EXPECT_THAT(logs_of(decision), Not(Contains("found provisionable pod(s)")));
  EXPECT_THAT(logs_of(decision), Not(Contains("could not schedule pod")));
  stage.carry_out(decision);
  stage.carry_out(stage.buffer());
  EXPECT_EQ(condition("spare", "Provisioning"), "False RequiresNewCapacity");
  EXPECT_EQ(condition("huge", "Provisioning"), "False RequiresNewCapacity");
}

TEST_F(CapacityBuffers, SCH_312_conditions_after_a_pass) {
  machine("n1");
  stage.put(model::Object(pod_template("slot")));
  stage.put(buffer("fits").of_template("slot").replicas(2));
  stage.put(buffer("empty").of_template("slot").replicas(0));
  stage.put(buffer("lost").of_template("gone").replicas(2));
  stage.run_until(kStart + seconds(5));
  EXPECT_EQ(condition("fits", "Provisioning"), "True FitsExistingCapacity");
  EXPECT_EQ(condition("empty", "Provisioning"), "False BufferEmpty");
  EXPECT_EQ(condition("lost", "Provisioning"), "False NotReadyForProvisioning");
  EXPECT_FALSE(stage.world.is_nominated("n1", stage.now)) << "DIS-336";
  EXPECT_EQ(stage.world.claims().size(), 1U) << "nothing was launched";
}

TEST_F(CapacityBuffers, SCH_310_real_pods_take_the_room_and_the_buffer_asks_for_more) {
  machine("n1");
  stage.put(model::Object(pod_template("slot")));
  stage.put(buffer("spare").of_template("slot").replicas(2));
  stage.run_until(kStart + seconds(5));
  ASSERT_EQ(stage.world.claims().size(), 1U);
  stage.put(pod("shop/web").cpu("2").on("n1"));
  stage.run_until(kStart + seconds(40));
  EXPECT_EQ(stage.world.claims().size(), 2U);
}

TEST_F(CapacityBuffers, DIS_335_emptiness_leaves_the_room_alone_until_the_buffer_is_gone) {
  machine("n1");
  stage.put(model::Object(pod_template("slot")));
  stage.put(buffer("spare").of_template("slot").replicas(1));
  stage.run_until(kStart + minutes(2));
  EXPECT_TRUE(stage.has("NodeClaim/n1"));
  EXPECT_FALSE(stage.claim("n1").metadata.deletionTimestamp);

  stage.remove({model::Kind::CapacityBuffer, "shop", "spare"});
  stage.put(pod("shop/web").cpu("64").unschedulable());  // which asks for a pass
  stage.run_until(kStart + minutes(4));
  EXPECT_FALSE(stage.has("Node/n1") && !stage.claim("n1").metadata.deletionTimestamp);
}

TEST_F(CapacityBuffers, DIS_122_why_the_node_is_no_candidate_is_said) {
  machine("n1");
  stage.put(model::Object(pod_template("slot")));
  stage.put(buffer("spare").of_template("slot").replicas(1));
  stage.run_until(kStart + seconds(5));
  stage.now = kStart + seconds(20);
  EXPECT_THAT(notices_of(stage.disrupt()),
              Contains("Normal Unconsolidatable Node/n1: Node \"n1\" has buffer pods"));
}

TEST_F(CapacityBuffers, SCH_309_a_buffer_that_goes_takes_its_pods_along) {
  stage.put(model::Object(pod_template("slot")));
  stage.put(buffer("spare").of_template("slot").replicas(3));
  stage.carry_out(stage.buffer());
  EXPECT_EQ(virtual_pods("spare"), 3U);
  stage.remove({model::Kind::CapacityBuffer, "shop", "spare"});
  stage.carry_out(stage.buffer());
  EXPECT_EQ(virtual_pods("spare"), 0U);
}

TEST_F(CapacityBuffers, API_171_buffers_of_others_are_left_alone) {
  stage.put(model::Object(pod_template("slot")));
  auto foreign = buffer("theirs").of_template("slot").replicas(3);
  foreign.object.spec.provisioningStrategy = "example.com/other";
  stage.put(foreign);
  EXPECT_THAT(actions_of(stage.buffer()), IsEmpty());
  EXPECT_EQ(virtual_pods("theirs"), 0U);
}

TEST(CapacityBufferGate, LIF_018_closed_nothing_is_watched_or_planned) {
  Stage stage;
  EXPECT_THAT(stage.world.watched_kinds(), Not(Contains(model::Kind::CapacityBuffer)));
  stage.put(buffer("spare").of_template("slot").replicas(3));
  EXPECT_THAT(actions_of(stage.buffer()), IsEmpty());
}

}  // namespace
}  // namespace control
