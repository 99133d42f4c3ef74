#include "app/cli.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "app/catalog_command.h"
#include "app/check.h"
#include "app/completion.h"
#include "app/controller.h"
#include "app/convert.h"
#include "app/crds.h"
#include "app/demo.h"
#include "app/plan_command.h"
#include "app/simulate.h"
#include "app/version.h"
#include "base/nearest.h"

namespace app {
namespace {

constexpr const char* kDescription =
    "Joiner launches the machines that pending pods need and removes those that nobody needs.";

constexpr const char* kFooter = R"(Examples:
  joiner demo --walk all            play four public walks through Karpenter, and end
  joiner demo --speed 60            an embedded cluster to try with kubectl, a minute a second
  kubectl get nodepools,nodes,pods,ds -A -o json | joiner plan -f -
  joiner check -f manifests/        what is wrong with these manifests, without a cluster
  joiner convert -f provisioner.yaml --node-role KarpenterNodeRole-mine
  joiner simulate tests/sim/storms.toml    the controller in bad weather, a hundred seeds
)";

constexpr const char* kDemoFooter = R"(Examples:
  joiner demo                                 a cluster of one node; point kubectl at it
  joiner demo --speed 60 --apply pool.yaml    the same, faster, with objects of yours in it
  joiner demo --walk 003                      a scale-up from 1 to 10 replicas, and its end
  joiner demo --walk all -o json              every line as a JSON object
)";

