#include "net/server.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <exception>
#include <utility>

#include "base/check.h"

namespace net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::awaitable;
using asio::ip::tcp;

constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);
constexpr auto kNever = asio::steady_timer::time_point::max();
constexpr std::chrono::milliseconds kAcceptRetry{100};
constexpr std::chrono::seconds kLinger{2};
constexpr std::size_t kBlockBytes = 64 << 10;

std::string lower(beast::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char character) {
    return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a')
                                                : character;
  });
  return result;
}

Response plain_text(int status, std::string text) {
  return {status, {{"Content-Type", "text/plain"}}, std::move(text)};
}

// Splits and decodes the target. False if it is no path with a query.
bool read_target(beast::string_view target, Request& request) {
  auto parsed = boost::urls::parse_origin_form({target.data(), target.size()});
  if (parsed.has_error()) return false;
  request.path = parsed->path();
  for (const auto& parameter : parsed->params()) {
    request.query.emplace_back(parameter.key, parameter.value);
  }
  return true;
}

bool is_loopback(std::string_view host) {
  std::size_t colon = host.rfind(':');
  if (colon != std::string_view::npos) host = host.substr(0, colon);
  return host == "127.0.0.1" || host == "localhost";
}

// What is to be answered instead of handing the request over, if it must not be.
std::optional<Response> refusal(const Request& request) {
  if (request.header("origin")) {
    return plain_text(403, "requests from web pages are not served\n");
  }
  if (!is_loopback(request.header("host").value_or(""))) {
    return plain_text(403, "the header Host must name 127.0.0.1 or localhost\n");
  }
  return std::nullopt;
}

std::optional<Response> refusal(const beast::error_code& error) {
  if (error == http::error::body_limit) return plain_text(413, "the body is too large\n");
  if (error == http::error::header_limit) return plain_text(431, "the header is too large\n");
  bool is_bad_request = error.category() == make_error_code(http::error::bad_value).category() &&
                        error != http::error::end_of_stream &&
                        error != http::error::partial_message;
  if (is_bad_request) return plain_text(400, error.message() + "\n");
  return std::nullopt;
}

// The request as handlers see it, or what is to be answered instead.
std::expected<Request, Response> request_of(http::request<http::string_body> message, Reach reach) {
  Request request;
  request.method = std::string(message.method_string());
  for (const auto& field : message) {
    request.headers.emplace_back(lower(field.name_string()), std::string(field.value()));
  }
  if (!read_target(message.target(), request)) {
    return std::unexpected(plain_text(400, "the target is not a path\n"));
  }
  request.body = std::move(message.body());
  std::optional<Response> refused;
  if (reach == Reach::this_machine) refused = refusal(request);
  if (refused) return std::unexpected(std::move(*refused));
  return request;
}

void set_limits(http::request_parser<http::string_body>& parser, const ServerLimits& limits) {
  parser.header_limit(static_cast<std::uint32_t>(limits.header_bytes));
  parser.body_limit(limits.body_bytes);
}

template <class Message>
void set_fields(Message& message, int status, const Fields& fields) {
  message.result(static_cast<unsigned>(status));
  for (const auto& [name, value] : fields) {
    message.insert(name, value);
  }
}

void fail_on_exception(const std::exception_ptr& exception) {
  base::check(exception == nullptr, "no exception leaves a connection");
}

}  // namespace

std::optional<std::string_view> Request::header(std::string_view lower_case_name) const {
  return find_field(headers, lower_case_name);
}

std::optional<std::string_view> Request::parameter(std::string_view name) const {
  return find_field(query, name);
}

std::expected<Request, Response> parse_request(std::string_view bytes, const ServerLimits& limits) {
  http::request_parser<http::string_body> parser;
  set_limits(parser, limits);
  parser.eager(true);
  beast::error_code error;
  while (!error && !parser.is_done() && !bytes.empty()) {
    std::size_t taken = parser.put(asio::buffer(bytes), error);
    if (taken == 0) break;
    bytes.remove_prefix(taken);
  }
  if (!error && parser.got_some() && !parser.is_done()) parser.put_eof(error);
  if (!error && !parser.is_done()) error = http::error::partial_message;
  if (!error) return request_of(parser.release(), Reach::this_machine);
  return std::unexpected(refusal(error).value_or(plain_text(400, "the request is not whole\n")));
}

