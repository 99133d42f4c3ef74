#include "support/kubectl.h"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

namespace support {
namespace {

std::vector<std::string> words_of(std::string_view text) {
  std::istringstream words{std::string(text)};
  std::vector<std::string> list;
  for (std::string word; words >> word;) {
    list.push_back(word);
  }
  return list;
}

}  // namespace

Kubectl::Kubectl(std::string_view version, std::filesystem::path home)
    : binary_("build/tools/kubectl-" + std::string(version)),
      home_(std::move(home)),
      kubeconfig_(home_ / "kubeconfig") {
  std::filesystem::create_directories(home_);
}

std::string Kubectl::file(std::string_view name, std::string_view text) const {
  std::filesystem::path path = home_ / name;
  std::ofstream(path) << text;
  return path;
}

Ran Kubectl::run(const std::vector<std::string>& arguments) const {
  std::unique_ptr<Process> process = start(arguments);
  int code = process->finish();
  return {code, process->output()};
}

Ran Kubectl::operator()(std::string_view arguments) const { return run(words_of(arguments)); }

std::string Kubectl::ok(const std::vector<std::string>& arguments) const {
  Ran ran = run(arguments);
  EXPECT_EQ(ran.code, 0) << ::testing::PrintToString(arguments) << "\n" << ran.output;
  return ran.output;
}

std::string Kubectl::ok(std::string_view arguments) const { return ok(words_of(arguments)); }

std::string Kubectl::refused(std::string_view arguments) const {
  Ran ran = run(words_of(arguments));
  EXPECT_GT(ran.code, 0) << arguments << "\n" << ran.output;
  return ran.output;
}

std::unique_ptr<Process> Kubectl::start(const std::vector<std::string>& arguments) const {
  std::vector<std::string> line = {binary_};
  line.insert(line.end(), arguments.begin(), arguments.end());
  std::vector<std::string> environment = {"HOME=" + home_.string(), "KUBECONFIG=" + kubeconfig_,
                                          "EDITOR=" + editor_, "PATH=/usr/bin:/bin"};
  return std::make_unique<Process>(line, environment);
}

}  // namespace support
