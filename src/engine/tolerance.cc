#include "engine/tolerance.h"

#include <fmt/format.h>

#include <algorithm>

namespace engine {

TaintsId Tolerance::intern(const std::vector<model::Taint>& taints) {
  std::string text;
  for (const model::Taint& taint : taints) {
    text += fmt::format("{}|{}|{};", taint.key, taint.value, taint.effect);
  }
  auto id = static_cast<TaintsId>(taints_.size());
  auto [place, is_new] = taints_by_text_.try_emplace(std::move(text), id);
  if (is_new) taints_.push_back(taints);
  return place->second;
}

TolerationsId Tolerance::intern(const std::vector<model::Toleration>& tolerations) {
  std::string text;
  for (const model::Toleration& toleration : tolerations) {
    text += fmt::format("{}|{}|{}|{}|{};", toleration.key, toleration.operator_, toleration.value,
                        toleration.effect, toleration.tolerationSeconds.value_or(-1));
  }
  auto id = static_cast<TolerationsId>(tolerations_.size());
  auto [place, is_new] = tolerations_by_text_.try_emplace(std::move(text), id);
  if (is_new) tolerations_.push_back(tolerations);
  return place->second;
}

bool Tolerance::tolerates(TolerationsId tolerations, TaintsId taints) {
  if (tolerations >= memo_.size()) memo_.resize(tolerations_.size());
  std::vector<signed char>& row = memo_[tolerations];
  if (taints >= row.size()) row.resize(taints_.size(), 0);
  if (row[taints] == 0) {
    bool all = std::ranges::all_of(taints_[taints], [&](const model::Taint& taint) {
      return model::tolerates(tolerations_[tolerations], taint);
    });
    row[taints] = all ? 1 : -1;
  }
  return row[taints] > 0;
}

}  // namespace engine
