#include "net/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>

#include "net/server.h"
#include "support/demo.h"
#include "support/process.h"

namespace net {
namespace {

using base::Code;
using base::Result;
using ::testing::HasSubstr;

class ClientTest : public ::testing::Test {
 protected:
  Result<Response> get(const std::string& path,
                       std::chrono::milliseconds timeout = std::chrono::seconds(20)) {
    ClientRequest request;
    request.url = url(path);
    request.timeout = timeout;
    return send(std::move(request));
  }
  Result<Response> send(ClientRequest request) {
    std::optional<Result<Response>> result;
    boost::asio::co_spawn(context_, client_->send(std::move(request)),
                          [&](std::exception_ptr, Result<Response> answer) {
                            result = std::move(answer);
                            context_.stop();
                          });
    context_.restart();
    context_.run_for(std::chrono::seconds(30));
    return result.value_or(base::fail(Code::internal, "the request never ended"));
  }
  std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }

  static Reply answer(const Request& request) {
    if (request.path == "/echo") {
      std::string seen = request.method + " " + request.body + " " +
                         std::string(request.parameter("q").value_or("")) + " " +
                         std::string(request.header("x-a").value_or(""));
      return Response{201, {{"X-Answer", "yes"}}, seen};
    }
    if (request.path == "/silent") {
      StreamedResponse silent;
      silent.open = [](Stream&) { return std::make_shared<int>(0); };
      return silent;
    }
    StreamedResponse lines;
    lines.open = [](Stream& stream) {
      for (const char* line : {"one\n", "two\n", "three\n"})
        stream.write(line);
      return std::make_shared<int>(0);
    };
    return lines;
  }

