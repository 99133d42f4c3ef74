// The bodies of requests: objects and options as JSON, YAML or protobuf.
#pragma once

#include "base/json.h"
#include "base/result.h"
#include "net/server.h"

namespace apiserver {

// The value by its Content-Type; JSON if none is given. Code::malformed if it cannot be read,
// Code::unsupported for a type that is not served. An empty body is null.
base::Result<base::Json> read_body(const net::Request& request);

}  // namespace apiserver
