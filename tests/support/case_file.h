// Reads a text case (tests/cases/README.md): its short forms become whole Kubernetes objects, so
// that everything behind it works on what a user would have written.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace support {

struct CaseFile {
  std::vector<std::string> rules;
  base::Json objects;         // a v1 List
  base::Json instance_types;  // in the format of LIF-433
  base::Json settings;        // an object
  base::Json expect;          // as written
};

// Error: invalid, with the place.
base::Result<CaseFile> read_case(const std::string& path);

// The same from a document that was read already.
base::Result<CaseFile> expand_case(const base::Json& document);

}  // namespace support
