// The one reader of described structs, over any representation of parsed JSON. json.cc and
// json_text.cc instantiate it; nobody else needs this header.
//
// A Source names its `Value` (cheap to copy) and says with static functions what a value is:
//   std::string_view kind_of(Value)                   "a number", for messages
//   bool is_null(Value)
//   std::optional<bool> boolean(Value), std::optional<std::int64_t> integer(Value),
//   std::optional<std::string_view> string(Value)     nullopt if it is something else
//   std::optional<std::string> number(Value)          the text of any number
//   Json json(Value)                                  the value itself, for free-form members
//   bool is_object(Value), bool is_list(Value)
//   for_each_member(Value, f), for_each_element(Value, f)    until f returns an error
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/describe.h"
#include "base/result.h"

namespace base::detail {

template <class Source>
class JsonReader {
 public:
  using Value = Source::Value;

  explicit JsonReader(std::vector<std::string>* unknown) : unknown_(unknown) {}

  Result<void> read(const Type& type, Value value, void* out) {
    using Kind = Type::Kind;
    switch (type.kind) {
      case Kind::boolean: return read_boolean(value, out);
      case Kind::int32: return read_integer<std::int32_t>(value, out);
      case Kind::int64: return read_integer<std::int64_t>(value, out);
      case Kind::string: return read_string(value, out);
      case Kind::json: *static_cast<Json*>(out) = Source::json(value); return {};
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
  // Where the reader is. Steps lie on the stack and become text only for a message.
  class Step {
   public:
    Step(JsonReader& reader, std::string_view name) : reader_(reader), name_(name) { enter(); }
    Step(JsonReader& reader, std::size_t index) : reader_(reader), index_(index) { enter(); }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;
    ~Step() { reader_.innermost_ = outer_; }

    // "spec.taints[0].effect"
    std::string path() const {
      std::string before = outer_ == nullptr ? "" : outer_->path();
      if (name_.data() == nullptr) return fmt::format("{}[{}]", before, index_);
      return before + (before.empty() ? "" : ".") + std::string(name_);
    }

   private:
    void enter() {
      outer_ = reader_.innermost_;
      reader_.innermost_ = this;
    }

    JsonReader& reader_;
    const Step* outer_ = nullptr;
    std::string_view name_;
    std::size_t index_ = 0;
  };

  std::string path() const { return innermost_ == nullptr ? "" : innermost_->path(); }

  std::unexpected<Error> wrong(std::string_view expected, Value value) {
    return fail_here(fmt::format("expected {}, found {}", expected, Source::kind_of(value)));
  }

  std::unexpected<Error> fail_here(std::string_view what) {
    std::string at = path();
    return invalid(at.empty() ? std::string(what) : fmt::format("{}: {}", at, what));
  }

  Result<void> read_boolean(Value value, void* out) {
    auto boolean = Source::boolean(value);
    if (!boolean) return wrong("true or false", value);
    *static_cast<bool*>(out) = *boolean;
    return {};
  }

  template <class Integer>
  Result<void> read_integer(Value value, void* out) {
    auto number = Source::integer(value);
    if (!number) return wrong("an integer", value);
    if (*number < std::numeric_limits<Integer>::min() ||
        *number > std::numeric_limits<Integer>::max()) {
      return fail_here(fmt::format("{} is out of range", *number));
    }
    *static_cast<Integer*>(out) = static_cast<Integer>(*number);
    return {};
  }

  Result<void> read_string(Value value, void* out) {
    auto text = Source::string(value);
    if (!text) return wrong("a string", value);
    static_cast<std::string*>(out)->assign(*text);
    return {};
  }

  Result<void> read_scalar(const Type& type, Value value, void* out) {
    Result<void> parsed;
    if (auto text = Source::string(value)) {
      parsed = type.parse(*text, true, out);
    } else if (auto number = Source::number(value)) {
      parsed = type.parse(*number, false, out);
    } else {
      return wrong(type.name, value);
    }
    if (!parsed) return fail_here(parsed.error().message);
    return {};
  }

  Result<void> read_object(const Type& type, Value value, void* out) {
    if (!Source::is_object(value)) return wrong("an object", value);
    std::uint64_t seen = 0;  // a bit for each field: a struct has at most 40 of them
    Result<void> read_members =
        Source::for_each_member(value, [&](std::string_view name, Value member) {
          return read_member(type, name, member, out, seen);
        });
    if (!read_members) return read_members;
    for (std::size_t index = 0; index < type.fields.size(); ++index) {
      if (!type.fields[index].is_required || (seen >> index & 1) != 0) continue;
      Step step(*this, type.fields[index].name);
      return fail_here("is required");
    }
    if (unknown_ != nullptr) note_unknown(type, value);
    return {};
  }

  Result<void> read_member(const Type& type, std::string_view name, Value member, void* out,
                           std::uint64_t& seen) {
    auto field = std::ranges::find(type.fields, name, &Field::name);
    if (field == type.fields.end() || Source::is_null(member)) return {};  // null: not given
    std::uint64_t bit = std::uint64_t{1} << (field - type.fields.begin());
    Step step(*this, field->name);
    if ((seen & bit) != 0) return fail_here("stands twice");
    seen |= bit;
    return read(field->type(), member, field->in(out));
  }

  // Behind those of the members that are known.
  void note_unknown(const Type& type, Value value) {
    std::ignore = Source::for_each_member(value, [&](std::string_view name, Value) -> Result<void> {
      bool is_known = std::ranges::find(type.fields, name, &Field::name) != type.fields.end() ||
                      std::ranges::find(type.not_kept, name) != type.not_kept.end();
      if (is_known) return {};
      Step step(*this, name);
      unknown_->push_back(path());
      return {};
    });
  }

  Result<void> read_list(const Type& type, Value value, void* out) {
    if (!Source::is_list(value)) return wrong("a list", value);
    type.clear(out);
    std::size_t index = 0;
    return Source::for_each_element(value, [&](Value element) {
      Step step(*this, index++);
      return read(type.element(), element, type.append(out));
    });
  }

  Result<void> read_map(const Type& type, Value value, void* out) {
    if (!Source::is_object(value)) return wrong("an object", value);
    type.clear(out);
    return Source::for_each_member(value, [&](std::string_view key, Value element) {
      Step step(*this, key);
      return read(type.element(), element, type.insert(out, key));
    });
  }

  const Step* innermost_ = nullptr;
  std::vector<std::string>* unknown_;
};

}  // namespace base::detail
