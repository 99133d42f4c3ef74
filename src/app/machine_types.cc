#include "app/machine_types.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "app/files.h"
#include "base/yaml.h"
#include "catalog/ec2.h"
#include "catalog/kwok.h"

namespace app {

namespace {

MachineTypes of_kwok(catalog::KwokTypes kwok) {
  MachineTypes types;
  types.types = std::move(kwok.types);
  types.labels =
      engine::CloudLabels{std::move(kwok.well_known), std::move(kwok.restricted_domains)};
  return types;
}

base::Result<base::Json> parse_types(const std::string& text) {
  std::size_t first = text.find_first_not_of(" \t\r\n");
  bool is_json = first != std::string::npos && (text[first] == '[' || text[first] == '{');
  if (is_json) return base::parse_json(text);
  auto documents = base::read_yaml(text);
  if (!documents) return std::unexpected(documents.error());
  if (documents->size() != 1) return base::invalid("a file of instance types is one list");
  return documents->front().value;
}

base::Result<MachineTypes> from_file(const std::string& path) {
  auto in_file = [&](std::string_view what) {
    return base::invalid(fmt::format("{}: {}", shown_name(path), what));
  };
  base::Result<std::string> text = read_file(path);
  if (!text) return in_file(text.error().message);
  base::Result<base::Json> document = parse_types(*text);
  if (!document) return in_file(document.error().message);
  base::Result<catalog::KwokTypes> types = catalog::read_kwok_types(*document);
  if (!types) return in_file(types.error().message);
  if (types->types.empty()) return in_file("there is no instance type in it");
  return of_kwok(*std::move(types));
}

}  // namespace

base::Result<MachineTypes> machine_types(const MachineTypesOptions& options) {
  bool is_kwok = options.catalog == "kwok";
  if (!options.region.empty() && (is_kwok || !options.file.empty())) {
    return base::invalid("--region belongs to --catalog ec2");
  }
  if (!options.file.empty()) return from_file(options.file);
  if (is_kwok) return of_kwok(catalog::built_in_kwok_types());
  catalog::Ec2Options ec2;
  if (!options.region.empty()) ec2.region = options.region;
  base::Result<model::InstanceTypes> types = catalog::load_ec2(ec2);
  if (!types) return std::unexpected(types.error());
  MachineTypes result;
  result.types = *std::move(types);
  result.has_modelled_spot_prices = true;
  return result;
}

}  // namespace app
