#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "model/defaults.h"
#include "model/validate.h"

namespace model {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

template <class T>
T read(const std::string& text) {
  base::Result<base::Json> json = base::parse_json(text);
  EXPECT_TRUE(json) << text;
  base::Result<T> object = base::from_json<T>(json.value_or(base::Json()));
  EXPECT_TRUE(object) << object.error().message;
  T result = object.value_or(T());
  fill_in_defaults(result);
  return result;
}

constexpr const char* kClass =
    R"("nodeClassRef": {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": "default"})";

// A NodePool with these further members of its template's spec, its spec, and its labels.
NodePool pool(const std::string& node = "", const std::string& spec = "",
              const std::string& labels = "") {
  auto more = [](const std::string& text) { return text.empty() ? text : ", " + text; };
  return read<NodePool>(fmt::format(
      R"({{"metadata": {{"name": "default"}},
           "spec": {{"template": {{"metadata": {{"labels": {{{}}}}},
                                  "spec": {{{}{}}}}}{}}}}})",
      labels, kClass, more(node), more(spec)));
}

NodePool with_requirement(const std::string& requirement) {
  return pool(fmt::format(R"("requirements": [{{{}}}])", requirement));
}

NodePool with_key(const std::string& key) {
  return with_requirement(fmt::format(R"("key": "{}", "operator": "Exists")", key));
}

NodePool with_budget(const std::string& budget) {
  return pool("", fmt::format(R"("disruption": {{"budgets": [{{{}}}]}})", budget));
}

auto fault(const std::string& field, const std::string& message) {
  return AllOf(Field(&Fault::field, field), Field(&Fault::message, HasSubstr(message)));
}

const std::string kRequirement = "spec.template.spec.requirements[0]";

TEST(NodePoolAdmission, a_plain_one_passes) {
  EXPECT_THAT(admission_faults(pool()), IsEmpty());
  EXPECT_THAT(runtime_faults(pool()), IsEmpty());
}

TEST(NodePoolAdmission, API_019_label_values) {
  EXPECT_THAT(
      admission_faults(pool("", "", R"("team": "a b")")),
      ElementsAre(fault("spec.template.metadata.labels[team]", "\"a b\" is no label value")));
  EXPECT_THAT(admission_faults(pool("", "", R"("team": "")")), IsEmpty());
}

TEST(NodePoolAdmission, API_020_keys) {
  for (const char* key : {"Test", "test.com/Test", "key-only"}) {
    EXPECT_THAT(admission_faults(with_key(key)), IsEmpty()) << key;
  }
  for (const char* key : {"test.com.com}", "Test.com/test", "test/test/test", "test/", "/test"}) {
    EXPECT_THAT(admission_faults(with_key(key)), ElementsAre(fault(kRequirement + ".key", key)));
  }
  EXPECT_THAT(admission_faults(with_key(std::string(317, 'a'))),
              ElementsAre(fault(kRequirement + ".key", "317 characters")));
  EXPECT_THAT(admission_faults(with_key(std::string(316, 'a'))), IsEmpty());
}

TEST(NodePoolAdmission, API_020_a_key_with_a_blank_gets_the_right_one) {
  EXPECT_THAT(admission_faults(with_key(" karpenter.sh/capacity-type")),
              ElementsAre(Fault{kRequirement + ".key",
                                "\" karpenter.sh/capacity-type\" begins with a blank; did you mean "
                                "\"karpenter.sh/capacity-type\"?"}));
}

