// The outputs of `joiner plan` as docs/plan.md shows them, and JSON as docs/plan.schema.json has it.
#include "app/plan_output.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <sstream>

#include "app/plan_explain.h"
#include "app/plan_read.h"
#include "app/plan_snapshot.h"
#include "app/plan_text.h"
#include "catalog/kwok.h"

namespace app {
namespace {

using ::testing::HasSubstr;

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// The blocks between ``` lines of a page, in their order.
std::vector<std::string> blocks_of(const std::string& page) {
  std::vector<std::string> blocks;
  std::istringstream lines(page);
  bool is_inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("```")) {
      is_inside = !is_inside;
      if (is_inside) blocks.emplace_back();
    } else if (is_inside) {
      blocks.back() += line + "\n";
    }
  }
  return blocks;
}

// The part of JSON Schema that ours uses; a keyword that it does not know is a failure too.
class Schema {
 public:
  explicit Schema(base::Json root) : root_(std::move(root)) {}

  std::vector<std::string> faults(const base::Json& value) const {
    std::vector<std::string> faults;
    check(root_, value, "", faults);
    return faults;
  }

 private:
  using Faults = std::vector<std::string>;

  void check(const base::Json& schema, const base::Json& value, const std::string& path,
             Faults& faults) const {
    const base::Json* type = schema.get_object().if_contains("type");
    if (type != nullptr && !is_of_type(type->get_string(), value)) {
      faults.push_back(fmt::format("{}: not of type {}", path, base::print_json(*type)));
      return;
    }
    for (const auto& [keyword, rule] : schema.get_object()) {
      if (!is_kept(keyword, rule, schema, value, path, faults)) {
        faults.push_back(
            fmt::format("{}: {} {}", path, std::string_view(keyword), base::print_json(rule)));
      }
    }
  }

  bool is_kept(std::string_view keyword, const base::Json& rule, const base::Json& schema,
               const base::Json& value, const std::string& path, Faults& faults) const {
    if (keyword == "description" || keyword == "title" || keyword == "$schema" ||
        keyword == "$defs") {
      return true;
    }
    if (keyword == "$ref") {
      std::string name(rule.get_string());
      const base::Json* meant = base::find_path(root_, {"$defs", name.substr(8)});
      if (meant == nullptr) return false;
      check(*meant, value, path, faults);
      return true;
    }
    if (keyword == "type") return is_of_type(rule.get_string(), value);
    if (keyword == "enum")
      return std::ranges::find(rule.get_array(), value) != rule.get_array().end();
    if (keyword == "minLength") return value.get_string().size() >= rule.to_number<std::size_t>();
    if (keyword == "minimum") return value.to_number<double>() >= rule.to_number<double>();
    if (keyword == "minItems") return value.get_array().size() >= rule.to_number<std::size_t>();
    if (keyword == "pattern") {
      return std::regex_search(std::string(value.get_string()),
                               std::regex(std::string(rule.get_string())));
    }
    if (keyword == "items") {
      for (std::size_t index = 0; index < value.get_array().size(); ++index) {
        check(rule, value.get_array()[index], fmt::format("{}[{}]", path, index), faults);
      }
      return true;
    }
    return is_member_rule_kept(keyword, rule, schema, value, path, faults);
  }

  bool is_member_rule_kept(std::string_view keyword, const base::Json& rule,
                           const base::Json& schema, const base::Json& value,
                           const std::string& path, Faults& faults) const {
    if (keyword == "required") {
      return std::ranges::all_of(rule.get_array(), [&](const base::Json& name) {
        return value.get_object().contains(name.get_string());
      });
    }
    if (keyword == "properties") {
      for (const auto& [name, inner] : rule.get_object()) {
        const base::Json* member = value.get_object().if_contains(name);
        if (member != nullptr) check(inner, *member, path + "." + std::string(name), faults);
      }
      return true;
    }
    if (keyword != "additionalProperties") return false;
    const base::Json* known = schema.get_object().if_contains("properties");
    for (const auto& [name, member] : value.get_object()) {
      if (known != nullptr && known->get_object().contains(name)) continue;
      if (rule.is_bool()) return rule.get_bool();
      check(rule, member, path + "." + std::string(name), faults);
    }
    return true;
  }

