#include "support/kubectl.h"

#include <fstream>
#include <sstream>
#include <utility>

namespace support {

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

Ran Kubectl::operator()(std::string_view arguments) const {
  std::istringstream words{std::string(arguments)};
  std::vector<std::string> list;
  for (std::string word; words >> word;) {
    list.push_back(word);
  }
  return run(list);
}

std::unique_ptr<Process> Kubectl::start(const std::vector<std::string>& arguments) const {
  std::vector<std::string> line = {binary_};
  line.insert(line.end(), arguments.begin(), arguments.end());
  std::vector<std::string> environment = {"HOME=" + home_.string(), "KUBECONFIG=" + kubeconfig_,
                                          "EDITOR=" + editor_, "PATH=/usr/bin:/bin"};
  return std::make_unique<Process>(line, environment);
}

}  // namespace support
