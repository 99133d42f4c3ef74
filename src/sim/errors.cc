#include "sim/errors.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/check.h"

namespace sim {

using base::Code;
using base::fail;

std::unexpected<base::Error> not_found(const Resource& resource, std::string_view name) {
  return fail(Code::not_found,
              fmt::format("{} \"{}\" not found", resource.qualified_plural(), name));
}

std::unexpected<base::Error> already_exists(const Resource& resource, std::string_view name) {
  return fail(Code::already_exists,
              fmt::format("{} \"{}\" already exists", resource.qualified_plural(), name));
}

std::unexpected<base::Error> conflict(const Resource& resource, std::string_view name,
                                      std::string_view why) {
  return fail(Code::conflict, fmt::format("Operation cannot be fulfilled on {} \"{}\": {}",
                                          resource.qualified_plural(), name, why));
}

std::unexpected<base::Error> forbidden(const Resource& resource, std::string_view name,
                                       std::string_view why) {
  return fail(Code::forbidden,
              fmt::format("{} \"{}\" is forbidden: {}", resource.qualified_plural(), name, why));
}

std::unexpected<base::Error> invalid_object(const Resource& resource, std::string_view name,
                                            const std::vector<model::Fault>& faults) {
  base::check(!faults.empty(), "an invalid object has a fault");
  std::vector<std::string> texts;
  for (const model::Fault& fault : faults) {
    texts.push_back(fmt::format("{}: {}", fault.field, fault.message));
  }
  std::string text = texts.size() == 1 ? texts[0] : fmt::format("[{}]", fmt::join(texts, ", "));
  return base::invalid(
      fmt::format("{} \"{}\" is invalid: {}", resource.qualified_kind(), name, text));
}

std::unexpected<base::Error> unreadable(const Resource& resource, std::string_view why) {
  return fail(Code::malformed, fmt::format("{} in version \"{}\" cannot be handled as a {}: {}",
                                           resource.kind, resource.version, resource.kind, why));
}

std::unexpected<base::Error> malformed(std::string why) {
  return fail(Code::malformed, std::move(why));
}

}  // namespace sim
