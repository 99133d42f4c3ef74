#include "control/act.h"

#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>
#include <deque>
#include <map>

#include "base/patch.h"
#include "control/edit.h"
#include "control/stage_test.h"
#include "sim/sim_clock.h"
#include "support/objects.h"

namespace control {
namespace {

using base::Code;
using ports::Task;
using std::chrono::milliseconds;
using std::chrono::seconds;
using support::claim;
using support::kStart;
using support::node;
using support::pod;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// An API server and a cloud that note what they are asked and answer after 10 ms as they were told:
// with an error from `errors`, or by doing what was asked.
class Outside final : public ports::Kube, public ports::Cloud {
 public:
  explicit Outside(ports::Clock& clock) : clock_(clock) {}

  std::vector<std::string> calls;
  std::map<std::string, std::deque<base::Error>> errors;  // by call
  std::map<model::Reference, model::Object> objects;
  std::vector<model::Event> events;
  std::map<std::string, std::string> instances;  // by UID of claim, the token of the launch
  std::string next_claim = "a";
  base::Json last_patch;

  void store(const model::Object& object) { objects[model::reference_to(object)] = object; }

  void watch(model::Kind, std::function<void(ports::Change)>) override {}

  Task<base::Result<model::Object>> get(model::Reference reference) override {
    auto answer = co_await asked("get " + key_of(reference));
    if (!answer) co_return std::unexpected(answer.error());
    co_return objects.at(reference);
  }

  Task<base::Result<model::Object>> create(model::Object object) override {
    if (object.is<model::Event>()) {
      events.push_back(object.as<model::Event>());
      co_return object;
    }
    model::NodeClaim made = object.as<model::NodeClaim>();
    auto answer = co_await asked("create " + made.metadata.generateName);
    if (!answer) co_return std::unexpected(answer.error());
    made.metadata.name = made.metadata.generateName + next_claim;
    made.metadata.uid = "uid-" + made.metadata.name;
    made.metadata.resourceVersion = std::to_string(++version_);
    store(model::Object(made));
    co_return model::Object(made);
  }

  Task<base::Result<model::Object>> patch(model::Reference reference, base::Json patch,
                                          std::string subresource,
                                          ports::Preconditions preconditions) override {
    auto answer = co_await asked("patch " + key_of(reference) +
                                 (subresource.empty() ? "" : " " + subresource));
    if (!answer) co_return std::unexpected(answer.error());
    last_patch = patch;
    auto stored = objects.find(reference);
    if (stored == objects.end()) co_return base::fail(Code::not_found, "it is gone");
    if (stored->second.metadata().resourceVersion != preconditions.resourceVersion) {
      co_return base::fail(Code::conflict, "somebody else changed it");
    }
    base::Json changed = model::to_json(stored->second);
    base::apply_merge_patch(changed, patch);
    changed.as_object()["metadata"].as_object()["resourceVersion"] = std::to_string(++version_);
    stored->second = model::read_object(reference.kind, changed).value();
    co_return stored->second;
  }

  Task<base::Result<void>> remove(model::Reference reference, ports::Preconditions,
                                  std::optional<std::int64_t> grace) override {
    co_return co_await asked("delete " + key_of(reference) +
                             (grace ? " " + std::to_string(*grace) + "s" : ""));
  }

  Task<base::Result<void>> evict(model::Reference pod_to_go, std::string,
                                 std::optional<std::int64_t>) override {
    co_return co_await asked("evict " + to_string(pod_to_go));
  }

  Task<base::Result<model::InstanceTypes>> instance_types(const model::NodePool& pool) override {
    auto answer = co_await asked("types " + pool.metadata.name);
    if (!answer) co_return std::unexpected(answer.error());
    co_return model::InstanceTypes{};
  }

  Task<base::Result<ports::Launched>> launch(const model::NodeClaim& to_launch) override {
    auto answer = co_await asked("launch " + to_launch.metadata.name);
    if (!answer) co_return std::unexpected(answer.error());
    std::string id = "aws:///us-east-1a/i-" + std::to_string(instances.size() + 1);
    ports::Launched launched;
    launched.providerID = instances.try_emplace(to_launch.metadata.uid, id).first->second;
    co_return launched;
  }

