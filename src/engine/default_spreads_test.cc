#include "engine/default_spreads.h"

#include <gtest/gtest.h>

#include "engine/pack.h"
#include "support/objects.h"

namespace engine {
namespace {

using support::pod;

constexpr std::string_view kByZone = R"(
podTopologySpread:
  defaultConstraints:
  - {maxSkew: 1, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: DoNotSchedule}
)";

WorkloadSelector selecting(const char* kind, const char* name, model::Labels labels) {
  model::LabelSelector selector;
  selector.matchLabels = std::move(labels);
  return {"default", kind, name, std::move(selector)};
}

model::Labels labels(std::initializer_list<std::pair<const char*, const char*>> pairs) {
  model::Labels made;
  for (auto [key, value] : pairs)
    made[key] = value;
  return made;
}

std::string error_of(std::string_view document) {
  auto read = read_default_spreads(document);
  return read ? "" : read.error().message;
}

std::string entry(const std::string& fields) {
  return "podTopologySpread: {defaultConstraints: [" + fields + "]}";
}

TEST(DefaultSpreads, SCH_006_the_document_is_read_strictly) {
  EXPECT_TRUE(read_default_spreads("").value().empty());
  EXPECT_TRUE(read_default_spreads("{}").value().empty());
  auto read = read_default_spreads(kByZone);
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->size(), 1U);
  EXPECT_EQ(read->front().topologyKey, "topology.kubernetes.io/zone");
  EXPECT_NE(error_of("podTopologySpread: {defaults: []}").find("defaults"), std::string::npos);
  EXPECT_NE(error_of(entry("{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule, "
                           "maxSkow: 2}"))
                .find("maxSkow"),
            std::string::npos);
  EXPECT_NE(error_of("podTopologySpread: ["), "");
}

TEST(DefaultSpreads, SCH_007_what_a_default_may_say) {
  std::string zone = "topologyKey: zone, whenUnsatisfiable: DoNotSchedule";
  EXPECT_EQ(error_of(entry("{maxSkew: 1, " + zone + "}")), "");
  EXPECT_NE(error_of(entry("{maxSkew: 0, " + zone + "}")), "");
  EXPECT_NE(error_of(entry("{maxSkew: 1, " + zone + ", labelSelector: {}}")), "");
  EXPECT_NE(error_of(entry("{maxSkew: 1, " + zone + ", matchLabelKeys: [a]}")), "");
  EXPECT_NE(error_of(entry("{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: Never}")), "");
  EXPECT_NE(error_of(entry("{maxSkew: 1, topologyKey: a b, whenUnsatisfiable: DoNotSchedule}")),
            "");
  EXPECT_NE(error_of(entry("{maxSkew: 1, " + zone + "}, {maxSkew: 2, " + zone + "}")), "");
  EXPECT_EQ(error_of(entry("{maxSkew: 1, " + zone +
                           "}, {maxSkew: 2, topologyKey: zone, whenUnsatisfiable: "
                           "ScheduleAnyway}")),
            "");
}

TEST(DefaultSpreads, SCH_249_services_are_merged_and_the_controller_is_added) {
  model::Pod web = pod("default/web").label("app", "web").label("tier", "front");
  EXPECT_EQ(deduced_selector(web, {}), std::nullopt);  // SCH-250
  std::vector<WorkloadSelector> selectors = {
      selecting("Service", "a", labels({{"app", "web"}})),
      selecting("Service", "all", {}),
      selecting("Service", "b", labels({{"tier", "front"}})),
      selecting("Service", "other", labels({{"app", "db"}})),
  };
  auto deduced = deduced_selector(web, selectors);
  ASSERT_TRUE(deduced);
  EXPECT_EQ(deduced->matchLabels, labels({{"app", "web"}, {"tier", "front"}}));

  selectors.push_back(selecting("ReplicationController", "rc", labels({{"app", "old"}})));
  model::Pod old =
      pod("default/old").label("app", "web").owned_by("v1", "ReplicationController", "rc");
  EXPECT_EQ(deduced_selector(old, selectors)->matchLabels, labels({{"app", "old"}}));

  selectors.push_back(selecting("ReplicaSet", "rs", labels({{"app", "db"}})));
  model::Pod both = pod("default/both").label("app", "web").owned_by("apps/v1", "ReplicaSet", "rs");
  deduced = deduced_selector(both, selectors);
  EXPECT_EQ(deduced->matchLabels, labels({{"app", "web"}}));
  ASSERT_EQ(deduced->matchExpressions.size(), 1U);  // beside the label, so nothing is selected
  EXPECT_EQ(deduced->matchExpressions[0].values, std::vector<std::string>{"db"});

  model::Pod job = pod("default/job").owned_by("batch/v1", "Job", "rs");
  EXPECT_EQ(deduced_selector(job, selectors), std::nullopt);
}

TEST(DefaultSpreads, SCH_248_252_pods_without_spread_get_the_defaults_by_workload) {
  Snapshot given;
  given.settings.default_spreads = read_default_spreads(kByZone).value();
  given.pools.push_back({std::make_shared<const model::NodePool>(support::pool("default")),
                         {support::instance_type("m", "8", "16Gi", "0.4", {"z1", "z2", "z3"})}});
  given.selectors = {selecting("ReplicaSet", "web", labels({{"app", "web"}})),
                     selecting("ReplicaSet", "db", labels({{"app", "db"}}))};
  auto add = [&](const std::string& name, const char* app) {
    given.pods.push_back(std::make_shared<const model::Pod>(
        pod("default/" + name).cpu("1").label("app", app).owned_by("apps/v1", "ReplicaSet", app)));
  };
  for (const char* name : {"web-1", "web-2", "web-3"})
    add(name, "web");
  add("db-1", "db");
  Plan plan = pack(given);
  EXPECT_EQ(plan.claims.size(), 3U);  // one a zone; the database joins one of them
  EXPECT_TRUE(plan.refusals.empty());
  EXPECT_TRUE(given.pods[0]->spec->topologySpreadConstraints.empty());

  Snapshot spread = with_default_spreads(given);
  EXPECT_EQ(&*spread.pods[0]->spec == &*spread.pods[1]->spec,
            &*given.pods[0]->spec == &*given.pods[1]->spec);
  EXPECT_NE(spread.pods[0]->spec->topologySpreadConstraints,
            spread.pods[3]->spec->topologySpreadConstraints);
  EXPECT_EQ(with_default_spreads(spread).pods[0]->spec->topologySpreadConstraints.size(), 1U)
      << "a pod with a constraint of its own gets none";
  given.selectors.clear();
  EXPECT_EQ(pack(given).claims.size(), 1U);  // nothing to deduce from
}

}  // namespace
}  // namespace engine
