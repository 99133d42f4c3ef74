#include "control/feature_gates.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/scan.h"

namespace control {
namespace {

bool* gate_of(std::string_view name, Settings& settings) {
  if (name == "NodeOverlay") return &settings.node_overlay;
  if (name == "CapacityBuffer") return &settings.capacity_buffer;
  if (name == "ReservedCapacity") return &settings.engine.reserved_capacity;
  return nullptr;
}

}  // namespace

base::Result<void> read_feature_gates(std::string_view text, Settings& settings) {
  while (!text.empty()) {
    std::string_view entry = text.substr(0, text.find(','));
    text.remove_prefix(std::min(entry.size() + 1, text.size()));
    entry = base::trimmed(entry);
    if (entry.empty()) continue;
    std::size_t equals = entry.find('=');
    std::string_view name = base::trimmed(entry.substr(0, equals));
    std::optional<bool> value;
    if (equals != std::string_view::npos)
      value = base::to_boolean(base::trimmed(entry.substr(equals + 1)));
    if (!value) {
      return base::invalid(
          fmt::format("feature gate \"{}\" must be true or false, as in {}=true", name, name));
    }
    if (bool* gate = gate_of(name, settings)) *gate = *value;
  }
  return {};
}

}  // namespace control