TEST(NodePoolAdmission, API_022_taints) {
  auto taint = [](const std::string& text) {
    return admission_faults(pool(fmt::format(R"("taints": [{{{}}}])", text)));
  };
  EXPECT_THAT(taint(R"("key": "a", "value": "b", "effect": "NoExecute")"), IsEmpty());
  EXPECT_THAT(taint(R"("key": "a", "effect": "NoSchedule")"), IsEmpty());
  EXPECT_THAT(taint(R"("key": "", "effect": "NoSchedule")"),
              ElementsAre(fault("spec.template.spec.taints[0].key", "is empty")));
  EXPECT_THAT(taint(R"("key": "a", "value": "???", "effect": "NoSchedule")"),
              ElementsAre(fault("spec.template.spec.taints[0].value", "\"???\"")));
  EXPECT_THAT(
      taint(R"("key": "a", "effect": "noschedule")"),
      ElementsAre(fault("spec.template.spec.taints[0].effect", "did you mean \"NoSchedule\"?")));
  EXPECT_THAT(admission_faults(pool(R"("startupTaints": [{"key": "a", "effect": ""}])")),
              ElementsAre(fault("spec.template.spec.startupTaints[0].effect", "is none of")));
}

TEST(NodePoolAdmission, API_034_at_most_100_labels) {
  std::string labels;
  for (int index = 0; index < 101; ++index) {
    labels += fmt::format(R"({}"l{}": "x")", index == 0 ? "" : ", ", index);
  }
  EXPECT_THAT(admission_faults(pool("", "", labels)),
              ElementsAre(fault("spec.template.metadata.labels", "101 entries, at most 100")));
}

TEST(NodePoolAdmission, API_038_at_most_100_requirements) {
  auto requirements = [](std::size_t count) {
    NodePool result = pool();
    result.spec.template_.spec.requirements.assign(count, {"team", "Exists", {}, {}});
    return result;
  };
  EXPECT_THAT(admission_faults(requirements(100)), IsEmpty());
  EXPECT_THAT(admission_faults(requirements(101)),
              ElementsAre(fault("spec.template.spec.requirements", "101 entries")));
}

TEST(NodePoolAdmission, API_039_node_class_reference) {
  NodePool broken = pool();
  broken.spec.template_.spec.nodeClassRef = {"karpenter.k8s.aws/v1", "", ""};
  const std::string path = "spec.template.spec.nodeClassRef";
  EXPECT_THAT(admission_faults(broken),
              ElementsAre(fault(path + ".group", "\"karpenter.k8s.aws/v1\" holds a '/'"),
                          fault(path + ".kind", "required"), fault(path + ".name", "required")));
}

TEST(NodePoolAdmission, API_014_API_016_lifetimes) {
  auto lifetimes = [](const std::string& grace, const std::string& expiry) {
    NodePool result = pool();
    result.spec.template_.spec.terminationGracePeriod = DurationText{{}, grace};
    result.spec.template_.spec.expireAfter = NillableDuration{{}, expiry};
    return admission_faults(result);
  };
  EXPECT_THAT(lifetimes("48h", "1h30m5s"), IsEmpty());
  EXPECT_THAT(lifetimes("5m1h5m", "Never"), IsEmpty());
  for (const char* text : {"-1s", "1hr", "FooNever", "1.5h", "300ms", "1d", "1h 5m", "5"}) {
    EXPECT_THAT(lifetimes(text, "Never"),
                ElementsAre(fault("spec.template.spec.terminationGracePeriod", text)));
    EXPECT_THAT(lifetimes("5m", text), ElementsAre(fault("spec.template.spec.expireAfter", text)));
  }
  EXPECT_THAT(lifetimes("Never", "Never"),
              ElementsAre(fault("spec.template.spec.terminationGracePeriod", "Never")));
}

TEST(NodePoolAdmission, API_043_weight) {
  EXPECT_THAT(admission_faults(pool("", R"("weight": 1)")), IsEmpty());
  EXPECT_THAT(admission_faults(pool("", R"("weight": 100)")), IsEmpty());
  EXPECT_THAT(admission_faults(pool("", R"("weight": 0)")),
              ElementsAre(fault("spec.weight", "0 is not between 1 and 100")));
  EXPECT_THAT(admission_faults(pool("", R"("weight": 101)")),
              ElementsAre(fault("spec.weight", "101 is not between")));
}

