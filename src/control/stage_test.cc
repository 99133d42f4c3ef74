#include "control/stage_test.h"

#include <fmt/format.h>

#include "base/check.h"
#include "base/patch.h"

namespace control {
namespace {

constexpr base::Time kBegin{std::chrono::seconds(1'767'225'600)};

template <class T>
const T& found(const std::map<model::Reference, model::Object>& objects,
               const model::Reference& reference) {
  auto object = objects.find(reference);
  if (object == objects.end()) {
    ADD_FAILURE() << "there is no " << to_string(reference);
    static const T none{};
    return none;
  }
  return object->second.as<T>();
}

std::string text_of(const model::Condition* condition) {
  if (condition == nullptr) return "absent";
  if (condition->status == "True") return "True";
  return fmt::format("{} {}: {}", condition->status, condition->reason, condition->message);
}

std::string line_of(const Notice& notice) {
  return fmt::format("{} {} {}/{}: {}", notice.warning ? "Warning" : "Normal", notice.reason,
                     notice.about.kind, notice.about.name, notice.message);
}

std::string line_of(const Action& action) {
  if (const auto* work = std::get_if<CreateClaim>(&action.work)) {
    return "create " + work->claim.metadata.generateName;
  }
  if (const auto* work = std::get_if<LaunchInstance>(&action.work)) {
    return "launch " + work->claim->metadata.name;
  }
  if (const auto* work = std::get_if<PatchObject>(&action.work)) {
    return "patch " + key_of(model::reference_to(work->before));
  }
  if (const auto* work = std::get_if<DeleteObject>(&action.work)) {
    if (!work->grace_period_seconds) return "delete " + key_of(work->reference);
    return fmt::format("force {} {}s", to_string(work->reference), *work->grace_period_seconds);
  }
  if (const auto* work = std::get_if<EvictPod>(&action.work)) {
    return "evict " + to_string(work->pod);
  }
  if (const auto* work = std::get_if<TerminateInstance>(&action.work)) {
    return "terminate " + work->providerID;
  }
  if (const auto* work = std::get_if<DescribeInstance>(&action.work)) {
    return "describe " + work->providerID;
  }
  if (const auto* work = std::get_if<FetchInstanceTypes>(&action.work)) {
    return "types " + work->pool->metadata.name;
  }
  if (const auto* work = std::get_if<MarkUnavailable>(&action.work)) {
    const ports::OfferingKey& offering = work->offering;
    return fmt::format("mark {} {} {}{}", offering.instance_type, offering.zone,
                       offering.capacity_type,
                       offering.reservation.empty() ? "" : " " + offering.reservation);
  }
  if (const auto* work = std::get_if<AcknowledgeNotice>(&action.work)) {
    return "acknowledge " + work->id;
  }
  if (const auto* work = std::get_if<OverlayTypes>(&action.work)) {
    return "overlay " + work->nodepool;
  }
  if (const auto* work = std::get_if<AskHook>(&action.work)) {
    return fmt::format("ask {} {}", work->name, work->claim->metadata.name);
  }
  return "list";
}

}  // namespace

Stage::Stage(Settings settings) : world(std::move(settings)), now(kBegin) {
  for (model::Kind kind : world.watched_kinds()) {
    world.apply({ports::Change::Type::synced, kind, {}});
  }
}

void Stage::put(const model::Object& object) { store(object.kind(), model::to_json(object)); }

void Stage::store(model::Kind kind, base::Json object) {
  object.as_object()["metadata"].as_object()["resourceVersion"] = std::to_string(++version_);
  base::Result<model::Object> stored = model::read_object(kind, object);
  base::check(stored.has_value(), "what is written can be read");
  objects_[model::reference_to(*stored)] = *stored;
  world.apply({ports::Change::Type::put, kind, *stored});
}

void Stage::remove(const model::Reference& reference) {
  auto object = objects_.find(reference);
  if (object == objects_.end()) return;
  model::Object last = object->second;
  objects_.erase(object);
  world.apply({ports::Change::Type::removed, reference.kind, last});
}

void Stage::request_deletion(const model::Reference& reference) {
  start_deletion(reference, std::nullopt);
}

void Stage::start_deletion(const model::Reference& reference, std::optional<std::int64_t> grace) {
  auto object = objects_.find(reference);
  if (object == objects_.end()) return;
  const model::ObjectMeta& metadata = object->second.metadata();
  base::Json changed = model::to_json(object->second);
  boost::json::object& changed_metadata = changed.as_object()["metadata"].as_object();
  if (reference.kind == model::Kind::Pod) {
    const model::Pod& pod = object->second.as<model::Pod>();
    if (pod.spec->nodeName.empty()) return remove(reference);
    std::int64_t seconds = grace.value_or(pod.spec->terminationGracePeriodSeconds.value_or(30));
    base::Time end = now + std::chrono::seconds(seconds);
    if (metadata.deletionTimestamp && *metadata.deletionTimestamp <= end) return;
    changed_metadata["deletionTimestamp"] = base::print_time(end);
  } else {
    if (metadata.finalizers.empty()) return remove(reference);
    if (metadata.deletionTimestamp) return;
    changed_metadata["deletionTimestamp"] = base::print_time(now);
    changed_metadata["generation"] = metadata.generation + 1;
  }
  store(reference.kind, std::move(changed));
}

bool Stage::has(std::string_view key) const {
  for (const auto& [reference, object] : objects_) {
    if (key_of(reference) == key) return true;
  }
  return false;
}

const model::NodeClaim& Stage::claim(const std::string& name) const {
  return found<model::NodeClaim>(objects_, claim_reference(name));
}

const model::Node& Stage::node(const std::string& name) const {
  return found<model::Node>(objects_, node_reference(name));
}

const model::NodePool& Stage::pool(const std::string& name) const {
  return found<model::NodePool>(objects_, {model::Kind::NodePool, "", name});
}

const model::Pod& Stage::pod(const std::string& key) const {
  return found<model::Pod>(objects_, pod_reference(key));
}

void Stage::carry_out(const Decision& decision) {
  std::set<std::string> under_way;  // the performer starts nothing twice
  for (const Action& action : decision.actions) {
    if (!under_way.insert(action.key).second) continue;
    if (world.is_busy(action.key)) continue;
    if (auto until = world.blocked_until(action.key, now)) {
      if (!wake_ || *until < *wake_) wake_ = until;
      continue;
    }
    perform(action);
    for (const Count& count : action.counts)
      metrics.add(count);
    for (const Observation& observation : action.observations)
      metrics.observe(observation);
    if (action.outcome) world.registration_health.record(*action.outcome);
  }
  for (const Count& count : decision.counts)
    metrics.add(count);
  for (const Gauge& gauge : decision.gauges)
    metrics.set(gauge);
  for (const Observation& observation : decision.observations)
    metrics.observe(observation);
  if (decision.wake && (!wake_ || *decision.wake < *wake_)) wake_ = decision.wake;
}

void Stage::look() {
  wake_.reset();
  carry_out(overlay());
  carry_out(count_pools());
  carry_out(interrupt());
  carry_out(lifecycle());
  carry_out(terminate());
  carry_out(buffer());
  carry_out(provision());
  carry_out(disrupt());
  carry_out(collect());
}

void Stage::run_until(base::Time end) {
  while (now < end) {
    // What an action changed is looked at again before time goes on.
    for (std::uint64_t seen = 0; seen != version_;) {
      seen = version_;
      look();
    }
    base::Time next = wake_ ? std::max(*wake_, now + std::chrono::milliseconds(1)) : end;
    now = std::min(next, end);
  }
}

void Stage::perform(const Action& action) {
  std::visit([&](const auto& work) { perform(work); }, action.work);
}

void Stage::perform(const CreateClaim& work) {
  model::NodeClaim claim = work.claim;
  claim.metadata.name = claim.metadata.generateName + std::to_string(++named_);
  claim.metadata.uid = "uid-" + claim.metadata.name;
  claim.metadata.generation = 1;
  claim.metadata.creationTimestamp = now;
  put(model::Object(claim));
}

void Stage::perform(const LaunchInstance& work) {
  const model::NodeClaim& claim = *work.claim;
  launches.push_back(claim.metadata.name);
  if (launch_error) {
    bool is_final = launch_error->code == base::Code::no_capacity ||
                    launch_error->code == base::Code::class_not_ready;
    if (is_final) {
      world.refused_launches[claim.metadata.uid] = *launch_error;
    } else {
      world.note_failure("launch/" + claim.metadata.uid, *launch_error, now,
                         std::chrono::seconds(1), std::chrono::seconds(60));
    }
    return;
  }
  ports::Launched launched;
  launched.providerID = "aws:///us-east-1a/i-" + claim.metadata.name;
  launched.imageID = "ami-1";
  launched.labels = {{"node.kubernetes.io/instance-type", "m5.large"},
                     {"topology.kubernetes.io/zone", "us-east-1a"},
                     {"karpenter.sh/capacity-type", "on-demand"}};
  launched.capacity = {{"cpu", base::Quantity::from_units(2)},
                       {"memory", base::Quantity::from_bytes(8LL << 30)},
                       {"pods", base::Quantity::from_units(29)}};
  launched.allocatable = launched.capacity;
  instances[launched.providerID] = {launched.providerID, claim.metadata.name, "default", now,
                                    false};
  world.launched[claim.metadata.uid] = std::move(launched);
}

void Stage::perform(const PatchObject& work) {
  model::Reference reference = model::reference_to(work.before);
  auto current = objects_.find(reference);
  if (current == objects_.end()) return;
  bool is_stale =
      current->second.metadata().resourceVersion != work.before.metadata().resourceVersion;
  if (is_stale) {
    world.rest(key_of(reference), now + std::chrono::milliseconds(100));
    return;
  }
  const model::ObjectMeta& after = work.after.metadata();
  if (after.deletionTimestamp && after.finalizers.empty()) return remove(reference);
  put(work.after);
}

void Stage::perform(const DeleteObject& work) {
  auto current = objects_.find(work.reference);
  if (current == objects_.end() || current->second.metadata().uid != work.uid) return;
  start_deletion(work.reference, work.grace_period_seconds);
}

void Stage::perform(const EvictPod& work) {
  auto current = objects_.find(work.pod);
  if (current == objects_.end() || current->second.metadata().uid != work.uid) return;
  start_deletion(work.pod, std::nullopt);
}

void Stage::perform(const TerminateInstance& work) {
  terminations.push_back(work.providerID);
  bool is_gone = termination_requests_[work.providerID]++ >= requests_until_gone + 1 ||
                 !instances.contains(work.providerID);
  if (is_gone) {
    instances.erase(work.providerID);
  } else {
    instances.at(work.providerID).terminating = true;
  }
  world.instances[work.providerID] = {is_gone, now, true};
  ++version_;  // the answer is looked at
}

void Stage::perform(const DescribeInstance& work) {
  InstanceKnowledge& known = world.instances[work.providerID];
  known.gone = !instances.contains(work.providerID);
  known.asked_at = now;
}

void Stage::perform(const FetchInstanceTypes& work) {
  FetchedTypes& fetched = world.types[work.pool->metadata.name];
  fetched.fetched_at = now;
  bool has_overlays = world.settings().node_overlay;
  (has_overlays ? fetched.from_cloud : fetched.types) =
      types_error ? model::InstanceTypes{} : types;
  fetched.awaits_evaluation = has_overlays;
  ++version_;  // the answer is looked at
  fetched.error = types_error;
  if (types_error) {
    world.note_failure("types/" + work.pool->metadata.name, *types_error, now,
                       std::chrono::seconds(1), std::chrono::seconds(60));
  } else {
    world.clear_failure("types/" + work.pool->metadata.name);
  }
}

void Stage::perform(const ListInstances&) {
  world.listed_instances.emplace();
  for (const auto& [id, instance] : instances)
    world.listed_instances->push_back(instance);
  world.listed_at = now;
}

void Stage::perform(const MarkUnavailable& work) { unavailable.push_back(work.offering); }

void Stage::perform(const AskHook& work) {
  world.hook_answers[work.claim->metadata.uid][work.name] = {hooks[work.name], now};
}

void Stage::perform(const AcknowledgeNotice& work) {
  acknowledged.push_back(work.id);
  world.notices.erase(work.id);
}

void Stage::perform(const OverlayTypes& work) { overlaid[work.nodepool] = work.types; }

std::vector<std::string> actions_of(const Decision& decision) {
  std::vector<std::string> lines;
  for (const Action& action : decision.actions)
    lines.push_back(line_of(action));
  return lines;
}

std::vector<std::string> notices_of(const Decision& decision) {
  std::vector<std::string> lines;
  for (const Notice& notice : decision.notices)
    lines.push_back(line_of(notice));
  for (const Action& action : decision.actions) {
    for (const Notice& notice : action.notices)
      lines.push_back(line_of(notice));
  }
  return lines;
}

std::vector<std::string> logs_of(const Decision& decision) {
  std::vector<std::string> lines;
  for (const LogLine& log : decision.logs)
    lines.push_back(log.message);
  for (const Action& action : decision.actions) {
    for (const LogLine& log : action.logs)
      lines.push_back(log.message);
  }
  return lines;
}

std::string condition_of(const model::NodeClaim& claim, std::string_view type) {
  return text_of(model::find_condition(claim.status.conditions, type));
}

std::string condition_of(const model::NodePool& pool, std::string_view type) {
  return text_of(model::find_condition(pool.status.conditions, type));
}

model::Reference claim_reference(std::string_view name) {
  return {model::Kind::NodeClaim, "", std::string(name)};
}

model::Reference node_reference(std::string_view name) {
  return {model::Kind::Node, "", std::string(name)};
}

model::Reference pod_reference(std::string_view key) {
  std::size_t slash = key.find('/');
  return {model::Kind::Pod, std::string(key.substr(0, slash)), std::string(key.substr(slash + 1))};
}

}  // namespace control
