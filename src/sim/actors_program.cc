#include "sim/actors_program.h"

#include <algorithm>
#include <chrono>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "base/scan.h"

namespace sim {
namespace {

using Words = std::vector<std::string>;

constexpr std::int64_t kLongestSeconds = 1'000'000'000;  // keeps times in range

std::string_view name_of(std::string_view path) {
  return path.substr(std::min(path.find_last_of('/') + 1, path.size()));
}

// "90", "5m"; nullopt if it is no number. The duration is nullopt for "infinity".
std::optional<std::optional<base::Duration>> sleep_time(std::string_view text) {
  if (text == "infinity" || text == "inf") return std::optional<base::Duration>();
  std::int64_t unit = 1;
  if (text.ends_with('m')) unit = 60;
  if (text.ends_with('h')) unit = 3600;
  if (text.ends_with('d')) unit = 86'400;
  if (unit != 1 || text.ends_with('s')) text.remove_suffix(1);
  auto number = base::to_integer<std::int64_t>(text);
  if (!number || *number < 0 || *number > kLongestSeconds / unit) return std::nullopt;
  return std::optional<base::Duration>(std::chrono::seconds(*number * unit));
}

// One simple command. False if nobody knows it; sets whether the shell ends with it.
bool run(const Words& words, Program& program, bool& ends) {
  if (words.empty()) return true;
  std::string_view name = name_of(words[0]);
  program.exit_code = 0;
  if (name == "true" || name == ":" || name == "echo") return true;
  if (name == "false") {
    program.exit_code = 1;
    return true;
  }
  if (words.size() != 2) return false;
  if (name == "exit") {
    auto code = base::to_integer<std::uint8_t>(words[1]);
    program.exit_code = code.value_or(0);
    ends = true;
    return code.has_value();
  }
  auto time = name == "sleep" ? sleep_time(words[1]) : std::nullopt;
  if (!time) return false;
  if (!*time) {
    program.runs = std::nullopt;
    ends = true;
  } else {
    *program.runs += **time;
  }
  return true;
}

bool has_special_characters(std::string_view script) {
  return script.find_first_of("|<>$`(){}*\n#\\") != std::string_view::npos;
}

// A script of simple commands with ; and && between them.
std::optional<Program> run_script(std::string_view script) {
  if (has_special_characters(script)) return std::nullopt;
  Program program{base::Duration::zero(), 0};
  bool ends = false;
  bool is_skipped = false;
  while (!script.empty() && !ends) {
    std::size_t end = std::min({script.find(';'), script.find('&'), script.size()});
    std::string_view part = script.substr(0, end);
    script.remove_prefix(end);
    bool is_and = script.starts_with("&&");
    if (script.starts_with('&') && !is_and) return std::nullopt;
    script.remove_prefix(is_and ? 2 : std::min<std::size_t>(script.size(), 1));
    std::istringstream stream{std::string(part)};
    Words words;
    for (std::string word; stream >> word;)
      words.push_back(word);
    if (!is_skipped && !run(words, program, ends)) return std::nullopt;
    is_skipped = is_and && program.exit_code != 0;
  }
  return program;
}

}  // namespace

std::optional<Program> program_of(const model::Container& container) {
  Words words = container.command;
  words.insert(words.end(), container.args.begin(), container.args.end());
  if (words.empty()) return std::nullopt;
  std::string_view name = name_of(words[0]);
  bool is_shell = name == "sh" || name == "bash" || name == "ash";
  if (is_shell) {
    bool has_script = words.size() == 3 && (words[1] == "-c" || words[1] == "-ec");
    return has_script ? run_script(words[2]) : std::nullopt;
  }
  Program program{base::Duration::zero(), 0};
  bool ends = false;
  if (name == "exit" || !run(words, program, ends)) return std::nullopt;
  return program;
}

}  // namespace sim
