#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <limits>

#include "base/json.h"
#include "base/quantity.h"
#include "base/scan.h"
#include "base/time.h"
#include "model/validate.h"
#include "model/validate_parts.h"

namespace model {
namespace {

using base::Json;

enum class Shape {
  boolean,
  int32,
  int64,
  number,
  text,
  duration,
  amount,
  texts,        // a list
  int32s,       // a list
  text_map,     // names to texts
  amounts,      // names to texts or numbers
  boolean_map,  // names to booleans
  texts_map,    // names to lists of texts
  object,       // with the fields of `fields`
  objects,      // a list of such objects
};

// One group of fields of a type, with their names separated by blanks.
struct Fields {
  Shape shape;
  std::string_view names;
  std::span<const Fields> inner = {};
};

constexpr Fields kX509[] = {{Shape::text, "clientCAFile"}};
constexpr Fields kWebhookAuthentication[] = {{Shape::boolean, "enabled"},
                                             {Shape::duration, "cacheTTL"}};
constexpr Fields kAnonymous[] = {{Shape::boolean, "enabled"}};
constexpr Fields kAuthentication[] = {{Shape::object, "x509", kX509},
                                      {Shape::object, "webhook", kWebhookAuthentication},
                                      {Shape::object, "anonymous", kAnonymous}};
constexpr Fields kWebhookAuthorization[] = {
    {Shape::duration, "cacheAuthorizedTTL cacheUnauthorizedTTL"}};
constexpr Fields kAuthorization[] = {{Shape::text, "mode"},
                                     {Shape::object, "webhook", kWebhookAuthorization}};
constexpr Fields kMemorySwap[] = {{Shape::text, "swapBehavior"}};
constexpr Fields kModule[] = {{Shape::text, "filePattern"}, {Shape::int64, "verbosity"}};
constexpr Fields kLogOutput[] = {{Shape::boolean, "splitStream"},
                                 {Shape::amount, "infoBufferSize"}};
constexpr Fields kLogOptions[] = {{Shape::object, "text json", kLogOutput}};
constexpr Fields kLogging[] = {{Shape::text, "format"},
                               {Shape::duration, "flushFrequency"},
                               {Shape::int64, "verbosity"},
                               {Shape::objects, "vmodule", kModule},
                               {Shape::object, "options", kLogOptions}};
constexpr Fields kShutdown[] = {{Shape::int32, "priority"},
                                {Shape::int64, "shutdownGracePeriodSeconds"}};
constexpr Fields kCrashLoop[] = {{Shape::duration, "maxContainerRestartPeriod"}};
constexpr Fields kReservedMemory[] = {{Shape::int32, "numaNode"}, {Shape::amounts, "limits"}};
constexpr Fields kTracing[] = {{Shape::text, "endpoint"}, {Shape::int32, "samplingRatePerMillion"}};
constexpr Fields kUserNamespaces[] = {{Shape::int64, "idsPerPod"}};

// API-249 to API-254. registerWithTaints is known and refused (API-225).
constexpr Fields kKubelet[] = {
    {Shape::boolean,
     "enableServer rotateCertificates serverTLSBootstrap enableDebuggingHandlers "
     "enableContentionProfiling cgroupsPerQOS singleProcessOOMKill runOnce cpuCFSQuota "
     "serializeImagePulls mergeDefaultEvictionSettings enableControllerAttachDetach "
     "protectKernelDefaults makeIPTablesUtilChains failSwapOn kernelMemcgNotification "
     "enableSystemLogHandler enableSystemLogQuery enableProfilingHandler enableDebugFlagsHandler "
     "seccompDefault registerNode localStorageCapacityIsolation failCgroupV1"},
    {Shape::int32,
     "port readOnlyPort registryPullQPS registryBurst eventRecordQPS eventBurst healthzPort "
     "oomScoreAdj nodeLeaseDurationSeconds imageGCHighThresholdPercent imageGCLowThresholdPercent "
     "maxPods nodeStatusMaxImages kubeAPIQPS kubeAPIBurst maxParallelImagePulls "
     "evictionMaxPodGracePeriod podsPerCore iptablesMasqueradeBit iptablesDropBit "
     "containerLogMaxFiles containerLogMaxWorkers"},
    {Shape::int64, "podPidsLimit maxOpenFiles"},
    {Shape::number, "memoryThrottlingFactor"},
    {Shape::text,
     "apiVersion kind staticPodPath podLogsDir staticPodURL address tlsCertFile tlsPrivateKeyFile "
     "tlsMinVersion imagePullCredentialsVerificationPolicy healthzBindAddress clusterDomain "
     "kubeletCgroups systemCgroups cgroupRoot cgroupDriver cpuManagerPolicy memoryManagerPolicy "
     "topologyManagerPolicy topologyManagerScope hairpinMode podCIDR resolvConf contentType "
     "containerLogMaxSize configMapAndSecretChangeDetectionStrategy reservedSystemCPUs "
     "showHiddenMetricsForVersion systemReservedCgroup kubeReservedCgroup volumePluginDir "
     "providerID memoryReservationPolicy containerRuntimeEndpoint imageServiceEndpoint"},
    {Shape::duration,
     "syncFrequency fileCheckFrequency httpCheckFrequency streamingConnectionIdleTimeout "
     "nodeStatusUpdateFrequency nodeStatusReportFrequency imageMinimumGCAge imageMaximumGCAge "
     "volumeStatsAggPeriod cpuManagerReconcilePeriod runtimeRequestTimeout cpuCFSQuotaPeriod "
     "evictionPressureTransitionPeriod containerLogMonitorInterval shutdownGracePeriod "
     "shutdownGracePeriodCriticalPods"},
    {Shape::texts,
     "tlsCipherSuites preloadedImagesVerificationAllowlist clusterDNS enforceNodeAllocatable "
     "allowedUnsafeSysctls"},
    {Shape::int32s, "tlsCurvePreferences"},
    {Shape::text_map,
     "cpuManagerPolicyOptions topologyManagerPolicyOptions qosReserved evictionHard evictionSoft "
     "evictionSoftGracePeriod evictionMinimumReclaim systemReserved kubeReserved"},
    {Shape::boolean_map, "featureGates"},
    {Shape::texts_map, "staticPodURLHeader"},
    {Shape::object, "authentication", kAuthentication},
    {Shape::object, "authorization", kAuthorization},
    {Shape::object, "memorySwap", kMemorySwap},
    {Shape::object, "logging", kLogging},
    {Shape::objects, "shutdownGracePeriodByPodPriority", kShutdown},
    {Shape::object, "crashLoopBackOff", kCrashLoop},
    {Shape::objects, "reservedMemory", kReservedMemory},
    {Shape::object, "tracing", kTracing},
    {Shape::object, "userNamespaces", kUserNamespaces},
};

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> result;
  while (!text.empty()) {
    std::size_t end = std::min(text.find(' '), text.size());
    if (end != 0) result.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return result;
}

const Fields* find_field(std::span<const Fields> fields, std::string_view name) {
  for (const Fields& group : fields) {
    std::vector<std::string_view> names = words(group.names);
    if (std::ranges::find(names, name) != names.end()) return &group;
  }
  return nullptr;
}

// Walks a value along its shape. The first value of a wrong type ends it; unknown names do not.
class Walk {
 public:
  // Empty if every value is of its type.
  std::vector<Fault> wrong;
  std::vector<Fault> unknown;

