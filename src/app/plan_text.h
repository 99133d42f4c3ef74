// The result of `joiner plan` for people: the machines to launch with how full they get, what goes
// onto nodes that are there, what stays pending and why, and the price.
//
// Machines that are alike are one line; the dearest lines come first. Pending pods that belong to one
// owner and fail for one reason are one paragraph.
#pragma once

#include <cstddef>
#include <string>

#include "app/table.h"
#include "engine/pack.h"
#include "engine/snapshot.h"

namespace app {

struct TextOptions {
  Paint paint{false};
  std::size_t width = 100;
  bool has_modelled_spot_prices = false;  // the embedded EC2 catalogue's
};

std::string plan_text(const engine::Plan& plan, const engine::Snapshot& snapshot,
                      const TextOptions& options);

}  // namespace app
