// Bodies in the binary form of the Kubernetes API. Since 1.32, `kubectl create deployment` and its
// like send nothing else. Only the kinds of objects.proto are read; all others should come as JSON
// or YAML.
#pragma once

#include <string_view>

#include "base/json.h"
#include "base/result.h"

namespace apiserver {

// The object with apiVersion and kind, as its JSON form would be. Code::malformed if the bytes are
// no such object, Code::unsupported if its kind or one of its fields is not read here.
base::Result<base::Json> read_protobuf(std::string_view body);

}  // namespace apiserver