  Task<base::Result<void>> terminate(std::string providerID) override {
    co_return co_await asked("terminate " + providerID);
  }

  Task<base::Result<ports::Instance>> describe(std::string providerID) override {
    auto answer = co_await asked("describe " + providerID);
    if (!answer) co_return std::unexpected(answer.error());
    co_return ports::Instance{};
  }

  Task<base::Result<std::vector<ports::Instance>>> list() override {
    auto answer = co_await asked("list");
    if (!answer) co_return std::unexpected(answer.error());
    co_return std::vector<ports::Instance>(1);
  }

 private:
  Task<base::Result<void>> asked(std::string call) {
    calls.push_back(call);
    co_await clock_.wait_until(clock_.now() + milliseconds(10));
    std::deque<base::Error>& failures = errors[call];
    if (failures.empty()) co_return base::Result<void>();
    base::Error error = failures.front();
    failures.pop_front();
    co_return std::unexpected(error);
  }

  ports::Clock& clock_;
  std::uint64_t version_ = 1000;
};

class Acting : public testing::Test {
 protected:
  Acting()
      : clock(context, kStart),
        outside(clock),
        world(Settings{}),
        performer({context.get_executor(), clock, outside, outside}, world, journal,
                  [this] { ++finished; }) {
    journal.add_sink([this](const JournalEntry& entry) {
      if (entry.source == "log") logs.push_back(entry.what + " " + to_text(entry.data));
    });
  }

  static std::string to_text(const base::Json& json) { return base::print_json(json); }

  // Known to the server and, as it is, to the world.
  void put(model::Object object) {
    outside.store(object);
    world.assume(object);
  }

  // Starts the action and lets 20 ms pass, in which it is answered.
  std::optional<base::Time> act(Action action) {
    std::optional<base::Time> until = performer.start(std::move(action));
    pass(milliseconds(20));
    return until;
  }
  void pass(base::Duration duration) {
    clock.at(clock.now() + duration, [this] { clock.stop(); });
    clock.run(std::nullopt);
  }
  void fail(const std::string& call, Code code, std::string message = "no") {
    outside.errors[call].push_back({code, std::move(message)});
  }
  // How long the key must rest.
  base::Duration rest(std::string_view key) const {
    auto until = world.blocked_until(key, clock.now());
    return until ? *until - clock.now() : base::Duration{};
  }
  std::vector<std::string> events() const {
    std::vector<std::string> said;
    for (const model::Event& event : outside.events)
      said.push_back(event.reason + ": " + event.message);
    return said;
  }

