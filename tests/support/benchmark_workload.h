// Karpenter's own scheduling benchmark, made again so that figures can be compared (scheduling.md
// section 29): its instance types and its pods, draw for draw. Pods of which the same was drawn share
// one spec, as pods of one owner do once they are read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "model/instance_type.h"
#include "model/node_pool.h"
#include "model/pod.h"

namespace support {

using Pods = std::vector<std::shared_ptr<const model::Pod>>;

// fake-it-0 … fake-it-<count - 1> (SCH-366 to SCH-370).
model::InstanceTypes benchmark_types(std::size_t count = 400);

// The keys beside core's that its cloud supplies.
std::vector<std::string> benchmark_well_known_labels();

// Its one NodePool (SCH-373). `limit_scale` multiplies the limits, which batches above 62,500 pods
// need.
std::shared_ptr<const model::NodePool> benchmark_node_pool(std::int64_t limit_scale = 1);

// A fifth each of generic, zone spread, hostname spread, zone affinity and hostname anti-affinity
// pods (SCH-379), from a freshly seeded generator. `drawn` receives the index of every draw.
Pods diverse_pods(std::size_t count, std::vector<std::uint8_t>* drawn = nullptr);

// Equal pods with preferences that cannot all be met (SCH-384).
Pods preference_pods(std::size_t count);

}  // namespace support
