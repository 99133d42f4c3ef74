#include "app/catalog_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "app/cli.h"
#include "app/plan_text_parts.h"
#include "app/table.h"
#include "model/labels.h"
#include "model/resources.h"

namespace app {

namespace {

namespace json = boost::json;

json::object resources_json(const model::ResourceList& resources) {
  json::object object;
  for (const auto& [resource, quantity] : resources) {
    if (!quantity.is_zero()) object[resource] = quantity.to_string();
  }
  return object;
}

json::object type_json(const model::InstanceType& type) {
  json::object labels;
  for (const auto& [key, requirement] : type.requirements) {
    bool is_one = !requirement.is_complement() && requirement.values().size() == 1;
    if (is_one) labels[key] = requirement.values().front();
  }
  json::array offerings;
  for (const model::Offering& offering : type.offerings) {
    offerings.push_back({{"zone", offering.zone()},
                         {"capacityType", offering.capacity_type()},
                         {"pricePerHour", static_cast<double>(offering.price.micros()) / 1e6},
                         {"available", offering.available}});
  }
  return {{"name", type.name},
          {"labels", std::move(labels)},
          {"capacity", resources_json(type.capacity)},
          {"allocatable", resources_json(type.allocatable())},
          {"offerings", std::move(offerings)}};
}

// The lowest price in any zone, as text; "-" if it is not to be had.
std::string price_of(const model::InstanceType& type, std::string_view capacity_type) {
  std::optional<base::Money> lowest;
  for (const model::Offering& offering : type.offerings) {
    if (!offering.available || offering.capacity_type() != capacity_type) continue;
    if (!lowest || offering.price < *lowest) lowest = offering.price;
  }
  return lowest ? dollars_text(*lowest) : "-";
}

std::string values_of(const model::InstanceType& type, std::string_view key) {
  const model::Requirement* requirement = type.requirements.find(key);
  if (requirement == nullptr || requirement->values().empty()) return "-";
  return fmt::format("{}", fmt::join(requirement->values(), ","));
}

std::string amount_of(const model::ResourceList& resources, std::string_view resource) {
  return model::quantity_of(resources, resource).to_string();
}

// Memory in GiB with at most one decimal, as people speak of it.
std::string memory_of(const model::ResourceList& resources) {
  constexpr double kGiB = 1024.0 * 1024 * 1024;
  double gib = static_cast<double>(model::quantity_of(resources, model::kMemory).value()) / kGiB;
  std::string text = fmt::format("{:.1f}", gib);
  return (text.ends_with(".0") ? text.substr(0, text.size() - 2) : text) + "Gi";
}

std::string zones_of(const model::InstanceType& type) {
  std::set<std::string_view> zones;
  for (const model::Offering& offering : type.offerings) {
    if (offering.available) zones.insert(offering.zone());
  }
  return zones.empty() ? "-" : fmt::format("{}", fmt::join(zones, ","));
}

// What there is beside cpu, memory, disk and pods: "nvidia.com/gpu 8".
std::string extras_of(const model::InstanceType& type) {
  static constexpr std::string_view kUsual[] = {model::kCpu, model::kMemory, model::kPods,
                                                model::kEphemeralStorage};
  std::string text;
  for (const auto& [resource, quantity] : type.capacity) {
    if (quantity.is_zero() || std::ranges::find(kUsual, resource) != std::end(kUsual)) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ",", resource, quantity.to_string());
  }
  return text.empty() ? "-" : text;
}

}  // namespace

base::Json catalog_json(const model::InstanceTypes& types) {
  json::array list;
  for (const auto& type : types)
    list.push_back(type_json(*type));
  return list;
}

std::string catalog_table(const model::InstanceTypes& types, bool wide) {
  std::vector<std::pair<Align, std::string>> columns = {
      {Align::left, "NAME"},      {Align::left, "ARCH"},           {Align::right, "CPU"},
      {Align::right, "MEMORY"},   {Align::right, "POD CPU"},       {Align::right, "POD MEMORY"},
      {Align::right, "MAX PODS"}, {Align::right, "ON-DEMAND $/H"}, {Align::right, "SPOT $/H"}};
  if (wide) {
    columns.insert(columns.end(), {{Align::left, "OS"},
                                   {Align::right, "DISK"},
                                   {Align::left, "ZONES"},
                                   {Align::left, "MORE"}});
  }
  std::vector<Align> alignment;
  std::vector<std::string> head;
  for (const auto& [align, title] : columns) {
    alignment.push_back(align);
    head.push_back(title);
  }
  Table table(std::move(alignment));
  table.add(std::move(head));
  for (const auto& type : types) {
    model::ResourceList allocatable = type->allocatable();
    std::vector<std::string> row = {type->name,
                                    values_of(*type, model::kArchLabel),
                                    amount_of(type->capacity, model::kCpu),
                                    memory_of(type->capacity),
                                    amount_of(allocatable, model::kCpu),
                                    memory_of(allocatable),
                                    amount_of(type->capacity, model::kPods),
                                    price_of(*type, model::kOnDemand),
                                    price_of(*type, model::kSpot)};
    if (wide) {
      row.push_back(values_of(*type, model::kOsLabel));
      row.push_back(amount_of(type->capacity, model::kEphemeralStorage));
      row.push_back(zones_of(*type));
      row.push_back(extras_of(*type));
    }
    table.add(std::move(row));
  }
  return table.to_string();
}

int run_catalog(const CatalogCommand& command) {
  base::Result<MachineTypes> types = machine_types(command.types);
  if (!types) {
    fmt::print(stderr, "joiner: {}\n", types.error().message);
    return kExitBadInput;
  }
  if (command.output == "json") {
    fmt::print("{}\n", base::print_json_pretty(catalog_json(types->types)));
    return kExitDone;
  }
  fmt::print("{}", catalog_table(types->types, command.output == "wide"));
  if (types->has_modelled_spot_prices) {
    fmt::print(stderr, "Spot prices are a model: EC2 tells them to account holders only.\n");
  }
  return kExitDone;
}

}  // namespace app