namespace {

class Connection;

struct Shared {
  Handler handler;
  ServerLimits limits;
  Reach reach = Reach::this_machine;
  bool is_stopped = false;
  std::vector<std::shared_ptr<Connection>> connections;
};

class Connection final : public Stream, public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, std::shared_ptr<Shared> shared)
      : stream_(std::move(socket)), wake_(stream_.get_executor(), kNever), shared_(shared) {}

  awaitable<void> serve();
  void stop();

  void write(std::string_view chunk) override;
  void end() override;

 private:
  awaitable<bool> answer(http::request<http::string_body> message);
  awaitable<bool> send(Response response, bool keep_alive);
  awaitable<void> linger();
  awaitable<void> send_stream(StreamedResponse response);
  awaitable<bool> send_chunk();
  void watch_for_close();
  void drop();

  // Bytes of the present stream that were not handed to the socket yet; wake_ ends a wait for more.
  std::string unsent_;
  bool has_ended_ = false;
  bool is_gone_ = false;

  beast::tcp_stream stream_;
  asio::steady_timer wake_;
  beast::flat_buffer buffer_;
  std::shared_ptr<void> source_;
  std::shared_ptr<Shared> shared_;
};

awaitable<void> Connection::serve() {
  bool goes_on = true;
  while (goes_on && !shared_->is_stopped) {
    http::request_parser<http::string_body> parser;
    set_limits(parser, shared_->limits);
    stream_.expires_after(shared_->limits.idle);
    auto [error, size] = co_await http::async_read(stream_, buffer_, parser, kAsTuple);
    if (shared_->is_stopped) break;
    if (error) {
      std::optional<Response> refused = refusal(error);
      if (refused) {
        co_await send(std::move(*refused), false);
        co_await linger();
      }
      break;
    }
    goes_on = co_await answer(parser.release());
  }
  drop();
}

// False if the connection cannot be used any longer.
awaitable<bool> Connection::answer(http::request<http::string_body> message) {
  bool keep_alive = message.keep_alive();
  std::expected<Request, Response> request = request_of(std::move(message), shared_->reach);
  if (!request) co_return co_await send(std::move(request.error()), keep_alive);
  Reply reply = shared_->handler(*request);
  if (auto* whole = std::get_if<Response>(&reply)) {
    co_return co_await send(std::move(*whole), keep_alive);
  }
  co_await send_stream(std::move(std::get<StreamedResponse>(reply)));
  co_return false;
}

awaitable<bool> Connection::send(Response response, bool keep_alive) {
  http::response<http::string_body> message;
  set_fields(message, response.status, response.headers);
  message.body() = std::move(response.body);
  message.keep_alive(keep_alive);
  message.prepare_payload();
  stream_.expires_after(shared_->limits.idle);
  auto [error, size] = co_await http::async_write(stream_, message, kAsTuple);
  co_return !error && keep_alive;
}

// Reads what the client is still sending: a socket that is closed before would be reset, and the
// answer with it.
awaitable<void> Connection::linger() {
  beast::error_code ignored;
  stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
  stream_.expires_after(kLinger);
  bool is_open = true;
  while (is_open) {
    buffer_.clear();
    auto [error, size] = co_await stream_.async_read_some(buffer_.prepare(kBlockBytes), kAsTuple);
    is_open = !error;
  }
}

awaitable<void> Connection::send_stream(StreamedResponse response) {
  http::response<http::empty_body> header;
  set_fields(header, 200, response.headers);
  header.keep_alive(false);
  header.chunked(true);
  http::response_serializer<http::empty_body> serializer(header);
  stream_.expires_after(shared_->limits.idle);
  auto [error, size] = co_await http::async_write_header(stream_, serializer, kAsTuple);
  if (error || shared_->is_stopped) co_return;
  auto deadline =
      response.time_limit ? std::chrono::steady_clock::now() + *response.time_limit : kNever;
  watch_for_close();
  source_ = response.open(*this);
  while (!is_gone_) {
    if (!unsent_.empty()) {
      if (!co_await send_chunk()) break;
      continue;
    }
    if (has_ended_ || std::chrono::steady_clock::now() >= deadline) break;
    wake_.expires_at(deadline);
    co_await wake_.async_wait(kAsTuple);
  }
  source_.reset();
  if (is_gone_) co_return;
  stream_.expires_after(shared_->limits.idle);
  co_await asio::async_write(stream_, http::make_chunk_last(), kAsTuple);
}

