#include "app/controller.h"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "app/cli.h"
#include "app/log.h"
#include "app/options.h"
#include "app/real_clock.h"
#include "app/version.h"
#include "base/random_seed.h"
#include "catalog/kwok.h"
#include "control/controller.h"
#include "control/feature_gates.h"
#include "control/journal.h"
#include "kube/election.h"
#include "kube/kube_client.h"
#include "kwok/kwok_cloud.h"
#include "net/server.h"
#include "web/metrics.h"
#include "web/probes.h"

namespace app {
namespace {

using base::Result;
using ports::Task;

// LIF-283: its own, so that a busy controller cannot lose the lease.
constexpr kube::Rate kElectionRate{5, 10};
constexpr base::Duration kCrdPeriod = std::chrono::seconds(5);
constexpr base::Duration kLongestStop = std::chrono::seconds(30);  // LIF-296

int complain(const std::string& message) {
  fmt::print(stderr, "joiner: {}\n", message);
  return kExitBadInput;
}

// Where log lines go: several places, each a file of its own or one of the standard streams.
class LogPaths {
 public:
  static Result<LogPaths> open(const std::string& paths) {
    LogPaths result;
    std::size_t begin = 0;
    while (begin <= paths.size()) {
      std::size_t end = std::min(paths.find(',', begin), paths.size());
      std::string path = paths.substr(begin, end - begin);
      begin = end + 1;
      if (path.empty()) continue;
      std::FILE* file = path == "stdout"   ? stdout
                        : path == "stderr" ? stderr
                                           : std::fopen(path.c_str(), "ae");
      if (file == nullptr) {
        return base::invalid(fmt::format("cannot write the log to {}: {}", path,
                                         std::generic_category().message(errno)));
      }
      result.files_.push_back(file);
    }
    return result;
  }

  void write(const std::string& line) {
    for (std::FILE* file : files_) {
      fmt::print(file, "{}\n", line);
      std::fflush(file);
    }
  }

