#include "control_plane/real_cluster.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

namespace control_plane {
namespace {

using support::Process;

constexpr std::chrono::milliseconds kLookEvery{200};

constexpr std::string_view kClass = R"(apiVersion: karpenter.kwok.sh/v1alpha1
kind: KWOKNodeClass
metadata: {name: default}
)";

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;)
    words.push_back(word);
  return words;
}

std::string server_of(const std::string& kubeconfig) {
  std::ifstream file(kubeconfig);
  for (std::string word; file >> word;) {
    if (word == "server:" && file >> word) return word;
  }
  return "";
}

}  // namespace

RealCluster& RealCluster::get() {
  static RealCluster cluster;
  return cluster;
}

RealCluster::RealCluster() {
  std::string data = folder_.path() / "data";
  std::filesystem::create_directories(data);
  const char* home = std::getenv("HOME");
  const char* path = std::getenv("PATH");
  const char* assets = std::getenv("KUBEBUILDER_ASSETS");
  process_ = std::make_unique<Process>(
      std::vector<std::string>{"/usr/bin/python3", "tools/control_plane", data, "--kwok"},
      std::vector<std::string>{
          fmt::format("HOME={}", home == nullptr ? "/" : home),
          fmt::format("PATH={}", path == nullptr ? "/usr/bin:/bin" : path),
          fmt::format("KUBEBUILDER_ASSETS={}", assets == nullptr ? "" : assets)});
  bool is_ready = process_->wait_for("ready ", std::chrono::minutes(3));
  EXPECT_TRUE(is_ready) << process_->output();
  kubectl_.set_kubeconfig(data + "/admin.kubeconfig");
  permit();
}

// CRDs, RBAC, and a kubeconfig with a token of the service account.
void RealCluster::permit() {
  std::unique_ptr<Process> crds = support::start_joiner({"crds"}, folder_.path());
  EXPECT_EQ(crds->finish(), 0) << crds->output();
  kubectl_.ok({"apply", "--server-side", "-f", kubectl_.file("crds.yaml", crds->output())});
  kubectl_.ok("wait --for=condition=Established crd --all --timeout=60s");
  kubectl_.ok("apply -f deploy/rbac.yaml");
  std::string token = kubectl_.ok("-n kube-system create token karpenter --duration=24h");
  while (!token.empty() && token.back() == '\n')
    token.pop_back();
  std::string data = folder_.path() / "data";
  token_kubeconfig_ = kubectl_.file(
      "joiner.kubeconfig", fmt::format(R"(apiVersion: v1
kind: Config
current-context: joiner
clusters:
- name: joiner
  cluster: {{server: "{}", certificate-authority: "{}/certificates/ca.pem"}}
contexts:
- name: joiner
  context: {{cluster: joiner, user: joiner}}
users:
- name: joiner
  user: {{token: {}}}
)",
                                       server_of(data + "/admin.kubeconfig"), data, token));
}

Joiner::Joiner(RealCluster& cluster, const std::vector<std::string>& more) {
  const char* program = std::getenv("JOINER_PROGRAM");
  std::vector<std::string> line = {program == nullptr ? "joiner" : program,
                                   "controller",
                                   "--provider=kwok",
                                   "--metrics-port=0",
                                   "--health-probe-port=0",
                                   "--leader-election-namespace=kube-system",
                                   "--log-level=debug"};
  line.insert(line.end(), more.begin(), more.end());
  process_ = std::make_unique<Process>(
      line, std::vector<std::string>{"KUBECONFIG=" + cluster.token_kubeconfig(),
                                     "TMPDIR=" + cluster.folder().string(), "PATH=/usr/bin:/bin"});
}

bool Joiner::leads() { return process_->wait_for("became leader", kPatience); }

void Joiner::stop() {
  process_->signal(SIGTERM);
  EXPECT_EQ(process_->finish(std::chrono::seconds(35)), 0) << process_->output();
}

bool until(const std::function<bool()>& holds, std::chrono::seconds patience) {
  auto deadline = std::chrono::steady_clock::now() + patience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(kLookEvery);
  }
  return true;
}

void OnRealCluster::SetUp() {
  apply(kClass);
  joiner = std::make_unique<Joiner>(cluster);
  ASSERT_TRUE(joiner->leads()) << joiner->process().output();
}

void OnRealCluster::TearDown() {
  for (const char* what :
       {"deployments,daemonsets,poddisruptionbudgets,persistentvolumeclaims,pods", "nodepools",
        "nodeclaims", "nodes", "persistentvolumes,storageclasses", "kwoknodeclasses"}) {
    EXPECT_EQ(
        cluster.kubectl()(fmt::format("delete {} --all --wait=true --timeout=60s", what)).code, 0)
        << what;
  }
  joiner->stop();
  if (HasFailure()) {
    std::string said = joiner->process().output();
    constexpr std::size_t kShown = 20000;
    ADD_FAILURE() << (said.size() > kShown ? said.substr(said.size() - kShown) : said);
  }
}

void OnRealCluster::apply(std::string_view manifests) {
  cluster.kubectl().ok({"apply", "-f", cluster.kubectl().file("manifest.yaml", manifests)});
}

void OnRealCluster::pool(std::string_view spec_more, std::string_view template_spec_more) {
  apply(fmt::format(R"(apiVersion: karpenter.sh/v1
kind: NodePool
metadata: {{name: default}}
spec:
  {}
  template:
    spec:
      {}
      nodeClassRef: {{group: karpenter.kwok.sh, kind: KWOKNodeClass, name: default}}
      requirements:
      - {{key: karpenter.sh/capacity-type, operator: In, values: [on-demand]}}
      - {{key: kubernetes.io/os, operator: In, values: [linux]}}
)",
                    spec_more, template_spec_more));
}

void OnRealCluster::deployment(std::string_view name, int replicas,
                               std::string_view pod_spec_more) {
  apply(fmt::format(R"(apiVersion: apps/v1
kind: Deployment
metadata: {{name: {0}}}
spec:
  replicas: {1}
  selector: {{matchLabels: {{app: {0}}}}}
  template:
    metadata: {{labels: {{app: {0}}}}}
    spec:
      terminationGracePeriodSeconds: 0
      {2}
      containers:
      - {{name: main, image: pause, resources: {{requests: {{cpu: "1", memory: 256Mi}}}}}}
)",
                    name, replicas, pod_spec_more));
}

std::vector<std::string> OnRealCluster::values(std::string_view what, std::string_view path) {
  std::vector<std::string> arguments{"get"};
  for (std::string& word : words_of(std::string(what)))
    arguments.push_back(std::move(word));
  arguments.push_back("-o");
  arguments.push_back(fmt::format("jsonpath={{range .items[*]}}{{{}}}{{\"\\n\"}}{{end}}", path));
  return words_of(cluster.kubectl().run(arguments).output);
}

bool OnRealCluster::is_available(std::string_view name) {
  support::Ran ran = cluster.kubectl()(
      fmt::format("wait --for=condition=Available deployment/{} --timeout=55s", name));
  return ran.code == 0 &&
         are_running(
             fmt::format("app={}", name),
             std::stoul(ok(fmt::format("get deployment {} -o jsonpath={{.spec.replicas}}", name))));
}

bool OnRealCluster::are_running(std::string_view label, std::size_t number) {
  return until([&] {
    std::size_t running = 0;
    for (const std::string& phase : values(fmt::format("pods -l {}", label), ".status.phase"))
      running += phase == "Running" ? 1 : 0;
    return running == number;
  });
}

}  // namespace control_plane
