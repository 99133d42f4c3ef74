// What an HTTP exchange carries, as the server and the client of this room both see it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace net {

using Fields = std::vector<std::pair<std::string, std::string>>;

// The first value of a name, if it is there.
std::optional<std::string_view> find_field(const Fields& fields, std::string_view name);

// "limit=500&continue=a%3D": what stands behind the "?" of a URL.
std::string encode_query(const Fields& parameters);

struct Response {
  int status = 200;
  Fields headers;  // of an answer that was received: names in lower case
  std::string body;
};

}  // namespace net
