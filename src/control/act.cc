#include "control/act.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/check.h"
#include "base/patch.h"
#include "control/overlays.h"
#include "control/pods.h"
#include "model/resources.h"

namespace control {
namespace {

using base::Code;
using base::Result;
using ports::Task;

std::string_view name_of(Level level) {
  switch (level) {
    case Level::debug: return "DEBUG";
    case Level::info: return "INFO";
    case Level::warn: return "WARN";
    case Level::error: return "ERROR";
  }
  return "INFO";
}

std::string_view verb_of(const Action& action) {
  static constexpr std::string_view kVerbs[] = {
      "create", "launch", "patch", "delete", "evict",       "terminate", "describe",
      "fetch",  "list",   "mark",  "ask",    "acknowledge", "overlay"};
  return kVerbs[action.work.index()];
}

// How long a failed action waits: evictions LIF-013, all else LIF-012.
struct BackOff {
  base::Duration first = std::chrono::seconds(1);
  base::Duration longest = std::chrono::seconds(60);
};

BackOff back_off_of(const Action& action) {
  if (std::holds_alternative<EvictPod>(action.work)) {
    return {std::chrono::milliseconds(100), std::chrono::seconds(10)};
  }
  return {};
}

// What was to be said and counted is not.
void forget_words(Action& action) {
  action.logs.clear();
  action.notices.clear();
  action.counts.clear();
  action.observations.clear();
  action.outcome.reset();
}

// The HTTP status that an answer has (LIF-175).
int status_of(const Result<void>& answer) {
  if (answer) return 200;
  switch (answer.error().code) {
    case Code::not_found: return 404;
    case Code::conflict: return 409;
    case Code::throttled: return 429;
    case Code::forbidden: return 403;
    case Code::unavailable: return 503;
    default: return 500;
  }
}

// The status of a NodePool says 0 where its nodes were counted and there is none: the typed object
// does not tell that from a count that is missing, but people read it.
void show_zero_nodes(const model::Object& after, base::Json& status) {
  if (!after.is<model::NodePool>() || !status.is_object()) return;
  const model::NodePoolStatus& counted = after.as<model::NodePool>().status;
  if (counted.nodes == 0 && counted.resources.contains(model::kNodes))
    status.as_object()["nodes"] = 0;
}

// How long an object is left alone until the watch has shown what was done to it.
constexpr base::Duration kUntilSeen = std::chrono::milliseconds(500);
constexpr base::Duration kUntilSeenOfPod = std::chrono::seconds(1);

// LIF-176: budgets hold the pod. Of several budgets for one pod the server makes an internal error.
bool is_held_by_budgets(const Action& action, const base::Error& error) {
  return std::holds_alternative<EvictPod>(action.work) &&
         (error.code == Code::throttled || says_several_budgets(error));
}

}  // namespace

Performer::Performer(Ports ports, World& world, Journal& journal, std::function<void()> finished)
    : ports_(std::move(ports)), world_(world), journal_(journal), finished_(std::move(finished)) {}

std::optional<base::Time> Performer::start(Action action) {
  if (world_.is_busy(action.key)) return std::nullopt;
  if (auto until = world_.blocked_until(action.key, ports_.clock.now())) return until;
  world_.begin(action.key);
  journal_.write(
      {ports_.clock.now(), "act", fmt::format("{} {}", verb_of(action), action.key), nullptr});
  boost::asio::co_spawn(ports_.executor, perform(std::move(action)), boost::asio::detached);
  return std::nullopt;
}

void Performer::log(const LogLine& line) {
  boost::json::object data;
  data["level"] = name_of(line.level);
  data["controller"] = line.controller;
  for (const auto& field : line.fields.as_object())
    data[field.key()] = field.value();
  journal_.write({ports_.clock.now(), "log", line.message, std::move(data)});
}

void Performer::publish(const Notice& notice) {
  std::optional<model::Event> event = recorder_.record(notice, ports_.clock.now());
  if (!event) return;
  journal_.write({ports_.clock.now(),
                  "event",
                  notice.reason,
                  {{"about", fmt::format("{}/{}", notice.about.kind, notice.about.name)},
                   {"message", notice.message}}});
  // Sending never blocks or fails what is being done (LIF-366).
  auto send = [](ports::Kube& kube, model::Event published) -> Task<> {
    (void)co_await kube.create(model::Object(std::move(published)));
  };
  boost::asio::co_spawn(ports_.executor, send(ports_.kube, std::move(*event)),
                        boost::asio::detached);
}

Task<> Performer::perform(Action action) {
  Result<void> result = co_await run(action);
  world_.end(action.key);
  if (result) {
    world_.clear_failure(action.key);
    conclude(action);
  } else {
    note_failure(action, result.error());
  }
  finished_();
}

void Performer::conclude(const Action& action) {
  for (const LogLine& line : action.logs)
    log(line);
  for (const Notice& notice : action.notices)
    publish(notice);
  for (const Count& count : action.counts)
    metrics_.add(count);
  for (const Observation& observation : action.observations)
    metrics_.observe(observation);
  if (action.outcome) world_.registration_health.record(*action.outcome);
}

void Performer::note_failure(const Action& action, const base::Error& error) {
  base::Time now = ports_.clock.now();
  journal_.write({now,
                  "result",
                  fmt::format("{} {} failed", verb_of(action), action.key),
                  {{"error", error.message}}});
  if (error.code == Code::conflict) {  // LIF-019: look again when the watch has caught up
    world_.rest(action.key, now + std::chrono::milliseconds(100));
    return;
  }
  BackOff wait = back_off_of(action);
  world_.note_failure(action.key, error, now, wait.first, wait.longest);
  if (!is_held_by_budgets(action, error)) {
    log({Level::error,
         std::string(verb_of(action)),
         "action failed",
         {{"action", fmt::format("{} {}", verb_of(action), action.key)},
          {"error", error.message}}});
  }
}

// LIF-020, LIF-066: what is gone needs no change, and nothing is told or counted. The watch will
// show that it is gone.
Result<void> Performer::unless_gone(Action& action, const base::Error& error) {
  if (error.code != Code::not_found) return std::unexpected(error);
  forget_words(action);
  world_.rest(action.key, ports_.clock.now() + kUntilSeen);
  return {};
}

Task<Result<void>> Performer::run(Action& action) {
  switch (action.work.index()) {
    case 0: co_return co_await run(action, std::get<CreateClaim>(action.work));
    case 1: co_return co_await run(action, std::get<LaunchInstance>(action.work));
    case 2: co_return co_await run(action, std::get<PatchObject>(action.work));
    case 3: co_return co_await run(action, std::get<DeleteObject>(action.work));
    case 4: co_return co_await run(action, std::get<EvictPod>(action.work));
    case 5: co_return co_await run(action, std::get<TerminateInstance>(action.work));
    case 6: co_return co_await run(action, std::get<DescribeInstance>(action.work));
    case 7: co_return co_await run(action, std::get<FetchInstanceTypes>(action.work));
    case 8: co_return co_await run(action, std::get<ListInstances>(action.work));
    case 9: co_return co_await run(action, std::get<MarkUnavailable>(action.work));
    case 10: co_return co_await run(action, std::get<AskHook>(action.work));
    default: co_return co_await run(action, std::get<AcknowledgeNotice>(action.work));
  }
}

// SCH-276: the claim is known at once, and its pods learn where they will go.
Task<Result<void>> Performer::run(Action& action, CreateClaim& work) {
  Result<model::Object> created = co_await ports_.kube.create(model::Object(work.claim));
  if (!created) co_return std::unexpected(created.error());
  world_.assume(*created);
  action.counts.push_back(claim_created(created->as<model::NodeClaim>(), "provisioned"));
  std::string name = created->metadata().name;
  for (LogLine& line : action.logs)
    line.fields.as_object()["NodeClaim"] = {{"name", name}};
  for (const model::ObjectReference& pod : work.pods) {
    world_.planned_claims[pod.namespace_ + "/" + pod.name] = name;
    Notice notice;
    notice.about = pod;
    notice.reason = "Nominated";
    notice.message = "Pod should schedule on: nodeclaim/" + name;
    notice.dedupe = {pod.uid};
    notice.rate_limited = true;
    action.notices.push_back(std::move(notice));
  }
  co_return Result<void>();
}

// LIF-061, LIF-064, LIF-065: the answer is kept until the claim's status shows it.
Task<Result<void>> Performer::run(Action&, LaunchInstance& work) {
  const std::string uid = work.claim->metadata.uid;
  Result<ports::Launched> launched = co_await ports_.cloud.launch(*work.claim);
  if (launched) {
    world_.launched[uid] = std::move(*launched);
    co_return Result<void>();
  }
  Code code = launched.error().code;
  if (code == Code::no_capacity || code == Code::class_not_ready) {
    world_.refused_launches[uid] = launched.error();
    co_return Result<void>();
  }
  co_return std::unexpected(launched.error());
}

Task<Result<void>> Performer::run(Action& action, PatchObject& work) {
  model::Reference reference = model::reference_to(work.before);
  base::Json patch =
      base::make_merge_patch(model::to_json(work.before), model::to_json(work.after));
  boost::json::object& changes = patch.as_object();
  base::Json status_change;
  bool has_status = model::info(reference.kind).has_status && changes.contains("status");
  if (has_status) {
    status_change = boost::json::object{{"status", std::move(changes["status"])}};
    changes.erase("status");
    show_zero_nodes(work.after, status_change.as_object()["status"]);
  }
  ports::Preconditions preconditions{work.before.metadata().uid,
                                     work.before.metadata().resourceVersion};
  if (!changes.empty()) {
    Result<model::Object> written = co_await ports_.kube.patch(reference, patch, "", preconditions);
    if (!written) co_return unless_gone(action, written.error());
    preconditions.resourceVersion = written->metadata().resourceVersion;
    world_.assume(*written);
  }
  if (has_status) {
    Result<model::Object> written =
        co_await ports_.kube.patch(reference, status_change, "status", preconditions);
    if (!written) co_return unless_gone(action, written.error());
    world_.assume(*written);
  }
  co_return Result<void>();
}

Task<Result<void>> Performer::run(Action& action, DeleteObject& work) {
  ports::Preconditions preconditions{work.uid, ""};
  Result<void> removed =
      co_await ports_.kube.remove(work.reference, preconditions, work.grace_period_seconds);
  if (!removed) co_return unless_gone(action, removed.error());
  world_.rest(action.key, ports_.clock.now() + kUntilSeen);
  co_return removed;
}

// LIF-175, LIF-176: a pod that is gone or was made anew needs no eviction.
Task<Result<void>> Performer::run(Action& action, EvictPod& work) {
  Result<void> evicted = co_await ports_.kube.evict(work.pod, work.uid, std::nullopt);
  metrics_.add(eviction_requested(status_of(evicted)));
  bool is_other = !evicted && (evicted.error().code == Code::not_found ||
                               evicted.error().code == Code::conflict);
  if (!evicted && !is_other) co_return evicted;
  if (is_other) forget_words(action);
  world_.rest(action.key, ports_.clock.now() + kUntilSeenOfPod);
  co_return Result<void>();
}

Task<Result<void>> Performer::run(Action&, TerminateInstance& work) {
  Result<void> terminated = co_await ports_.cloud.terminate(work.providerID);
  bool gone = !terminated && terminated.error().code == Code::not_found;
  if (!terminated && !gone) co_return terminated;
  world_.instances[work.providerID] = {gone, ports_.clock.now(), true};
  co_return Result<void>();
}

Task<Result<void>> Performer::run(Action&, DescribeInstance& work) {
  Result<ports::Instance> instance = co_await ports_.cloud.describe(work.providerID);
  bool gone = !instance && instance.error().code == Code::not_found;
  if (!instance && !gone) co_return std::unexpected(instance.error());
  InstanceKnowledge& known = world_.instances[work.providerID];
  known.gone = gone;
  known.asked_at = ports_.clock.now();
  co_return Result<void>();
}

// With overlays, the types that planning sees follow when they were evaluated.
void Performer::take_types(FetchedTypes& fetched, model::InstanceTypes types) const {
  if (!world_.settings().node_overlay) {
    fetched.types = std::move(types);
    fetched.compiled = compiled_types(world_, fetched.types);
    return;
  }
  bool is_known = !fetched.awaits_evaluation && fetched.compiled && types == fetched.from_cloud;
  if (is_known) return;
  fetched.from_cloud = std::move(types);
  fetched.awaits_evaluation = true;
}

Task<Result<void>> Performer::run(Action&, FetchInstanceTypes& work) {
  std::string pool = work.pool->metadata.name;
  Result<model::InstanceTypes> types = co_await ports_.cloud.instance_types(*work.pool);
  FetchedTypes& fetched = world_.types[pool];
  fetched.fetched_at = ports_.clock.now();
  fetched.error.reset();
  if (types) {
    take_types(fetched, std::move(*types));
  } else {  // SCH-092: the pool sits out until its types can be read
    fetched.types.clear();
    fetched.compiled = nullptr;
    fetched.from_cloud.clear();
    fetched.error = types.error();
    co_return std::unexpected(types.error());
  }
  co_return Result<void>();
}

Task<Result<void>> Performer::run(Action&, ListInstances&) {
  Result<std::vector<ports::Instance>> instances = co_await ports_.cloud.list();
  if (!instances) co_return std::unexpected(instances.error());
  world_.listed_instances = std::move(*instances);
  world_.listed_at = ports_.clock.now();
  co_return Result<void>();
}

Task<Result<void>> Performer::run(Action&, MarkUnavailable& work) {
  ports_.cloud.mark_unavailable(work.offering);
  co_return Result<void>();
}

Task<Result<void>> Performer::run(Action&, OverlayTypes& work) {
  ports_.cloud.overlay_types(work.nodepool, work.types);
  co_return Result<void>();
}

// LIF-086.
Task<Result<void>> Performer::run(Action&, AskHook& work) {
  auto hook = std::ranges::find(ports_.hooks, work.name, &ports::RegistrationHook::name);
  base::check(hook != ports_.hooks.end(), "a hook that is asked was given at the start");
  Result<ports::HookAnswer> answer = co_await (*hook)->ask(*work.claim, *work.node);
  if (!answer) {
    base::Error error = answer.error();
    error.message = fmt::format("registration hook \"{}\" failed, {}", work.name, error.message);
    co_return std::unexpected(std::move(error));
  }
  world_.hook_answers[work.claim->metadata.uid][work.name] = {std::move(*answer),
                                                              ports_.clock.now()};
  co_return Result<void>();
}

// AWC-266: a notice that could not be acknowledged will come again, which does no harm.
Task<Result<void>> Performer::run(Action&, AcknowledgeNotice& work) {
  Result<void> acknowledged = co_await ports_.cloud.acknowledge(work.id);
  if (acknowledged) world_.notices.erase(work.id);
  co_return acknowledged;
}

}  // namespace control
