// What the engine is given for a text case.
#pragma once

#include <memory>
#include <utility>

#include "app/plan_input.h"
#include "app/plan_snapshot.h"
#include "base/check.h"
#include "base/json.h"
#include "catalog/kwok.h"
#include "engine/default_spreads.h"
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
  if (const base::Json* gate = base::find_path(from_case, {"reserved-capacity"})) {
    settings.reserved_capacity = gate->as_bool();
  }
  if (const base::Json* config = base::find_path(from_case, {"scheduler-config"})) {
    auto spreads = engine::read_default_spreads(base::print_json(*config));
    base::check(spreads.has_value(), "the scheduler config of a case is valid");
    settings.default_spreads = *std::move(spreads);
  }
  if (const base::Json* limit = base::find_path(from_case, {"max-instance-types"})) {
    settings.max_instance_types = static_cast<std::size_t>(limit->as_int64());
  }
  return settings;
}

// What the format of instance types cannot say: offerings that are not to be had now, and amounts
// that some offerings have instead of the type's.
inline base::Result<model::InstanceTypes> with_exceptions(const model::InstanceTypes& types,
                                                          const base::Json& from_case) {
  model::InstanceTypes result;
  for (std::size_t index = 0; index < types.size(); ++index) {
    model::InstanceType type = *types[index];
    const auto& offerings = from_case.at(index).at("offerings").as_array();
    for (std::size_t at = 0; at < offerings.size(); ++at) {
      model::Offering& offering = type.offerings[at];
      offering.available = offerings[at].at("Available").as_bool();
      const base::Json* amounts = base::find_path(offerings[at], {"CapacityOverride"});
      if (amounts == nullptr) continue;
      auto read = base::from_json<model::ResourceList>(*amounts);
      if (!read) return std::unexpected(read.error());
      offering.capacity_override = *std::move(read);
    }
    result.push_back(std::make_shared<const model::InstanceType>(std::move(type)));
  }
  return result;
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
  auto all = with_exceptions(types->types, file.instance_types);
  if (!all) return std::unexpected(all.error());
  return app::snapshot_of(input, *all, std::move(settings));
}

}  // namespace cases
