// HTTP requests to servers elsewhere: HTTP/2 where the server speaks it, TLS with verification, client
// certificates, proxies, answers that go on for hours.
//
// All requests of one client share its connections and its event loop; nothing here blocks but the reading of
// the system's certificates at the first connection. What a server answers is data, never an error: errors
// are what kept an answer from arriving whole. Times are wall time.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/message.h"

namespace net {

struct ClientOptions {
  std::string ca_pem;           // certificates to trust; empty: those of the system
  std::string certificate_pem;  // the client's own, with its chain
  std::string key_pem;
  std::string
      server_name;     // the name that the server's certificate must bear; empty: the URL's host
  bool verify = true;  // false trusts any server: only where a user's kubeconfig says so
  std::string proxy;   // empty: as HTTPS_PROXY, HTTP_PROXY and NO_PROXY say
  std::string user_agent;
  std::chrono::milliseconds connect_timeout{10'000};
};

struct ClientRequest {
  std::string method = "GET";
  std::string url;  // absolute, percent-encoded
  Fields headers;
  std::string body;
  // For the whole exchange; zero: none (a stream, which its reader watches over).
  std::chrono::milliseconds timeout{30'000};
  std::size_t answer_bytes = 256 << 20;  // a longer answer is an error (not of a stream)
};

// Who hears a streamed answer. on_head comes first and once, if an answer came at all; on_end last and
// once, unless the transfer was dropped before.
struct StreamSink {
  std::function<void(int status, const Fields& headers)> on_head;
  std::function<void(std::string_view bytes)> on_data;
  std::function<void(base::Result<void>)> on_end;
};

class Client {
 public:
  Client(boost::asio::any_io_executor executor, const ClientOptions& options);
  ~Client();  // drops what is under way: no sink hears of it, no send() returns
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Errors: Code::unavailable (no connection, or it broke), Code::timed_out, Code::forbidden (a
  // certificate is not trusted, by either side), Code::invalid (the URL).
  boost::asio::awaitable<base::Result<Response>> send(ClientRequest request);

  // Begins a streamed answer. It ends when the returned value goes, which a sink may do from within.
  [[nodiscard]] std::shared_ptr<void> open(ClientRequest request, StreamSink sink);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace net
