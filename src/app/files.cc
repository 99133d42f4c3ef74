#include "app/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>

namespace app {
namespace {

constexpr std::size_t kLargestFile = 64 << 20;

bool is_manifest(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  return extension == ".yaml" || extension == ".yml" || extension == ".json";
}

}  // namespace

std::string shown_name(const std::string& path) { return path == "-" ? "standard input" : path; }

base::Result<std::string> read_file(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    return base::invalid("is a folder; name a file");
  }
  struct Close {
    void operator()(std::FILE* file) const {
      if (file != stdin) std::fclose(file);
    }
  };
  std::unique_ptr<std::FILE, Close> file(path == "-" ? stdin : std::fopen(path.c_str(), "rb"));
  if (!file) {
    return base::fail(base::Code::not_found,
                      fmt::format("cannot be read: {}", std::strerror(errno)));
  }
  std::string text;
  char buffer[65536];
  for (;;) {
    std::size_t count = std::fread(buffer, 1, sizeof buffer, file.get());
    text.append(buffer, count);
    if (count == 0) break;
    if (text.size() > kLargestFile) {
      return base::invalid(fmt::format("is larger than {} MiB", kLargestFile >> 20));
    }
  }
  if (std::ferror(file.get()) != 0) return base::fail(base::Code::unavailable, "cannot be read");
  return text;
}

base::Result<std::vector<std::string>> manifest_files(const std::string& path) {
  std::error_code ignored;
  if (path == "-" || !std::filesystem::is_directory(path, ignored)) return std::vector{path};
  std::vector<std::string> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
    if (is_manifest(entry.path()) && !entry.is_directory(ignored)) {
      files.push_back(entry.path().string());
    }
  }
  if (error) return base::invalid(fmt::format("cannot be read: {}", error.message()));
  if (files.empty()) return base::invalid("there is no .yaml, .yml or .json file in it");
  std::ranges::sort(files);
  return files;
}

}  // namespace app
