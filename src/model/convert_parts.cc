#include "model/convert_parts.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/labels.h"
#include "model/validate_parts.h"

namespace model {
namespace {

struct Renamed {
  std::string_view old_name;
  std::string_view name;
};

// API-366
constexpr Renamed kRenamedLabels[] = {{"karpenter.sh/provisioner-name", kNodePoolLabel}};

// API-369
constexpr Renamed kRenamedAnnotations[] = {
    {"karpenter.sh/do-not-evict", kDoNotDisruptAnnotation},
    {"karpenter.sh/do-not-consolidate", kDoNotDisruptAnnotation},
};

// API-367
constexpr std::string_view kGoneLabels[] = {
    "karpenter.k8s.aws/instance-pods",
    "karpenter.k8s.aws/instance-ami-id",
};

// API-358, API-368, API-370
constexpr std::string_view kDropped[] = {
    "kubectl.kubernetes.io/last-applied-configuration",
    "karpenter.sh/provisioner-hash",
    "karpenter.k8s.aws/nodetemplate-hash",
    kNodePoolHashAnnotation,
    kNodePoolHashVersionAnnotation,
    "karpenter.k8s.aws/ec2nodeclass-hash",
    "karpenter.k8s.aws/ec2nodeclass-hash-version",
    "karpenter.sh/emptiness-timestamp",
    "karpenter.sh/voluntary-disruption",
    "karpenter.sh/linked",
    "karpenter.sh/managed-by",
    "compatibility.karpenter.sh/provider",
    "compatibility.karpenter.k8s.aws/v1-alias-version",
    "compatibility.karpenter.sh/v1beta1-kubelet-conversion",
    "compatibility.karpenter.sh/v1beta1-nodeclass-reference",
    "compatibility.karpenter.k8s.aws/kubelet-drift-hash",
    "karpenter.sh/stored-version-migrated",
};

bool is_one_of(std::string_view word, std::span<const std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

// What stands under a name of today already wins over what is renamed to it.
Labels renamed(const Labels& labels, std::span<const Renamed> names) {
  Labels result;
  for (const auto& [key, value] : labels) {
    if (is_one_of(key, kDropped)) continue;
    auto found = std::ranges::find(names, std::string_view(key), &Renamed::old_name);
    if (found == names.end()) {
      result[key] = value;
    } else if (!labels.contains(found->name)) {
      result.emplace(found->name, value);
    }
  }
  return result;
}

}  // namespace

void Report::warn(std::string_view path, std::string_view message) {
  warnings_.push_back(fmt::format("{}: {}: {}", source_, path, message));
}

void Report::error(std::string path, std::string message) {
  errors_.push_back({std::move(path), std::move(message)});
}

void Report::error_if(std::string path, std::string message) {
  if (!message.empty()) error(std::move(path), std::move(message));
}

void Report::error(const base::Error& error_read) {
  const std::string& text = error_read.message;
  std::size_t colon = text.find(": ");
  if (colon == std::string::npos) return error("", text);
  error(text.substr(0, colon), text.substr(colon + 2));
}

void Report::unknown_fields(const base::Type& type, std::vector<std::string> paths, bool strict,
                            std::string_view always_strict) {
  // The order in which the members were written must not show.
  std::ranges::sort(paths);
  for (const std::string& path : paths) {
    std::string hint = nearest_field(type, path);
    if (strict || path.starts_with(always_strict)) {
      error(path, "is no known field" + hint);
    } else {
      warn(path, "is no known field and is dropped" + hint);
    }
  }
}

Conversion Report::finish(std::vector<base::Json> objects) && {
  Conversion conversion;
  conversion.source = std::move(source_);
  conversion.warnings = std::move(warnings_);
  conversion.errors = std::move(errors_);
  if (conversion.errors.empty()) conversion.objects = std::move(objects);
  return conversion;
}

ObjectMeta kept_metadata(const ObjectMeta& metadata) {
  ObjectMeta kept;
  kept.name = metadata.name;
  kept.labels = renamed(metadata.labels, kRenamedLabels);
  kept.annotations = renamed(metadata.annotations, {});
  return kept;
}

bool is_gone(std::string_view key) { return is_one_of(key, kGoneLabels); }

Labels template_labels(const Labels& labels, const std::string& path, Report& report) {
  Labels result;
  for (const auto& [key, value] : labels) {
    if (is_gone(key)) {
      report.warn(fmt::format("{}[{}]", path, key), "the label does not exist any more; dropped");
    } else {
      result[key] = value;
    }
  }
  return result;
}

Labels template_annotations(const Labels& annotations) {
  return renamed(annotations, kRenamedAnnotations);
}

std::vector<Taint> template_taints(std::vector<Taint> taints) {
  for (Taint& taint : taints) {
    bool is_old = taint.key == "karpenter.sh/disruption" && taint.value == "disrupting" &&
                  taint.effect == "NoSchedule";
    if (!is_old) continue;
    // API-371
    taint.key = kDisruptedTaint;
    taint.value.clear();
  }
  return taints;
}

}  // namespace model
