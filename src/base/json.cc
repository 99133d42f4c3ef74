#include "base/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/stream_parser.hpp>
#include <cmath>
#include <optional>

#include "base/json_reader.h"

namespace base {
namespace {

using Kind = Type::Kind;

struct BoostSource {
  using Value = const Json&;

  static std::string_view kind_of(const Json& value) {
    switch (value.kind()) {
      case boost::json::kind::null: return "null";
      case boost::json::kind::bool_: return "a boolean";
      case boost::json::kind::int64:
      case boost::json::kind::uint64:
      case boost::json::kind::double_: return "a number";
      case boost::json::kind::string: return "a string";
      case boost::json::kind::array: return "a list";
      case boost::json::kind::object: return "an object";
    }
    return "something else";
  }

  static bool is_null(const Json& value) { return value.is_null(); }
  static bool is_object(const Json& value) { return value.is_object(); }
  static bool is_list(const Json& value) { return value.is_array(); }
  static Json json(const Json& value) { return value; }

  static std::optional<bool> boolean(const Json& value) {
    const bool* boolean = value.if_bool();
    return boolean == nullptr ? std::nullopt : std::optional(*boolean);
  }
  static std::optional<std::int64_t> integer(const Json& value) {
    const std::int64_t* number = value.if_int64();
    return number == nullptr ? std::nullopt : std::optional(*number);
  }
  static std::optional<std::string_view> string(const Json& value) {
    const boost::json::string* text = value.if_string();
    if (text == nullptr) return std::nullopt;
    return std::string_view(text->data(), text->size());
  }
  static std::optional<std::string> number(const Json& value) {
    if (!value.is_number()) return std::nullopt;
    // Boost would print 1.5 as 1.5E0, which scalars may take for another spelling.
    const double* fraction = value.if_double();
    return fraction != nullptr ? fmt::to_string(*fraction) : print_json(value);
  }

