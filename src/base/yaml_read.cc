#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cmath>
#include <expected>
#include <iterator>
#include <optional>
#include <span>
#include <spanstream>
#include <utility>

#include "base/scan.h"
#include "base/utf8.h"
#include "base/yaml.h"
#include "base/yaml_scalar.h"

namespace base {
namespace {

constexpr std::string_view kPlainTag = "?";  // yaml-cpp's, for a scalar that is not quoted
constexpr std::string_view kQuotedTag = "!";
constexpr std::string_view kCoreTags = "tag:yaml.org,2002:";
constexpr std::string_view kMergeKey = "<<";

Error error_at(const YAML::Mark& mark, std::string_view message) {
  return {Code::invalid,
          fmt::format("line {}, column {}: {}", mark.line + 1, mark.column + 1, message)};
}

// The library's messages, in plain words where its own are hard to read.
std::string_view plain_words(std::string_view message) {
  if (message == "end of sequence flow not found") return "a '[' above is not closed";
  if (message == "end of map flow not found") return "a '{' above is not closed";
  if (message == "end of sequence not found") return "the list goes on without a '-' in line";
  if (message == "end of map not found") return "a key does not stand in line with those above";
  if (message == "illegal map value")
    return "a ':' has no place here; text that holds \": \" is quoted";
  return message;
}

// A finished value.
struct Node {
  Json value;
  YamlLines lines;
  std::size_t depth = 0;   // 0 for a scalar, 1 for a list of scalars
  std::size_t weight = 1;  // as YamlLimits::expansion counts it
};

std::size_t weight_of(std::string_view text) { return text.size() / 64; }

Node scalar_node(Json value, const YAML::Mark& mark) {
  Node node{.value = std::move(value), .lines = {.line = mark.line + 1, .inner = {}}};
  if (const auto* text = node.value.if_string()) node.weight += weight_of(*text);
  return node;
}

// yaml-cpp gives the escapes \N and \_ as the single bytes 0x85 and 0xa0, not as UTF-8.
std::string repaired(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto character = character_at(text, at);
    if (!character) out += '\xc2';
    const std::size_t size = character ? character->size : 1;
    out.append(text, at, size);
    at += size;
  }
  return out;
}

// The value, or why it cannot be used.
template <class T>
using Checked = std::expected<T, std::string>;

// A scalar with one of YAML's own tags, such as !!int.
Checked<Json> tagged_value(std::string_view tag, const std::string& text) {
  tag.remove_prefix(kCoreTags.size());
  if (tag == "str" || tag == "timestamp") return Json(text);
  const std::optional<Json> value = plain_value(text);
  const bool fits =
      value && ((tag == "null" && value->is_null()) || (tag == "bool" && value->is_bool()) ||
                (tag == "int" && (value->is_int64() || value->is_uint64())) ||
                (tag == "float" && value->is_number()));
  if (!fits) return std::unexpected(fmt::format("\"{}\" cannot be read as !!{}", text, tag));
  return *value;
}

// Tags of one's own say nothing about the type: text.
Checked<Json> scalar_value(std::string_view tag, const std::string& text) {
  Checked<Json> value(text);
  if (tag == kPlainTag) {
    value = plain_value(text).value_or(Json(text));
  } else if (tag.starts_with(kCoreTags)) {
    value = tagged_value(tag, text);
  }
  if (value && value->is_double() && !std::isfinite(value->get_double())) {
    return std::unexpected(fmt::format("\"{}\" has no counterpart in JSON", text));
  }
  return value;
}

std::optional<std::string> key_text(const Json& key) {
  switch (key.kind()) {
    case boost::json::kind::string: return std::string(key.get_string());
    case boost::json::kind::bool_: return key.get_bool() ? "true" : "false";
    case boost::json::kind::int64: return fmt::format("{}", key.get_int64());
    case boost::json::kind::uint64: return fmt::format("{}", key.get_uint64());
    case boost::json::kind::double_: return fmt::format("{}", key.get_double());
    default: return std::nullopt;
  }
}

// Builds the values of the documents from the events of yaml-cpp. The first thing that is refused
// stays in error(); what comes after it is passed over.
class Builder : public YAML::EventHandler {
 public:
  Builder(std::string_view text, const YamlLimits& limits) : text_(text), limits_(limits) {}

