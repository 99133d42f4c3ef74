#include "app/simulate.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <thread>

#include "app/cli.h"
#include "app/files.h"
#include "app/simulate_run.h"
#include "base/json.h"
#include "catalog/ec2.h"

namespace app {
namespace {

struct Seeds {
  std::uint64_t first = 1;
  std::uint64_t last = 1;

  std::size_t count() const { return last - first + 1; }
};

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

int complain(std::string_view message) {
  fmt::print(stderr, "joiner: {}\n", message);
  return kExitBadInput;
}

std::optional<Seeds> parse_seeds(std::string_view text) {
  auto number = [](std::string_view digits) -> std::optional<std::uint64_t> {
    std::uint64_t value = 0;
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    return value;
  };
  std::size_t dots = text.find("..");
  std::optional<std::uint64_t> first = number(text.substr(0, dots));
  std::optional<std::uint64_t> last = first;
  if (dots != std::string_view::npos) last = number(text.substr(dots + 2));
  if (!first || !last || *last < *first || *last - *first >= 1'000'000) return std::nullopt;
  return Seeds{*first, *last};
}

// The runs of one scenario, by seed.
struct Outcome {
  std::string file;
  std::string title;
  std::vector<RunResult> runs;
  std::chrono::duration<double> took{};

  std::size_t failed() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(runs, [](const auto& run) { return !run.violations.empty(); }));
  }
  double days() const {
    std::chrono::duration<double> all{};
    for (const RunResult& run : runs)
      all += run.simulated;
    return all / std::chrono::hours(24);
  }
};

// Each thread takes the next seed; a run shares nothing with the others but the catalogue.
base::Result<void> run_seeds(const sim::Scenario& scenario, const model::InstanceTypes& catalogue,
                             Seeds seeds, int jobs, const control::Journal::Sink& journal,
                             std::vector<RunResult>& runs) {
  std::vector<std::optional<base::Result<RunResult>>> results(seeds.count());
  std::atomic<std::size_t> next = 0;
  auto work = [&] {
    for (std::size_t index = next++; index < results.size(); index = next++) {
      RunOptions options;
      options.seed = seeds.first + index;
      options.journal = journal;
      results[index] = run_scenario(scenario, catalogue, options);
    }
  };
  std::size_t wanted = std::max(1U, std::thread::hardware_concurrency());
  if (jobs > 0) wanted = static_cast<std::size_t>(jobs);
  {
    std::vector<std::jthread> threads;
    for (std::size_t job = 1; job < std::min(wanted, results.size()); ++job)
      threads.emplace_back(work);
    work();
  }
  for (auto& result : results) {
    if (!*result) return std::unexpected(std::move(result->error()));
    runs.push_back(std::move(**result));
  }
  return {};
}

std::string replay(const Outcome& outcome, std::uint64_t seed) {
  return fmt::format("joiner simulate {} --seeds {}", outcome.file, seed);
}

template <class Value>
std::string spread(const Outcome& outcome, Value value) {
  std::vector<std::uint64_t> values;
  for (const RunResult& run : outcome.runs)
    values.push_back(value(run));
  std::ranges::sort(values);
  if (values.size() == 1) return fmt::format("{}", values.front());
  return fmt::format("{}/{}/{}", values.front(), values[values.size() / 2], values.back());
}

void print_violations(const Outcome& outcome) {
  for (const RunResult& run : outcome.runs) {
    if (run.violations.empty()) continue;
    fmt::print("\nseed {} of {}:\n", run.seed, outcome.title);
    for (const sim::Violation& violation : run.violations) {
      fmt::print("  after {}: {}: {}\n", base::human_duration(violation.at - run.start),
                 violation.invariant, violation.what);
    }
    fmt::print("  replay: {}\n", replay(outcome, run.seed));
  }
}

void print_run(const RunResult& run) {
  fmt::print("\nseed {}: {} journal lines, hash {:016x}, spent {}\n", run.seed, run.journal_lines,
             run.journal_hash, run.cost.to_string());
  for (const std::string& fault : run.faults)
    fmt::print("  armed  {}\n", fault);
}

