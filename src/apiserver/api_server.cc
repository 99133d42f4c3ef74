#include "apiserver/api_server.h"

#include <fmt/format.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <system_error>
#include <utility>

namespace apiserver {

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
  return fmt::format(R"(apiVersion: v1
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
                     port);
}

base::Result<void> write_kubeconfig(const std::string& path, int port) {
  std::error_code error;
  std::filesystem::path target(path);
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
