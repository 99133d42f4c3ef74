// A cloud without machines: an instance is a Node object, which the kwok controller brings to life
// (lifecycle.md section 14).
//
// A Node's name, and so its provider ID, derives from its claim's UID alone. A launch that is asked for again,
// by this process or by the next one, therefore means the same Node; and a Node that was decided on but not
// made when the process ended is made when the next one sees its claim (LIF-438; docs/deviations.md).
//
// Among equal prices the type first by name wins, then the zone, then the capacity type.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "model/instance_type.h"
#include "model/node.h"
#include "ports/clock.h"
#include "ports/cloud.h"
#include "ports/kube.h"

namespace kwok {

// The Node that stands for a claim's machine: "kwok-<claim>-<16 hex digits>".
std::string node_name(const model::NodeClaim& claim);
std::string provider_id(const std::string& node_name);  // "kwok://<node name>"

// What a claim gets: LIF-435. Code::no_capacity if no type has a compatible offering, Code::invalid if
// the claim names no instance type or one that does not exist (LIF-434).
struct Choice {
  std::shared_ptr<const model::InstanceType> type;
  const model::Offering* offering = nullptr;
};
base::Result<Choice> choose(const model::InstanceTypes& types, const model::NodeClaim& claim);

// LIF-438, LIF-439
model::Node node_for(const model::NodeClaim& claim, const Choice& choice);

class KwokCloud final : public ports::Cloud {
 public:
  // `report` hears of a Node that could not be made (LIF-437). Requires: kube and clock outlive this, and
  // this the event loop's last step.
  KwokCloud(boost::asio::any_io_executor executor, ports::Kube& kube, ports::Clock& clock,
            model::InstanceTypes types, std::function<void(const std::string&)> report);

  // Begins to watch Nodes and NodeClaims; Nodes that were decided on earlier and do not exist are made.
  void start();

  ports::Task<base::Result<model::InstanceTypes>> instance_types(
      const model::NodePool& pool) override;
  ports::Task<base::Result<ports::Launched>> launch(const model::NodeClaim& claim) override;
  ports::Task<base::Result<void>> terminate(std::string providerID) override;
  ports::Task<base::Result<ports::Instance>> describe(std::string providerID) override;
  ports::Task<base::Result<std::vector<ports::Instance>>> list() override;
  void overlay_types(const std::string& nodepool, const model::InstanceTypes& types) override {
    overlaid_[nodepool] = types;
  }

 private:
  const model::InstanceTypes& types_for(const model::NodeClaim& claim) const;
  void see_node(const ports::Change& change);
  void see_claim(const ports::Change& change);
  void make_later(model::Node node, base::Duration delay);
  ports::Task<> make(model::Node node, base::Duration delay);
  ports::Task<base::Result<base::Duration>> class_delay(const model::NodeClaim& claim);

  boost::asio::any_io_executor executor_;
  ports::Kube& kube_;
  ports::Clock& clock_;
  model::InstanceTypes types_;
  std::map<std::string, model::InstanceTypes> overlaid_;  // by NodePool
  std::function<void(const std::string&)> report_;
  std::map<std::string, ports::Instance> nodes_;    // those of ours that exist, by name
  std::map<std::string, ports::Instance> pending_;  // those that are about to be made
  std::map<std::string, model::Object> unseen_;     // claims that wait for the Nodes to be known
  bool knows_nodes_ = false;
};

}  // namespace kwok