TEST(NodePoolAdmission, API_046_API_047_consolidation) {
  auto disruption = [](const std::string& text) {
    return admission_faults(pool("", fmt::format(R"("disruption": {{{}}})", text)));
  };
  EXPECT_THAT(disruption(R"("consolidationPolicy": "WhenEmpty", "consolidateAfter": "Never")"),
              IsEmpty());
  EXPECT_THAT(disruption(R"("consolidationPolicy": "Balanced", "consolidateAfter": "30s")"),
              IsEmpty());
  EXPECT_THAT(disruption(R"("consolidationPolicy": "WhenUnderutilized")"),
              ElementsAre(fault("spec.disruption.consolidationPolicy", "is none of WhenEmpty")));
  EXPECT_THAT(
      disruption(R"("consolidationPolicy": "whenempty")"),
      ElementsAre(fault("spec.disruption.consolidationPolicy", "did you mean \"WhenEmpty\"?")));
}

TEST(NodePoolAdmission, API_048_at_most_50_budgets) {
  NodePool many = pool();
  many.spec.disruption->budgets->assign(51, Budget{{}, "10%", {}, {}});
  EXPECT_THAT(admission_faults(many), ElementsAre(fault("spec.disruption.budgets", "51 entries")));
}

TEST(NodePoolAdmission, API_049_amounts_of_a_budget) {
  for (const char* nodes : {"0", "10", "0%", "5%", "100%"}) {
    EXPECT_THAT(admission_faults(with_budget(fmt::format(R"("nodes": "{}")", nodes))), IsEmpty());
  }
  for (const char* nodes : {"-10", "-10%", "1000%", "101%", "%", "10.5%", "ten"}) {
    EXPECT_THAT(admission_faults(with_budget(fmt::format(R"("nodes": "{}")", nodes))),
                ElementsAre(fault("spec.disruption.budgets[0].nodes", nodes)));
  }
}

TEST(NodePoolAdmission, API_050_schedules) {
  auto schedule = [](const std::string& text) {
    return admission_faults(
        with_budget(fmt::format(R"("nodes": "0", "duration": "1h", "schedule": "{}")", text)));
  };
  for (const char* text : {"@daily", "* * * * *", "0 9 * * mon-fri", "@weeklyfoo"}) {
    EXPECT_THAT(schedule(text), IsEmpty()) << text;
  }
  for (const char* text : {"", "@sometimes", "* * * *", "0 9"}) {
    EXPECT_THAT(schedule(text), ElementsAre(fault("spec.disruption.budgets[0].schedule", text)));
  }
}

TEST(NodePoolAdmission, API_017_duration_of_a_budget) {
  auto duration = [](const std::string& text) {
    NodePool result = with_budget(R"("nodes": "0", "schedule": "@daily", "duration": "1h")");
    result.spec.disruption->budgets->front().duration->text = text;
    return admission_faults(result);
  };
  for (const char* text : {"8h", "30m", "8h30m", "8h0s", "8h30m0s", "30m0s"}) {
    EXPECT_THAT(duration(text), IsEmpty()) << text;
  }
  for (const char* text : {"30s", "-8h", "8h30", "30m8h", "1h30m5s", "0s", "m"}) {
    EXPECT_THAT(duration(text), ElementsAre(fault("spec.disruption.budgets[0].duration", text)));
  }
}

TEST(NodePoolAdmission, API_065_schedule_and_duration_together) {
  EXPECT_THAT(admission_faults(with_budget(R"("nodes": "0", "schedule": "@daily")")),
              ElementsAre(fault("spec.disruption.budgets[0]", "together or not at all")));
  EXPECT_THAT(admission_faults(with_budget(R"("nodes": "0", "duration": "1h")")),
              ElementsAre(fault("spec.disruption.budgets[0]", "together or not at all")));
}