  template <class Function>
  static Result<void> for_each_member(const Json& value, Function function) {
    for (const auto& member : value.get_object()) {
      std::string_view key(member.key().data(), member.key().size());
      if (Result<void> done = function(key, member.value()); !done) return done;
    }
    return {};
  }
  template <class Function>
  static Result<void> for_each_element(const Json& value, Function function) {
    for (const Json& element : value.get_array()) {
      if (Result<void> done = function(element); !done) return done;
    }
    return {};
  }
};

bool is_empty(const Type& type, const void* value);

Json write(const Type& type, const void* value) {
  switch (type.kind) {
    case Kind::boolean: return *static_cast<const bool*>(value);
    case Kind::int32: return std::int64_t{*static_cast<const std::int32_t*>(value)};
    case Kind::int64: return *static_cast<const std::int64_t*>(value);
    case Kind::string: return Json(boost::json::string(*static_cast<const std::string*>(value)));
    case Kind::json: return *static_cast<const Json*>(value);
    case Kind::scalar: {
      std::string text;
      bool quoted = type.print(value, text);
      if (quoted) return Json(boost::json::string(text));
      return boost::json::parse(text);
    }
    case Kind::object: {
      boost::json::object object;
      for (const Field& field : type.fields) {
        const void* member = field.in(const_cast<void*>(value));  // only looked at
        const Type& member_type = field.type();
        if (field.is_always_written || !is_empty(member_type, member)) {
          object.emplace(field.name, write(member_type, member));
        }
      }
      return object;
    }
    case Kind::list: {
      boost::json::array array;
      for (std::size_t index = 0; index < type.size(value); ++index) {
        array.push_back(write(type.element(), type.at(value, index)));
      }
      return array;
    }
    case Kind::map: {
      boost::json::object object;
      for (std::size_t index = 0; index < type.size(value); ++index) {
        object.emplace(type.key_at(value, index), write(type.element(), type.at(value, index)));
      }
      return object;
    }
    case Kind::optional:
    case Kind::shared: {
      const void* element = type.get(value);
      return element == nullptr ? Json() : write(type.element(), element);
    }
  }
  return {};
}

bool is_empty(const Type& type, const void* value) {
  if (type.kind == Kind::object) {
    return std::ranges::all_of(type.fields, [&](const Field& field) {
      return !field.is_always_written &&
             is_empty(field.type(), field.in(const_cast<void*>(value)));  // only looked at
    });
  }
  if (type.kind == Kind::shared) return is_empty(type.element(), type.get(value));
  return type.empty(value);
}

void print_pretty(const Json& value, std::string& indent, std::string& out) {
  if (const auto* object = value.if_object(); object != nullptr && !object->empty()) {
    out += "{\n";
    indent += "  ";
    std::string_view separator;
    for (const auto& member : *object) {
      out += separator;
      out += indent + boost::json::serialize(member.key()) + ": ";
      print_pretty(member.value(), indent, out);
      separator = ",\n";
    }
    indent.resize(indent.size() - 2);
    out += "\n" + indent + "}";
  } else if (const auto* array = value.if_array(); array != nullptr && !array->empty()) {
    out += "[\n";
    indent += "  ";
    std::string_view separator;
    for (const Json& element : *array) {
      out += separator;
      out += indent;
      print_pretty(element, indent, out);
      separator = ",\n";
    }
    indent.resize(indent.size() - 2);
    out += "\n" + indent + "]";
  } else if (const double* number = value.if_double()) {
    out += fmt::to_string(*number);  // 0.16, which Boost would print as 1.6E-1
  } else {
    out += boost::json::serialize(value);
  }
}

bool is_finite(const Json& value) {
  if (const double* number = value.if_double()) return std::isfinite(*number);
  if (const boost::json::array* list = value.if_array()) {
    return std::ranges::all_of(*list, is_finite);
  }
  const boost::json::object* members = value.if_object();
  return members == nullptr || std::ranges::all_of(*members, [](const auto& member) {
           return is_finite(member.value());
         });
}

// The parser reads 1e400 as infinity, which JSON cannot say.
Result<Json> finite(Json value) {
  if (!is_finite(value)) return invalid("a number is beyond 1.8e308");
  return value;
}

}  // namespace

Result<Json> parse_json(std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = 200;
  boost::json::stream_parser parser({}, options);
  boost::system::error_code error;
  std::size_t consumed = parser.write_some(text.data(), text.size(), error);
  if (!error) parser.finish(error);
  if (!error && consumed < text.size()) {
    std::size_t rest = text.find_first_not_of(" \t\r\n", consumed);
    if (rest == std::string_view::npos) return finite(parser.release());
    consumed = rest;
    error = boost::json::make_error_code(boost::json::error::extra_data);
  }
  if (!error) return finite(parser.release());
  std::string_view before = text.substr(0, consumed);
  auto line = std::ranges::count(before, '\n') + 1;
  std::size_t column = consumed - (before.rfind('\n') + 1) + 1;
  return invalid(fmt::format("JSON line {}, column {}: {}", line, column, error.message()));
}

std::string print_json(const Json& value) { return boost::json::serialize(value); }

std::string print_json_pretty(const Json& value) {
  std::string indent;
  std::string out;
  print_pretty(value, indent, out);
  return out;
}

Result<void> read_json(const Type& type, const Json& value, void* object,
                       std::vector<std::string>* unknown) {
  return detail::JsonReader<BoostSource>(unknown).read(type, value, object);
}

Json write_json(const Type& type, const void* object) { return write(type, object); }

const Json* find_path(const Json& value, std::initializer_list<std::string_view> path) {
  const Json* current = &value;
  for (std::string_view name : path) {
    const boost::json::object* object = current->if_object();
    current = object == nullptr ? nullptr : object->if_contains(name);
    if (current == nullptr) return nullptr;
  }
  return current;
}

std::string_view string_at(const Json& value, std::initializer_list<std::string_view> path) {
  const Json* found = find_path(value, path);
  const boost::json::string* text = found == nullptr ? nullptr : found->if_string();
  return text == nullptr ? std::string_view() : std::string_view(text->data(), text->size());
}

}  // namespace base
