#include "net/client.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/async_result.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cctype>
#include <map>
#include <utility>

#include "base/check.h"
#include "base/scan.h"

// libcurl does the protocols; Asio waits. curl asks for two things: to be told when a socket can be
// read or written, and when a time has passed. None of curl's callbacks may remove a transfer, so what a
// sink drops from within is removed afterwards.

namespace net {
namespace {

namespace asio = boost::asio;

constexpr long kKeepAliveSeconds = 30;

void initialize_once() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  base::check(code == CURLE_OK, "libcurl starts");
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](unsigned char character) {
    return static_cast<char>(std::tolower(character));
  });
  return result;
}

// What curl could not do, in the words of somebody who has to mend it.
base::Error error_of(CURLcode code, std::string_view detail, const std::string& url) {
  std::string_view text = detail.empty() ? curl_easy_strerror(code) : detail;
  auto made = [&](base::Code kind, std::string_view what) {
    return base::Error{kind, fmt::format("{}: {}", url, what)};
  };
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT: return made(base::Code::timed_out, text);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return made(base::Code::forbidden, fmt::format("the server is not trusted: {}", text));
    case CURLE_SSL_CERTPROBLEM:
      return made(base::Code::forbidden, fmt::format("our certificate cannot be used: {}", text));
    // What is left of a refused certificate when the connection is closed in its handshake.
    case CURLE_SEND_FAIL_REWIND:
    case CURLE_SEND_ERROR:
    case CURLE_SSL_CONNECT_ERROR: return made(base::Code::unavailable, text);
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL: return made(base::Code::invalid, text);
    default: return made(base::Code::unavailable, text);
  }
}

curl_blob blob_of(std::string& text) { return {text.data(), text.size(), CURL_BLOB_NOCOPY}; }

struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
struct FreeMulti {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};

// One request under way. Owned by the state until it is over or dropped.
struct Transfer {
  ClientRequest request;
  StreamSink sink;
  std::unique_ptr<CURL, FreeEasy> easy;
  std::unique_ptr<curl_slist, FreeList> headers;
  std::unique_ptr<curl_slist, FreeList> route;
  Fields answered;
  bool is_headed = false;   // on_head was called
  bool is_dropped = false;  // nobody listens any more
  char error[CURL_ERROR_SIZE] = {};

  void head_once() {
    if (is_headed || is_dropped) return;
    is_headed = true;
    long status = 0;
    curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
    sink.on_head(static_cast<int>(status), answered);
  }
};

std::size_t take_header(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  std::string_view line = base::trimmed({data, size * count});
  std::size_t colon = line.find(':');
  if (line.starts_with("HTTP/")) {
    transfer.answered.clear();  // of a proxy, or an interim answer
  } else if (colon != std::string_view::npos) {
    transfer.answered.emplace_back(lower(line.substr(0, colon)),
                                   std::string(base::trimmed(line.substr(colon + 1))));
  }
  return size * count;
}

std::size_t take_data(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  transfer.head_once();
  if (transfer.is_dropped) return size * count;
  transfer.sink.on_data({data, size * count});
  return size * count;
}

}  // namespace

struct Client::State : std::enable_shared_from_this<Client::State> {
  // A socket of curl's, on which Asio waits. curl opens and closes it.
  struct Socket {
    explicit Socket(const asio::any_io_executor& executor, curl_socket_t socket)
        : descriptor(executor, socket) {}
    ~Socket() { let_go(); }
    // Before curl closes it: the number may be another socket's in the next moment.
    void let_go() {
      if (descriptor.is_open()) descriptor.release();
    }
    asio::posix::stream_descriptor descriptor;
    int wanted = 0;  // CURL_POLL_IN, CURL_POLL_OUT or both
    bool reads = false;
    bool writes = false;
  };

