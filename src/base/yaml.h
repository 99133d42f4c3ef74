// YAML to JSON values and back. A file means to Joiner what it means to kubectl (the rules for
// unquoted scalars stand in yaml_scalar.h), with two differences, both refusals where kubectl
// silently drops something: a key that stands twice in one map, and a key that is written before a
// `<<` that has it too. Keys that are numbers or booleans become text.
//
// Anchors, aliases and `<<` are resolved; how much they may add is bounded, so that a small file
// cannot grow without limit. Text must be UTF-8. JSON is YAML, and is read as well.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace base {

struct YamlLimits {
  std::size_t bytes = 64 << 20;  // of the whole text
  std::size_t depth = 200;       // maps and lists inside each other, after aliases are resolved
  // What anchors keep and aliases add: values, where each 64 bytes of text count as one more.
  std::size_t expansion = 1'000'000;
};

// The line of a value, and those of its members or elements in their order; none are known of what
// an alias stands for.
struct YamlLines {
  int line = 0;
  std::vector<YamlLines> inner;
};

struct YamlDocument {
  Json value;
  YamlLines lines;

  // The line, from 1, where the value at a JSON pointer ("/spec/taints/0", "" for the document)
  // begins; a member begins with its key. If there is nothing at that place, the line of the
  // innermost value around it. Requires: `value` is as it was read.
  int line_of(std::string_view pointer) const;
};

// The documents of a text, without those that are empty or null. Error: invalid, with line and
// column.
Result<std::vector<YamlDocument>> read_yaml(std::string_view text, const YamlLimits& limits = {});

// One document as kubectl prints it: block style, members in their order, lists not indented under
// their key, quotes only where they are needed, text of several lines as a block. Long lines are
// not folded. Ends with a newline. What is written reads back as the same value, except that
// doubles without a fraction come back as integers.
std::string write_yaml(const Json& value);

}  // namespace base
