// A walk: what a person does with kubectl, step by step, and what is awaited in between. Each step
// is told as the command that would do it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "app/embedded.h"
#include "app/teller.h"
#include "model/node.h"
#include "ports/task.h"

namespace app {

// A walk that cannot go on: what was awaited did not come, or a step was refused.
class WalkFailed : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Walk {
 public:
  Walk(Embedded& embedded, Teller& teller) : embedded_(embedded), teller_(teller) {}

  void chapter(std::string text) { teller_.tell("chapter", std::move(text)); }
  void note(std::string text) { teller_.tell("note", std::move(text)); }
  void result(std::string text) { teller_.tell("result", std::move(text)); }
  Teller& teller() { return teller_; }
  base::Time now() const { return embedded_.clock().now(); }

  // Waits until it holds; fails if that takes longer.
  ports::Task<> until(std::string what, std::function<bool()> holds, base::Duration at_most);
  ports::Task<> wait(base::Duration duration);

  // Tells the command, then does what kubectl would. A refusal fails the walk.
  void apply(std::string command, std::string_view manifest);
  // The refusal's text; fails the walk if the manifest is taken.
  std::string apply_in_vain(std::string command, std::string_view manifest);
  // A deployment of `replicas` pods that ask for cpu and, as node selector, for labels.
  void deploy(std::string_view name, int replicas, std::string_view cpu,
              const model::Labels& node_selector = {});
  void create_deployment(std::string_view name, std::string_view image);
  void set_cpu_request(std::string_view deployment, std::string_view cpu);
  void scale(std::string_view deployment, int replicas);
  void remove_deployment(std::string_view deployment);

  // Pods of a deployment that are in a phase, bound ones only if asked for.
  int pods(std::string_view deployment, std::string_view phase) const;
  int pods(std::string_view deployment) const;
  int unschedulable_pods(std::string_view deployment) const;
  bool is_rolled_out(std::string_view deployment) const;
  // Waits until the deployment runs as it was asked for, and tells on which machines.
  ports::Task<> rolled_out(std::string deployment);
  int managed_nodes() const;
  // Nodes that pods of a deployment are bound to, by name.
  std::vector<std::shared_ptr<const model::Node>> nodes_of(std::string_view deployment) const;
  // What the controller's event on a pod of the deployment says of why it stays pending, or "".
  std::string refusal_of(std::string_view deployment) const;
  // "m5.large (amd64, spot) in us-east-1a", each once.
  std::string machines_of(std::string_view deployment) const;
  // Fails the walk unless every node that the deployment runs on has one of the values.
  void expect_nodes(std::string_view deployment, std::string_view label,
                    const std::vector<std::string>& values) const;
  // Takes the machine of a node back, with two minutes' notice.
  void interrupt(const model::Node& node);
  std::vector<std::string> claim_names() const;
  int claims() const { return static_cast<int>(claim_names().size()); }

 private:
  const sim::Resource& deployments() const;
  base::Result<void> apply_all(std::string_view manifest);

  Embedded& embedded_;
  Teller& teller_;
};

// Document 000: one NodePool for amd64 and arm64, for spot and on-demand; a spot machine that is taken back.
ports::Task<> walk_000(Walk& walk);

// Document 001: what requirements mean; empty machines go after 60 s, all of them after a week.
ports::Task<> walk_001(Walk& walk);

// Document 003: one node with room for one pod; ten replicas, then none.
ports::Task<> walk_003(Walk& walk);

// Document 002: three nodes with room for two replicas; five, one, five again until every node has
// been replaced by its age, then none.
ports::Task<> walk_002(Walk& walk);

}  // namespace app
