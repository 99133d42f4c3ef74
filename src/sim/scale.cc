#include "sim/scale.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "model/meta.h"
#include "sim/errors.h"
#include "sim/object_meta.h"

namespace sim {
namespace {

using base::Json;
using boost::json::object;

Json integer_at(const Json& value, std::initializer_list<std::string_view> path,
                std::int64_t other) {
  const Json* found = base::find_path(value, path);
  return found != nullptr && found->is_int64() ? *found : Json(other);
}

std::string requirement_text(const model::LabelSelectorRequirement& requirement) {
  if (requirement.operator_ == "Exists") return requirement.key;
  if (requirement.operator_ == "DoesNotExist") return "!" + requirement.key;
  return fmt::format("{} {} ({})", requirement.key, requirement.operator_ == "In" ? "in" : "notin",
                     fmt::join(requirement.values, ","));
}

}  // namespace

std::string selector_text(const Json& selector) {
  auto typed = base::from_json<model::LabelSelector>(selector);
  if (!typed) return "";
  std::vector<std::string> parts;
  for (const auto& [key, value] : typed->matchLabels) {
    parts.push_back(fmt::format("{}={}", key, value));
  }
  for (const model::LabelSelectorRequirement& requirement : typed->matchExpressions) {
    parts.push_back(requirement_text(requirement));
  }
  return fmt::format("{}", fmt::join(parts, ","));
}

Json make_scale(const Resource& resource, const Json& value) {
  object metadata;
  for (std::string_view member :
       {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"}) {
    std::string_view text = meta_text(value, member);
    if (!text.empty()) metadata[member] = boost::json::string(text);
  }
  bool is_pool = resource.known == model::Kind::NodePool;
  std::int64_t wanted_by_default = is_pool ? 0 : 1;
  object status;
  status["replicas"] = integer_at(value, {"status", is_pool ? "nodes" : "replicas"}, 0);
  const Json* selector = base::find_path(value, {"spec", "selector"});
  if (selector != nullptr) status["selector"] = boost::json::string(selector_text(*selector));
  object spec;
  spec["replicas"] = integer_at(value, {"spec", "replicas"}, wanted_by_default);
  return {{"kind", "Scale"},
          {"apiVersion", "autoscaling/v1"},
          {"metadata", std::move(metadata)},
          {"spec", std::move(spec)},
          {"status", std::move(status)}};
}

base::Result<Json> apply_scale(const Resource& resource, const Json& value, const Json& scale) {
  if (!scale.is_object()) return malformed("a Scale is an object");
  const Json* wanted = base::find_path(scale, {"spec", "replicas"});
  Json replicas = wanted == nullptr ? Json(0) : *wanted;
  if (!replicas.is_int64()) {
    return malformed(
        fmt::format("Scale in version \"v1\" cannot be handled as a Scale: "
                    "spec.replicas: expected an integer, found {}",
                    base::print_json(replicas)));
  }
  if (replicas.get_int64() < 0) {
    return base::invalid(
        fmt::format("Scale.autoscaling \"{}\" is invalid: spec.replicas: Invalid "
                    "value: {}: must be greater than or equal to 0",
                    meta_text(value, "name"), replicas.get_int64()));
  }
  Json after = value;
  Json& spec = after.get_object()["spec"];
  if (!spec.is_object()) return unreadable(resource, "spec: expected an object");
  spec.get_object()["replicas"] = std::move(replicas);
  for (std::string_view member : {"uid", "resourceVersion"}) {
    std::string_view text = meta_text(scale, member);
    if (!text.empty()) metadata_of(after)[member] = boost::json::string(text);
  }
  return after;
}

}  // namespace sim
