#include "sim/fields.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "sim/errors.h"

namespace sim {
namespace {

using base::Json;
using base::Type;

bool has_field(const Type& type, std::string_view name) {
  return std::ranges::find(type.fields, name, &base::Field::name) != type.fields.end() ||
         std::ranges::find(type.not_kept, name) != type.not_kept.end();
}

// Walks a value along its type. Values of another shape are left to the typed reader.
class Walker {
 public:
  Walker(bool drops, std::vector<std::string>& unknown) : drops_(drops), unknown_(unknown) {}

  void walk(const Type& type, Json& value, const std::string& path) {
    switch (type.kind) {
      case Type::Kind::optional:
      case Type::Kind::shared: walk(type.element(), value, path); break;
      case Type::Kind::object: walk_object(type, value, path); break;
      case Type::Kind::list: walk_list(type, value, path); break;
      case Type::Kind::map: walk_map(type, value, path); break;
      default: break;
    }
  }

 private:
  static std::string join(const std::string& path, std::string_view name) {
    return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
  }

  void walk_object(const Type& type, Json& value, const std::string& path) {
    auto* object = value.if_object();
    if (object == nullptr) return;
    for (auto member = object->begin(); member != object->end();) {
      std::string_view name(member->key());
      bool is_type_name = path.empty() && (name == "apiVersion" || name == "kind");
      auto field = std::ranges::find(type.fields, name, &base::Field::name);
      if (field != type.fields.end()) {
        walk(field->type(), member->value(), join(path, name));
      } else if (!is_type_name && !has_field(type, name)) {
        unknown_.push_back(join(path, name));
        if (drops_) {
          member = object->stable_erase(member);
          continue;
        }
      }
      ++member;
    }
  }

  void walk_list(const Type& type, Json& value, const std::string& path) {
    auto* array = value.if_array();
    if (array == nullptr) return;
    for (std::size_t index = 0; index < array->size(); ++index) {
      walk(type.element(), (*array)[index], fmt::format("{}[{}]", path, index));
    }
  }

  void walk_map(const Type& type, Json& value, const std::string& path) {
    auto* object = value.if_object();
    if (object == nullptr) return;
    for (auto& member : *object)
      walk(type.element(), member.value(), join(path, member.key()));
  }

  bool drops_;
  std::vector<std::string>& unknown_;
};

}  // namespace

base::Result<void> check_fields(const Resource& resource, Json& value,
                                const WriteOptions& options) {
  bool is_asked = options.field_validation != FieldValidation::ignore;
  if (!resource.known || (!is_asked && !resource.is_custom)) return {};
  std::vector<std::string> unknown;
  Walker(resource.is_custom, unknown).walk(model::info(*resource.known).type(), value, "");
  for (std::string& path : unknown)
    path = fmt::format("unknown field \"{}\"", path);
  if (unknown.empty() || !is_asked) return {};
  if (options.field_validation == FieldValidation::strict) {
    return unreadable(resource, fmt::format("strict decoding error: {}", fmt::join(unknown, ", ")));
  }
  if (options.warnings != nullptr) {
    options.warnings->insert(options.warnings->end(), unknown.begin(), unknown.end());
  }
  return {};
}

model::Fault fault_of(const base::Error& error) {
  std::size_t colon = error.message.find(": ");
  if (colon == std::string::npos) return {"<root>", error.message};
  return {error.message.substr(0, colon), error.message.substr(colon + 2)};
}

}  // namespace sim