  bool object(const Json& value, const std::string& path, std::span<const Fields> fields) {
    const auto* members = value.if_object();
    if (members == nullptr) return is_wrong(path, "an object");
    for (const auto& member : *members) {
      std::string at = fmt::format("{}.{}", path, std::string_view(member.key()));
      const Fields* field = find_field(fields, member.key());
      if (field == nullptr) {
        unknown.push_back({at, "is no setting of the kubelet" + nearest(fields, member.key())});
      } else if (!of_shape(member.value(), at, *field)) {
        return false;
      }
    }
    return true;
  }

 private:
  static std::string nearest(std::span<const Fields> fields, std::string_view name) {
    std::vector<std::string_view> names;
    for (const Fields& group : fields)
      std::ranges::copy(words(group.names), std::back_inserter(names));
    return did_you_mean(name, names);
  }

  bool is_wrong(const std::string& path, std::string_view expected) {
    wrong = {{path, fmt::format("must be {}", expected)}};
    return false;
  }

  template <class Check>
  bool each_element(const Json& value, const std::string& path, Check check) {
    const auto* list = value.if_array();
    if (list == nullptr) return is_wrong(path, "a list");
    for (std::size_t index = 0; index < list->size(); ++index) {
      if (!check((*list)[index], fmt::format("{}[{}]", path, index))) return false;
    }
    return true;
  }

