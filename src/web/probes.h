// The health and readiness probes of a replica (LIF-291): /healthz answers while the process serves;
// /readyz needs every check. `?verbose` lists the checks, `?exclude=<name>` leaves one out, /readyz/<name>
// asks one.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "net/server.h"

namespace web {

class Probes {
 public:
  // A check of /readyz. Names are unique.
  void add(std::string name, std::function<bool()> passes);

  net::Response handle(const net::Request& request) const;

 private:
  std::vector<std::pair<std::string, std::function<bool()>>> checks_;
};

}  // namespace web
