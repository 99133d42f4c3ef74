#include "sim/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "sim/sim_clock.h"

namespace sim {
namespace {

using base::Code;
using base::Json;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Json parsed(std::string_view text) {
  base::Result<Json> value = base::parse_json(text);
  EXPECT_TRUE(value.has_value()) << text;
  return value ? *value : Json();
}

Json named(std::string_view name) { return {{"metadata", {{"name", boost::json::string(name)}}}}; }

class StoreTest : public ::testing::Test {
 protected:
  StoreTest() { EXPECT_TRUE(create("v1", "Namespace", R"({"metadata": {"name": "default"}})")); }

  const Resource& resource(std::string_view api_version, std::string_view kind) {
    const Resource* found = store_.find_kind(api_version, kind);
    EXPECT_NE(found, nullptr) << api_version << " " << kind;
    return *found;
  }
  const Resource& of(model::Kind kind) { return store_.resource_of(kind); }

  base::Result<StoredPtr> create(std::string_view api_version, std::string_view kind,
                                 std::string_view json, const WriteOptions& options = {}) {
    const Resource& target = resource(api_version, kind);
    return store_.create(target, target.namespaced ? "default" : "", parsed(json), options);
  }
  StoredPtr create_pod(std::string_view name, std::string_view node = "") {
    Json pod = parsed(R"({"spec": {"containers": [{"name": "c", "image": "i"}]}})");
    pod.get_object()["metadata"] = {{"name", boost::json::string(name)},
                                    {"labels", {{"app", "web"}}}};
    if (!node.empty()) pod.at("spec").get_object()["nodeName"] = boost::json::string(node);
    base::Result<StoredPtr> created =
        store_.create(of(model::Kind::Pod), "default", std::move(pod));
    EXPECT_TRUE(created.has_value()) << created.error().message;
    return *created;
  }
  base::Result<StoredPtr> patch(const Resource& target, std::string_view name,
                                std::string_view json, const WriteOptions& options = {},
                                PatchType type = PatchType::merge) {
    return store_.patch(target, target.namespaced ? "default" : "", name, type, parsed(json),
                        options);
  }

  boost::asio::io_context context_;
  SimClock clock_{context_, *base::parse_time("2026-01-01T00:00:00Z")};
  Store store_{clock_, base::Random(7)};
};

std::string text_at(const StoredPtr& stored, std::initializer_list<std::string_view> path) {
  return std::string(base::string_at(stored->json, path));
}

TEST_F(StoreTest, create_sets_what_only_the_server_knows) {
  StoredPtr pod = create_pod("web");
  EXPECT_EQ(text_at(pod, {"apiVersion"}), "v1");
  EXPECT_EQ(text_at(pod, {"kind"}), "Pod");
  EXPECT_EQ(text_at(pod, {"metadata", "namespace"}), "default");
  EXPECT_EQ(text_at(pod, {"metadata", "creationTimestamp"}), "2026-01-01T00:00:00Z");
  EXPECT_EQ(text_at(pod, {"metadata", "uid"}).size(), 36U);
  EXPECT_EQ(text_at(pod, {"metadata", "resourceVersion"}), std::to_string(pod->version));
  EXPECT_EQ(store_.get(of(model::Kind::Pod), "default", "web"), pod);
}

TEST_F(StoreTest, one_counter_numbers_the_writes_of_all_kinds) {
  StoredPtr first = create_pod("a");
  base::Result<StoredPtr> second = create("v1", "ConfigMap", R"({"metadata": {"name": "b"}})");
  ASSERT_TRUE(second);
  EXPECT_EQ((*second)->version, first->version + 1);
}

TEST_F(StoreTest, generated_names_and_uids_follow_the_seed) {
  auto generate = [] {
    boost::asio::io_context context;
    SimClock clock(context, {});
    Store store(clock, base::Random(3));
    const Resource& nodes = store.resource_of(model::Kind::Node);
    Json node = parsed(R"({"metadata": {"generateName": "worker-"}})");
    StoredPtr created = *store.create(nodes, "", node);
    return text_at(created, {"metadata", "name"}) + text_at(created, {"metadata", "uid"});
  };
  std::string first = generate();
  EXPECT_EQ(first, generate());
  EXPECT_THAT(first, ::testing::MatchesRegex("worker-[bcdfghjklmnpqrstvwxz2456789]{5}.*"));
}

TEST_F(StoreTest, names_are_unique_and_valid) {
  create_pod("web");
  base::Result<StoredPtr> again = create("v1", "Pod", R"({"metadata": {"name": "web"}})");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error(), (base::Error{Code::already_exists, "pods \"web\" already exists"}));
  base::Result<StoredPtr> bad =
      create("apps/v1", "Deployment", R"({"metadata": {"name": "We_b"}})");
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, Code::invalid);
  EXPECT_THAT(bad.error().message,
              HasSubstr("Deployment.apps \"We_b\" is invalid: metadata.name: Invalid value: "
                        "\"We_b\": a lowercase RFC 1123 subdomain"));
  base::Result<StoredPtr> none = create("v1", "ConfigMap", "{}");
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message, HasSubstr("metadata.name: Required value"));
}

