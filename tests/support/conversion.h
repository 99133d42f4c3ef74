// Words for tests of the converter (model/convert.h): Provisioners from YAML, and what they become.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "base/yaml.h"
#include "model/convert.h"

namespace support {

using model::Conversion;
using model::ConvertOptions;
using model::Fault;

inline base::Json yaml(const std::string& text) {
  base::Result<std::vector<base::YamlDocument>> documents = base::read_yaml(text);
  EXPECT_TRUE(documents) << documents.error().message;
  if (!documents || documents->empty()) return {};
  EXPECT_EQ(documents->size(), 1u);
  return documents->front().value;
}

inline ConvertOptions with_role() {
  ConvertOptions options;
  options.node_role = "node-role-demo";
  return options;
}

// A Provisioner whose spec has these lines, with a plain provider unless one is there.
inline std::string provisioner(const std::string& spec, bool with_provider = true) {
  std::string text =
      "apiVersion: karpenter.sh/v1alpha5\nkind: Provisioner\nmetadata: {name: default}\nspec:\n";
  if (with_provider) {
    text +=
        "  provider:\n"
        "    subnetSelector: {a: b}\n"
        "    securityGroupSelector: {a: b}\n"
        "    instanceProfile: profile\n";
  }
  return text + spec;
}

inline std::string with_provider(const std::string& fields) {
  return provisioner("  provider: {instanceProfile: profile, " + fields + "}\n", false);
}

inline Conversion convert_text(const std::string& text, const ConvertOptions& options = {}) {
  return convert(yaml(text), options);
}

// The objects of a conversion without errors.
inline std::vector<base::Json> converted(const std::string& text,
                                         const ConvertOptions& options = {}) {
  Conversion conversion = convert_text(text, options);
  for (const Fault& fault : conversion.errors)
    ADD_FAILURE() << to_string(fault);
  EXPECT_EQ(conversion.objects.size(), 2u);
  conversion.objects.resize(2);
  return conversion.objects;
}

inline base::Json at(const base::Json& value, std::initializer_list<std::string_view> path) {
  const base::Json* found = base::find_path(value, path);
  return found == nullptr ? base::Json() : *found;
}

inline auto fault(const std::string& field, const std::string& message) {
  return testing::AllOf(testing::Field(&Fault::field, field),
                        testing::Field(&Fault::message, testing::HasSubstr(message)));
}

}  // namespace support
