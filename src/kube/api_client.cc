#include "kube/api_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace kube {
namespace {

using base::Code;
using base::Result;
using ports::Task;

constexpr int kTries = 10;
constexpr std::int64_t kLongestWaitSeconds = 60;
// A line is one object in one event; the API server itself refuses objects above 1.5 MiB.
constexpr std::size_t kLineBytes = 32 << 20;

bool is_read(std::string_view method) { return method == "GET" || method == "HEAD"; }

// Seconds that the server asks us to wait, if it does.
std::optional<std::int64_t> retry_after(const net::Response& response) {
  std::optional<std::string_view> text = net::find_field(response.headers, "retry-after");
  std::int64_t seconds = 0;
  if (!text) return std::nullopt;
  auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), seconds);
  if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return std::clamp<std::int64_t>(seconds, 1, kLongestWaitSeconds);
}

// Cuts what arrives into lines; on_line may drop the stream.
class LineCutter {
 public:
  // False if a line is too long to be one.
  bool take(std::string_view bytes, const std::function<bool(std::string_view)>& on_line) {
    while (true) {
      std::size_t end = bytes.find('\n');
      if (end == std::string_view::npos) break;
      std::string_view line = bytes.substr(0, end);
      if (!rest_.empty()) {
        rest_.append(line);
        line = rest_;
      }
      bool goes_on = line.empty() || on_line(line);
      rest_.clear();
      bytes.remove_prefix(end + 1);
      if (!goes_on) return true;
    }
    rest_.append(bytes);
    return rest_.size() <= kLineBytes;
  }

 private:
  std::string rest_;
};

// A streamed answer under way.
struct Reading {
  LineCutter cutter;
  std::string refusal;
  int status = 0;
  bool is_over = false;
  std::shared_ptr<net::Client> client;  // lives as long as the stream
  std::shared_ptr<void> stream;
};

}  // namespace

base::Error error_of(int status, std::string_view body) {
  Result<base::Json> value = base::parse_json(body);
  std::string message;
  std::string_view reason;
  if (value && base::string_at(*value, {"kind"}) == "Status") {
    message = base::string_at(*value, {"message"});
    reason = base::string_at(*value, {"reason"});
  }
  if (message.empty()) {
    message = fmt::format("the server answered {}{}{}", status, body.empty() ? "" : ": ",
                          body.substr(0, 200));
  }
  if (status == 401) message = "the API server does not accept the credentials: " + message;
  auto code = [&] {
    switch (status) {
      case 400: return Code::malformed;
      case 401:
      case 403: return Code::forbidden;
      case 404: return Code::not_found;
      case 409: return reason == "AlreadyExists" ? Code::already_exists : Code::conflict;
      case 410: return Code::gone;
      case 415: return Code::unsupported;
      case 422: return Code::invalid;
      case 429: return Code::throttled;
      case 504: return Code::timed_out;
      default: return status >= 500 ? Code::unavailable : Code::internal;
    }
  };
  return {code(), std::move(message)};
}

ApiClient::ApiClient(boost::asio::any_io_executor executor, ports::Clock& clock,
                     Connection connection, Surroundings surroundings, Rate rate)
    : executor_(executor),
      clock_(clock),
      connection_(std::move(connection)),
      credentials_(executor, clock, connection_, std::move(surroundings)),
      limiter_(clock, rate) {}

net::Client& ApiClient::client_for(const Proof& proof) {
  if (client_ != nullptr && proof.generation == client_generation_) return *client_;
  net::ClientOptions options = connection_.http;
  if (!proof.certificate_pem.empty()) {
    options.certificate_pem = proof.certificate_pem;
    options.key_pem = proof.key_pem;
  }
  bool is_same = client_ != nullptr && proof.certificate_pem.empty();
  client_generation_ = proof.generation;
  if (!is_same) client_ = std::make_shared<net::Client>(executor_, options);
  return *client_;
}

