#include "app/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "base/nearest.h"
#include "base/scan.h"
#include "control/feature_gates.h"

namespace app {
namespace {

using base::Result;

enum class Form { text, integer, boolean, duration, gates };

struct Option {
  std::string_view name;
  Form form;
  std::function<Result<void>(Options&, std::string_view)> set;
  std::string_view fallback;  // as help shows it
  std::string_view help;
  bool has_effect = true;
};

// Go's own forms (LIF-269).
Result<bool> read_boolean(std::string_view text) {
  std::optional<bool> value = base::to_boolean(text);
  if (!value) return base::invalid("expected true or false");
  return *value;
}

Result<std::int64_t> read_integer(std::string_view text) {
  std::optional<std::int64_t> number = base::to_integer<std::int64_t>(text);
  if (!number) return base::invalid("expected a whole number");
  return *number;
}

template <class T>
Result<void> assign(T& place, Result<T> value) {
  if (!value) return std::unexpected(std::move(value.error()));
  place = std::move(*value);
  return {};
}

Option text(std::string_view name, std::string Options::* place, std::string_view help,
            std::vector<std::string_view> allowed = {}) {
  static const Options defaults;
  auto set = [place, allowed](Options& options, std::string_view value) -> Result<void> {
    if (!allowed.empty() && std::ranges::find(allowed, value) == allowed.end()) {
      return base::invalid(fmt::format("expected one of: {}", fmt::join(allowed, ", ")));
    }
    options.*place = value;
    return {};
  };
  return {name, Form::text, set, defaults.*place, help};
}

Option integer(std::string_view name, std::int64_t Options::* place, std::string_view fallback,
               std::string_view help, std::int64_t least = INT64_MIN,
               std::int64_t most = INT64_MAX) {
  auto set = [=](Options& options, std::string_view value) -> Result<void> {
    Result<std::int64_t> number = read_integer(value);
    if (number && (*number < least || *number > most)) {
      return base::invalid(fmt::format("expected {} to {}", least, most));
    }
    return assign(options.*place, std::move(number));
  };
  return {name, Form::integer, set, fallback, help};
}

Option boolean(std::string_view name, bool Options::* place, std::string_view help) {
  static const Options defaults;
  auto set = [place](Options& options, std::string_view value) {
    return assign(options.*place, read_boolean(value));
  };
  return {name, Form::boolean, set, defaults.*place ? "true" : "false", help};
}

Option duration(std::string_view name, base::Duration Options::* place, std::string_view fallback,
                std::string_view help) {
  auto set = [place](Options& options, std::string_view value) -> Result<void> {
    Result<base::Duration> read = base::parse_duration(value);
    if (!read) return base::invalid("expected a duration such as 10s or 1m30s");
    options.*place = *read;
    return {};
  };
  return {name, Form::duration, set, fallback, help};
}

// Kept as it is written, once it can be read (LIF-277).
Result<void> set_gates(Options& options, std::string_view value) {
  control::Settings tried;
  Result<void> read = control::read_feature_gates(value, tried);
  if (read) options.feature_gates = value;
  return read;
}

Option without_effect(Option option) {
  option.has_effect = false;
  return option;
}

const std::vector<Option>& all_options() {
  static const std::vector<Option> options = {
      text("provider", &Options::provider, "Where machines come from", {"kwok"}),
      integer("metrics-port", &Options::metrics_port, "8080", "Port of /metrics", 0, 65535),
      integer("health-probe-port", &Options::health_probe_port, "8081",
              "Port of /healthz and /readyz", 0, 65535),
      integer("kube-client-qps", &Options::kube_client_qps, "200",
              "Requests a second to the API server"),
      integer("kube-client-burst", &Options::kube_client_burst, "300",
              "Requests beyond that, at once"),
      text("log-level", &Options::log_level, "Least level that is logged",
           {"", "debug", "info", "error"}),
      text("log-output-paths", &Options::log_output_paths,
           "Where the log goes: stdout, stderr or files, with commas"),
      without_effect(text("log-error-output-paths", &Options::log_error_output_paths,
                          "Where the logger's own errors go")),
      duration("batch-max-duration", &Options::batch_max_duration, "10s",
               "Longest time that pods are gathered"),
      duration("batch-idle-duration", &Options::batch_idle_duration, "1s",
               "Time without a new pod that ends the gathering"),
      boolean("disable-leader-election", &Options::disable_leader_election,
              "Act without the lease"),
      text("leader-election-name", &Options::leader_election_name, "Name of the lease"),
      text("leader-election-namespace", &Options::leader_election_namespace,
           "Namespace of the lease; default: the pod's own"),
      without_effect(
          integer("memory-limit", &Options::memory_limit, "-1", "Bytes; zero or less: none")),
      without_effect(integer("cpu-requests", &Options::cpu_requests, "1000", "Millicores")),
      text("preference-policy", &Options::preference_policy, "What preferences of pods count",
           {"Respect", "Ignore"}),
      text("min-values-policy", &Options::min_values_policy, "What minValues of NodePools count",
           {"Strict", "BestEffort"}),
      without_effect(boolean("enable-profiling", &Options::enable_profiling, "Serve profiles")),
      without_effect(boolean("disable-controller-warmup", &Options::disable_controller_warmup,
                             "Followers watch only once they lead")),
      without_effect(boolean("disable-cluster-state-observability",
                             &Options::disable_cluster_state_observability,
                             "No metrics of the cluster's state")),
      boolean("ignore-dra-requests", &Options::ignore_dra_requests,
              "Leave pods with resource claims alone"),
      without_effect(text("karpenter-service", &Options::karpenter_service, "Accepted, unused")),
      {"feature-gates", Form::gates, &set_gates, "", "Name=true or Name=false, with commas"},
      without_effect(text("scheduler-config", &Options::scheduler_config,
                          "Default spread constraints, as a YAML or JSON document")),
      text("instance-types-file-path", &Options::instance_types_file_path,
           "Instance types of the KWOK provider"),
  };
  return options;
}

std::string variable_of(std::string_view name) {
  std::string variable(name);
  std::ranges::transform(variable, variable.begin(), [](unsigned char character) {
    return character == '-' ? '_' : static_cast<char>(std::toupper(character));
  });
  return variable;
}

const Option* find_option(std::string_view name) {
  auto found = std::ranges::find(all_options(), name, &Option::name);
  return found == all_options().end() ? nullptr : &*found;
}

base::Error unknown_flag(std::string_view name) {
  std::vector<std::string_view> known;
  for (const Option& option : all_options())
    known.push_back(option.name);
  std::optional<std::string> nearest = base::nearest(name, known);
  return {base::Code::invalid,
          fmt::format("unknown flag --{}{}", name,
                      nearest ? fmt::format("; did you mean --{}?", *nearest) : "")};
}

// Reads the flag that begins at `at` and moves it behind what was read.
Result<void> read_flag(const std::vector<std::string>& arguments, std::size_t& at, Options& options,
                       std::vector<std::string_view>& without) {
  std::string_view word = arguments[at++];
  if (!word.starts_with('-') || word == "-") {
    return base::invalid(fmt::format("unexpected argument \"{}\"", word));
  }
  word.remove_prefix(word.starts_with("--") ? 2 : 1);
  if (word == "h" || word == "help") {
    options.wants_help = true;
    return {};
  }
  std::size_t equals = word.find('=');
  std::string_view name = word.substr(0, equals);
  const Option* option = find_option(name);
  if (option == nullptr) return std::unexpected(unknown_flag(name));
  std::string value = "true";
  if (equals != std::string_view::npos) {
    value = word.substr(equals + 1);
  } else if (option->form != Form::boolean) {
    if (at == arguments.size()) return base::invalid(fmt::format("--{} needs a value", name));
    value = arguments[at++];
  }
  if (!option->has_effect) without.push_back(option->name);
  Result<void> set = option->set(options, value);
  if (!set) {
    return base::invalid(fmt::format("--{} \"{}\": {}", name, value, set.error().message));
  }
  return {};
}

}  // namespace

Result<Options> read_options(
    const std::vector<std::string>& arguments,
    const std::function<std::optional<std::string>(std::string_view)>& environment) {
  Options options;
  std::vector<std::string_view> without;
  for (const Option& option : all_options()) {
    std::string variable = variable_of(option.name);
    std::optional<std::string> value = environment(variable);
    if (!value || option.name == "provider") continue;
    if (!option.has_effect) without.push_back(option.name);
    Result<void> set = option.set(options, *value);
    if (set) continue;
    bool is_word = option.form == Form::text || option.form == Form::gates;
    std::string what = fmt::format("{}=\"{}\": {}", variable, *value, set.error().message);
    if (is_word) return base::invalid(what);
    options.warnings.push_back(fmt::format("{}; the default {} is kept", what, option.fallback));
  }
  for (std::size_t at = 0; at < arguments.size();) {
    Result<void> read = read_flag(arguments, at, options, without);
    if (!read) return std::unexpected(std::move(read.error()));
  }
  if (!without.empty()) {
    std::ranges::sort(without);
    without.erase(std::unique(without.begin(), without.end()), without.end());
    options.warnings.push_back(
        fmt::format("read, but without effect here: {}", fmt::join(without, ", ")));
  }
  return options;
}

std::string options_help() {
  std::string help;
  for (const Option& option : all_options()) {
    std::string flag = fmt::format("--{}", option.name);
    help += fmt::format("  {:40}{}", flag, option.help);
    if (!option.fallback.empty()) help += fmt::format(" (default {})", option.fallback);
    help += "\n";
  }
  return help;
}

std::vector<std::string> option_names() {
  std::vector<std::string> names;
  for (const Option& option : all_options())
    names.emplace_back(option.name);
  return names;
}

}  // namespace app
