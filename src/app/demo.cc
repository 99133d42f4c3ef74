#include "app/demo.h"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <vector>

#include "apiserver/api_server.h"
#include "app/cli.h"
#include "app/embedded.h"
#include "app/files.h"
#include "app/log.h"
#include "app/manifests.h"
#include "app/story.h"
#include "app/teller.h"
#include "app/walk.h"
#include "control/feature_gates.h"

namespace app {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

// Walks run on a date of their own, so that two runs of one seed are the same to the byte.
base::Time walk_start() { return std::chrono::sys_days(std::chrono::January / 1 / 2026); }

int complain(const base::Error& error) {
  fmt::print(stderr, "joiner: {}\n", error.message);
  return kExitBadInput;
}

std::optional<double> speed_of(const DemoOptions& options) {
  if (options.speed == "max" || (options.speed.empty() && !options.walk.empty())) {
    return std::nullopt;
  }
  return options.speed == "60" ? 60.0 : 1.0;
}

// What a run writes besides its story.
class Records {
 public:
  // Errors: a file that cannot be written.
  static base::Result<std::unique_ptr<Records>> open(const DemoOptions& options) {
    auto records = std::make_unique<Records>();
    records->journal_path_ = options.journal;
    if (!options.journal.empty()) {
      records->journal_.reset(std::fopen(records->unfinished().c_str(), "wb"));
      if (!records->journal_) return cannot_write(options.journal);
    }
    if (options.log == "-") {
      records->log_ = stderr;
    } else if (!options.log.empty()) {
      records->log_file_.reset(std::fopen(options.log.c_str(), "wb"));
      if (!records->log_file_) return cannot_write(options.log);
      records->log_ = records->log_file_.get();
    }
    return records;
  }

  void follow(control::Journal& journal) {
    journal.add_sink([this](const control::JournalEntry& entry) {
      if (journal_) fmt::print(journal_.get(), "{}\n", control::to_line(entry));
      if (log_ != nullptr && entry.source == "log") {
        fmt::print(log_, "{}\n", log_line(entry, LogFormat::json));
      }
    });
  }

  ~Records() { discard(); }

  // The journal appears under its name only now, whole; without this call it vanishes.
  void finish() {
    if (!journal_) return;
    journal_.reset();
    std::filesystem::rename(unfinished(), journal_path_);
  }

  // A walk that was broken off has no journal.
  void discard() {
    if (!journal_) return;
    journal_.reset();
    std::error_code ignored;
    std::filesystem::remove(unfinished(), ignored);
  }

 private:
  static std::unexpected<base::Error> cannot_write(const std::string& path) {
    return base::invalid(
        fmt::format("cannot write {}: {}", path, std::generic_category().message(errno)));
  }
  std::string unfinished() const { return journal_path_ + ".part"; }

  std::string journal_path_;
  File journal_;
  File log_file_;
  std::FILE* log_ = nullptr;
};

std::vector<std::string> walks_of(const DemoOptions& options) {
  if (options.walk == "all") return {"000", "001", "002", "003"};
  return {options.walk};
}

sigset_t ending_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (int signal : {SIGINT, SIGTERM, SIGHUP})
    sigaddset(&signals, signal);
  return signals;
}

// Holds back the signals that end the program while nobody listens for them: what was begun (files,
// the next walk) is left in order, and the signal comes when someone listens again.
class HeldSignals {
 public:
  HeldSignals() { change(SIG_BLOCK); }
  ~HeldSignals() { change(SIG_UNBLOCK); }
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;

  static void change(int how) {
    sigset_t signals = ending_signals();
    pthread_sigmask(how, &signals, nullptr);
  }
};

// Ends the run, cleanly, when the person wants it to end.
class Interruption {
 public:
  Interruption(boost::asio::io_context& context, sim::SimClock& clock)
      : signals_(context, SIGINT, SIGTERM, SIGHUP) {
    signals_.async_wait([this, &clock](const boost::system::error_code& error, int) {
      if (error) return;
      came_ = true;
      clock.stop();
    });
    HeldSignals::change(SIG_UNBLOCK);
  }
  ~Interruption() { HeldSignals::change(SIG_BLOCK); }
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  bool came() const { return came_; }

 private:
  boost::asio::signal_set signals_;
  bool came_ = false;
};

void summarize(Embedded& embedded, Teller& teller) {
  teller.tell("result",
              fmt::format("machines launched: {}, instances running now: {}, spent: {}; journal "
                          "{} lines, hash {:016x}",
                          teller.machines_launched(), embedded.cloud().running().size(),
                          embedded.cloud().cost_so_far().to_string(), embedded.journal().lines(),
                          embedded.journal().hash()),
              {{"machines", teller.machines_launched()},
               {"running", embedded.cloud().running().size()},
               {"spent", embedded.cloud().cost_so_far().to_string()},
               {"journalLines", embedded.journal().lines()},
               {"journalHash", fmt::format("{:016x}", embedded.journal().hash())}});
}

ports::Task<> play(std::string_view name, Walk& walk) {
  if (name == "000") co_await walk_000(walk);
  if (name == "001") co_await walk_001(walk);
  if (name == "002") co_await walk_002(walk);
  if (name == "003") co_await walk_003(walk);
}

