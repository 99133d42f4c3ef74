#include "app/completion.h"

#include <fmt/format.h>

namespace app {
namespace {

std::string names_of(const std::vector<CompletedCommand>& commands) {
  std::string names;
  for (const CompletedCommand& command : commands) {
    names += (names.empty() ? "" : " ") + command.name;
  }
  return names;
}

std::string flags_of(const CompletedCommand& command) {
  std::string flags;
  for (const CompletedFlag& flag : command.flags) {
    flags += (flags.empty() ? "" : " ") + flag.name;
  }
  return flags;
}

// Inside single quotes of a shell.
std::string quoted(std::string text) {
  std::string result = "'";
  for (char letter : text)
    result += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
  return result + "'";
}

void print_bash(const std::vector<CompletedCommand>& commands) {
  fmt::print("_joiner() {{\n  local word=\"${{COMP_WORDS[COMP_CWORD]}}\" words\n");
  fmt::print("  case \"${{COMP_WORDS[1]}}\" in\n");
  for (const CompletedCommand& command : commands) {
    fmt::print("    {}) words=\"{}\" ;;\n", command.name, flags_of(command));
  }
  fmt::print("  esac\n  [ \"$COMP_CWORD\" -eq 1 ] && words=\"{}\"\n", names_of(commands));
  fmt::print("  COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n}}\n");
  fmt::print("complete -o default -F _joiner joiner\n");
}

void print_zsh(const std::vector<CompletedCommand>& commands) {
  fmt::print("#compdef joiner\n_joiner() {{\n  local -a commands flags\n  commands=(\n");
  for (const CompletedCommand& command : commands) {
    fmt::print("    {}\n", quoted(command.name + ":" + command.description));
  }
  fmt::print("  )\n  if (( CURRENT == 2 )); then _describe command commands; return; fi\n");
  fmt::print("  case ${{words[2]}} in\n");
  for (const CompletedCommand& command : commands) {
    fmt::print("    {}) flags=({}) ;;\n", command.name, flags_of(command));
  }
  fmt::print("  esac\n  _alternative 'flags:flag:compadd -a flags' 'files:file:_files'\n}}\n");
  fmt::print("compdef _joiner joiner\n");
}

void print_fish(const std::vector<CompletedCommand>& commands) {
  for (const CompletedCommand& command : commands) {
    fmt::print("complete -c joiner -n __fish_use_subcommand -f -a {} -d {}\n", command.name,
               quoted(command.description));
    for (const CompletedFlag& flag : command.flags) {
      fmt::print("complete -c joiner -n '__fish_seen_subcommand_from {}' -l {} -d {}\n",
                 command.name, flag.name.substr(2), quoted(flag.description));
    }
  }
}

}  // namespace

int print_completion(const std::string& shell, const std::vector<CompletedCommand>& commands) {
  if (shell == "bash") print_bash(commands);
  if (shell == "zsh") print_zsh(commands);
  if (shell == "fish") print_fish(commands);
  return 0;
}

}  // namespace app
