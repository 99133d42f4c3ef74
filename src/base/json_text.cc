#include "base/json_text.h"

#include <simdjson.h>

#include <optional>

#include "base/json_reader.h"

namespace base {

namespace dom = simdjson::dom;

struct JsonText::Parsed {
  dom::parser parser;
  std::string text;  // with the padding that the parser reads beyond the end
  dom::element root;
};

namespace {

constexpr std::size_t kDepth = 200;

struct DomSource {
  using Value = dom::element;

  static std::string_view kind_of(Value value) {
    switch (value.type()) {
      case dom::element_type::NULL_VALUE: return "null";
      case dom::element_type::BOOL: return "a boolean";
      case dom::element_type::INT64:
      case dom::element_type::UINT64:
      case dom::element_type::DOUBLE: return "a number";
      case dom::element_type::STRING: return "a string";
      case dom::element_type::ARRAY: return "a list";
      case dom::element_type::OBJECT: return "an object";
    }
    return "something else";
  }

  static bool is_null(Value value) { return value.is_null(); }
  static bool is_object(Value value) { return value.is_object(); }
  static bool is_list(Value value) { return value.is_array(); }

  static std::optional<bool> boolean(Value value) {
    bool boolean = false;
    if (value.get_bool().get(boolean) != simdjson::SUCCESS) return std::nullopt;
    return boolean;
  }
  static std::optional<std::int64_t> integer(Value value) {
    std::int64_t number = 0;
    if (value.type() != dom::element_type::INT64) return std::nullopt;
    if (value.get_int64().get(number) != simdjson::SUCCESS) return std::nullopt;
    return number;
  }
  static std::optional<std::string_view> string(Value value) {
    std::string_view text;
    if (value.get_string().get(text) != simdjson::SUCCESS) return std::nullopt;
    return text;
  }
  static std::optional<std::string> number(Value value) {
    switch (value.type()) {
      case dom::element_type::INT64: return fmt::to_string(std::int64_t{value});
      case dom::element_type::UINT64: return fmt::to_string(std::uint64_t{value});
      case dom::element_type::DOUBLE: return fmt::to_string(double{value});
      default: return std::nullopt;
    }
  }

  static Json json(Value value) {
    switch (value.type()) {
      case dom::element_type::NULL_VALUE: return nullptr;
      case dom::element_type::BOOL: return bool{value};
      case dom::element_type::INT64: return std::int64_t{value};
      case dom::element_type::UINT64: return std::uint64_t{value};
      case dom::element_type::DOUBLE: return double{value};
      case dom::element_type::STRING: return boost::json::string(std::string_view{value});
      case dom::element_type::ARRAY: {
        boost::json::array array;
        for (dom::element element : dom::array{value})
          array.push_back(json(element));
        return array;
      }
      case dom::element_type::OBJECT: {
        boost::json::object object;
        for (dom::key_value_pair member : dom::object{value})
          object[member.key] = json(member.value);
        return object;
      }
    }
    return nullptr;
  }

  template <class Function>
  static Result<void> for_each_member(Value value, Function function) {
    for (dom::key_value_pair member : dom::object{value}) {
      if (Result<void> done = function(member.key, member.value); !done) return done;
    }
    return {};
  }
  template <class Function>
  static Result<void> for_each_element(Value value, Function function) {
    for (dom::element element : dom::array{value}) {
      if (Result<void> done = function(element); !done) return done;
    }
    return {};
  }
};

}  // namespace

JsonText::JsonText() : parsed_(std::make_unique<Parsed>()) {}

JsonText::~JsonText() = default;

bool JsonText::parse(std::string_view text) {
  // Of any text the parser makes its buffers as deep as this.
  if (parsed_->parser.max_depth() != kDepth &&
      parsed_->parser.allocate(0, kDepth) != simdjson::SUCCESS) {
    return false;
  }
  parsed_->text.reserve(text.size() + simdjson::SIMDJSON_PADDING);
  parsed_->text.assign(text);
  auto root = parsed_->parser.parse(parsed_->text.data(), text.size(), false);
  return root.get(parsed_->root) == simdjson::SUCCESS;
}

std::string_view JsonText::string_at(std::string_view name) const {
  std::string_view text;
  if (!parsed_->root.is_object()) return {};
  auto found = dom::object{parsed_->root}.at_key(name);
  return found.get_string().get(text) == simdjson::SUCCESS ? text : std::string_view();
}

Result<void> JsonText::read(const Type& type, void* object) const {
  return detail::JsonReader<DomSource>(nullptr).read(type, parsed_->root, object);
}

}  // namespace base
