#include "engine/buffers.h"

#include <gtest/gtest.h>

#include <limits>

#include "model/resources.h"
#include "support/objects.h"

namespace engine {
namespace {

model::ResourceList resources(const char* cpu) {
  model::ResourceList list;
  list["cpu"] = support::quantity(cpu);
  return list;
}

model::CapacityBufferSpec spec(std::optional<std::int32_t> replicas,
                               std::optional<std::int32_t> percentage = std::nullopt) {
  model::CapacityBufferSpec made;
  made.replicas = replicas;
  made.percentage = percentage;
  return made;
}

model::PodTemplateSpec pod_template() {
  model::PodTemplateSpec made;
  made.metadata.labels["app"] = "web";
  model::Pod pod = support::pod("default/any").cpu("1");
  made.spec = pod.spec;
  model::Volume& volume = made.spec.edit().volumes.emplace_back();
  volume.name = "data";
  volume.persistentVolumeClaim.emplace().claimName = "data";
  made.spec.edit().nodeSelector["team"] = "blue";
  return made;
}

model::CapacityBuffer buffer(std::int32_t replicas) {
  model::CapacityBuffer made;
  made.metadata.namespace_ = "shop";
  made.metadata.name = "spare";
  made.metadata.uid = "uid-spare";
  made.status.replicas = replicas;
  support::set_condition(made.status.conditions, "ReadyForProvisioning", "True");
  return made;
}

TEST(Buffers, SCH_306_how_many_pods) {
  EXPECT_EQ(desired_replicas(spec(3), std::nullopt, {}), 3);
  EXPECT_EQ(desired_replicas(spec(std::nullopt, 25), 10, {}), 3);  // rounded up
  EXPECT_EQ(desired_replicas(spec(std::nullopt, 1), 10, {}), 1);
  EXPECT_EQ(desired_replicas(spec(std::nullopt, 0), 10, {}), 0);
  EXPECT_EQ(desired_replicas(spec(2, 50), 10, {}), 5);  // the larger of both
  EXPECT_EQ(desired_replicas(spec(2, 50), 0, {}), 2);
  EXPECT_EQ(desired_replicas(spec(2, 50), std::nullopt, {}), 2);
}

TEST(Buffers, SCH_306_limits) {
  model::CapacityBufferSpec limited = spec(9);
  limited.limits["cpu"] = support::quantity("2500m");
  EXPECT_EQ(desired_replicas(limited, std::nullopt, resources("500m")), 5);
  EXPECT_EQ(desired_replicas(limited, std::nullopt, resources("3")), 0);
  EXPECT_EQ(desired_replicas(limited, std::nullopt, {}), 9);  // nothing in common
  limited.replicas.reset();
  EXPECT_EQ(desired_replicas(limited, std::nullopt, resources("1")), 2);  // limits alone
  EXPECT_EQ(desired_replicas(limited, std::nullopt, {}), 0);
  limited.percentage = 50;
  EXPECT_EQ(desired_replicas(limited, 0, resources("1")), 2);  // nothing to take a share of
}

TEST(Buffers, SCH_308_virtual_pods) {
  auto pods = virtual_pods(buffer(2), pod_template());
  ASSERT_EQ(pods.size(), 2U);
  const model::Pod& second = *pods[1];
  EXPECT_EQ(second.metadata.name, "capacity-buffer-spare-2");
  EXPECT_EQ(second.metadata.namespace_, "shop");
  EXPECT_EQ(second.metadata.uid, "uid-spare-2");
  EXPECT_EQ(second.metadata.labels.at("app"), "web");
  EXPECT_EQ(second.spec->priority, std::numeric_limits<std::int32_t>::min());
  EXPECT_TRUE(second.spec->volumes.empty());
  EXPECT_EQ(second.spec->nodeSelector.at("team"), "blue");
  EXPECT_TRUE(is_provisionable(second));
  EXPECT_TRUE(is_virtual(second));
  EXPECT_EQ(buffer_of(second), BufferKey("shop", "spare"));

  model::CapacityBuffer waiting = buffer(2);
  support::set_condition(waiting.status.conditions, "ReadyForProvisioning", "False");
  EXPECT_TRUE(virtual_pods(waiting, pod_template()).empty());
  model::CapacityBuffer foreign = buffer(2);
  foreign.spec.provisioningStrategy = "other.io/strategy";
  EXPECT_TRUE(virtual_pods(foreign, pod_template()).empty());
}

TEST(Buffers, SCH_313_a_pod_that_does_not_say_belongs_to_no_buffer) {
  model::Pod pod = support::pod("default/p").annotation(kFakePodAnnotation, "true");
  EXPECT_EQ(buffer_of(pod), std::nullopt);
  EXPECT_FALSE(is_virtual(support::pod("default/p")));
  pod.metadata.resourceVersion = "1";
  EXPECT_FALSE(is_virtual(pod)) << "it exists";
}

TEST(Buffers, SCH_310_312_buffers_that_fit_onto_existing_nodes) {
  Snapshot snapshot;
  auto pool = support::pool("default");
  pool.object.spec.template_.metadata.labels["team"] = "blue";
  snapshot.pools.push_back({std::make_shared<const model::NodePool>(pool),
                            {support::instance_type("small", "2", "4Gi", "0.1")}});
  snapshot.nodes.emplace_back().node =
      std::make_shared<const model::Node>(support::node("n1")
                                              .ready()
                                              .registered()
                                              .initialized()
                                              .label("team", "blue")
                                              .resource("cpu", "2")
                                              .resource("pods", "10"));
  snapshot.pods = virtual_pods(buffer(2), pod_template());
  Plan plan = pack(snapshot);
  EXPECT_EQ(fitting_buffers(snapshot, plan),
            (std::map<BufferKey, bool>{{{"shop", "spare"}, true}}));
  EXPECT_EQ(virtual_pods_by_node(snapshot, plan), (std::map<std::size_t, std::size_t>{{0, 2}}));

  snapshot.pods = virtual_pods(buffer(3), pod_template());
  plan = pack(snapshot);
  EXPECT_EQ(plan.claims.size(), 1U);
  EXPECT_EQ(fitting_buffers(snapshot, plan),
            (std::map<BufferKey, bool>{{{"shop", "spare"}, false}}));
  EXPECT_TRUE(fitting_buffers(Snapshot(), Plan()).empty());
}

// A PodTemplate "slot" and a Deployment "web" of 4, pods of 1 CPU.
std::optional<BufferTarget> find_target(std::string_view kind, std::string_view name_space,
                                        std::string_view name) {
  if (name_space != "shop") return std::nullopt;
  if (kind == "PodTemplate" && name == "slot") {
    return BufferTarget{pod_template(), std::nullopt, 7};
  }
  if (kind == "Deployment" && name == "web") return BufferTarget{pod_template(), 4, std::nullopt};
  if (kind == "ReplicaSet" && name == "one") {
    return BufferTarget{pod_template(), std::nullopt, std::nullopt};
  }
  return std::nullopt;
}

model::CapacityBuffer unresolved(model::CapacityBufferSpec spec) {
  model::CapacityBuffer made;
  made.metadata.namespace_ = "shop";
  made.metadata.name = "spare";
  made.metadata.generation = 2;
  made.spec = std::move(spec);
  return made;
}

model::CapacityBufferSpec scaling(const char* kind, const char* name,
                                  std::optional<std::int32_t> percentage) {
  model::CapacityBufferSpec made = spec(std::nullopt, percentage);
  made.scalableRef.emplace();
  made.scalableRef->kind = kind;
  made.scalableRef->name = name;
  return made;
}

std::string reason_of(const model::CapacityBufferStatus& status, std::string_view type) {
  const model::Condition* condition = model::find_condition(status.conditions, type);
  return condition == nullptr ? "absent" : condition->status + " " + condition->reason;
}

std::string resolution_of(const model::CapacityBufferSpec& spec) {
  return reason_of(resolve(unresolved(spec), find_target, std::nullopt).status,
                   "ReadyForProvisioning");
}

TEST(Buffers, SCH_305_307_what_a_buffer_refers_to) {
  model::CapacityBufferSpec by_template = spec(3);
  by_template.podTemplateRef = {"slot"};
  ResolvedBuffer resolved = resolve(unresolved(by_template), find_target, support::kStart);
  EXPECT_EQ(reason_of(resolved.status, "ReadyForProvisioning"), "True Resolved");
  EXPECT_EQ(resolved.status.replicas, 3);
  EXPECT_EQ(resolved.status.podTemplateRef, by_template.podTemplateRef);
  EXPECT_EQ(resolved.status.podTemplateGeneration, 7);
  EXPECT_EQ(resolved.status.conditions.front().observedGeneration, 2);
  EXPECT_EQ(resolved.status.conditions.front().lastTransitionTime, support::kStart);

  resolved = resolve(unresolved(scaling("Deployment", "web", 50)), find_target, std::nullopt);
  EXPECT_EQ(resolved.status.replicas, 2);
  EXPECT_FALSE(resolved.status.podTemplateRef);
  resolved = resolve(unresolved(scaling("ReplicaSet", "one", 200)), find_target, std::nullopt);
  EXPECT_EQ(resolved.status.replicas, 2) << "API-164: no replicas count as one";

  by_template.podTemplateRef = {"gone"};
  EXPECT_EQ(resolution_of(by_template), "False PodTemplateNotFound");
  EXPECT_EQ(resolution_of(scaling("Deployment", "gone", 50)), "False ScalableRefNotFound");
  EXPECT_EQ(resolution_of(scaling("Job", "web", 50)), "False ResolutionFailed");
  EXPECT_EQ(resolution_of(spec(3)), "False ResolutionFailed") << "API-167";
  model::CapacityBufferSpec endless = spec(kMostBufferPods + 1);
  endless.podTemplateRef = {"slot"};
  EXPECT_EQ(resolution_of(endless), "False ResolutionFailed");
}

TEST(Buffers, SCH_307_what_was_resolved_stays_beside_a_failure) {
  model::CapacityBuffer waiting = buffer(2);
  waiting.spec.podTemplateRef = {"gone"};
  ResolvedBuffer resolved = resolve(waiting, find_target, support::kStart);
  EXPECT_EQ(resolved.status.replicas, 2);
  waiting.status = resolved.status;
  EXPECT_TRUE(virtual_pods(waiting, pod_template()).empty());
}

TEST(Buffers, SCH_312_condition_provisioning) {
  auto shown = [](model::CapacityBuffer buffer, std::optional<bool> fits) {
    show_provisioning(buffer, fits, support::kStart);
    return reason_of(buffer.status, "Provisioning");
  };
  EXPECT_EQ(shown(buffer(2), true), "True FitsExistingCapacity");
  EXPECT_EQ(shown(buffer(2), false), "False RequiresNewCapacity");
  EXPECT_EQ(shown(buffer(2), std::nullopt), "absent") << "unchanged";
  EXPECT_EQ(shown(buffer(0), std::nullopt), "False BufferEmpty");
  EXPECT_EQ(shown(unresolved(spec(2)), std::nullopt), "False NotReadyForProvisioning");
}

TEST(Buffers, SCH_308_limits_stand_in_for_requests) {
  model::PodTemplateSpec limited = pod_template();
  model::ResourceRequirements& resources = limited.spec.edit().containers.front().resources;
  resources.limits = resources.requests;
  resources.requests = {};
  auto pods = virtual_pods(buffer(1), limited);
  EXPECT_EQ(model::requests_of(*pods[0]).at("cpu"), support::quantity("1"));
}

}  // namespace
}  // namespace engine
