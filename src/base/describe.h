// One description per struct, from which everything that must know its fields is driven: reading
// and writing JSON, strict checks for unknown fields, defaults, schemas.
//
// A described struct is a plain aggregate. Its header declares `DESCRIBED(Toleration);`, its .cc
// lists the fields once with `FIELDS(Toleration, key, operator_, value, effect)`. The list becomes a
// Type: a small table of plain function pointers, so that readers and writers are ordinary code
// compiled once (json.cc) and not templates in every room.
//
// What a member may be: bool, int32_t, int64_t, std::string, Json (free-form), a scalar (a class
// with its own text form, see Scalar), another described struct, and std::optional, std::vector,
// Map, Given and Shared of these. A trailing underscore of a member is not part of the wire name.
//
// When written, a member that is empty (false, 0, "", no elements, not set, an object without
// members) is left out; wrap it in std::optional, or a text, list or map in Given, where "set but
// empty" differs from "not set".
// FIELDS_WITH names members that are written always, and those of the API that are legal but not
// kept: reading passes over them and does not call them unknown.
#pragma once

#include <boost/container/flat_map.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/result.h"

namespace base {

using Json = boost::json::value;

// String keys in byte order; iteration order is therefore the same in every process.
template <class T>
using Map = boost::container::flat_map<std::string, T, std::less<>>;

// A value that many owners read and nobody changes in place: equal pod specs of one owner can be
// stored once. Copying copies the pointer; edit() first makes the value the caller's own.
template <class T>
class Shared {
 public:
  Shared() : value_(nothing()) {}
  explicit Shared(T value) : value_(std::make_shared<T>(std::move(value))) {}

  const T& operator*() const { return *value_; }
  const T* operator->() const { return value_.get(); }

  T& edit() {
    if (value_.use_count() != 1) {
      value_ = std::make_shared<T>(*value_);
    }
    return *value_;
  }

  bool operator==(const Shared& other) const {
    return value_ == other.value_ || *value_ == *other.value_;
  }

 private:
  static const std::shared_ptr<T>& nothing() {
    static const std::shared_ptr<T> value = std::make_shared<T>();
    return value;
  }

  std::shared_ptr<T> value_;
};

// A text, list or map that remembers that it was given although it is empty: to the hash of a
// NodePool `taints: []` is not the same as no taints. Otherwise it is what it holds.
template <class Value>
class Given : public Value {
 public:
  using Value::Value;
  using Value::operator=;
  Given() = default;
  explicit Given(Value value) : Value(std::move(value)) {}

  bool is_given() const { return is_given_ || !this->empty(); }
  void give() { is_given_ = true; }

 private:
  bool is_given_ = false;
};

struct Type;
using TypeOf = const Type& (*)();  // asked late, so that types may contain themselves

struct Field {
  std::string_view name;
  TypeOf type = nullptr;
  void* (*in)(void* object) = nullptr;  // the member inside its object
  bool is_required = false;             // reading fails without it
  bool is_always_written = false;       // written even when empty

  Field required() const {
    Field copy = *this;
    copy.is_required = true;
    copy.is_always_written = true;
    return copy;
  }
  Field always() const {
    Field copy = *this;
    copy.is_always_written = true;
    return copy;
  }
};

struct Type {
  enum class Kind {
    boolean,
    int32,
    int64,
    string,
    json,
    scalar,
    object,
    list,
    map,
    optional,
    shared
  };

  Kind kind = Kind::object;
  std::string name;                            // for messages: "Toleration", "quantity"
  std::vector<Field> fields;                   // of an object, in wire order
  std::span<const std::string_view> not_kept;  // further names that an object may have
  TypeOf element = nullptr;                    // of list, map, optional, shared

  bool (*empty)(const void* value) = nullptr;

  // scalar: from the text of a JSON string (quoted) or number; print returns whether to quote.
  Result<void> (*parse)(std::string_view text, bool quoted, void* value) = nullptr;
  bool (*print)(const void* value, std::string& out) = nullptr;

  // list and map
  std::size_t (*size)(const void* value) = nullptr;
  const void* (*at)(const void* value, std::size_t index) = nullptr;
  std::string_view (*key_at)(const void* value, std::size_t index) = nullptr;
  void* (*append)(void* value) = nullptr;
  void* (*insert)(void* value, std::string_view key) = nullptr;
  void (*clear)(void* value) = nullptr;

  // optional and shared: the element, or nullptr if not set; emplace makes and returns it
  const void* (*get)(const void* value) = nullptr;
  void* (*emplace)(void* value) = nullptr;

  // Marks fields of an object as written even when empty. Requires: they are its fields.
  Type always(std::initializer_list<std::string_view> names) &&;