void print_text(const std::vector<Outcome>& outcomes) {
  fmt::print("least/median/most of the runs of each scenario\n\n");
  fmt::print("{:<28} {:>5} {:>6} {:>13} {:>15} {:>11} {:>11} {:>13} {:>14} {:>9}\n", "scenario",
             "runs", "failed", "machines", "pods bound", "wait, s", "interrupted", "crashes",
             "faults", "days/s");
  for (const Outcome& outcome : outcomes) {
    auto column = [&](auto value) { return spread(outcome, value); };
    fmt::print("{:<28} {:>5} {:>6} {:>13} {:>15} {:>11} {:>11} {:>13} {:>14} {:>9.1f}\n",
               outcome.title, outcome.runs.size(), outcome.failed(),
               column([](const RunResult& run) { return run.machines; }),
               column([](const RunResult& run) { return run.pods; }),
               column([](const RunResult& run) {
                 return static_cast<std::uint64_t>(run.longest_wait / std::chrono::seconds(1));
               }),
               column([](const RunResult& run) { return run.interruptions; }),
               column([](const RunResult& run) { return run.crashes; }),
               column([](const RunResult& run) { return run.faults_struck; }),
               outcome.days() / outcome.took.count());
  }
  for (const Outcome& outcome : outcomes) {
    print_violations(outcome);
    if (outcome.runs.size() == 1) print_run(outcome.runs.front());
  }
}

// One object a run, then one a scenario.
void print_json(const std::vector<Outcome>& outcomes) {
  for (const Outcome& outcome : outcomes) {
    for (const RunResult& run : outcome.runs) {
      boost::json::array violations;
      for (const sim::Violation& violation : run.violations) {
        violations.push_back({{"at", base::print_micro_time(violation.at)},
                              {"invariant", violation.invariant},
                              {"what", violation.what}});
      }
      boost::json::object line{{"scenario", outcome.title},
                               {"seed", run.seed},
                               {"machines", run.machines},
                               {"pods", run.pods},
                               {"longestWaitSeconds", run.longest_wait / std::chrono::seconds(1)},
                               {"interruptions", run.interruptions},
                               {"crashes", run.crashes},
                               {"faults", run.faults_struck},
                               {"spent", run.cost.to_string()},
                               {"journalLines", run.journal_lines},
                               {"journalHash", fmt::format("{:016x}", run.journal_hash)},
                               {"violations", std::move(violations)}};
      if (!run.violations.empty()) line["replay"] = replay(outcome, run.seed);
      fmt::print("{}\n", base::print_json(line));
    }
    boost::json::object line{{"scenario", outcome.title},
                             {"runs", outcome.runs.size()},
                             {"failed", outcome.failed()},
                             {"simulatedDays", outcome.days()},
                             {"simulatedDaysPerSecond", outcome.days() / outcome.took.count()}};
    fmt::print("{}\n", base::print_json(line));
  }
}

base::Result<Outcome> run_file(const std::string& file, Seeds seeds,
                               const model::InstanceTypes& catalogue, int jobs,
                               const control::Journal::Sink& journal) {
  auto in_file = [&](const base::Error& error) {
    return base::invalid(fmt::format("{}: {}", shown_name(file), error.message));
  };
  base::Result<std::string> text = read_file(file);
  if (!text) return in_file(text.error());
  base::Result<sim::Scenario> scenario = sim::read_scenario(*text);
  if (!scenario) return in_file(scenario.error());
  Outcome outcome{file, scenario->title.empty() ? file : scenario->title, {}, {}};
  auto start = std::chrono::steady_clock::now();
  base::Result<void> done = run_seeds(*scenario, catalogue, seeds, jobs, journal, outcome.runs);
  if (!done) return in_file(done.error());
  outcome.took = std::chrono::steady_clock::now() - start;
  return outcome;
}

}  // namespace

int run_simulate(const SimulateOptions& options) {
  std::optional<Seeds> seeds = parse_seeds(options.seeds);
  if (!seeds) return complain("--seeds takes one seed, or the first and last: 1..100");
  control::Journal::Sink journal;
  std::unique_ptr<std::FILE, CloseFile> journal_file;
  if (!options.journal.empty()) {
    if (seeds->count() != 1 || options.files.size() != 1) {
      return complain("--journal needs one scenario and one seed");
    }
    journal_file.reset(std::fopen(options.journal.c_str(), "wb"));
    if (!journal_file) return complain("cannot write " + options.journal);
    journal = [file = journal_file.get()](const control::JournalEntry& entry) {
      fmt::print(file, "{}\n", control::to_line(entry));
    };
  }
  base::Result<model::InstanceTypes> catalogue = catalog::load_ec2();
  if (!catalogue) return complain(catalogue.error().message);
  std::vector<Outcome> outcomes;
  for (const std::string& file : options.files) {
    base::Result<Outcome> outcome = run_file(file, *seeds, *catalogue, options.jobs, journal);
    if (!outcome) return complain(outcome.error().message);
    outcomes.push_back(std::move(*outcome));
  }
  options.output == "json" ? print_json(outcomes) : print_text(outcomes);
  bool failed =
      std::ranges::any_of(outcomes, [](const Outcome& outcome) { return outcome.failed() > 0; });
  return failed ? kExitFailed : kExitDone;
}

}  // namespace app