TEST_F(StoreTest, a_namespace_must_exist_and_fit) {
  const Resource& pods = of(model::Kind::Pod);
  base::Result<StoredPtr> missing = store_.create(pods, "elsewhere", named("web"));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error(), (base::Error{Code::not_found, "namespaces \"elsewhere\" not found"}));
  Json other = parsed(R"({"metadata": {"name": "web", "namespace": "other"}})");
  base::Result<StoredPtr> mismatch = store_.create(pods, "default", other);
  ASSERT_FALSE(mismatch);
  EXPECT_EQ(mismatch.error().code, Code::malformed);
}

TEST_F(StoreTest, a_stale_resource_version_conflicts) {
  StoredPtr read = create_pod("web");
  ASSERT_TRUE(patch(of(model::Kind::Pod), "web", R"({"metadata": {"labels": {"a": "b"}}})"));
  base::Result<StoredPtr> late = store_.update(of(model::Kind::Pod), "default", "web", read->json);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Code::conflict);
  EXPECT_EQ(late.error().message,
            "Operation cannot be fulfilled on pods \"web\": the object has been modified; please "
            "apply your changes to the latest version and try again");
}

TEST_F(StoreTest, a_uid_is_a_precondition) {
  StoredPtr old = create_pod("web");
  ASSERT_TRUE(store_.remove(of(model::Kind::Pod), "default", "web"));
  create_pod("web");
  DeleteOptions options;
  options.uid = text_at(old, {"metadata", "uid"});
  base::Result<StoredPtr> removed = store_.remove(of(model::Kind::Pod), "default", "web", options);
  ASSERT_FALSE(removed);
  EXPECT_EQ(removed.error().code, Code::conflict);
  EXPECT_FALSE(store_.evict("default", "web", options));
}

TEST_F(StoreTest, generation_counts_changes_of_the_spec_alone) {
  ASSERT_TRUE(create("apps/v1", "Deployment", R"({"metadata": {"name": "web"}, "spec": {
    "selector": {"matchLabels": {"app": "web"}}, "replicas": 1,
    "template": {"metadata": {"labels": {"app": "web"}},
                 "spec": {"containers": [{"name": "c", "image": "i"}]}}}})"));
  const Resource& deployments = of(model::Kind::Deployment);
  auto generation = [&] {
    StoredPtr now = store_.get(deployments, "default", "web");
    return now->json.at("metadata").at("generation").to_number<int>();
  };
  EXPECT_EQ(generation(), 1);
  ASSERT_TRUE(patch(deployments, "web", R"({"metadata": {"labels": {"a": "b"}}})"));
  WriteOptions status;
  status.subresource = "status";
  ASSERT_TRUE(patch(deployments, "web", R"({"status": {"replicas": 1}})", status));
  EXPECT_EQ(generation(), 1);
  ASSERT_TRUE(patch(deployments, "web", R"({"spec": {"replicas": 2}})"));
  EXPECT_EQ(generation(), 2);
}

