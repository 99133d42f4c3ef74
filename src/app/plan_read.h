// Files, folders and standard input into a PlanInput. JSON and YAML are told apart by what they are,
// not by the name of the file; a file may hold several documents, and Lists.
//
// JSON is read as a stream: the items of a List come one by one, and the text is never held whole.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/plan_input.h"
#include "base/json_stream.h"
#include "base/result.h"

namespace app {

// Reads a file, "-" (standard input), or the .yaml, .yml and .json files of a folder, by name, into
// `input`. Error: the file cannot be read, or something in it is wrong, with "file:line: " before each
// line of the message; `input` is of no use then.
base::Result<void> read_plan_input(const std::string& path, PlanInput& input);

// The same from a stream of bytes, which `name` stands for in messages.
base::Result<void> read_plan_stream(const std::string& name, base::JsonStream::Read read,
                                    PlanInput& input);

}  // namespace app
