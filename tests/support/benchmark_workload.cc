#include "support/benchmark_workload.h"

#include <fmt/format.h>

#include <array>
#include <map>
#include <string>
#include <utility>

#include "model/labels.h"
#include "model/resources.h"
#include "support/go_random.h"

namespace support {

namespace {

using model::Operator;

constexpr std::int32_t kSeed = 42;
constexpr std::array<std::string_view, 7> kLabelValues = {"a", "b", "c", "d", "e", "f", "g"};
constexpr std::array<std::int64_t, 5> kCpuMilli = {100, 250, 500, 1000, 1500};
constexpr std::array<std::int64_t, 6> kMemoryMi = {100, 256, 512, 1024, 2048, 4096};
constexpr std::string_view kMyLabel = "my-label";
constexpr std::string_view kAffinityLabel = "my-affininity";  // spelled so

class Draws {
 public:
  explicit Draws(std::vector<std::uint8_t>* drawn) : drawn_(drawn) {}

  std::string label() { return std::string(kLabelValues[index(kLabelValues.size())]); }
  base::Quantity cpu() { return base::Quantity::from_milli(kCpuMilli[index(kCpuMilli.size())]); }
  base::Quantity memory() {
    return base::Quantity::from_bytes(kMemoryMi[index(kMemoryMi.size())] << 20);
  }

  // The draws since the last call.
  std::vector<std::uint8_t> take_last() { return std::exchange(last_, {}); }

 private:
  std::size_t index(std::size_t size) {
    auto drawn = static_cast<std::size_t>(random_.below(static_cast<std::int32_t>(size)));
    last_.push_back(static_cast<std::uint8_t>(drawn));
    if (drawn_ != nullptr) drawn_->push_back(last_.back());
    return drawn;
  }

