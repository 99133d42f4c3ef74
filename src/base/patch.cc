#include "base/patch.h"

#include <boost/json/object.hpp>

namespace base {

void apply_merge_patch(Json& target, const Json& patch) {
  const boost::json::object* changes = patch.if_object();
  if (changes == nullptr) {
    target = patch;
    return;
  }
  if (!target.is_object()) target = boost::json::object();
  boost::json::object& object = target.get_object();
  for (const auto& change : *changes) {
    if (change.value().is_null()) {
      object.erase(change.key());
    } else {
      apply_merge_patch(object[change.key()], change.value());
    }
  }
}

Json make_merge_patch(const Json& before, const Json& after) {
  boost::json::object patch;
  const boost::json::object& old_members = before.get_object();
  const boost::json::object& new_members = after.get_object();
  for (const auto& member : old_members) {
    if (!new_members.contains(member.key())) patch.emplace(member.key(), nullptr);
  }
  for (const auto& member : new_members) {
    const Json* old_value = old_members.if_contains(member.key());
    if (old_value != nullptr && *old_value == member.value()) continue;
    if (old_value != nullptr && old_value->is_object() && member.value().is_object()) {
      patch.emplace(member.key(), make_merge_patch(*old_value, member.value()));
    } else {
      patch.emplace(member.key(), member.value());
    }
  }
  return patch;
}

}  // namespace base
