#include "sim/sim_cloud_weather.h"

#include <fmt/format.h>

namespace sim {
namespace {

constexpr std::uint64_t kMillion = 1'000'000;
// What has not struck after this many hours does not strike.
constexpr int kHours = 24 * 30;

base::Duration draw(base::Random& random, const Range& range) {
  return base::Duration(random.between(range.least.count(), range.most.count()));
}

bool strikes(base::Random& random, Chance chance) {
  return chance.millionths > 0 && random.chance(chance.millionths, kMillion);
}

// When something comes that may come in each hour.
std::optional<base::Duration> time_of(base::Random random, Chance hourly) {
  if (hourly.millionths == 0) return std::nullopt;
  for (int hour = 0; hour < kHours; ++hour) {
    if (!strikes(random, hourly)) continue;
    Range within{std::chrono::hours(hour), std::chrono::hours(hour + 1)};
    return draw(random, within);
  }
  return std::nullopt;
}

}  // namespace

Fate Weather::fate_of(std::uint64_t launch, bool is_spot) const {
  Fate fate;
  if (is_fine_) return fate;
  base::Random random = random_.fork(fmt::format("fate {}", launch));
  fate.boots = !strikes(random, options_.never_boots);
  fate.gets_ready = !strikes(random, options_.never_ready);
  if (strikes(random, options_.boots_late)) fate.delay = draw(random, options_.late);
  fate.visible = draw(random, options_.visible);
  fate.ending_visible = draw(random, options_.ending_visible);
  if (is_spot) {
    fate.interruption = time_of(random.fork("interruption"), options_.interruption);
    fate.rebalance = time_of(random.fork("rebalance"), options_.rebalance);
  }
  return fate;
}

bool Weather::is_dry(const Pool& pool, std::int64_t running, base::Time now) const {
  if (is_fine_ || !options_.stock) return false;
  const Stock& stock = *options_.stock;
  std::int64_t epoch = now.time_since_epoch() / stock.epoch;
  base::Random random = random_.fork(
      fmt::format("stock {} {} {} {}", pool.instance_type, pool.zone, pool.capacity_type, epoch));
  if (strikes(random, stock.dry)) return true;
  return running >= random.between(stock.least, stock.most);
}

std::optional<std::int64_t> Weather::quota_of(const std::string& capacity_type) const {
  auto found = options_.vcpu_quota.find(capacity_type);
  if (is_fine_ || found == options_.vcpu_quota.end()) return std::nullopt;
  return found->second;
}

}  // namespace sim