TEST(NodePoolAdmission, API_052_reasons) {
  auto reasons = [](const std::string& list) {
    return admission_faults(with_budget(fmt::format(R"("nodes": "0", "reasons": [{}])", list)));
  };
  EXPECT_THAT(reasons(R"("Empty", "Drifted", "Underutilized")"), IsEmpty());
  EXPECT_THAT(reasons(""), IsEmpty());
  EXPECT_THAT(reasons(R"("expired")"),
              ElementsAre(fault("spec.disruption.budgets[0].reasons[0]", "\"expired\"")));
  EXPECT_THAT(reasons(R"("Empty", "Empty")"),
              ElementsAre(fault("spec.disruption.budgets[0].reasons[1]", "twice")));
}

TEST(NodePoolAdmission, API_055_In_needs_values) {
  EXPECT_THAT(admission_faults(with_requirement(R"("key": "a", "operator": "In")")),
              ElementsAre(fault(kRequirement + ".values", "at least one value")));
}

TEST(NodePoolAdmission, API_056_comparisons) {
  auto gt = [](const std::string& values) {
    return admission_faults(with_requirement(fmt::format(
        R"("key": "karpenter.k8s.aws/instance-cpu", "operator": "Gt", "values": [{}])", values)));
  };
  EXPECT_THAT(gt(R"("4")"), IsEmpty());
  for (const char* values : {"", R"("1", "2")", R"("a")", R"("-1")", R"("1.5")"}) {
    EXPECT_THAT(gt(values), ElementsAre(fault(kRequirement + ".values", "Gt takes"))) << values;
  }
}

TEST(NodePoolAdmission, API_057_API_058_minValues) {
  auto min_values = [](int count, const std::string& values) {
    return admission_faults(with_requirement(fmt::format(
        R"("key": "a", "operator": "In", "values": [{}], "minValues": {})", values, count)));
  };
  EXPECT_THAT(min_values(2, R"("x", "x")"), IsEmpty());
  EXPECT_THAT(min_values(2, R"("x")"), ElementsAre(fault(kRequirement + ".minValues", "is 2")));
  EXPECT_THAT(min_values(0, R"("x")"), ElementsAre(fault(kRequirement + ".minValues", "0 is not")));
  EXPECT_THAT(min_values(-1, R"("x")"),
              ElementsAre(fault(kRequirement + ".minValues", "-1 is not")));
  EXPECT_THAT(
      admission_faults(with_requirement(R"("key": "a", "operator": "Exists", "minValues": 51)")),
      ElementsAre(fault(kRequirement + ".minValues", "51 is not between 1 and 50")));
}

TEST(NodePoolAdmission, API_059_operators) {
  EXPECT_THAT(admission_faults(with_requirement(R"("key": "a", "operator": "in")")),
              ElementsAre(fault(kRequirement + ".operator", "did you mean \"In\"?")));
  EXPECT_THAT(admission_faults(with_requirement(R"("key": "a", "operator": "NotIn")")), IsEmpty());
  EXPECT_THAT(
      admission_faults(with_requirement(R"("key": "a", "operator": "Exists", "values": ["x"])")),
      IsEmpty());
}

TEST(NodePoolAdmission, API_060_API_061_API_062_reserved_keys) {
  for (const char* key : {"karpenter.sh/nodepool", "karpenter.sh/other", "karpenter.sh",
                          "mykarpenter.sh/x", "sub.karpenter.sh/x", "kubernetes.io/hostname",
                          "karpenter.k8s.aws/instance-pods", "mykarpenter.k8s.aws/x"}) {
    EXPECT_THAT(admission_faults(with_key(key)), ElementsAre(fault(kRequirement + ".key", key)));
    EXPECT_THAT(admission_faults(pool("", "", fmt::format(R"("{}": "x")", key))),
                ElementsAre(fault(fmt::format("spec.template.metadata.labels[{}]", key), key)));
  }
  for (const char* key : {"karpenter.sh/capacity-type", "karpenter.k8s.aws/instance-family",
                          "karpenter.k8s.aws/ec2nodeclass", "karpenter.sh.example.com/x"}) {
    EXPECT_THAT(admission_faults(with_key(key)), IsEmpty()) << key;
  }
}