TEST_F(StoreTest, status_and_the_rest_are_written_apart) {
  create_pod("web");
  const Resource& pods = of(model::Kind::Pod);
  ASSERT_TRUE(patch(pods, "web", R"({"status": {"phase": "Running"}})"));
  EXPECT_NE(text_at(store_.get(pods, "default", "web"), {"status", "phase"}), "Running");
  WriteOptions status;
  status.subresource = "status";
  ASSERT_TRUE(patch(pods, "web",
                    R"({"status": {"phase": "Running"}, "spec": {"nodeName": "n"},
                        "metadata": {"labels": {"app": "other"}}})",
                    status));
  StoredPtr pod = store_.get(pods, "default", "web");
  EXPECT_EQ(text_at(pod, {"status", "phase"}), "Running");
  EXPECT_EQ(text_at(pod, {"spec", "nodeName"}), "");
  EXPECT_EQ(text_at(pod, {"metadata", "labels", "app"}), "web");
}

TEST_F(StoreTest, a_write_that_changes_nothing_makes_no_version) {
  create_pod("web");
  std::uint64_t before = store_.version();
  ASSERT_TRUE(patch(of(model::Kind::Pod), "web", R"({"metadata": {"labels": {"app": "web"}}})"));
  EXPECT_EQ(store_.version(), before);
}

TEST_F(StoreTest, a_dry_run_answers_and_stores_nothing) {
  WriteOptions dry;
  dry.dry_run = true;
  base::Result<StoredPtr> pod =
      create("v1", "ConfigMap", R"({"metadata": {"name": "settings"}})", dry);
  ASSERT_TRUE(pod);
  EXPECT_NE(text_at(*pod, {"metadata", "uid"}), "");
  EXPECT_EQ(store_.get(resource("v1", "ConfigMap"), "default", "settings"), nullptr);
}

TEST_F(StoreTest, finalizers_hold_a_deleted_object_until_the_last_is_gone) {
  const Resource& pools = of(model::Kind::NodePool);
  ASSERT_TRUE(
      create("v1", "ConfigMap", R"({"metadata": {"name": "held", "finalizers": ["a/b"]}})"));
  const Resource& maps = resource("v1", "ConfigMap");
  ASSERT_TRUE(store_.remove(maps, "default", "held"));
  StoredPtr held = store_.get(maps, "default", "held");
  ASSERT_NE(held, nullptr);
  EXPECT_EQ(text_at(held, {"metadata", "deletionTimestamp"}), "2026-01-01T00:00:00Z");
  base::Result<StoredPtr> more =
      patch(maps, "held", R"({"metadata": {"finalizers": ["a/b", "c/d"]}})");
  ASSERT_FALSE(more);
  EXPECT_THAT(more.error().message, HasSubstr("no new finalizers can be added"));
  ASSERT_TRUE(patch(maps, "held", R"({"metadata": {"finalizers": null}})"));
  EXPECT_EQ(store_.get(maps, "default", "held"), nullptr);
  EXPECT_FALSE(store_.remove(pools, "", "held"));
}

TEST_F(StoreTest, a_bound_pod_is_given_its_grace_period) {
  const Resource& pods = of(model::Kind::Pod);
  create_pod("web", "node-1");
  ASSERT_TRUE(store_.remove(pods, "default", "web"));
  StoredPtr going = store_.get(pods, "default", "web");
  ASSERT_NE(going, nullptr);
  EXPECT_EQ(text_at(going, {"metadata", "deletionTimestamp"}), "2026-01-01T00:00:30Z");
  EXPECT_EQ(going->json.at("metadata").at("deletionGracePeriodSeconds"), 30);
  std::uint64_t version = store_.version();
  ASSERT_TRUE(store_.remove(pods, "default", "web"));
  EXPECT_EQ(store_.version(), version) << "a second request changes nothing";
  DeleteOptions shorter;
  shorter.grace_period_seconds = 5;
  ASSERT_TRUE(store_.remove(pods, "default", "web", shorter));
  EXPECT_EQ(text_at(store_.get(pods, "default", "web"), {"metadata", "deletionTimestamp"}),
            "2026-01-01T00:00:05Z");
  DeleteOptions at_once;
  at_once.grace_period_seconds = 0;
  ASSERT_TRUE(store_.remove(pods, "default", "web", at_once));
  EXPECT_EQ(store_.get(pods, "default", "web"), nullptr);
}

