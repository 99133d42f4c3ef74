// What a cloud may do to its tenants beside selling machines: quotas, pools that run dry, machines
// that do not boot, spot machines that are taken back, answers that lag behind. All of it is off by
// default.
//
// Nothing is drawn from a common stream: the fate of a machine depends on the seed and the number
// of its launch, the stock of a pool on the seed, the pool and the epoch. One launch more or less
// changes no other fate.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/random.h"
#include "base/time.h"

namespace sim {

struct Range {
  base::Duration least{};
  base::Duration most{};
};

// The unit in which capacity runs out.
struct Pool {
  std::string instance_type;
  std::string zone;
  std::string capacity_type;

  auto operator<=>(const Pool&) const = default;
};

// A chance in millionths.
struct Chance {
  std::uint64_t millionths = 0;
};

// How many instances a pool has for all of its tenants, drawn anew each epoch.
struct Stock {
  std::int64_t least = 0;
  std::int64_t most = 0;
  Chance dry;  // that a pool has none at all in an epoch
  base::Duration epoch = std::chrono::hours(1);
};

struct WeatherOptions {
  std::map<std::string, std::int64_t> vcpu_quota;  // by capacity type; none: no limit
  std::optional<Stock> stock;                      // none: pools never run dry
  Chance never_boots;                              // no Node appears
  Chance boots_late;
  Range late{std::chrono::minutes(2), std::chrono::minutes(20)};  // added to the boot
  Chance never_ready;      // the Node appears and does not become Ready
  Chance interruption;     // of a spot instance, in each hour of its life
  Chance rebalance;        // recommended for a spot instance, in each hour of its life
  Range visible{};         // until list and describe show a launch
  Range ending_visible{};  // until they show a termination, and that an instance is gone
};

// What is to come of one launch.
struct Fate {
  bool boots = true;
  bool gets_ready = true;
  base::Duration delay{};                      // of the boot
  std::optional<base::Duration> interruption;  // from the launch to the notice
  std::optional<base::Duration> rebalance;     // from the launch to the recommendation
  base::Duration visible{};
  base::Duration ending_visible{};
};

class Weather {
 public:
  Weather(const base::Random& random, WeatherOptions options)
      : random_(random.fork("weather")), options_(std::move(options)) {}

  // launch: its number. is_spot: only spot instances are taken back.
  Fate fate_of(std::uint64_t launch, bool is_spot) const;

  // Whether the pool has no instance for one tenant more, who has `running` of them.
  bool is_dry(const Pool& pool, std::int64_t running, base::Time now) const;

  // How many vCPUs of the capacity type the account may run, or nullopt for any number.
  std::optional<std::int64_t> quota_of(const std::string& capacity_type) const;

  // From now on the weather is fine: no quota, no dry pool, no new bad fate. Fates that were
  // dealt stay, but is_fine() tells that interruptions are called off.
  void clear_up() { is_fine_ = true; }
  bool is_fine() const { return is_fine_; }

 private:
  const base::Random random_;  // only forked
  const WeatherOptions options_;
  bool is_fine_ = false;
};

}  // namespace sim
