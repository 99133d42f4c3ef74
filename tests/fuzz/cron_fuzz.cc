// Links: base
#include "base/check.h"
#include "base/cron.h"
#include "support/fuzz_target.h"

// A hit lies after the moment that was asked for, and hits come one after the other.
FUZZ_TARGET(cron) {
  base::Result<base::Cron> schedule = base::Cron::parse(text);
  if (!schedule) return;
  base::Time moment = base::parse_time("2024-02-28T23:59:59Z").value();
  for (int count = 0; count < 3; ++count) {
    std::optional<base::Time> hit = schedule->next(moment);
    if (!hit) return;
    base::check(*hit > moment, "the next hit lies after the moment");
    moment = *hit;
  }
}