// Plays one walk on a cluster of its own. Returns the exit code.
int run_walk(const std::string& name, const DemoOptions& options, Story& story, Records& records) {
  EmbeddedOptions embedded_options{options.region, options.seed, walk_start(), nullptr};
  auto gates = control::read_feature_gates(options.feature_gates, embedded_options.settings);
  if (!gates) return complain(gates.error());
  Teller* told = nullptr;
  embedded_options.warn = [&](const std::string& warning) {
    if (told != nullptr) told->tell("warning", warning);
  };
  base::Result<std::unique_ptr<Embedded>> made = Embedded::make(embedded_options);
  if (!made) return complain(made.error());
  Embedded& embedded = **made;
  records.follow(embedded.journal());
  story.begin(embedded.clock().now());
  embedded.set_scene(name);
  Teller teller(story, embedded.clock(), embedded.store(), embedded.cloud(), embedded.journal());
  told = &teller;
  Walk walk(embedded, teller);

  Interruption interruption(embedded.context(), embedded.clock());
  std::string failure;
  bool ended = false;
  boost::asio::co_spawn(embedded.context(), play(name, walk), [&](std::exception_ptr error) {
    ended = true;
    try {
      if (error) std::rethrow_exception(error);
    } catch (const std::exception& reason) {
      failure = reason.what();
    }
    embedded.clock().stop();
  });
  embedded.controller().start();
  embedded.clock().run(speed_of(options));
  if (interruption.came()) {
    records.discard();
    teller.tell("result", "interrupted");
    return kExitFailed;
  }
  if (!failure.empty() || !ended) {
    teller.tell("result", "the walk failed: " + (ended ? failure : "it came to a standstill"));
    return kExitFailed;
  }
  summarize(embedded, teller);
  return kExitDone;
}

// The kubeconfig of the demo: where the user asked, or a file of its own that goes with it.
class KubeconfigFile {
 public:
  explicit KubeconfigFile(const std::string& path)
      : path_(path.empty() ? fmt::format("{}/joiner-demo-{}.kubeconfig",
                                         std::filesystem::temp_directory_path().string(), getpid())
                           : path),
        is_own_(path.empty()) {}
  ~KubeconfigFile() {
    std::error_code ignored;
    if (is_own_) std::filesystem::remove(path_, ignored);
  }
  KubeconfigFile(const KubeconfigFile&) = delete;
  KubeconfigFile& operator=(const KubeconfigFile&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
  bool is_own_;
};

void greet(Teller& teller, const std::string& kubeconfig, int port, const DemoOptions& options) {
  teller.tell("note", fmt::format("the embedded cluster listens on 127.0.0.1:{}", port));
  teller.tell("note", fmt::format("in another terminal:  export KUBECONFIG={}", kubeconfig),
              {{"kubeconfig", kubeconfig}, {"port", port}});
  teller.tell("note", "then, for example:    kubectl get nodes");
  if (options.speed == "60") {
    teller.tell("note",
                "a minute passes each second; ages that kubectl works out by itself "
                "(describe, events) follow your clock and are too small");
  }
  teller.tell("note", "Ctrl-C ends it");
}

int run_interactive(const DemoOptions& options, const std::string& manifests, Story& story,
                    Records& records) {
  if (options.speed == "max") {
    return complain(
        {base::Code::invalid, "--speed max needs --walk: without one nothing would end"});
  }
  EmbeddedOptions embedded_options{
      options.region, options.seed,
      std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()), nullptr};
  auto gates = control::read_feature_gates(options.feature_gates, embedded_options.settings);
  if (!gates) return complain(gates.error());
  Teller* told = nullptr;
  embedded_options.warn = [&](const std::string& warning) {
    if (told != nullptr) told->tell("warning", warning);
  };
  base::Result<std::unique_ptr<Embedded>> made = Embedded::make(embedded_options);
  if (!made) return complain(made.error());
  Embedded& embedded = **made;
  records.follow(embedded.journal());

  apiserver::ApiServer server(embedded.context(), embedded.store(), embedded.clock());
  base::Result<int> port = server.listen(options.port);
  if (!port) return complain(port.error());
  KubeconfigFile kubeconfig(options.kubeconfig);
  base::Result<void> written = apiserver::write_kubeconfig(kubeconfig.path(), *port);
  if (!written) return complain(written.error());

  story.begin(embedded.clock().now());
  embedded.set_scene(options.scene);
  Teller teller(story, embedded.clock(), embedded.store(), embedded.cloud(), embedded.journal());
  told = &teller;
  greet(teller, kubeconfig.path(), *port, options);
  if (!manifests.empty()) {
    base::Result<Applied> applied = apply_manifests(embedded.store(), manifests);
    if (!applied) return complain(applied.error());
    for (const std::string& warning : applied->warnings)
      teller.tell("warning", warning);
    for (const std::string& done : applied->done)
      teller.tell("note", done);
  }
  Interruption interruption(embedded.context(), embedded.clock());
  embedded.controller().start();
  embedded.clock().run(speed_of(options));
  summarize(embedded, teller);
  return kExitDone;
}

}  // namespace

int run_demo(const DemoOptions& options) {
  std::string manifests;
  if (!options.apply.empty()) {  // before signals are held: a terminal may be read
    base::Result<std::string> text = read_file(options.apply);
    if (!text) {
      return complain({text.error().code,
                       fmt::format("{}: {}", shown_name(options.apply), text.error().message)});
    }
    manifests = std::move(*text);
  }
  HeldSignals held;
  base::Result<std::unique_ptr<Records>> records = Records::open(options);
  if (!records) return complain(records.error());
  Story::Form form = options.output == "json" ? Story::Form::json : Story::Form::text;
  Story story(stdout, form, isatty(STDOUT_FILENO) != 0);
  int code = kExitDone;
  if (options.walk.empty()) {
    code = run_interactive(options, manifests, story, **records);
  } else {
    for (const std::string& walk : walks_of(options)) {
      code = run_walk(walk, options, story, **records);
      if (code != kExitDone) break;
    }
  }
  if (code != kExitBadInput) (*records)->finish();
  return code;
}

}  // namespace app
