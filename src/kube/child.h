// A program that is run for its output, without blocking the event loop.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace kube {

struct ChildCommand {
  std::string command;  // looked for on PATH if it has no slash
  std::vector<std::string> args;
  std::vector<std::pair<std::string, std::string>> env;  // beside and before our own
  std::chrono::seconds timeout{60};
  std::size_t output_bytes = 1 << 20;
};

// What it printed. Its error output goes to ours. Errors: it cannot be started, ends with another code
// than 0, prints too much, or takes too long (it is killed then).
boost::asio::awaitable<base::Result<std::string>> run_child(boost::asio::any_io_executor executor,
                                                            ChildCommand command);

}  // namespace kube
