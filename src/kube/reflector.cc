#include "kube/reflector.h"

#include <fmt/format.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <utility>

#include "kube/paths.h"

namespace kube {
namespace {

namespace asio = boost::asio;
using base::Code;
using base::Result;
using ports::Change;
using ports::Task;

// A watch that has just ended is not asked for again at once by all who watch.
constexpr base::Duration kBetweenWatches = std::chrono::milliseconds(10);

std::string key_of(const base::Json& value) {
  return fmt::format("{}/{}", base::string_at(value, {"metadata", "namespace"}),
                     base::string_at(value, {"metadata", "name"}));
}

}  // namespace

// A watch under way, and who waits for its end.
struct Reflector::Watching {
  base::Time heard;
  std::optional<Result<void>> end;
  asio::any_io_executor executor;
  std::move_only_function<void(Result<void>)> waiting;

  void finish(Result<void> result) {
    if (end) return;
    end = std::move(result);
    if (waiting) resume();
  }

  void resume() {
    asio::post(executor, [handler = std::move(waiting), result = *end]() mutable {
      handler(std::move(result));
    });
  }

  Task<Result<void>> wait() {
    auto begin = [this](auto handler) {
      waiting = std::move(handler);
      if (end) resume();
    };
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Result<void>)>(
        std::move(begin), asio::use_awaitable);
  }
};

Reflector::Reflector(ApiClient& client, ports::Clock& clock, base::Random random, model::Kind kind,
                     ReflectorOptions options, std::function<void(const Incident&)> report)
    : client_(client),
      clock_(clock),
      random_(std::move(random)),
      kind_(kind),
      options_(std::move(options)),
      report_(std::move(report)) {}

// run() is held by what it waits for, and that by run(): whoever ends first has to let go.
Reflector::~Reflector() {
  std::shared_ptr<Watching> watching = watching_.lock();
  if (watching != nullptr) std::exchange(watching->waiting, nullptr) = nullptr;
}

void Reflector::add_sink(std::function<void(Change)> sink) {
  for (const auto& [key, object] : known_) {
    if (object) sink({Change::Type::put, kind_, object});
  }
  if (is_synced_) sink({Change::Type::synced, kind_, {}});
  sinks_.push_back(std::move(sink));
}

void Reflector::tell(const Change& change) {
  for (const std::function<void(Change)>& sink : sinks_)
    sink(change);
}

std::string Reflector::path() const { return collection_path(kind_, options_.namespace_); }

Task<> Reflector::run() {
  while (true) {
    Result<void> listed = co_await list();
    if (!listed) {
      report_({Incident::Kind::list_failed, listed.error().message});
      co_await back_off();
      continue;
    }
    while (true) {
      Result<void> watched = co_await watch();
      if (watched) {
        co_await clock_.wait_until(clock_.now() + kBetweenWatches);
        continue;
      }
      bool is_too_old = watched.error().code == Code::gone;
      if (is_too_old) break;
      report_({Incident::Kind::watch_failed, watched.error().message});
      co_await back_off();
    }
  }
}

Task<> Reflector::back_off() {
  wait_ =
      wait_ == base::Duration{} ? options_.first_wait : std::min(wait_ * 2, options_.longest_wait);
  base::Duration jitter(random_.between(0, wait_.count()));
  co_await clock_.wait_until(clock_.now() + wait_ + jitter);
}

Task<Result<base::Json>> Reflector::get_page(const std::string& continue_token) {
  ApiRequest request;
  request.path = path();
  request.timeout = std::chrono::minutes(2);
  request.query = {{"limit", fmt::format("{}", options_.page_size)}};
  if (!continue_token.empty()) request.query.emplace_back("continue", continue_token);
  if (!options_.field_selector.empty()) {
    request.query.emplace_back("fieldSelector", options_.field_selector);
  }
  co_return co_await client_.call(std::move(request));
}

Task<Result<void>> Reflector::list() {
  std::set<std::string> seen;
  std::string token;
  do {
    Result<base::Json> page = co_await get_page(token);
    if (!page) co_return std::unexpected(std::move(page.error()));
    const base::Json* items = base::find_path(*page, {"items"});
    if (items != nullptr && items->is_array()) {
      for (const base::Json& item : items->as_array()) {
        seen.insert(key_of(item));
        put(item);
      }
    }
    token = base::string_at(*page, {"metadata", "continue"});
    version_ = base::string_at(*page, {"metadata", "resourceVersion"});
  } while (!token.empty());
  for (auto known = known_.begin(); known != known_.end();) {
    bool is_gone = !seen.contains(known->first);
    if (is_gone && known->second) tell({Change::Type::removed, kind_, known->second});
    if (is_gone) unreadable_.erase(known->first);
    known = is_gone ? known_.erase(known) : std::next(known);
  }
  if (!std::exchange(is_synced_, true)) tell({Change::Type::synced, kind_, {}});
  co_return Result<void>();
}