TEST_F(StoreTest, a_pod_without_a_node_goes_at_once) {
  create_pod("web");
  ASSERT_TRUE(store_.remove(of(model::Kind::Pod), "default", "web"));
  EXPECT_EQ(store_.get(of(model::Kind::Pod), "default", "web"), nullptr);
}

TEST_F(StoreTest, a_namespace_goes_with_the_last_object_in_it) {
  const Resource& namespaces = of(model::Kind::Namespace);
  const Resource& pods = of(model::Kind::Pod);
  ASSERT_TRUE(create("v1", "Namespace", R"({"metadata": {"name": "team"}})"));
  Json pod = parsed(R"({"metadata": {"name": "web"}, "spec": {"nodeName": "n",
                        "containers": [{"name": "c", "image": "i"}]}})");
  ASSERT_TRUE(store_.create(pods, "team", pod));
  ASSERT_TRUE(store_.remove(namespaces, "", "team"));
  StoredPtr going = store_.get(namespaces, "", "team");
  ASSERT_NE(going, nullptr);
  EXPECT_EQ(text_at(going, {"status", "phase"}), "Terminating");
  base::Result<StoredPtr> late = store_.create(pods, "team", named("late"));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Code::forbidden);
  DeleteOptions at_once;
  at_once.grace_period_seconds = 0;
  ASSERT_TRUE(store_.remove(pods, "team", "web", at_once));
  EXPECT_EQ(store_.get(namespaces, "", "team"), nullptr);
  EXPECT_FALSE(store_.remove(namespaces, "", "default"));
}

TEST_F(StoreTest, binding_sets_node_and_condition_once) {
  create_pod("web");
  ASSERT_TRUE(store_.bind("default", "web", "node-1"));
  StoredPtr pod = store_.get(of(model::Kind::Pod), "default", "web");
  EXPECT_EQ(text_at(pod, {"spec", "nodeName"}), "node-1");
  const Json& condition = pod->json.at("status").at("conditions").at(0);
  EXPECT_EQ(base::string_at(condition, {"type"}), "PodScheduled");
  EXPECT_EQ(base::string_at(condition, {"status"}), "True");
  base::Result<void> again = store_.bind("default", "web", "node-2");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Code::conflict);
  EXPECT_THAT(again.error().message, HasSubstr("already assigned to node \"node-1\""));
}

class EvictionTest : public StoreTest {
 protected:
  void create_running_pod(std::string_view name, bool ready = true) {
    create_pod(name, "node-1");
    std::string condition = ready ? "True" : "False";
    set_status(of(model::Kind::Pod), name,
               R"({"status": {"phase": "Running", "conditions": [{"type": "Ready", "status": ")" +
                   condition + R"("}]}})");
  }
  void create_budget(std::string_view name, int allowed, std::string_view spec = "") {
    std::string json = R"({"metadata": {"name": ")" + std::string(name) +
                       R"("}, "spec": {"minAvailable": 1, )" + std::string(spec) +
                       R"("selector": {"matchLabels": {"app": "web"}}}})";
    ASSERT_TRUE(create("policy/v1", "PodDisruptionBudget", json));
    set_status(of(model::Kind::PodDisruptionBudget), name,
               R"({"status": {"observedGeneration": 1, "currentHealthy": 2, "desiredHealthy": 3,
                   "expectedPods": 2, "disruptionsAllowed": )" +
                   std::to_string(allowed) + "}}");
  }
  void set_status(const Resource& target, std::string_view name, const std::string& json) {
    WriteOptions status;
    status.subresource = "status";
    ASSERT_TRUE(patch(target, name, json, status));
  }
  bool is_going(std::string_view name) {
    StoredPtr pod = store_.get(of(model::Kind::Pod), "default", name);
    return pod == nullptr || !text_at(pod, {"metadata", "deletionTimestamp"}).empty();
  }
};