  boost::asio::io_context context;
  sim::SimClock clock;
  Outside outside;
  World world;
  Journal journal;
  Performer performer;
  std::vector<std::string> logs;
  int finished = 0;
};

Action delete_of(const std::string& name) { return delete_action(model::Object(claim(name))); }

Action eviction_of(const std::string& key) {
  model::Object object = pod(key).on("n1");
  Action action;
  action.key = "evict/" + object.metadata().uid;
  action.work = EvictPod{model::reference_to(object), object.metadata().uid};
  Notice evicted;
  evicted.about = reference_of(object);
  evicted.reason = "Evicted";
  evicted.message = "Evicted pod: ";
  action.notices = {evicted};
  return action;
}

Action launch_of(const std::string& name) {
  Action action;
  action.key = "launch/uid-" + name;
  action.work = LaunchInstance{std::make_shared<const model::NodeClaim>(claim(name))};
  return action;
}

Action creation_of(std::string key) {
  CreateClaim create;
  create.claim.metadata.generateName = "default-";
  create.pods.push_back(reference_of(pod("shop/web-1")));
  Action action;
  action.key = std::move(key);
  action.work = std::move(create);
  action.logs.push_back({Level::info, "provisioner", "created nodeclaim"});
  return action;
}

// The action that gives the claim a label and shows it as launched.
Action change_of(const model::NodeClaim& before) {
  model::NodeClaim after = before;
  after.metadata.labels["zone"] = "a";
  after.status.imageID = "ami-1";
  return patch_action(model::Object(before), model::Object(after));
}

// --- one action of a key at a time

TEST_F(Acting, LIF_006_a_key_under_way_is_not_started_again) {
  performer.start(launch_of("a"));
  performer.start(launch_of("a"));
  performer.start(launch_of("b"));
  pass(milliseconds(20));
  EXPECT_THAT(outside.calls, ElementsAre("launch a", "launch b"));
  EXPECT_EQ(finished, 2);
}

TEST_F(Acting, LIF_006_it_may_be_started_again_when_it_is_done) {
  act(launch_of("a"));
  act(launch_of("a"));
  EXPECT_THAT(outside.calls, ElementsAre("launch a", "launch a"));
}

// --- failures and rests

TEST_F(Acting, LIF_012_a_failure_waits_a_second_then_two) {
  put(claim("a"));
  fail("delete NodeClaim/a", Code::unavailable);
  fail("delete NodeClaim/a", Code::unavailable);
  act(delete_of("a"));
  EXPECT_EQ(rest("NodeClaim/a"), milliseconds(990));
  EXPECT_EQ(act(delete_of("a")), kStart + milliseconds(1010)) << "when it may be tried";
  pass(seconds(1));
  act(delete_of("a"));
  EXPECT_EQ(rest("NodeClaim/a"), milliseconds(1990));
  EXPECT_THAT(logs, testing::Each(HasSubstr("action failed")));
  EXPECT_THAT(logs, testing::SizeIs(2));
}

TEST_F(Acting, a_success_after_a_failure_keeps_its_rest) {
  put(claim("a"));
  fail("delete NodeClaim/a", Code::unavailable);
  act(delete_of("a"));
  pass(seconds(1));
  act(delete_of("a"));
  EXPECT_EQ(rest("NodeClaim/a"), milliseconds(490)) << "until the watch has shown the deletion";
  EXPECT_EQ(world.failure_of("NodeClaim/a"), nullptr);
  act(delete_of("a"));
  EXPECT_THAT(outside.calls, testing::SizeIs(2));
}

TEST_F(Acting, an_eviction_after_a_failure_keeps_its_rest) {
  fail("evict shop/web-1", Code::throttled);
  act(eviction_of("shop/web-1"));
  pass(milliseconds(100));
  act(eviction_of("shop/web-1"));
  EXPECT_EQ(rest("evict/uid-web-1"), milliseconds(990));
  EXPECT_THAT(events(), ElementsAre("Evicted: Evicted pod: "));
}

TEST_F(Acting, after_a_success_back_off_begins_anew) {
  put(claim("a"));
  fail("delete NodeClaim/a", Code::unavailable);
  act(delete_of("a"));
  pass(seconds(1));
  act(delete_of("a"));
  pass(seconds(1));
  fail("delete NodeClaim/a", Code::unavailable);
  act(delete_of("a"));
  EXPECT_EQ(rest("NodeClaim/a"), milliseconds(990));
}

TEST_F(Acting, LIF_020_what_is_gone_needs_nothing_and_rests) {
  model::NodeClaim gone = claim("a");
  fail("delete NodeClaim/a", Code::not_found);
  act(delete_of("a"));
  EXPECT_EQ(rest("NodeClaim/a"), milliseconds(490)) << "until the watch has shown that it is gone";
  pass(seconds(1));
  act(change_of(gone));
  EXPECT_EQ(rest("NodeClaim/a"), milliseconds(490));
  EXPECT_THAT(logs, IsEmpty());
  EXPECT_EQ(world.failure_of("NodeClaim/a"), nullptr);
}

TEST_F(Acting, LIF_019_a_conflict_is_no_failure) {
  model::NodeClaim stale = claim("a");
  put(claim("a"));
  fail("patch NodeClaim/a", Code::conflict);
  act(change_of(stale));
  EXPECT_EQ(rest("NodeClaim/a"), milliseconds(90));
  EXPECT_EQ(world.failure_of("NodeClaim/a"), nullptr);
  EXPECT_THAT(logs, IsEmpty());
}

TEST_F(Acting, LIF_068_a_launch_that_met_a_conflict_has_no_failure_to_show) {
  Stage stage;
  stage.put(claim("a"));
  stage.world.rest("launch/uid-a", stage.now + milliseconds(100));
  stage.carry_out(stage.lifecycle());
  EXPECT_EQ(condition_of(stage.claim("a"), "Launched"),
            "Unknown AwaitingReconciliation: object is awaiting reconciliation");
}

// --- writes

TEST_F(Acting, LIF_022_metadata_first_then_the_status) {
  put(claim("a"));
  act(change_of(claim("a")));
  pass(milliseconds(10));
  EXPECT_THAT(outside.calls, ElementsAre("patch NodeClaim/a", "patch NodeClaim/a status"));
  const model::NodeClaim& known = *world.claims().at("a");
  EXPECT_EQ(known.metadata.labels.at("zone"), "a");
  EXPECT_EQ(known.status.imageID, "ami-1");
}

TEST_F(Acting, LIF_189_a_count_of_zero_is_written) {
  model::NodePool before = support::pool("default");
  model::NodePool after = before;
  after.status.resources = {{"cpu", support::quantity("0")}, {"nodes", support::quantity("0")}};
  put(model::Object(before));
  act(patch_action(model::Object(before), model::Object(after)));
  EXPECT_EQ(outside.last_patch.at("status").at("nodes"), 0) << "kubectl get nodepools shows it";
  before.status.nodes = 1;
  put(model::Object(before));
  pass(milliseconds(100));
  act(patch_action(model::Object(before), model::Object(after)));
  EXPECT_EQ(outside.last_patch.at("status").at("nodes"), 0);
}

TEST_F(Acting, LIF_019_between_the_two_writes_somebody_else_writes) {
  put(claim("a"));
  performer.start(change_of(claim("a")));
  pass(milliseconds(15));
  model::NodeClaim theirs = outside.objects.at(claim_reference("a")).as<model::NodeClaim>();
  theirs.metadata.resourceVersion = "5000";
  outside.store(model::Object(theirs));
  pass(milliseconds(20));
  EXPECT_EQ(world.claims().at("a")->status.imageID, "") << "the second write is guarded too";
  EXPECT_EQ(world.claims().at("a")->metadata.labels.at("zone"), "a") << "the first one is known";
  EXPECT_EQ(rest("NodeClaim/a"), milliseconds(85));
}

TEST_F(Acting, LIF_058_words_are_said_after_the_write_only) {
  put(claim("a"));
  Action change = change_of(claim("a"));
  change.logs.push_back({Level::info, "nodeclaim.lifecycle", "registered nodeclaim"});
  fail("patch NodeClaim/a status", Code::conflict);
  act(change);
  EXPECT_THAT(logs, IsEmpty());
  pass(milliseconds(100));
  Action again = change_of(*world.claims().at("a"));
  again.logs = change.logs;
  act(again);
  EXPECT_THAT(logs, ElementsAre(HasSubstr("registered nodeclaim")));
  EXPECT_THAT(outside.calls, ElementsAre("patch NodeClaim/a", "patch NodeClaim/a status",
                                         "patch NodeClaim/a status"));
}

TEST_F(Acting, LIF_122_quantities_in_another_form_are_no_change) {
  base::Json written = model::to_json(claim("a").requests("cpu", "500m"));
  written.as_object()["spec"].as_object()["resources"] = {{"requests", {{"cpu", "0.5"}}}};
  model::Object read = model::read_object(model::Kind::NodeClaim, written).value();
  model::NodeClaim before = read.as<model::NodeClaim>();
  model::NodeClaim after = before;
  after.metadata.finalizers.clear();
  Action action = patch_action(model::Object(before), model::Object(after));
  const auto& patch = std::get<PatchObject>(action.work);
  base::Json changes =
      base::make_merge_patch(model::to_json(patch.before), model::to_json(patch.after));
  EXPECT_FALSE(changes.as_object().contains("spec"));
}

TEST_F(Acting, LIF_066_what_was_gone_already_is_not_counted) {
  Action action = delete_of("a");
  action.counts.push_back(claim_disrupted(claim("a"), "expired"));
  action.logs.push_back({Level::info, "nodeclaim.expiration", "deleting expired nodeclaim"});
  fail("delete NodeClaim/a", Code::not_found);
  act(action);
  EXPECT_TRUE(performer.metrics().counters().empty());
  pass(seconds(1));
  act(action);
  EXPECT_EQ(performer.metrics().counters().size(), 1u);
  EXPECT_THAT(logs, testing::SizeIs(1));
}

// --- creations

TEST_F(Acting, SCH_277_a_failed_creation_holds_no_other_one) {
  fail("create default-", Code::unavailable, "no answer");
  performer.start(creation_of("provision/1/0"));
  performer.start(creation_of("provision/1/1"));
  pass(milliseconds(20));
  EXPECT_EQ(world.claims().size(), 1u);
  EXPECT_EQ(act(creation_of("provision/2/0")), std::nullopt) << "nor one of the next pass";
  EXPECT_THAT(outside.calls, testing::SizeIs(3));
}

TEST_F(Acting, SCH_276_LIF_221_the_claim_is_known_and_its_pods_are_told) {
  act(creation_of("provision/1/0"));
  EXPECT_TRUE(world.claims().contains("default-a")) << "before any watch has shown it";
  EXPECT_EQ(world.planned_claims.at("shop/web-1"), "default-a");
  EXPECT_THAT(events(), ElementsAre("Nominated: Pod should schedule on: nodeclaim/default-a"));
  EXPECT_EQ(performer.metrics().value(
                "karpenter_nodeclaims_created_total",
                {{"reason", "provisioned"}, {"nodepool", ""}, {"min_values_relaxed", "false"}}),
            1)
      << "LIF-315";
  EXPECT_THAT(logs, ElementsAre(HasSubstr(R"("NodeClaim":{"name":"default-a"})")));
}

// --- evictions

TEST_F(Acting, LIF_013_evictions_back_off_from_a_tenth_of_a_second_to_ten) {
  std::vector<base::Duration> waits;
  for (int attempt = 0; attempt < 9; ++attempt) {
    fail("evict shop/web-1", Code::throttled);
    act(eviction_of("shop/web-1"));
    waits.push_back(rest("evict/uid-web-1") + milliseconds(10));
    pass(waits.back());
  }
  EXPECT_EQ(waits.front(), milliseconds(100));
  EXPECT_EQ(waits[3], milliseconds(800));
  EXPECT_EQ(waits.back(), seconds(10));
}

TEST_F(Acting, LIF_176_budgets_are_no_errors) {
  fail("evict shop/web-1", Code::throttled);
  act(eviction_of("shop/web-1"));
  fail("evict shop/web-2", Code::internal,
       "This pod has more than one PodDisruptionBudget, which the eviction subresource does not "
       "support.");
  act(eviction_of("shop/web-2"));
  EXPECT_THAT(logs, IsEmpty());
  EXPECT_THAT(events(), IsEmpty());
  fail("evict shop/web-3", Code::internal, "something broke");
  act(eviction_of("shop/web-3"));
  EXPECT_THAT(logs, ElementsAre(HasSubstr("something broke")));
}

TEST_F(Acting, LIF_176_a_pod_that_is_gone_or_another_one_is_not_told) {
  for (Code code : {Code::not_found, Code::conflict}) {
    fail("evict shop/web-1", code);
    act(eviction_of("shop/web-1"));
    EXPECT_EQ(rest("evict/uid-web-1"), milliseconds(990)) << "until the watch has shown it";
    pass(seconds(1));
  }
  EXPECT_THAT(events(), IsEmpty());
  EXPECT_THAT(logs, IsEmpty());
}

TEST_F(Acting, LIF_175_every_answer_counts_by_its_status) {
  for (Code code : {Code::throttled, Code::not_found, Code::conflict, Code::internal}) {
    fail("evict shop/web-1", code);
    act(eviction_of("shop/web-1"));
    pass(seconds(20));
  }
  act(eviction_of("shop/web-1"));
  for (const char* status : {"200", "404", "409", "429", "500"}) {
    EXPECT_EQ(
        performer.metrics().value("karpenter_pods_eviction_requests_total", {{"code", status}}), 1)
        << status;
  }
}

// --- registration hooks

class Hook final : public ports::RegistrationHook {
 public:
  std::string name() const override { return "license"; }
  Task<base::Result<ports::HookAnswer>> ask(const model::NodeClaim&, const model::Node&) override {
    co_return answer;
  }
  base::Result<ports::HookAnswer> answer = base::fail(Code::unavailable, "no answer");
};

TEST_F(Acting, LIF_086_a_hook_that_fails_is_named_and_asked_again) {
  Hook hook;
  Performer asking({context.get_executor(), clock, outside, outside, {&hook}}, world, journal,
                   [] {});
  Action action;
  action.key = "hook/license/uid-a";
  action.work = AskHook{"license", std::make_shared<const model::NodeClaim>(claim("a")),
                        std::make_shared<const model::Node>(node("n1"))};
  asking.start(action);
  pass(milliseconds(10));
  EXPECT_EQ(world.failure_of(action.key)->error.message,
            "registration hook \"license\" failed, no answer");
  EXPECT_TRUE(world.hook_answers.empty());
  pass(seconds(1));
  hook.answer = ports::HookAnswer{true, std::nullopt, {}};
  asking.start(action);
  pass(milliseconds(10));
  EXPECT_TRUE(world.hook_answers.at("uid-a").at("license").answer.is_ready);
}

// --- the cloud

TEST_F(Acting, LIF_061_the_answer_to_a_launch_is_kept) {
  act(launch_of("a"));
  EXPECT_EQ(world.launched.at("uid-a").providerID, "aws:///us-east-1a/i-1");
}

TEST_F(Acting, LIF_061_a_process_that_ends_between_launch_and_status_launches_nothing_twice) {
  put(claim("a"));
  act(launch_of("a"));  // and nobody writes the status
  World fresh(Settings{});
  Performer again({context.get_executor(), clock, outside, outside}, fresh, journal, [] {});
  fresh.assume(model::Object(claim("a")));
  for (int look = 0; look < 2; ++look) {
    Decision decision = decide_lifecycle(fresh, clock.now());
    for (Action& action : decision.actions)
      again.start(std::move(action));
    pass(milliseconds(100));
  }
  EXPECT_THAT(outside.calls, Contains("launch a").Times(2));
  EXPECT_EQ(outside.instances.size(), 1u);
  EXPECT_EQ(outside.objects.at(claim_reference("a")).as<model::NodeClaim>().status.providerID,
            "aws:///us-east-1a/i-1");
}

TEST_F(Acting, LIF_064_a_refusal_ends_the_claim_and_is_no_failure) {
  fail("launch a", Code::no_capacity, "sold out");
  fail("launch b", Code::class_not_ready, "no subnets");
  act(launch_of("a"));
  act(launch_of("b"));
  EXPECT_EQ(world.refused_launches.at("uid-a").message, "sold out");
  EXPECT_EQ(world.refused_launches.at("uid-b").message, "no subnets");
  EXPECT_EQ(world.failure_of("launch/uid-a"), nullptr);
}

TEST_F(Acting, LIF_068_any_other_error_is_tried_again) {
  fail("launch a", Code::throttled, "slow down");
  act(launch_of("a"));
  ASSERT_NE(world.failure_of("launch/uid-a"), nullptr);
  EXPECT_EQ(world.failure_of("launch/uid-a")->error.message, "slow down");
  EXPECT_EQ(rest("launch/uid-a"), milliseconds(990));
  EXPECT_THAT(logs, ElementsAre(HasSubstr("slow down"))) << "throttled by a cloud is an error";
}

TEST_F(Acting, LIF_040_an_instance_is_gone_when_the_cloud_says_so) {
  Action action;
  action.key = "terminate/i-1";
  action.work = TerminateInstance{"i-1"};
  act(action);
  EXPECT_TRUE(world.instances.at("i-1").termination_asked);
  EXPECT_FALSE(world.instances.at("i-1").gone);
  fail("terminate i-1", Code::not_found);
  act(action);
  EXPECT_TRUE(world.instances.at("i-1").gone);
  fail("terminate i-1", Code::unavailable);
  act(action);
  EXPECT_TRUE(world.instances.at("i-1").gone) << "no answer says nothing";
}

TEST_F(Acting, LIF_148_a_list_that_fails_is_not_taken_for_empty) {
  Action action;
  action.key = "list-instances";
  action.work = ListInstances{};
  act(action);
  ASSERT_TRUE(world.listed_instances);
  base::Time listed = world.listed_at;
  fail("list", Code::unavailable);
  act(action);
  EXPECT_THAT(*world.listed_instances, testing::SizeIs(1));
  EXPECT_EQ(world.listed_at, listed);
}

}  // namespace
}  // namespace control
