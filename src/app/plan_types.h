// Instance types from a file, in the format of Karpenter's KWOK provider (LIF-433), with two
// additions of ours per type: `overhead` (a resource list, the total) and `requirements`.
#pragma once

#include "base/json.h"
#include "base/result.h"
#include "engine/snapshot.h"
#include "model/instance_type.h"

namespace app {

struct FileTypes {
  model::InstanceTypes types;
  engine::CloudLabels labels;  // core's, those of the KWOK provider, and what the file names
};

// Error: invalid, with the type named.
base::Result<FileTypes> read_types(const base::Json& document);

}  // namespace app
