#include "base/json_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/check.h"

namespace base {
namespace {

constexpr std::size_t kChunk = 256 << 10;

bool is_blank(int c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

std::string quoted(int c) {
  if (c < 0) return "the end of the input";
  return c >= 0x20 && c < 0x7f ? fmt::format("'{}'", static_cast<char>(c))
                               : fmt::format("byte 0x{:02x}", c);
}

// Whether the quote at `at` is escaped, for a string that begins before it at `begin`.
bool is_escaped(const char* begin, const char* at) {
  const char* backslash = at;
  while (backslash > begin && backslash[-1] == '\\')
    --backslash;
  return (at - backslash) % 2 != 0;
}

// The first bracket or quote in the range, or its end. Most of what lies before is indentation.
const char* next_mark(const char* at, const char* end) {
  constexpr std::uint64_t kBlanks = 0x2020202020202020;
  while (at < end) {
    switch (*at) {
      case '"':
      case '{':
      case '}':
      case '[':
      case ']': return at;
      case ' ':
        for (std::uint64_t word = kBlanks; word == kBlanks && end - at >= 8;) {
          std::memcpy(&word, at, 8);
          if (word == kBlanks) at += 8;
        }
        while (at < end && *at == ' ')
          ++at;
        break;
      default: ++at;
    }
  }
  return end;
}

}  // namespace

JsonStream::JsonStream(Read read, std::string_view list, std::size_t largest)
    : read_(std::move(read)), list_(list), largest_(largest) {}

std::unexpected<Error> JsonStream::fail_here(std::string_view what) {
  return invalid(fmt::format("line {}, byte {}: {}", line_, offset_, what));
}

std::unexpected<Error> JsonStream::wrong(std::string_view expected, int found) {
  return fail_here(fmt::format("expected {}, found {}", expected, quoted(found)));
}

Result<bool> JsonStream::more() {
  if (at_end_) return false;
  if (end_ - begin_ > largest_) {
    return fail_here(fmt::format("a single object of more than {} MiB", largest_ >> 20));
  }
  if (begin_ > 0 && buffer_.size() - end_ < kChunk) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (buffer_.size() - end_ < kChunk) buffer_.resize(std::max(end_ + kChunk, 2 * buffer_.size()));
  Result<std::size_t> count = read_(buffer_.data() + end_, buffer_.size() - end_);
  if (!count) return std::unexpected(count.error());
  at_end_ = *count == 0;
  end_ += *count;
  return !at_end_;
}

Result<int> JsonStream::peek(std::size_t distance) {
  while (begin_ + distance >= end_) {
    Result<bool> read = more();
    if (!read) return std::unexpected(read.error());
    if (!*read) return -1;
  }
  return static_cast<unsigned char>(buffer_[begin_ + distance]);
}

void JsonStream::skip(std::size_t count) {
  check(count <= end_ - begin_, "only what was read is skipped");
  auto begin = buffer_.begin() + static_cast<std::ptrdiff_t>(begin_);
  line_ +=
      static_cast<std::size_t>(std::count(begin, begin + static_cast<std::ptrdiff_t>(count), '\n'));
  begin_ += count;
  offset_ += count;
}

Result<int> JsonStream::skip_blanks() {
  for (;;) {
    std::size_t at = begin_;
    while (at < end_ && is_blank(buffer_[at]))
      ++at;
    skip(at - begin_);
    if (begin_ < end_) return peek();
    Result<bool> read = more();
    if (!read) return std::unexpected(read.error());
    if (!*read) return -1;
  }
}

Result<void> JsonStream::skip_byte_order_mark() {
  constexpr std::string_view kMark = "\xef\xbb\xbf";
  if (Result<int> third = peek(2); !third) return std::unexpected(third.error());
  if (std::string_view(buffer_).substr(begin_, end_ - begin_).starts_with(kMark)) skip(3);
  return {};
}

// A brace, and behind it a quote or another brace: `{a: 1}` is YAML.
Result<bool> JsonStream::begins_object() {
  Result<int> c = peek();
  if (!c || *c != '{') return c ? Result<bool>(false) : std::unexpected(c.error());
  for (std::size_t distance = 1;; ++distance) {
    c = peek(distance);
    if (!c) return std::unexpected(c.error());
    if (!is_blank(*c)) return *c == '"' || *c == '}' || *c < 0;
  }
}

Result<std::size_t> JsonStream::string_length(std::size_t begin) {
  std::size_t at = begin + 1;  // distances from begin_, which more() may move
  for (;;) {
    const char* data = buffer_.data() + begin_;
    const void* found = std::memchr(data + at, '"', end_ - begin_ - at);
    if (found == nullptr) {
      at = end_ - begin_;
      Result<bool> read = more();
      if (!read) return std::unexpected(read.error());
      if (!*read) return fail_here("the input ends inside a string of the object that begins here");
      continue;
    }
    const char* quote = static_cast<const char*>(found);
    at = static_cast<std::size_t>(quote - data) + 1;
    if (!is_escaped(data + begin + 1, quote)) return at;
  }
}

Result<std::size_t> JsonStream::nested_length() {
  std::size_t at = 0;
  std::size_t depth = 0;
  for (;;) {
    const char* data = buffer_.data() + begin_;
    const char* mark = next_mark(data + at, buffer_.data() + end_);
    at = static_cast<std::size_t>(mark - data);
    if (begin_ + at == end_) {
      Result<bool> read = more();
      if (!read) return std::unexpected(read.error());
      if (!*read) return fail_here("the input ends inside the object or list that begins here");
      continue;
    }
    if (*mark == '"') {
      Result<std::size_t> end = string_length(at);
      if (!end) return end;
      at = *end;
      continue;
    }
    ++at;
    if (*mark == '{' || *mark == '[') {
      ++depth;
    } else if (--depth == 0) {
      return at;
    }
  }
}

Result<std::size_t> JsonStream::value_length() {
  Result<int> first = peek();
  if (!first) return std::unexpected(first.error());
  if (*first == '{' || *first == '[') return nested_length();
  if (*first == '"') return string_length(0);
  for (std::size_t length = 0;; ++length) {
    Result<int> c = peek(length);
    if (!c) return std::unexpected(c.error());
    if (*c >= 0 && !is_blank(*c) && *c != ',' && *c != ']' && *c != '}') continue;
    if (length == 0) return wrong("a value", *c);
    return length;
  }
}

JsonStream::Piece JsonStream::piece(Piece::Kind kind, std::string_view text) const {
  return {kind, text, offset_, line_};
}

Result<void> JsonStream::copy(std::size_t count) {
  if (document_.size() + count > largest_) {
    return fail_here(fmt::format("a single document of more than {} MiB", largest_ >> 20));
  }
  document_.append(buffer_, begin_, count);
  skip(count);
  return {};
}

Result<std::optional<JsonStream::Piece>> JsonStream::next() {
  skip(std::exchange(taken_, 0));
  return at_ == At::in_list ? next_element() : next_document();
}

Result<std::optional<JsonStream::Piece>> JsonStream::next_document() {
  if (offset_ == 0) {
    if (Result<void> skipped = skip_byte_order_mark(); !skipped) {
      return std::unexpected(skipped.error());
    }
  }
  Result<int> first = skip_blanks();
  if (!first) return std::unexpected(first.error());
  if (*first < 0) return std::nullopt;
  Result<bool> is_json = begins_object();
  if (!is_json) return std::unexpected(is_json.error());
  if (!*is_json) {
    return piece(Piece::Kind::other, std::string_view(buffer_).substr(begin_, end_ - begin_));
  }
  document_.clear();
  document_offset_ = offset_;
  document_line_ = line_;
  if (Result<void> copied = copy(1); !copied) return std::unexpected(copied.error());
  return members();
}

// The members of a document from here on, to its end or to the list.
Result<std::optional<JsonStream::Piece>> JsonStream::members() {
  for (;;) {
    Result<int> c = skip_blanks();
    if (!c) return std::unexpected(c.error());
    bool is_first = document_.ends_with('{');
    bool is_end = *c == '}' && !document_.ends_with(',');
    if (is_end) {
      if (auto copied = copy(1); !copied) return std::unexpected(copied.error());
      return Piece{Piece::Kind::document, document_, document_offset_, document_line_};
    }
    if (*c == ',' && !is_first && !document_.ends_with(',')) {
      if (auto copied = copy(1); !copied) return std::unexpected(copied.error());
      continue;
    }
    bool may_begin = is_first || document_.ends_with(',');
    if (*c != '"' || !may_begin) return wrong(may_begin ? "a name in quotes" : "',' or '}'", *c);
    Result<std::size_t> length = string_length(0);
    if (!length) return std::unexpected(length.error());
    std::string_view name = std::string_view(buffer_).substr(begin_ + 1, *length - 2);
    bool is_list_name = name == list_;
    if (auto copied = copy(*length); !copied) return std::unexpected(copied.error());
    c = skip_blanks();
    if (!c) return std::unexpected(c.error());
    if (*c != ':') return wrong("':'", *c);
    if (auto copied = copy(1); !copied) return std::unexpected(copied.error());
    c = skip_blanks();
    if (!c) return std::unexpected(c.error());
    if (is_list_name && *c == '[') {
      if (auto copied = copy(1); !copied) return std::unexpected(copied.error());
      at_ = At::in_list;
      is_first_element_ = true;
      closed_ = document_ + "]}";
      return Piece{Piece::Kind::beginning, closed_, document_offset_, document_line_};
    }
    length = value_length();
    if (!length) return std::unexpected(length.error());
    if (auto copied = copy(*length); !copied) return std::unexpected(copied.error());
  }
}

Result<std::optional<JsonStream::Piece>> JsonStream::next_element() {
  Result<int> c = skip_blanks();
  if (!c) return std::unexpected(c.error());
  if (*c == ']') {
    if (auto copied = copy(1); !copied) return std::unexpected(copied.error());
    at_ = At::between;
    return members();
  }
  if (!is_first_element_) {
    if (*c != ',') return wrong("',' or ']'", *c);
    skip(1);
    c = skip_blanks();
    if (!c) return std::unexpected(c.error());
  }
  is_first_element_ = false;
  Result<std::size_t> length = value_length();
  if (!length) return std::unexpected(length.error());
  taken_ = *length;
  return piece(Piece::Kind::element, std::string_view(buffer_).substr(begin_, *length));
}

Result<std::string> JsonStream::rest() {
  for (;;) {
    Result<bool> read = more();
    if (!read) return std::unexpected(read.error());
    if (!*read) break;
  }
  return buffer_.substr(begin_, end_ - begin_);
}

}  // namespace base
