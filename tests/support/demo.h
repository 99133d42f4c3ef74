// The program `joiner` as a child of a test, and `joiner demo` read through its JSON lines.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "support/process.h"

namespace support {

// A folder of the test, which goes with the object.
class Folder {
 public:
  explicit Folder(std::string_view name);
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string file(std::string_view name) const { return path_ / name; }
  std::vector<std::string> names() const;  // of the files in it, sorted

 private:
  std::filesystem::path path_;
};

// Starts the program ($JOINER_PROGRAM). It sees nothing of the test's environment, and puts its
// temporary files into the folder.
std::unique_ptr<Process> start_joiner(const std::vector<std::string>& arguments,
                                      const std::filesystem::path& temporary);

// A cluster to drive with kubectl, at sixty times wall time, on any free port.
class Demo {
 public:
  // Returns when it listens, which is a failure of the test if it does not.
  explicit Demo(const std::filesystem::path& temporary, const std::vector<std::string>& more = {});

  const std::string& kubeconfig() const { return kubeconfig_; }
  const std::string& port() const { return port_; }
  Process& process() { return *process_; }

 private:
  std::unique_ptr<Process> process_;
  std::string kubeconfig_;
  std::string port_;
};

}  // namespace support
