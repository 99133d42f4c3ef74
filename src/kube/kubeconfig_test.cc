#include "kube/kubeconfig.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

namespace kube {
namespace {

using base::Result;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

struct Outside {
  std::map<std::string, std::string, std::less<>> variables;
  std::map<std::string, std::string> files;

  Surroundings surroundings() const {
    Surroundings result;
    result.environment = [this](std::string_view name) -> std::optional<std::string> {
      auto found = variables.find(name);
      if (found == variables.end()) return std::nullopt;
      return found->second;
    };
    result.read_file = [this](const std::string& path) -> Result<std::string> {
      auto found = files.find(path);
      if (found == files.end()) return base::fail(base::Code::not_found, "cannot read " + path);
      return found->second;
    };
    return result;
  }
};

constexpr const char* kConfig = R"(
apiVersion: v1
kind: Config
current-context: work
contexts:
- name: work
  context: {cluster: east, user: me, namespace: team}
clusters:
- name: east
  cluster:
    server: https://10.0.0.1:6443/
    certificate-authority: pki/ca.crt
    tls-server-name: kubernetes
    proxy-url: http://proxy:3128
users:
- name: me
  user:
    client-certificate-data: Y2VydA==
    client-key-data: a2V5
)";

TEST(Kubeconfig, names_the_server_and_who_we_are) {
  Outside outside;
  outside.files["/home/me/.kube/pki/ca.crt"] = "CA";
  Result<Connection> read =
      read_kubeconfig(kConfig, "/home/me/.kube/config", outside.surroundings());
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->server, "https://10.0.0.1:6443");
  EXPECT_EQ(read->namespace_, "team");
  EXPECT_EQ(read->http.ca_pem, "CA");
  EXPECT_EQ(read->http.server_name, "kubernetes");
  EXPECT_EQ(read->http.proxy, "http://proxy:3128");
  EXPECT_EQ(read->http.certificate_pem, "cert");
  EXPECT_EQ(read->http.key_pem, "key");
  EXPECT_TRUE(read->http.verify);
}

TEST(Kubeconfig, an_exec_plugin_keeps_its_arguments_and_environment) {
  std::string text = R"(
current-context: a
contexts: [{name: a, context: {cluster: a, user: a}}]
clusters: [{name: a, cluster: {server: "http://x", insecure-skip-tls-verify: true}}]
users:
- name: a
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      command: ./token
      args: [get, "7"]
      env: [{name: PROFILE, value: dev}]
      installHint: get it from your platform team
      provideClusterInfo: true
      interactiveMode: Never
)";
  Result<Connection> read = read_kubeconfig(text, "/etc/kube/config", Outside().surroundings());
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_FALSE(read->http.verify);
  const ExecPlugin& plugin = read->identity.exec.value();
  EXPECT_EQ(plugin.command, "/etc/kube/token");
  EXPECT_THAT(plugin.args, ElementsAre("get", "7"));
  EXPECT_THAT(plugin.env, ElementsAre(Pair("PROFILE", "dev")));
  EXPECT_TRUE(plugin.provideClusterInfo);
}

TEST(Kubeconfig, what_is_wrong_is_named_with_its_file) {
  Outside outside;
  auto error = [&](const std::string& text) {
    Result<Connection> read = read_kubeconfig(text, "config", outside.surroundings());
    return read ? "no error" : read.error().message;
  };
  EXPECT_THAT(error("a: [\n"), HasSubstr("config: "));
  EXPECT_EQ(error("kind: Config\n"), "config: current-context is not set");
  EXPECT_EQ(error("current-context: a\n"), "config: there is no context \"a\"");
  EXPECT_EQ(error("current-context: a\ncontexts: [{name: a, context: {cluster: b}}]\n"),
            "config: there is no cluster \"b\"");
  std::string context =
      "current-context: a\ncontexts: [{name: a, context: {cluster: b, user: c}}]\n";
  std::string cluster = context + "clusters: [{name: b, cluster: {server: \"http://x\"}}]\n";
  EXPECT_EQ(error(cluster), "config: there is no user \"c\"");
  EXPECT_THAT(error(cluster + "users: [{name: c, user: {auth-provider: {name: gcp}}}]\n"),
              HasSubstr("auth-provider is not supported"));
  EXPECT_THAT(error(cluster + "users: [{name: c, user: {client-certificate-data: Y2VydA==}}]\n"),
              HasSubstr("belong together"));
  EXPECT_THAT(error(cluster + "users: [{name: c, user: {client-key-data: '!'}}]\n"),
              HasSubstr("client-key-data: this is not base64"));
}

TEST(Connection, LIF_284_kubeconfig_before_service_account_before_home) {
  Outside outside;
  outside.variables = {{"HOME", "/home/me"}};
  outside.files["/home/me/.kube/pki/ca.crt"] = "CA";
  outside.files["/home/me/.kube/config"] = kConfig;
  EXPECT_EQ(find_connection(outside.surroundings())->server, "https://10.0.0.1:6443");

  outside.variables["KUBERNETES_SERVICE_HOST"] = "fd00::1";
  outside.variables["KUBERNETES_SERVICE_PORT"] = "443";
  std::string account = "/var/run/secrets/kubernetes.io/serviceaccount/";
  outside.files[account + "ca.crt"] = "CA";
  outside.files[account + "namespace"] = "karpenter";
  Result<Connection> inside = find_connection(outside.surroundings());
  EXPECT_EQ(inside->server, "https://[fd00::1]:443");
  EXPECT_EQ(inside->namespace_, "karpenter");
  EXPECT_EQ(inside->identity.token_file, account + "token");

  outside.variables["KUBECONFIG"] = "/tmp/none";
  Result<Connection> none = find_connection(outside.surroundings());
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message, HasSubstr("/tmp/none"));
}

}  // namespace
}  // namespace kube