  template <class Check>
  bool each_member(const Json& value, const std::string& path, Check check) {
    const auto* members = value.if_object();
    if (members == nullptr) return is_wrong(path, "an object");
    for (const auto& member : *members) {
      if (!check(member.value(), fmt::format("{}[{}]", path, std::string_view(member.key()))))
        return false;
    }
    return true;
  }

  bool text(const Json& value, const std::string& path) {
    return value.is_string() || is_wrong(path, "a text in quotes");
  }

  bool integer(const Json& value, const std::string& path, std::int64_t most) {
    const std::int64_t* number = value.if_int64();
    if (number == nullptr || *number > most || *number < -most - 1) {
      return is_wrong(path, "a whole number");
    }
    return true;
  }

  bool boolean(const Json& value, const std::string& path) {
    return value.is_bool() || is_wrong(path, "true or false");
  }

  bool duration(const Json& value, const std::string& path) {
    const auto* written = value.if_string();
    if (written != nullptr && base::parse_duration(std::string_view(*written))) return true;
    return is_wrong(path, "a duration such as \"1m30s\"");
  }

  bool amount(const Json& value, const std::string& path) {
    return value.is_string() || value.is_number() || is_wrong(path, "a quantity");
  }

  bool of_shape(const Json& value, const std::string& path, const Fields& field) {
    constexpr std::int64_t kMost32 = std::numeric_limits<std::int32_t>::max();
    constexpr std::int64_t kMost64 = std::numeric_limits<std::int64_t>::max();
    if (value.is_null()) return true;
    auto is_text = [this](const Json& inner, const std::string& at) { return text(inner, at); };
    switch (field.shape) {
      case Shape::boolean: return boolean(value, path);
      case Shape::int32:
        // With expressions maxPods may be a text (API-233).
        if (path == "spec.kubelet.maxPods" && value.is_string()) return true;
        return integer(value, path, kMost32);
      case Shape::int64: return integer(value, path, kMost64);
      case Shape::number: return value.is_number() || is_wrong(path, "a number");
      case Shape::text: return text(value, path);
      case Shape::duration: return duration(value, path);
      case Shape::amount: return amount(value, path);
      case Shape::texts: return each_element(value, path, is_text);
      case Shape::int32s:
        return each_element(value, path, [this](const Json& inner, const std::string& at) {
          return integer(inner, at, kMost32);
        });
      case Shape::text_map: return each_member(value, path, is_text);
      case Shape::amounts:
        return each_member(value, path, [this](const Json& inner, const std::string& at) {
          return amount(inner, at);
        });
      case Shape::boolean_map:
        return each_member(value, path, [this](const Json& inner, const std::string& at) {
          return boolean(inner, at);
        });
      case Shape::texts_map:
        return each_member(value, path, [&](const Json& inner, const std::string& at) {
          return each_element(inner, at, is_text);
        });
      case Shape::object: return object(value, path, field.inner);
      case Shape::objects:
        return each_element(value, path, [&](const Json& inner, const std::string& at) {
          return object(inner, at, field.inner);
        });
    }
    return true;
  }
};

constexpr std::string_view kPath = "spec.kubelet";
constexpr std::string_view kReservable[] = {"cpu", "memory", "ephemeral-storage", "pid"};
constexpr std::string_view kReservedFields[] = {"kubeReserved", "systemReserved"};
constexpr std::string_view kThresholdFields[] = {"evictionHard", "evictionSoft",
                                                 "evictionMinimumReclaim"};

// The settings that every AMI family applies (API-232).
constexpr std::string_view kCommonFields[] = {"clusterDNS",
                                              "maxPods",
                                              "podsPerCore",
                                              "systemReserved",
                                              "kubeReserved",
                                              "evictionHard",
                                              "evictionSoft",
                                              "evictionSoftGracePeriod",
                                              "evictionMaxPodGracePeriod",
                                              "imageGCHighThresholdPercent",
                                              "imageGCLowThresholdPercent",
                                              "cpuCFSQuota"};

// The members of a map of texts; none if it is absent.
std::vector<std::pair<std::string, std::string>> entries(const Json& kubelet,
                                                         std::string_view field) {
  std::vector<std::pair<std::string, std::string>> result;
  const Json* map = base::find_path(kubelet, {field});
  if (map == nullptr || !map->is_object()) return result;
  for (const auto& member : map->get_object()) {
    const auto* text = member.value().if_string();
    result.emplace_back(member.key(), text == nullptr ? "" : std::string(*text));
  }
  return result;
}

std::string at(std::string_view field) { return fmt::format("{}.{}", kPath, field); }
std::string at(std::string_view field, std::string_view key) {
  return fmt::format("{}.{}[{}]", kPath, field, key);
}

// API-226, API-227
void check_thresholds(const Json& kubelet, Faults& faults) {
  for (std::string_view field : kThresholdFields) {
    for (const auto& [signal, value] : entries(kubelet, field)) {
      faults.add_if(at(field, signal), choice_fault(signal, kEvictionSignals));
      faults.add_if(at(field, signal), threshold_fault(value));
    }
  }
  for (const auto& [signal, value] : entries(kubelet, "evictionSoftGracePeriod")) {
    std::string place = at("evictionSoftGracePeriod", signal);
    faults.add_if(place, choice_fault(signal, kEvictionSignals));
    base::Result<base::Duration> period = base::parse_duration(value);
    if (!period || period->count() < 0) {
      faults.add(place, quoted(value) + " is no duration of 0 or more, such as \"1m30s\"");
    }
  }
}

// API-228
void check_pairs(const Json& kubelet, std::string_view field, std::string_view other,
                 Faults& faults) {
  auto others = entries(kubelet, other);
  for (const auto& [signal, value] : entries(kubelet, field)) {
    bool has_pair =
        std::ranges::any_of(others, [&](const auto& one) { return one.first == signal; });
    if (!has_pair) faults.add(at(field, signal), fmt::format("{} has no such signal", other));
  }
}

// API-229: what is no amount counts as an expression.
void check_reserved(const Json& kubelet, Faults& faults) {
  for (std::string_view field : kReservedFields) {
    for (const auto& [resource, value] : entries(kubelet, field)) {
      faults.add_if(at(field, resource), choice_fault(resource, kReservable));
      if (value.starts_with('-')) {
        faults.add(at(field, resource), quoted(value) + " is negative");
      }
    }
  }
}

std::optional<std::int64_t> number_at(const Json& kubelet, std::string_view field) {
  const Json* found = base::find_path(kubelet, {field});
  return found == nullptr || !found->is_int64() ? std::nullopt : std::optional(found->get_int64());
}

// API-230
void check_numbers(const Json& kubelet, Faults& faults) {
  auto high = number_at(kubelet, "imageGCHighThresholdPercent");
  auto low = number_at(kubelet, "imageGCLowThresholdPercent");
  if (high) faults.add_if(at("imageGCHighThresholdPercent"), range_fault(*high, 0, 100));
  if (low) faults.add_if(at("imageGCLowThresholdPercent"), range_fault(*low, 0, 100));
  if (high && low && *high <= *low) {
    faults.add(at("imageGCHighThresholdPercent"),
               fmt::format("{} is not above imageGCLowThresholdPercent, {}", *high, *low));
  }
  for (std::string_view field : {"evictionMaxPodGracePeriod", "maxPods", "podsPerCore"}) {
    auto number = number_at(kubelet, field);
    if (number && *number < 0) faults.add(at(field), fmt::format("{} is negative", *number));
  }
}

// Settings whose text is no amount and so an expression (API-233); "" if there is none.
std::string expression_in(const Json& kubelet) {
  const Json* max_pods = base::find_path(kubelet, {"maxPods"});
  if (max_pods != nullptr && max_pods->is_string()) return at("maxPods");
  for (std::string_view field : kReservedFields) {
    for (const auto& [resource, value] : entries(kubelet, field)) {
      if (!base::Quantity::parse(value)) return at(field, resource);
    }
  }
  return {};
}

// API-232
std::string unsupported_setting(const Json& kubelet, std::string_view family) {
  if (family == "AL2023" || family == "Custom" || family.empty()) return {};
  for (const auto& member : kubelet.as_object()) {
    std::string_view name = member.key();
    bool is_common = std::ranges::find(kCommonFields, name) != std::ranges::end(kCommonFields);
    if (!is_common || (name == "podsPerCore" && family == "Bottlerocket")) {
      return fmt::format("{}: {} cannot apply it", at(name), family);
    }
    const auto* list = member.value().if_array();
    if (name == "clusterDNS" && list != nullptr && list->size() > 1) {
      return fmt::format("{}: {} can apply one server, found {}", at(name), family, list->size());
    }
  }
  return {};
}

std::string joined(const std::vector<Fault>& faults) {
  std::string text;
  for (const Fault& fault : faults)
    text += (text.empty() ? "" : "; ") + to_string(fault);
  return text;
}

bool is_percentage(std::string_view text) {
  std::size_t dot = text.find('.');
  std::string_view whole = text.substr(0, dot);
  std::string_view decimals = dot == std::string_view::npos ? "0" : text.substr(dot + 1);
  if (!is_digits(whole) || !is_digits(decimals)) return false;
  int percent = base::to_integer<int>(whole).value_or(101);
  return percent < 100 || (percent == 100 && decimals.find_first_not_of('0') == decimals.npos);
}

}  // namespace

std::string threshold_fault(std::string_view text) {
  if (text.ends_with('%')) {
    if (is_percentage(text.substr(0, text.size() - 1))) return {};
  } else {
    base::Result<base::Quantity> amount = base::Quantity::parse(text);
    if (amount && !amount->is_negative()) return {};
  }
  return quoted(text) + " is neither a percentage up to 100% nor an amount";
}

std::vector<Fault> kubelet_faults(const Json& kubelet) {
  Walk walk;
  Json settings = kubelet;
  Faults faults;
  if (auto* members = settings.if_object(); members != nullptr) {
    if (members->erase("registerWithTaints") != 0) {
      faults.add(at("registerWithTaints"), "is set by Joiner itself; leave it out");
    }
  }
  if (!walk.object(settings, std::string(kPath), kKubelet)) return walk.wrong;
  for (Fault& fault : walk.unknown)
    faults.add(std::move(fault.field), std::move(fault.message));
  check_thresholds(settings, faults);
  check_pairs(settings, "evictionSoft", "evictionSoftGracePeriod", faults);
  check_pairs(settings, "evictionSoftGracePeriod", "evictionSoft", faults);
  check_reserved(settings, faults);
  check_numbers(settings, faults);
  return faults.take();
}

std::optional<ClassFault> runtime_fault(const EC2NodeClass& node_class) {
  const EC2NodeClassSpec& spec = node_class.spec;
  if (spec.kubelet) {
    std::vector<Fault> faults = kubelet_faults(*spec.kubelet);
    if (!faults.empty()) return ClassFault{"InvalidKubeletConfiguration", joined(faults)};
    std::string expression = expression_in(*spec.kubelet);
    if (!expression.empty()) {
      return ClassFault{"KubeletExpressionsDisabled",
                        expression + " is no amount; expressions need the gate NodeClassCEL"};
    }
    std::string unsupported = unsupported_setting(*spec.kubelet, effective_family(spec));
    if (!unsupported.empty()) {
      return ClassFault{"UnsupportedKubeletConfiguration", std::move(unsupported)};
    }
  }
  for (const auto& [key, value] : spec.tags) {
    if (!is_forbidden_tag(key)) continue;
    return ClassFault{"TagValidationFailed",
                      fmt::format("spec.tags[{}] is set by Joiner itself; leave it out", key)};
  }
  return std::nullopt;
}

}  // namespace model
