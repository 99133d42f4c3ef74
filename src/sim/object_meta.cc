#include "sim/object_meta.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <cstdint>

#include "base/check.h"
#include "model/labels.h"

namespace sim {
namespace {

constexpr std::size_t kSuffixLength = 5;
constexpr std::size_t kSubdomainLength = 253;
constexpr std::size_t kLabelLength = 63;

bool is_lower_or_digit(char character) {
  return (character >= 'a' && character <= 'z') || (character >= '0' && character <= '9');
}

bool is_dns_label(std::string_view text) {
  return !text.empty() && is_lower_or_digit(text.front()) && is_lower_or_digit(text.back()) &&
         std::ranges::all_of(
             text, [](char character) { return is_lower_or_digit(character) || character == '-'; });
}

bool is_dns_subdomain(std::string_view text) {
  while (true) {
    std::size_t dot = text.find('.');
    if (!is_dns_label(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

std::string subdomain_fault(std::string_view name) {
  if (name.size() > kSubdomainLength) {
    return fmt::format("Invalid value: \"{}\": must be no more than {} characters", name,
                       kSubdomainLength);
  }
  if (is_dns_subdomain(name)) return "";
  return fmt::format(
      "Invalid value: \"{}\": a lowercase RFC 1123 subdomain must consist of lower case "
      "alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character "
      "(e.g. 'example.com', regex used for validation is "
      "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
      name);
}

std::string label_fault(std::string_view name) {
  if (name.size() > kLabelLength) {
    return fmt::format("Invalid value: \"{}\": must be no more than {} characters", name,
                       kLabelLength);
  }
  if (is_dns_label(name)) return "";
  return fmt::format(
      "Invalid value: \"{}\": a lowercase RFC 1123 label must consist of lower case alphanumeric "
      "characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  "
      "or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
      name);
}

// Roles and their bindings carry names such as "system:node".
std::string path_segment_fault(std::string_view name) {
  if (name == "." || name == "..")
    return fmt::format("Invalid value: \"{0}\": may not be '{0}'", name);
  std::size_t bad = name.find_first_of("/%");
  if (bad == std::string_view::npos) return "";
  return fmt::format("Invalid value: \"{}\": may not contain '{}'", name, name[bad]);
}

std::string name_fault(const Resource& resource, std::string_view name) {
  if (name.empty()) return "Required value: name or generateName is required";
  if (resource.group == "rbac.authorization.k8s.io") return path_segment_fault(name);
  if (resource.kind == "Namespace" || resource.kind == "Service") return label_fault(name);
  return subdomain_fault(name);
}

void check_keys(const boost::json::object& map, std::string_view field,
                std::vector<model::Fault>& faults) {
  for (const auto& member : map) {
    std::string_view key(member.key());
    if (model::is_qualified_name(key)) continue;
    faults.push_back(
        {std::string(field),
         fmt::format("Invalid value: \"{}\": name part must consist of alphanumeric characters, "
                     "'-', '_' or '.', and must start and end with an alphanumeric character (e.g. "
                     "'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
                     "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
                     key)});
  }
}

void check_labels(const boost::json::object& labels, std::vector<model::Fault>& faults) {
  check_keys(labels, "metadata.labels", faults);
  for (const auto& member : labels) {
    const auto* text = member.value().if_string();
    if (text == nullptr) continue;  // the typed metadata tells
    std::string_view value(*text);
    if (model::is_label_value(value)) continue;
    std::string why =
        value.size() > kLabelLength
            ? fmt::format("must be no more than {} characters", kLabelLength)
            : "a valid label must be an empty string or consist of alphanumeric characters, '-', "
              "'_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  "
              "or 'my_value',  or '12345', regex used for validation is "
              "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
    faults.push_back({"metadata.labels", fmt::format("Invalid value: \"{}\": {}", value, why)});
  }
}

void check_owners(const boost::json::array& owners, std::vector<model::Fault>& faults) {
  for (std::size_t index = 0; index < owners.size(); ++index) {
    for (std::string_view member : {"apiVersion", "kind", "name", "uid"}) {
      if (!base::string_at(owners[index], {member}).empty()) continue;
      faults.push_back({fmt::format("metadata.ownerReferences[{}].{}", index, member),
                        "Invalid value: \"\": must not be empty"});
    }
  }
}

}  // namespace

boost::json::object& metadata_of(base::Json& value) {
  base::Json& metadata = value.as_object()["metadata"];
  if (metadata.is_null()) metadata = boost::json::object();
  return metadata.as_object();
}

std::string_view meta_text(const base::Json& value, std::string_view member) {
  return base::string_at(value, {"metadata", member});
}

bool has_finalizers(const base::Json& value) {
  const base::Json* finalizers = base::find_path(value, {"metadata", "finalizers"});
  return finalizers != nullptr && finalizers->is_array() && !finalizers->get_array().empty();
}

void add_finalizer(base::Json& value, std::string_view finalizer) {
  base::Json& finalizers = metadata_of(value)["finalizers"];
  if (finalizers.is_null()) finalizers = boost::json::array();
  boost::json::array& list = finalizers.as_array();
  base::Json element(boost::json::string{finalizer});
  if (std::ranges::find(list, element) == list.end()) list.push_back(std::move(element));
}

void drop_nulls(base::Json& value) {
  if (auto* object = value.if_object()) {
    for (auto member = object->begin(); member != object->end();) {
      if (member->value().is_null()) {
        member = object->stable_erase(member);
      } else {
        drop_nulls(member->value());
        ++member;
      }
    }
  } else if (auto* array = value.if_array()) {
    for (base::Json& element : *array)
      drop_nulls(element);
  }
}

std::optional<base::Time> meta_time(const base::Json& value, std::string_view member) {
  base::Result<base::Time> time = base::parse_time(meta_text(value, member));
  return time ? std::optional(*time) : std::nullopt;
}

std::string random_suffix(base::Random& random) {
  constexpr std::string_view kAlphabet = "bcdfghjklmnpqrstvwxz2456789";
  std::string suffix;
  for (std::size_t index = 0; index < kSuffixLength; ++index) {
    suffix += kAlphabet[random.below(kAlphabet.size())];
  }
  return suffix;
}

std::vector<model::Fault> metadata_faults(const Resource& resource, const base::Json& value) {
  std::vector<model::Fault> faults;
  std::string fault = name_fault(resource, meta_text(value, "name"));
  if (!fault.empty()) faults.push_back({"metadata.name", std::move(fault)});
  const base::Json* labels = base::find_path(value, {"metadata", "labels"});
  if (labels != nullptr && labels->is_object()) check_labels(labels->get_object(), faults);
  const base::Json* annotations = base::find_path(value, {"metadata", "annotations"});
  if (annotations != nullptr && annotations->is_object()) {
    check_keys(annotations->get_object(), "metadata.annotations", faults);
  }
  const base::Json* owners = base::find_path(value, {"metadata", "ownerReferences"});
  if (owners != nullptr && owners->is_array()) check_owners(owners->get_array(), faults);
  return faults;
}

}  // namespace sim
