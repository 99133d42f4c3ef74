// Builders of Kubernetes objects for tests: what a test does not say has the value that the object
// would have in a small, healthy cluster on AWS. Everything was created at kStart; uids follow from
// the names ("uid-web-1"). A builder converts to the object or to a model::Object.
//
//   pod("default/web-1").cpu("1").on("node-1")
//   claim("default-a").launched("i-1").registered("node-a").initialized()
//   node("node-a").of("i-1").ready().registered().initialized()
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/time.h"
#include "model/cluster.h"
#include "model/instance_type.h"
#include "model/kinds.h"
#include "model/node.h"
#include "model/node_claim.h"
#include "model/node_class.h"
#include "model/node_pool.h"
#include "model/pdb.h"
#include "model/pod.h"
#include "model/workload.h"

namespace support {

// 2026-01-01T00:00:00Z, a Thursday.
inline constexpr base::Time kStart{std::chrono::seconds(1'767'225'600)};

// Aborts if the text is no quantity, duration or taint ("key=value:Effect").
base::Quantity quantity(std::string_view text);
model::NillableDuration nillable(std::string_view text);  // "30s", "Never"
model::Taint taint(std::string_view text);

// Adds the condition or puts it in place of the one of its type.
void set_condition(std::vector<model::Condition>& conditions, std::string_view type,
                   std::string_view status, base::Time since = kStart, std::string_view reason = "",
                   std::string_view message = "");

// What every builder can do. Self is the builder itself.
template <class Self, class T>
struct Builder {
  T object;

  operator T() const { return object; }                             // NOLINT: meant to be implicit
  operator model::Object() const { return model::Object(object); }  // NOLINT

  Self& self() { return static_cast<Self&>(*this); }
  Self& uid(std::string_view value) { return object.metadata.uid = value, self(); }
  Self& label(std::string_view key, std::string_view value) {
    return object.metadata.labels[std::string(key)] = value, self();
  }
  Self& annotation(std::string_view key, std::string_view value) {
    return object.metadata.annotations[std::string(key)] = value, self();
  }
  Self& finalizer(std::string_view name) {
    return object.metadata.finalizers.emplace_back(name), self();
  }
  Self& without_finalizers() { return object.metadata.finalizers.clear(), self(); }
  Self& created(base::Time when) { return object.metadata.creationTimestamp = when, self(); }
  Self& deleted(base::Time when = kStart) {
    return object.metadata.deletionTimestamp = when, self();
  }
  Self& owned_by(std::string_view api_version, std::string_view kind, std::string_view name) {
    model::OwnerReference owner;
    owner.apiVersion = api_version;
    owner.kind = kind;
    owner.name = name;
    owner.uid = "uid-" + std::string(name);
    owner.controller = true;
    return object.metadata.ownerReferences.push_back(owner), self();
  }
};

// A pod of a ReplicaSet-like owner, not yet scheduled.
struct PodBuilder : Builder<PodBuilder, model::Pod> {
  PodBuilder& cpu(std::string_view amount);
  PodBuilder& memory(std::string_view amount);
  PodBuilder& on(std::string_view node);  // bound and running
  PodBuilder& phase(std::string_view value);
  PodBuilder& unschedulable();  // as kube-scheduler marks it
  PodBuilder& priority_class(std::string_view name);
  PodBuilder& priority(std::int32_t value);
  PodBuilder& grace(std::int64_t seconds);
  PodBuilder& tolerates(std::string_view key, std::string_view effect = "");  // Exists
  PodBuilder& condition(std::string_view type, std::string_view status);
  PodBuilder& started(base::Time when);
  PodBuilder& of_daemon_set(std::string_view name);
  PodBuilder& of_stateful_set(std::string_view name);
  PodBuilder& of_node(std::string_view name);  // a mirror of a static pod
  PodBuilder& do_not_disrupt(std::string_view value = "true");
};
PodBuilder pod(std::string_view key);  // "namespace/name"

// A Node of the NodePool "default", joined but neither ready nor registered.
struct NodeBuilder : Builder<NodeBuilder, model::Node> {
  NodeBuilder& of(std::string_view provider_id);
  NodeBuilder& ready(std::string_view status = "True");
  NodeBuilder& registered();   // label and finalizer
  NodeBuilder& initialized();  // label
  NodeBuilder& tainted(std::string_view text);
  NodeBuilder& in_pool(std::string_view name);
  NodeBuilder& of_type(std::string_view type, std::string_view zone = "us-east-1a",
                       std::string_view capacity_type = "on-demand");
  NodeBuilder& resource(std::string_view name, std::string_view amount);  // both lists
  NodeBuilder& unmanaged();  // without any label of ours
};
NodeBuilder node(std::string_view name);

// A claim of the NodePool "default" with our finalizer, not yet launched.
struct ClaimBuilder : Builder<ClaimBuilder, model::NodeClaim> {
  ClaimBuilder& launched(std::string_view provider_id, base::Time since = kStart);
  ClaimBuilder& registered(std::string_view node, base::Time since = kStart);
  ClaimBuilder& initialized(base::Time since = kStart);
  ClaimBuilder& consolidatable(base::Time since = kStart);
  ClaimBuilder& condition(std::string_view type, std::string_view status, base::Time since = kStart,
                          std::string_view reason = "", std::string_view message = "");
  ClaimBuilder& in_pool(std::string_view name);
  ClaimBuilder& of_class(std::string_view group, std::string_view kind);
  ClaimBuilder& resource(std::string_view name, std::string_view amount);  // of the status
  ClaimBuilder& requests(std::string_view name, std::string_view amount);
  ClaimBuilder& taint(std::string_view text);
  ClaimBuilder& startup_taint(std::string_view text);
  ClaimBuilder& expires_after(std::string_view duration);
  ClaimBuilder& grace_period(std::string_view duration);
  ClaimBuilder& last_pod_event(base::Time when);
};
ClaimBuilder claim(std::string_view name);

// A NodePool as the API server stores it (defaults filled in), ready, of the class "default".
struct PoolBuilder : Builder<PoolBuilder, model::NodePool> {
  PoolBuilder& not_ready();
  PoolBuilder& limit(std::string_view resource, std::string_view amount);
  PoolBuilder& consolidate_after(std::string_view duration);
  PoolBuilder& no_budgets();
  PoolBuilder& budget(std::string_view nodes);  // puts it beside those that were given before
  PoolBuilder& budget(model::Budget budget);
  PoolBuilder& replicas(std::int64_t count);
  PoolBuilder& of_class(std::string_view group, std::string_view kind);
  PoolBuilder& condition(std::string_view type, std::string_view status);

 private:
  bool has_own_budgets_ = false;
};
PoolBuilder pool(std::string_view name);

struct ClassBuilder : Builder<ClassBuilder, model::EC2NodeClass> {
  ClassBuilder& ready(std::string_view status = "True", std::string_view reason = "Ready",
                      std::string_view message = "");
};
ClassBuilder node_class(std::string_view name);

// A budget that selects app=<its name>.
struct PdbBuilder : Builder<PdbBuilder, model::PodDisruptionBudget> {
  PdbBuilder& selects(std::string_view key, std::string_view value);
  PdbBuilder& selects_all();
  PdbBuilder& selects_nothing();
  PdbBuilder& allows(std::int32_t disruptions);
  PdbBuilder& max_unavailable(std::string_view text);
  PdbBuilder& min_available(std::string_view text);
  PdbBuilder& always_lets_unready_go();
};
PdbBuilder pdb(std::string_view key);

// An instance type of amd64 and linux with one on-demand offering per zone at the price.
std::shared_ptr<const model::InstanceType> instance_type(
    std::string_view name, std::string_view cpu, std::string_view memory,
    std::string_view price_dollars, std::vector<std::string> zones = {"us-east-1a"});

}  // namespace support
