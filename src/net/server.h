// A small HTTP/1.1 server without encryption and without authentication: for this machine alone
// (127.0.0.1), or, for probes and metrics, for whoever reaches this one.
//
// It runs inside the event loop of the io_context that it is given, and calls the handler from
// there, one request at a time. A request is handed over when its body is complete. The answer is
// either whole, or a stream of chunks that goes on until it is ended, its time is up, the client
// goes, or the server stops. Times are wall time.
//
// Since web pages can send requests to this machine too, a server for this machine alone refuses with
// 403 a request that names another host than the loopback one, or that a page sent (header Origin).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"
#include "net/message.h"

namespace boost::asio {
class io_context;
}

namespace net {

struct Request {
  std::string method;  // "GET"
  std::string path;    // percent-decoded: "/api/v1/pods"
  Fields query;        // decoded, in the order of the request; a key without "=" has the value ""
  Fields headers;      // names in lower case
  std::string body;

  // The first value of a header or query parameter, if it is there.
  std::optional<std::string_view> header(std::string_view lower_case_name) const;
  std::optional<std::string_view> parameter(std::string_view name) const;
};

// Where the chunks of a streamed answer go to. A client that does not read what is sent is dropped.
class Stream {
 public:
  virtual void write(std::string_view chunk) = 0;
  virtual void end() = 0;  // after what was written

 protected:
  ~Stream() = default;
};

struct StreamedResponse {
  Fields headers;
  // Called once. The stream may be written to for as long as the returned value is kept: until the
  // stream is over, for whatever reason.
  std::function<std::shared_ptr<void>(Stream&)> open;
  std::optional<std::chrono::seconds> time_limit;
};

using Reply = std::variant<Response, StreamedResponse>;
using Handler = std::function<Reply(const Request&)>;

enum class Reach { this_machine, every_machine };

struct ServerLimits {
  std::size_t header_bytes = 64 << 10;
  std::size_t body_bytes = 3 << 20;
  std::size_t unsent_bytes = 16 << 20;  // of a stream whose client does not read
  std::size_t connections = 256;
  std::chrono::seconds idle{60};  // to wait for a request, and to send an answer
};

// The request that these bytes are, read as a server reads it, or what it would answer instead.
std::expected<Request, Response> parse_request(std::string_view bytes,
                                               const ServerLimits& limits = {});

class Server {
 public:
  Server(boost::asio::io_context& context, Handler handler, const ServerLimits& limits = {});
  ~Server();  // stops
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Port 0 means any that is free; returns the port. Code::already_exists if it is in use.
  base::Result<std::uint16_t> listen(std::uint16_t port, Reach reach = Reach::this_machine);

  // Ends listening and all connections at once. The handler is not called any more.
  void stop();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace net
