// Files as the commands take them: "-" is standard input, a folder stands for the manifests in it.
// Errors do not name the file; who shows them does, with shown_name().
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace app {

// "standard input" for "-", else the path.
std::string shown_name(const std::string& path);

// The bytes of a file, at most 64 MiB. Error: not_found if it cannot be opened.
base::Result<std::string> read_file(const std::string& path);

// Of a folder, its *.yaml, *.yml and *.json files by name, without those of folders in it; else the
// path alone. Error: the folder cannot be read or has none.
base::Result<std::vector<std::string>> manifest_files(const std::string& path);

}  // namespace app