  static bool is_of_type(std::string_view type, const base::Json& value) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "integer") return value.is_int64() || value.is_uint64();
    return type == "number" && value.is_number();
  }

  base::Json root_;
};

const Schema& schema() {
  static const Schema schema(base::parse_json(read("docs/plan.schema.json")).value());
  return schema;
}

struct Planned {
  PlanInput input;
  engine::Snapshot snapshot;
  engine::Plan plan;

  base::Json json() const { return plan_json(plan, snapshot); }
};

void plan(std::string objects, std::string_view types, Planned& planned) {
  std::size_t at = 0;
  auto source = [&](char* buffer, std::size_t size) -> base::Result<std::size_t> {
    std::size_t count = objects.copy(buffer, size, at);
    at += count;
    return count;
  };
  auto done = read_plan_stream("input", source, planned.input);
  ASSERT_TRUE(done) << done.error().message;
  auto known = catalog::read_kwok_types(base::parse_json(types).value());
  ASSERT_TRUE(known) << known.error().message;
  engine::Settings settings;
  settings.cloud_labels = engine::CloudLabels{known->well_known, known->restricted_domains};
  planned.snapshot = snapshot_of(planned.input, known->types, settings);
  planned.plan = engine::pack(planned.snapshot);
}

// The five blocks of docs/plan.md: objects, types, text, explanation, JSON.
class PlanPage : public testing::Test {
 protected:
  PlanPage() : blocks_(blocks_of(read("docs/plan.md"))) {}

  void SetUp() override {
    ASSERT_EQ(blocks_.size(), 5u);
    plan(blocks_[0], blocks_[1], planned_);
  }

  std::vector<std::string> blocks_;
  Planned planned_;
};

TEST_F(PlanPage, shows_the_text_that_is_printed) {
  EXPECT_EQ(plan_text(planned_.plan, planned_.snapshot, {}), blocks_[2]);
}

TEST_F(PlanPage, shows_the_explanation_that_is_printed) {
  auto text = explain_text("web-1", planned_.input, planned_.plan, planned_.snapshot, {});
  EXPECT_EQ(text.value(), blocks_[3]);
}

TEST_F(PlanPage, shows_the_json_that_is_printed) {
  EXPECT_EQ(base::print_json_pretty(planned_.json()) + "\n", blocks_[4]);
  EXPECT_THAT(schema().faults(planned_.json()), testing::IsEmpty());
}

TEST_F(PlanPage, pods_to_explain_are_found_or_the_nearest_is_named) {
  auto explain = [&](std::string_view pod) {
    auto text = explain_text(pod, planned_.input, planned_.plan, planned_.snapshot, {});
    return text ? *text : text.error().message;
  };
  EXPECT_THAT(explain("shop/train-0"), HasSubstr("stays pending:\n    no instance type"));
  EXPECT_EQ(explain("web-9"),
            "--explain web-9: there is no such pod in the input; did you mean web-0?");
  EXPECT_THAT(explain("shop/trian-0"), HasSubstr("did you mean shop/train-0?"));
  EXPECT_THAT(explain("nothing-like-it"), testing::EndsWith("no such pod in the input"));
}

constexpr std::string_view kTypes = R"([{"name": "one", "architecture": "amd64",
  "operatingSystems": ["linux"], "resources": {"cpu": "4", "memory": "8Gi"}, "offerings": [
    {"Price": 0.1, "Requirements": [
      {"key": "topology.kubernetes.io/zone", "operator": "In", "values": ["z"]},
      {"key": "karpenter.sh/capacity-type", "operator": "In", "values": ["on-demand"]}]}]}])";