  State(asio::any_io_executor executor_in, ClientOptions options_in)
      : executor(std::move(executor_in)), options(std::move(options_in)), timer(executor) {
    initialize_once();
    multi.reset(curl_multi_init());
    curl_multi_setopt(multi.get(), CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
    curl_multi_setopt(multi.get(), CURLMOPT_SOCKETFUNCTION, &State::want_socket);
    curl_multi_setopt(multi.get(), CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi.get(), CURLMOPT_TIMERFUNCTION, &State::want_timer);
    curl_multi_setopt(multi.get(), CURLMOPT_TIMERDATA, this);
  }

  ~State() {
    for (auto& [easy, transfer] : transfers) {
      transfer->is_dropped = true;
      curl_multi_remove_handle(multi.get(), easy);
    }
    transfers.clear();
    multi.reset();  // closes connections, which lets go of the sockets
  }

  static int want_timer(CURLM*, long milliseconds, void* user) {
    auto& self = *static_cast<State*>(user);
    self.timer.cancel();
    if (milliseconds < 0) return 0;
    self.timer.expires_after(std::chrono::milliseconds(milliseconds));
    self.timer.async_wait([weak = self.weak_from_this()](const boost::system::error_code& error) {
      std::shared_ptr<State> state = weak.lock();
      if (!error && state != nullptr) state->act(CURL_SOCKET_TIMEOUT, 0);
    });
    return 0;
  }

  static int want_socket(CURL*, curl_socket_t number, int what, void* user, void*) {
    auto& self = *static_cast<State*>(user);
    if (what == CURL_POLL_REMOVE) {
      auto found = self.sockets.find(number);
      if (found == self.sockets.end()) return 0;
      found->second->let_go();
      self.sockets.erase(found);
      return 0;
    }
    std::shared_ptr<Socket>& socket = self.sockets[number];
    if (socket == nullptr) socket = std::make_shared<Socket>(self.executor, number);
    socket->wanted = what;
    self.wait(number, socket);
    return 0;
  }

  void wait(curl_socket_t number, const std::shared_ptr<Socket>& socket) {
    using Descriptor = asio::posix::stream_descriptor;
    auto wait_for = [&](bool Socket::* waits, int wanted, Descriptor::wait_type type, int event) {
      if ((socket->wanted & wanted) == 0 || (*socket).*waits) return;
      (*socket).*waits = true;
      socket->descriptor.async_wait(type, [weak = weak_from_this(), number, socket, waits, wanted,
                                           event](const boost::system::error_code& error) {
        (*socket).*waits = false;
        std::shared_ptr<State> state = weak.lock();
        if (error == asio::error::operation_aborted || state == nullptr) return;
        auto found = state->sockets.find(number);
        bool is_ours = found != state->sockets.end() && found->second == socket;
        if (!is_ours || (socket->wanted & wanted) == 0) return;
        state->act(number, error ? CURL_CSELECT_ERR : event);
        found = state->sockets.find(number);
        if (found != state->sockets.end() && found->second == socket) state->wait(number, socket);
      });
    };
    wait_for(&Socket::reads, CURL_POLL_IN, Descriptor::wait_read, CURL_CSELECT_IN);
    wait_for(&Socket::writes, CURL_POLL_OUT, Descriptor::wait_write, CURL_CSELECT_OUT);
  }

  void act(curl_socket_t number, int events) {
    std::shared_ptr<State> keep = shared_from_this();
    int running = 0;
    is_inside = true;
    curl_multi_socket_action(multi.get(), number, events, &running);
    is_inside = false;
    remove_dropped();
    finish_done();
  }

  void remove_dropped() {
    std::erase_if(transfers, [&](const auto& entry) {
      if (!entry.second->is_dropped) return false;
      curl_multi_remove_handle(multi.get(), entry.first);
      return true;
    });
  }

  void finish_done() {
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      auto found = transfers.find(message->easy_handle);
      if (found == transfers.end()) continue;
      CURLcode code = message->data.result;
      std::shared_ptr<Transfer> transfer = std::move(found->second);
      transfers.erase(found);
      curl_multi_remove_handle(multi.get(), transfer->easy.get());
      if (code == CURLE_OK) transfer->head_once();
      if (transfer->is_dropped) continue;
      transfer->is_dropped = true;
      if (code == CURLE_OK) {
        transfer->sink.on_end({});
      } else {
        transfer->sink.on_end(
            std::unexpected(error_of(code, transfer->error, transfer->request.url)));
      }
    }
  }

  void drop(Transfer& transfer) {
    if (std::exchange(transfer.is_dropped, true) || is_inside) return;
    remove_dropped();
  }

