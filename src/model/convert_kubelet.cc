#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/quantity.h"
#include "base/time.h"
#include "model/convert_parts.h"
#include "model/validate_parts.h"

namespace model {
namespace {

constexpr std::string_view kReservable[] = {"cpu", "memory", "ephemeral-storage", "pid"};

std::string text_of(const base::Json& value) {
  const boost::json::string* text = value.if_string();
  return text == nullptr ? base::print_json(value) : std::string(text->data(), text->size());
}

bool is_amount(std::string_view text) {
  base::Result<base::Quantity> amount = base::Quantity::parse(text);
  return amount && !amount->is_negative();
}

class KubeletConverter {
 public:
  KubeletConverter(const ProvisionerKubelet& kubelet, const std::string& path, Report& report)
      : kubelet_(kubelet), path_(path), report_(report) {}

  base::Json convert() {
    check_thresholds("evictionHard", kubelet_.evictionHard);
    check_thresholds("evictionSoft", kubelet_.evictionSoft);
    check_grace_periods();
    check_percentages();
    check_not_negative("evictionMaxPodGracePeriod", kubelet_.evictionMaxPodGracePeriod);
    check_not_negative("maxPods", kubelet_.maxPods);
    check_not_negative("podsPerCore", kubelet_.podsPerCore);
    if (!kubelet_.containerRuntime.empty() && kubelet_.containerRuntime != "containerd") {
      report_.warn(at("containerRuntime"),
                   quoted(kubelet_.containerRuntime) + " is dropped: every node runs containerd");
    }
    return write();
  }

 private:
  std::string at(std::string_view field) const { return fmt::format("{}.{}", path_, field); }
  std::string at(std::string_view field, std::string_view key) const {
    return fmt::format("{}.{}[{}]", path_, field, key);
  }

  // API-226, API-227
  void check_thresholds(std::string_view field, const Labels& thresholds) {
    for (const auto& [signal, value] : thresholds) {
      report_.error_if(at(field, signal), choice_fault(signal, kEvictionSignals));
      report_.error_if(at(field, signal), threshold_fault(value));
    }
  }

  // API-226 to API-228
  void check_grace_periods() {
    const std::string_view field = "evictionSoftGracePeriod";
    for (const auto& [signal, value] : kubelet_.evictionSoftGracePeriod) {
      report_.error_if(at(field, signal), choice_fault(signal, kEvictionSignals));
      base::Result<base::Duration> period = base::parse_duration(value);
      if (!period || period->count() < 0) {
        report_.error(at(field, signal), quoted(value) + " is no duration, such as \"1m30s\"");
      }
      if (!kubelet_.evictionSoft.contains(signal)) {
        report_.error(at(field, signal), "evictionSoft has no such threshold");
      }
    }
    for (const auto& [signal, value] : kubelet_.evictionSoft) {
      if (kubelet_.evictionSoftGracePeriod.contains(signal)) continue;
      report_.error(at("evictionSoft", signal), "evictionSoftGracePeriod has no such signal");
    }
  }

  // API-230
  void check_percentages() {
    const auto& high = kubelet_.imageGCHighThresholdPercent;
    const auto& low = kubelet_.imageGCLowThresholdPercent;
    if (high) report_.error_if(at("imageGCHighThresholdPercent"), range_fault(*high, 0, 100));
    if (low) report_.error_if(at("imageGCLowThresholdPercent"), range_fault(*low, 0, 100));
    if (high && low && *high <= *low) {
      report_.error(at("imageGCHighThresholdPercent"),
                    fmt::format("{} is not above imageGCLowThresholdPercent, {}", *high, *low));
    }
  }

  void check_not_negative(std::string_view field, std::optional<std::int32_t> value) {
    if (value && *value < 0) report_.error(at(field), fmt::format("{} is negative", *value));
  }

  // API-229, API-395: amounts as text, as they were written.
  base::Json reserved(std::string_view field, const base::Map<base::Json>& amounts) {
    boost::json::object result;
    for (const auto& [resource, value] : amounts) {
      std::string text = text_of(value);
      report_.error_if(at(field, resource), choice_fault(resource, kReservable));
      if (!is_amount(text)) {
        report_.error(at(field, resource), quoted(text) + " is no amount of 0 or more");
      }
      result.emplace(resource, text);
    }
    return result;
  }

  // Members by name, so that equal settings give equal text.
  base::Json write() {
    base::Map<base::Json> members;
    auto add_map = [&](std::string_view name, const Labels& map) {
      if (!map.empty()) members.emplace(name, base::to_json(map));
    };
    auto add_number = [&](std::string_view name, std::optional<std::int32_t> number) {
      if (number) members.emplace(name, *number);
    };
    if (!kubelet_.clusterDNS.empty()) {
      members.emplace("clusterDNS", base::to_json(kubelet_.clusterDNS));
    }
    add_number("maxPods", kubelet_.maxPods);
    add_number("podsPerCore", kubelet_.podsPerCore);
    for (auto [name, amounts] : {std::pair{"systemReserved", &kubelet_.systemReserved},
                                 std::pair{"kubeReserved", &kubelet_.kubeReserved}}) {
      if (!amounts->empty()) members.emplace(name, reserved(name, *amounts));
    }
    add_map("evictionHard", kubelet_.evictionHard);
    add_map("evictionSoft", kubelet_.evictionSoft);
    add_map("evictionSoftGracePeriod", kubelet_.evictionSoftGracePeriod);
    add_number("evictionMaxPodGracePeriod", kubelet_.evictionMaxPodGracePeriod);
    add_number("imageGCHighThresholdPercent", kubelet_.imageGCHighThresholdPercent);
    add_number("imageGCLowThresholdPercent", kubelet_.imageGCLowThresholdPercent);
    if (kubelet_.cpuCFSQuota) members.emplace("cpuCFSQuota", *kubelet_.cpuCFSQuota);
    return base::to_json(members);
  }

  const ProvisionerKubelet& kubelet_;
  const std::string& path_;
  Report& report_;
};

}  // namespace

base::Json convert_kubelet(const ProvisionerKubelet& kubelet, const std::string& path,
                           Report& report) {
  return KubeletConverter(kubelet, path, report).convert();
}

void fit_kubelet(base::Json& kubelet, std::string_view ami_family, const std::string& path,
                 Report& report) {
  if (ami_family == "AL2023" || ami_family == "Custom") return;
  boost::json::object& members = kubelet.as_object();
  if (ami_family == "Bottlerocket" && members.contains("podsPerCore")) {
    report.warn(path + ".podsPerCore", "Bottlerocket cannot apply it; dropped");
    members.erase("podsPerCore");
  }
  base::Json* servers = members.if_contains("clusterDNS");
  if (servers == nullptr || servers->get_array().size() <= 1) return;
  report.warn(path + ".clusterDNS", fmt::format("{} applies one server; {} is kept", ami_family,
                                                base::print_json(servers->get_array().front())));
  servers->get_array().resize(1);
}

}  // namespace model
