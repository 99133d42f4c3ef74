#include "base/describe.h"

#include <algorithm>

#include "base/check.h"

namespace base {

Type object_type(std::string name, std::vector<Field> fields) {
  Type type;
  type.kind = Type::Kind::object;
  type.name = std::move(name);
  type.fields = std::move(fields);
  return type;
}

Type Type::always(std::initializer_list<std::string_view> names) && {
  for (std::string_view wanted : names) {
    auto found = std::ranges::find(fields, wanted, &Field::name);
    check(found != fields.end(), "a field that is always written is a field of its type");
    *found = found->always();
  }
  return std::move(*this);
}

Type Type::not_keeping(std::span<const std::string_view> names) && {
  not_kept = names;
  return std::move(*this);
}

}  // namespace base
