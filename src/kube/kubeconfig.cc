#include "kube/kubeconfig.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "base/base64.h"
#include "base/json.h"
#include "base/yaml.h"

namespace kube {
namespace {

using base::Result;

constexpr std::string_view kAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount/";

std::string text_of(const base::Json& value, std::string_view key) {
  return std::string(base::string_at(value, {key}));
}

// The entry of a list of {name, <what>} by its name; nullptr if there is none.
const base::Json* find_entry(const base::Json& config, std::string_view list, std::string_view name,
                             std::string_view what) {
  const base::Json* entries = base::find_path(config, {list});
  if (entries == nullptr || !entries->is_array()) return nullptr;
  for (const base::Json& entry : entries->as_array()) {
    if (base::string_at(entry, {"name"}) == name) return base::find_path(entry, {what});
  }
  return nullptr;
}

bool is_true(const base::Json& value, std::string_view key) {
  const base::Json* member = base::find_path(value, {key});
  return member != nullptr && member->is_bool() && member->as_bool();
}

// Reads entries of one kubeconfig; the first error is kept.
class Reader {
 public:
  Reader(const std::string& path, const Surroundings& surroundings)
      : path_(path), surroundings_(surroundings) {}

  std::string resolve(const std::string& file) const {
    std::filesystem::path folder = std::filesystem::path(path_).parent_path();
    return file.empty() ? file : (folder / file).lexically_normal().string();
  }

  // PEM text that stands in the file itself (base64, key "<key>-data") or in a file of its own.
  std::string pem(const base::Json& entry, const std::string& key) {
    std::string data = text_of(entry, key + "-data");
    if (!data.empty()) {
      Result<std::string> decoded = base::from_base64(data);
      if (decoded) return std::move(*decoded);
      fail(fmt::format("{}-data: {}", key, decoded.error().message));
      return {};
    }
    std::string file = resolve(text_of(entry, key));
    if (file.empty()) return {};
    Result<std::string> text = surroundings_.read_file(file);
    if (text) return std::move(*text);
    fail(fmt::format("{}: {}", key, text.error().message));
    return {};
  }

  void fail(const std::string& what) {
    if (!error_) error_ = base::Error{base::Code::invalid, fmt::format("{}: {}", path_, what)};
  }

  const std::optional<base::Error>& error() const { return error_; }

