#include "app/story.h"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace app {
namespace {

struct Style {
  std::string_view mark;    // before the text
  std::string_view colour;  // ANSI
};

Style style_of(std::string_view kind) {
  static constexpr std::array<std::pair<std::string_view, Style>, 8> kStyles = {{
      {"chapter", {"", "\033[1m"}},
      {"command", {"$ ", "\033[1;36m"}},
      {"note", {"", ""}},
      {"warning", {"warning: ", "\033[33m"}},
      {"pods", {"", "\033[35m"}},
      {"decision", {"", "\033[34m"}},
      {"machine", {"", "\033[32m"}},
      {"result", {"", "\033[1m"}},
  }};
  for (const auto& [name, style] : kStyles) {
    if (name == kind) return style;
  }
  return {};
}

// "12.3s", "3m07s", "2h05m": short, and of one width for the first ten minutes.
std::string since(base::Duration passed) {
  auto tenths = std::chrono::floor<std::chrono::duration<std::int64_t, std::deci>>(passed).count();
  if (tenths < 600) return fmt::format("{}.{}s", tenths / 10, tenths % 10);
  auto seconds = tenths / 10;
  if (seconds < 3600) return fmt::format("{}m{:02}s", seconds / 60, seconds % 60);
  return fmt::format("{}h{:02}m", seconds / 3600, seconds / 60 % 60);
}

}  // namespace

void Story::tell(const StoryLine& line) {
  if (form_ == Form::text) {
    tell_text(line);
  } else {
    boost::json::object object;
    object["at"] = base::print_micro_time(line.at);
    object["kind"] = line.kind;
    object["text"] = line.text;
    if (!line.data.is_null()) object["data"] = line.data;
    std::fputs((base::print_json(object) + "\n").c_str(), out_);
  }
  std::fflush(out_);
}

void Story::tell_text(const StoryLine& line) {
  Style style = style_of(line.kind);
  std::string_view colour = is_terminal_ ? style.colour : "";
  std::string_view plain = is_terminal_ && !style.colour.empty() ? "\033[0m" : "";
  if (line.kind == "chapter") {
    fmt::print(out_, "\n{}{}{}\n\n", colour, line.text, plain);
    return;
  }
  std::string time = line.kind == "result" ? "" : since(line.at - start_);
  fmt::print(out_, "{:>8}  {:<9} {}{}{}{}\n", time, line.kind == "result" ? "" : line.kind, colour,
             style.mark, line.text, plain);
}

}  // namespace app