  // Adds names that are legal but not kept. Requires: `names` outlives the type.
  Type not_keeping(std::span<const std::string_view> names) &&;
};

// Specialise for a class with its own text form: kName, parse, print, empty (see scalars.h).
template <class T>
struct Scalar;

template <class T>
const Type& type_of();

namespace detail {

template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
template <class T>
struct IsMap : std::false_type {};
template <class T>
struct IsMap<Map<T>> : std::true_type {};
template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsShared : std::false_type {};
template <class T>
struct IsShared<Shared<T>> : std::true_type {};

template <class T>
struct IsGiven : std::false_type {};
template <class T>
struct IsGiven<Given<T>> : std::true_type {};

template <class T>
concept ScalarType = requires { Scalar<T>::kName; };

template <class T>
const T& as(const void* value) {
  return *static_cast<const T*>(value);
}
template <class T>
T& as(void* value) {
  return *static_cast<T*>(value);
}

template <class T>
Type plain_type(Type::Kind kind, const char* name) {
  Type type;
  type.kind = kind;
  type.name = name;
  type.empty = [](const void* value) { return as<T>(value) == T{}; };
  return type;
}

template <class T>
Type list_type() {
  Type type;
  type.kind = Type::Kind::list;
  type.name = "list";
  type.element = &type_of<typename T::value_type>;
  type.empty = [](const void* value) { return as<T>(value).empty(); };
  type.size = [](const void* value) { return as<T>(value).size(); };
  type.at = [](const void* value, std::size_t index) -> const void* {
    return &as<T>(value)[index];
  };
  type.append = [](void* value) -> void* { return &as<T>(value).emplace_back(); };
  type.clear = [](void* value) { as<T>(value).clear(); };
  return type;
}

template <class T>
Type map_type() {
  Type type;
  type.kind = Type::Kind::map;
  type.name = "map";
  type.element = &type_of<typename T::mapped_type>;
  type.empty = [](const void* value) { return as<T>(value).empty(); };
  type.size = [](const void* value) { return as<T>(value).size(); };
  type.at = [](const void* value, std::size_t index) -> const void* {
    return &as<T>(value).nth(index)->second;
  };
  type.key_at = [](const void* value, std::size_t index) {
    return std::string_view(as<T>(value).nth(index)->first);
  };
  type.insert = [](void* value, std::string_view key) -> void* {
    return &as<T>(value)[std::string(key)];
  };
  type.clear = [](void* value) { as<T>(value).clear(); };
  return type;
}

template <class T>
Type optional_type() {
  Type type;
  type.kind = Type::Kind::optional;
  type.name = "optional";
  type.element = &type_of<typename T::value_type>;
  type.empty = [](const void* value) { return !as<T>(value).has_value(); };
  type.get = [](const void* value) -> const void* {
    const T& optional = as<T>(value);
    return optional ? &*optional : nullptr;
  };
  type.emplace = [](void* value) -> void* { return &as<T>(value).emplace(); };
  return type;
}

template <class Value>
Type given_type() {
  Type type;
  type.kind = Type::Kind::optional;
  type.name = "optional";
  type.element = &type_of<Value>;
  type.empty = [](const void* value) { return !as<Given<Value>>(value).is_given(); };
  type.get = [](const void* value) -> const void* {
    const auto& given = as<Given<Value>>(value);
    return given.is_given() ? static_cast<const Value*>(&given) : nullptr;
  };
  type.emplace = [](void* value) -> void* {
    auto& given = as<Given<Value>>(value);
    given.give();
    return static_cast<Value*>(&given);
  };
  return type;
}

template <class Element>
Type shared_type() {
  Type type;
  type.kind = Type::Kind::shared;
  type.name = "shared";
  type.element = &type_of<Element>;
  type.empty = [](const void*) { return false; };  // the element itself tells (json.cc)
  type.get = [](const void* value) -> const void* { return &*as<Shared<Element>>(value); };
  type.emplace = [](void* value) -> void* { return &as<Shared<Element>>(value).edit(); };
  return type;
}

template <class T>
Type scalar_type() {
  Type type;
  type.kind = Type::Kind::scalar;
  type.name = Scalar<T>::kName;
  type.empty = [](const void* value) { return Scalar<T>::empty(as<T>(value)); };
  type.parse = [](std::string_view text, bool quoted, void* value) {
    return Scalar<T>::parse(text, quoted, as<T>(value));
  };
  type.print = [](const void* value, std::string& out) {
    return Scalar<T>::print(as<T>(value), out);
  };
  return type;
}

template <class Member>
struct MemberOf;
template <class Object, class Value>
struct MemberOf<Value Object::*> {
  using object = Object;
  using value = Value;
};

template <class T>
struct ElementOf;
template <class T>
struct ElementOf<Shared<T>> {
  using type = T;
};
template <class T>
struct ElementOf<Given<T>> {
  using type = T;
};

}  // namespace detail

template <class T>
const Type& type_of() {
  using Kind = Type::Kind;
  if constexpr (std::is_same_v<T, bool>) {
    static const Type type = detail::plain_type<bool>(Kind::boolean, "boolean");
    return type;
  } else if constexpr (std::is_same_v<T, std::int32_t>) {
    static const Type type = detail::plain_type<std::int32_t>(Kind::int32, "integer");
    return type;
  } else if constexpr (std::is_same_v<T, std::int64_t>) {
    static const Type type = detail::plain_type<std::int64_t>(Kind::int64, "integer");
    return type;
  } else if constexpr (std::is_same_v<T, std::string>) {
    static const Type type = detail::plain_type<std::string>(Kind::string, "string");
    return type;
  } else if constexpr (std::is_same_v<T, Json>) {
    static const Type type = detail::plain_type<Json>(Kind::json, "any value");
    return type;
  } else if constexpr (detail::ScalarType<T>) {
    static const Type type = detail::scalar_type<T>();
    return type;
  } else if constexpr (detail::IsVector<T>::value) {
    static const Type type = detail::list_type<T>();
    return type;
  } else if constexpr (detail::IsMap<T>::value) {
    static const Type type = detail::map_type<T>();
    return type;
  } else if constexpr (detail::IsOptional<T>::value) {
    static const Type type = detail::optional_type<T>();
    return type;
  } else if constexpr (detail::IsShared<T>::value) {
    static const Type type = detail::shared_type<typename detail::ElementOf<T>::type>();
    return type;
  } else if constexpr (detail::IsGiven<T>::value) {
    static const Type type = detail::given_type<typename detail::ElementOf<T>::type>();
    return type;
  } else {
    return describe(static_cast<const T*>(nullptr));  // by the struct's own DESCRIBED()
  }
}

// A field by its member pointer: field<&Taint::key>("key").required().
template <auto Member>
Field field(std::string_view name) {
  using Traits = detail::MemberOf<decltype(Member)>;
  Field result;
  result.name = name.ends_with('_') ? name.substr(0, name.size() - 1) : name;
  result.type = &type_of<typename Traits::value>;
  result.in = [](void* object) -> void* {
    return &(static_cast<typename Traits::object*>(object)->*Member);
  };
  return result;
}

// The description of a struct from its fields; see FIELDS for the short form.
Type object_type(std::string name, std::vector<Field> fields);

}  // namespace base

