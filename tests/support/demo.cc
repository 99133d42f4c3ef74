#include "support/demo.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace support {
namespace {

// What stands between the two, "" if they are not there.
std::string between(std::string_view text, std::string_view before, std::string_view after) {
  std::size_t begin = text.find(before);
  if (begin == std::string_view::npos) return "";
  begin += before.size();
  std::size_t end = text.find(after, begin);
  if (end == std::string_view::npos) return "";
  return std::string(text.substr(begin, end - begin));
}

}  // namespace

Folder::Folder(std::string_view name)
    : path_(std::filesystem::path(::testing::TempDir()) /
            ("joiner-" + std::to_string(getpid()) + "-" + std::string(name))) {
  std::filesystem::create_directories(path_);
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::vector<std::string> Folder::names() const {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(path_)) {
    names.push_back(entry.path().filename());
  }
  std::ranges::sort(names);
  return names;
}

std::unique_ptr<Process> start_joiner(const std::vector<std::string>& arguments,
                                      const std::filesystem::path& temporary) {
  const char* program = std::getenv("JOINER_PROGRAM");
  EXPECT_NE(program, nullptr) << "JOINER_PROGRAM names the program to drive";
  std::vector<std::string> line = {program == nullptr ? "joiner" : program};
  line.insert(line.end(), arguments.begin(), arguments.end());
  return std::make_unique<Process>(
      line, std::vector<std::string>{"TMPDIR=" + temporary.string(), "PATH=/usr/bin:/bin"});
}

Demo::Demo(const std::filesystem::path& temporary, const std::vector<std::string>& more) {
  std::vector<std::string> arguments = {"demo", "--speed", "60", "-o", "json"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  process_ = start_joiner(arguments, temporary);
  EXPECT_TRUE(process_->wait_for("Ctrl-C")) << process_->output();
  const std::string& said = process_->output();
  kubeconfig_ = between(said, "\"data\":{\"kubeconfig\":\"", "\"");
  port_ = between(said, "\"port\":", "}");
  EXPECT_FALSE(kubeconfig_.empty() || port_.empty()) << said;
}

}  // namespace support
