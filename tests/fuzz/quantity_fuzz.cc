// Links: base
#include "base/check.h"
#include "base/money.h"
#include "base/quantity.h"
#include "base/time.h"
#include "support/fuzz_target.h"

// The canonical text of an amount is the amount.
FUZZ_TARGET(quantity) {
  base::Result<base::Quantity> amount = base::Quantity::parse(text);
  if (amount) {
    base::Result<base::Quantity> again = base::Quantity::parse(amount->to_string());
    base::check(again.has_value() && *again == *amount, "the canonical text reads as the same");
    (void)amount->value();
    (void)amount->milli_value();
  }
  (void)base::parse_duration(text);
  (void)base::parse_time(text);
}
