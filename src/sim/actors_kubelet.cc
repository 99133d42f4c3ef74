#include "sim/actors_kubelet.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "judge/placement.h"
#include "model/labels.h"
#include "model/node.h"
#include "model/node_claim.h"
#include "sim/actors_node_object.h"
#include "sim/actors_pod_status.h"
#include "sim/actors_pods.h"
#include "sim/actors_program.h"

namespace sim {
namespace {

using base::Json;
using boost::json::object;

constexpr std::string_view kKubelet = "kubelet";
constexpr std::string_view kLeaseNamespace = "kube-node-lease";
constexpr std::int64_t kLeaseSeconds = 40;
constexpr base::Duration kSilence = std::chrono::seconds(50);
constexpr std::int64_t kAttachableVolumes = 26;  // of a Nitro instance with one interface
constexpr std::chrono::seconds kFirstBackOff{10};
constexpr std::chrono::seconds kLongestBackOff{300};
constexpr std::chrono::minutes kBackOffReset{10};
constexpr base::Duration kNodeRemoval = std::chrono::seconds(5);

const model::PodSpec& spec_of(const StoredPtr& pod) { return *pod->object.as<model::Pod>().spec; }

Json micro_time(base::Time time) { return text(base::print_micro_time(time)); }

}  // namespace

Kubelet::Kubelet(const ActorContext& context, base::Random random, const KubeletOptions& options)
    : context_(context), random_(std::move(random)), options_(options) {
  watch_ =
      follow(context_.store, model::Kind::Pod, [this](const WatchEvent& event) { see_pod(event); });
}

void Kubelet::later(base::Time when, std::function<void()> action) {
  context_.clock.at(when, [weak = std::weak_ptr<void>(alive_), action = std::move(action)] {
    if (!weak.expired()) action();
  });
}

void Kubelet::join(const RunningInstance& instance) { register_node(instance, {}); }

void Kubelet::add_unmanaged_node(std::string_view name,
                                 std::shared_ptr<const model::InstanceType> type,
                                 const model::Labels& labels) {
  RunningInstance instance;
  std::string_view zone = model::value_of(labels, model::kZoneLabel);
  if (zone.empty() && !type->offerings.empty()) zone = type->offerings.front().zone();
  instance.zone = zone;
  instance.instance_id = fmt::format("i-0{:016x}", random_.next());
  instance.providerID = fmt::format("aws:///{}/{}", instance.zone, instance.instance_id);
  instance.host_name = name;
  instance.ip = fmt::format("10.0.{}.{}", unmanaged_nodes_ / 250, unmanaged_nodes_ % 250 + 4);
  ++unmanaged_nodes_;
  instance.type = std::move(type);
  instance.launched_at = instance.joins_at = instance.ready_at = context_.clock.now();
  register_node(instance, labels);
}

void Kubelet::register_node(const RunningInstance& instance, const model::Labels& labels) {
  base::Time now = context_.clock.now();
  auto claim = find<model::NodeClaim>(context_.store, {"", instance.nodeclaim});
  const Resource& nodes = context_.store.resource_of(model::Kind::Node);
  auto created =
      context_.store.create(nodes, "", node_object(instance, claim.get(), labels, random_, now));
  if (!created) return;
  machines_.insert_or_assign(instance.host_name, Machine{instance, {}});
  context_.events.normal(kKubelet, (*created)->object, "Starting", "Starting kubelet.");
  create_lease(*created);
  create_csi_node(*created, instance);
  if (instance.ready_at > now) {
    later(instance.ready_at,
          [this, key = ObjectKey{"", instance.host_name}] { become_ready(key); });
  }
}

void Kubelet::become_ready(const ObjectKey& node) {
  if (!machines_.contains(node.name)) return;
  base::Time now = context_.clock.now();
  edit_status(context_.store, model::Kind::Node, node,
              [&](object& status) { set_node_conditions(status, NodeHealth::ready, now); });
  StoredPtr stored = find(context_.store, model::Kind::Node, node);
  if (stored == nullptr) return;
  context_.events.normal(kKubelet, stored->object, "NodeReady",
                         fmt::format("Node {} status is now: NodeReady", node.name));
}

void Kubelet::create_lease(const StoredPtr& node) {
  Json now = micro_time(context_.clock.now());
  const std::string& name = node->object.metadata().name;
  object owner{{"apiVersion", "v1"},
               {"kind", "Node"},
               {"name", text(name)},
               {"uid", text(node->object.metadata().uid)}};
  object lease{{"metadata",
                {{"name", text(name)},
                 {"namespace", text(kLeaseNamespace)},
                 {"ownerReferences", boost::json::array{std::move(owner)}}}},
               {"spec",
                {{"holderIdentity", text(name)},
                 {"leaseDurationSeconds", kLeaseSeconds},
                 {"renewTime", now}}}};
  // A lease of an earlier machine of that name may still be there: then it is renewed.
  (void)context_.store.create(context_.store.resource_of(model::Kind::Lease), kLeaseNamespace,
                              std::move(lease));
  renew_lease({"", name});
}

void Kubelet::create_csi_node(const StoredPtr& node, const RunningInstance& instance) {
  const std::string& name = node->object.metadata().name;
  object owner{{"apiVersion", "v1"},
               {"kind", "Node"},
               {"name", text(name)},
               {"uid", text(node->object.metadata().uid)}};
  object driver{{"name", "ebs.csi.aws.com"},
                {"nodeID", text(instance.instance_id)},
                {"topologyKeys", boost::json::array{text(model::kZoneLabel)}},
                {"allocatable", {{"count", kAttachableVolumes}}}};
  object csi_node{
      {"metadata",
       {{"name", text(name)}, {"ownerReferences", boost::json::array{std::move(owner)}}}},
      {"spec", {{"drivers", boost::json::array{std::move(driver)}}}}};
  (void)context_.store.create(context_.store.resource_of(model::Kind::CSINode), "",
                              std::move(csi_node));
}

void Kubelet::renew_lease(const ObjectKey& node) {
  if (!machines_.contains(node.name)) return;
  base::Time now = context_.clock.now();
  edit(context_.store, model::Kind::Lease, {std::string(kLeaseNamespace), node.name},
       [&](object& lease) { object_at(lease, "spec")["renewTime"] = micro_time(now); });
  if (!options_.lease_period) return;
  later(now + *options_.lease_period, [this, node] { renew_lease(node); });
}

void Kubelet::leave(const RunningInstance& instance) {
  auto machine = machines_.find(instance.host_name);
  if (machine == machines_.end() || machine->second.instance.providerID != instance.providerID) {
    return;
  }
  machines_.erase(machine);
  later(context_.clock.now() + kSilence,
        [this, key = ObjectKey{"", instance.host_name}, providerID = instance.providerID] {
          fall_silent(key, providerID);
        });
}

// What node lifecycle and cloud controllers do about a Node whose instance is gone.
void Kubelet::fall_silent(const ObjectKey& node, const std::string& providerID) {
  auto stored = find<model::Node>(context_.store, node);
  if (stored == nullptr || stored->spec.providerID != providerID) return;
  base::Time now = context_.clock.now();
  edit_status(context_.store, model::Kind::Node, node,
              [&](object& status) { set_node_conditions(status, NodeHealth::silent, now); });
  later(now + kNodeRemoval, [this, metadata = stored->metadata] {
    remove(context_.store, model::Kind::Node, metadata);
  });
}

void Kubelet::see_pod(const WatchEvent& event) {
  const auto& pod = event.object->object.as<model::Pod>();
  ObjectKey key = key_of(pod.metadata);
  if (event.type == WatchEvent::Type::deleted) {
    workers_.erase(key);
    return;
  }
  if (!machines_.contains(pod.spec->nodeName) || judge::is_finished(pod)) return;
  auto known = workers_.find(key);
  bool is_new = known == workers_.end() || known->second.uid != pod.metadata.uid;
  if (is_new) known = workers_.insert_or_assign(key, Worker{pod.metadata.uid}).first;
  if (pod.metadata.deletionTimestamp) {
    if (!std::exchange(known->second.is_stopping, true)) stop(event.object);
  } else if (is_new) {
    later(context_.clock.now() + draw(random_, options_.sync),
          [this, key, uid = pod.metadata.uid] { create_containers(key, uid); });
  }
}

StoredPtr Kubelet::live_pod(const ObjectKey& key, const std::string& uid) const {
  StoredPtr stored = find(context_.store, model::Kind::Pod, key);
  if (stored == nullptr) return nullptr;
  const auto& pod = stored->object.as<model::Pod>();
  bool is_live = pod.metadata.uid == uid && !pod.metadata.deletionTimestamp &&
                 machines_.contains(pod.spec->nodeName);
  return is_live ? stored : nullptr;
}

void Kubelet::create_containers(const ObjectKey& key, const std::string& uid) {
  StoredPtr stored = live_pod(key, uid);
  if (stored == nullptr) return;
  const RunningInstance& instance = machines_.at(spec_of(stored).nodeName).instance;
  base::Time now = context_.clock.now();
  edit_status(context_.store, model::Kind::Pod, key,
              [&](object& status) { set_creating(status, spec_of(stored), instance.ip, now); });
  // Without the host's network a pod needs the machine's, which is there when the Node is ready.
  bool needs_network = !spec_of(stored).hostNetwork.value_or(false);
  base::Time when = needs_network ? std::max(now, instance.ready_at) : now;
  later(when, [this, key, uid] { pull_images(key, uid); });
}

void Kubelet::pull_images(const ObjectKey& key, const std::string& uid) {
  StoredPtr stored = live_pod(key, uid);
  if (stored == nullptr) return;
  Machine& machine = machines_.at(spec_of(stored).nodeName);
  base::Time now = context_.clock.now();
  base::Time all_there = now;
  auto pull = [&](const model::Container& container, std::string_view list) {
    std::string path = fmt::format("spec.{}{{{}}}", list, container.name);
    auto [image, is_missing] = machine.images.try_emplace(container.image);
    if (is_missing) {
      image->second = now + draw(random_, options_.pull);
      context_.events.normal(kKubelet, stored->object, "Pulling",
                             fmt::format("Pulling image \"{}\"", container.image), path);
    }
    all_there = std::max(all_there, image->second);
    std::string message =
        fmt::format("Container image \"{}\" already present on machine", container.image);
    if (image->second > now) {
      std::string took =
          base::print_duration(std::chrono::floor<std::chrono::milliseconds>(image->second - now));
      message = fmt::format("Successfully pulled image \"{}\" in {} ({} including waiting).",
                            container.image, took, took);
    }
    later(image->second, [this, key, uid, message, path] {
      StoredPtr pod = live_pod(key, uid);
      if (pod != nullptr) context_.events.normal(kKubelet, pod->object, "Pulled", message, path);
    });
  };
  for (const auto& container : spec_of(stored).initContainers)
    pull(container, "initContainers");
  for (const auto& container : spec_of(stored).containers)
    pull(container, "containers");
  later(all_there + draw(random_, options_.start), [this, key, uid] { run_containers(key, uid); });
}

void Kubelet::run_containers(const ObjectKey& key, const std::string& uid) {
  StoredPtr stored = live_pod(key, uid);
  if (stored == nullptr) return;
  const RunningInstance& instance = machines_.at(spec_of(stored).nodeName).instance;
  auto tell = [&](const model::Container& container, std::string_view list) {
    std::string path = fmt::format("spec.{}{{{}}}", list, container.name);
    context_.events.normal(kKubelet, stored->object, "Created",
                           fmt::format("Created container: {}", container.name), path);
    context_.events.normal(kKubelet, stored->object, "Started",
                           fmt::format("Started container {}", container.name), path);
  };
  for (const auto& container : spec_of(stored).initContainers)
    tell(container, "initContainers");
  for (const auto& container : spec_of(stored).containers)
    tell(container, "containers");
  bool is_on_host = spec_of(stored).hostNetwork.value_or(false);
  std::string pod_ip = is_on_host ? instance.ip : next_pod_ip();
  edit_status(context_.store, model::Kind::Pod, key, [&](object& status) {
    set_running(status, spec_of(stored), instance.ip, pod_ip, context_.clock.now());
  });
  for (const auto& container : spec_of(stored).containers)
    run_program(stored, container, 0);
}

void Kubelet::run_program(const StoredPtr& pod, const model::Container& container, int failures) {
  std::optional<Program> program = program_of(container);
  const model::ObjectMeta& metadata = pod->object.metadata();
  bool is_task = controller_of_kind(metadata, "batch/v1", "Job") != nullptr;
  if (!program && is_task) program = Program{draw(random_, options_.task), 0};
  if (!program || !program->runs) return;
  if (*program->runs >= kBackOffReset) failures = 0;
  later(
      context_.clock.now() + *program->runs,
      [this, key = key_of(metadata), uid = metadata.uid, container, failures,
       exit_code = program->exit_code] { end_program(key, uid, container, exit_code, failures); });
}

void Kubelet::end_program(const ObjectKey& key, const std::string& uid,
                          const model::Container& container, int exit_code, int failures) {
  StoredPtr stored = live_pod(key, uid);
  if (stored == nullptr) return;
  base::Time now = context_.clock.now();
  const std::string& policy = spec_of(stored).restartPolicy;
  bool starts_again = policy == "Always" || (policy == "OnFailure" && exit_code != 0);
  edit_status(context_.store, model::Kind::Pod, key, [&](object& status) {
    set_terminated(status, spec_of(stored), container.name, exit_code, now);
    if (!starts_again && have_all_ended(status)) set_finished(status, now);
  });
  if (!starts_again) return;
  base::Duration delay = base::Duration::zero();
  if (failures > 0) {
    delay =
        std::min<base::Duration>(kFirstBackOff * (1 << std::min(failures - 1, 5)), kLongestBackOff);
    std::string wait = base::print_duration(delay);
    edit_status(context_.store, model::Kind::Pod, key, [&](object& status) {
      set_back_off(status, container.name,
                   fmt::format("back-off {} restarting failed container={} pod={}_{}({})", wait,
                               container.name, key.name, key.name_space, uid));
    });
    context_.events.warning(kKubelet, stored->object, "BackOff",
                            fmt::format("Back-off restarting failed container {} in pod {}_{}({})",
                                        container.name, key.name, key.name_space, uid),
                            fmt::format("spec.containers{{{}}}", container.name));
  }
  later(now + delay + draw(random_, options_.start),
        [this, key, uid, container, failures] { restart(key, uid, container, failures + 1); });
}

void Kubelet::restart(const ObjectKey& key, const std::string& uid,
                      const model::Container& container, int failures) {
  StoredPtr stored = live_pod(key, uid);
  if (stored == nullptr) return;
  std::string path = fmt::format("spec.containers{{{}}}", container.name);
  context_.events.normal(kKubelet, stored->object, "Created",
                         fmt::format("Created container: {}", container.name), path);
  context_.events.normal(kKubelet, stored->object, "Started",
                         fmt::format("Started container {}", container.name), path);
  edit_status(context_.store, model::Kind::Pod, key, [&](object& status) {
    set_restarted(status, spec_of(stored), container.name, context_.clock.now());
  });
  run_program(stored, container, failures);
}

void Kubelet::stop(const StoredPtr& stored) {
  const auto& pod = stored->object.as<model::Pod>();
  ObjectKey key = key_of(pod.metadata);
  base::Duration grace = std::chrono::seconds(pod.metadata.deletionGracePeriodSeconds.value_or(0));
  base::Duration ending = draw(random_, options_.stop);
  if (pod.status.phase == "Running") {
    for (const model::Container& container : pod.spec->containers) {
      context_.events.normal(kKubelet, stored->object, "Killing",
                             fmt::format("Stopping container {}", container.name),
                             fmt::format("spec.containers{{{}}}", container.name));
    }
  }
  later(context_.clock.now() + std::min(ending, grace),
        [this, metadata = pod.metadata, node = pod.spec->nodeName] {
          if (!machines_.contains(node)) return;
          remove_now(context_.store, metadata);
        });
}

std::string Kubelet::next_pod_ip() {
  std::uint32_t number = pod_addresses_++ % (250 * 250);
  return fmt::format("10.244.{}.{}", number / 250, number % 250 + 2);
}

}  // namespace sim
