#include "app/walk.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "app/manifests.h"
#include "model/labels.h"
#include "model/node.h"
#include "model/pod.h"
#include "model/workload.h"

namespace app {
namespace {

// How often a walk looks whether what it waits for has come.
constexpr base::Duration kLook = std::chrono::milliseconds(50);

bool belongs_to(const model::Pod& pod, std::string_view deployment) {
  const model::OwnerReference* owner = model::controller_of(pod.metadata);
  return owner != nullptr && owner->kind == "ReplicaSet" &&
         owner->name.starts_with(std::string(deployment) + "-");
}

}  // namespace

ports::Task<> Walk::until(std::string what, std::function<bool()> holds, base::Duration at_most) {
  base::Time end = now() + at_most;
  while (!holds()) {
    if (now() >= end) {
      throw WalkFailed(fmt::format("waited {} in vain: {}", base::print_duration(at_most), what));
    }
    co_await embedded_.clock().wait_until(now() + kLook);
  }
}

ports::Task<> Walk::wait(base::Duration duration) {
  co_await embedded_.clock().wait_until(now() + duration);
}

base::Result<void> Walk::apply_all(std::string_view manifest) {
  base::Result<Applied> applied = apply_manifests(embedded_.store(), manifest);
  if (!applied) return std::unexpected(applied.error());
  for (const std::string& warning : applied->warnings)
    teller_.tell("warning", warning);
  for (const std::string& done : applied->done)
    note(done);
  return {};
}

void Walk::apply(std::string command, std::string_view manifest) {
  teller_.tell("command", std::move(command));
  base::Result<void> applied = apply_all(manifest);
  if (!applied) throw WalkFailed(applied.error().message);
}

std::string Walk::apply_in_vain(std::string command, std::string_view manifest) {
  teller_.tell("command", std::move(command));
  base::Result<void> applied = apply_all(manifest);
  if (applied) throw WalkFailed("a manifest that is wrong was taken");
  return applied.error().message;
}

const sim::Resource& Walk::deployments() const {
  return embedded_.store().resource_of(model::Kind::Deployment);
}

void Walk::deploy(std::string_view name, int replicas, std::string_view cpu,
                  const model::Labels& node_selector) {
  std::string selector;
  boost::json::object selected;
  for (const auto& [key, value] : node_selector) {
    selector += fmt::format("{}{}: {}", selector.empty() ? ", nodeSelector " : ", ", key, value);
    selected[key] = value;
  }
  teller_.tell("command", fmt::format("kubectl apply -f {}.yaml   # {} x {} cpu{}", name, replicas,
                                      cpu, selector));
  base::Json labels = {{"app", name}};
  boost::json::object container{{"name", "app"},
                                {"image", "public.ecr.aws/eks-distro/kubernetes/pause:3.2"},
                                {"resources", {{"requests", {{"cpu", cpu}}}}}};
  base::Json deployment = {{"apiVersion", "apps/v1"},
                           {"kind", "Deployment"},
                           {"metadata", {{"name", name}, {"labels", labels}}},
                           {"spec",
                            {{"replicas", replicas},
                             {"selector", {{"matchLabels", labels}}},
                             {"template",
                              {{"metadata", {{"labels", labels}}},
                               {"spec",
                                {{"nodeSelector", std::move(selected)},
                                 {"containers", boost::json::array{std::move(container)}}}}}}}}};
  auto created = embedded_.store().create(deployments(), "default", std::move(deployment));
  if (!created) throw WalkFailed(created.error().message);
  note(fmt::format("deployment.apps/{} created", name));
}

void Walk::create_deployment(std::string_view name, std::string_view image) {
  teller_.tell("command", fmt::format("kubectl create deployment {} --image={}", name, image));
  base::Json labels = {{"app", name}};
  base::Json deployment = {
      {"apiVersion", "apps/v1"},
      {"kind", "Deployment"},
      {"metadata", {{"name", name}, {"labels", labels}}},
      {"spec",
       {{"replicas", 1},
        {"selector", {{"matchLabels", labels}}},
        {"template",
         {{"metadata", {{"labels", labels}}},
          {"spec",
           {{"containers", boost::json::array{{{"name", "pause"}, {"image", image}}}}}}}}}}};
  auto created = embedded_.store().create(deployments(), "default", std::move(deployment));
  if (!created) throw WalkFailed(created.error().message);
  note(fmt::format("deployment.apps/{} created", name));
}

void Walk::set_cpu_request(std::string_view deployment, std::string_view cpu) {
  teller_.tell("command", fmt::format("kubectl set resources deployment {} --requests=cpu={}",
                                      deployment, cpu));
  base::Json containers =
      boost::json::array{{{"name", "pause"}, {"resources", {{"requests", {{"cpu", cpu}}}}}}};
  base::Json patch = {{"spec", {{"template", {{"spec", {{"containers", containers}}}}}}}};
  auto patched = embedded_.store().patch(deployments(), "default", deployment,
                                         sim::PatchType::strategic, patch);
  if (!patched) throw WalkFailed(patched.error().message);
  note(fmt::format("deployment.apps/{} resource requirements updated", deployment));
}

void Walk::scale(std::string_view deployment, int replicas) {
  teller_.tell("command",
               fmt::format("kubectl scale deployment {} --replicas {}", deployment, replicas));
  base::Json patch = {{"spec", {{"replicas", replicas}}}};
  auto patched =
      embedded_.store().patch(deployments(), "default", deployment, sim::PatchType::merge, patch);
  if (!patched) throw WalkFailed(patched.error().message);
  note(fmt::format("deployment.apps/{} scaled", deployment));
}

void Walk::remove_deployment(std::string_view deployment) {
  teller_.tell("command", fmt::format("kubectl delete deployment {}", deployment));
  auto removed = embedded_.store().remove(deployments(), "default", deployment);
  if (!removed) throw WalkFailed(removed.error().message);
  note(fmt::format("deployment.apps \"{}\" deleted", deployment));
}

int Walk::pods(std::string_view deployment, std::string_view phase) const {
  int count = 0;
  sim::Store& store = embedded_.store();
  for (const auto& stored : store.list(store.resource_of(model::Kind::Pod)).items) {
    const model::Pod& pod = stored->object.as<model::Pod>();
    bool in_phase = phase.empty() || pod.status.phase == phase;
    if (belongs_to(pod, deployment) && !pod.metadata.deletionTimestamp && in_phase) ++count;
  }
  return count;
}

int Walk::pods(std::string_view deployment) const { return pods(deployment, ""); }

int Walk::unschedulable_pods(std::string_view deployment) const {
  int count = 0;
  sim::Store& store = embedded_.store();
  for (const auto& stored : store.list(store.resource_of(model::Kind::Pod)).items) {
    const model::Pod& pod = stored->object.as<model::Pod>();
    const model::Condition* scheduled =
        model::find_condition(pod.status.conditions, "PodScheduled");
    bool waits =
        scheduled != nullptr && scheduled->reason == "Unschedulable" && pod.spec->nodeName.empty();
    if (belongs_to(pod, deployment) && waits) ++count;
  }
  return count;
}

bool Walk::is_rolled_out(std::string_view deployment) const {
  sim::StoredPtr stored = embedded_.store().get(deployments(), "default", deployment);
  if (stored == nullptr) return false;
  const model::Deployment& object = stored->object.as<model::Deployment>();
  std::int32_t wanted = object.spec.replicas.value_or(1);
  const model::DeploymentStatus& status = object.status;
  return status.observedGeneration == object.metadata.generation && status.replicas == wanted &&
         status.updatedReplicas == wanted && status.availableReplicas == wanted;
}

ports::Task<> Walk::rolled_out(std::string deployment) {
  co_await until(
      deployment + " runs", [&] { return is_rolled_out(deployment); }, std::chrono::minutes(5));
  note(fmt::format("{} runs on {}", deployment, machines_of(deployment)));
}

int Walk::managed_nodes() const {
  int count = 0;
  sim::Store& store = embedded_.store();
  for (const auto& stored : store.list(store.resource_of(model::Kind::Node)).items) {
    if (stored->object.metadata().labels.contains(model::kNodePoolLabel)) ++count;
  }
  return count;
}

std::vector<std::shared_ptr<const model::Node>> Walk::nodes_of(std::string_view deployment) const {
  std::map<std::string, std::shared_ptr<const model::Node>> nodes;
  sim::Store& store = embedded_.store();
  for (const auto& stored : store.list(store.resource_of(model::Kind::Pod)).items) {
    const model::Pod& pod = stored->object.as<model::Pod>();
    if (!belongs_to(pod, deployment) || pod.metadata.deletionTimestamp) continue;
    auto node = store.get(store.resource_of(model::Kind::Node), "", pod.spec->nodeName);
    if (node != nullptr) nodes[pod.spec->nodeName] = node->object.share<model::Node>();
  }
  std::vector<std::shared_ptr<const model::Node>> list;
  for (auto& [name, node] : nodes)
    list.push_back(std::move(node));
  return list;
}

std::string Walk::refusal_of(std::string_view deployment) const {
  sim::Store& store = embedded_.store();
  std::string message;
  for (const auto& stored : store.list(store.resource_of(model::Kind::Event)).items) {
    const base::Json& event = stored->json;
    bool is_ours = base::string_at(event, {"source", "component"}) != "default-scheduler" &&
                   base::string_at(event, {"reason"}) == "FailedScheduling";
    std::string_view pod = base::string_at(event, {"involvedObject", "name"});
    if (is_ours && pod.starts_with(std::string(deployment) + "-")) {
      message = base::string_at(event, {"message"});
    }
  }
  return message;
}

std::string Walk::machines_of(std::string_view deployment) const {
  std::map<std::string, int> machines;
  for (const auto& node : nodes_of(deployment)) {
    auto label = [&](std::string_view key) { return model::value_of(node->metadata.labels, key); };
    ++machines[fmt::format("{} ({}, {}) in {}", label(model::kInstanceTypeLabel),
                           label(model::kArchLabel), label(model::kCapacityTypeLabel),
                           label(model::kZoneLabel))];
  }
  std::string text;
  for (const auto& [machine, count] : machines) {
    text += fmt::format("{}{}{}", text.empty() ? "" : " and ",
                        count == 1 ? "" : fmt::format("{} x ", count), machine);
  }
  return text;
}

void Walk::expect_nodes(std::string_view deployment, std::string_view label,
                        const std::vector<std::string>& values) const {
  std::vector<std::shared_ptr<const model::Node>> nodes = nodes_of(deployment);
  if (nodes.empty()) throw WalkFailed(fmt::format("{} runs on no node", deployment));
  for (const auto& node : nodes) {
    std::string value(model::value_of(node->metadata.labels, label));
    if (std::ranges::find(values, value) != values.end()) continue;
    throw WalkFailed(fmt::format("{} runs on a node with {} \"{}\"", deployment, label, value));
  }
}

void Walk::interrupt(const model::Node& node) {
  teller_.tell("note", fmt::format("the cloud wants the machine of node {} back in two minutes",
                                   node.metadata.name));
  embedded_.cloud().interrupt(node.spec.providerID);
}

std::vector<std::string> Walk::claim_names() const {
  std::vector<std::string> names;
  sim::Store& store = embedded_.store();
  for (const auto& stored : store.list(store.resource_of(model::Kind::NodeClaim)).items) {
    names.push_back(stored->object.metadata().name);
  }
  return names;
}

}  // namespace app