// Declares, in the header and namespace of the struct, that it has a description.
#define DESCRIBED(Struct) const ::base::Type& describe(const Struct*)

// Lists the wire fields of a struct once, in a .cc file of its namespace. At most 40 of them.
#define FIELDS(Struct, ...) FIELDS_WITH(Struct, , __VA_ARGS__)

// The same with what else is to be said of them, as a chain of Type's functions:
// FIELDS_WITH(Taint, .always({"key", "effect"}), key, value, effect, timeAdded)
#define FIELDS_WITH(Struct, properties, ...)                                           \
  const ::base::Type& describe(const Struct*) {                                        \
    using Described = Struct;                                                          \
    static const ::base::Type type =                                                   \
        ::base::object_type(#Struct, {BASE_EACH(BASE_FIELD, __VA_ARGS__)}) properties; \
    return type;                                                                       \
  }                                                                                    \
  static_assert(true)

#define BASE_FIELD(member) ::base::field<&Described::member>(#member)

// BASE_EACH(macro, a, b, …) expands to macro(a), macro(b), …
#define BASE_EACH(macro, ...) __VA_OPT__(BASE_EXPAND(BASE_STEP(macro, __VA_ARGS__)))
#define BASE_STEP(macro, first, ...) \
  macro(first) __VA_OPT__(, BASE_AGAIN BASE_PARENS(macro, __VA_ARGS__))
#define BASE_AGAIN() BASE_STEP
#define BASE_PARENS ()
#define BASE_EXPAND(...) BASE_EXPAND4(BASE_EXPAND4(BASE_EXPAND4(__VA_ARGS__)))
#define BASE_EXPAND4(...) BASE_EXPAND3(BASE_EXPAND3(BASE_EXPAND3(__VA_ARGS__)))
#define BASE_EXPAND3(...) BASE_EXPAND2(BASE_EXPAND2(BASE_EXPAND2(__VA_ARGS__)))
#define BASE_EXPAND2(...) BASE_EXPAND1(BASE_EXPAND1(__VA_ARGS__))
#define BASE_EXPAND1(...) __VA_ARGS__
