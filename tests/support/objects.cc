#include "support/objects.h"

#include "base/check.h"
#include "model/defaults.h"
#include "model/labels.h"

namespace support {
namespace {

template <class T>
T parsed(base::Result<T> result) {
  base::check(result.has_value(), "the test writes what can be read");
  return *result;
}

model::ObjectMeta metadata_of(std::string_view key) {
  model::ObjectMeta metadata;
  std::size_t slash = key.find('/');
  bool has_namespace = slash != std::string_view::npos;
  if (has_namespace) metadata.namespace_ = key.substr(0, slash);
  metadata.name = has_namespace ? key.substr(slash + 1) : key;
  metadata.uid = "uid-" + metadata.name;
  metadata.generation = 1;
  metadata.creationTimestamp = kStart;
  return metadata;
}

model::NodeClassReference class_reference() {
  return {std::string(model::kAwsGroup), "EC2NodeClass", "default"};
}

// Sets an element of a map by a name that is a view.
template <class Map, class Value>
void set(Map& map, std::string_view key, Value value) {
  map[std::string(key)] = std::move(value);
}

}  // namespace

base::Quantity quantity(std::string_view text) { return parsed(base::Quantity::parse(text)); }

model::NillableDuration nillable(std::string_view text) {
  if (text == "Never") return {std::nullopt, "Never"};
  return {parsed(base::parse_duration(text)), std::string(text)};
}

model::Taint taint(std::string_view text) {
  model::Taint result;
  std::size_t colon = text.rfind(':');
  base::check(colon != std::string_view::npos, "a taint has an effect");
  result.effect = text.substr(colon + 1);
  std::string_view place = text.substr(0, colon);
  std::size_t equals = place.find('=');
  result.key = place.substr(0, equals);
  if (equals != std::string_view::npos) result.value = place.substr(equals + 1);
  return result;
}

void set_condition(std::vector<model::Condition>& conditions, std::string_view type,
                   std::string_view status, base::Time since, std::string_view reason,
                   std::string_view message) {
  std::erase_if(conditions, [&](const model::Condition& other) { return other.type == type; });
  model::Condition condition;
  condition.type = type;
  condition.status = status;
  condition.reason = reason.empty() ? type : reason;
  condition.message = message;
  condition.lastTransitionTime = since;
  condition.observedGeneration = 1;
  conditions.push_back(std::move(condition));
}

// --- Pod

PodBuilder pod(std::string_view key) {
  PodBuilder builder;
  builder.object.metadata = metadata_of(key);
  model::Container container;
  container.name = "main";
  builder.object.spec.edit().containers.push_back(container);
  builder.object.status.phase = "Pending";
  return builder;
}

PodBuilder& PodBuilder::cpu(std::string_view amount) {
  set(object.spec.edit().containers[0].resources.requests, "cpu", quantity(amount));
  return *this;
}

PodBuilder& PodBuilder::memory(std::string_view amount) {
  set(object.spec.edit().containers[0].resources.requests, "memory", quantity(amount));
  return *this;
}

PodBuilder& PodBuilder::on(std::string_view node) {
  object.spec.edit().nodeName = node;
  object.status.phase = "Running";
  object.status.conditions.clear();
  return *this;
}

PodBuilder& PodBuilder::phase(std::string_view value) {
  object.status.phase = value;
  return *this;
}

PodBuilder& PodBuilder::unschedulable() {
  set_condition(object.status.conditions, "PodScheduled", "False", kStart, "Unschedulable");
  return *this;
}

PodBuilder& PodBuilder::priority_class(std::string_view name) {
  object.spec.edit().priorityClassName = name;
  return *this;
}

PodBuilder& PodBuilder::priority(std::int32_t value) {
  object.spec.edit().priority = value;
  return *this;
}

PodBuilder& PodBuilder::grace(std::int64_t seconds) {
  object.spec.edit().terminationGracePeriodSeconds = seconds;
  return *this;
}

PodBuilder& PodBuilder::tolerates(std::string_view key, std::string_view effect) {
  model::Toleration toleration;
  toleration.key = key;
  toleration.operator_ = "Exists";
  toleration.effect = effect;
  object.spec.edit().tolerations.push_back(toleration);
  return *this;
}

PodBuilder& PodBuilder::condition(std::string_view type, std::string_view status) {
  set_condition(object.status.conditions, type, status);
  return *this;
}

PodBuilder& PodBuilder::started(base::Time when) {
  object.status.startTime = when;
  return *this;
}

PodBuilder& PodBuilder::of_daemon_set(std::string_view name) {
  return owned_by("apps/v1", "DaemonSet", name);
}

PodBuilder& PodBuilder::of_stateful_set(std::string_view name) {
  return owned_by("apps/v1", "StatefulSet", name);
}

PodBuilder& PodBuilder::of_node(std::string_view name) { return owned_by("v1", "Node", name); }

PodBuilder& PodBuilder::do_not_disrupt(std::string_view value) {
  return annotation(model::kDoNotDisruptAnnotation, value);
}

// --- Node

NodeBuilder node(std::string_view name) {
  NodeBuilder builder;
  builder.object.metadata = metadata_of(name);
  builder.label(model::kHostnameLabel, name);
  builder.label(model::kEC2NodeClassLabel, "default");
  builder.in_pool("default").of_type("m5.large");
  builder.resource("cpu", "2").resource("memory", "8Gi").resource("pods", "29");
  return builder;
}

NodeBuilder& NodeBuilder::of(std::string_view provider_id) {
  object.spec.providerID = provider_id;
  return *this;
}

NodeBuilder& NodeBuilder::ready(std::string_view status) {
  set_condition(object.status.conditions, "Ready", status);
  return *this;
}

NodeBuilder& NodeBuilder::registered() {
  label(model::kRegisteredLabel, "true");
  return finalizer(model::kTerminationFinalizer);
}

NodeBuilder& NodeBuilder::initialized() { return label(model::kInitializedLabel, "true"); }

NodeBuilder& NodeBuilder::tainted(std::string_view text) {
  object.spec.taints.push_back(taint(text));
  return *this;
}

NodeBuilder& NodeBuilder::in_pool(std::string_view name) {
  return label(model::kNodePoolLabel, name);
}

NodeBuilder& NodeBuilder::of_type(std::string_view type, std::string_view zone,
                                  std::string_view capacity_type) {
  label(model::kInstanceTypeLabel, type);
  label(model::kZoneLabel, zone);
  return label(model::kCapacityTypeLabel, capacity_type);
}

NodeBuilder& NodeBuilder::resource(std::string_view name, std::string_view amount) {
  set(object.status.capacity, name, quantity(amount));
  set(object.status.allocatable, name, quantity(amount));
  return *this;
}

NodeBuilder& NodeBuilder::unmanaged() {
  object.metadata.labels.clear();
  return label(model::kHostnameLabel, object.metadata.name);
}

// --- NodeClaim

ClaimBuilder claim(std::string_view name) {
  ClaimBuilder builder;
  builder.object.metadata = metadata_of(name);
  builder.object.spec.nodeClassRef = class_reference();
  builder.object.spec.expireAfter = nillable("Never");
  builder.in_pool("default").finalizer(model::kTerminationFinalizer);
  return builder;
}

ClaimBuilder& ClaimBuilder::launched(std::string_view provider_id, base::Time since) {
  object.status.providerID = provider_id;
  resource("cpu", "2").resource("memory", "8Gi").resource("pods", "29");
  return condition("Launched", "True", since);
}

ClaimBuilder& ClaimBuilder::registered(std::string_view node, base::Time since) {
  object.status.nodeName = node;
  return condition("Registered", "True", since);
}

ClaimBuilder& ClaimBuilder::initialized(base::Time since) {
  condition("Initialized", "True", since);
  return condition("Ready", "True", since);
}

ClaimBuilder& ClaimBuilder::consolidatable(base::Time since) {
  return condition("Consolidatable", "True", since);
}

ClaimBuilder& ClaimBuilder::condition(std::string_view type, std::string_view status,
                                      base::Time since, std::string_view reason,
                                      std::string_view message) {
  set_condition(object.status.conditions, type, status, since, reason, message);
  return *this;
}

ClaimBuilder& ClaimBuilder::in_pool(std::string_view name) {
  return label(model::kNodePoolLabel, name);
}

ClaimBuilder& ClaimBuilder::of_class(std::string_view group, std::string_view kind) {
  object.spec.nodeClassRef.group = group;
  object.spec.nodeClassRef.kind = kind;
  return *this;
}

ClaimBuilder& ClaimBuilder::resource(std::string_view name, std::string_view amount) {
  set(object.status.capacity, name, quantity(amount));
  set(object.status.allocatable, name, quantity(amount));
  return *this;
}

ClaimBuilder& ClaimBuilder::requests(std::string_view name, std::string_view amount) {
  set(object.spec.resources.requests, name, quantity(amount));
  return *this;
}

ClaimBuilder& ClaimBuilder::taint(std::string_view text) {
  object.spec.taints.push_back(support::taint(text));
  return *this;
}

ClaimBuilder& ClaimBuilder::startup_taint(std::string_view text) {
  object.spec.startupTaints.push_back(support::taint(text));
  return *this;
}

ClaimBuilder& ClaimBuilder::expires_after(std::string_view duration) {
  object.spec.expireAfter = nillable(duration);
  return *this;
}

ClaimBuilder& ClaimBuilder::grace_period(std::string_view duration) {
  object.spec.terminationGracePeriod =
      model::DurationText{parsed(base::parse_duration(duration)), std::string(duration)};
  return *this;
}

ClaimBuilder& ClaimBuilder::last_pod_event(base::Time when) {
  object.status.lastPodEventTime = when;
  return *this;
}

// --- NodePool

PoolBuilder pool(std::string_view name) {
  PoolBuilder builder;
  builder.object.metadata = metadata_of(name);
  builder.object.spec.template_.spec.nodeClassRef = class_reference();
  model::fill_in_defaults(builder.object);
  for (std::string_view type : {"ValidationSucceeded", "NodeClassReady", "Ready"}) {
    builder.condition(type, "True");
  }
  return builder;
}

PoolBuilder& PoolBuilder::not_ready() { return condition("Ready", "False"); }

PoolBuilder& PoolBuilder::limit(std::string_view resource, std::string_view amount) {
  set(object.spec.limits, resource, quantity(amount));
  return *this;
}

PoolBuilder& PoolBuilder::consolidate_after(std::string_view duration) {
  object.spec.disruption->consolidateAfter = nillable(duration);
  return *this;
}

PoolBuilder& PoolBuilder::no_budgets() {
  object.spec.disruption->budgets.emplace();
  has_own_budgets_ = true;
  return *this;
}

PoolBuilder& PoolBuilder::budget(std::string_view nodes) {
  model::Budget budget;
  budget.nodes = nodes;
  return this->budget(std::move(budget));
}

PoolBuilder& PoolBuilder::budget(model::Budget budget) {
  if (!has_own_budgets_) no_budgets();
  object.spec.disruption->budgets->push_back(std::move(budget));
  return *this;
}

PoolBuilder& PoolBuilder::replicas(std::int64_t count) {
  object.spec.replicas = count;
  return *this;
}

PoolBuilder& PoolBuilder::of_class(std::string_view group, std::string_view kind) {
  object.spec.template_.spec.nodeClassRef.group = group;
  object.spec.template_.spec.nodeClassRef.kind = kind;
  return *this;
}

PoolBuilder& PoolBuilder::condition(std::string_view type, std::string_view status) {
  set_condition(object.status.conditions, type, status);
  return *this;
}

// --- EC2NodeClass

ClassBuilder node_class(std::string_view name) {
  ClassBuilder builder;
  builder.object.metadata = metadata_of(name);
  return builder.ready();
}

ClassBuilder& ClassBuilder::ready(std::string_view status, std::string_view reason,
                                  std::string_view message) {
  set_condition(object.status.conditions, "Ready", status, kStart, reason, message);
  return *this;
}

// --- PodDisruptionBudget

PdbBuilder pdb(std::string_view key) {
  PdbBuilder builder;
  builder.object.metadata = metadata_of(key);
  builder.selects("app", builder.object.metadata.name);
  return builder;
}

PdbBuilder& PdbBuilder::selects(std::string_view key, std::string_view value) {
  object.spec.selector.emplace();
  set(object.spec.selector->matchLabels, key, std::string(value));
  return *this;
}

PdbBuilder& PdbBuilder::selects_all() {
  object.spec.selector.emplace();
  return *this;
}

PdbBuilder& PdbBuilder::selects_nothing() {
  object.spec.selector.reset();
  return *this;
}

PdbBuilder& PdbBuilder::allows(std::int32_t disruptions) {
  object.status.disruptionsAllowed = disruptions;
  return *this;
}

PdbBuilder& PdbBuilder::max_unavailable(std::string_view text) {
  object.spec.maxUnavailable = model::IntOrString{std::string(text), !text.ends_with('%')};
  return *this;
}

PdbBuilder& PdbBuilder::min_available(std::string_view text) {
  object.spec.minAvailable = model::IntOrString{std::string(text), !text.ends_with('%')};
  return *this;
}

PdbBuilder& PdbBuilder::always_lets_unready_go() {
  object.spec.unhealthyPodEvictionPolicy = "AlwaysAllow";
  return *this;
}

// --- instance types

std::shared_ptr<const model::InstanceType> instance_type(std::string_view name,
                                                         std::string_view cpu,
                                                         std::string_view memory,
                                                         std::string_view price_dollars,
                                                         std::vector<std::string> zones) {
  using enum model::Operator;
  model::InstanceType type;
  type.name = name;
  set(type.capacity, "cpu", quantity(cpu));
  set(type.capacity, "memory", quantity(memory));
  set(type.capacity, "pods", quantity("110"));
  type.requirements.add({model::kInstanceTypeLabel, In, {type.name}});
  type.requirements.add({model::kArchLabel, In, {"amd64"}});
  type.requirements.add({model::kOsLabel, In, {"linux"}});
  type.requirements.add({model::kCapacityTypeLabel, In, {"on-demand"}});
  type.requirements.add({model::kZoneLabel, In, zones});
  for (const std::string& zone : zones) {
    model::Offering offering;
    offering.requirements.add({model::kCapacityTypeLabel, In, {"on-demand"}});
    offering.requirements.add({model::kZoneLabel, In, {zone}});
    offering.price = parsed(base::Money::from_dollars(price_dollars));
    type.offerings.push_back(std::move(offering));
  }
  return std::make_shared<const model::InstanceType>(std::move(type));
}

}  // namespace support