TEST_F(EvictionTest, one_allowance_passes_one_eviction) {
  create_running_pod("a");
  create_running_pod("b");
  create_budget("web", 1);
  EXPECT_TRUE(store_.evict("default", "a"));
  base::Result<void> second = store_.evict("default", "b");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error(),
            (base::Error{Code::throttled,
                         "Cannot evict pod as it would violate the pod's disruption budget."}));
  EXPECT_TRUE(is_going("a"));
  EXPECT_FALSE(is_going("b"));
}

TEST_F(EvictionTest, a_budget_that_was_not_yet_counted_forbids) {
  create_running_pod("a");
  create_budget("web", 1);
  ASSERT_TRUE(
      patch(of(model::Kind::PodDisruptionBudget), "web", R"({"spec": {"minAvailable": 2}})"));
  EXPECT_FALSE(store_.evict("default", "a"));
}

TEST_F(EvictionTest, pods_that_serve_nobody_need_no_allowance) {
  create_pod("pending");
  create_budget("web", 0);
  EXPECT_TRUE(store_.evict("default", "pending"));
}

TEST_F(EvictionTest, unready_pods_follow_the_policy) {
  create_running_pod("a", false);
  create_budget("web", 0);
  EXPECT_FALSE(store_.evict("default", "a")) << "fewer are healthy than desired";
  ASSERT_TRUE(patch(of(model::Kind::PodDisruptionBudget), "web",
                    R"({"spec": {"unhealthyPodEvictionPolicy": "AlwaysAllow"}})"));
  EXPECT_TRUE(store_.evict("default", "a"));
}

TEST_F(EvictionTest, two_budgets_for_one_pod_are_an_error) {
  create_running_pod("a");
  create_budget("one", 1);
  create_budget("two", 1);
  base::Result<void> evicted = store_.evict("default", "a");
  ASSERT_FALSE(evicted);
  EXPECT_EQ(evicted.error().code, Code::internal);
  EXPECT_THAT(evicted.error().message, HasSubstr("more than one PodDisruptionBudget"));
}

TEST_F(StoreTest, scale_reads_and_writes_the_replicas) {
  ASSERT_TRUE(create("apps/v1", "Deployment", R"({"metadata": {"name": "web"}, "spec": {
    "selector": {"matchLabels": {"app": "web"}}, "replicas": 1,
    "template": {"metadata": {"labels": {"app": "web"}},
                 "spec": {"containers": [{"name": "c", "image": "i"}]}}}})"));
  const Resource& deployments = of(model::Kind::Deployment);
  Json scale = store_.scale_of(deployments, *store_.get(deployments, "default", "web"));
  EXPECT_EQ(scale.at("spec").at("replicas"), 1);
  EXPECT_EQ(base::string_at(scale, {"status", "selector"}), "app=web");
  WriteOptions options;
  options.subresource = "scale";
  ASSERT_TRUE(patch(deployments, "web", R"({"spec": {"replicas": 0}})", options));
  EXPECT_EQ(store_.get(deployments, "default", "web")->json.at("spec").at("replicas"), 0);
  base::Result<StoredPtr> negative =
      patch(deployments, "web", R"({"spec": {"replicas": -1}})", options);
  ASSERT_FALSE(negative);
  EXPECT_THAT(negative.error().message, HasSubstr("must be greater than or equal to 0"));
}

