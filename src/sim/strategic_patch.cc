#include "sim/strategic_patch.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "sim/errors.h"

namespace sim {
namespace {

using base::Json;
using base::Result;
using boost::json::array;
using boost::json::object;

constexpr std::string_view kPatch = "$patch";
constexpr std::string_view kRetainKeys = "$retainKeys";
constexpr std::string_view kSetElementOrder = "$setElementOrder/";
constexpr std::string_view kDeleteFromPrimitiveList = "$deleteFromPrimitiveList/";

struct MergeKey {
  std::string_view list;
  std::string_view key;
};

// Lists that are merged by a key of their elements, wherever they stand.
constexpr std::array<MergeKey, 19> kMergeKeys = {{
    {"addresses", "type"},
    {"conditions", "type"},
    {"containers", "name"},
    {"env", "name"},
    {"ephemeralContainers", "name"},
    {"hostAliases", "ip"},
    {"hostIPs", "ip"},
    {"imagePullSecrets", "name"},
    {"initContainers", "name"},
    {"ownerReferences", "uid"},
    {"podIPs", "ip"},
    {"ports", "containerPort"},
    {"resourceClaims", "name"},
    {"schedulingGates", "name"},
    {"secrets", "name"},
    {"topologySpreadConstraints", "topologyKey"},
    {"volumeDevices", "devicePath"},
    {"volumeMounts", "mountPath"},
    {"volumes", "name"},
}};

// Lists of plain values that are merged as sets.
constexpr std::string_view kFinalizers = "finalizers";

// The key by which the list is merged, or "" if it is replaced whole. Ports have two keys: those of
// containers are known by containerPort, those of Services by port.
std::string_view merge_key_of(std::string_view list, const array& elements) {
  auto found = std::ranges::find(kMergeKeys, list, &MergeKey::list);
  if (found == kMergeKeys.end()) return "";
  bool is_service_port = list == "ports" && !elements.empty() && elements[0].is_object() &&
                         !elements[0].get_object().contains(found->key);
  return is_service_port ? "port" : found->key;
}

bool is_primitive_set(std::string_view list) { return list == kFinalizers; }

// The identity of an element: its merge key's value, or the element itself in a set.
const Json* identity(const Json& element, std::string_view key) {
  if (key.empty()) return &element;
  const object* members = element.if_object();
  return members == nullptr ? nullptr : members->if_contains(key);
}

std::optional<std::size_t> position(const array& elements, const Json& wanted,
                                    std::string_view key) {
  for (std::size_t index = 0; index < elements.size(); ++index) {
    const Json* found = identity(elements[index], key);
    if (found != nullptr && *found == wanted) return index;
  }
  return std::nullopt;
}

std::string_view directive_of(const Json& value) { return base::string_at(value, {kPatch}); }

Result<void> merge_object(object& target, const object& patch);

// Elements that `order` names come in its order; each of the others stays before the first named
// element that followed it in the list as it was.
array in_order(const array& merged, const array& before, const array& order, std::string_view key) {
  array result;
  std::vector<const Json*> named;
  std::vector<const Json*> others;
  for (const Json& wanted : order) {
    const Json* id = identity(wanted, key);
    std::optional<std::size_t> index = id == nullptr ? std::nullopt : position(merged, *id, key);
    if (index) named.push_back(&merged[*index]);
  }
  for (const Json& element : merged) {
    if (std::ranges::find(named, &element) == named.end()) others.push_back(&element);
  }
  auto place_before = [&](const Json& element) {
    const Json* id = identity(element, key);
    return id == nullptr ? std::nullopt : position(before, *id, key);
  };
  auto other = others.begin();
  for (const Json* element : named) {
    std::optional<std::size_t> place = place_before(*element);
    for (; other != others.end() && place; ++other) {
      std::optional<std::size_t> other_place = place_before(**other);
      if (!other_place || *other_place > *place) break;
      result.push_back(**other);
    }
    result.push_back(*element);
  }
  for (; other != others.end(); ++other)
    result.push_back(**other);
  return result;
}

Result<void> merge_element(array& target, const Json& element, std::string_view key) {
  const Json* id = identity(element, key);
  if (id == nullptr || !element.is_object()) {
    return malformed(
        fmt::format("{} does not contain declared merge key: {}", base::print_json(element), key));
  }
  std::optional<std::size_t> index = position(target, *id, key);
  if (directive_of(element) == "delete") {
    if (index) target.erase(target.begin() + static_cast<std::ptrdiff_t>(*index));
    return {};
  }
  if (!index) {
    target.push_back(object());
    index = target.size() - 1;
  }
  Json& place = target[*index];
  if (!place.is_object()) place = object();
  return merge_object(place.get_object(), element.get_object());
}

// A list whose patch says "replace" takes the other elements of the patch as they are.
std::optional<array> replacement(const array& patch) {
  bool replaces = std::ranges::any_of(
      patch, [](const Json& element) { return directive_of(element) == "replace"; });
  if (!replaces) return std::nullopt;
  array elements;
  for (const Json& element : patch) {
    if (directive_of(element) != "replace") elements.push_back(element);
  }
  return elements;
}

Result<void> merge_list(array& target, const array& patch, std::string_view name) {
  if (is_primitive_set(name)) {
    for (const Json& element : patch) {
      if (!position(target, element, "")) target.push_back(element);
    }
    return {};
  }
  std::string_view key = merge_key_of(name, patch);
  std::optional<array> replaced = replacement(patch);
  if (replaced || key.empty()) {
    target = replaced ? *replaced : patch;
    return {};
  }
  for (const Json& element : patch) {
    Result<void> merged = merge_element(target, element, key);
    if (!merged) return merged;
  }
  return {};
}

// $deleteFromPrimitiveList/… and $setElementOrder/… name the list that they are about.
std::string_view listed(std::string_view member, std::string_view prefix) {
  return member.starts_with(prefix) ? member.substr(prefix.size()) : std::string_view();
}

void delete_from_list(object& target, std::string_view name, const Json& values) {
  Json* list = target.if_contains(name);
  if (list == nullptr || !list->is_array() || !values.is_array()) return;
  const array& gone = values.get_array();
  array kept;
  for (const Json& element : list->get_array()) {
    if (!position(gone, element, "")) kept.push_back(element);
  }
  *list = std::move(kept);
}

void retain_keys(object& target, const Json& keys) {
  if (!keys.is_array()) return;
  for (auto member = target.begin(); member != target.end();) {
    Json name{boost::json::string(member->key())};
    bool is_kept = position(keys.get_array(), name, "").has_value();
    member = is_kept ? member + 1 : target.stable_erase(member);
  }
}

Result<void> merge_member(object& target, std::string_view name, const Json& patch) {
  if (patch.is_null()) {
    target.erase(name);
    return {};
  }
  Json& place = target[name];
  if (const object* changes = patch.if_object()) {
    if (!place.is_object()) place = object();
    return merge_object(place.get_object(), *changes);
  }
  if (const array* elements = patch.if_array()) {
    if (!place.is_array()) place = array();
    return merge_list(place.get_array(), *elements, name);
  }
  place = patch;
  return {};
}

Result<void> merge_object(object& target, const object& patch) {
  const Json* directive = patch.if_contains(kPatch);
  if (directive != nullptr && (*directive == "replace" || *directive == "delete")) {
    bool replaces = *directive == "replace";
    target = replaces ? patch : object();
    target.erase(kPatch);
    return {};
  }
  if (directive != nullptr && *directive != "merge") {
    return malformed(fmt::format("unknown patch type: {}", base::print_json(*directive)));
  }
  if (const Json* keys = patch.if_contains(kRetainKeys)) retain_keys(target, *keys);
  object before;  // the lists that are put into an order
  for (const auto& member : patch) {
    std::string_view list = listed(member.key(), kSetElementOrder);
    const Json* found = list.empty() ? nullptr : target.if_contains(list);
    if (found != nullptr) before.emplace(list, *found);
    list = listed(member.key(), kDeleteFromPrimitiveList);
    if (!list.empty()) delete_from_list(target, list, member.value());
  }
  for (const auto& member : patch) {
    if (member.key().starts_with('$')) continue;
    Result<void> merged = merge_member(target, member.key(), member.value());
    if (!merged) return merged;
  }
  for (const auto& member : patch) {
    std::string_view name = listed(member.key(), kSetElementOrder);
    Json* list = name.empty() ? nullptr : target.if_contains(name);
    if (list == nullptr || !list->is_array() || !member.value().is_array()) continue;
    const array& order = member.value().get_array();
    const Json* old = before.if_contains(name);
    std::string_view key = is_primitive_set(name) ? "" : merge_key_of(name, order);
    *list = in_order(list->get_array(), old == nullptr ? array() : old->as_array(), order, key);
  }
  return {};
}

}  // namespace

Result<void> apply_strategic_patch(Json& target, const Json& patch) {
  return merge_object(target.as_object(), patch.as_object());
}

}  // namespace sim