  GoRandom random_{kSeed};
  std::vector<std::uint8_t> last_;
  std::vector<std::uint8_t>* drawn_;
};

model::LabelSelector selector(std::string_view key, std::string value) {
  model::LabelSelector result;
  result.matchLabels[std::string(key)] = std::move(value);
  return result;
}

model::TopologySpreadConstraint spread(std::string_view key, std::string value) {
  model::TopologySpreadConstraint constraint;
  constraint.maxSkew = 1;
  constraint.topologyKey = key;
  constraint.whenUnsatisfiable = "DoNotSchedule";
  constraint.labelSelector = selector(kMyLabel, std::move(value));
  return constraint;
}

model::PodAffinityTerm term(std::string_view topology_key, std::string_view key,
                            std::string value) {
  model::PodAffinityTerm result;
  result.topologyKey = topology_key;
  result.labelSelector = selector(key, std::move(value));
  return result;
}

struct Draft {
  model::Labels labels;
  model::PodSpec spec;
  base::Quantity cpu;
  base::Quantity memory;
};

void take_resources(Draft& draft, Draws& draws) {
  draft.cpu = draws.cpu();
  draft.memory = draws.memory();
}

Draft generic(Draws& draws) {
  Draft draft;
  draft.labels[std::string(kMyLabel)] = draws.label();
  take_resources(draft, draws);
  return draft;
}

Draft spreading(Draws& draws, std::string_view key) {
  Draft draft;
  draft.labels[std::string(kMyLabel)] = draws.label();
  draft.spec.topologySpreadConstraints.push_back(spread(key, draws.label()));
  take_resources(draft, draws);
  return draft;
}

Draft attached(Draws& draws) {
  Draft draft;
  std::string value = draws.label();
  draft.labels[std::string(kAffinityLabel)] = value;
  draft.spec.affinity.emplace()
      .podAffinity.emplace()
      .requiredDuringSchedulingIgnoredDuringExecution.push_back(
          term(model::kZoneLabel, kAffinityLabel, value));
  take_resources(draft, draws);
  return draft;
}

Draft apart(Draws& draws) {
  Draft draft;
  draft.labels["app"] = "nginx";
  draft.spec.affinity.emplace()
      .podAntiAffinity.emplace()
      .requiredDuringSchedulingIgnoredDuringExecution.push_back(
          term(model::kHostnameLabel, "app", "nginx"));
  take_resources(draft, draws);
  return draft;
}

base::Shared<model::PodSpec> finished_spec(Draft draft) {
  model::Container& container = draft.spec.containers.emplace_back();
  container.name = "app";
  container.resources.requests[std::string(model::kCpu)] = draft.cpu;
  container.resources.requests[std::string(model::kMemory)] = draft.memory;
  return base::Shared<model::PodSpec>(std::move(draft.spec));
}

// UIDs increase and compare as text (SCH-390).
std::shared_ptr<const model::Pod> pod_of(model::Labels labels, base::Shared<model::PodSpec> spec,
                                         std::size_t number) {
  model::Pod pod;
  pod.metadata.namespace_ = "default";
  pod.metadata.name = fmt::format("pod-{:08}", number);
  pod.metadata.uid = fmt::format("00000000-0000-0000-0000-{:012}", number);
  pod.metadata.creationTimestamp = base::Time{};
  pod.metadata.labels = std::move(labels);
  pod.metadata.labels["testing/cluster"] = "unspecified";
  pod.spec = std::move(spec);
  return std::make_shared<const model::Pod>(std::move(pod));
}

model::Requirement in(std::string_view key, std::vector<std::string> values) {
  return {key, Operator::In, std::move(values)};
}

model::Offering offering(std::string_view zone, std::string_view capacity_type, base::Money price) {
  model::Offering result;
  result.requirements.add(in(model::kZoneLabel, {std::string(zone)}));
  result.requirements.add(in(model::kCapacityTypeLabel, {std::string(capacity_type)}));
  result.price = price;
  return result;
}

std::shared_ptr<const model::InstanceType> benchmark_type(std::int64_t index) {
  const std::int64_t cpu = index + 1;
  const std::int64_t memory_bytes = 2 * cpu << 30;
  const bool is_large = index >= 4;
  // 0.1 a cpu and 0.1 per 1e9 bytes of memory.
  base::Money price = base::Money::from_micros(100'000 * cpu + (memory_bytes + 5'000) / 10'000);

  model::InstanceType type;
  type.name = fmt::format("fake-it-{}", index);
  auto set = [](model::ResourceList& list, std::string_view resource, base::Quantity quantity) {
    list[std::string(resource)] = quantity;
  };
  set(type.capacity, model::kCpu, base::Quantity::from_units(cpu));
  set(type.capacity, model::kMemory, base::Quantity::from_bytes(memory_bytes));
  set(type.capacity, model::kPods, base::Quantity::from_units(10 * cpu));
  set(type.overhead.kube_reserved, model::kCpu, base::Quantity::from_milli(100));
  set(type.overhead.kube_reserved, model::kMemory, base::Quantity::from_bytes(10 << 20));
  for (std::string_view zone : {"test-zone-1", "test-zone-2"}) {
    type.offerings.push_back(offering(zone, model::kSpot, price));
  }
  for (std::string_view zone : {"test-zone-1", "test-zone-2", "test-zone-3"}) {
    type.offerings.push_back(offering(zone, model::kOnDemand, price));
  }
  auto& labels = type.requirements;
  labels.add(in(model::kInstanceTypeLabel, {type.name}));
  labels.add(in(model::kArchLabel, {"amd64"}));
  labels.add(in(model::kOsLabel, {"darwin", "linux", "windows"}));
  labels.add(in(model::kZoneLabel, {"test-zone-1", "test-zone-2", "test-zone-3"}));
  labels.add(in(model::kCapacityTypeLabel, {"on-demand", "spot"}));
  labels.add(in("integer", {fmt::to_string(cpu)}));
  labels.add(in("size", {is_large ? "large" : "small"}));
  labels.add(is_large ? in("special", {"optional"})
                      : model::Requirement("special", Operator::DoesNotExist));
  return std::make_shared<const model::InstanceType>(std::move(type));
}

}  // namespace

model::InstanceTypes benchmark_types(std::size_t count) {
  model::InstanceTypes types;
  for (std::size_t index = 0; index < count; ++index) {
    types.push_back(benchmark_type(static_cast<std::int64_t>(index)));
  }
  return types;
}

std::vector<std::string> benchmark_well_known_labels() {
  std::vector<std::string> labels = {"integer", "size", "special"};
  for (std::string_view key :
       {model::kNodePoolLabel, model::kCapacityTypeLabel, model::kZoneLabel, model::kRegionLabel,
        model::kInstanceTypeLabel, model::kArchLabel, model::kOsLabel, model::kWindowsBuildLabel}) {
    labels.emplace_back(key);
  }
  return labels;
}

std::shared_ptr<const model::NodePool> benchmark_node_pool(std::int64_t limit_scale) {
  model::NodePool pool;
  pool.metadata.name = "default";
  pool.spec.template_.metadata.labels["testing/cluster"] = "unspecified";
  pool.spec.template_.spec.nodeClassRef = {"karpenter.test.sh", "TestNodeClass", "default"};
  constexpr std::int64_t kLimit = 10'000'000;
  pool.spec.limits[std::string(model::kCpu)] = base::Quantity::from_units(kLimit * limit_scale);
  pool.spec.limits[std::string(model::kMemory)] =
      base::Quantity::from_bytes((kLimit << 30) * limit_scale);
  return std::make_shared<const model::NodePool>(std::move(pool));
}

Pods diverse_pods(std::size_t count, std::vector<std::uint8_t>* drawn) {
  Draws draws(drawn);
  Pods pods;
  std::map<std::pair<int, std::vector<std::uint8_t>>, base::Shared<model::PodSpec>> specs;
  auto add = [&](int kind, Draft draft) {
    auto [known, is_new] = specs.try_emplace({kind, draws.take_last()});
    model::Labels labels = std::move(draft.labels);
    if (is_new) known->second = finished_spec(std::move(draft));
    pods.push_back(pod_of(std::move(labels), known->second, pods.size()));
  };
  const std::size_t fifth = count / 5;
  for (std::size_t i = 0; i < fifth; ++i)
    add(0, generic(draws));
  for (std::size_t i = 0; i < fifth; ++i)
    add(1, spreading(draws, model::kZoneLabel));
  for (std::size_t i = 0; i < fifth; ++i)
    add(2, spreading(draws, model::kHostnameLabel));
  for (std::size_t i = 0; i < fifth; ++i)
    add(3, attached(draws));
  for (std::size_t i = 0; i < fifth; ++i)
    add(4, apart(draws));
  while (pods.size() < count)
    add(0, generic(draws));
  return pods;
}

Pods preference_pods(std::size_t count) {
  Draws draws(nullptr);
  Draft draft;
  draft.labels["app"] = "nginx";
  auto& affinity = draft.spec.affinity.emplace();
  auto& zone = affinity.nodeAffinity.emplace()
                   .preferredDuringSchedulingIgnoredDuringExecution.emplace_back();
  zone.weight = 1;
  zone.preference.matchExpressions.push_back(
      {std::string(model::kZoneLabel), "In", {"test-zone-1"}});
  auto& apart_from = affinity.podAntiAffinity.emplace();
  apart_from.preferredDuringSchedulingIgnoredDuringExecution = {
      {10, term(model::kZoneLabel, "app", "nginx")},
      {1, term(model::kHostnameLabel, "app", "nginx")}};
  take_resources(draft, draws);
  base::Shared<model::PodSpec> spec = finished_spec(draft);
  Pods pods;
  for (std::size_t number = 0; number < count; ++number) {
    pods.push_back(pod_of(draft.labels, spec, number));
  }
  return pods;
}

}  // namespace support