void add_demo(CLI::App& cli, DemoOptions& options) {
  CLI::App* demo = cli.add_subcommand(
      "demo", "Run an embedded cluster with Joiner in it, or play a walk on one");
  demo->footer(kDemoFooter);
  demo->add_option("--walk", options.walk,
                   "Play the walk of a document and end: 000 to 003, or all")
      ->check(CLI::IsMember({"000", "001", "002", "003", "all"}));
  demo->add_option("--scene", options.scene,
                   "The nodes to begin with: those of walk 002 or 003 (default 003)")
      ->check(CLI::IsMember({"002", "003"}));
  demo->add_option("--apply", options.apply, "Apply the manifests of this file at the start");
  demo->add_option("--region", options.region, "Region of the EC2 catalogue (default us-east-1)");
  demo->add_option("--speed", options.speed,
                   "Virtual seconds per second: 1, 60 or max (max only with --walk, and then the "
                   "default)")
      ->check(CLI::IsMember({"1", "60", "max"}));
  demo->add_option("--seed", options.seed, "Seed of every random draw (default 1)");
  demo->add_option("--feature-gates", options.feature_gates,
                   "Features to switch on or off: NodeOverlay=true,CapacityBuffer=true")
      ->envname("FEATURE_GATES");
  demo->add_option("--port", options.port, "Port of the API server on 127.0.0.1 (default: any)")
      ->check(CLI::Range(1, 65535));
  demo->add_option(
      "--kubeconfig", options.kubeconfig,
      "Where to write the kubeconfig (default: a file of its own, removed at the end)");
  demo->add_option("--journal", options.journal, "Write the journal to this file, a line an entry");
  demo->add_option("--log", options.log,
                   "Write the controller's log to this file as JSON lines; - for standard error");
  demo->add_option("-o,--output", options.output, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
}

void add_convert(CLI::App& cli, ConvertCommand& options) {
  CLI::App* convert = cli.add_subcommand(
      "convert", "Turn retired Karpenter manifests into NodePools and EC2NodeClasses of today");
  convert
      ->add_option("-f,--filename", options.file,
                   "The manifests to read: a file, a folder, or - for standard input")
      ->required();
  CLI::Option* role = convert->add_option("--node-role", options.node_role,
                                          "Role of the nodes, where the manifest names none");
  convert
      ->add_option("--instance-profile", options.instance_profile,
                   "Instance profile of the nodes, where the manifest names none")
      ->excludes(role);
  convert->add_flag("--ignore-defaults", options.ignore_defaults,
                    "Do not add the requirements that Provisioners had by default");
  convert
      ->add_option("--tags", options.tags,
                   "Tags of every class, as key=value,…: the old global setting aws.tags")
      ->delimiter(',');
  convert->add_flag("--ipv6", options.ipv6, "The cluster speaks IPv6");
  convert->add_flag("--strict", options.strict, "Unknown fields are errors, not warnings");
  convert->add_flag("--keep-runtime", options.keep_runtime,
                    "Convert Machines and NodeClaims too, which stand for running machines");
  convert->add_option("-o,--output", options.output, "yaml or json")
      ->check(CLI::IsMember({"yaml", "json"}));
}

void add_check(CLI::App& cli, CheckCommand& options) {
  CLI::App* check =
      cli.add_subcommand("check", "Say what is wrong with manifests, without a cluster");
  check
      ->add_option("-f,--filename", options.file,
                   "The manifests to read: a file, a folder, or - for standard input")
      ->required();
  check->add_option("-o,--output", options.output, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
}

constexpr const char* kPlanFooter = R"(Examples:
  joiner plan -f nodepool.yaml -f deployment.yaml
  kubectl get nodepools,nodeclaims,nodes,pods,ds,pvc,pv,sc,csinodes,ns -A -o json | joiner plan -f -
  joiner plan -f manifests/ -f overlay.yaml
  joiner plan -f manifests/ --instance-types types.json -o json
  joiner plan -f cluster.json --explain shop/web-3

Exit codes: 0 all pods are placed, 3 some are not, 2 the input is wrong.
)";

void add_types(CLI::App& command, MachineTypesOptions& options) {
  CLI::Option* file =
      command.add_option("--instance-types", options.file,
                         "Instance types of a file, in the format of Karpenter's KWOK provider");
  command
      .add_option("--catalog", options.catalog,
                  "Instance types of ec2 (embedded) or kwok (built in)")
      ->check(CLI::IsMember({"ec2", "kwok"}))
      ->excludes(file);
  command.add_option("--region", options.region, "Region of the EC2 catalogue (default us-east-1)");
}

void add_plan(CLI::App& cli, PlanCommand& options) {
  CLI::App* plan = cli.add_subcommand(
      "plan", "Tell from files which machines a cluster would get for its pending pods");
  plan->footer(kPlanFooter);
  plan->add_option("-f,--filename", options.files,
                   "Files and folders of manifests or of kubectl's output; - for standard input")
      ->required()
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  add_types(*plan, options.types);
  plan->add_option("-o,--output", options.output, "text, json or yaml")
      ->check(CLI::IsMember({"text", "json", "yaml"}));
  plan->add_option("--preference-policy", options.preference_policy,
                   "Respect or Ignore what pods only prefer")
      ->envname("PREFERENCE_POLICY")
      ->check(CLI::IsMember({"Respect", "Ignore"}));
  plan->add_option("--min-values-policy", options.min_values_policy,
                   "Strict, or BestEffort: lower minValues rather than refuse a pod")
      ->envname("MIN_VALUES_POLICY")
      ->check(CLI::IsMember({"Strict", "BestEffort"}));
  plan->add_option("--scheduler-config", options.scheduler_config,
                   "Default spread constraints: the YAML or JSON document itself")
      ->envname("SCHEDULER_CONFIG");
  plan->add_option("--explain", options.explain,
                   "Tell where this pod goes and why no cheaper machine will do");
}

void add_catalog(CLI::App& cli, CatalogCommand& options) {
  CLI::App* catalog = cli.add_subcommand(
      "catalog", "Show the instance types: what pods get of each, and what it costs");
  add_types(*catalog, options.types);
  catalog->add_option("-o,--output", options.output, "table, wide or json")
      ->check(CLI::IsMember({"table", "wide", "json"}));
}

constexpr const char* kSimulateFooter = R"(Examples:
  joiner simulate tests/sim/droughts.toml                 a hundred seeds; exit code 1 if any fails
  joiner simulate tests/sim/droughts.toml --seeds 17      one run again, with what was armed in it
)";