TEST(NodePoolAdmission, API_063_domains_of_Kubernetes) {
  for (const char* key : {"kops.k8s.io/instancegroup", "subdomain.kubernetes.io/key",
                          "kubernetes.io", "node-restriction.kubernetes.io/x"}) {
    EXPECT_THAT(admission_faults(with_key(key)), IsEmpty()) << key;
    EXPECT_THAT(runtime_faults(with_key(key)), IsEmpty()) << key;
  }
}

TEST(NodePoolAdmission, API_064_group_and_kind_of_the_class_stay) {
  NodePool before = pool();
  NodePool after = before;
  after.spec.template_.spec.nodeClassRef.name = "other";
  EXPECT_THAT(admission_faults(after, &before), IsEmpty());
  after.spec.template_.spec.nodeClassRef.group = "karpenter.kwok.sh";
  after.spec.template_.spec.nodeClassRef.kind = "KWOKNodeClass";
  const std::string path = "spec.template.spec.nodeClassRef";
  EXPECT_THAT(admission_faults(after, &before),
              ElementsAre(fault(path + ".group", "from \"karpenter.k8s.aws\""),
                          fault(path + ".kind", "from \"EC2NodeClass\"")));
}

TEST(NodePoolAdmission, API_066_contradictions_pass) {
  EXPECT_THAT(admission_faults(pool(
                  R"("requirements": [{"key": "a", "operator": "In", "values": ["test", "foo"]},
                                      {"key": "a", "operator": "NotIn", "values": ["test"]}])")),
              IsEmpty());
}

TEST(NodePoolAdmission, API_085_API_086_static_pools) {
  EXPECT_THAT(admission_faults(pool("", R"("replicas": 0, "limits": {"nodes": "5"})")), IsEmpty());
  EXPECT_THAT(admission_faults(pool("", R"("replicas": -1)")),
              ElementsAre(fault("spec.replicas", "-1 is negative")));
  EXPECT_THAT(admission_faults(pool("", R"("replicas": 1, "weight": 5, "limits": {"cpu": "5"})")),
              ElementsAre(fault("spec.limits.cpu", "only be limited in \"nodes\""),
                          fault("spec.weight", "no weight")));
  NodePool before = pool();
  NodePool after = pool("", R"("replicas": 1)");
  EXPECT_THAT(admission_faults(after, &before), ElementsAre(fault("spec.replicas", "added")));
  EXPECT_THAT(admission_faults(before, &after), ElementsAre(fault("spec.replicas", "removed")));
}

TEST(NodePoolAdmission, a_negative_limit_is_refused) {
  EXPECT_THAT(admission_faults(pool("", R"("limits": {"cpu": "-1"})")),
              ElementsAre(fault("spec.limits.cpu", "\"-1\" is negative")));
  EXPECT_THAT(admission_faults(pool("", R"("limits": {"cpu": "0"})")), IsEmpty());
}

TEST(NodePoolRuntime, API_067_labels) {
  auto labels = [](const std::string& text) { return runtime_faults(pool("", "", text)); };
  EXPECT_THAT(labels(R"("team": "a", "karpenter.sh/capacity-type": "spot")"), IsEmpty());
  EXPECT_THAT(labels(R"("karpenter.sh/nodepool": "a")"), ElementsAre(HasSubstr("leave it out")));
  EXPECT_THAT(labels(R"(" team": "a")"), ElementsAre(HasSubstr("did you mean \"team\"?")));
  EXPECT_THAT(labels(R"("karpenter.sh/x": "a")"), ElementsAre(HasSubstr("is reserved")));
  EXPECT_THAT(labels(R"("karpenter.k8s.aws/ec2nodeclass": "a")"),
              ElementsAre(HasSubstr("is reserved")));
}