Task<Result<net::ClientRequest>> ApiClient::prepare(const ApiRequest& request) {
  bool is_allowed = is_read(request.method) || !may_write_ || may_write_();
  if (!is_allowed) {
    co_return base::fail(Code::forbidden,
                         "this process does not hold the lease: it writes nothing");
  }
  Result<Proof> proof = co_await credentials_.proof();
  if (!proof) co_return std::unexpected(std::move(proof.error()));
  net::ClientRequest made;
  made.method = request.method;
  made.url = connection_.server + request.path;
  if (!request.query.empty()) made.url += "?" + net::encode_query(request.query);
  made.headers.emplace_back("Accept", "application/json");
  if (!proof->authorization.empty()) {
    made.headers.emplace_back("Authorization", proof->authorization);
  }
  if (!request.body.is_null()) {
    made.headers.emplace_back("Content-Type", request.content_type);
    made.body = base::print_json(request.body);
  }
  made.timeout = request.timeout;
  client_for(*proof);
  co_return made;
}

Task<Result<base::Json>> ApiClient::call(ApiRequest request) {
  bool was_refused = false;
  for (int tried = 1;; ++tried) {
    co_await limiter_.acquire();
    Result<net::ClientRequest> prepared = co_await prepare(request);
    if (!prepared) co_return std::unexpected(std::move(prepared.error()));
    std::shared_ptr<net::Client> client = client_;  // another may take its place meanwhile
    Result<net::Response> answer = co_await client->send(std::move(*prepared));
    if (!answer) co_return std::unexpected(std::move(answer.error()));
    if (answer->status >= 200 && answer->status < 300) co_return base::parse_json(answer->body);
    std::optional<std::int64_t> wait_seconds = retry_after(*answer);
    bool is_busy = (answer->status == 429 && request.waits_when_throttled) || answer->status == 503;
    if (answer->status == 401 && !was_refused) {
      was_refused = true;
      credentials_.refused();
    } else if (is_busy && wait_seconds && tried < kTries) {
      co_await clock_.wait_until(clock_.now() + std::chrono::seconds(*wait_seconds));
    } else {
      co_return std::unexpected(error_of(answer->status, answer->body));
    }
  }
}

Task<Result<std::shared_ptr<void>>> ApiClient::open(ApiRequest request, Lines lines) {
  co_await limiter_.acquire();
  request.timeout = std::chrono::milliseconds(0);
  Result<net::ClientRequest> prepared = co_await prepare(request);
  if (!prepared) co_return std::unexpected(std::move(prepared.error()));
  auto reading = std::make_shared<Reading>();
  reading->client = client_;
  // The sink keeps what it reads into; the circle is cut when the stream ends or is let go.
  net::StreamSink sink;
  sink.on_head = [reading](int status, const net::Fields&) { reading->status = status; };
  sink.on_data = [reading, lines](std::string_view bytes) {
    if (reading->status != 200) {
      if (reading->refusal.size() < kLineBytes) reading->refusal.append(bytes);
      return;
    }
    bool fits = reading->cutter.take(bytes, [&](std::string_view line) {
      lines.on_line(line);
      return !reading->is_over;
    });
    if (fits || std::exchange(reading->is_over, true)) return;
    lines.on_end(base::fail(Code::unavailable, "a line of the watch is too long"));
  };
  sink.on_end = [reading, lines, this](base::Result<void> result) {
    reading->stream.reset();
    if (std::exchange(reading->is_over, true)) return;
    if (reading->status == 401) credentials_.refused();
    bool is_refused = reading->status != 0 && reading->status != 200;
    if (is_refused) result = std::unexpected(error_of(reading->status, reading->refusal));
    lines.on_end(std::move(result));
  };
  reading->stream = client_->open(std::move(*prepared), std::move(sink));
  // What the caller holds: letting it go ends the stream before anything else of it.
  co_return std::shared_ptr<void>(reading.get(), [reading](void*) mutable {
    reading->is_over = true;
    reading->stream.reset();
  });
}

}  // namespace kube
