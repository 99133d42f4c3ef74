#include "model/resources.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace model {
namespace {

ResourceList list(std::vector<std::pair<std::string, std::string>> entries) {
  ResourceList result;
  for (const auto& [resource, text] : entries) {
    result[resource] = base::Quantity::parse(text).value();
  }
  return result;
}

ResourceList cpu(std::string text) { return list({{"cpu", std::move(text)}}); }

Container container(std::string name, ResourceList requests) {
  Container result;
  result.name = std::move(name);
  result.resources.requests = std::move(requests);
  return result;
}

Container sidecar(std::string name, ResourceList requests) {
  Container result = container(std::move(name), std::move(requests));
  result.restartPolicy = "Always";
  return result;
}

Pod pod_of(std::vector<Container> containers, std::vector<Container> init_containers = {}) {
  Pod pod;
  pod.spec.edit().containers = std::move(containers);
  pod.spec.edit().initContainers = std::move(init_containers);
  return pod;
}

std::string cpu_of(const Pod& pod) { return quantity_of(requests_of(pod), kCpu).to_string(); }

TEST(Resources, arithmetic) {
  ResourceList sum = list({{"cpu", "1"}, {"memory", "1Gi"}});
  add(sum, list({{"cpu", "500m"}, {"pods", "1"}}));
  EXPECT_EQ(sum, list({{"cpu", "1500m"}, {"memory", "1Gi"}, {"pods", "1"}}));
  subtract(sum, list({{"cpu", "2"}, {"nvidia.com/gpu", "1"}}));
  EXPECT_EQ(sum,
            list({{"cpu", "-500m"}, {"memory", "1Gi"}, {"pods", "1"}, {"nvidia.com/gpu", "-1"}}));
  raise_to(sum, list({{"cpu", "1"}, {"memory", "512Mi"}, {"x", "3"}}));
  EXPECT_EQ(
      sum,
      list({{"cpu", "1"}, {"memory", "1Gi"}, {"pods", "1"}, {"nvidia.com/gpu", "-1"}, {"x", "3"}}));
  EXPECT_TRUE(quantity_of(sum, "absent").is_zero());
}

TEST(Resources, SCH_076_fits) {
  EXPECT_TRUE(fits(cpu("1"), cpu("1")));
  EXPECT_FALSE(fits(cpu("1001m"), cpu("1")));
  EXPECT_FALSE(fits(list({{"cpu", "1"}, {"memory", "1"}}), cpu("1"))) << "missing counts as 0";
  EXPECT_TRUE(fits(list({{"cpu", "1"}, {"unknown", "0"}}), cpu("1"))) << "zero of anything fits";
  EXPECT_TRUE(fits({}, {}));
  EXPECT_FALSE(fits({}, list({{"cpu", "1"}, {"memory", "-1"}}))) << "negative fits nothing";
}

TEST(Resources, SCH_074_containers_are_summed_and_the_pod_counts_one) {
  Pod pod = pod_of({container("a", list({{"cpu", "100m"}, {"memory", "1Gi"}})),
                    container("b", list({{"cpu", "200m"}, {"nvidia.com/gpu", "1"}}))});
  EXPECT_EQ(requests_of(pod),
            list({{"cpu", "300m"}, {"memory", "1Gi"}, {"nvidia.com/gpu", "1"}, {"pods", "1"}}));
  EXPECT_EQ(requests_of(Pod()), list({{"pods", "1"}}));
}

TEST(Resources, SCH_074_the_largest_init_container_counts_if_it_is_larger) {
  Pod pod =
      pod_of({container("a", list({{"cpu", "1"}, {"memory", "1Gi"}}))},
             {container("i", list({{"cpu", "3"}, {"memory", "512Mi"}})), container("j", cpu("2"))});
  EXPECT_EQ(requests_of(pod), list({{"cpu", "3"}, {"memory", "1Gi"}, {"pods", "1"}}));
}

TEST(Resources, SCH_074_sidecars_count_with_containers_and_with_later_init_containers) {
  EXPECT_EQ(cpu_of(pod_of({container("a", cpu("1"))}, {sidecar("s", cpu("2"))})), "3");
  EXPECT_EQ(cpu_of(pod_of({container("a", cpu("1"))},
                          {sidecar("s", cpu("2")), container("i", cpu("5"))})),
            "7")
      << "the sidecar is declared before the init container";
  EXPECT_EQ(cpu_of(pod_of({container("a", cpu("1"))},
                          {container("i", cpu("5")), sidecar("s", cpu("2"))})),
            "5")
      << "the sidecar is declared after it";
}

TEST(Resources, SCH_074_overhead_is_added) {
  Pod pod = pod_of({container("a", cpu("1"))});
  pod.spec.edit().overhead = list({{"cpu", "250m"}, {"memory", "120Mi"}});
  EXPECT_EQ(requests_of(pod), list({{"cpu", "1250m"}, {"memory", "120Mi"}, {"pods", "1"}}));
}

TEST(Resources, SCH_074_pod_level_requests_replace_cpu_memory_and_hugepages) {
  Pod pod = pod_of({container(
      "a",
      list({{"cpu", "1"}, {"memory", "1Gi"}, {"nvidia.com/gpu", "1"}, {"hugepages-2Mi", "4Mi"}}))});
  pod.spec.edit().overhead = cpu("1");
  pod.spec.edit().resources.emplace().requests =
      list({{"cpu", "500m"}, {"nvidia.com/gpu", "7"}, {"hugepages-2Mi", "8Mi"}});
  EXPECT_EQ(requests_of(pod), list({{"cpu", "1500m"},
                                    {"memory", "1Gi"},
                                    {"nvidia.com/gpu", "1"},
                                    {"hugepages-2Mi", "8Mi"},
                                    {"pods", "1"}}));
}

ContainerStatus resized(std::string name, ResourceList requests, ResourceList allocated) {
  ContainerStatus status;
  status.name = std::move(name);
  status.resources.emplace().requests = std::move(requests);
  status.allocatedResources = std::move(allocated);
  return status;
}

TEST(Resources, SCH_074_a_resize_under_way_counts_the_maximum) {
  Pod pod = pod_of({container("a", cpu("1"))}, {sidecar("s", cpu("1")), container("i", cpu("1"))});
  pod.status.containerStatuses = {resized("a", cpu("3"), cpu("2"))};
  pod.status.initContainerStatuses = {resized("s", cpu("1"), cpu("4")),
                                      resized("i", cpu("100"), cpu("100"))};
  EXPECT_EQ(cpu_of(pod), "7") << "ordinary init containers count by spec only";
  pod.status.containerStatuses[0].resources.reset();
  EXPECT_EQ(cpu_of(pod), "5") << "allocatedResources alone is ignored";
}

TEST(Resources, SCH_074_an_infeasible_resize_leaves_out_the_spec) {
  Pod pod = pod_of({container("a", cpu("10"))});
  pod.status.containerStatuses = {resized("a", cpu("1"), cpu("2"))};
  Condition& pending = pod.status.conditions.emplace_back();
  pending.type = "PodResizePending";
  pending.reason = "Deferred";
  EXPECT_EQ(cpu_of(pod), "10");
  pending.reason = "Infeasible";
  EXPECT_EQ(cpu_of(pod), "2");
}

TEST(Resources, SCH_075_limits_stand_in_for_missing_requests_of_templates_only) {
  Container limited = container("a", cpu("1"));
  limited.resources.limits = list({{"cpu", "2"}, {"memory", "1Gi"}});
  Container init = container("i", {});
  init.resources.limits = cpu("3");
  PodTemplateSpec pod_template;
  pod_template.spec.edit().containers = {limited};
  pod_template.spec.edit().initContainers = {init};
  EXPECT_EQ(requests_of(pod_template), list({{"cpu", "3"}, {"memory", "1Gi"}, {"pods", "1"}}));
  EXPECT_EQ(requests_of(pod_of({limited}, {init})), list({{"cpu", "1"}, {"pods", "1"}}));
}

}  // namespace
}  // namespace model