 private:
  std::vector<std::FILE*> files_;  // open until the process ends
};

int rank_of(std::string_view level) {
  static constexpr std::string_view kLevels[] = {"DEBUG", "INFO", "WARN", "ERROR"};
  for (int rank = 0; rank < 4; ++rank) {
    if (kLevels[rank] == level) return rank;
  }
  return 1;
}

std::string host_name() {
  char name[256] = {};
  gethostname(name, sizeof name - 1);
  return name;
}

std::optional<std::string> environment(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

control::Settings settings_of(const Options& options, const catalog::KwokTypes& types) {
  control::Settings settings;
  settings.batch_idle = options.batch_idle_duration;
  settings.batch_max = options.batch_max_duration;
  settings.class_kind = model::Kind::KWOKNodeClass;
  base::check(control::read_feature_gates(options.feature_gates, settings).has_value(),
              "options hold gates that can be read");
  engine::Settings& engine = settings.engine;
  bool ignores = options.preference_policy == "Ignore";
  engine.preference_policy =
      ignores ? engine::PreferencePolicy::Ignore : engine::PreferencePolicy::Respect;
  bool is_best_effort = options.min_values_policy == "BestEffort";
  engine.min_values_policy =
      is_best_effort ? engine::MinValuesPolicy::BestEffort : engine::MinValuesPolicy::Strict;
  engine.ignore_dra_requests = options.ignore_dra_requests;
  engine.cloud_labels = engine::CloudLabels{types.well_known, types.restricted_domains};
  return settings;
}

// LIF-433: a file that cannot be used leaves a controller without types, which says so.
catalog::KwokTypes types_of(const Options& options, const kube::Surroundings& surroundings,
                            std::vector<std::string>& errors) {
  const std::string& path = options.instance_types_file_path;
  if (path.empty()) return catalog::built_in_kwok_types();
  Result<std::string> text = surroundings.read_file(path);
  Result<base::Json> document =
      text ? base::parse_json(*text) : std::unexpected(std::move(text.error()));
  Result<catalog::KwokTypes> types =
      document ? catalog::read_kwok_types(*document) : std::unexpected(std::move(document.error()));
  if (types) return std::move(*types);
  errors.push_back(fmt::format("{}: {}", path, types.error().message));
  return {};
}

// One replica: everything it is made of, wired.
class Replica {
 public:
  Replica(Options options, kube::Connection connection, LogPaths log)
      : options_(std::move(options)),
        log_(std::move(log)),
        random_(base::fresh_seed()),
        clock_(context_),
        surroundings_(kube::surroundings_with(environment)),
        types_(types_of(options_, surroundings_, errors_)),
        client_(context_.get_executor(), clock_, named(connection), surroundings_,
                {options_.kube_client_qps, options_.kube_client_burst}),
        election_client_(context_.get_executor(), clock_, named(connection), surroundings_,
                         kElectionRate),
        election_(election_client_, clock_, random_.fork("election"), election_options(connection),
                  [this](const std::string& text) { note("DEBUG", "leader election", text); }),
        kube_(context_.get_executor(), client_, clock_, random_.fork("kube"), {},
              [this](const kube::Incident& incident) { note_incident(incident); }),
        cloud_(context_.get_executor(), kube_, clock_, types_.types,
               [this](const std::string& text) {
                 note("ERROR", "failed creating node from nodeclaim", text);
               }),
        controller_({context_.get_executor(), clock_, kube_, cloud_}, settings_of(options_, types_),
                    journal_),
        metrics_({std::string(version()), "clang " __clang_version__, architecture(), ""},
                 clock_.now()),
        probe_server_(context_,
                      [this](const net::Request& asked) { return probes_.handle(asked); }),
        metrics_server_(context_, [this](const net::Request& asked) { return serve(asked); }),
        signals_(context_, SIGINT, SIGTERM) {
    journal_.add_sink([this](const control::JournalEntry& entry) { write(entry); });
    if (!options_.disable_leader_election) {
      client_.set_write_gate([this] { return election_.holds(); });
    }
    probes_.add("manager", [this] { return is_reachable_ && (!leads_ || is_synced()); });
    probes_.add("crd", [this] { return has_crds_; });
    probes_.add("readyz", [] { return true; });
  }

  int run() {
    if (std::optional<std::string> failure = listen()) return complain(*failure);
    for (const std::string& warning : options_.warnings)
      note("WARN", "options", warning);
    for (const std::string& error : errors_)
      note("ERROR", "failed constructing instance types", error);
    note("DEBUG", "discovered karpenter version", std::string(version()));
    signals_.async_wait([this](const boost::system::error_code& error, int) {
      if (!error) boost::asio::co_spawn(context_, end(kExitDone), boost::asio::detached);
    });
    boost::asio::co_spawn(context_, live(), boost::asio::detached);
    context_.run();
    return exit_code_;
  }

 private:
  static kube::Connection named(kube::Connection connection) {
    connection.http.user_agent = fmt::format("karpenter/{}", version());
    return connection;
  }
  static std::string architecture() {
#if defined(__aarch64__)
    return "arm64";
#else
    return "amd64";
#endif
  }

  kube::ElectionOptions election_options(const kube::Connection& connection) {
    kube::ElectionOptions result;
    result.name = options_.leader_election_name;
    result.namespace_ = options_.leader_election_namespace.empty()
                            ? connection.namespace_
                            : options_.leader_election_namespace;
    base::Random random = random_.fork("identity");
    result.identity = fmt::format("{}_{}", host_name(), base::uuid(random));
    return result;
  }

  std::optional<std::string> listen() {
    auto open = [](net::Server& server, std::int64_t port) -> std::optional<std::string> {
      Result<std::uint16_t> listening =
          server.listen(static_cast<std::uint16_t>(port), net::Reach::every_machine);
      if (listening) return std::nullopt;
      return listening.error().message;
    };
    std::optional<std::string> failure = open(probe_server_, options_.health_probe_port);
    return failure ? failure : open(metrics_server_, options_.metrics_port);
  }

  net::Response serve(const net::Request& asked) {
    if (asked.path != "/metrics") {
      return {404, {{"Content-Type", "text/plain; charset=utf-8"}}, "404 page not found\n"};
    }
    return {200, {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}}, metrics_.text()};
  }

  Task<> live() {
    co_await wait_for_crds();
    if (!options_.disable_leader_election) {
      is_reachable_ = true;
      co_await election_.win();
      note("INFO", "became leader", options_.leader_election_name);
    }
    is_reachable_ = true;
    leads_ = true;
    cloud_.start();
    controller_.start();
    if (options_.disable_leader_election) co_return;
    co_await election_.keep();
    if (is_ending_) co_return;
    note("ERROR", "leader election lost", options_.leader_election_name);
    exit_code_ = kExitFailed;
    context_.stop();
  }

  // Without the kinds there is nothing to do but to say so and to look again.
  Task<> wait_for_crds() {
    std::string said;
    while (!has_crds_) {
      kube::ApiRequest request;
      request.path = "/apis/karpenter.sh/v1";
      Result<base::Json> answer = co_await client_.call(std::move(request));
      std::set<std::string> names;
      const base::Json* resources = answer ? base::find_path(*answer, {"resources"}) : nullptr;
      if (resources != nullptr && resources->is_array()) {
        for (const base::Json& resource : resources->as_array())
          names.insert(std::string(base::string_at(resource, {"name"})));
      }
      has_crds_ = names.contains("nodepools") && names.contains("nodeclaims");
      if (has_crds_) co_return;
      bool is_missing = answer || answer.error().code == base::Code::not_found;
      std::string text = is_missing
                             ? "the cluster has no NodePools and NodeClaims (karpenter.sh/v1); "
                               "apply what `joiner crds` prints"
                             : answer.error().message;
      if (std::exchange(said, text) != text) note("ERROR", "waiting for the API server", text);
      co_await clock_.wait_until(clock_.now() + kCrdPeriod);
    }
  }

  Task<> end(int code) {
    if (std::exchange(is_ending_, true)) co_return;
    exit_code_ = code;
    clock_.at(clock_.now() + kLongestStop, [this] { context_.stop(); });
    co_await election_.release();
    context_.stop();
  }

  bool is_synced() const { return controller_.world().watches_synced(); }

  void note(std::string_view level, std::string message, std::string text) {
    boost::json::object data{{"level", level}, {"controller", "operator"}};
    data[level == "ERROR" ? "error" : "detail"] = std::move(text);
    journal_.write({clock_.now(), "log", std::move(message), std::move(data)});
  }

  void note_incident(const kube::Incident& incident) {
    using enum kube::Incident::Kind;
    switch (incident.kind) {
      case list_failed: return note("ERROR", "failed listing", incident.text);
      case watch_failed: return note("DEBUG", "watch ended", incident.text);
      case unreadable_object: return note("ERROR", "object passed over", incident.text);
    }
  }

  void write(const control::JournalEntry& entry) {
    if (entry.source != "log") return;
    int least = options_.log_level == "debug" ? 0 : options_.log_level == "error" ? 3 : 1;
    if (rank_of(base::string_at(entry.data, {"level"})) < least) return;
    log_.write(log_line(entry, LogFormat::json));
  }

  Options options_;
  LogPaths log_;
  std::vector<std::string> errors_;
  boost::asio::io_context context_;
  base::Random random_;
  RealClock clock_;
  kube::Surroundings surroundings_;
  catalog::KwokTypes types_;
  control::Journal journal_;
  kube::ApiClient client_;
  kube::ApiClient election_client_;
  kube::Election election_;
  kube::KubeClient kube_;
  kwok::KwokCloud cloud_;
  control::Controller controller_;
  web::Metrics metrics_;
  web::Probes probes_;
  net::Server probe_server_;
  net::Server metrics_server_;
  boost::asio::signal_set signals_;
  bool has_crds_ = false;
  bool is_reachable_ = false;
  bool leads_ = false;
  bool is_ending_ = false;
  int exit_code_ = kExitDone;
};

}  // namespace

int run_controller(const std::vector<std::string>& arguments) {
  kube::Surroundings surroundings = kube::surroundings_with(environment);
  Result<Options> options = read_options(arguments, surroundings.environment);
  if (!options) return complain(options.error().message);
  if (options->wants_help) {
    fmt::print(
        "Usage: joiner controller --provider kwok [flags]\n\n"
        "Each flag is an environment variable too: METRICS_PORT is --metrics-port.\n\n{}",
        options_help());
    return kExitDone;
  }
  if (options->provider.empty()) {
    return complain("--provider is needed: where machines come from (kwok)");
  }
  Result<kube::Connection> connection = kube::find_connection(surroundings);
  if (!connection) return complain(connection.error().message);
  bool has_namespace = !options->leader_election_namespace.empty() || connection->is_in_cluster;
  if (!options->disable_leader_election && !has_namespace) {  // LIF-286
    return complain(
        "outside of a cluster the lease needs --leader-election-namespace (or "
        "--disable-leader-election)");
  }
  Result<LogPaths> log = LogPaths::open(options->log_output_paths);
  if (!log) return complain(log.error().message);
  Replica replica(std::move(*options), std::move(*connection), std::move(*log));
  return replica.run();
}

}  // namespace app