  std::vector<YamlDocument> take_documents() { return std::move(documents_); }
  const std::optional<Error>& error() const { return error_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    anchors_.clear();
    // Of a stray "," yaml-cpp makes empty documents without end, all at one place.
    if (last_start_ && (*last_start_ == mark.pos || !is_separated(mark))) {
      refuse(mark, "a second document begins without \"---\" before it");
    }
    last_start_ = mark.pos;
  }
  void OnDocumentEnd() override {
    if (!error_ && root_ && !root_->value.is_null()) {
      documents_.push_back({std::move(root_->value), std::move(root_->lines)});
    }
    root_.reset();
  }

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    finish(scalar_node(nullptr, mark), mark, anchor);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    if (expects_key() && tag == kPlainTag && text == kMergeKey) return begin_merge(mark);
    if (tag == kQuotedTag) last_quoted_ = mark;
    Checked<Json> value = scalar_value(tag, repaired(text));
    if (!value) return refuse(mark, value.error());
    finish(scalar_node(std::move(*value), mark), mark, anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (error_) return;
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) return refuse(mark, "an alias stands inside of what it names");
    if (!charge(found->second.weight, mark)) return;
    Node copy = found->second;
    copy.lines = {.line = mark.line + 1, .inner = {}};
    finish(std::move(copy), mark, 0);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(boost::json::array(), mark, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(boost::json::object(), mark, anchor);
  }
  void OnMapEnd() override { close(); }

  // Where a text in quotes begins that goes on to the end of the document without the second quote;
  // yaml-cpp takes it as closed there if a newline precedes the end.
  std::optional<YAML::Mark> unclosed_quote() const {
    // A document that begins behind it proves it closed.
    if (!last_quoted_ || last_quoted_->line < line_) return std::nullopt;
    constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";  // is not counted
    // Columns are bytes.
    std::size_t at =
        line_start(last_quoted_->line) + static_cast<std::size_t>(last_quoted_->column);
    if (last_quoted_->line == 0 && text_.starts_with(kByteOrderMark)) at += kByteOrderMark.size();
    if (at >= text_.size() || (text_[at] != '"' && text_[at] != '\'')) return std::nullopt;
    const char quote = text_[at];
    for (++at; at < text_.size(); ++at) {
      bool is_escaping = quote == '"' ? text_[at] == '\\' : text_.substr(at).starts_with("''");
      if (is_escaping) {
        ++at;
      } else if (text_[at] == quote) {
        return std::nullopt;
      }
    }
    return last_quoted_;
  }

 private:
  // A map or list whose end was not seen yet.
  struct Open {
    Node node;
    YAML::Mark mark;
    YAML::anchor_t anchor = 0;
    // Of a map: the key that waits for its value, and what came by `<<`.
    std::optional<std::string> key;
    YAML::Mark key_mark;
    bool is_merging = false;  // the value that comes belongs to `<<`
    bool has_merged = false;
    boost::unordered_flat_set<std::string> merged_keys;
  };

  void refuse(const YAML::Mark& mark, std::string_view message) {
    if (!error_) error_ = error_at(mark, message);
  }

  bool expects_key() const {
    return !open_.empty() && open_.back().node.value.is_object() && !open_.back().key &&
           !open_.back().is_merging;
  }

  // Whether "---" or a line "..." stands before the document; yaml-cpp does not insist.
  bool is_separated(const YAML::Mark& mark) const {
    std::string_view before = text_.substr(0, line_start(mark.line));
    if (mark.column == 0 && text_.substr(before.size()).starts_with("---")) return true;
    while (!before.empty()) {
      before.remove_suffix(1);  // the newline
      const std::string_view line = before.substr(before.rfind('\n') + 1);
      if (line.starts_with("...")) return true;
      const std::size_t content = line.find_first_not_of(" \t\r");
      if (content != std::string_view::npos && line[content] != '#') return false;
      before.remove_suffix(line.size());
    }
    return false;
  }

  // Where a line begins, counted from 0. Asked in ascending order, so it goes on from last time.
  std::size_t line_start(int line) const {
    for (; line_ < line; ++line_) {
      start_ = std::min(text_.find('\n', start_), text_.size() - 1) + 1;
    }
    return start_;
  }

