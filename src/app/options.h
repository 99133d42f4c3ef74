// What an operator sets: each option is a flag and an environment variable of Karpenter's names
// (lifecycle.md 10.1). A flag wins over the environment, which wins over the default.
//
// Flags take one dash or two, "-name value" and "-name=value"; booleans only the bare flag, "=true" and
// "=false" (LIF-268). An integer, boolean or duration of the environment that does not parse leaves the
// default and gives a warning (LIF-269); a wrong flag, and a wrong word of either, is an error.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace app {

struct Options {
  std::string provider;  // ours: "kwok"

  std::int64_t metrics_port = 8080;
  std::int64_t health_probe_port = 8081;
  std::int64_t kube_client_qps = 200;
  std::int64_t kube_client_burst = 300;
  std::string log_level = "info";  // "", debug, info, error
  std::string log_output_paths = "stdout";
  std::string log_error_output_paths = "stderr";
  base::Duration batch_max_duration = std::chrono::seconds(10);
  base::Duration batch_idle_duration = std::chrono::seconds(1);
  bool disable_leader_election = false;
  std::string leader_election_name = "karpenter-leader-election";
  std::string leader_election_namespace;
  std::int64_t memory_limit = -1;
  std::int64_t cpu_requests = 1000;
  std::string preference_policy = "Respect";  // or Ignore
  std::string min_values_policy = "Strict";   // or BestEffort
  bool enable_profiling = false;
  bool disable_controller_warmup = true;
  bool disable_cluster_state_observability = false;
  bool ignore_dra_requests = true;
  std::string karpenter_service;
  std::string feature_gates;  // for control::read_feature_gates
  std::string scheduler_config;
  std::string instance_types_file_path;  // of the KWOK provider

  std::vector<std::string> warnings;  // for the log, once it runs
  bool wants_help = false;
};

// Errors name the flag or variable, its value, what is allowed and, for an unknown flag, the nearest.
base::Result<Options> read_options(
    const std::vector<std::string>& arguments,
    const std::function<std::optional<std::string>(std::string_view)>& environment);

// Flags with their variables, defaults and meaning.
std::string options_help();

// Their names, without dashes.
std::vector<std::string> option_names();

}  // namespace app
