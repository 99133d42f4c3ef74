// The rules of validation, a row each (README.md), judged as `joiner check` judges them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>

#include "app/check.h"
#include "base/patch.h"
#include "base/yaml.h"
#include "model/defaults.h"
#include "model/kinds.h"
#include "model/validate.h"
#include "support/rule_rows.h"

namespace {

using app::Finding;
using base::Json;
using support::changes_of;

std::vector<Finding> findings_of(const Json& object) {
  auto document = std::make_shared<base::YamlDocument>();
  document->value = object;
  app::Sources sources;
  sources.objects.emplace_back("case", document, "", object);
  return app::check_sources(sources).findings;
}

template <class T>
std::vector<Finding> update_findings(const Json& before, const Json& after) {
  T old_object = base::from_json<T>(before).value();
  T object = base::from_json<T>(after).value();
  model::fill_in_defaults(old_object);
  model::fill_in_defaults(object);
  std::vector<Finding> findings;
  for (const model::Fault& fault : model::admission_faults(object, &old_object)) {
    findings.push_back({"case", 0, "", fault.field, fault.message, false});
  }
  return findings;
}

std::vector<Finding> findings_of_update(const Json& before, const Json& after) {
  std::string_view kind = base::string_at(after, {"kind"});
  if (kind == "NodePool") return update_findings<model::NodePool>(before, after);
  if (kind == "NodeClaim") return update_findings<model::NodeClaim>(before, after);
  return update_findings<model::EC2NodeClass>(before, after);
}

std::string shown(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings)
    text += "\n  " + finding.field + ": " + finding.message;
  return text;
}

class Rules : public testing::TestWithParam<std::string> {
 protected:
  std::vector<Finding> judged(const Json& row, const Json& change) const {
    Json object = base_;
    base::apply_merge_patch(object, change);
    const Json* before = base::find_path(row, {"before"});
    if (before == nullptr) return findings_of(object);
    Json old_object = base_;
    base::apply_merge_patch(old_object, *before);
    object = old_object;
    base::apply_merge_patch(object, change);
    return findings_of_update(old_object, object);
  }

  void expect_passes(const Json& row) const {
    for (const Json& change : changes_of(row, "passes")) {
      std::vector<Finding> findings = judged(row, change);
      EXPECT_TRUE(findings.empty()) << base::print_json(change) << shown(findings);
    }
  }

  void expect_fails(const Json& row) const {
    for (const Json& entry : changes_of(row, "fails")) {
      const Json* own = base::find_path(entry, {"change"});
      const Json& expected = own == nullptr ? row : entry;
      std::vector<Finding> findings = judged(row, own == nullptr ? entry : *own);
      std::string_view field = base::string_at(expected, {"field"});
      std::string_view says = base::string_at(expected, {"says"});
      bool is_told = std::ranges::any_of(findings, [&](const Finding& finding) {
        return finding.field == field && finding.message.contains(says);
      });
      EXPECT_TRUE(is_told) << base::print_json(entry) << "\nis to be refused at " << field << ": "
                           << says << "\nfound:" << shown(findings);
    }
  }

  Json base_;
};

TEST_P(Rules, pass_and_fail_as_written) {
  auto text = app::read_sources("tests/manifests/" + GetParam() + ".yaml");
  ASSERT_TRUE(text.faults.empty()) << text.faults.front().message;
  ASSERT_EQ(text.objects.size(), 1u);
  const Json& file = text.objects.front().value();
  base_ = *base::find_path(file, {"base"});
  EXPECT_TRUE(findings_of(base_).empty()) << "the base is valid" << shown(findings_of(base_));
  std::set<std::string> names;
  for (const Json& row : base::find_path(file, {"rules"})->as_array()) {
    std::string rule(base::string_at(row, {"rule"}));
    SCOPED_TRACE(rule);
    EXPECT_TRUE(names.insert(rule).second) << "one row a rule";
    EXPECT_FALSE(changes_of(row, "passes").empty());
    expect_passes(row);
    expect_fails(row);
  }
}

INSTANTIATE_TEST_SUITE_P(Of, Rules,
                         testing::Values("node_pool", "node_claim", "node_overlay",
                                         "capacity_buffer", "kwok_node_class", "ec2_node_class"),
                         [](const auto& test) { return test.param; });

TEST(RuleFiles, every_file_is_run) {
  std::set<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator("tests/manifests")) {
    if (entry.path().extension() == ".yaml") files.insert(entry.path().stem().string());
  }
  EXPECT_EQ(files, (std::set<std::string>{"capacity_buffer", "ec2_node_class", "kwok_node_class",
                                          "node_claim", "node_overlay", "node_pool"}));
}

}  // namespace
