// What the engine is given for a text case.
#pragma once

#include <utility>

#include "app/plan_input.h"
#include "app/plan_snapshot.h"
#include "base/json.h"
#include "catalog/kwok.h"
#include "engine/snapshot.h"
#include "support/case_file.h"

namespace cases {

inline engine::Settings settings_of(const base::Json& from_case) {
  engine::Settings settings;
  if (base::string_at(from_case, {"preference-policy"}) == "Ignore") {
    settings.preference_policy = engine::PreferencePolicy::Ignore;
  }
  if (base::string_at(from_case, {"min-values-policy"}) == "BestEffort") {
    settings.min_values_policy = engine::MinValuesPolicy::BestEffort;
  }
  if (base::string_at(from_case, {"reserved-mode"}) == "Fallback") {
    settings.reserved_mode = engine::ReservedMode::Fallback;
  }
  if (const base::Json* limit = base::find_path(from_case, {"max-instance-types"})) {
    settings.max_instance_types = static_cast<std::size_t>(limit->as_int64());
  }
  return settings;
}

// Error: invalid, with the object or the type named.
inline base::Result<engine::Snapshot> snapshot_of(const support::CaseFile& file) {
  auto types = catalog::read_kwok_types(file.instance_types);
  if (!types) return std::unexpected(types.error());
  app::PlanInput input;
  auto added = input.add(file.objects);
  if (!added) return base::invalid(app::to_string(added.error()));
  engine::Settings settings = settings_of(file.settings);
  settings.cloud_labels = engine::CloudLabels{types->well_known, types->restricted_domains};
  return app::snapshot_of(input, types->types, std::move(settings));
}

}  // namespace cases
