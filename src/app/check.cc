#include "app/check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string_view>

#include "app/cli.h"
#include "app/files.h"
#include "base/nearest.h"
#include "model/convert.h"
#include "model/defaults.h"
#include "model/kinds.h"
#include "model/labels.h"
#include "model/validate.h"
#include "sim/core_defaults.h"
#include "sim/core_rules.h"

namespace app {
namespace {

using base::Json;
using model::Fault;
using model::Kind;

template <class T>
std::vector<Fault> custom_faults(const model::Object& object) {
  T value = object.as<T>();
  if constexpr (requires { model::fill_in_defaults(value); }) model::fill_in_defaults(value);
  return model::admission_faults(value);
}

// The part of a NodePool or NodeOverlay that a sentence of its runtime validation is about.
std::string field_of_sentence(Kind kind, std::string_view sentence) {
  bool is_pool = kind == Kind::NodePool;
  std::string_view part = sentence.substr(0, sentence.find(':'));
  if (part == "name") return "metadata.name";
  if (part == "labels") return "spec.template.metadata.labels";
  return fmt::format("{}.{}", is_pool ? "spec.template.spec" : "spec", part);
}

std::vector<Fault> sentences(Kind kind, const std::vector<std::string>& texts) {
  std::vector<Fault> faults;
  for (const std::string& text : texts) {
    std::size_t colon = text.find(": ");
    faults.push_back({field_of_sentence(kind, text),
                      colon == std::string::npos ? text : text.substr(colon + 2)});
  }
  return faults;
}

// What Joiner would say of a stored object.
std::vector<Fault> runtime_faults(const model::Object& object) {
  switch (object.kind()) {
    case Kind::NodePool:
      return sentences(Kind::NodePool, model::runtime_faults(object.as<model::NodePool>()));
    case Kind::NodeOverlay:
      return sentences(Kind::NodeOverlay, model::runtime_faults(object.as<model::NodeOverlay>()));
    case Kind::EC2NodeClass: {
      const auto& node_class = object.as<model::EC2NodeClass>();
      std::vector<Fault> faults;
      if (node_class.spec.kubelet) faults = model::kubelet_faults(*node_class.spec.kubelet);
      if (!faults.empty()) return faults;
      auto fault = model::runtime_fault(node_class);
      if (fault) faults.push_back({"spec", fault->reason + ": " + fault->message});
      return faults;
    }
    default: return {};
  }
}

std::vector<Fault> admission_faults(const model::Object& object) {
  switch (object.kind()) {
    case Kind::NodePool: return custom_faults<model::NodePool>(object);
    case Kind::NodeClaim: return custom_faults<model::NodeClaim>(object);
    case Kind::EC2NodeClass: return custom_faults<model::EC2NodeClass>(object);
    case Kind::NodeOverlay: return custom_faults<model::NodeOverlay>(object);
    case Kind::CapacityBuffer: return custom_faults<model::CapacityBuffer>(object);
    case Kind::KWOKNodeClass: return custom_faults<model::KWOKNodeClass>(object);
    case Kind::Pod: return sim::core_faults(object.as<model::Pod>(), nullptr);
    case Kind::Node: return sim::core_faults(object.as<model::Node>(), nullptr);
    case Kind::Deployment: return sim::core_faults(object.as<model::Deployment>(), nullptr);
    case Kind::ReplicaSet: return sim::core_faults(object.as<model::ReplicaSet>(), nullptr);
    case Kind::DaemonSet: return sim::core_faults(object.as<model::DaemonSet>(), nullptr);
    case Kind::PodDisruptionBudget:
      return sim::core_faults(object.as<model::PodDisruptionBudget>(), nullptr);
    default: return {};
  }
}

// Rules look at objects with their defaults, as a server stores them.
Json with_core_defaults(Kind kind, Json value) {
  switch (kind) {
    case Kind::Pod: sim::default_pod(value, 0); break;
    case Kind::Deployment: sim::default_deployment(value); break;
    case Kind::ReplicaSet: sim::default_replica_set(value); break;
    case Kind::DaemonSet: sim::default_daemon_set(value); break;
    default: break;
  }
  return value;
}

bool is_ours(std::string_view api_version) {
  std::string_view group = api_version.substr(0, api_version.find('/'));
  return group == model::kKarpenterGroup || group == model::kAwsGroup ||
         group == model::kKwokGroup || group == "autoscaling.x-k8s.io";
}

class Checker {
 public:
  void check(const SourceObject& source) {
    source_ = &source;
    const Json& value = source.value();
    std::string_view api_version = base::string_at(value, {"apiVersion"});
    std::string_view kind = base::string_at(value, {"kind"});
    std::string_view name = base::string_at(value, {"metadata", "name"});
    if (name.empty()) name = base::string_at(value, {"metadata", "generateName"});
    who_ = fmt::format("{} {}", kind.empty() ? "object" : kind,
                       name.empty() ? "without a name" : name);
    if (api_version.empty() || kind.empty()) {
      ++result.checked;
      const char* field = api_version.empty() ? "apiVersion" : "kind";
      const Json* given = base::find_path(value, {field});
      add(field, given == nullptr || given->is_string() ? "is required" : "expected a string");
      return;
    }
    if (model::is_convertible(api_version, kind)) return check_retired();
    const model::KindInfo* info = model::find_kind(api_version, kind);
    if (info == nullptr) return check_unknown(api_version, kind);
    ++result.checked;
    if (name.empty() && base::find_path(value, {"metadata", "name"}) == nullptr) {
      add("metadata.name", "is required");
    }
    check_known(*info);
  }

  CheckResult result;

