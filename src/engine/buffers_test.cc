#include "engine/buffers.h"

#include <gtest/gtest.h>

#include <limits>

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

}  // namespace
}  // namespace engine
