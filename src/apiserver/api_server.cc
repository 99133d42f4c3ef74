#include "apiserver/api_server.h"

#include <fmt/format.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <system_error>
#include <utility>

namespace apiserver {

namespace {

// The first line of the kubeconfigs that are written here, by which they are known again.
constexpr std::string_view kKubeconfigMark = "# Written by joiner demo, which may write it anew.";

bool is_somebody_elses(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::exists(std::filesystem::symlink_status(path, error))) return false;
  std::ifstream file(path);
  std::string first_line;
  std::getline(file, first_line);
  return first_line != kKubeconfigMark;
}

}  // namespace

ApiServer::ApiServer(boost::asio::io_context& context, sim::Store& store, const ports::Clock& clock,
                     const net::ServerLimits& limits)
    : api_(store, [&clock] { return clock.now(); }),
      server_(
          context, [this](const net::Request& request) { return api_.handle(request); }, limits) {}

base::Result<int> ApiServer::listen(int port) {
  if (port < 0 || port > std::numeric_limits<std::uint16_t>::max()) {
    return base::invalid(fmt::format("port {}: expected 0 to 65535", port));
  }
  return server_.listen(static_cast<std::uint16_t>(port));
}

std::string kubeconfig(int port) {
  return fmt::format(R"({}
apiVersion: v1
kind: Config
current-context: joiner-demo
clusters:
- name: joiner-demo
  cluster:
    server: http://127.0.0.1:{}
contexts:
- name: joiner-demo
  context:
    cluster: joiner-demo
    namespace: default
    user: joiner-demo
users:
- name: joiner-demo
  user: {{}}
)",
                     kKubeconfigMark, port);
}

base::Result<void> write_kubeconfig(const std::string& path, int port) {
  std::error_code error;
  std::filesystem::path target(path);
  if (is_somebody_elses(target)) {
    return base::invalid(fmt::format(
        "{} exists and was not written by joiner demo: it stays as it is; name another file",
        path));
  }
  if (target.has_parent_path()) std::filesystem::create_directories(target.parent_path(), error);
  std::filesystem::path draft = target;
  draft += ".new";
  std::ofstream file(draft, std::ios::trunc);
  file << kubeconfig(port);
  file.close();
  if (file) std::filesystem::rename(draft, target, error);
  if (file && !error) return {};
  std::string why = error ? error.message() : "it cannot be written";
  std::filesystem::remove(draft, error);
  return base::fail(base::Code::internal, fmt::format("{}: {}", path, why));
}

}  // namespace apiserver
