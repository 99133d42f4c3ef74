// The status of a pod as its kubelet writes it. The spec's node, its address and the time are
// given; conditions that the scheduler wrote stay.
#pragma once

#include <boost/json/object.hpp>
#include <string_view>

#include "base/time.h"
#include "model/pod.h"

namespace sim {

// The kubelet has taken the pod; containers wait for their network and images.
void set_creating(boost::json::object& status, const model::PodSpec& spec, std::string_view host_ip,
                  base::Time now);

// All containers run and are ready; ordinary init containers have ended well.
void set_running(boost::json::object& status, const model::PodSpec& spec, std::string_view host_ip,
                 std::string_view pod_ip, base::Time now);

}  // namespace sim
