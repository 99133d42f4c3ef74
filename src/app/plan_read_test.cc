#include "app/plan_read.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "model/resources.h"

namespace app {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

base::Result<void> read(std::string text, PlanInput& input) {
  std::size_t at = 0;
  auto source = [&](char* buffer, std::size_t size) -> base::Result<std::size_t> {
    std::size_t count = std::min(size, text.size() - at);
    std::copy_n(text.begin() + static_cast<std::ptrdiff_t>(at), count, buffer);
    at += count;
    return count;
  };
  return read_plan_stream("input", source, input);
}

PlanInput input_of(std::string text) {
  PlanInput input;
  base::Result<void> done = read(std::move(text), input);
  EXPECT_TRUE(done) << done.error().message;
  return input;
}

std::string error_of(std::string text) {
  PlanInput input;
  base::Result<void> done = read(std::move(text), input);
  return done ? "no error" : done.error().message;
}

std::vector<std::string> names_of(const PlanInput& input) {
  std::vector<std::string> names;
  for (const auto& pod : input.pods) {
    names.push_back(pod->metadata.namespace_ + "/" + pod->metadata.name);
  }
  return names;
}

constexpr std::string_view kPods = R"({"apiVersion": "v1", "kind": "List", "items": [
  {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": "shop"},
   "spec": {"containers": [{"name": "c", "resources": {"requests": {"cpu": "1"}}}]}},
  {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "b"},
   "spec": {"containers": [{"name": "c", "resources": {"limits": {"cpu": "2"}}}]}}]})";

TEST(PlanRead, json_yaml_and_lists_are_told_apart_by_content) {
  const auto json = std::string(kPods);
  EXPECT_THAT(names_of(input_of(json)), ElementsAre("shop/a", "default/b"));
  EXPECT_THAT(names_of(input_of("---\n" + json)), ElementsAre("shop/a", "default/b"));
  EXPECT_THAT(names_of(input_of("# mine\napiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n"
                                "  kind: Pod\n  metadata: {name: c}\n")),
              ElementsAre("default/c"));
  EXPECT_THAT(names_of(input_of("{apiVersion: v1, kind: Pod, metadata: {name: d}}")),
              ElementsAre("default/d"));
  EXPECT_THAT(names_of(input_of("{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":"
                                "\"e\"}}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: f}\n")),
              ElementsAre("default/e", "default/f"));
}

TEST(PlanRead, items_of_a_list_of_one_kind_need_not_say_it) {
  PlanInput input = input_of(R"({"kind":"PodList","apiVersion":"v1","metadata":{},"items":[
    {"metadata":{"name":"a","uid":"1"}},{"metadata":{"name":"b","uid":"2"}}]}
    {"kind":"NodeList","apiVersion":"v1","items":[{"metadata":{"name":"n"}}]})");
  EXPECT_THAT(names_of(input), ElementsAre("default/a", "default/b"));
  EXPECT_EQ(input.nodes.size(), 1u);
  EXPECT_THAT(names_of(input_of(R"({"items":[],"kind":"List","apiVersion":"v1"})")), IsEmpty());
}

TEST(PlanRead, limits_stand_in_for_missing_requests) {
  PlanInput input = input_of(std::string(kPods));
  EXPECT_EQ(model::requests_of(*input.pods[1]).at("cpu").to_string(), "2");
}

TEST(PlanRead, equal_specs_of_one_owner_are_stored_once) {
  std::string items;
  for (int index = 0; index < 6; ++index) {
    items += fmt::format(R"({}{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"p{}",
        "ownerReferences":[{{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"rs",
        "uid":"u","controller":true}}]}},"spec":{{"nodeName":"{}","containers":[{{"name":"c",
        "image":"i"}}],"volumes":[{{"name":"kube-api-access-{}","projected":{{}}}}]}}}})",
                         index == 0 ? "" : ",", index, index < 3 ? "" : "node", index);
  }
  PlanInput input = input_of("{\"kind\":\"List\",\"items\":[" + items + "]}");
  ASSERT_EQ(input.pods.size(), 6u);
  auto spec = [&](std::size_t index) { return &*input.pods[index]->spec; };
  EXPECT_EQ(spec(0), spec(2));
  EXPECT_EQ(spec(3), spec(5));
  EXPECT_NE(spec(0), spec(3));
}

TEST(PlanRead, of_objects_that_come_twice_the_first_counts) {
  PlanInput input = input_of(std::string(kPods) + std::string(kPods));
  EXPECT_EQ(input.pods.size(), 2u);
  EXPECT_EQ(input.repeated, 2u);
  EXPECT_EQ(input.objects, 4u);
}

TEST(PlanRead, kinds_that_no_plan_needs_are_counted) {
  PlanInput input = input_of(
      "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n---\n"
      "apiVersion: v1\nkind: Secret\nmetadata: {name: b}\n---\n"
      "apiVersion: karpenter.sh/v9\nkind: NodePool\nmetadata: {name: b}\n");
  EXPECT_THAT(input.skipped,
              ElementsAre(Pair("NodePool of karpenter.sh/v9", 1), Pair("Secret", 2)));
}

TEST(PlanRead, unknown_fields_of_manifests_are_warned_of) {
  std::string deployment =
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n"
      "    spec:\n      nodeSelecter: {a: b}\n      containers: []\n";
  EXPECT_THAT(input_of(deployment).warnings,
              ElementsAre("Deployment default/web: unknown field spec.template.spec.nodeSelecter"));
  // An API server knows better what it has stored.
  std::string stored = deployment;
  stored.replace(stored.find("name: web"), 9, "name: web, uid: x");
  EXPECT_THAT(input_of(stored).warnings, IsEmpty());
}