 private:
  void add(std::string field, std::string message, bool is_warning = false) {
    int line = source_->line_of(field);
    result.findings.push_back(
        {source_->file(), line, who_, std::move(field), std::move(message), is_warning});
  }

  // A document of Karpenter's that is neither of today nor retired is a mistake; kinds of others
  // are not ours to judge. A known kind in a wrong version is told as well.
  void check_unknown(std::string_view api_version, std::string_view kind) {
    for (const model::KindInfo& info : model::kinds()) {
      if (info.name != kind || !(is_ours(api_version) || is_same_group(info, api_version)))
        continue;
      ++result.checked;
      add("apiVersion", fmt::format("\"{}\" has no kind {}; write \"{}\"", api_version, kind,
                                    info.api_version()));
      return;
    }
    if (!is_ours(api_version)) {
      result.not_checked.push_back(who_);
      return;
    }
    ++result.checked;
    std::vector<std::string_view> names;
    for (const model::KindInfo& info : model::kinds())
      if (is_ours(info.api_version())) names.push_back(info.name);
    auto nearest = base::nearest(kind, names);
    add("kind", fmt::format("\"{}\" is no kind of \"{}\"{}", kind, api_version,
                            nearest ? fmt::format("; did you mean \"{}\"?", *nearest) : ""));
  }

  static bool is_same_group(const model::KindInfo& info, std::string_view api_version) {
    std::size_t slash = api_version.find('/');
    std::string_view group =
        slash == std::string_view::npos ? std::string_view() : api_version.substr(0, slash);
    return info.group == group;
  }

  void check_retired() {
    ++result.checked;
    ++result.retired;
    model::ConvertOptions options;
    options.node_role = "role";  // whose name is asked for only when it is converted
    options.keep_runtime = true;
    for (const Fault& fault : model::convert(source_->value(), options).errors) {
      // What depends on other documents is told by the conversion of all.
      bool is_of_others = fault.message.contains("which is not here");
      if (!is_of_others) add(fault.field, fault.message);
    }
    add("apiVersion",
        fmt::format("{} {} is retired; `joiner convert -f {}` writes it in the kinds of today",
                    base::string_at(source_->value(), {"apiVersion"}),
                    base::string_at(source_->value(), {"kind"}),
                    source_->file() == shown_name("-") ? "-" : source_->file()),
        true);
  }

  void check_known(const model::KindInfo& info) {
    std::vector<std::string> unknown;
    base::Result<model::Object> object =
        model::read_object(info.kind, with_core_defaults(info.kind, source_->value()), &unknown);
    for (const std::string& path : unknown)
      add(path, "is no known field" + model::nearest_field(info.type(), path));
    if (!object) {
      const std::string& text = object.error().message;
      std::size_t colon = text.find(": ");
      bool has_field = colon != std::string::npos;
      add(has_field ? text.substr(0, colon) : "", has_field ? text.substr(colon + 2) : text);
      return;
    }
    std::vector<Fault> faults = admission_faults(*object);
    if (faults.empty()) faults = runtime_faults(*object);
    for (Fault& fault : faults)
      add(std::move(fault.field), std::move(fault.message));
  }

  const SourceObject* source_ = nullptr;
  std::string who_;
};

void print_text(const CheckResult& result) {
  for (const Finding& finding : result.findings) {
    std::string line = finding.line == 0 ? "" : fmt::format(":{}", finding.line);
    std::string object = finding.object.empty() ? "" : finding.object + ": ";
    std::string field = finding.field.empty() ? "" : finding.field + ": ";
    fmt::print("{}{}: {}{}{}{}\n", finding.file, line, finding.is_warning ? "warning: " : "",
               object, field, finding.message);
  }
  std::size_t errors = result.error_count();
  std::string rest = result.not_checked.empty() ? ""
                                                : fmt::format("; {} of other kinds not checked",
                                                              result.not_checked.size());
  fmt::print("{} object{} checked: {} error{}, {} warning{}{}\n", result.checked,
             result.checked == 1 ? "" : "s", errors, errors == 1 ? "" : "s",
             result.findings.size() - errors, result.findings.size() - errors == 1 ? "" : "s",
             rest);
}

void print_as_json(const CheckResult& result) {
  boost::json::array findings;
  for (const Finding& finding : result.findings) {
    boost::json::object entry{{"file", finding.file}};
    if (finding.line != 0) entry["line"] = finding.line;
    if (!finding.object.empty()) entry["object"] = finding.object;
    if (!finding.field.empty()) entry["field"] = finding.field;
    entry["severity"] = finding.is_warning ? "warning" : "error";
    entry["message"] = finding.message;
    findings.push_back(std::move(entry));
  }
  boost::json::object report;
  report["findings"] = std::move(findings);
  report["checked"] = result.checked;
  report["retired"] = result.retired;
  report["errors"] = result.error_count();
  report["notChecked"] = boost::json::array(result.not_checked.begin(), result.not_checked.end());
  fmt::print("{}\n", base::print_json_pretty(report));
}

}  // namespace

std::size_t CheckResult::error_count() const {
  return static_cast<std::size_t>(std::ranges::count(findings, false, &Finding::is_warning));
}

CheckResult check_sources(const Sources& sources) {
  Checker checker;
  for (const SourceFault& fault : sources.faults) {
    checker.result.findings.push_back({fault.file, fault.line, "", "", fault.message, false});
  }
  for (const SourceObject& object : sources.objects)
    checker.check(object);
  return std::move(checker.result);
}

int run_check(const CheckCommand& command) {
  CheckResult result = check_sources(read_sources(command.file));
  if (command.output == "json") {
    print_as_json(result);
  } else {
    print_text(result);
  }
  return result.error_count() == 0 ? kExitDone : kExitBadInput;
}

}  // namespace app