TEST(NodePoolRuntime, API_068_taints) {
  auto taints = [](const std::string& first, const std::string& second) {
    return runtime_faults(
        pool(fmt::format(R"("taints": [{{{}}}], "startupTaints": [{{{}}}])", first, second)));
  };
  EXPECT_THAT(
      taints(R"("key": "a", "effect": "NoSchedule")", R"("key": "a", "effect": "NoExecute")"),
      IsEmpty());
  EXPECT_THAT(taints(R"("key": "a", "effect": "NoSchedule")",
                     R"("key": "a", "value": "x", "effect": "NoSchedule")"),
              ElementsAre("startupTaints: \"a:NoSchedule\" stands there twice, taints and "
                          "startupTaints together"));
  EXPECT_THAT(taints(R"("key": "", "effect": "")", R"("key": "b", "effect": "Never")"),
              ElementsAre(HasSubstr("taints: is empty"), HasSubstr("\"Never\" is none of")));
}

TEST(NodePoolRuntime, API_069_requirements) {
  EXPECT_THAT(runtime_faults(with_key("karpenter.sh/nodepool")),
              ElementsAre(HasSubstr("leave it out")));
  EXPECT_THAT(runtime_faults(with_key("mykarpenter.sh/x")), IsEmpty());
  EXPECT_THAT(runtime_faults(with_key("karpenter.k8s.aws/ec2nodeclass")),
              ElementsAre(HasSubstr("is reserved")));
  EXPECT_THAT(runtime_faults(with_requirement(
                  R"("key": "karpenter.sh/capacity-type", "operator": "In", "values": ["x"])")),
              ElementsAre(HasSubstr("requirements: key \"karpenter.sh/capacity-type\": none of")));
}

TEST(NodePoolRuntime, API_100_a_name_that_is_too_long_for_a_label) {
  NodePool named = pool();
  named.metadata.name = std::string(64, 'a');
  EXPECT_THAT(runtime_faults(named), ElementsAre(HasSubstr("64 characters")));
  named.metadata.name = std::string(63, 'a');
  EXPECT_THAT(runtime_faults(named), IsEmpty());
}

NodeClaim claim(const std::string& spec = "") {
  return read<NodeClaim>(fmt::format(R"({{"metadata": {{"name": "a"}}, "spec": {{{}{}}}}})", kClass,
                                     spec.empty() ? spec : ", " + spec));
}

TEST(NodeClaimAdmission, API_101_the_spec_is_immutable) {
  NodeClaim before = claim(R"("expireAfter": "60m")");
  NodeClaim after = before;
  after.metadata.labels["team"] = "a";
  EXPECT_THAT(admission_faults(after, &before), IsEmpty());
  after.spec.requirements.push_back({"team", "Exists", {}, {}});
  EXPECT_THAT(admission_faults(after, &before), ElementsAre(fault("spec", "cannot change")));
}

TEST(NodeClaimAdmission, API_103_keys) {
  auto key = [](const std::string& text) {
    return admission_faults(
        claim(fmt::format(R"("requirements": [{{"key": "{}", "operator": "Exists"}}])", text)));
  };
  EXPECT_THAT(key("karpenter.sh/nodepool"), IsEmpty());
  EXPECT_THAT(key("karpenter.sh/capacity-type"), IsEmpty());
  EXPECT_THAT(key("karpenter.sh/x"), ElementsAre(fault("spec.requirements[0].key", "reserved")));
  EXPECT_THAT(key("kubernetes.io/hostname"),
              ElementsAre(fault("spec.requirements[0].key", "host")));
}

TEST(NodeClaimAdmission, API_102_API_105_API_106_other_fields) {
  NodeClaim broken = claim(R"("taints": [{"key": "a", "effect": "no"}])");
  broken.spec.nodeClassRef.name = "";
  broken.spec.terminationGracePeriod = DurationText{{}, "Never"};
  EXPECT_THAT(admission_faults(broken), ElementsAre(fault("spec.taints[0].effect", "\"no\""),
                                                    fault("spec.nodeClassRef.name", "required"),
                                                    fault("spec.terminationGracePeriod", "Never")));
}

}  // namespace
}  // namespace model
