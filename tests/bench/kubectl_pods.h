// Pods as `kubectl get pods -A -o json` prints them: about 5 kB each, indented by four, with all that
// an API server adds. Every second one is pending, the others run on nodes; fifty belong to one
// ReplicaSet. Equal numbers give equal text.
#pragma once

#include <cstddef>
#include <cstdio>
#include <string>

namespace bench {

// One item of the list, without a comma.
std::string kubectl_pod(std::size_t number);

// The whole List. Returns its size in bytes, 0 if it cannot be written.
std::size_t write_kubectl_pods(std::FILE* file, std::size_t pods);

}  // namespace bench
