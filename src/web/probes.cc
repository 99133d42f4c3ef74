#include "web/probes.h"

#include <fmt/format.h>

#include <algorithm>

namespace web {
namespace {

net::Response text(int status, std::string body) {
  return {status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::move(body)};
}

}  // namespace

void Probes::add(std::string name, std::function<bool()> passes) {
  checks_.emplace_back(std::move(name), std::move(passes));
}

net::Response Probes::handle(const net::Request& request) const {
  std::string_view path = request.path;
  if (path == "/healthz" || path == "/healthz/ping") return text(200, "ok");
  if (!path.starts_with("/readyz")) return text(404, "404 page not found\n");
  std::string_view asked = path.substr(std::string_view("/readyz").size());
  while (asked.starts_with('/'))
    asked.remove_prefix(1);
  std::string lines;
  bool is_ready = true;
  bool is_known = asked.empty();
  for (const auto& [name, passes] : checks_) {
    auto excludes = [&](const auto& parameter) {
      return parameter.first == "exclude" && parameter.second == name;
    };
    if (!asked.empty() && asked != name) continue;
    is_known = true;
    if (std::ranges::any_of(request.query, excludes)) {
      lines += fmt::format("[+]{} excluded: ok\n", name);
      continue;
    }
    bool is_good = passes();
    is_ready &= is_good;
    lines += is_good ? fmt::format("[+]{} ok\n", name)
                     : fmt::format("[-]{} failed: reason withheld\n", name);
  }
  if (!is_known) return text(404, "404 page not found\n");
  if (!is_ready) return text(500, lines + "readyz check failed\n");
  if (request.parameter("verbose")) return text(200, lines + "readyz check passed\n");
  return text(200, "ok");
}

}  // namespace web
