// Answers that are no object of the store: Status objects, whose reason and message kubectl prints
// ("Error from server (NotFound): deployments.apps "x" not found").
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "net/server.h"
#include "sim/resources.h"

namespace apiserver {

net::Response json_response(const base::Json& body, int status = 200);

// What an error of the store means over HTTP. `resource` and `name`, if known, go into the details.
net::Response failure(const base::Error& error, const sim::Resource* resource = nullptr,
                      std::string_view name = {});

// For refusals that only HTTP knows.
net::Response refusal(int status, std::string_view reason, std::string_view message);

// "the embedded demonstration cluster does not serve exec (no program runs in its containers); use
// a real cluster"
std::string not_served_text(std::string_view what, std::string_view why);
net::Response not_served(std::string_view what, std::string_view why);

// The path leads nowhere.
net::Response no_such_path();

// 410 for a page of a list whose moment is forgotten; `place` continues with what is there now.
net::Response expired_list(std::string_view place);

// The answer to a deletion or an eviction that is done.
net::Response success(const sim::Resource& resource, std::string_view name, std::string_view uid,
                      int status = 200);

}  // namespace apiserver
