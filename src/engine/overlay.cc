#include "engine/overlay.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>

#include "model/labels.h"
#include "model/validate.h"

namespace engine {

namespace {

constexpr std::int64_t kHundredPercent = 100'000'000;  // in millionths of a percent

std::int32_t weight_of(const model::NodeOverlay& overlay) {
  return overlay.spec.weight.value_or(0);
}

// Digits with at most one point among them, as millionths.
base::Result<std::int64_t> millionths(std::string_view text) {
  bool is_plain = !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos;
  if (!is_plain) return base::invalid(fmt::format("\"{}\" is no decimal number", text));
  auto read = base::Money::from_dollars("0" + std::string(text));
  if (!read) return std::unexpected(read.error());
  return read->micros();
}

// Why the overlay cannot be used; "" if it can.
std::string fault_of(const model::NodeOverlay& overlay) {
  std::vector<std::string> faults = model::runtime_faults(overlay);
  if (!faults.empty()) return faults.front();
  if (overlay.spec.price && overlay.spec.priceAdjustment) {
    return "price and priceAdjustment are both set";
  }
  auto price = overlaid_price(base::Money(), overlay.spec);
  return price ? "" : price.error().message;
}

// What overlays have done to one type of one NodePool so far. The last one that touched something
// is the one of the lowest weight.
struct Touched {
  std::vector<std::optional<std::int32_t>> price_weight;  // per offering, of the last one
  std::map<std::string, std::int32_t> resource_weight;    // of the last one
  std::shared_ptr<model::InstanceType> copy;              // null while nothing is changed
};

struct Place {
  std::size_t pool = 0;
  std::size_t type = 0;
  std::vector<std::size_t> offerings;  // that match
};

class Evaluation {
 public:
  Evaluation(const std::vector<PoolTypes>& pools, const LabelRules& rules)
      : pools_(pools), rules_(rules) {
    for (const PoolTypes& pool : pools) {
      touched_.emplace_back(pool.types.size());
      names_.emplace_back();
    }
  }

  // Lays the overlay over all that it matches; on a conflict over nothing, and says where it is.
  OverlayVerdict apply(const model::NodeOverlay& overlay) {
    std::vector<Place> places = places_of(overlay);
    for (const Place& place : places) {
      std::string conflict = conflict_at(place, overlay);
      if (!conflict.empty()) return {false, "Conflict", std::move(conflict), 0};
    }
    for (const Place& place : places)
      apply_at(place, overlay);
    return {true, "", "", places.size()};
  }

  std::vector<OverlaidPool> take() {
    std::vector<OverlaidPool> result;
    for (std::size_t pool = 0; pool < pools_.size(); ++pool) {
      OverlaidPool& made = result.emplace_back();
      made.types = pools_[pool].types;
      made.names = std::move(names_[pool]);
      for (std::size_t type = 0; type < made.types.size(); ++type) {
        if (touched_[pool][type].copy) made.types[type] = std::move(touched_[pool][type].copy);
      }
    }
    return result;
  }

 private:
  // SCH-296.
  std::vector<Place> places_of(const model::NodeOverlay& overlay) const {
    model::Requirements wanted = model::requirements_of(overlay.spec.requirements);
    std::vector<Place> places;
    for (std::size_t pool = 0; pool < pools_.size(); ++pool) {
      const model::NodePool& node_pool = *pools_[pool].pool;
      model::Requirements of_pool =
          model::requirements_of(node_pool.spec.template_.metadata.labels);
      of_pool.add({model::kNodePoolLabel, model::Operator::In, {node_pool.metadata.name}});
      for (std::size_t type = 0; type < pools_[pool].types.size(); ++type) {
        const model::InstanceType& instance_type = *pools_[pool].types[type];
        if (!is_wanted(instance_type, of_pool, wanted)) continue;
        Place place{pool, type, {}};
        for (std::size_t index = 0; index < instance_type.offerings.size(); ++index) {
          const model::Offering& offering = instance_type.offerings[index];
          if (rules_.compatible(wanted, offering.requirements)) place.offerings.push_back(index);
        }
        if (!place.offerings.empty()) places.push_back(std::move(place));
      }
    }
    return places;
  }

  // Only keys that are asked for can be in the way.
  static bool is_wanted(const model::InstanceType& type, const model::Requirements& of_pool,
                        const model::Requirements& wanted) {
    model::Requirements both;
    for (const auto& [key, requirement] : wanted) {
      if (const model::Requirement* of_type = type.requirements.find(key)) both.add(*of_type);
      if (const model::Requirement* pools_own = of_pool.find(key)) both.add(*pools_own);
    }
    return both.compatible(wanted, model::Undefined::none);
  }

  static bool sets_price(const model::NodeOverlay& overlay) {
    return overlay.spec.price || overlay.spec.priceAdjustment;
  }

