#include "base/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/stream_parser.hpp>
#include <charconv>
#include <limits>

namespace base {
namespace {

using Kind = Type::Kind;

std::string kind_name(const Json& value) {
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

// Where the reader is, as "spec.taints[0].effect".
class Path {
 public:
  class Step {
   public:
    Step(Path& path, std::string_view name) : path_(path), length_(path.text_.size()) {
      if (!path.text_.empty()) path.text_ += '.';
      path.text_ += name;
    }
    Step(Path& path, std::size_t index) : path_(path), length_(path.text_.size()) {
      path.text_ += fmt::format("[{}]", index);
    }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;
    ~Step() { path_.text_.resize(length_); }

   private:
    Path& path_;
    std::size_t length_;
  };

  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

class Reader {
 public:
  explicit Reader(std::vector<std::string>* unknown) : unknown_(unknown) {}

  Result<void> read(const Type& type, const Json& value, void* out) {
    switch (type.kind) {
      case Kind::boolean: return read_boolean(value, out);
      case Kind::int32: return read_integer<std::int32_t>(value, out);
      case Kind::int64: return read_integer<std::int64_t>(value, out);
      case Kind::string: return read_string(value, out);
      case Kind::json: *static_cast<Json*>(out) = value; return {};
      case Kind::scalar: return read_scalar(type, value, out);
      case Kind::object: return read_object(type, value, out);
      case Kind::list: return read_list(type, value, out);
      case Kind::map: return read_map(type, value, out);
      case Kind::optional:
      case Kind::shared: return read(type.element(), value, type.emplace(out));
    }
    return wrong("a known type", value);
  }

 private:
  std::unexpected<Error> wrong(std::string_view expected, const Json& value) {
    return fail_here(fmt::format("expected {}, found {}", expected, kind_name(value)));
  }

  std::unexpected<Error> fail_here(std::string_view what) {
    return invalid(path_.text().empty() ? std::string(what)
                                        : fmt::format("{}: {}", path_.text(), what));
  }

  Result<void> read_boolean(const Json& value, void* out) {
    const bool* boolean = value.if_bool();
    if (boolean == nullptr) return wrong("true or false", value);
    *static_cast<bool*>(out) = *boolean;
    return {};
  }

  template <class Integer>
  Result<void> read_integer(const Json& value, void* out) {
    const std::int64_t* number = value.if_int64();
    if (number == nullptr) return wrong("an integer", value);
    if (*number < std::numeric_limits<Integer>::min() ||
        *number > std::numeric_limits<Integer>::max()) {
      return fail_here(fmt::format("{} is out of range", *number));
    }
    *static_cast<Integer*>(out) = static_cast<Integer>(*number);
    return {};
  }

  Result<void> read_string(const Json& value, void* out) {
    const boost::json::string* text = value.if_string();
    if (text == nullptr) return wrong("a string", value);
    static_cast<std::string*>(out)->assign(text->data(), text->size());
    return {};
  }

  Result<void> read_scalar(const Type& type, const Json& value, void* out) {
    Result<void> parsed;
    if (const boost::json::string* text = value.if_string()) {
      parsed = type.parse(std::string_view(text->data(), text->size()), true, out);
    } else if (value.is_number()) {
      // Boost would print 1.5 as 1.5E0, which scalars may take for another spelling.
      const double* fraction = value.if_double();
      parsed = type.parse(fraction != nullptr ? fmt::to_string(*fraction) : print_json(value),
                          false, out);
    } else {
      return wrong(type.name, value);
    }
    if (!parsed) return fail_here(parsed.error().message);
    return {};
  }

  Result<void> read_object(const Type& type, const Json& value, void* out) {
    const boost::json::object* object = value.if_object();
    if (object == nullptr) return wrong("an object", value);
    for (const Field& field : type.fields) {
      const Json* member = object->if_contains(field.name);
      if (member == nullptr || member->is_null()) {
        if (!field.is_required) continue;
        Path::Step step(path_, field.name);
        return fail_here("is required");
      }
      Path::Step step(path_, field.name);
      Result<void> read_member = read(field.type(), *member, field.in(out));
      if (!read_member) return read_member;
    }
    if (unknown_ != nullptr) note_unknown(type, *object);
    return {};
  }

  void note_unknown(const Type& type, const boost::json::object& object) {
    for (const auto& member : object) {
      std::string_view name(member.key().data(), member.key().size());
      if (std::ranges::find(type.fields, name, &Field::name) != type.fields.end()) continue;
      if (std::ranges::find(type.not_kept, name) != type.not_kept.end()) continue;
      Path::Step step(path_, name);
      unknown_->push_back(path_.text());
    }
  }

  Result<void> read_list(const Type& type, const Json& value, void* out) {
    const boost::json::array* array = value.if_array();
    if (array == nullptr) return wrong("a list", value);
    type.clear(out);
    for (std::size_t index = 0; index < array->size(); ++index) {
      Path::Step step(path_, index);
      Result<void> read_element = read(type.element(), (*array)[index], type.append(out));
      if (!read_element) return read_element;
    }
    return {};
  }

  Result<void> read_map(const Type& type, const Json& value, void* out) {
    const boost::json::object* object = value.if_object();
    if (object == nullptr) return wrong("an object", value);
    type.clear(out);
    for (const auto& member : *object) {
      std::string_view key(member.key().data(), member.key().size());
      Path::Step step(path_, key);
      Result<void> read_element = read(type.element(), member.value(), type.insert(out, key));
      if (!read_element) return read_element;
    }
    return {};
  }

  Path path_;
  std::vector<std::string>* unknown_;
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
  } else {
    out += boost::json::serialize(value);
  }
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
    if (rest == std::string_view::npos) return parser.release();
    consumed = rest;
    error = boost::json::make_error_code(boost::json::error::extra_data);
  }
  if (!error) return parser.release();
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
  return Reader(unknown).read(type, value, object);
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
