// What a Deployment says about itself, in the words of kubectl rollout status: counts, and the
// conditions Available and Progressing.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <vector>

#include "model/workload.h"

namespace sim {

struct DeploymentCounts {
  std::int64_t wanted = 0;    // sizes of all its sets
  std::int64_t replicas = 0;  // pods of all its sets
  std::int64_t updated = 0;   // of the set with the present template
  std::int64_t ready = 0;
  std::int64_t available = 0;
};

// Writes the status of `deployment` with these counts. new_set: the name of the set with the
// present template, "" if there is none. Returns when to look again, if no progress is made until
// then.
std::optional<base::Time> set_deployment_status(boost::json::object& status,
                                                const model::Deployment& deployment,
                                                const DeploymentCounts& counts,
                                                const std::string& new_set, base::Time now);

}  // namespace sim
