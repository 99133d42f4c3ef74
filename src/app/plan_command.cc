#include "app/plan_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <string_view>

#include "app/cli.h"
#include "app/plan_explain.h"
#include "app/plan_input.h"
#include "app/plan_output.h"
#include "app/plan_read.h"
#include "app/plan_snapshot.h"
#include "app/plan_text.h"
#include "app/plan_text_parts.h"
#include "base/yaml.h"
#include "engine/default_spreads.h"

namespace app {

namespace {

constexpr int kExitUnschedulable = 3;
constexpr std::size_t kMostWarnings = 20;

int complain(std::string_view message) {
  while (!message.empty()) {
    std::string_view line = message.substr(0, message.find('\n'));
    message.remove_prefix(std::min(line.size() + 1, message.size()));
    fmt::print(stderr, "joiner: {}\n", line);
  }
  return kExitBadInput;
}

// What a reader of the plan would otherwise miss.
void tell_what_is_left_out(const PlanInput& input) {
  const std::size_t shown = std::min(input.warnings.size(), kMostWarnings);
  for (std::size_t index = 0; index < shown; ++index) {
    fmt::print(stderr, "warning: {}\n", input.warnings[index]);
  }
  if (input.warnings.size() > shown) {
    fmt::print(stderr, "warning: … and {} more\n", input.warnings.size() - shown);
  }
  std::string kinds;
  for (const auto& [kind, count] : input.skipped) {
    kinds += fmt::format("{}{} {}", kinds.empty() ? "" : ", ", count, kind);
  }
  if (!kinds.empty())
    fmt::print(stderr, "joiner: skipped, as planning does not read them: {}\n", kinds);
  if (input.repeated > 0) {
    fmt::print(stderr, "joiner: {} given twice; the first counts\n",
               counted(input.repeated, "object"));
  }
  for (const std::string& note : left_out(input))
    fmt::print(stderr, "joiner: {}\n", note);
}

base::Result<engine::Settings> settings_of(const PlanCommand& command, const MachineTypes& types) {
  engine::Settings settings;
  auto spreads = engine::read_default_spreads(command.scheduler_config);
  if (!spreads) return std::unexpected(spreads.error());
  settings.default_spreads = *std::move(spreads);
  settings.cloud_labels = types.labels;
  if (command.preference_policy == "Ignore") {
    settings.preference_policy = engine::PreferencePolicy::Ignore;
  }
  if (command.min_values_policy == "BestEffort") {
    settings.min_values_policy = engine::MinValuesPolicy::BestEffort;
  }
  return settings;
}

// Without being told, the KWOK provider's types if all NodePools are of it.
MachineTypesOptions chosen_types(const PlanCommand& command, const PlanInput& input) {
  MachineTypesOptions options = command.types;
  auto is_kwok = [](const auto& pool) {
    return pool->spec.template_.spec.nodeClassRef.group == "karpenter.kwok.sh";
  };
  bool is_open = options.file.empty() && options.catalog.empty() && options.region.empty();
  if (is_open && !input.pools.empty() && std::ranges::all_of(input.pools, is_kwok)) {
    options.catalog = "kwok";
  }
  return options;
}

int print(std::string_view text, int exit_code) {
  bool is_written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (is_written && std::fflush(stdout) == 0) return exit_code;
  fmt::print(stderr, "joiner: the plan cannot be written\n");
  return kExitFailed;
}

}  // namespace

int run_plan(const PlanCommand& command) {
  if (!command.explain.empty() && command.output != "text") {
    return complain("--explain is for people; leave out -o");
  }
  PlanInput input;
  for (const std::string& file : command.files) {
    base::Result<void> read = read_plan_input(file, input);
    if (!read) return complain(read.error().message);
  }
  base::Result<MachineTypes> types = machine_types(chosen_types(command, input));
  if (!types) return complain(types.error().message);
  base::Result<engine::Settings> settings = settings_of(command, *types);
  if (!settings) return complain(settings.error().message);
  tell_what_is_left_out(input);
  for (const std::string& note : overlay_notes(input, types->types, *settings))
    fmt::print(stderr, "joiner: {}\n", note);
  const engine::Snapshot snapshot = snapshot_of(input, types->types, *std::move(settings));
  if (input.pools.empty() && !snapshot.pods.empty()) {
    fmt::print(stderr, "joiner: without a NodePool in the input no machine can be launched\n");
  }
  const engine::Plan plan = engine::pack(snapshot);
  const int exit_code = plan.refusals.empty() ? kExitDone : kExitUnschedulable;
  if (command.output == "json") {
    return print(base::print_json_pretty(plan_json(plan, snapshot)) + "\n", exit_code);
  }
  if (command.output == "yaml") {
    return print(base::write_yaml(plan_json(plan, snapshot)), exit_code);
  }
  TextOptions options{Paint(wants_colour()), terminal_width(), types->has_modelled_spot_prices};
  if (command.explain.empty()) return print(plan_text(plan, snapshot, options), exit_code);
  auto text = explain_text(command.explain, input, plan, snapshot, options);
  if (!text) return complain(text.error().message);
  return print(*text, exit_code);
}

}  // namespace app
