// A real control plane for tests: etcd, kube-apiserver, kube-scheduler, kube-controller-manager and the kwok
// controller on loopback (tools/control_plane), started once for all tests of the program; and `joiner
// controller --provider kwok` on it, under the service account of deploy/rbac.yaml.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "support/demo.h"
#include "support/kubectl.h"
#include "support/process.h"

namespace control_plane {

// Long enough for a loaded machine; what is waited for comes within seconds.
inline constexpr std::chrono::seconds kPatience{90};

class RealCluster {
 public:
  // The one of this process; it is started at the first call, with CRDs and permissions applied.
  static RealCluster& get();

  const support::Kubectl& kubectl() const { return kubectl_; }
  const std::string& token_kubeconfig() const { return token_kubeconfig_; }
  const std::filesystem::path& folder() const { return folder_.path(); }
  support::Process& control_plane() { return *process_; }

 private:
  RealCluster();
  void permit();

  support::Folder folder_{"control-plane"};
  support::Kubectl kubectl_{"1.37", folder_.path() / "kubectl"};
  std::unique_ptr<support::Process> process_;
  std::string token_kubeconfig_;
};

// One process of `joiner controller`.
class Joiner {
 public:
  // It listens on ports of its own; `more` are further flags.
  explicit Joiner(RealCluster& cluster, const std::vector<std::string>& more = {});

  support::Process& process() { return *process_; }
  bool leads();  // waits until it does
  void stop();   // SIGTERM; a failure of the test if the exit code is not 0

 private:
  std::unique_ptr<support::Process> process_;
};

// Looks until it holds; false when patience is over.
bool until(const std::function<bool()>& holds, std::chrono::seconds patience = kPatience);

// A clean cluster with a running controller for each test. What a test leaves is removed before the next.
class OnRealCluster : public ::testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  std::string ok(std::string_view arguments) { return cluster.kubectl().ok(arguments); }
  void apply(std::string_view manifests);
  void pool(std::string_view spec_more = "", std::string_view template_spec_more = "");
  // A Deployment whose pods ask for 1 cpu, with more of the pod's spec in one line of flow style each.
  void deployment(std::string_view name, int replicas, std::string_view pod_spec_more = "");

  // Values of a JSONPath over a list, split at blanks.
  std::vector<std::string> values(std::string_view what, std::string_view path);
  std::size_t count(std::string_view what) { return values(what, ".metadata.name").size(); }
  bool is_available(std::string_view deployment);  // waits
  bool are_running(std::string_view label, std::size_t number);

  RealCluster& cluster = RealCluster::get();
  std::unique_ptr<Joiner> joiner;
};

}  // namespace control_plane