  void set_tls(CURL* easy) {
    auto set_blob = [&](CURLoption option, std::string& text) {
      curl_blob blob = blob_of(text);
      if (!text.empty()) curl_easy_setopt(easy, option, &blob);
    };
    set_blob(CURLOPT_CAINFO_BLOB, options.ca_pem);
    set_blob(CURLOPT_SSLCERT_BLOB, options.certificate_pem);
    set_blob(CURLOPT_SSLKEY_BLOB, options.key_pem);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, options.verify ? 1L : 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, options.verify ? 2L : 0L);
  }

  // curl verifies the name that it connects to; under another name, the URL bears that name and the
  // connection is led to the true host.
  void set_url(Transfer& transfer) {
    CURL* easy = transfer.easy.get();
    curl_easy_setopt(easy, CURLOPT_URL, transfer.request.url.c_str());
    if (options.server_name.empty()) return;
    std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url(curl_url(), &curl_url_cleanup);
    if (curl_url_set(url.get(), CURLUPART_URL, transfer.request.url.c_str(), 0) != CURLUE_OK)
      return;
    char* host = nullptr;
    char* port = nullptr;
    curl_url_get(url.get(), CURLUPART_HOST, &host, 0);
    curl_url_get(url.get(), CURLUPART_PORT, &port, CURLU_DEFAULT_PORT);
    std::string route = fmt::format("{0}:{1}:{2}:{1}", options.server_name, port, host);
    curl_free(host);
    curl_free(port);
    transfer.route.reset(curl_slist_append(nullptr, route.c_str()));
    curl_easy_setopt(easy, CURLOPT_CONNECT_TO, transfer.route.get());
    char* text = nullptr;
    curl_url_set(url.get(), CURLUPART_HOST, options.server_name.c_str(), 0);
    if (curl_url_get(url.get(), CURLUPART_URL, &text, 0) == CURLUE_OK) {
      curl_easy_setopt(easy, CURLOPT_URL, text);
      curl_free(text);
    }
  }

  std::shared_ptr<Transfer> begin(ClientRequest request, StreamSink sink) {
    auto transfer = std::make_shared<Transfer>();
    transfer->request = std::move(request);
    transfer->sink = std::move(sink);
    transfer->easy.reset(curl_easy_init());
    base::check(transfer->easy != nullptr, "libcurl has memory for a transfer");
    CURL* easy = transfer->easy.get();
    const ClientRequest& asked = transfer->request;
    set_url(*transfer);
    set_tls(easy);
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, asked.method.c_str());
    if (!asked.body.empty() || asked.method == "POST" || asked.method == "PUT") {
      curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                       static_cast<curl_off_t>(asked.body.size()));
      curl_easy_setopt(easy, CURLOPT_POSTFIELDS, asked.body.data());
    }
    curl_slist* headers = curl_slist_append(nullptr, "Expect:");
    for (const auto& [name, value] : asked.headers)
      headers = curl_slist_append(headers, fmt::format("{}: {}", name, value).c_str());
    transfer->headers.reset(headers);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, options.user_agent.c_str());
    if (!options.proxy.empty()) curl_easy_setopt(easy, CURLOPT_PROXY, options.proxy.c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
    curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");  // whatever curl can unpack
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, kKeepAliveSeconds);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, kKeepAliveSeconds);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                     static_cast<long>(options.connect_timeout.count()));
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(asked.timeout.count()));
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &take_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer.get());
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &take_data);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer.get());
    transfers.emplace(easy, transfer);
    // From the loop: adding is forbidden inside curl's callbacks, from where a sink may ask for this.
    asio::post(executor, [weak = weak_from_this(), transfer] {
      std::shared_ptr<State> state = weak.lock();
      if (state == nullptr || transfer->is_dropped) return;
      curl_multi_add_handle(state->multi.get(), transfer->easy.get());
    });
    return transfer;
  }

  asio::any_io_executor executor;
  ClientOptions options;
  asio::steady_timer timer;
  std::map<curl_socket_t, std::shared_ptr<Socket>> sockets;
  std::map<CURL*, std::shared_ptr<Transfer>> transfers;
  std::unique_ptr<CURLM, FreeMulti> multi;
  bool is_inside = false;  // one of curl's callbacks
};

Client::Client(asio::any_io_executor executor, const ClientOptions& options)
    : state_(std::make_shared<State>(std::move(executor), options)) {}

Client::~Client() {
  for (auto& [easy, transfer] : state_->transfers)
    transfer->is_dropped = true;
  if (!state_->is_inside) state_->remove_dropped();
}

std::shared_ptr<void> Client::open(ClientRequest request, StreamSink sink) {
  std::shared_ptr<Transfer> transfer = state_->begin(std::move(request), std::move(sink));
  return {transfer.get(), [weak = std::weak_ptr(state_), transfer](void*) {
            if (std::shared_ptr<State> state = weak.lock()) state->drop(*transfer);
          }};
}

namespace {

using Answer = base::Result<Response>;

// A whole answer, gathered from a stream.
struct Gathering {
  Response response;
  std::size_t limit = 0;
  bool is_too_long = false;
  asio::any_io_executor executor;
  std::move_only_function<void(Answer)> done;

  void end(base::Result<void> result, const std::string& url) {
    Answer answer = std::move(response);
    if (!result) answer = std::unexpected(std::move(result.error()));
    if (is_too_long) {
      answer = base::fail(base::Code::unavailable,
                          fmt::format("{}: the answer has more than {} bytes", url, limit));
    }
    asio::post(executor, [done = std::move(done), answer = std::move(answer)]() mutable {
      done(std::move(answer));
    });
  }
};

}  // namespace

asio::awaitable<Answer> Client::send(ClientRequest request) {
  auto begin = [state = state_](auto handler, ClientRequest asked) {
    auto gathering = std::make_shared<Gathering>();
    gathering->limit = asked.answer_bytes;
    gathering->executor = state->executor;
    gathering->done = std::move(handler);
    std::string url = asked.url;
    StreamSink sink;
    sink.on_head = [gathering](int status, const Fields& headers) {
      gathering->response.status = status;
      gathering->response.headers = headers;
    };
    sink.on_data = [gathering](std::string_view bytes) {
      std::string& body = gathering->response.body;
      gathering->is_too_long |= body.size() + bytes.size() > gathering->limit;
      if (!gathering->is_too_long) body.append(bytes);
    };
    sink.on_end = [gathering, url](base::Result<void> result) {
      gathering->end(std::move(result), url);
    };
    state->begin(std::move(asked), std::move(sink));
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Answer)>(
      std::move(begin), asio::use_awaitable, std::move(request));
}

}  // namespace net
