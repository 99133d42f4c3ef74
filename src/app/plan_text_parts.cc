#include "app/plan_text_parts.h"

#include <fmt/format.h>

#include "app/table.h"
#include "model/resources.h"

namespace app {

std::string counted(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string dollars_text(base::Money price) {
  std::string text = price.to_string();
  return text.substr(text.find('$') + 1);
}

std::string month_text(base::Money per_hour) {
  constexpr std::int64_t kHours = 730;
  constexpr std::int64_t kMicros = 1'000'000;
  const std::int64_t micros = (per_hour * kHours).micros();
  std::string digits = std::to_string((micros + kMicros / 2) / kMicros);
  if (micros < 10 * kMicros) return fmt::format("${:.2f}", static_cast<double>(micros) / 1e6);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return "$" + digits;
}

double share_of(const model::ResourceList& requests, const model::ResourceList& available,
                std::string_view resource) {
  auto amount = [&](const model::ResourceList& list) {
    return static_cast<double>(model::quantity_of(list, resource).nanos());
  };
  return amount(available) <= 0 ? 0 : amount(requests) / amount(available);
}

std::string reason_text(const model::Reason& reason, std::string_view indent, std::size_t width) {
  if (reason.parts.empty()) return wrapped(reason.to_string(), indent, width);
  std::string text;
  for (const model::Reason& part : reason.parts) {
    std::string who = part.nodepool.empty() ? "" : fmt::format("NodePool {}: ", part.nodepool);
    text += wrapped(who + part.to_string(), indent, width);
  }
  return text;
}

}  // namespace app
