// Splits a stream of JSON documents into pieces while it is read, so that a list of any length is
// never held whole: the elements of one named member of a document come one by one, each as text of
// its own.
//
// A document with such a list comes as: its beginning, closed early; each element; the whole document
// without the elements. Any other document comes in one piece. Documents may follow each other with
// or without white space between them. A piece is a complete value by its brackets and quotes; what is
// inside is for a parser to judge. What lies between the pieces (commas, brackets, names) is checked
// here.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace base {

class JsonStream {
 public:
  // Fills the buffer and returns the number of bytes, 0 at the end.
  using Read = std::function<Result<std::size_t>(char* buffer, std::size_t size)>;

  struct Piece {
    enum class Kind {
      beginning,  // of a document whose list begins here, as an object with an empty list
      element,    // of the list
      document,   // the rest of a document after its list, or a whole one
      other,      // text that is no JSON object begins here; it goes on beyond the piece
    };
    Kind kind = Kind::document;
    std::string_view text;   // until the next call
    std::size_t offset = 0;  // where it begins in the stream, in bytes
    std::size_t line = 1;    // likewise; of a document's rest those of the document
  };

  // `list` is the name of the member whose elements come one by one. A piece may have at most
  // `largest` bytes.
  JsonStream(Read read, std::string_view list, std::size_t largest = 64 << 20);

  // The next piece; nullopt at the end. Error: invalid, with line and byte. After an error, or a
  // piece of kind `other`, there are no more.
  Result<std::optional<Piece>> next();

  // All that is left, from the piece of kind `other` on. Error: invalid if it is larger than a piece
  // may be.
  Result<std::string> rest();

 private:
  enum class At { between, in_list };

  // A character at a distance from here, or -1 at the end of the stream.
  Result<int> peek(std::size_t distance = 0);
  Result<bool> more();  // reads on; false at the end
  void skip(std::size_t count);
  Result<int> skip_blanks();  // and peeks
  Result<void> skip_byte_order_mark();
  Result<bool> begins_object();

  // The length of the value, string or literal that begins here.
  Result<std::size_t> value_length();
  Result<std::size_t> nested_length();
  Result<std::size_t> string_length(std::size_t begin);

  Result<std::optional<Piece>> next_document();
  Result<std::optional<Piece>> next_element();
  Result<std::optional<Piece>> members();
  Result<void> copy(std::size_t count);  // to document_
  std::unexpected<Error> wrong(std::string_view expected, int found);
  std::unexpected<Error> fail_here(std::string_view what);
  Piece piece(Piece::Kind kind, std::string_view text) const;

  Read read_;
  std::string list_;
  std::size_t largest_;
  At at_ = At::between;
  bool is_first_element_ = true;
  std::string buffer_;  // begin_ to end_ is read and not yet consumed
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool at_end_ = false;
  std::size_t taken_ = 0;   // of a piece that was handed out, to be consumed by the next call
  std::size_t offset_ = 0;  // of begin_ in the stream
  std::size_t line_ = 1;    // of begin_
  std::string document_;    // without the elements
  std::string closed_;      // its beginning
  std::size_t document_offset_ = 0;
  std::size_t document_line_ = 1;
};

}  // namespace base
