// The API of the simulated cluster on a port of this machine, and the kubeconfig that leads kubectl
// to it.
#pragma once

#include <string>

#include "apiserver/api.h"
#include "base/result.h"
#include "net/server.h"
#include "sim/store.h"

namespace apiserver {

class ApiServer {
 public:
  // The clock is the store's; requests are answered from the context's loop, which is the clock's.
  // Requires: store and clock outlive the server.
  ApiServer(boost::asio::io_context& context, sim::Store& store, const ports::Clock& clock,
            const net::ServerLimits& limits = {});

  // Port 0 means any that is free; returns the port. Code::invalid if it is no port,
  // Code::already_exists if it is in use.
  base::Result<int> listen(int port);

 private:
  Api api_;
  net::Server server_;
};

// A kubeconfig with one context, joiner-demo.
std::string kubeconfig(int port);

// Writes it to a file, which is made with its folder and replaced at once. Errors: a file that cannot be
// written, or that exists and was not written here (it might be the user's own kubeconfig).
base::Result<void> write_kubeconfig(const std::string& path, int port);

}  // namespace apiserver
