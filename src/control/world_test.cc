#include "control/world.h"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include "model/labels.h"
#include "support/objects.h"

namespace control {
namespace {

using ports::Change;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using support::claim;
using support::kStart;
using support::node;
using support::pod;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// The object as the server stored it at a version.
model::Object at_version(int version, const model::Object& object) {
  base::Json changed = model::to_json(object);
  changed.as_object()["metadata"].as_object()["resourceVersion"] = std::to_string(version);
  return *model::read_object(object.kind(), changed);
}

void put(World& world, int version, const model::Object& object) {
  world.apply({Change::Type::put, object.kind(), at_version(version, object)});
}

void remove(World& world, const model::Object& object) {
  world.apply({Change::Type::removed, object.kind(), object});
}

template <class T>
std::vector<std::string> names(const std::vector<std::shared_ptr<const T>>& objects) {
  std::vector<std::string> result;
  for (const auto& object : objects)
    result.push_back(object->metadata.name);
  return result;
}

std::vector<std::string> names(const std::vector<engine::NodeState>& states) {
  std::vector<std::string> result;
  for (const engine::NodeState& state : states) {
    result.push_back((state.node ? state.node->metadata.name : "-") + "/" +
                     (state.claim ? state.claim->metadata.name : "-"));
  }
  return result;
}

// --- what the watches say

TEST(World, LIF_239_synced_when_every_watch_has_delivered) {
  World world{Settings{}};
  for (model::Kind kind : world.watched_kinds()) {
    EXPECT_FALSE(world.watches_synced());
    world.apply({Change::Type::synced, kind, {}});
  }
  EXPECT_TRUE(world.watches_synced());
  EXPECT_TRUE(world.is_synced());
}

TEST(World, LIF_240_a_claim_without_an_instance_makes_it_unsynced) {
  World world{Settings{}};
  for (model::Kind kind : world.watched_kinds())
    world.apply({Change::Type::synced, kind, {}});
  put(world, 1, claim("other").of_class("karpenter.kwok.sh", "KWOKNodeClass"));
  EXPECT_TRUE(world.is_synced()) << "it is not ours";
  put(world, 2, claim("a"));
  EXPECT_FALSE(world.is_synced());
  put(world, 3, claim("a").launched("i-1"));
  EXPECT_TRUE(world.is_synced());
  put(world, 4, claim("b"));
  EXPECT_FALSE(world.is_synced());
  remove(world, claim("b"));
  EXPECT_TRUE(world.is_synced());
}

TEST(World, a_write_of_ours_is_not_undone_by_an_older_watch_event) {
  World world{Settings{}};
  put(world, 5, claim("a"));
  world.assume(at_version(9, claim("a").launched("i-1")));
  put(world, 7, claim("a").label("older", "yes"));
  EXPECT_EQ(world.claims().at("a")->status.providerID, "i-1");
  put(world, 10, claim("a").launched("i-1").label("newer", "yes"));
  EXPECT_EQ(world.claims().at("a")->metadata.labels.at("newer"), "yes");
}

TEST(World, versions_are_compared_as_numbers) {
  World world{Settings{}};
  put(world, 9, node("n1").of("i-1"));
  put(world, 10, node("n1").of("i-1").ready());
  EXPECT_THAT(world.nodes().at("n1")->status.conditions, SizeIs(1));
}

TEST(World, a_late_answer_does_not_bring_back_what_is_gone) {
  World world{Settings{}};
  put(world, 5, claim("a").launched("i-1"));
  remove(world, claim("a").launched("i-1"));
  world.assume(at_version(6, claim("a").launched("i-1")));
  EXPECT_THAT(world.claims(), IsEmpty());
  EXPECT_THAT(world.claims_of("i-1"), IsEmpty());
}

TEST(World, an_answer_without_finalizers_is_the_end) {
  World world{Settings{}};
  put(world, 5, claim("a").launched("i-1").deleted());
  world.assume(at_version(6, claim("a").launched("i-1").deleted().without_finalizers()));
  EXPECT_THAT(world.claims(), IsEmpty());
  put(world, 5, claim("a").launched("i-1").deleted());  // the watch is behind
  EXPECT_THAT(world.claims(), IsEmpty());
}

TEST(World, a_pod_without_finalizers_is_still_running_down) {
  World world{Settings{}};
  put(world, 5, pod("default/web-1").on("n1").deleted());
  EXPECT_THAT(world.pods_on("n1"), SizeIs(1));
}

TEST(World, one_name_and_a_new_uid_is_another_object) {
  World world{Settings{}};
  put(world, 5, pod("default/db-0").uid("first").on("n1"));
  put(world, 3, pod("default/db-0").uid("second").on("n2"));
  EXPECT_EQ(world.pods().at("default/db-0")->metadata.uid, "second");
  EXPECT_THAT(world.pods_on("n1"), IsEmpty());
  EXPECT_THAT(names(world.pods_on("n2")), ElementsAre("db-0"));
  remove(world, pod("default/db-0").uid("first").on("n1"));  // late news of the first
  EXPECT_EQ(world.pods().at("default/db-0")->metadata.uid, "second");
}

TEST(World, one_name_and_a_new_uid_of_claims_and_nodes) {
  World world{Settings{}};
  put(world, 5, claim("a").uid("first").launched("i-1"));
  put(world, 6, claim("a").uid("second"));
  EXPECT_THAT(world.claims_of("i-1"), IsEmpty());
  put(world, 5, node("n1").uid("first").of("i-1"));
  put(world, 6, node("n1").uid("second").of("i-2"));
  EXPECT_THAT(world.nodes_of("i-1"), IsEmpty());
  EXPECT_THAT(names(world.nodes_of("i-2")), ElementsAre("n1"));
}

// --- indexes

TEST(World, LIF_003_an_empty_provider_id_matches_nothing) {
  World world{Settings{}};
  put(world, 1, node("n1"));
  put(world, 2, claim("a"));
  EXPECT_THAT(world.nodes_of(""), IsEmpty());
  EXPECT_THAT(world.claims_of(""), IsEmpty());
}

TEST(World, LIF_219_a_changed_provider_id_moves_the_entry) {
  World world{Settings{}};
  put(world, 1, node("n1"));
  put(world, 2, node("n1").of("i-1"));
  EXPECT_THAT(names(world.nodes_of("i-1")), ElementsAre("n1"));
  put(world, 3, node("n1").of("i-2"));
  EXPECT_THAT(world.nodes_of("i-1"), IsEmpty());
}

TEST(World, LIF_231_terminal_pods_are_not_on_a_node) {
  World world{Settings{}};
  put(world, 1, pod("default/job").on("n1"));
  EXPECT_THAT(world.pods_on("n1"), SizeIs(1));
  put(world, 2, pod("default/job").on("n1").phase("Succeeded"));
  EXPECT_THAT(world.pods_on("n1"), IsEmpty());
}

TEST(World, SCH_027_who_waits_for_capacity) {
  World world{Settings{}};
  put(world, 1, pod("default/new"));
  put(world, 2, pod("default/waits").unschedulable());
  put(world, 3, pod("default/daemon").unschedulable().of_daemon_set("agent"));
  put(world, 4, pod("default/mirror").unschedulable().of_node("n1"));
  model::Pod preempting = pod("default/preempts").unschedulable();
  preempting.status.nominatedNodeName = "n1";
  put(world, 5, model::Object(preempting));
  EXPECT_THAT(world.provisionable(), SizeIs(1));
  EXPECT_TRUE(world.provisionable().contains("default/waits"));
  put(world, 6, pod("default/waits").on("n1"));
  EXPECT_THAT(world.provisionable(), IsEmpty());
}

TEST(World, memory_of_a_pod_goes_with_it) {
  World world{Settings{}};
  put(world, 1, pod("default/web-1").unschedulable());
  world.first_seen["default/web-1"] = kStart;
  world.planned_claims["default/web-1"] = "a";
  remove(world, pod("default/web-1"));
  EXPECT_THAT(world.first_seen, IsEmpty());
  EXPECT_THAT(world.planned_claims, IsEmpty());
  EXPECT_THAT(world.provisionable(), IsEmpty());
}

// --- node states

TEST(NodeStates, LIF_211_node_and_claim_of_one_machine_are_one) {
  World world{Settings{}};
  put(world, 1, claim("a").launched("i-1"));
  put(world, 2, claim("b").launched("i-2"));
  put(world, 3, claim("c"));
  put(world, 4, node("n1").of("i-1"));
  put(world, 5, node("own").of("i-9").unmanaged());
  EXPECT_THAT(names(world.node_states()), ElementsAre("n1/a", "own/-", "-/b"))
      << "LIF-218: a claim that is not launched is none";
}

TEST(NodeStates, LIF_215_a_node_without_provider_id) {
  World world{Settings{}};
  put(world, 1, node("ours"));
  put(world, 2, node("own").unmanaged());
  EXPECT_THAT(names(world.node_states()), ElementsAre("own/-"));
}

TEST(NodeStates, LIF_216_a_node_without_its_type_is_not_there_yet_but_its_claim_is) {
  World world{Settings{}};
  put(world, 1, claim("a").launched("i-1"));
  auto bare = node("n1").of("i-1");
  bare.object.metadata.labels.erase(std::string(model::kInstanceTypeLabel));
  put(world, 2, bare);
  EXPECT_THAT(names(world.node_states()), ElementsAre("-/a"))
      << "otherwise its pods would be planned once more";
  put(world, 3, bare.initialized());
  EXPECT_THAT(names(world.node_states()), ElementsAre("n1/a"));
}

TEST(NodeStates, LIF_220_one_half_stays_without_the_other) {
  World world{Settings{}};
  put(world, 1, claim("a").launched("i-1"));
  put(world, 2, node("a").of("i-1"));
  remove(world, node("a"));
  EXPECT_THAT(names(world.node_states()), ElementsAre("-/a"));
  put(world, 3, node("a").uid("again").of("i-1"));
  remove(world, claim("a"));
  EXPECT_THAT(names(world.node_states()), ElementsAre("a/-"));
}

TEST(NodeStates, LIF_245_marked_for_deletion) {
  World world{Settings{}};
  put(world, 1, claim("a").launched("i-1"));
  EXPECT_FALSE(world.node_states()[0].deleting());
  world.marked_for_deletion.insert("a");
  EXPECT_TRUE(world.node_states()[0].deleting());
}

TEST(NodeStates, LIF_227_a_deleting_node_of_a_living_claim_is_not_marked) {
  World world{Settings{}};
  put(world, 1, claim("a").launched("i-1"));
  put(world, 2, node("n1").of("i-1").registered().deleted());
  EXPECT_FALSE(world.node_states()[0].deleting());
  put(world, 3, claim("a").launched("i-1").deleted());
  EXPECT_TRUE(world.node_states()[0].deleting());
}

// --- memory

TEST(World, LIF_012_back_off_doubles_from_a_second_to_a_minute) {
  World world{Settings{}};
  std::vector<base::Duration> waits;
  for (int attempt = 0; attempt < 8; ++attempt) {
    world.note_failure("launch/a", {base::Code::unavailable, "no"}, kStart, seconds(1),
                       seconds(60));
    waits.push_back(*world.blocked_until("launch/a", kStart) - kStart);
  }
  EXPECT_THAT(waits, ElementsAre(seconds(1), seconds(2), seconds(4), seconds(8), seconds(16),
                                 seconds(32), seconds(60), seconds(60)));
  EXPECT_EQ(world.blocked_until("launch/a", kStart + seconds(60)), std::nullopt);
  world.clear_failure("launch/a");
  EXPECT_EQ(world.failure_of("launch/a"), nullptr);
}

TEST(World, DIS_069_a_nomination_ends_at_its_very_end) {
  World world{Settings{}};
  world.nominate("i-1", kStart + seconds(20));
  EXPECT_TRUE(world.is_nominated("i-1", kStart + seconds(20) - milliseconds(1)));
  EXPECT_FALSE(world.is_nominated("i-1", kStart + seconds(20)));
  EXPECT_FALSE(world.is_nominated("i-2", kStart));
}

TEST(World, what_is_gone_is_forgotten) {
  World world{Settings{}};
  put(world, 1, claim("a").launched("i-1"));
  put(world, 2, node("n1").of("i-1"));
  for (const char* uid : {"uid-a", "uid-gone"}) {
    world.launched[uid].providerID = "i";
    world.refused_launches[uid] = {};
  }
  for (const char* id : {"i-1", "i-gone"})
    world.instances[id].gone = true;
  for (const char* name : {"a", "gone"})
    world.marked_for_deletion.insert(name);
  for (const char* name : {"n1", "gone"})
    world.pod_events[name] = std::nullopt;
  world.types["gone"] = {};
  world.nominate("i-gone", kStart);
  world.note_failure("old", {}, kStart - hours(2), seconds(1), seconds(1));
  world.note_failure("new", {}, kStart, seconds(1), seconds(1));
  world.forget_stale(kStart);
  EXPECT_THAT(world.launched, SizeIs(1));
  EXPECT_THAT(world.refused_launches, SizeIs(1));
  EXPECT_THAT(world.instances, SizeIs(1));
  EXPECT_THAT(world.marked_for_deletion, ElementsAre("a"));
  EXPECT_THAT(world.pod_events, SizeIs(1));
  EXPECT_THAT(world.types, IsEmpty());
  EXPECT_EQ(world.failure_of("old"), nullptr);
  EXPECT_NE(world.failure_of("new"), nullptr);
}

// --- any order of changes

// A random change of one of a few objects, with names and uids that come back.
model::Object random_object() {
  std::string number = std::to_string(*rc::gen::inRange(0, 4));
  std::string uid = "uid-" + number + "-" + std::to_string(*rc::gen::inRange(0, 2));
  std::string machine = *rc::gen::element<std::string>("", "i-0", "i-1", "i-2");
  bool is_deleting = *rc::gen::inRange(0, 4) == 0;
  switch (*rc::gen::inRange(0, 3)) {
    case 0: {
      auto built = pod("default/p" + number).uid(uid);
      if (*rc::gen::arbitrary<bool>()) {
        built.on("n" + std::to_string(*rc::gen::inRange(0, 3)));
        built.phase(*rc::gen::element<std::string>("Running", "Succeeded"));
      } else if (*rc::gen::arbitrary<bool>()) {
        built.unschedulable();
      }
      if (is_deleting) built.deleted();
      return built;
    }
    case 1: {
      auto built = node("n" + number).uid(uid).of(machine);
      if (*rc::gen::arbitrary<bool>()) built.registered();
      if (is_deleting) built.deleted();
      return built;
    }
    default: {
      auto built = claim("c" + number).uid(uid);
      if (!machine.empty()) built.launched(machine);
      if (is_deleting) built.deleted();
      if (*rc::gen::inRange(0, 8) == 0) built.without_finalizers();
      return built;
    }
  }
}

template <class T, class Id>
void expect_index(const Table<T>& table, const std::vector<std::string>& ids, Id id_of,
                  const std::function<std::vector<std::shared_ptr<const T>>(std::string)>& look) {
  for (const std::string& id : ids) {
    std::vector<std::shared_ptr<const T>> expected;
    for (const auto& [key, object] : table) {
      if (!id.empty() && id_of(*object) == id) expected.push_back(object);
    }
    RC_ASSERT(look(id) == expected);
  }
}

RC_GTEST_PROP(World, indexes_agree_with_the_tables, ()) {
  World world{Settings{}};
  int steps = *rc::gen::inRange(1, 60);
  for (int step = 1; step <= steps; ++step) {
    model::Object object = at_version(*rc::gen::inRange(1, 2 * step), random_object());
    switch (*rc::gen::inRange(0, 4)) {
      case 0: remove(world, object); break;
      case 1: world.assume(object); break;
      default: world.apply({Change::Type::put, object.kind(), object}); break;
    }
    if (*rc::gen::inRange(0, 10) == 0) world.forget_stale(kStart);
    const std::vector<std::string> machines = {"", "i-0", "i-1", "i-2"};
    expect_index<model::Node>(
        world.nodes(), machines, [](const model::Node& n) { return n.spec.providerID; },
        [&](const std::string& id) { return world.nodes_of(id); });
    expect_index<model::NodeClaim>(
        world.claims(), machines, [](const model::NodeClaim& c) { return c.status.providerID; },
        [&](const std::string& id) { return world.claims_of(id); });
    expect_index<model::Pod>(
        world.pods(), {"", "n0", "n1", "n2"},
        [](const model::Pod& p) {
          return engine::is_terminal(p) ? std::string() : p.spec->nodeName;
        },
        [&](const std::string& name) { return world.pods_on(name); });
    for (const auto& [key, waiting] : world.pods()) {
      RC_ASSERT(world.provisionable().contains(key) == engine::is_provisionable(*waiting));
    }
    RC_ASSERT(world.provisionable().size() <= world.pods().size());
  }
}

}  // namespace
}  // namespace control