void add_simulate(CLI::App& cli, SimulateOptions& options) {
  CLI::App* simulate = cli.add_subcommand(
      "simulate", "Run scenarios of bad weather in virtual time, and check what must always hold");
  simulate->footer(kSimulateFooter);
  simulate->add_option("scenario", options.files, "Scenarios to run, TOML files")->required();
  simulate->add_option("--seeds", options.seeds, "One seed, or the first and last (1..100)");
  simulate->add_option("--journal", options.journal, "Write the journal of the only run to a file");
  simulate->add_option("--jobs", options.jobs, "Runs at the same time (default: one a processor)")
      ->check(CLI::Range(1, 1024));
  simulate->add_option("-o,--output", options.output, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
}

// "--wlak" is nearest to "--walk".
std::string did_you_mean(const std::string& word, const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames())
      names.push_back("--" + name);
  }
  for (const CLI::App* subcommand : command.get_subcommands({})) {
    names.push_back(subcommand->get_name());
  }
  std::vector<std::string_view> known(names.begin(), names.end());
  std::optional<std::string> nearest = base::nearest(word.substr(0, word.find('=')), known);
  return nearest ? fmt::format("; did you mean {}?", *nearest) : "";
}

int report(const CLI::App& cli, const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) return cli.exit(error);  // --help
  const CLI::App* command = &cli;
  for (const CLI::App* parsed : cli.get_subcommands())
    command = parsed;
  std::vector<std::string> extra = command->remaining();
  if (extra.empty()) extra = cli.remaining();
  std::string message = error.what();
  if (!extra.empty()) {
    message = fmt::format("unknown {} {}{}", extra.front().starts_with('-') ? "flag" : "command",
                          extra.front(), did_you_mean(extra.front(), *command));
  }
  fmt::print(stderr, "joiner: {}\nRun '{} --help' for usage.\n", message,
             command == &cli ? "joiner" : "joiner " + command->get_name());
  return kExitBadInput;
}

// What a completion script must know: each command with its flags.
std::vector<CompletedCommand> commands_of(const CLI::App& cli) {
  std::vector<CompletedCommand> commands;
  for (const CLI::App* subcommand : cli.get_subcommands({})) {
    CompletedCommand command{subcommand->get_name(), subcommand->get_description(), {}};
    for (const CLI::Option* option : subcommand->get_options()) {
      for (const std::string& name : option->get_lnames()) {
        command.flags.push_back({"--" + name, option->get_description()});
      }
    }
    commands.push_back(std::move(command));
  }
  return commands;
}

}  // namespace

int run(int argc, char** argv) {
  // Its flags are Karpenter's, with one dash too, which this parser does not know.
  if (argc > 1 && std::string_view(argv[1]) == "controller") {
    return run_controller({argv + 2, argv + argc});
  }
  CLI::App cli(kDescription, "joiner");
  cli.require_subcommand(1);
  cli.get_formatter()->column_width(32);
  DemoOptions demo;
  CheckCommand check;
  ConvertCommand convert;
  PlanCommand plan;
  CatalogCommand catalog;
  SimulateOptions simulate;
  std::string shell;
  bool version_as_json = false;
  add_demo(cli, demo);
  add_plan(cli, plan);
  add_catalog(cli, catalog);
  add_check(cli, check);
  add_convert(cli, convert);
  add_simulate(cli, simulate);
  cli.add_subcommand("controller", "Run the controller of a real cluster (--help for its flags)");
  std::string crds_folder;
  cli.add_subcommand("crds", "Print the CustomResourceDefinitions that a cluster needs")
      ->add_option("--directory", crds_folder, "Write them there instead, a file a kind");
  CLI::App* version = cli.add_subcommand("version", "Print the version");
  version->add_flag("--json", version_as_json, "As a JSON object");
  CLI::App* completion =
      cli.add_subcommand("completion", "Print a completion script for bash, zsh or fish");
  completion->add_option("shell", shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  cli.footer(kFooter);  // last: commands take over what stands before them
  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return report(cli, error);
  }
  if (cli.got_subcommand("demo")) return run_demo(demo);
  if (cli.got_subcommand("plan")) return run_plan(plan);
  if (cli.got_subcommand("catalog")) return run_catalog(catalog);
  if (cli.got_subcommand("check")) return run_check(check);
  if (cli.got_subcommand("convert")) return run_convert(convert);
  if (cli.got_subcommand("simulate")) return run_simulate(simulate);
  if (cli.got_subcommand("crds")) return write_crds(crds_folder);
  if (cli.got_subcommand("version")) return print_version(version_as_json);
  return print_completion(shell, commands_of(cli));
}

}  // namespace app
