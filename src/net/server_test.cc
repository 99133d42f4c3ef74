#include "net/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace net {
namespace {

using boost::asio::ip::tcp;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::StartsWith;

// A client on the same loop: writes what a test says and collects what comes.
class Client {
 public:
  Client(boost::asio::io_context& context, std::uint16_t port)
      : context_(context), socket_(context) {
    socket_.connect({boost::asio::ip::address_v4::loopback(), port});
    read();
  }

  void send(std::string_view bytes) {
    boost::system::error_code ignored;
    boost::asio::write(socket_, boost::asio::buffer(bytes), ignored);
  }
  void get(std::string_view target) {
    send("GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  void close() { socket_.close(); }

  // Runs the loop until the condition holds or ten seconds are over.
  bool run_until(const std::function<bool()>& holds) {
    auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    context_.restart();
    while (!holds()) {
      if (context_.run_one_until(end) == 0) return false;
    }
    return true;
  }
  bool receive(std::string_view part) {
    return run_until([&] { return received.find(part) != std::string::npos; });
  }
  bool see_close() {
    return run_until([&] { return is_closed; });
  }

  std::string received;
  bool is_closed = false;

 private:
  void read() {
    socket_.async_read_some(boost::asio::buffer(block_),
                            [this](const boost::system::error_code& error, std::size_t size) {
                              received.append(block_.data(), size);
                              is_closed = static_cast<bool>(error);
                              if (!error) read();
                            });
  }

  boost::asio::io_context& context_;
  tcp::socket socket_;
  std::array<char, 4096> block_{};
};

class ServerTest : public ::testing::Test {
 protected:
  void start(Handler handler, ServerLimits limits = {}) {
    server_ = std::make_unique<Server>(
        context_,
        [this, inner = std::move(handler)](const Request& request) {
          requests_.push_back(request);
          return inner(request);
        },
        limits);
    base::Result<std::uint16_t> port = server_->listen(0);
    ASSERT_TRUE(port) << port.error().message;
    port_ = *port;
  }
  void start_plain(ServerLimits limits = {}) {
    start([](const Request&) -> Reply { return Response{200, {{"X-Kind", "plain"}}, "hello"}; },
          limits);
  }

  boost::asio::io_context context_;
  std::unique_ptr<Server> server_;
  std::vector<Request> requests_;
  std::uint16_t port_ = 0;
};

TEST_F(ServerTest, hands_over_a_decoded_request_and_sends_the_answer) {
  start_plain();
  Client client(context_, port_);
  client.send(
      "POST /a%20b/c?x=1&sel=a+in+%28b%2Cc%29&flag HTTP/1.1\r\nHost: 127.0.0.1:80\r\n"
      "Content-Type: text/plain\r\nContent-Length: 4\r\n\r\nbody");
  ASSERT_TRUE(client.receive("hello"));
  EXPECT_THAT(client.received, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(client.received, HasSubstr("X-Kind: plain\r\n"));
  ASSERT_EQ(requests_.size(), 1U);
  const Request& request = requests_[0];
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path, "/a b/c");
  EXPECT_THAT(request.query,
              ElementsAre(Pair("x", "1"), Pair("sel", "a in (b,c)"), Pair("flag", "")));
  EXPECT_EQ(request.header("content-type"), "text/plain");
  EXPECT_EQ(request.parameter("sel"), "a in (b,c)");
  EXPECT_EQ(request.parameter("none"), std::nullopt);
  EXPECT_EQ(request.body, "body");
}

TEST_F(ServerTest, one_connection_serves_many_requests) {
  start_plain();
  Client client(context_, port_);
  client.get("/1");
  ASSERT_TRUE(client.receive("hello"));
  client.received.clear();
  client.get("/2");
  ASSERT_TRUE(client.receive("hello"));
  EXPECT_EQ(requests_.size(), 2U);
}

TEST_F(ServerTest, requests_of_web_pages_and_for_other_hosts_are_refused) {
  start_plain();
  Client page(context_, port_);
  page.send("GET / HTTP/1.1\r\nHost: localhost\r\nOrigin: http://example.com\r\n\r\n");
  ASSERT_TRUE(page.receive("web pages"));
  EXPECT_THAT(page.received, StartsWith("HTTP/1.1 403 "));
  Client rebound(context_, port_);
  rebound.send("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n");
  ASSERT_TRUE(rebound.receive("must name"));
  EXPECT_THAT(rebound.received, StartsWith("HTTP/1.1 403 "));
  EXPECT_TRUE(requests_.empty());
}

TEST_F(ServerTest, what_is_no_request_or_too_large_is_refused) {
  start_plain({.header_bytes = 1000, .body_bytes = 10});
  for (auto [bytes, status] : std::initializer_list<std::pair<std::string, std::string>>{
           {"nonsense\r\n\r\n", "400"},
           {"GET nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n", "400"},
           {"PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 11\r\n\r\n01234567890", "413"},
           {"GET / HTTP/1.1\r\nX: " + std::string(2000, 'x') + "\r\n\r\n", "431"}}) {
    Client client(context_, port_);
    client.send(bytes);
    ASSERT_TRUE(client.receive("\r\n\r\n")) << status;
    EXPECT_THAT(client.received, StartsWith("HTTP/1.1 " + status)) << bytes.substr(0, 40);
  }
  EXPECT_TRUE(requests_.empty());
}

TEST_F(ServerTest, the_answer_to_a_body_that_is_too_large_arrives) {
  start_plain({.body_bytes = 10});
  Client client(context_, port_);
  client.send("PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50000\r\n\r\n");
  client.send(std::string(20'000, 'x'));
  ASSERT_TRUE(client.receive("too large"));
  client.send(std::string(20'000, 'x'));
  client.close();
}

TEST_F(ServerTest, connections_beyond_the_limit_are_closed) {
  start_plain({.connections = 1});
  Client first(context_, port_);
  first.get("/");
  ASSERT_TRUE(first.receive("hello"));
  Client second(context_, port_);
  EXPECT_TRUE(second.see_close());
  first.close();
  ASSERT_TRUE(first.see_close());
}

TEST_F(ServerTest, an_idle_connection_is_closed) {
  start_plain({.idle = std::chrono::seconds(0)});
  Client client(context_, port_);
  EXPECT_TRUE(client.see_close());
}

class StreamTest : public ServerTest {
 protected:
  void start_stream(std::optional<std::chrono::seconds> time_limit = std::nullopt,
                    ServerLimits limits = {}) {
    start(
        [this, time_limit](const Request&) -> Reply {
          return StreamedResponse{{{"Content-Type", "application/json"}},
                                  [this](Stream& stream) -> std::shared_ptr<void> {
                                    stream_ = &stream;
                                    auto source = std::make_shared<int>(0);
                                    source_ = source;
                                    stream.write("first\n");
                                    return source;
                                  },
                                  time_limit};
        },
        limits);
  }

  Stream* stream_ = nullptr;
  std::weak_ptr<int> source_;
};

TEST_F(StreamTest, sends_chunks_as_they_come_until_the_end) {
  start_stream();
  Client client(context_, port_);
  client.get("/watch");
  ASSERT_TRUE(client.receive("6\r\nfirst\n\r\n"));
  EXPECT_THAT(client.received, HasSubstr("Transfer-Encoding: chunked\r\n"));
  stream_->write("second\n");
  ASSERT_TRUE(client.receive("7\r\nsecond\n\r\n"));
  EXPECT_FALSE(source_.expired());
  stream_->end();
  ASSERT_TRUE(client.see_close());
  EXPECT_THAT(client.received, EndsWith("0\r\n\r\n"));
  EXPECT_TRUE(source_.expired());
}

TEST_F(StreamTest, ends_in_order_when_its_time_is_up) {
  start_stream(std::chrono::seconds(1));
  Client client(context_, port_);
  client.get("/watch");
  ASSERT_TRUE(client.see_close());
  EXPECT_THAT(client.received, EndsWith("6\r\nfirst\n\r\n0\r\n\r\n"));
  EXPECT_TRUE(source_.expired());
}

TEST_F(StreamTest, its_source_goes_when_the_client_goes) {
  start_stream();
  Client client(context_, port_);
  client.get("/watch");
  ASSERT_TRUE(client.receive("first"));
  client.close();
  EXPECT_TRUE(client.run_until([&] { return source_.expired(); }));
}

TEST_F(StreamTest, a_client_that_does_not_read_is_dropped) {
  start_stream(std::nullopt, {.unsent_bytes = 1000});
  Client client(context_, port_);
  client.get("/watch");
  ASSERT_TRUE(client.receive("first"));
  stream_->write(std::string(1001, 'x'));
  EXPECT_TRUE(client.see_close());
  EXPECT_TRUE(source_.expired());
}

TEST_F(StreamTest, stopping_the_server_lets_go_of_everything_at_once) {
  start_stream();
  Client client(context_, port_);
  client.get("/watch");
  ASSERT_TRUE(client.receive("first"));
  server_.reset();
  EXPECT_TRUE(source_.expired());
  EXPECT_TRUE(client.see_close());
}

TEST_F(ServerTest, a_port_in_use_is_an_error_that_names_it) {
  start_plain();
  Server other(context_, [](const Request&) -> Reply { return Response{}; });
  base::Result<std::uint16_t> port = other.listen(port_);
  ASSERT_FALSE(port);
  EXPECT_EQ(port.error().code, base::Code::already_exists);
  EXPECT_EQ(port.error().message,
            "cannot listen on 127.0.0.1:" + std::to_string(port_) + ": Address already in use");
}

TEST(ParseRequest, reads_what_a_server_reads) {
  auto request = parse_request(
      "POST /api/v1/pods?limit=5&watch HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->method, "POST");
  EXPECT_EQ(request->path, "/api/v1/pods");
  EXPECT_EQ(request->parameter("limit"), "5");
  EXPECT_EQ(request->parameter("watch"), "");
  EXPECT_EQ(request->body, "{}");
}

TEST(ParseRequest, answers_what_it_cannot_read) {
  auto status = [](std::string_view bytes, const ServerLimits& limits = {}) {
    auto request = parse_request(bytes, limits);
    return request ? 0 : request.error().status;
  };
  EXPECT_EQ(status(""), 400);
  EXPECT_EQ(status("GET"), 400);
  EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: example.org\r\n\r\n"), 403);
  EXPECT_EQ(status("GET * HTTP/1.1\r\nHost: localhost\r\n\r\n"), 400);
  EXPECT_EQ(status("PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{}"), 400);
  ServerLimits small;
  small.body_bytes = 1;
  EXPECT_EQ(status("PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{}", small), 413);
}

}  // namespace
}  // namespace net
