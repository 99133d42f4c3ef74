// JSON text straight into described structs, without a free-form value in between: several times as
// fast as parse_json() and read_json(), for long lists of objects. What is accepted, and what a
// member means, is the same, except that a known member which stands twice in one object is refused
// (parse_json() keeps the last).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/describe.h"
#include "base/result.h"

namespace base {

// A parsed document. Its buffers are used again by the next one.
class JsonText {
 public:
  JsonText();
  ~JsonText();
  JsonText(const JsonText&) = delete;
  JsonText& operator=(const JsonText&) = delete;

  // False if the text is not JSON, or holds a number that needs more than 64 bits, or nests deeper
  // than 200: parse_json() then says what is wrong, or reads it. The text is not needed afterwards.
  bool parse(std::string_view text);

  // The string that the outermost object has for the name, or "". Requires: parsed.
  std::string_view string_at(std::string_view name) const;

  // Requires: parsed. Errors as those of read_json().
  Result<void> read(const Type& type, void* object) const;

 private:
  struct Parsed;
  std::unique_ptr<Parsed> parsed_;
};

}  // namespace base
