// Tables and marks for people who read a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace app {

// Colours, or none. Text that was given none is handed on as it is.
class Paint {
 public:
  explicit Paint(bool on) : on_(on) {}

  std::string bold(std::string_view text) const { return marked("1", text); }
  std::string dim(std::string_view text) const { return marked("2", text); }
  std::string red(std::string_view text) const { return marked("31", text); }
  std::string green(std::string_view text) const { return marked("32", text); }
  std::string yellow(std::string_view text) const { return marked("33", text); }
  std::string cyan(std::string_view text) const { return marked("36", text); }

 private:
  std::string marked(std::string_view code, std::string_view text) const;

  bool on_;
};

// Whether standard output wants colour: it is a terminal that knows any, and NO_COLOR is not set.
bool wants_colour();

// The columns of the terminal, between 60 and 160; 100 where there is none.
std::size_t terminal_width();

enum class Align { left, right };

// Columns as wide as their widest cell, two blanks between them, none at the end of a line. Colour
// and characters beyond ASCII do not upset the columns.
class Table {
 public:
  explicit Table(std::vector<Align> columns) : columns_(std::move(columns)) {}

  // Requires: a cell for each column.
  void add(std::vector<std::string> cells);
  // Each line begins with the indent and ends with a line end.
  std::string to_string(std::string_view indent = "") const;

 private:
  std::vector<Align> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// The characters that a terminal shows, colours not counted.
std::size_t shown_width(std::string_view text);

// "████████░░  79%"; the colour tells how well it is filled.
std::string fill_bar(double share, const Paint& paint);

// The text in lines of at most `width` characters, broken at blanks, each with the indent.
std::string wrapped(std::string_view text, std::string_view indent, std::size_t width);

}  // namespace app