constexpr std::string_view kPool = R"(
apiVersion: karpenter.sh/v1
kind: NodePool
metadata: {name: default}
spec:
  limits: {nodes: 1}
  template:
    spec:
      requirements: [{key: node.kubernetes.io/instance-type, operator: Exists, minValues: 1}]
      nodeClassRef: {group: karpenter.kwok.sh, kind: KWOKNodeClass, name: default}
---
apiVersion: v1
kind: Node
metadata: {name: there, labels: {kubernetes.io/hostname: there}}
status: {allocatable: {cpu: 1, memory: 1Gi, pods: 10}}
---
)";

std::string pod(std::string_view name, std::string_view spec) {
  return fmt::format("apiVersion: v1\nkind: Pod\nmetadata: {{name: {}}}\nspec: {}\n---\n", name,
                     spec);
}

TEST(PlanOutput, every_part_is_as_the_schema_has_it) {
  Planned planned;
  constexpr std::string_view kCpu =
      "{{containers: [{{name: c, resources: {{requests: {{cpu: {}}}}}}}]}}";
  plan(std::string(kPool) + pod("small", fmt::format(kCpu, 1)) +
           pod("large", fmt::format(kCpu, 3)) + pod("second", fmt::format(kCpu, 2)) +
           pod("never", fmt::format(kCpu, 9)) +
           pod("away", "{nodeSelector: {karpenter.sh/x: why}}") +
           pod("device", "{resourceClaims: [{name: gpu}]}"),
       kTypes, planned);
  const base::Json json = planned.json();
  EXPECT_THAT(schema().faults(json), testing::IsEmpty()) << base::print_json_pretty(json);
  EXPECT_EQ(json.at("nodeClaims").get_array().size(), 1u);
  EXPECT_EQ(base::print_json(json.at("existingNodes")),
            R"([{"name":"there","pods":["default/small"]}])");
  std::vector<std::string> reasons;
  for (const base::Json& pending : json.at("unschedulable").get_array()) {
    reasons.push_back(fmt::format("{} {}", std::string_view(pending.at("pod").get_string()),
                                  std::string_view(pending.at("reason").get_string())));
  }
  EXPECT_THAT(reasons,
              testing::ElementsAre("default/away Ignored", "default/device DRA",
                                   "default/never Unschedulable", "default/second Unschedulable"));
  EXPECT_EQ(json.at("summary").at("pods"), base::Json(6));
}

TEST(PlanOutput, without_node_pools_the_reason_says_so) {
  Planned planned;
  plan(pod("a", "{}"), kTypes, planned);
  EXPECT_EQ(planned.json().at("unschedulable").at(0).at("reason"), base::Json("NoNodePools"));
  EXPECT_THAT(schema().faults(planned.json()), testing::IsEmpty());
}

TEST(PlanOutput, the_schema_refuses_what_is_no_plan) {
  EXPECT_FALSE(schema().faults(base::parse_json("{}").value()).empty());
  EXPECT_FALSE(schema().faults(base::parse_json("[]").value()).empty());
  Planned planned;
  plan(pod("a", "{}"), kTypes, planned);
  base::Json changed = planned.json();
  changed.at("unschedulable").at(0).as_object()["reason"] = "Whim";
  EXPECT_FALSE(schema().faults(changed).empty());
  changed = planned.json();
  changed.as_object()["more"] = 1;
  EXPECT_FALSE(schema().faults(changed).empty());
}

constexpr std::string_view kBuffer = R"(
apiVersion: v1
kind: PodTemplate
metadata: {name: slot}
template: {spec: {containers: [{name: c, resources: {requests: {cpu: 1}}}]}}
---
apiVersion: autoscaling.x-k8s.io/v1beta1
kind: CapacityBuffer
metadata: {name: spare}
spec: {podTemplateRef: {name: slot}, replicas: 6}
---
)";

