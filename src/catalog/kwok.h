// The instance types of Karpenter's KWOK provider: those that are built in, and those of a file in
// its format (lifecycle.md section 14.2).
//
// A file is a JSON array of types with `name`, `architecture`, `operatingSystems`, `resources` and
// `offerings` (LIF-433). Two members of ours may stand in a type: `overhead`, the whole resource list
// that pods do not get (without it 100m of cpu and 10Mi of memory), and `requirements`, further
// labels as a NodePool would write them. Every key that a file names counts as well known.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "model/instance_type.h"

namespace catalog {

struct KwokTypes {
  model::InstanceTypes types;
  // The keys that NodePools need not declare (LIF-432): core's, the provider's, and what the types
  // and offerings name; sorted.
  std::vector<std::string> well_known;
  // Domains whose other keys pods may not name.
  std::vector<std::string> restricted_domains;
};

// The types of a file. Error: invalid, with the type named.
base::Result<KwokTypes> read_kwok_types(const base::Json& document);

// The 144 types that are built in (LIF-425 to LIF-431), by name.
KwokTypes built_in_kwok_types();

}  // namespace catalog
