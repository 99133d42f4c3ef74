#include "model/requirements.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "model/labels.h"

namespace model {
namespace {

Requirements of(std::vector<Requirement> list) {
  Requirements requirements;
  for (Requirement& requirement : list)
    requirements.add(std::move(requirement));
  return requirements;
}

Requirements in(std::string_view key, std::vector<std::string> values) {
  return of({{key, Operator::In, std::move(values)}});
}

TEST(Requirements, SCH_056_adding_intersects) {
  Requirements requirements = in("key", {"a", "b", "c"});
  requirements.add({"key", Operator::NotIn, {"a"}});
  requirements.add({"key", Operator::In, {"a", "b"}});
  EXPECT_EQ(requirements.size(), 1u);
  EXPECT_EQ(requirements.to_string(), "key In [b]");
  requirements.replace({"key", Operator::In, {"z"}});
  EXPECT_EQ(requirements.to_string(), "key In [z]");
  requirements.erase("key");
  EXPECT_TRUE(requirements.empty());
  EXPECT_EQ(requirements.get("key"), Requirement::any("key"));
}

TEST(Requirements, SCH_048_old_and_new_key_are_one) {
  Requirements requirements = in("beta.kubernetes.io/arch", {"amd64", "arm64"});
  requirements.add({kArchLabel, Operator::In, {"arm64"}});
  EXPECT_EQ(requirements.to_string(), "kubernetes.io/arch In [arm64]");
}

// One cell of the table: whether A (the row) is strict-compatible with B (the column).
struct Column {
  std::string name;
  Requirements incoming;
  std::string compatible_rows;  // names of rows, as letters
};

TEST(Requirements, SCH_061_strict_compatibility_table) {
  const std::vector<std::pair<char, Requirements>> rows = {
      {'-', {}},  // A lacks the key
      {'E', of({{"key", Operator::Exists}})},
      {'D', of({{"key", Operator::DoesNotExist}})},
      {'A', in("key", {"A"})},
      {'B', in("key", {"B"})},
      {'N', of({{"key", Operator::NotIn, {"A"}}})},
      {'1', in("key", {"1"})},
      {'9', in("key", {"9"})},
      {'G', of({{"key", Operator::Gt, {"1"}}})},
      {'L', of({{"key", Operator::Lt, {"9"}}})},
      {'g', of({{"key", Operator::Gte, {"1"}}})},
      {'l', of({{"key", Operator::Lte, {"9"}}})},
  };
  const std::vector<Column> columns = {
      {"nothing", {}, "-EDABN19GLgl"},
      {"Exists", of({{"key", Operator::Exists}}), "EABN19GLgl"},
      {"DoesNotExist", of({{"key", Operator::DoesNotExist}}), "-DN"},
      {"In A", in("key", {"A"}), "EA"},
      {"In B", in("key", {"B"}), "EBN"},
      {"In A B", in("key", {"A", "B"}), "EABN"},
      {"In 1", in("key", {"1"}), "EN1Lgl"},
      {"In 9", in("key", {"9"}), "EN9Ggl"},
      {"In 1 9", in("key", {"1", "9"}), "EN19GLgl"},
      {"NotIn A", of({{"key", Operator::NotIn, {"A"}}}), "-EDBN19GLgl"},
      {"NotIn 1 2", of({{"key", Operator::NotIn, {"1", "2"}}}), "-EDABN9GLgl"},
      {"Gt 1", of({{"key", Operator::Gt, {"1"}}}), "EN9GLgl"},
      {"Gt 9", of({{"key", Operator::Gt, {"9"}}}), "ENGg"},
      {"Lt 1", of({{"key", Operator::Lt, {"1"}}}), "ENLl"},
      {"Lt 9", of({{"key", Operator::Lt, {"9"}}}), "EN1GLgl"},
      {"Gte 9", of({{"key", Operator::Gte, {"9"}}}), "EN9Ggl"},
      {"Lte 1", of({{"key", Operator::Lte, {"1"}}}), "EN1Lgl"},
  };
  for (const Column& column : columns) {
    std::string compatible;
    for (const auto& [name, existing] : rows) {
      bool is_compatible = existing.compatible(column.incoming, Undefined::none);
      if (is_compatible) compatible += name;
      EXPECT_EQ(existing.incompatibility(column.incoming, Undefined::none).has_value(),
                !is_compatible);
    }
    EXPECT_EQ(compatible, column.compatible_rows) << column.name;
  }
}

TEST(Requirements, SCH_058_only_incoming_keys_must_be_defined) {
  Requirements existing = in("one", {"a"});
  Requirements incoming = in("two", {"b"});
  EXPECT_FALSE(existing.compatible(incoming, Undefined::none));
  EXPECT_TRUE(existing.compatible({}, Undefined::none)) << "keys of the existing side may be more";
  EXPECT_TRUE(existing.intersects(incoming)) << "no key in common";
}

TEST(Requirements, SCH_059_two_negatives_are_forgiven) {
  Requirements absent = of({{"key", Operator::DoesNotExist}});
  EXPECT_TRUE(absent.intersects(of({{"key", Operator::NotIn, {"A"}}})));
  EXPECT_TRUE(absent.intersects(absent));
  EXPECT_FALSE(absent.intersects(of({{"key", Operator::Exists}})));
}

TEST(Requirements, SCH_060_062_loose_mode_allows_undefined_well_known_keys) {
  for (Operator op : {Operator::In, Operator::NotIn, Operator::Exists, Operator::DoesNotExist,
                      Operator::Gt, Operator::Lte}) {
    Requirements incoming = of({{kZoneLabel, op, {"1"}}});
    EXPECT_TRUE(Requirements().compatible(incoming, Undefined::well_known)) << to_string(op);
  }
  EXPECT_FALSE(Requirements().compatible(in(kZoneLabel, {"a"}), Undefined::none));
  EXPECT_FALSE(Requirements().compatible(in("custom", {"a"}), Undefined::well_known));
}

TEST(Requirements, SCH_063_hints_at_well_known_keys) {
  auto text = [](std::string_view key) {
    return Requirements().incompatibility(in(key, {"x"}), Undefined::well_known).value();
  };
  const std::vector<std::pair<std::string, std::string>> typos = {
      {"zone", "topology.kubernetes.io/zone"},
      {"node.io/zone", "topology.kubernetes.io/zone"},
      {"topology.kubernetesio/zone", "topology.kubernetes.io/zone"},
      {"topology.kubernetes.io/regio", "topology.kubernetes.io/region"},
      {"region", "topology.kubernetes.io/region"},
      {"karpenter/nodepool", "karpenter.sh/nodepool"},
      {"nodepool", "karpenter.sh/nodepool"},
      {"instance-type", "node.kubernetes.io/instance-type"},
      {"arch", "kubernetes.io/arch"},
      {"capacity-type", "karpenter.sh/capacity-type"},
  };
  for (const auto& [typo, meant] : typos) {
    EXPECT_EQ(text(typo),
              "label \"" + typo + "\" does not have known values (typo of \"" + meant + "\"?)");
  }
  EXPECT_EQ(text("unrelated"), "label \"unrelated\" does not have known values");
}

TEST(Requirements, SCH_063_hints_at_own_keys_and_reports_the_first_key_only) {
  Requirements existing = in("example.com/team", {"a"});
  Requirements incoming = of({{"team", Operator::Exists}, {"zzz", Operator::Exists}});
  EXPECT_EQ(existing.incompatibility(incoming, Undefined::none),
            "label \"team\" does not have known values (typo of \"example.com/team\"?)");
  EXPECT_EQ(Requirements().incompatibility(in("zone", {"a"}), Undefined::none),
            "label \"zone\" does not have known values")
      << "strict: well-known keys are no candidates";
}

TEST(Requirements, SCH_064_values_that_do_not_go_together) {
  Requirements existing = of({{"a", Operator::In, {"1"}}, {"b", Operator::In, {"2"}}});
  Requirements incoming = of(
      {{"a", Operator::In, {"3"}}, {"b", Operator::NotIn, {"2"}}, {"c", Operator::NotIn, {"2"}}});
  EXPECT_EQ(existing.incompatibility(incoming, Undefined::none),
            "key a, a In [3] not in a In [1]; key b, b NotIn [2] not in b In [2]");
  EXPECT_EQ(existing.incompatibility(existing, Undefined::none), std::nullopt);
}

TEST(Requirements, SCH_065_text_leaves_out_the_hostname) {
  Requirements requirements = of({{"b", Operator::In, {"1"}},
                                  {kHostnameLabel, Operator::In, {"hostname-placeholder-0001"}},
                                  {"a", Operator::Exists}});
  EXPECT_EQ(requirements.to_string(), "a Exists, b In [1]");
  EXPECT_EQ(Requirements().to_string(), "");
}

TEST(Requirements, SCH_067_as_entries_of_a_node_claim) {
  Requirements requirements = of({{"a", Operator::In, {"y", "x"}, 2},
                                  {"b", Operator::NotIn, {"x"}},
                                  {"c", Operator::Exists},
                                  {"d", Operator::DoesNotExist},
                                  {"e", Operator::Gt, {"1"}, 3},
                                  {"e", Operator::Lt, {"9"}},
                                  {"f", Operator::Lte, {"5"}},
                                  {"f", Operator::NotIn, {"4"}}});
  const std::vector<NodeRequirement> expected = {
      {"a", "In", {"x", "y"}, 2},    {"b", "NotIn", {"x"}, {}}, {"c", "Exists", {}, {}},
      {"d", "DoesNotExist", {}, {}}, {"e", "Gte", {"2"}, 3},    {"e", "Lte", {"8"}, 3},
      {"f", "Lte", {"5"}, {}},       {"f", "NotIn", {"4"}, {}},
  };
  EXPECT_EQ(requirements.to_wire(), expected);
  EXPECT_EQ(requirements_of(expected), requirements) << "reading them back loses nothing";
}

TEST(Requirements, SCH_116_labels_are_single_values) {
  EXPECT_EQ(requirements_of(Labels{{"b", "2"}, {"a", "1"}}).to_string(), "a In [1], b In [2]");
}

NodeSelectorTerm term(std::vector<NodeSelectorRequirement> expressions) {
  return {std::move(expressions), {}};
}

PodSpec affine_pod() {
  PodSpec spec;
  spec.nodeSelector = {{"a", "1"}};
  NodeAffinity affinity;
  affinity.requiredDuringSchedulingIgnoredDuringExecution = NodeSelector{
      {term({{"b", "In", {"1", "2"}}, {"b", "NotIn", {"1"}}}), term({{"c", "Exists", {}}})}};
  affinity.preferredDuringSchedulingIgnoredDuringExecution = {
      {1, term({{"d", "In", {"light"}}})},
      {50, term({{"d", "In", {"heavy"}}})},
      {50, term({{"d", "In", {"as heavy"}}})}};
  spec.affinity = Affinity{affinity, {}, {}};
  return spec;
}

TEST(Requirements, SCH_068_of_a_pod) {
  EXPECT_EQ(requirements_of(affine_pod()).to_string(), "a In [1], b In [2], d In [heavy]");
  EXPECT_TRUE(requirements_of(PodSpec()).empty());
}

TEST(Requirements, SCH_069_strict_requirements_leave_out_the_preference) {
  EXPECT_EQ(strict_requirements_of(affine_pod()).to_string(), "a In [1], b In [2]");
}

TEST(Requirements, SCH_071_a_preference_may_contradict) {
  PodSpec spec = affine_pod();
  auto& preferred = spec.affinity->nodeAffinity->preferredDuringSchedulingIgnoredDuringExecution;
  preferred = {{1, term({{"a", "In", {"2"}}})}};
  EXPECT_EQ(requirements_of(spec).to_string(), "a DoesNotExist, b In [2]");
}

TEST(Requirements, SCH_032_an_unknown_operator_in_a_preference_allows_no_value) {
  PodSpec spec = affine_pod();
  auto& preferred = spec.affinity->nodeAffinity->preferredDuringSchedulingIgnoredDuringExecution;
  preferred = {{1, term({{"d", "Near", {"2"}}})}};
  EXPECT_EQ(requirements_of(spec).to_string(), "a In [1], b In [2], d DoesNotExist");
}

}  // namespace
}  // namespace model