  std::string conflict_at(const Place& place, const model::NodeOverlay& overlay) const {
    const Touched& touched = touched_[place.pool][place.type];
    auto conflict = [&](std::string_view what) {
      return fmt::format(
          "another overlay of the same weight sets {} of instance type {} in NodePool {}", what,
          pools_[place.pool].types[place.type]->name, pools_[place.pool].pool->metadata.name);
    };
    std::int32_t weight = weight_of(overlay);
    bool has_prices = sets_price(overlay) && !touched.price_weight.empty();
    for (std::size_t offering : place.offerings) {
      if (has_prices && touched.price_weight[offering] == weight) {
        return conflict("the price");
      }
    }
    for (const auto& [resource, quantity] : overlay.spec.capacity) {
      auto last = touched.resource_weight.find(resource);
      if (last != touched.resource_weight.end() && last->second == weight) {
        return conflict("capacity " + resource);
      }
    }
    return "";
  }

  void apply_at(const Place& place, const model::NodeOverlay& overlay) {
    Touched& touched = touched_[place.pool][place.type];
    OverlaidNames& names = names_[place.pool];
    const model::InstanceType& original = *pools_[place.pool].types[place.type];
    if (!touched.copy) touched.copy = std::make_shared<model::InstanceType>(original);
    touched.price_weight.resize(original.offerings.size());
    for (std::size_t index : place.offerings) {
      if (!sets_price(overlay)) break;
      bool is_first = !touched.price_weight[index];
      touched.price_weight[index] = weight_of(overlay);
      if (!is_first) continue;
      base::Money& price = touched.copy->offerings[index].price;
      price = overlaid_price(price, overlay.spec).value_or(price);
      names.priced.insert(original.name);
    }
    for (const auto& [resource, quantity] : overlay.spec.capacity) {
      auto [last, is_first] = touched.resource_weight.try_emplace(resource, weight_of(overlay));
      last->second = weight_of(overlay);
      if (!is_first) continue;
      touched.copy->capacity[resource] = quantity;
      names.extended.insert(original.name);
    }
  }

  const std::vector<PoolTypes>& pools_;
  const LabelRules& rules_;
  std::vector<std::vector<Touched>> touched_;  // per NodePool, per type
  std::vector<OverlaidNames> names_;           // per NodePool
};

}  // namespace

base::Result<base::Money> overlaid_price(base::Money price, const model::NodeOverlaySpec& overlay) {
  if (overlay.price) {
    auto micros = millionths(*overlay.price);
    if (!micros) return std::unexpected(micros.error());
    return base::Money::from_micros(*micros);
  }
  if (!overlay.priceAdjustment) return price;
  std::string_view text = *overlay.priceAdjustment;
  bool is_signed = text.starts_with('+') || text.starts_with('-');
  if (!is_signed) return base::invalid(fmt::format("\"{}\" has no sign", text));
  std::int64_t sign = text.front() == '-' ? -1 : 1;
  text.remove_prefix(1);
  bool is_percent = text.ends_with('%');
  if (is_percent) text.remove_suffix(1);
  auto amount = millionths(text);
  if (!amount) return std::unexpected(amount.error());
  base::Money result = is_percent ? price.scaled(kHundredPercent + sign * *amount, kHundredPercent)
                                  : price + base::Money::from_micros(sign * *amount);
  return std::max(result, base::Money());
}

Overlaid apply_overlays(const std::vector<std::shared_ptr<const model::NodeOverlay>>& overlays,
                        const std::vector<PoolTypes>& pools, const LabelRules& rules) {
  std::vector<std::size_t> order(overlays.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    return std::tuple(weight_of(*overlays[b]), std::string_view(overlays[b]->metadata.name)) <
           std::tuple(weight_of(*overlays[a]), std::string_view(overlays[a]->metadata.name));
  });
  Overlaid result;
  result.verdicts.resize(overlays.size());
  Evaluation evaluation(pools, rules);
  for (std::size_t index : order) {
    std::string fault = fault_of(*overlays[index]);
    if (!fault.empty()) {
      result.verdicts[index] = {false, "RuntimeValidation", std::move(fault), 0};
      continue;
    }
    result.verdicts[index] = evaluation.apply(*overlays[index]);
  }
  result.pools = evaluation.take();
  return result;
}

void annotate_overlays(model::NodeClaim& claim, const TypeList& types, const OverlaidNames& names) {
  auto is_any_in = [&](const std::set<std::string, std::less<>>& list) {
    return std::any_of(types.begin(), types.end(),
                       [&](const auto& type) { return list.contains(type->name); });
  };
  if (is_any_in(names.priced)) {
    claim.metadata.annotations["karpenter.sh/price-overlay-applied"] = "true";
  }
  if (is_any_in(names.extended)) {
    claim.metadata.annotations["karpenter.sh/capacity-overlay-applied"] = "true";
  }
}

}  // namespace engine