Task<Result<void>> Reflector::watch() {
  ApiRequest request;
  request.path = path();
  std::int64_t seconds = options_.watch_time.count();
  seconds += random_.between(0, seconds);
  request.query = {{"watch", "true"},
                   {"allowWatchBookmarks", "true"},
                   {"resourceVersion", version_},
                   {"timeoutSeconds", fmt::format("{}", seconds)}};
  if (!options_.field_selector.empty()) {
    request.query.emplace_back("fieldSelector", options_.field_selector);
  }
  auto watching = std::make_shared<Watching>();
  watching_ = watching;
  watching->heard = clock_.now();
  watching->executor = co_await asio::this_coro::executor;
  ApiClient::Lines lines;
  lines.on_line = [this, watching](std::string_view line) {
    watching->heard = clock_.now();
    Result<void> taken = take_line(line);
    if (!taken) watching->finish(std::move(taken));
  };
  lines.on_end = [watching](Result<void> result) { watching->finish(std::move(result)); };
  Result<std::shared_ptr<void>> stream =
      co_await client_.open(std::move(request), std::move(lines));
  if (!stream) co_return std::unexpected(std::move(stream.error()));
  guard(watching);
  Result<void> end = co_await watching->wait();
  stream->reset();
  co_return end;
}

void Reflector::guard(const std::shared_ptr<Watching>& watching) {
  clock_.at(watching->heard + options_.silence, [this, weak = std::weak_ptr(watching)] {
    std::shared_ptr<Watching> silent = weak.lock();
    if (silent == nullptr || silent->end) return;
    if (clock_.now() - silent->heard < options_.silence) return guard(silent);
    silent->finish(base::fail(Code::timed_out, "the watch is silent: it is begun again"));
  });
}

// One event of a watch.
Result<void> Reflector::take_line(std::string_view line) {
  Result<base::Json> event = base::parse_json(line);
  if (!event) return base::fail(Code::unavailable, "the watch broke: " + event.error().message);
  const base::Json* object = base::find_path(*event, {"object"});
  std::string_view type = base::string_at(*event, {"type"});
  if (object == nullptr) return base::fail(Code::unavailable, "a watch event without an object");
  if (type == "ERROR") {
    const base::Json* code = base::find_path(*object, {"code"});
    std::int64_t status = code != nullptr && code->is_int64() ? code->as_int64() : 500;
    return std::unexpected(error_of(static_cast<int>(status), base::print_json(*object)));
  }
  wait_ = {};  // it works
  if (type == "ADDED" || type == "MODIFIED") put(*object);
  if (type == "DELETED") remove(*object);
  version_ = base::string_at(*object, {"metadata", "resourceVersion"});
  return {};
}

void Reflector::put(const base::Json& value) {
  std::string key = key_of(value);
  auto [known, is_new] = known_.try_emplace(key);
  std::string_view version = base::string_at(value, {"metadata", "resourceVersion"});
  bool is_same = known->second && known->second.metadata().resourceVersion == version;
  if (is_same) return;
  Result<model::Object> object = model::read_object(kind_, value);
  if (!object) {
    if (unreadable_.insert(key).second) {
      report_({Incident::Kind::unreadable_object,
               fmt::format("{} {} cannot be read and is passed over: {}", model::info(kind_).name,
                           key, object.error().message)});
    }
    return;
  }
  unreadable_.erase(key);
  known->second = *object;
  tell({Change::Type::put, kind_, std::move(*object)});
}

void Reflector::remove(const base::Json& value) {
  std::string key = key_of(value);
  auto known = known_.find(key);
  if (known == known_.end()) return;
  model::Object last = known->second;
  known_.erase(known);
  unreadable_.erase(key);
  if (Result<model::Object> object = model::read_object(kind_, value)) last = std::move(*object);
  if (last) tell({Change::Type::removed, kind_, std::move(last)});
}

}  // namespace kube
