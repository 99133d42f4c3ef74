// Whole manifests: the examples of every kind and version (tests/data/manifests) and those of public
// documents (tests/data/seeds), checked and converted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "app/check.h"
#include "app/documents.h"
#include "base/json.h"
#include "model/convert.h"

namespace {

using base::Json;
using testing::Contains;
using testing::HasSubstr;

constexpr const char* kExamples = "tests/data/manifests/";
constexpr const char* kSeeds = "tests/data/seeds/";

std::vector<Json> documents_of(const std::string& path) {
  app::Sources sources = app::read_sources(path);
  for (const app::SourceFault& fault : sources.faults)
    ADD_FAILURE() << path << ": " << fault.message;
  std::vector<Json> documents;
  for (const app::SourceObject& object : sources.objects)
    documents.push_back(object.value());
  return documents;
}

struct Converted {
  std::vector<Json> objects;
  std::vector<std::string> warnings;
  std::vector<std::string> errors;
};

Converted converted(const std::vector<Json>& documents, const model::ConvertOptions& options) {
  Converted result;
  for (model::Conversion& conversion : model::convert_all(documents, options)) {
    std::ranges::move(conversion.objects, std::back_inserter(result.objects));
    std::ranges::move(conversion.warnings, std::back_inserter(result.warnings));
    for (const model::Fault& fault : conversion.errors)
      result.errors.push_back(conversion.source + ": " + model::to_string(fault));
  }
  return result;
}

// Members by name, so that only the content counts.
Json sorted(const Json& value) {
  if (const auto* list = value.if_array()) {
    boost::json::array result;
    for (const Json& element : *list)
      result.push_back(sorted(element));
    return result;
  }
  const auto* object = value.if_object();
  if (object == nullptr) return value;
  std::vector<std::string> names;
  for (const auto& member : *object)
    names.emplace_back(member.key());
  std::ranges::sort(names);
  boost::json::object result;
  for (const std::string& name : names)
    result[name] = sorted(object->at(name));
  return result;
}

std::string pretty(const std::vector<Json>& documents) {
  std::string text;
  for (const Json& document : documents)
    text += base::print_json_pretty(sorted(document)) + "\n";
  return text;
}

std::string example(const std::string& name) { return kExamples + name; }

TEST(Examples, API_459_living_kinds_pass) {
  for (const char* name :
       {"nodepool-v1.yaml", "nodepool-v1-static.yaml", "nodeclaim-v1.yaml",
        "nodeoverlay-v1alpha1.yaml", "capacitybuffer-v1beta1.yaml", "ec2nodeclass-v1.yaml",
        "kwoknodeclass-v1alpha1.yaml", "golden-alpha.yaml", "golden-inline.yaml",
        "golden-beta.yaml", "golden-runtime.yaml"}) {
    app::CheckResult result = app::check_sources(app::read_sources(example(name)));
    EXPECT_GT(result.checked, 0u) << name;
    for (const app::Finding& finding : result.findings)
      ADD_FAILURE() << name << ":" << finding.line << ": " << finding.field << ": "
                    << finding.message;
  }
}

TEST(Examples, API_460_alpha) {
  Converted result = converted(documents_of(example("old-alpha.yaml")), {});
  EXPECT_THAT(result.errors, testing::IsEmpty());
  EXPECT_EQ(pretty(result.objects), pretty(documents_of(example("golden-alpha.yaml"))));
}

TEST(Examples, API_460_inline) {
  model::ConvertOptions options;
  options.node_role = "node-role-demo";
  Converted result = converted(documents_of(example("old-inline.yaml")), options);
  EXPECT_THAT(result.errors, testing::IsEmpty());
  EXPECT_EQ(pretty(result.objects), pretty(documents_of(example("golden-inline.yaml"))));
  EXPECT_THAT(result.warnings, Contains(HasSubstr("Machine plain-x7k2p: metadata: stands for")));
}

TEST(Examples, API_460_beta) {
  Converted result = converted(documents_of(example("old-beta.yaml")), {});
  EXPECT_THAT(result.errors, testing::IsEmpty());
  EXPECT_EQ(pretty(result.objects), pretty(documents_of(example("golden-beta.yaml"))));
  EXPECT_THAT(result.warnings, Contains(HasSubstr("NodeClaim web-q8d4t: metadata: stands for")));
  EXPECT_THAT(result.warnings, Contains(HasSubstr("the pools web, web-quiet")));
}

TEST(Examples, API_424_machines_are_kept_on_demand) {
  model::ConvertOptions options;
  options.node_role = "node-role-demo";
  options.keep_runtime = true;
  std::vector<Json> claims;
  for (const char* name : {"old-inline.yaml", "old-beta.yaml"}) {
    Converted result = converted(documents_of(example(name)), options);
    EXPECT_THAT(result.errors, testing::IsEmpty());
    std::ranges::copy_if(result.objects, std::back_inserter(claims), [](const Json& object) {
      return base::string_at(object, {"kind"}) == "NodeClaim";
    });
  }
  EXPECT_EQ(pretty(claims), pretty(documents_of(example("golden-runtime.yaml"))));
}

TEST(Examples, API_354_the_same_input_gives_the_same_bytes) {
  for (const char* name : {"old-alpha.yaml", "old-beta.yaml"}) {
    std::vector<Json> documents = documents_of(example(name));
    std::vector<Json> reordered;
    for (const Json& document : documents)
      reordered.push_back(sorted(document));
    EXPECT_EQ(pretty(converted(reordered, {}).objects), pretty(converted(documents, {}).objects));
  }
}

TEST(Seeds, are_checked_and_converted) {
  model::ConvertOptions options;
  options.node_role = "node-role-demo";
  for (const char* name :
       {"000-nodepool-v1beta1.yaml", "001-nodepool-v1beta1.yaml", "001-requirements-cpu.yaml",
        "002-high-spec-deployment.yaml", "002-provisioner-v1alpha5.yaml"}) {
    app::CheckResult result = app::check_sources(app::read_sources(std::string(kSeeds) + name));
    for (const app::Finding& finding : result.findings)
      EXPECT_TRUE(finding.is_warning)
          << name << ":" << finding.line << ": " << finding.field << ": " << finding.message;
    Converted result_of_all = converted(documents_of(std::string(kSeeds) + name), options);
    EXPECT_THAT(result_of_all.errors, testing::IsEmpty()) << name;
    EXPECT_FALSE(result_of_all.objects.empty()) << name;
  }
}

TEST(Seeds, the_traps_of_003_are_told_with_their_lines) {
  app::CheckResult result =
      app::check_sources(app::read_sources(std::string(kSeeds) + "003-provisioner-v1alpha5.yaml"));
  std::vector<std::string> told;
  for (const app::Finding& finding : result.findings) {
    EXPECT_GT(finding.line, 0) << finding.message;
    told.push_back(finding.field + ": " + finding.message);
  }
  EXPECT_THAT(told, Contains(HasSubstr("begins with a blank; did you mean "
                                       "\"karpenter.sh/capacity-type\"?")));
  EXPECT_THAT(told, Contains(HasSubstr("subnetSelector: is required")));
}

}  // namespace
