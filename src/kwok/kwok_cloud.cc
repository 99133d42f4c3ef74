#include "kwok/kwok_cloud.h"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <tuple>
#include <utility>

#include "base/hash.h"
#include "model/kinds.h"
#include "model/kwok_node_class.h"
#include "model/labels.h"
#include "model/node_claim.h"
#include "model/resources.h"

namespace kwok {
namespace {

using base::Code;
using base::Result;
using ports::Task;

constexpr std::string_view kScheme = "kwok://";
constexpr int kTries = 4;  // LIF-437
constexpr base::Duration kFirstWait = std::chrono::milliseconds(10);
constexpr int kWaitGrows = 5;

std::string_view name_in(std::string_view providerID) {
  return providerID.starts_with(kScheme) ? providerID.substr(kScheme.size()) : std::string_view();
}

void add_single_values(model::Labels& labels, const model::Requirements& requirements) {
  for (const auto& [key, requirement] : requirements) {
    if (requirement.op() == model::Operator::In && requirement.length() == 1) {
      labels[key] = requirement.values().front();
    }
  }
}

ports::Instance instance_of(const model::Node& node) {
  ports::Instance instance;
  instance.providerID = node.spec.providerID;
  instance.nodeclaim = model::value_of(node.metadata.labels, model::kHostnameLabel);
  instance.nodepool = model::value_of(node.metadata.labels, model::kNodePoolLabel);
  instance.launched_at = node.metadata.creationTimestamp.value_or(base::Time{});
  instance.terminating = node.metadata.deletionTimestamp.has_value();
  return instance;
}

std::unexpected<base::Error> no_such_node(std::string_view providerID) {
  return base::fail(Code::not_found, fmt::format("there is no Node for {}", providerID));
}

}  // namespace

std::string node_name(const model::NodeClaim& claim) {
  return fmt::format("kwok-{}-{:016x}", claim.metadata.name, base::hash64(claim.metadata.uid));
}

std::string provider_id(const std::string& node_name) { return std::string(kScheme) + node_name; }

Result<Choice> choose(const model::InstanceTypes& types, const model::NodeClaim& claim) {
  const model::Requirements wanted = model::requirements_of(claim.spec.requirements);
  const model::Requirement names = wanted.get(model::kInstanceTypeLabel);
  bool names_types = names.op() == model::Operator::In && names.length() > 0;
  if (!names_types) return base::invalid("instance type requirement not found");
  for (const std::string& name : names.values()) {
    bool exists = std::ranges::any_of(types, [&](const auto& type) { return type->name == name; });
    if (!exists) return base::invalid(fmt::format("instance type {} does not exist", name));
  }
  std::optional<Choice> best;
  auto rank = [](const Choice& choice) {
    return std::tuple(choice.offering->price, std::string_view(choice.type->name),
                      choice.offering->zone(), choice.offering->capacity_type());
  };
  for (const auto& type : types) {
    if (!names.has(type->name)) continue;
    for (const model::Offering& offering : type->offerings) {
      bool fits = offering.available &&
                  wanted.compatible(offering.requirements, model::Undefined::well_known);
      Choice choice{type, &offering};
      if (fits && (!best || rank(choice) < rank(*best))) best = choice;
    }
  }
  if (best) return *best;
  return base::fail(Code::no_capacity,
                    "no instance type has an offering that the claim's requirements allow");
}

model::Node node_for(const model::NodeClaim& claim, const Choice& choice) {
  model::Node node;
  node.metadata.name = node_name(claim);
  model::Labels& labels = node.metadata.labels;
  labels = claim.metadata.labels;
  add_single_values(labels, model::requirements_of(claim.spec.requirements));
  add_single_values(labels, choice.type->requirements);
  add_single_values(labels, choice.offering->requirements);
  labels[std::string(model::kInstanceTypeLabel)] = choice.type->name;
  labels[std::string(model::kHostnameLabel)] = claim.metadata.name;
  labels["eks-node-viewer/instance-price"] =
      fmt::format("{:.6f}", static_cast<double>(choice.offering->price.micros()) / 1e6);
  labels["kwok-partition"] = "a";
  labels["kwok.x-k8s.io/node"] = "fake";
  node.metadata.annotations = claim.metadata.annotations;
  node.metadata.annotations["kwok.x-k8s.io/node"] = "fake";
  node.spec.providerID = provider_id(node.metadata.name);
  node.spec.taints.push_back(
      {std::string(model::kUnregisteredTaint), "", "NoExecute", std::nullopt});
  node.status.capacity = claim.spec.resources.requests;
  node.status.allocatable = claim.spec.resources.requests;
  for (const auto& [name, amount] : choice.type->allocatable())
    node.status.allocatable[name] = amount;
  return node;
}

KwokCloud::KwokCloud(boost::asio::any_io_executor executor, ports::Kube& kube, ports::Clock& clock,
                     model::InstanceTypes types, std::function<void(const std::string&)> report)
    : executor_(std::move(executor)),
      kube_(kube),
      clock_(clock),
      types_(std::move(types)),
      report_(std::move(report)) {}

// As overlays make them appear to the NodePool of the claim.
const model::InstanceTypes& KwokCloud::types_for(const model::NodeClaim& claim) const {
  auto found =
      overlaid_.find(std::string(model::value_of(claim.metadata.labels, model::kNodePoolLabel)));
  return found == overlaid_.end() ? types_ : found->second;
}

void KwokCloud::start() {
  kube_.watch(model::Kind::Node, [this](ports::Change change) { see_node(change); });
  kube_.watch(model::Kind::NodeClaim, [this](ports::Change change) { see_claim(change); });
}

void KwokCloud::see_node(const ports::Change& change) {
  if (change.type == ports::Change::Type::synced) {
    knows_nodes_ = true;
    for (const auto& [name, claim] : std::exchange(unseen_, {}))
      see_claim({ports::Change::Type::put, model::Kind::NodeClaim, claim});
    return;
  }
  const auto& node = change.object.as<model::Node>();
  if (name_in(node.spec.providerID).empty()) return;
  if (change.type == ports::Change::Type::removed) {
    nodes_.erase(node.metadata.name);
  } else {
    nodes_[node.metadata.name] = instance_of(node);
    pending_.erase(node.metadata.name);
  }
}

// A claim that was launched and never registered, without its Node: the process that decided on it ended
// before the Node was made.
void KwokCloud::see_claim(const ports::Change& change) {
  if (change.type != ports::Change::Type::put) return;
  const auto& claim = change.object.as<model::NodeClaim>();
  if (!knows_nodes_) {
    unseen_[claim.metadata.name] = change.object;
    return;
  }
  std::string name(name_in(claim.status.providerID));
  bool is_waiting = !name.empty() && !claim.metadata.deletionTimestamp &&
                    !model::is_true(claim.status.conditions, "Registered");
  if (!is_waiting || nodes_.contains(name) || pending_.contains(name)) return;
  Result<Choice> choice = choose(types_for(claim), claim);
  if (choice) make_later(node_for(claim, *choice), base::Duration{});
}

Task<Result<model::InstanceTypes>> KwokCloud::instance_types(const model::NodePool&) {
  co_return types_;
}

// LIF-436
Task<Result<base::Duration>> KwokCloud::class_delay(const model::NodeClaim& claim) {
  const std::string& name = claim.spec.nodeClassRef.name;
  Result<model::Object> found = co_await kube_.get({model::Kind::KWOKNodeClass, "", name});
  if (!found && found.error().code == Code::not_found) {
    co_return base::fail(Code::no_capacity, fmt::format("KWOKNodeClass {} does not exist", name));
  }
  if (!found) co_return std::unexpected(std::move(found.error()));
  const auto& node_class = found->as<model::KWOKNodeClass>();
  const model::Condition* ready = model::find_condition(node_class.status.conditions, "Ready");
  if (ready != nullptr && ready->status == "False") {
    co_return base::fail(Code::class_not_ready, ready->message);
  }
  co_return node_class.spec.nodeRegistrationDelay ? node_class.spec.nodeRegistrationDelay->value
                                                  : base::Duration{};
}

Task<Result<ports::Launched>> KwokCloud::launch(const model::NodeClaim& claim) {
  Result<Choice> choice = choose(types_for(claim), claim);
  if (!choice) co_return std::unexpected(std::move(choice.error()));
  model::Node node = node_for(claim, *choice);
  model::Labels annotations = claim.metadata.annotations;
  Result<base::Duration> delay = co_await class_delay(claim);
  if (!delay) co_return std::unexpected(std::move(delay.error()));
  ports::Launched launched;
  launched.providerID = node.spec.providerID;
  launched.labels = node.metadata.labels;
  launched.annotations = node.metadata.annotations;
  launched.capacity = node.status.capacity;
  launched.allocatable = node.status.allocatable;
  bool exists = nodes_.contains(node.metadata.name) || pending_.contains(node.metadata.name);
  if (!exists) make_later(std::move(node), *delay);
  co_return launched;
}

void KwokCloud::make_later(model::Node node, base::Duration delay) {
  ports::Instance instance = instance_of(node);
  instance.launched_at = clock_.now();
  pending_[node.metadata.name] = std::move(instance);
  boost::asio::co_spawn(executor_, make(std::move(node), delay), boost::asio::detached);
}

// LIF-437. A claim that went meanwhile has taken its Node off the list.
Task<> KwokCloud::make(model::Node node, base::Duration delay) {
  if (delay > base::Duration{}) co_await clock_.wait_until(clock_.now() + delay);
  base::Duration wait = kFirstWait;
  std::string failure;
  for (int tried = 0; tried < kTries && pending_.contains(node.metadata.name); ++tried) {
    Result<model::Object> made = co_await kube_.create(model::Object(node));
    if (made || made.error().code == Code::already_exists) co_return;
    failure = made.error().message;
    co_await clock_.wait_until(clock_.now() + wait);
    wait *= kWaitGrows;
  }
  bool was_wanted = pending_.erase(node.metadata.name) > 0;
  if (was_wanted) report_(fmt::format("{}: {}", node.metadata.name, failure));
}

// LIF-441: the Node goes by the termination flow; what is still to be made is not made, and a Node that
// nobody took over is deleted.
Task<Result<void>> KwokCloud::terminate(std::string providerID) {
  std::string name(name_in(providerID));
  pending_.erase(name);
  auto found = nodes_.find(name);
  bool is_left = found != nodes_.end() && !found->second.terminating;
  if (is_left) {
    Result<void> removed = co_await kube_.remove({model::Kind::Node, "", name}, {}, std::nullopt);
    bool is_gone = removed || removed.error().code == Code::not_found;
    if (!is_gone) co_return removed;
  }
  co_return no_such_node(providerID);
}

Task<Result<ports::Instance>> KwokCloud::describe(std::string providerID) {
  std::string name(name_in(providerID));
  auto pending = pending_.find(name);
  if (pending != pending_.end()) co_return pending->second;
  auto found = nodes_.find(name);
  bool is_there = found != nodes_.end() && !found->second.terminating;
  if (!is_there) co_return no_such_node(providerID);
  co_return found->second;
}

Task<Result<std::vector<ports::Instance>>> KwokCloud::list() {
  if (!knows_nodes_) co_return base::fail(Code::unavailable, "the Nodes are not known yet");
  std::vector<ports::Instance> instances;
  for (const auto& [name, instance] : nodes_)
    instances.push_back(instance);
  for (const auto& [name, instance] : pending_)
    instances.push_back(instance);
  co_return instances;
}

}  // namespace kwok
