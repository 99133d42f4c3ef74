// Which labels need no declaration by a NodePool, and what follows from it: loose compatibility
// (SCH-058, SCH-060) and which keys pods may name (SCH-035).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/snapshot.h"
#include "model/requirements.h"

namespace engine {

class LabelRules {
 public:
  explicit LabelRules(const Settings& settings);

  bool is_well_known(std::string_view key) const;
  bool is_restricted(std::string_view key) const;
  const std::vector<std::string>& well_known() const { return well_known_; }  // sorted

  // Whether `incoming` may be asked of a template, claim or offering that has `existing`.
  bool compatible(const model::Requirements& existing, const model::Requirements& incoming) const;

  // Why not, as users read it (SCH-063, SCH-064); nullopt if they are compatible.
  std::optional<std::string> incompatibility(const model::Requirements& existing,
                                             const model::Requirements& incoming) const;

 private:
  bool is_undefined(const model::Requirements& existing, const model::Requirement& incoming) const;
  std::string hint_for(std::string_view key, const model::Requirements& existing) const;

  std::vector<std::string> well_known_;
  std::vector<std::string> restricted_domains_;
};

}  // namespace engine
