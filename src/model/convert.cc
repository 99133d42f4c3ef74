#include "model/convert.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/convert_parts.h"
#include "model/kinds.h"
#include "model/labels.h"

namespace model {
namespace {

struct Converter {
  std::string_view api_version;
  std::string_view kind;
  std::vector<base::Json> (*convert)(const base::Json& document, const ConvertOptions& options,
                                     Report& report);
};

constexpr Converter kConverters[] = {
    {"karpenter.sh/v1alpha5", "Provisioner", convert_provisioner},
};

const Converter* find_converter(std::string_view api_version, std::string_view kind) {
  auto found = std::ranges::find_if(kConverters, [&](const Converter& converter) {
    return converter.api_version == api_version && converter.kind == kind;
  });
  return found == std::ranges::end(kConverters) ? nullptr : &*found;
}

bool is_karpenter(std::string_view api_version) {
  std::string_view group = api_version.substr(0, api_version.find('/'));
  return group == kKarpenterGroup || group == kAwsGroup;
}

}  // namespace

bool is_convertible(std::string_view api_version, std::string_view kind) {
  return find_converter(api_version, kind) != nullptr;
}

Conversion convert(const base::Json& document, const ConvertOptions& options) {
  std::string_view api_version = base::string_at(document, {"apiVersion"});
  std::string_view kind = base::string_at(document, {"kind"});
  std::string_view name = base::string_at(document, {"metadata", "name"});
  Report report(fmt::format("{} {}", kind.empty() ? "document" : kind,
                            name.empty() ? "without a name" : name));

  if (kind.empty() || api_version.empty()) {
    report.error(kind.empty() ? "kind" : "apiVersion", "is required");
    return std::move(report).finish({});
  }
  const Converter* converter = find_converter(api_version, kind);
  if (converter == nullptr) {
    if (!is_karpenter(api_version) || find_kind(api_version, kind) != nullptr) {
      return std::move(report).finish({document});
    }
    report.error("apiVersion",
                 fmt::format("{} {} is neither a kind of today nor one that is converted",
                             api_version, kind));
    return std::move(report).finish({});
  }
  if (!options.node_role.empty() && !options.instance_profile.empty()) {
    report.error("options", "node role and instance profile are both given; give one");
  }
  std::vector<base::Json> objects = converter->convert(document, options, report);
  return std::move(report).finish(std::move(objects));
}

}  // namespace model