awaitable<bool> Connection::send_chunk() {
  std::string chunk = std::exchange(unsent_, {});
  stream_.expires_after(shared_->limits.idle);
  auto [error, size] =
      co_await asio::async_write(stream_, http::make_chunk(asio::buffer(chunk)), kAsTuple);
  co_return !error;
}

void Connection::write(std::string_view chunk) {
  if (is_gone_ || has_ended_) return;
  unsent_ += chunk;
  is_gone_ = unsent_.size() > shared_->limits.unsent_bytes;
  wake_.cancel();
}

void Connection::end() {
  has_ended_ = true;
  wake_.cancel();
}

// A client that was sent a stream has nothing more to say; whatever can be read means that it goes.
void Connection::watch_for_close() {
  stream_.socket().async_wait(tcp::socket::wait_read,
                              [self = shared_from_this()](const beast::error_code&) {
                                self->is_gone_ = true;
                                self->wake_.cancel();
                              });
}

void Connection::stop() {
  is_gone_ = true;
  source_.reset();
  wake_.cancel();
  stream_.close();
}

void Connection::drop() {
  beast::error_code ignored;
  stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
  stream_.close();
  std::erase_if(shared_->connections, [this](const auto& other) { return other.get() == this; });
}

awaitable<void> serve(std::shared_ptr<Connection> connection) { co_await connection->serve(); }

}  // namespace

struct Server::State {
  State(asio::io_context& context, Handler handler, const ServerLimits& limits)
      : acceptor(context), retry(context), shared(std::make_shared<Shared>()) {
    shared->handler = std::move(handler);
    shared->limits = limits;
  }

  void take(tcp::socket socket);
  static awaitable<void> accept(std::shared_ptr<State> state);

  tcp::acceptor acceptor;
  asio::steady_timer retry;
  std::shared_ptr<Shared> shared;
};

void Server::State::take(tcp::socket socket) {
  beast::error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  if (shared->connections.size() >= shared->limits.connections) return;  // closes it
  auto connection = std::make_shared<Connection>(std::move(socket), shared);
  shared->connections.push_back(connection);
  asio::co_spawn(acceptor.get_executor(), serve(connection), fail_on_exception);
}

awaitable<void> Server::State::accept(std::shared_ptr<State> state) {
  while (!state->shared->is_stopped) {
    auto [error, socket] = co_await state->acceptor.async_accept(kAsTuple);
    if (state->shared->is_stopped) break;
    if (!error) {
      state->take(std::move(socket));
      continue;
    }
    state->retry.expires_after(kAcceptRetry);  // out of file descriptors, as a rule
    co_await state->retry.async_wait(kAsTuple);
  }
}

Server::Server(asio::io_context& context, Handler handler, const ServerLimits& limits)
    : state_(std::make_shared<State>(context, std::move(handler), limits)) {}

Server::~Server() { stop(); }

base::Result<std::uint16_t> Server::listen(std::uint16_t port, Reach reach) {
  tcp::acceptor& acceptor = state_->acceptor;
  state_->shared->reach = reach;
  asio::ip::address address = asio::ip::address_v4::loopback();
  if (reach == Reach::every_machine) address = asio::ip::address_v6::any();  // and IPv4
  tcp::endpoint endpoint(address, port);
  beast::error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    bool is_taken = error == asio::error::address_in_use;
    beast::error_code ignored;
    acceptor.close(ignored);
    return base::fail(
        is_taken ? base::Code::already_exists : base::Code::internal,
        (reach == Reach::this_machine ? "cannot listen on 127.0.0.1:" : "cannot listen on port ") +
            std::to_string(port) + ": " + error.message());
  }
  asio::co_spawn(acceptor.get_executor(), State::accept(state_), fail_on_exception);
  return acceptor.local_endpoint(error).port();
}

void Server::stop() {
  state_->shared->is_stopped = true;
  beast::error_code ignored;
  state_->acceptor.close(ignored);
  state_->retry.cancel();
  auto connections = std::exchange(state_->shared->connections, {});
  for (const std::shared_ptr<Connection>& connection : connections) {
    connection->stop();
  }
}

}  // namespace net