  bool charge(std::size_t weight, const YAML::Mark& mark) {
    expansion_ += weight;
    if (expansion_ <= limits_.expansion) return true;
    refuse(mark, "anchors and aliases make the text too large");
    return false;
  }

  void open(Json value, const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (error_) return;
    if (expects_key()) {
      return refuse(mark, "a map or list cannot be a key (or a bracket is not closed)");
    }
    if (open_.size() >= limits_.depth) {
      return refuse(mark, "maps and lists are nested too deeply");
    }
    open_.push_back({.node = {.value = std::move(value),
                              .lines = {.line = mark.line + 1, .inner = {}},
                              .depth = 1},
                     .mark = mark,
                     .anchor = anchor,
                     .key = {},
                     .key_mark = {},
                     .merged_keys = {}});
  }

  void close() {
    if (error_) return;
    Open done = std::move(open_.back());
    open_.pop_back();
    finish(std::move(done.node), done.mark, done.anchor);
  }

  // Puts a complete value where it belongs.
  void finish(Node node, const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (error_) return;
    if (open_.size() + node.depth > limits_.depth) {
      return refuse(mark, "maps and lists are nested too deeply");
    }
    if (anchor != 0) {
      if (!charge(node.weight, mark)) return;
      anchors_.insert_or_assign(anchor, node);
    }
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    parent.node.depth = std::max(parent.node.depth, node.depth + 1);
    parent.node.weight += node.weight;
    if (auto* list = parent.node.value.if_array()) {
      list->push_back(std::move(node.value));
      parent.node.lines.inner.push_back(std::move(node.lines));
    } else if (parent.is_merging) {
      merge(parent, node, mark);
    } else if (!parent.key) {
      parent.key = key_text(node.value);
      parent.key_mark = mark;
      if (!parent.key) refuse(mark, "a key must be text");
    } else {
      add_member(parent, std::move(node), mark);
    }
  }

  void add_member(Open& map, Node node, const YAML::Mark& mark) {
    // Where the colon is missing, yaml-cpp gives a null at the place of the key.
    if (node.value.is_null() && mark.pos == map.key_mark.pos) {
      return refuse(mark, fmt::format("a colon is missing after \"{}\"", *map.key));
    }
    node.lines.line = map.key_mark.line + 1;
    boost::json::object& object = map.node.value.get_object();
    if (map.merged_keys.erase(*map.key) > 0) {
      const auto old = object.find(*map.key);
      map.node.lines.inner[static_cast<std::size_t>(old - object.begin())] = std::move(node.lines);
      old->value() = std::move(node.value);
    } else if (object.emplace(*map.key, std::move(node.value)).second) {
      map.node.lines.inner.push_back(std::move(node.lines));
    } else {
      const auto first = object.find(*map.key) - object.begin();
      return refuse(map.key_mark,
                    fmt::format("\"{}\" is given twice in one map, first on line {}", *map.key,
                                map.node.lines.inner[static_cast<std::size_t>(first)].line));
    }
    map.node.weight += weight_of(*map.key);
    map.key.reset();
  }

  void begin_merge(const YAML::Mark& mark) {
    if (error_) return;
    Open& map = open_.back();
    if (map.has_merged) {
      return refuse(mark, "\"<<\" is given twice in one map: give it a list, as in <<: [*a, *b]");
    }
    map.is_merging = true;
    map.has_merged = true;
  }

  // What `<<` brings yields to what the map itself says; of a list the first map wins.
  void merge(Open& map, const Node& node, const YAML::Mark& mark) {
    const auto* list = node.value.if_array();
    const std::span<const Json> sources =
        list == nullptr ? std::span(&node.value, 1) : std::span(list->data(), list->size());
    boost::json::object& object = map.node.value.get_object();
    for (const Json& source : sources) {
      if (!source.is_object()) return refuse(mark, "\"<<\" takes a map or a list of maps");
      for (const auto& member : source.get_object()) {
        const std::string_view key = member.key();
        if (object.emplace(key, member.value()).second) {
          map.node.lines.inner.push_back({.line = mark.line + 1, .inner = {}});
          map.merged_keys.emplace(key);
        } else if (!map.merged_keys.contains(std::string(key))) {
          return refuse(
              mark, fmt::format("\"<<\" also brings \"{}\", which is given before it, and tools "
                                "disagree which counts: write \"<<\" first",
                                key));
        }
      }
    }
    map.is_merging = false;
  }

