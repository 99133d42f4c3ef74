// `joiner check`: manifests judged without a cluster, by the very functions that judge them when
// they are applied: unknown fields, wrong types, what an API server refuses, and what Joiner would
// report in the object's conditions.
//
// Kinds that Joiner does not know (Service, ConfigMap, …) are counted and not judged. Retired kinds
// are judged by converting them, and each gets a warning.
#pragma once

#include <string>
#include <vector>

#include "app/documents.h"

namespace app {

struct Finding {
  std::string file;
  int line = 0;         // 0 if it is not known
  std::string object;   // "NodePool default"; empty if the document holds no object
  std::string field;    // "spec.template.spec.requirements[0].key"; empty for the whole
  std::string message;  // what is wrong, and how to mend it
  bool is_warning = false;
};

struct CheckResult {
  std::vector<Finding> findings;         // in the order of the objects
  std::size_t checked = 0;               // objects that were judged
  std::size_t retired = 0;               // of those, objects of retired kinds
  std::vector<std::string> not_checked;  // "Service web"

  std::size_t error_count() const;
};

CheckResult check_sources(const Sources& sources);

struct CheckCommand {
  std::string file;             // a file, a folder, "-" for standard input
  std::string output = "text";  // or json
};

// Prints the findings. Returns the exit code: 2 if there are errors.
int run_check(const CheckCommand& command);

}  // namespace app
