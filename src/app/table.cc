#include "app/table.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "base/check.h"

namespace app {

namespace {

constexpr std::size_t kBarCells = 10;

}  // namespace

std::string Paint::marked(std::string_view code, std::string_view text) const {
  if (!on_ || text.empty()) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

bool wants_colour() {
  const char* no_colour = std::getenv("NO_COLOR");
  if (no_colour != nullptr && *no_colour != '\0') return false;
  const char* terminal = std::getenv("TERM");
  if (terminal == nullptr || std::string_view(terminal) == "dumb") return false;
  return isatty(STDOUT_FILENO) != 0;
}

std::size_t terminal_width() {
  constexpr std::size_t kNarrowest = 60;
  constexpr std::size_t kWidest = 160;
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 100;
  return std::clamp<std::size_t>(size.ws_col, kNarrowest, kWidest);
}

std::size_t shown_width(std::string_view text) {
  std::size_t width = 0;
  bool in_mark = false;
  for (char c : text) {
    if (c == '\x1b') in_mark = true;
    bool is_continuation = (static_cast<unsigned char>(c) & 0xc0) == 0x80;
    if (!in_mark && !is_continuation) ++width;
    if (c == 'm') in_mark = false;
  }
  return width;
}

void Table::add(std::vector<std::string> cells) {
  base::check(cells.size() == columns_.size(), "a row has a cell for each column");
  rows_.push_back(std::move(cells));
}

std::string Table::to_string(std::string_view indent) const {
  std::vector<std::size_t> widths(columns_.size());
  for (const auto& row : rows_) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      widths[column] = std::max(widths[column], shown_width(row[column]));
    }
  }
  std::string text;
  for (const auto& row : rows_) {
    std::string line(indent);
    for (std::size_t column = 0; column < row.size(); ++column) {
      if (column > 0) line += "  ";
      std::string blanks(widths[column] - shown_width(row[column]), ' ');
      line += columns_[column] == Align::left ? row[column] + blanks : blanks + row[column];
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string fill_bar(double share, const Paint& paint) {
  share = std::clamp(share, 0.0, 1.0);
  auto full = static_cast<std::size_t>(std::lround(share * kBarCells));
  std::string filled;
  std::string rest;
  for (std::size_t cell = 0; cell < kBarCells; ++cell) {
    (cell < full ? filled : rest) += cell < full ? "█" : "░";
  }
  std::string bar = share >= 0.7   ? paint.green(filled)
                    : share >= 0.4 ? paint.yellow(filled)
                                   : paint.red(filled);
  return fmt::format("{}{} {:>3}%", bar, paint.dim(rest), std::lround(share * 100));
}

std::string wrapped(std::string_view text, std::string_view indent, std::size_t width) {
  const std::size_t room = width > indent.size() + 20 ? width - indent.size() : 20;
  std::string lines;
  std::string line;
  while (!text.empty()) {
    std::size_t blank = std::min(text.find(' '), text.size());
    std::string_view word = text.substr(0, blank);
    text.remove_prefix(std::min(blank + 1, text.size()));
    if (!line.empty() && shown_width(line) + 1 + shown_width(word) > room) {
      lines += fmt::format("{}{}\n", indent, line);
      line.clear();
    }
    line += line.empty() ? "" : " ";
    line += word;
  }
  return line.empty() ? lines : lines + fmt::format("{}{}\n", indent, line);
}

}  // namespace app
