// The instance types that `joiner plan` chooses from and `joiner catalog` shows: those of a file, of
// the embedded EC2 catalogue, or of the KWOK provider.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "engine/snapshot.h"
#include "model/instance_type.h"

namespace app {

struct MachineTypesOptions {
  std::string file;     // in the format of the KWOK provider; "-" for standard input
  std::string catalog;  // "ec2" or "kwok"; "" if nothing was said, which means ec2
  std::string region;   // of ec2; "" for the only one that is embedded
};

struct MachineTypes {
  model::InstanceTypes types;
  std::optional<engine::CloudLabels> labels;  // those of model if not set
  bool has_modelled_spot_prices = false;
};

// Error: invalid, with the file or option named.
base::Result<MachineTypes> machine_types(const MachineTypesOptions& options);

}  // namespace app
