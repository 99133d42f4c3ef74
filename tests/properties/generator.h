// Clusters for properties, drawn with all features together. A cluster is a handful of seeds, lists
// of numbers from 0 to 99, of which each makes one entry of a text case: zero leaves a feature out,
// and no seed depends on another. So what RapidCheck shrinks becomes plainer step by step, and what is
// left is printed as a case that can be put into tests/cases.
#pragma once

#include <rapidcheck.h>
#include <iosfwd>
#include <string>
#include <vector>

#include "base/json.h"

namespace properties {

using Seed = std::vector<int>;

struct Cluster {
  std::vector<Seed> types;
  std::vector<Seed> nodepools;
  std::vector<Seed> nodes;
  std::vector<Seed> daemonsets;
  std::vector<Seed> pods;
  Seed settings;
};

rc::Gen<Cluster> clusters();

// `given` of a text case (tests/cases/README.md).
base::Json given(const Cluster& cluster);

// As a text case.
std::string to_case(const Cluster& cluster);
void showValue(const Cluster& cluster, std::ostream& out);

}  // namespace properties