TEST_F(StoreTest, unknown_fields_are_refused_told_or_dropped) {
  std::string_view pool = R"({"metadata": {"name": "web"}, "data": {}, "spce": 1,
                              "spec": {"containers": [{"name": "c", "image": "i", "imge": "x"}]}})";
  WriteOptions strict;
  strict.field_validation = FieldValidation::strict;
  base::Result<StoredPtr> refused = create("v1", "Pod", pool, strict);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::malformed);
  EXPECT_EQ(
      refused.error().message,
      "Pod in version \"v1\" cannot be handled as a Pod: strict decoding error: unknown field "
      "\"data\", unknown field \"spce\", unknown field \"spec.containers[0].imge\"");
  std::vector<std::string> warnings;
  WriteOptions warn;
  warn.field_validation = FieldValidation::warn;
  warn.warnings = &warnings;
  ASSERT_TRUE(create("v1", "Pod", pool, warn));
  EXPECT_EQ(warnings.size(), 3U);
}

TEST_F(StoreTest, a_value_of_the_wrong_form_is_refused_with_its_place) {
  base::Result<StoredPtr> bad = create("v1", "Pod", R"({"metadata": {"name": "web"}, "spec": {
    "containers": [{"name": "c", "image": "i", "resources": {"requests": {"cpu": "one"}}}]}})");
  ASSERT_FALSE(bad);
  EXPECT_THAT(bad.error().message, HasSubstr("spec.containers[0].resources.requests.cpu"));
}

TEST_F(StoreTest, custom_resources_refuse_strategic_patches) {
  const Resource& claims = of(model::Kind::NodeClaim);
  EXPECT_TRUE(claims.is_custom);
  ASSERT_TRUE(create("karpenter.sh/v1", "NodeClaim", R"({"metadata": {"name": "x"}, "spec": {
    "requirements": [], "nodeClassRef": {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass",
    "name": "default"}}})"));
  base::Result<StoredPtr> refused =
      patch(claims, "x", R"({"metadata": {"labels": {"a": "b"}}})", {}, PatchType::strategic);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::unsupported);
}

TEST_F(StoreTest, a_list_is_sorted_by_namespace_and_name) {
  ASSERT_TRUE(create("v1", "Namespace", R"({"metadata": {"name": "a-b"}})"));
  ASSERT_TRUE(create("v1", "Namespace", R"({"metadata": {"name": "a"}})"));
  const Resource& maps = resource("v1", "ConfigMap");
  for (auto [place, name] : {std::pair{"a-b", "x"}, {"a", "z"}, {"a", "y"}}) {
    ASSERT_TRUE(store_.create(maps, place, named(name)));
  }
  std::vector<std::string> names;
  for (const StoredPtr& item : store_.list(maps).items) {
    names.push_back(text_at(item, {"metadata", "namespace"}) + "/" +
                    text_at(item, {"metadata", "name"}));
  }
  EXPECT_THAT(names, ElementsAre("a/y", "a/z", "a-b/x"));
  EXPECT_EQ(store_.list(maps, "a").items.size(), 2U);
}

class WatchTest : public StoreTest {
 protected:
  std::shared_ptr<void> watch(std::uint64_t version, std::vector<std::string>& seen) {
    auto handle = store_.watch(of(model::Kind::Node), version, [&seen](const WatchEvent& event) {
      constexpr std::string_view kMarks = "+~-";
      seen.push_back(kMarks[static_cast<std::size_t>(event.type)] +
                     text_at(event.object, {"metadata", "name"}));
    });
    EXPECT_TRUE(handle.has_value());
    return handle ? *handle : nullptr;
  }
  void create_node(std::string_view name) {
    ASSERT_TRUE(store_.create(of(model::Kind::Node), "", named(name)));
  }
};

TEST_F(WatchTest, changes_come_in_order_and_after_the_write) {
  std::vector<std::string> seen;
  auto handle = watch(store_.version(), seen);
  create_node("a");
  create_node("b");
  ASSERT_TRUE(patch(of(model::Kind::Node), "a", R"({"spec": {"unschedulable": true}})"));
  ASSERT_TRUE(store_.remove(of(model::Kind::Node), "", "b"));
  create_pod("not-watched");
  EXPECT_TRUE(seen.empty());
  clock_.run(std::nullopt);
  EXPECT_THAT(seen, ElementsAre("+a", "+b", "~a", "-b"));
}