  boost::asio::io_context context_;
  Server server_{context_, &ClientTest::answer};
  int port_ = server_.listen(0).value();
  std::unique_ptr<Client> client_ =
      std::make_unique<Client>(context_.get_executor(), ClientOptions{});
};

TEST_F(ClientTest, what_is_asked_arrives_and_the_answer_comes_back) {
  ClientRequest request;
  request.method = "PATCH";
  request.url = url("/echo?" + encode_query({{"q", "a b&c=\xc3\xa9"}}));
  request.headers = {{"X-A", "1"}};
  request.body = "{}";
  Result<Response> answered = send(std::move(request));
  ASSERT_TRUE(answered) << answered.error().message;
  EXPECT_EQ(answered->status, 201);
  EXPECT_EQ(answered->body, "PATCH {} a b&c=\xc3\xa9 1");
  EXPECT_EQ(find_field(answered->headers, "x-answer"), "yes");
}

TEST_F(ClientTest, nobody_there_no_answer_and_no_url_are_told_apart) {
  EXPECT_EQ(get("/silent", std::chrono::milliseconds(100)).error().code, Code::timed_out);
  server_.stop();
  Result<Response> refused = get("/echo");
  EXPECT_EQ(refused.error().code, Code::unavailable);
  EXPECT_THAT(refused.error().message, HasSubstr("/echo"));
  ClientRequest wrong;
  wrong.url = "file:///etc/passwd";
  EXPECT_EQ(send(wrong).error().code, Code::invalid);
}

TEST_F(ClientTest, an_answer_that_is_too_long_is_refused) {
  ClientRequest request;
  request.method = "POST";
  request.url = url("/echo");
  request.body = std::string(1000, 'x');
  request.answer_bytes = 100;
  EXPECT_THAT(send(std::move(request)).error().message, HasSubstr("more than 100 bytes"));
}

TEST_F(ClientTest, a_stream_may_be_dropped_from_within) {
  std::string heard;
  std::shared_ptr<void> stream;
  ClientRequest request;
  request.url = url("/lines");
  StreamSink sink;
  sink.on_head = [&](int status, const Fields&) { heard += std::to_string(status) + " "; };
  sink.on_data = [&](std::string_view bytes) {
    heard += bytes;
    if (!heard.contains("three")) return;
    stream.reset();
    context_.stop();
  };
  sink.on_end = [&](Result<void>) { heard += "end"; };
  stream = client_->open(std::move(request), std::move(sink));
  context_.restart();
  context_.run_for(std::chrono::seconds(30));
  EXPECT_EQ(heard, "200 one\ntwo\nthree\n");
  EXPECT_EQ(get("/echo")->status, 201);  // and the client goes on
}

TEST_F(ClientTest, a_stream_hears_that_the_server_went) {
  std::optional<Result<void>> end;
  ClientRequest request;
  request.url = url("/lines");
  StreamSink sink;
  sink.on_head = [](int, const Fields&) {};
  sink.on_data = [&](std::string_view) { server_.stop(); };
  sink.on_end = [&](Result<void> result) {
    end = std::move(result);
    context_.stop();
  };
  std::shared_ptr<void> stream = client_->open(std::move(request), std::move(sink));
  context_.restart();
  context_.run_for(std::chrono::seconds(30));
  ASSERT_TRUE(end);
  EXPECT_FALSE(*end);
}

TEST_F(ClientTest, a_client_that_goes_takes_its_requests_along) {
  ClientRequest request;
  request.url = url("/silent");
  StreamSink sink;
  sink.on_head = [](int, const Fields&) {};
  sink.on_data = [](std::string_view) {};
  sink.on_end = [](Result<void>) { FAIL() << "nobody is to hear of it"; };
  std::shared_ptr<void> stream = client_->open(std::move(request), std::move(sink));
  context_.restart();
  context_.run_for(std::chrono::milliseconds(50));
  client_.reset();
  context_.restart();
  context_.run_for(std::chrono::milliseconds(50));
}

// Trust in both directions, against another TLS library.
class TlsTest : public ::testing::Test {
 protected:
  void serve(bool wants_certificates) {
    std::vector<std::string> command{"/usr/bin/env", "python3", "tests/support/https_server.py",
                                     folder_.path()};
    if (wants_certificates) command.emplace_back("--client-certificates");
    server_ =
        std::make_unique<support::Process>(command, std::vector<std::string>{"PATH=/usr/bin:/bin"});
    ASSERT_TRUE(server_->wait_for("port ")) << server_->output();
    ASSERT_TRUE(server_->wait_for("\n"));
    port_ = server_->output().substr(5, server_->output().find('\n') - 5);
  }
  std::string text(std::string_view name) const {
    std::ostringstream result;
    result << std::ifstream(folder_.file(name)).rdbuf();
    return result.str();
  }
  Result<Response> get(const ClientOptions& options) {
    boost::asio::io_context context;
    Client client(context.get_executor(), options);
    ClientRequest request;
    request.url = "https://127.0.0.1:" + port_ + "/";
    std::optional<Result<Response>> result;
    boost::asio::co_spawn(context, client.send(std::move(request)),
                          [&](std::exception_ptr, Result<Response> answer) {
                            result = std::move(answer);
                            context.stop();
                          });
    context.run_for(std::chrono::seconds(30));
    return result.value_or(base::fail(Code::internal, "the request never ended"));
  }

  support::Folder folder_{"tls"};
  std::unique_ptr<support::Process> server_;
  std::string port_;
};

TEST_F(TlsTest, a_server_is_trusted_by_its_authority_and_its_name) {
  serve(false);
  ClientOptions options;
  options.ca_pem = text("ca.pem");
  options.server_name = "kubernetes";
  Result<Response> answered = get(options);
  ASSERT_TRUE(answered) << answered.error().message;
  EXPECT_EQ(answered->body, "hello stranger");

  ClientOptions by_address = options;
  by_address.server_name.clear();
  EXPECT_EQ(get(by_address).error().code, Code::forbidden);
  ClientOptions by_system = options;
  by_system.ca_pem.clear();
  Result<Response> refused = get(by_system);
  EXPECT_EQ(refused.error().code, Code::forbidden);
  EXPECT_THAT(refused.error().message, HasSubstr("not trusted"));
  by_system.verify = false;
  EXPECT_TRUE(get(by_system));
}

TEST_F(TlsTest, a_client_certificate_is_shown_to_a_server_that_asks) {
  serve(true);
  ClientOptions options;
  options.ca_pem = text("ca.pem");
  options.server_name = "kubernetes";
  EXPECT_FALSE(get(options));
  options.certificate_pem = text("client.pem");
  options.key_pem = text("client.key");
  Result<Response> answered = get(options);
  ASSERT_TRUE(answered) << answered.error().message;
  EXPECT_EQ(answered->body, "hello joiner");
}

}  // namespace
}  // namespace net
