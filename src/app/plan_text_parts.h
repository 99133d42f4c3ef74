// What the texts of `joiner plan` share.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/money.h"
#include "model/reason.h"
#include "model/scalars.h"

namespace app {

// "1 pod", "12 pods"
std::string counted(std::size_t count, std::string_view what);

// "0.0960": dollars with four decimals, six where four are not exact.
std::string dollars_text(base::Money price);

// Whole dollars of 730 hours: "$1,234".
std::string month_text(base::Money per_hour);

// How much of what there is is asked for: 0 to 1; 0 where there is none.
double share_of(const model::ResourceList& requests, const model::ResourceList& available,
                std::string_view resource);

// The reason in lines with the indent, each NodePool's beginning a line.
std::string reason_text(const model::Reason& reason, std::string_view indent, std::size_t width);

}  // namespace app
