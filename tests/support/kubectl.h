// A real kubectl, one of those that `make setup` installs, with a home and a kubeconfig of its own.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/process.h"

namespace support {

struct Ran {
  int code = 0;
  std::string output;
};

class Kubectl {
 public:
  // version: "1.31", "1.37". The folder `home` is made, and holds what kubectl keeps and what is
  // written by file().
  Kubectl(std::string_view version, std::filesystem::path home);

  // Home has room for one; a cluster that has written its own is named here.
  const std::string& kubeconfig() const { return kubeconfig_; }
  void set_kubeconfig(std::string path) { kubeconfig_ = std::move(path); }

  // What `kubectl edit` opens.
  void set_editor(std::string command) { editor_ = std::move(command); }

  // Writes a file for `-f` and returns its path.
  std::string file(std::string_view name, std::string_view text) const;

  Ran run(const std::vector<std::string>& arguments) const;
  // The same, split at blanks.
  Ran operator()(std::string_view arguments) const;

  // The output of a command that must succeed, or else the test fails.
  std::string ok(const std::vector<std::string>& arguments) const;
  std::string ok(std::string_view arguments) const;
  // The output of a command that must be refused.
  std::string refused(std::string_view arguments) const;

  // Starts it and goes on.
  std::unique_ptr<Process> start(const std::vector<std::string>& arguments) const;

 private:
  std::string binary_;
  std::filesystem::path home_;
  std::string kubeconfig_;
  std::string editor_ = "false";
};

}  // namespace support
