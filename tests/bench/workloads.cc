#include "bench/workloads.h"

#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "catalog/ec2.h"
#include "model/labels.h"
#include "model/resources.h"
#include "support/benchmark_workload.h"

namespace bench {

namespace {

constexpr std::size_t kPools = 20;
constexpr std::size_t kDaemonSets = 10;
constexpr std::size_t kNodes = 2000;
constexpr std::size_t kPodsPerNode = 20;
constexpr std::size_t kPodsPerGroup = 5;
constexpr std::size_t kPreferences = 10;
// The limits of the benchmark's NodePool admit 12,500 claims (SCH-373).
constexpr std::size_t kMostPodsUnderLimit = 60'000;

Workload plain(support::Pods pods) {
  Workload work;
  work.types = support::benchmark_types();
  work.snapshot.settings.cloud_labels =
      engine::CloudLabels{support::benchmark_well_known_labels(), {}};
  std::int64_t scale = pods.size() > kMostPodsUnderLimit ? 100 : 1;
  work.snapshot.pools.push_back({support::benchmark_node_pool(scale), work.types});
  work.snapshot.pods = std::move(pods);
  return work;
}

model::Pod numbered(std::size_t number, std::int64_t cpu_milli, std::int64_t memory_mi) {
  model::Pod pod;
  pod.metadata.namespace_ = "default";
  pod.metadata.name = fmt::format("pod-{:08}", number);
  pod.metadata.uid = fmt::format("uid-{:012}", number);
  pod.metadata.creationTimestamp = base::Time{};
  model::Container& container = pod.spec.edit().containers.emplace_back();
  container.name = "app";
  container.resources.requests[std::string(model::kCpu)] = base::Quantity::from_milli(cpu_milli);
  container.resources.requests[std::string(model::kMemory)] =
      base::Quantity::from_bytes(memory_mi << 20);
  return pod;
}

model::LabelSelector app(const std::string& name) {
  model::LabelSelector selector;
  selector.matchLabels["app"] = name;
  return selector;
}

model::PodAffinityTerm near(std::string_view key, const std::string& name) {
  model::PodAffinityTerm term;
  term.topologyKey = key;
  term.labelSelector = app(name);
  return term;
}

model::TopologySpreadConstraint spread(std::string_view key, const std::string& name) {
  model::TopologySpreadConstraint constraint;
  constraint.maxSkew = 1;
  constraint.topologyKey = key;
  constraint.whenUnsatisfiable = "DoNotSchedule";
  constraint.labelSelector = app(name);
  return constraint;
}

template <class Change>
Workload numbered_pods(std::size_t count, Change change) {
  support::Pods pods;
  for (std::size_t number = 0; number < count; ++number) {
    model::Pod pod = numbered(number, 500, 512);
    change(number, pod, pod.spec.edit());
    pods.push_back(std::make_shared<const model::Pod>(std::move(pod)));
  }
  return plain(std::move(pods));
}

std::shared_ptr<const model::NodePool> node_pool(std::size_t number) {
  model::NodePool pool;
  pool.metadata.name = fmt::format("pool-{:02}", number);
  pool.spec.weight = static_cast<std::int32_t>(number % 5 + 1);
  model::NodeClaimTemplate& made = pool.spec.template_;
  made.metadata.labels["team"] = fmt::format("team-{}", number);
  made.spec.nodeClassRef = {"karpenter.k8s.aws", "EC2NodeClass", "default"};
  auto require = [&](std::string_view key, const char* op, std::vector<std::string> values) {
    made.spec.requirements.push_back({std::string(key), op, std::move(values), std::nullopt});
  };
  if (number % 2 == 1) require(model::kCapacityTypeLabel, "In", {"on-demand"});
  if (number % 3 != 0) require(model::kArchLabel, "In", {"amd64"});
  if (number % 4 == 1) require("karpenter.k8s.aws/instance-category", "In", {"c", "m", "r"});
  if (number % 4 == 2) require("karpenter.k8s.aws/instance-generation", "Gt", {"4"});
  if (number % 7 == 3) made.spec.taints.push_back({"team", "own", "NoSchedule", std::nullopt});
  return std::make_shared<const model::NodePool>(std::move(pool));
}

std::shared_ptr<const model::DaemonSet> daemon_set(std::size_t number) {
  model::DaemonSet daemon_set;
  daemon_set.metadata.namespace_ = "kube-system";
  daemon_set.metadata.name = fmt::format("agent-{}", number);
  daemon_set.metadata.uid = fmt::format("agent-uid-{}", number);
  model::PodSpec& spec = daemon_set.spec.template_.spec.edit();
  spec = *numbered(0, 50, 64).spec;
  model::Toleration& every = spec.tolerations.emplace_back();
  every.operator_ = "Exists";
  if (number == 7) spec.nodeSelector[std::string(model::kArchLabel)] = "arm64";
  if (number == 8) spec.nodeSelector[std::string(model::kCapacityTypeLabel)] = "spot";
  return std::make_shared<const model::DaemonSet>(std::move(daemon_set));
}

model::Labels node_labels(std::size_t number, const std::string& name,
                          const model::InstanceTypes& types) {
  model::Labels labels;
  auto set = [&](std::string_view key, std::string value) {
    labels[std::string(key)] = std::move(value);
  };
  set(model::kHostnameLabel, name);
  set(model::kZoneLabel, fmt::format("us-east-1{}", static_cast<char>('a' + number % 6)));
  set(model::kRegionLabel, "us-east-1");
  set(model::kNodePoolLabel, fmt::format("pool-{:02}", number % kPools));
  set(model::kCapacityTypeLabel, number % 2 == 1 ? "on-demand" : "spot");
  set(model::kInstanceTypeLabel, types[number * 7 % types.size()]->name);
  set(model::kArchLabel, "amd64");
  set(model::kOsLabel, "linux");
  set(model::kRegisteredLabel, "true");
  set(model::kInitializedLabel, "true");
  set("team", fmt::format("team-{}", number % kPools));
  set("karpenter.k8s.aws/instance-family", "m5");
  set("karpenter.k8s.aws/instance-size", "4xlarge");
  set("karpenter.k8s.aws/instance-cpu", "16");
  return labels;
}

void add_node(app::PlanInput& objects, std::size_t number, const model::InstanceTypes& types) {
  model::Node node;
  node.metadata.name = fmt::format("ip-10-0-{}-{}", number / 256, number % 256);
  node.metadata.labels = node_labels(number, node.metadata.name, types);
  node.spec.providerID = "aws:///us-east-1a/" + node.metadata.name;
  model::ResourceList& room = node.status.allocatable;
  room[std::string(model::kCpu)] = base::Quantity::from_milli(15'890);
  room[std::string(model::kMemory)] = base::Quantity::from_bytes(std::int64_t{57} << 30);
  room[std::string(model::kPods)] = base::Quantity::from_units(58);
  node.status.capacity = room;
  model::NodeClaim claim;
  claim.metadata.name = fmt::format("pool-{:02}-{:04}", number % kPools, number);
  claim.metadata.labels = node.metadata.labels;
  claim.status.providerID = node.spec.providerID;
  objects.nodes.push_back(std::make_shared<const model::Node>(std::move(node)));
  objects.claims.push_back(std::make_shared<const model::NodeClaim>(std::move(claim)));
}

}  // namespace

Workload diverse(std::size_t pods) { return plain(support::diverse_pods(pods)); }

Workload preference(std::size_t pods) { return plain(support::preference_pods(pods)); }

Workload ec2(std::size_t pods) {
  Workload work;
  work.types = catalog::load_ec2().value();
  app::PlanInput& objects = work.objects.emplace();
  for (std::size_t number = 0; number < kPools; ++number)
    objects.pools.push_back(node_pool(number));
  for (std::size_t number = 0; number < kDaemonSets; ++number)
    objects.daemon_sets.push_back(daemon_set(number));
  for (std::size_t number = 0; number < kNodes; ++number)
    add_node(objects, number, work.types);
  std::size_t number = 0;
  for (const auto& pending : support::diverse_pods(kNodes * kPodsPerNode)) {
    model::Pod pod = *pending;
    pod.metadata.uid = fmt::format("bound-{:012}", number);
    pod.metadata.name = fmt::format("bound-{:08}", number);
    pod.spec.edit().nodeName = objects.nodes[number % kNodes]->metadata.name;
    objects.pods.push_back(std::make_shared<const model::Pod>(std::move(pod)));
    ++number;
  }
  for (auto& pod : support::diverse_pods(pods))
    objects.pods.push_back(std::move(pod));
  return work;
}

Workload distinct(std::size_t pods) {
  Workload work = numbered_pods(pods, [](std::size_t number, model::Pod&, model::PodSpec& spec) {
    model::ResourceList& requests = spec.containers.front().resources.requests;
    auto milli = 100 + static_cast<std::int64_t>(number % 1900);
    requests[std::string(model::kCpu)] = base::Quantity::from_milli(milli);
    auto mi = 100 + static_cast<std::int64_t>(number * 7 % 3996);
    requests[std::string(model::kMemory)] = base::Quantity::from_bytes(mi << 20);
    // "integer" says how many cpus a type has; 400 is the most.
    std::string cpus = fmt::to_string(number % 2 == 0 ? number % 300 : 401 + number);
    spec.affinity.emplace()
        .nodeAffinity.emplace()
        .requiredDuringSchedulingIgnoredDuringExecution.emplace()
        .nodeSelectorTerms.emplace_back()
        .matchExpressions.push_back({"integer", "Gt", {std::move(cpus)}});
  });
  work.refusals = pods / 2;
  return work;
}

Workload groups(std::size_t pods) {
  return numbered_pods(pods, [](std::size_t number, model::Pod& pod, model::PodSpec& spec) {
    std::string name = fmt::format("app-{}", number / kPodsPerGroup);
    pod.metadata.labels["app"] = name;
    spec.topologySpreadConstraints.push_back(spread(model::kZoneLabel, name));
    spec.affinity.emplace()
        .podAntiAffinity.emplace()
        .requiredDuringSchedulingIgnoredDuringExecution = {near(model::kHostnameLabel, name)};
  });
}

Workload hostname_spread(std::size_t pods) {
  return numbered_pods(pods, [](std::size_t, model::Pod& pod, model::PodSpec& spec) {
    pod.metadata.labels["app"] = "web";
    spec.topologySpreadConstraints.push_back(spread(model::kHostnameLabel, "web"));
  });
}

Workload anti_affinity(std::size_t pods) {
  return numbered_pods(pods, [](std::size_t, model::Pod& pod, model::PodSpec& spec) {
    pod.metadata.labels["app"] = "web";
    spec.affinity.emplace()
        .podAntiAffinity.emplace()
        .requiredDuringSchedulingIgnoredDuringExecution = {near(model::kHostnameLabel, "web")};
  });
}

Workload relaxation(std::size_t pods) {
  return numbered_pods(pods, [](std::size_t number, model::Pod& pod, model::PodSpec& spec) {
    std::string name = fmt::format("app-{}", number % 100);
    pod.metadata.labels["app"] = name;
    auto& terms = spec.affinity.emplace()
                      .nodeAffinity.emplace()
                      .preferredDuringSchedulingIgnoredDuringExecution;
    for (std::size_t wish = 0; wish < kPreferences; ++wish) {
      auto& term = terms.emplace_back();
      term.weight = static_cast<std::int32_t>(wish + 1);
      std::string cpus = fmt::to_string(500 + number % 100 + wish);
      term.preference.matchExpressions.push_back({"integer", "In", {std::move(cpus)}});
    }
  });
}

Workload affinity_chain(std::size_t pods) {
  return numbered_pods(pods, [&](std::size_t number, model::Pod& pod, model::PodSpec& spec) {
    pod.metadata.labels["app"] = fmt::format("app-{}", number);
    if (number + 1 == pods) {
      spec.nodeSelector[std::string(model::kZoneLabel)] = "test-zone-1";
      return;
    }
    std::string next = fmt::format("app-{}", number + 1);
    spec.affinity.emplace().podAffinity.emplace().requiredDuringSchedulingIgnoredDuringExecution = {
        near(model::kZoneLabel, next)};
  });
}

}  // namespace bench