// One of the buffer's six goes onto the node that is there, two onto the only machine that may be
// launched.
TEST(PlanOutput, SCH_310_pods_of_buffers_stand_apart_from_those_that_exist) {
  Planned planned;
  plan(std::string(kPool) + std::string(kBuffer) +
           pod("capacity-buffer-spare-9",
               "{containers: [{name: c, resources: {requests: {cpu: "
               "500m}}}]}") +
           "apiVersion: v1\nkind: Pod\nmetadata: {name: fake, annotations: "
           "{karpenter.sh/capacity-buffer-fake-pod: 'true', karpenter.sh/capacity-buffer-name: "
           "spare, karpenter.sh/capacity-buffer-namespace: default}}\n"
           "spec: {containers: [{name: c, resources: {requests: {cpu: 1100m}}}]}\n",
       kTypes, planned);
  const base::Json json = planned.json();
  EXPECT_THAT(schema().faults(json), testing::IsEmpty()) << base::print_json_pretty(json);
  EXPECT_EQ(json.at("summary").at("pods"), base::Json(2)) << "whatever a pod says of itself";
  EXPECT_EQ(json.at("summary").at("bufferPods"), base::Json(6));
  const base::Json& claim = json.at("nodeClaims").at(0);
  std::string names = base::print_json(claim.at("bufferPods"));
  EXPECT_THAT(names, HasSubstr("default/capacity-buffer-spare-"));
  EXPECT_THAT(base::print_json(claim.at("pods")), Not(HasSubstr("capacity-buffer-spare-1")));
  const base::Json& pending = json.at("unschedulable").at(0);
  EXPECT_EQ(pending.at("buffer"), base::Json("default/spare"));
  std::string text = plan_text(planned.plan, planned.snapshot, {});
  EXPECT_THAT(text, HasSubstr("2 of 2 pods placed"));
  EXPECT_THAT(text, HasSubstr("3 of 6 buffer pods placed: 2 on 1 new machine, 1 on nodes"));
  EXPECT_THAT(text, HasSubstr("of buffer default/spare:\n"));
  EXPECT_THAT(text, HasSubstr("PODS+BUFFER"));
}

TEST(PlanOutput, SCH_304_prices_are_those_of_overlays) {
  Planned planned;
  plan(std::string(kPool) +
           "apiVersion: karpenter.sh/v1alpha1\nkind: NodeOverlay\nmetadata: {name: cheap}\n"
           "spec: {requirements: [], priceAdjustment: '-50%'}\n---\n" +
           pod("a", "{containers: [{name: c, resources: {requests: {cpu: 3}}}]}"),
       kTypes, planned);
  EXPECT_EQ(planned.json().at("summary").at("pricePerHour"), base::Json(0.05));
}

TEST(PlanText, alike_machines_are_one_line_and_alike_failures_one_paragraph) {
  Planned planned;
  plan(std::string(kPool).replace(kPool.find("nodes: 1"), 8, "nodes: 9") +
           "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 4, "
           "template: {spec: {containers: [{name: c, resources: {requests: {cpu: 3}}}]}}}\n---\n"
           "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: huge}\nspec: {replicas: 480, "
           "template: {spec: {containers: [{name: c, resources: {requests: {cpu: 99}}}]}}}\n",
       kTypes, planned);
  std::string text = plan_text(planned.plan, planned.snapshot, {});
  EXPECT_THAT(text, HasSubstr("      4  one   z     on-demand    0.1000  ████████░░  77%"));
  EXPECT_THAT(text, HasSubstr("  480 pods of deployment default/huge:\n    no instance type"));
  EXPECT_THAT(text, HasSubstr("4 of 484 pods placed: 4 on 4 new machines; 480 pending."));
  EXPECT_THAT(text, HasSubstr("$0.4000 an hour, $292 a month"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b"))) << "no colour is asked for";
  TextOptions colourful{Paint(true), 100, false};
  EXPECT_THAT(plan_text(planned.plan, planned.snapshot, colourful), HasSubstr("\x1b[32m████████"));
}

}  // namespace
}  // namespace app