TEST(PlanRead, retired_kinds_are_converted_with_their_warnings) {
  PlanInput input = input_of(
      "apiVersion: karpenter.sh/v1alpha5\nkind: Provisioner\nmetadata: {name: old}\n"
      "spec: {provider: {instanceProfile: p}, ttlSecondsAfterEmpty: 30}\n");
  ASSERT_EQ(input.pools.size(), 1u);
  EXPECT_EQ(input.pools[0]->metadata.name, "old");
  EXPECT_EQ(input.classes.size(), 1u);
  for (const std::string& warning : input.warnings) {
    EXPECT_THAT(warning, Not(HasSubstr("whatever"))) << "of no interest for a plan";
  }
}

TEST(PlanRead, errors_name_file_line_and_object) {
  EXPECT_EQ(error_of("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n"
                     "  - name: c\n    resources:\n      requests: {cpu: lots}\n"),
            "input:8: Pod default/a: spec.containers[0].resources.requests.cpu: \"lots\" is no "
            "quantity: it must begin with a number, as in \"500m\" or \"1.5Gi\"");
  EXPECT_THAT(error_of("{\"kind\":\"List\",\"items\":[\n{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\n"
                       "\"metadata\":{\"name\":\"a\"},\n\"spec\":{\"nodeName\":7}}]}"),
              HasSubstr("input:4: Pod default/a: spec.nodeName: expected a string"));
  EXPECT_THAT(error_of("apiVersion: karpenter.sh/v1\nkind: NodePool\nmetadata: {name: a}\nspec:\n"
                       "  weight: 101\n"),
              AllOf(HasSubstr("input:5: NodePool a: spec.weight: "),
                    HasSubstr("NodePool a: spec.template.spec.nodeClassRef")));
  EXPECT_EQ(error_of("apiVersion: apps/v1\nkind: Deployment\nmetadata: {}\n"),
            "input:3: Deployment default/: metadata.name: is required");
  EXPECT_EQ(error_of("{\"a\": 1}"), "input:1: no Kubernetes object: it has no apiVersion and kind");
  EXPECT_THAT(error_of("- a\n- b\n"), HasSubstr("no Kubernetes object"));
  EXPECT_THAT(error_of("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n"
                       "spec: {replicas: 2000000000}\n"),
              HasSubstr("2000000000 pods are more than"));
  EXPECT_THAT(error_of(R"({"kind":"ConfigMap","apiVersion":"v1","items":[{"a":1}]})"),
              HasSubstr("no Kubernetes object"));
  EXPECT_THAT(error_of(R"({"kind":"ConfigMap","apiVersion":"v1","items":[]})"),
              HasSubstr("which is no List"));
}

TEST(PlanRead, broken_json_is_told_with_its_place) {
  std::string broken(kPods);
  broken.replace(broken.find("\"2\"}"), 3, "tru");
  EXPECT_EQ(error_of(broken),
            "input: JSON line 5, column 74: syntax error (in what begins at line 4, byte 222)");
  EXPECT_THAT(error_of(std::string(kPods).substr(0, 300)),
              HasSubstr("input: line 4, byte 222: the input ends inside"));
  EXPECT_THAT(error_of("{\"kind\":\"List\",\"items\":[" + std::string(kPods) + " 2]}"),
              HasSubstr("expected ',' or ']'"));
}

TEST(PlanRead, an_input_without_any_object_is_an_error) {
  for (std::string_view text : {"", " \n", "---\n", "# nothing\n"}) {
    EXPECT_EQ(error_of(std::string(text)), "input: there is no object in it") << text;
  }
  EXPECT_THAT(error_of("\x1f\x8b\x08 and more"), HasSubstr("unpack it first"));
  EXPECT_THAT(error_of(std::string("\0\0", 2)), HasSubstr("control character"));
}

TEST(PlanRead, numbers_that_only_the_careful_parser_reads_are_read) {
  PlanInput input = input_of(R"({"kind":"List","items":[{"apiVersion":"v1","kind":"Pod",
    "metadata":{"name":"a","generation":1},"unknown":123456789012345678901234}]})");
  EXPECT_THAT(names_of(input), ElementsAre("default/a"));
}

class PlanFiles : public testing::Test {
 protected:
  PlanFiles() : folder_(std::filesystem::temp_directory_path() / "joiner-plan-read-test") {
    folder_ /= testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_ / "sub.yaml");
  }
  ~PlanFiles() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, std::string_view pod) {
    std::ofstream(folder_ / name) << fmt::format(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: {}}}\n", pod);
  }
  std::string error() {
    PlanInput input;
    return read_plan_input(folder_, input).error().message;
  }

  std::filesystem::path folder_;
};

TEST_F(PlanFiles, a_folder_is_its_manifests_by_name) {
  EXPECT_THAT(error(), HasSubstr("there is no .yaml, .yml or .json file in it"));
  write("b.yaml", "b");
  write("a.json", "a");
  write("c.yml", "c");
  write("d.txt", "d");
  PlanInput input;
  ASSERT_TRUE(read_plan_input(folder_, input));
  EXPECT_THAT(names_of(input), ElementsAre("default/a", "default/b", "default/c"));
  write("e.yaml", "[");
  EXPECT_THAT(error(), HasSubstr("e.yaml: "));
}

TEST_F(PlanFiles, a_file_that_is_not_there_is_named) {
  PlanInput input;
  EXPECT_EQ(read_plan_input("no/such.yaml", input).error().message,
            "no/such.yaml: cannot be read: No such file or directory");
}

}  // namespace
}  // namespace app
