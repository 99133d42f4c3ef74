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

// The container's program has ended. `pod_spec` names the containers of the pod.
void set_terminated(boost::json::object& status, const model::PodSpec& pod_spec,
                    std::string_view container, int exit_code, base::Time now);

// It waits for its next start.
void set_back_off(boost::json::object& status, std::string_view container,
                  std::string_view message);

void set_restarted(boost::json::object& status, const model::PodSpec& pod_spec,
                   std::string_view container, base::Time now);

// All containers have ended, and none is started again: Succeeded, or Failed if one has failed.
void set_finished(boost::json::object& status, base::Time now);

// Whether all containers have ended, for good if none is restarted.
bool have_all_ended(const boost::json::object& status);

}  // namespace sim