  std::string_view text_;
  const YamlLimits& limits_;
  std::vector<Open> open_;
  std::optional<Node> root_;
  boost::unordered_flat_map<YAML::anchor_t, Node> anchors_;
  std::size_t expansion_ = 0;
  std::optional<int> last_start_;  // where the last document began
  std::vector<YamlDocument> documents_;
  std::optional<Error> error_;
  std::optional<YAML::Mark> last_quoted_;
  mutable int line_ = 0;
  mutable std::size_t start_ = 0;
};

// What is neither UTF-8 nor readable; yaml-cpp would take an end-of-transmission for the end.
std::optional<Error> find_bad_character(std::string_view text) {
  YAML::Mark mark;
  for (std::size_t at = 0; at < text.size();) {
    const auto character = character_at(text, at);
    if (!character) return error_at(mark, "the text is not UTF-8");
    const char32_t code = character->code;
    const bool is_space = code == '\t' || code == '\n' || code == '\r';
    if ((code < 0x20 && !is_space) || code == 0x7f) {
      return error_at(mark, fmt::format("control character 0x{:02x}", static_cast<unsigned>(code)));
    }
    at += character->size;
    ++mark.column;
    if (code == '\n') {
      ++mark.line;
      mark.column = 0;
    }
  }
  return std::nullopt;
}

// JSON that yaml-cpp cannot read: it lacks JSON's way to write characters beyond U+FFFF.
std::optional<YamlDocument> read_as_json(std::string_view text) {
  const std::size_t start = text.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos || text[start] != '{') return std::nullopt;
  Result<Json> value = parse_json(text);
  if (!value) return std::nullopt;
  return YamlDocument{std::move(*value), {.line = 1, .inner = {}}};
}

// The next reference token of a JSON pointer, with its escapes resolved. Requires: it has one.
std::string take_token(std::string_view& pointer) {
  take(pointer, '/');
  const std::string_view raw = pointer.substr(0, pointer.find('/'));
  pointer.remove_prefix(raw.size());
  std::string token;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const bool escaped = raw[i] == '~' && i + 1 < raw.size();
    token += escaped ? (raw[++i] == '1' ? '/' : '~') : raw[i];
  }
  return token;
}

// The place of a member or element among its like.
std::optional<std::size_t> position_of(const Json& value, const std::string& token) {
  if (const auto* object = value.if_object()) {
    const auto found = object->find(token);
    if (found == object->end()) return std::nullopt;
    return static_cast<std::size_t>(found - object->begin());
  }
  const auto index = to_integer<std::size_t>(token);
  if (!value.is_array() || !index || *index >= value.get_array().size()) return std::nullopt;
  return index;
}

}  // namespace

int YamlDocument::line_of(std::string_view pointer) const {
  const Json* at = &value;
  const YamlLines* lines_at = &lines;
  while (!pointer.empty()) {
    const auto position = position_of(*at, take_token(pointer));
    if (!position || *position >= lines_at->inner.size()) break;
    at = at->is_object()
             ? &std::next(at->get_object().begin(), static_cast<std::ptrdiff_t>(*position))->value()
             : &at->get_array()[*position];
    lines_at = &lines_at->inner[*position];
  }
  return lines_at->line;
}

Result<std::vector<YamlDocument>> read_yaml(std::string_view text, const YamlLimits& limits) {
  if (text.size() > limits.bytes) {
    return invalid(fmt::format("the text has {} bytes, more than the {} that are allowed",
                               text.size(), limits.bytes));
  }
  if (auto error = find_bad_character(text)) return std::unexpected(std::move(*error));
  Builder builder(text, limits);
  try {
    std::ispanstream stream(std::span<const char>(text.data(), text.size()));
    YAML::Parser parser(stream);
    while (!builder.error() && parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& exception) {
    if (!builder.error()) {
      if (auto document = read_as_json(text)) {
        return std::vector<YamlDocument>{std::move(*document)};
      }
      return std::unexpected(error_at(exception.mark, plain_words(exception.msg)));
    }
  }
  if (builder.error()) return std::unexpected(*builder.error());
  if (auto mark = builder.unclosed_quote()) {
    return std::unexpected(error_at(*mark, "a quote is not closed"));
  }
  return builder.take_documents();
}

}  // namespace base
