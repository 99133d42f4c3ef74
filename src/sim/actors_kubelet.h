// The kubelets of all machines, with what their cloud's node controller adds. A machine joins as a
// Node, becomes Ready when its instance does, runs the pods that are bound to it, and falls silent
// when the instance is gone.
//
// What happens to a pod:
//
//   state      when                                             next
//   (bound)    a moment after it was bound                      creating
//   creating   Node ready (or hostNetwork), images pulled       running
//   running    a program ended, and its restartPolicy says so   running, after a back-off
//   running    all programs ended for good                      Succeeded or Failed
//   any        deletion seen; containers end within the grace   gone from the API
//
// Containers do nothing: they are ready as soon as they run, and end quickly when asked. They end by
// themselves only if their command says so (actors_program.h), or if they belong to a Job: then
// after a while, and well. Init containers end at once. A program that ended is started again at
// once the first time, then after 10 s, doubled each time up to 5 minutes, unless it had run for 10
// minutes. An image is pulled once a machine.
//
// A machine whose instance is gone does nothing any more: 50 s later its Node is Unknown, 5 s after
// that the Node is deleted. Each Node has a CSINode with the driver of EBS volumes.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "model/pod.h"
#include "sim/actors_context.h"
#include "sim/actors_objects.h"
#include "sim/actors_queue.h"
#include "sim/sim_cloud.h"

namespace sim {

struct KubeletOptions {
  // How often the Leases of nodes are renewed. Not at all if unset: nothing in the simulated
  // cluster reads them, and over a week of virtual time they would be most of all writes.
  std::optional<base::Duration> lease_period;
  Latency sync{std::chrono::milliseconds(20), std::chrono::milliseconds(120)};
  Latency pull{std::chrono::milliseconds(900), std::chrono::milliseconds(2500)};
  Latency start{std::chrono::milliseconds(100), std::chrono::milliseconds(400)};
  Latency stop{std::chrono::milliseconds(200), std::chrono::milliseconds(1500)};
  Latency task{std::chrono::seconds(10), std::chrono::seconds(30)};  // a Job's unknown program
};

class Kubelet {
 public:
  Kubelet(const ActorContext& context, base::Random random, const KubeletOptions& options);

  // The machine of an instance creates its Node now. Does nothing if a Node has that name already.
  void join(const RunningInstance& instance);

  // The instance is gone. One that never joined is nobody's loss.
  void leave(const RunningInstance& instance);

  // A ready Node of static capacity, with no NodeClaim. labels: added to those that every Node has.
  void add_unmanaged_node(std::string_view name, std::shared_ptr<const model::InstanceType> type,
                          const model::Labels& labels = {});

 private:
  struct Machine {
    RunningInstance instance;
    std::map<std::string, base::Time> images;  // and when their pull ends
  };
  struct Worker {
    std::string uid;
    bool is_stopping = false;
  };

  void later(base::Time when, std::function<void()> action);
  void register_node(const RunningInstance& instance, const model::Labels& labels);
  void become_ready(const ObjectKey& node);
  void create_lease(const StoredPtr& node);
  void create_csi_node(const StoredPtr& node, const RunningInstance& instance);
  void renew_lease(const ObjectKey& node);
  void fall_silent(const ObjectKey& node, const std::string& providerID);

  void see_pod(const WatchEvent& event);
  // The pod if it is this very one, still meant to run, and its machine is there.
  StoredPtr live_pod(const ObjectKey& key, const std::string& uid) const;
  void create_containers(const ObjectKey& key, const std::string& uid);
  void pull_images(const ObjectKey& key, const std::string& uid);
  void run_containers(const ObjectKey& key, const std::string& uid);
  // The program of one container: when it is started for the nth time after 0, and when it ends.
  void run_program(const StoredPtr& pod, const model::Container& container, int failures);
  void end_program(const ObjectKey& key, const std::string& uid, const model::Container& container,
                   int exit_code, int failures);
  void restart(const ObjectKey& key, const std::string& uid, const model::Container& container,
               int failures);
  void stop(const StoredPtr& stored);
  std::string next_pod_ip();

  ActorContext context_;
  base::Random random_;
  KubeletOptions options_;
  std::map<std::string, Machine, std::less<>> machines_;  // by the name of their Node
  std::map<ObjectKey, Worker> workers_;                   // of pods
  std::uint32_t pod_addresses_ = 0;
  std::uint32_t unmanaged_nodes_ = 0;
  std::shared_ptr<void> alive_ = std::make_shared<int>();
  std::shared_ptr<void> watch_;
};

}  // namespace sim
