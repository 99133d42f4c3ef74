// What the API fills into the kinds around the workloads where the user wrote nothing: Services,
// Secrets and storage. On the wire form, as core_defaults.h.
#pragma once

#include "sim/store.h"

namespace sim {

// A Service without an address gets the next free one of 10.96.0.0/16, one that is seen from
// outside also a port of the nodes from 30000 on; both keep them. A Secret's stringData becomes
// data. A claim that names no StorageClass gets the cluster's default one.
void install_kept_defaults(Store& store);

}  // namespace sim
