// Requests to one API server, with who we are, how many a second, and what its refusals mean.
//
// An answer of 429 or 503 that names a time (Retry-After) is waited for and asked again, as kubectl does, up to
// ten times; a 401 is tried once more with fresh credentials. Everything else is the caller's to decide.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "kube/credentials.h"
#include "kube/kubeconfig.h"
#include "kube/limiter.h"
#include "net/client.h"
#include "ports/clock.h"
#include "ports/task.h"

namespace kube {

struct ApiRequest {
  std::string method = "GET";
  std::string path;  // "/api/v1/nodes"
  net::Fields query;
  base::Json body;                                // null: none
  std::string content_type = "application/json";  // of the body
  std::chrono::milliseconds timeout{30'000};      // of one try
  bool waits_when_throttled = true;               // false: a 429 is an answer like any other
};

class ApiClient {
 public:
  // Requires: the clock outlives this and what was asked of it.
  ApiClient(boost::asio::any_io_executor executor, ports::Clock& clock, Connection connection,
            Surroundings surroundings, Rate rate);

  // Asked before each request that is not a read; while it says no, none leaves (Code::forbidden).
  void set_write_gate(std::function<bool()> may_write) { may_write_ = std::move(may_write); }

  // The body of a 2xx answer. An error's code follows the Status that the server gave: 404 not_found, 409
  // already_exists or conflict, 410 gone, 422 invalid, 400 malformed, 415 unsupported, 401 and 403 forbidden,
  // 429 throttled, 5xx unavailable; its message is the server's.
  ports::Task<base::Result<base::Json>> call(ApiRequest request);

  // Begins a streamed GET: see net::Client::open. A status other than 200 ends it with an error of the codes
  // above.
  struct Lines {
    std::function<void(std::string_view line)> on_line;
    std::function<void(base::Result<void>)> on_end;
  };
  ports::Task<base::Result<std::shared_ptr<void>>> open(ApiRequest request, Lines lines);

  const Connection& connection() const { return connection_; }

 private:
  ports::Task<base::Result<net::ClientRequest>> prepare(const ApiRequest& request);
  net::Client& client_for(const Proof& proof);

  boost::asio::any_io_executor executor_;
  ports::Clock& clock_;
  Connection connection_;
  Credentials credentials_;
  Limiter limiter_;
  std::function<bool()> may_write_;
  std::shared_ptr<net::Client> client_;
  int client_generation_ = 0;
};

// What a Status object (or any other body) of an HTTP status that is no success says.
base::Error error_of(int status, std::string_view body);

}  // namespace kube