 private:
  const std::string& path_;
  const Surroundings& surroundings_;
  std::optional<base::Error> error_;
};

ExecPlugin read_exec(const base::Json& exec, Reader& reader) {
  ExecPlugin plugin;
  plugin.apiVersion = text_of(exec, "apiVersion");
  plugin.command = text_of(exec, "command");
  plugin.installHint = text_of(exec, "installHint");
  plugin.provideClusterInfo = is_true(exec, "provideClusterInfo");
  if (plugin.command.empty()) reader.fail("users: exec has no command");
  if (plugin.command.contains('/')) plugin.command = reader.resolve(plugin.command);
  if (const base::Json* args = base::find_path(exec, {"args"}); args && args->is_array()) {
    for (const base::Json& argument : args->as_array())
      plugin.args.emplace_back(argument.is_string() ? std::string(argument.as_string())
                                                    : base::print_json(argument));
  }
  if (const base::Json* env = base::find_path(exec, {"env"}); env && env->is_array()) {
    for (const base::Json& variable : env->as_array())
      plugin.env.emplace_back(text_of(variable, "name"), text_of(variable, "value"));
  }
  if (text_of(exec, "interactiveMode") == "Always") {
    reader.fail(
        "users: exec has interactiveMode Always, but nobody sits at this program's terminal");
  }
  return plugin;
}

void read_user(const base::Json& user, Reader& reader, Connection& connection) {
  connection.http.certificate_pem = reader.pem(user, "client-certificate");
  connection.http.key_pem = reader.pem(user, "client-key");
  Identity& identity = connection.identity;
  identity.token = text_of(user, "token");
  identity.token_file = reader.resolve(text_of(user, "tokenFile"));
  identity.username = text_of(user, "username");
  identity.password = text_of(user, "password");
  if (const base::Json* exec = base::find_path(user, {"exec"}); exec && exec->is_object()) {
    identity.exec = read_exec(*exec, reader);
  }
  if (base::find_path(user, {"auth-provider"}) != nullptr) {
    reader.fail("users: auth-provider is not supported (Kubernetes dropped it); use exec");
  }
  bool half = connection.http.certificate_pem.empty() != connection.http.key_pem.empty();
  if (half) reader.fail("users: client-certificate and client-key belong together");
}

Result<Connection> in_cluster(const std::string& host, const Surroundings& surroundings) {
  auto file = [&](std::string_view name) {
    return std::string(kAccountFolder) + std::string(name);
  };
  Result<std::string> authority = surroundings.read_file(file("ca.crt"));
  if (!authority) return std::unexpected(authority.error());
  Result<std::string> name_space = surroundings.read_file(file("namespace"));
  Connection connection;
  std::string port = surroundings.environment("KUBERNETES_SERVICE_PORT").value_or("443");
  bool is_ip6 = host.contains(':');
  connection.server = fmt::format("https://{}:{}", is_ip6 ? "[" + host + "]" : host, port);
  connection.http.ca_pem = std::move(*authority);
  connection.identity.token_file = file("token");
  connection.namespace_ = name_space.value_or("");
  connection.is_in_cluster = true;
  return connection;
}

}  // namespace

Surroundings surroundings_with(
    std::function<std::optional<std::string>(std::string_view name)> environment) {
  Surroundings surroundings;
  surroundings.environment = std::move(environment);
  surroundings.read_file = [](const std::string& path) -> Result<std::string> {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    if (file) text << file.rdbuf();
    if (!file || file.bad()) {
      std::string why = std::generic_category().message(errno);
      return base::fail(base::Code::not_found, fmt::format("cannot read {}: {}", path, why));
    }
    return std::move(text).str();
  };
  return surroundings;
}

Result<Connection> read_kubeconfig(std::string_view text, const std::string& path,
                                   const Surroundings& surroundings) {
  Reader reader(path, surroundings);
  Result<std::vector<base::YamlDocument>> documents = base::read_yaml(text);
  if (!documents) return base::invalid(fmt::format("{}: {}", path, documents.error().message));
  if (documents->size() != 1) {
    return base::invalid(fmt::format("{}: expected one document, a kubeconfig", path));
  }
  const base::Json& config = documents->front().value;
  std::string context_name = text_of(config, "current-context");
  if (context_name.empty()) {
    return base::invalid(fmt::format("{}: current-context is not set", path));
  }
  const base::Json* context = find_entry(config, "contexts", context_name, "context");
  if (context == nullptr) {
    return base::invalid(fmt::format("{}: there is no context \"{}\"", path, context_name));
  }
  std::string cluster_name = text_of(*context, "cluster");
  const base::Json* cluster = find_entry(config, "clusters", cluster_name, "cluster");
  if (cluster == nullptr) {
    return base::invalid(fmt::format("{}: there is no cluster \"{}\"", path, cluster_name));
  }
  Connection connection;
  connection.namespace_ = text_of(*context, "namespace");
  connection.server = text_of(*cluster, "server");
  while (connection.server.ends_with('/'))
    connection.server.pop_back();
  if (!connection.server.starts_with("http")) {
    reader.fail(fmt::format("cluster \"{}\": server \"{}\" is no http or https URL", cluster_name,
                            connection.server));
  }
  connection.http.ca_pem = reader.pem(*cluster, "certificate-authority");
  connection.http.verify = !is_true(*cluster, "insecure-skip-tls-verify");
  connection.http.server_name = text_of(*cluster, "tls-server-name");
  connection.http.proxy = text_of(*cluster, "proxy-url");
  std::string user_name = text_of(*context, "user");
  const base::Json* user = find_entry(config, "users", user_name, "user");
  if (user != nullptr && user->is_object()) {
    read_user(*user, reader, connection);
  } else if (user == nullptr && !user_name.empty()) {
    reader.fail(fmt::format("there is no user \"{}\"", user_name));
  }
  if (reader.error()) return std::unexpected(*reader.error());
  return connection;
}

Result<Connection> find_connection(const Surroundings& surroundings) {
  std::optional<std::string> path = surroundings.environment("KUBECONFIG");
  std::optional<std::string> host = surroundings.environment("KUBERNETES_SERVICE_HOST");
  if (!path && host) return in_cluster(*host, surroundings);
  if (!path) path = surroundings.environment("HOME").value_or("") + "/.kube/config";
  Result<std::string> text = surroundings.read_file(*path);
  if (!text) {
    return base::fail(
        base::Code::not_found,
        fmt::format(
            "no cluster to work on: {}. Set KUBECONFIG, or run in a pod with a service account",
            text.error().message));
  }
  return read_kubeconfig(*text, *path, surroundings);
}

}  // namespace kube