TEST_F(WatchTest, a_watch_goes_on_where_a_list_ended) {
  create_node("a");
  std::uint64_t listed = store_.version();
  create_node("b");
  std::vector<std::string> seen;
  auto handle = watch(listed, seen);
  create_node("c");
  clock_.run(std::nullopt);
  EXPECT_THAT(seen, ElementsAre("+b", "+c"));
}

// Whatever is written, and whenever a watch begins: what it delivers, applied to what was listed,
// gives what the store holds, by ascending versions.
TEST_F(WatchTest, a_list_and_its_watch_always_add_up_to_the_store) {
  struct Copy {
    std::map<std::string, std::uint64_t> versions;
    std::uint64_t last = 0;
    std::shared_ptr<void> handle;
  };
  const Resource& nodes = of(model::Kind::Node);
  base::Random random(42);
  std::vector<std::unique_ptr<Copy>> copies;
  auto follow = [&] {
    copies.push_back(std::make_unique<Copy>());
    Copy& copy = *copies.back();
    ListResult listed = store_.list(nodes);
    for (const StoredPtr& item : listed.items) {
      copy.versions[text_at(item, {"metadata", "name"})] = item->version;
    }
    copy.last = listed.version;
    copy.handle = *store_.watch(nodes, listed.version, [&copy](const WatchEvent& event) {
      std::string name = text_at(event.object, {"metadata", "name"});
      EXPECT_GT(event.object->version, copy.last);
      copy.last = event.object->version;
      bool was_there = copy.versions.contains(name);
      EXPECT_EQ(was_there, event.type != WatchEvent::Type::added) << name;
      if (event.type == WatchEvent::Type::deleted) {
        copy.versions.erase(name);
      } else {
        copy.versions[name] = event.object->version;
      }
    });
  };
  for (int step = 0; step < 2000; ++step) {
    std::string name = "n" + std::to_string(random.below(8));
    switch (random.below(5)) {
      case 0: (void)store_.create(nodes, "", named(name)); break;
      case 1: (void)store_.remove(nodes, "", name); break;
      case 2: clock_.run(std::nullopt); break;
      default: {
        std::string json =
            R"({"metadata": {"labels": {"step": ")" + std::to_string(step) + R"("}}})";
        (void)patch(nodes, name, json);
      }
    }
    if (step % 100 == 0) follow();
  }
  clock_.run(std::nullopt);
  std::map<std::string, std::uint64_t> expected;
  for (const StoredPtr& item : store_.list(nodes).items) {
    expected[text_at(item, {"metadata", "name"})] = item->version;
  }
  for (const auto& copy : copies)
    EXPECT_EQ(copy->versions, expected);
}

TEST_F(WatchTest, a_version_that_was_forgotten_is_gone) {
  std::uint64_t old = store_.version();
  create_node("a");
  for (int count = 0; count < 10'001; ++count) {
    std::string json = R"({"metadata": {"labels": {"count": ")" + std::to_string(count) + R"("}}})";
    ASSERT_TRUE(patch(of(model::Kind::Node), "a", json));
  }
  auto handle = store_.watch(of(model::Kind::Node), old, [](const WatchEvent&) {});
  ASSERT_FALSE(handle);
  EXPECT_EQ(handle.error().code, Code::gone);
}

TEST_F(WatchTest, a_sink_may_write_and_may_end_its_watch) {
  std::vector<std::string> seen;
  std::shared_ptr<void> handle;
  auto result = store_.watch(of(model::Kind::Node), store_.version(), [&](const WatchEvent& event) {
    seen.push_back(text_at(event.object, {"metadata", "name"}));
    if (seen.size() == 1) create_node("from-sink");
    if (seen.size() == 3) handle.reset();
  });
  handle = *std::move(result);
  result = std::shared_ptr<void>();
  create_node("a");
  create_node("b");
  create_node("c");
  clock_.run(std::nullopt);
  EXPECT_THAT(seen, ElementsAre("a", "b", "c"));
  EXPECT_NE(store_.get(of(model::Kind::Node), "", "from-sink"), nullptr);
}

}  // namespace
}  // namespace sim
