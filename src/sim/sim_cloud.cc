#include "sim/sim_cloud.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/check.h"
#include "model/labels.h"
#include "model/resources.h"

namespace sim {
namespace {

constexpr base::Duration kUnavailableFor = std::chrono::minutes(3);  // AWL-123
constexpr base::Duration kNever = std::chrono::hours(24 * 365);
constexpr base::Duration kInterruptionWarning = std::chrono::minutes(2);
const std::string kEfa = "vpc.amazonaws.com/efa";
constexpr std::string_view kTenancy = "karpenter.k8s.aws/instance-tenancy";

// Addresses of 192.168.0.0/16 that hosts can have, the fourth number between 4 and 254.
constexpr std::uint32_t kHostsPerBlock = 251;
constexpr std::uint32_t kHosts = 256 * kHostsPerBlock;

// From start to end at a price per hour, to the nearest micro-dollar.
base::Money cost_between(base::Money price, base::Time start, base::Time end) {
  constexpr std::int64_t kHour = base::Duration(std::chrono::hours(1)).count();
  return price.scaled((end - start).count(), kHour);
}

ports::Instance described(const RunningInstance& instance) {
  return {instance.providerID, instance.nodeclaim, instance.nodepool, instance.launched_at,
          instance.terminating};
}

// AWL-071
model::ResourceList without_zeros(model::ResourceList list) {
  for (auto entry = list.begin(); entry != list.end();) {
    entry = entry->second.is_zero() ? list.erase(entry) : std::next(entry);
  }
  return list;
}

// AWL-308: every requirement of the type with exactly one value.
void add_labels_of(model::Labels& labels, const model::Requirements& requirements) {
  for (const auto& [key, requirement] : requirements) {
    if (requirement.op() == model::Operator::In && requirement.length() == 1) {
      labels[key] = requirement.values().front();
    }
  }
}

Pool pool_of(const model::InstanceType& type, const model::Offering& offering) {
  return {type.name, std::string(offering.zone()), std::string(offering.capacity_type())};
}

std::int64_t vcpus_of(const model::InstanceType& type) {
  return model::quantity_of(type.capacity, "cpu").value();
}

std::unexpected<base::Error> no_such_instance(std::string_view providerID) {
  return base::fail(base::Code::not_found, fmt::format("instance {} does not exist", providerID));
}

}  // namespace

SimCloud::SimCloud(ports::Clock& clock, model::InstanceTypes types, std::uint64_t seed,
                   const SimCloudOptions& options)
    : clock_(clock),
      types_(std::move(types)),
      random_(seed),
      options_(options),
      images_(images_of("AL2023")),
      weather_(random_, options.weather),
      notices_(clock, random_) {}

ports::Task<base::Result<model::InstanceTypes>> SimCloud::instance_types(
    const model::NodePool& pool) {
  note_call("instance_types", pool.metadata.name);
  co_return present_types();
}

ports::Task<base::Result<ports::Launched>> SimCloud::launch(const model::NodeClaim& claim) {
  note_call("launch", claim.metadata.name);
  if (auto closed = closed_.find(claim.metadata.uid); closed != closed_.end()) {
    ports::Launched answer = closed->second;
    co_await clock_.wait_until(clock_.now() + options_.launch.least);
    co_return answer;
  }
  auto known = by_uid_.find(claim.metadata.uid);
  base::Result<Record*> started =
      known == by_uid_.end() ? start(claim) : &records_.at(known->second);
  if (!started) {
    co_await clock_.wait_until(clock_.now() + options_.launch.least);
    co_return std::unexpected(std::move(started.error()));
  }
  ports::Launched answer = (*started)->answer;
  co_await clock_.wait_until((*started)->answers_at);
  co_return answer;
}

ports::Task<base::Result<void>> SimCloud::terminate(std::string providerID) {
  note_call("terminate", providerID);
  if (gone_.contains(providerID)) co_return base::Result<void>();  // nothing left to end
  auto found = records_.find(providerID);
  bool is_known = found != records_.end() && found->second.visible_at <= clock_.now();
  if (!is_known) co_return no_such_instance(providerID);
  if (!found->second.instance.terminating) terminate_now(found->second);
  co_return base::Result<void>();
}

void SimCloud::terminate_now(Record& record) {
  RunningInstance& instance = record.instance;
  instance.terminating = true;
  record.ending_visible_at = clock_.now() + record.ending_visible;
  ended_cost_ += cost_between(instance.price, instance.launched_at, clock_.now());
  clock_.at(clock_.now() + record.termination, [this, id = instance.providerID] { end(id); });
}

// Spot capacity is wanted elsewhere: the machine ends, whatever runs on it.
void SimCloud::reclaim(const std::string& providerID) {
  auto found = records_.find(providerID);
  if (found == records_.end() || found->second.instance.terminating) return;
  terminate_now(found->second);
  notices_.add(ports::InstanceNotice::Kind::instance_terminated,
               found->second.instance.instance_id);
}

void SimCloud::interrupt(const std::string& providerID) {
  auto found = records_.find(providerID);
  if (found == records_.end() || found->second.instance.terminating) return;
  ++interruptions_;
  notices_.add(ports::InstanceNotice::Kind::spot_interrupted, found->second.instance.instance_id);
  clock_.at(clock_.now() + kInterruptionWarning, [this, providerID] { reclaim(providerID); });
}

void SimCloud::advise(const std::string& providerID) {
  auto found = records_.find(providerID);
  if (found == records_.end() || found->second.instance.terminating) return;
  notices_.add(ports::InstanceNotice::Kind::rebalance_recommendation,
               found->second.instance.instance_id);
}

void SimCloud::watch_notices(std::function<void(ports::InstanceNotice)> sink) {
  notices_.watch(std::move(sink));
}

ports::Task<base::Result<void>> SimCloud::acknowledge(std::string id) {
  note_call("acknowledge", id);
  notices_.acknowledge(id);
  co_return base::Result<void>();
}

void SimCloud::mark_unavailable(const ports::OfferingKey& offering) {
  unavailable_until_[{offering.instance_type, offering.zone, offering.capacity_type}] =
      clock_.now() + kUnavailableFor;
  marked_types_.reset();
}

void SimCloud::overlay_types(const std::string& nodepool, const model::InstanceTypes& types) {
  auto& overlaid = overlaid_[nodepool];
  overlaid.clear();
  for (const auto& type : types)
    overlaid.emplace(type->name, type);
}

// The type as the NodePool sees it, with what can be had of it now.
std::shared_ptr<const model::InstanceType> SimCloud::overlaid(
    const std::string& nodepool, const std::shared_ptr<const model::InstanceType>& type) const {
  auto pool = overlaid_.find(nodepool);
  if (pool == overlaid_.end()) return type;
  auto found = pool->second.find(type->name);
  bool is_other = found != pool->second.end() && found->second != type &&
                  found->second->offerings.size() == type->offerings.size();
  if (!is_other) return type;
  auto copy = std::make_shared<model::InstanceType>(*found->second);
  for (std::size_t index = 0; index < copy->offerings.size(); ++index)
    copy->offerings[index].available = type->offerings[index].available;
  return copy;
}

// What it costs, whatever overlays say.
base::Money SimCloud::price_of(const Candidate& candidate) const {
  auto type = std::ranges::find(types_, candidate.type->name,
                                [](const auto& known) { return std::string_view(known->name); });
  const Pool pool = pool_of(*candidate.type, *candidate.offering);
  auto offering = std::ranges::find_if((*type)->offerings, [&](const model::Offering& known) {
    return pool_of(**type, known) == pool;
  });
  return offering->price;
}

// What list and describe make of it: they lag behind.
std::optional<ports::Instance> SimCloud::as_shown(const Record& record) const {
  if (clock_.now() < record.visible_at) return std::nullopt;
  ports::Instance shown = described(record.instance);
  shown.terminating = record.instance.terminating && record.ending_visible_at <= clock_.now();
  return shown;
}

ports::Task<base::Result<ports::Instance>> SimCloud::describe(std::string providerID) {
  note_call("describe", providerID);
  for (const auto* records : {&records_, &gone_}) {
    auto found = records->find(providerID);
    if (found == records->end()) continue;
    if (auto shown = as_shown(found->second)) co_return std::move(*shown);
  }
  co_return no_such_instance(providerID);
}

ports::Task<base::Result<std::vector<ports::Instance>>> SimCloud::list() {
  note_call("list", "");
  std::vector<ports::Instance> instances;
  instances.reserve(records_.size());
  for (const auto* records : {&records_, &gone_}) {
    for (const auto& [id, record] : *records) {
      if (auto shown = as_shown(record)) instances.push_back(std::move(*shown));
    }
  }
  std::ranges::sort(instances, {}, &ports::Instance::providerID);
  co_return instances;
}

std::vector<RunningInstance> SimCloud::running() const {
  std::vector<RunningInstance> instances;
  instances.reserve(records_.size());
  for (const auto& [id, record] : records_)
    instances.push_back(record.instance);
  return instances;
}

base::Money SimCloud::cost_so_far() const {
  base::Money cost = ended_cost_;
  for (const auto& [id, record] : records_) {
    const RunningInstance& instance = record.instance;
    if (instance.terminating) continue;
    cost += cost_between(instance.price, instance.launched_at, clock_.now());
  }
  return cost;
}

base::Money SimCloud::hourly_cost() const {
  base::Money cost;
  for (const auto& [id, record] : records_) {
    if (!record.instance.terminating) cost += record.instance.price;
  }
  return cost;
}

base::Duration SimCloud::draw(base::Random& random, const Range& range) {
  return base::Duration(random.between(range.least.count(), range.most.count()));
}

void SimCloud::note_call(std::string_view method, std::string_view argument) {
  if (options_.record_calls) {
    calls_.push_back({clock_.now(), std::string(method), std::string(argument)});
  }
}

// The catalogue, with offerings of marked pools unavailable (AWL-114). Types are copied only where
// a mark changes them, so most of what callers see stays the same objects.
const model::InstanceTypes& SimCloud::present_types() {
  auto is_over = [&](const auto& mark) { return mark.second <= clock_.now(); };
  if (std::erase_if(unavailable_until_, is_over) > 0) marked_types_.reset();
  if (unavailable_until_.empty()) return types_;
  if (marked_types_) return *marked_types_;

  marked_types_ = types_;
  for (auto& type : *marked_types_) {
    auto mark = unavailable_until_.lower_bound({type->name, "", ""});
    if (mark == unavailable_until_.end() || mark->first.instance_type != type->name) continue;
    auto copy = std::make_shared<model::InstanceType>(*type);
    for (model::Offering& offering : copy->offerings) {
      if (unavailable_until_.contains(pool_of(*copy, offering))) offering.available = false;
    }
    type = std::move(copy);
  }
  return *marked_types_;
}

// What the claim could get of the capacity type that the launch uses, best first (AWL-164).
std::vector<SimCloud::Candidate> SimCloud::candidates(const model::NodeClaim& claim) {
  const model::Requirements wanted = model::requirements_of(claim.spec.requirements);
  const model::Requirement names = wanted.get(model::kInstanceTypeLabel);
  std::vector<Candidate> on_spot;
  std::vector<Candidate> on_demand;
  const std::string nodepool(model::value_of(claim.metadata.labels, model::kNodePoolLabel));
  for (const auto& present : present_types()) {
    if (!names.has(present->name)) continue;
    const std::shared_ptr<const model::InstanceType> type = overlaid(nodepool, present);
    if (!wanted.compatible(type->requirements, model::Undefined::well_known) ||
        !model::fits(claim.spec.resources.requests, type->allocatable())) {
      continue;
    }
    for (const model::Offering& offering : type->offerings) {
      if (!offering.available ||
          !wanted.compatible(offering.requirements, model::Undefined::well_known)) {
        continue;
      }
      auto& list = offering.capacity_type() == model::kSpot ? on_spot : on_demand;
      list.push_back({type, &offering});
    }
  }
  std::vector<Candidate>& chosen = on_spot.empty() ? on_demand : on_spot;
  std::ranges::sort(chosen, {}, [](const Candidate& candidate) {
    return std::tuple(candidate.offering->price, std::string_view(candidate.type->name),
                      candidate.offering->zone());
  });
  return std::move(chosen);
}

base::Result<SimCloud::Candidate> SimCloud::choose(const model::NodeClaim& claim) {
  std::vector<Candidate> list = candidates(claim);
  if (list.empty()) {
    return base::fail(base::Code::no_capacity,
                      "all requested instance types were unavailable during launch");
  }
  for (Candidate& candidate : list) {
    Pool pool = pool_of(*candidate.type, *candidate.offering);
    if (has_room(*candidate.type, *candidate.offering)) return std::move(candidate);
    unavailable_until_[std::move(pool)] = clock_.now() + kUnavailableFor;
    marked_types_.reset();
  }
  return base::fail(
      base::Code::no_capacity,
      "with fleet error(s), InsufficientInstanceCapacity: there is no capacity in any "
      "of the requested pools");
}

bool SimCloud::has_room(const model::InstanceType& type, const model::Offering& offering) const {
  const Pool pool = pool_of(type, offering);
  auto count_of = [](const auto& counts, const auto& key) {
    auto found = counts.find(key);
    return found == counts.end() ? 0 : found->second;
  };
  if (is_exhausted(pool) || weather_.is_dry(pool, count_of(running_in_, pool), clock_.now())) {
    return false;
  }
  std::optional<std::int64_t> quota = weather_.quota_of(pool.capacity_type);
  return !quota || count_of(vcpus_of_, pool.capacity_type) + vcpus_of(type) <= *quota;
}

bool SimCloud::is_exhausted(const Pool& pool) const {
  auto is_any_or = [](const std::string& pattern, const std::string& value) {
    return pattern.empty() || pattern == value;
  };
  return std::ranges::any_of(exhausted_, [&](const Pool& pattern) {
    return is_any_or(pattern.instance_type, pool.instance_type) &&
           is_any_or(pattern.zone, pool.zone) &&
           is_any_or(pattern.capacity_type, pool.capacity_type);
  });
}

base::Result<SimCloud::Record*> SimCloud::start(const model::NodeClaim& claim) {
  if (next_launch_error_) {
    return std::unexpected(*std::exchange(next_launch_error_, std::nullopt));
  }
  base::Result<Candidate> chosen = choose(claim);
  if (!chosen) return std::unexpected(std::move(chosen.error()));

  const Fate fate = weather_.fate_of(launches_, chosen->offering->capacity_type() == model::kSpot);
  base::Random random = random_.fork(fmt::format("launch {}", launches_++));
  std::optional<std::uint32_t> address = take_address(random);
  if (!address) {
    return base::fail(base::Code::no_capacity,
                      "InsufficientFreeAddressesInSubnet: the VPC has no free address");
  }
  Record record;
  record.address = *address;
  RunningInstance& instance = record.instance;
  instance.type = chosen->type;
  instance.zone = chosen->offering->zone();
  instance.capacity_type = chosen->offering->capacity_type();
  instance.price = price_of(*chosen);
  do {
    instance.instance_id = fmt::format("i-0{:016x}", random.next());
    instance.providerID = fmt::format("aws:///{}/{}", instance.zone, instance.instance_id);
  } while (records_.contains(instance.providerID));
  std::uint32_t block = *address / kHostsPerBlock;
  std::uint32_t host = *address % kHostsPerBlock + 4;
  instance.ip = fmt::format("192.168.{}.{}", block, host);
  instance.host_name = fmt::format("ip-192-168-{}-{}.ec2.internal", block, host);
  instance.nodeclaim = claim.metadata.name;
  instance.nodepool = model::value_of(claim.metadata.labels, model::kNodePoolLabel);
  instance.launched_at = clock_.now();
  record.answers_at = clock_.now() + draw(random, options_.launch);
  instance.joins_at = clock_.now() + draw(random, options_.boot) + fate.delay;
  instance.ready_at = instance.joins_at + draw(random, options_.settle);
  if (!fate.boots) instance.joins_at = instance.ready_at = clock_.now() + kNever;
  if (!fate.gets_ready) instance.ready_at = clock_.now() + kNever;
  record.termination = draw(random, options_.termination);
  record.uid = claim.metadata.uid;
  record.answer = answer_for(instance, *chosen, claim);
  if (annotate_) record.answer.annotations = annotate_(claim);
  record.visible_at = clock_.now() + fate.visible;
  record.ending_visible = fate.ending_visible;

  by_uid_[record.uid] = instance.providerID;
  ++running_in_[pool_of(*chosen->type, *chosen->offering)];
  vcpus_of_[instance.capacity_type] += vcpus_of(*chosen->type);
  std::string id = instance.providerID;
  Record& kept = records_.emplace(std::move(id), std::move(record)).first->second;
  plan(kept, fate);
  for (const Listener& listener : launch_listeners_)
    listener(kept.instance);
  return &kept;
}

// What will happen to the new instance, as far as it depends on nobody.
void SimCloud::plan(const Record& record, const Fate& fate) {
  const std::string& providerID = record.instance.providerID;
  clock_.at(record.instance.joins_at, [this, providerID] { join(providerID); });
  auto in_bad_weather = [&](std::optional<base::Duration> after, auto act) {
    if (!after) return;
    clock_.at(clock_.now() + *after, [this, providerID, act] {
      if (!weather_.is_fine()) (this->*act)(providerID);
    });
  };
  in_bad_weather(fate.interruption, &SimCloud::interrupt);
  in_bad_weather(fate.rebalance, &SimCloud::advise);
}

std::optional<std::uint32_t> SimCloud::take_address(base::Random& random) {
  if (addresses_.size() == kHosts) return std::nullopt;
  auto address = static_cast<std::uint32_t>(random.below(kHosts));
  while (!addresses_.insert(address).second)
    address = (address + 1) % kHosts;
  return address;
}

// LIF-039, AWL-308, AWL-309
ports::Launched SimCloud::answer_for(const RunningInstance& instance, const Candidate& chosen,
                                     const model::NodeClaim& claim) const {
  const model::InstanceType& type = *chosen.type;
  const model::Requirements wanted = model::requirements_of(claim.spec.requirements);
  ports::Launched answer;
  answer.providerID = instance.providerID;
  const Image* image = image_for(images_, type.requirements);
  base::check(image != nullptr, "every type has an image");
  answer.imageID = image->id;

  add_labels_of(answer.labels, type.requirements);
  add_labels_of(answer.labels, chosen.offering->requirements);
  answer.labels[std::string(kTenancy)] =
      wanted.get(kTenancy).has("default") || !wanted.get(kTenancy).has("dedicated") ? "default"
                                                                                    : "dedicated";
  if (!instance.nodepool.empty()) {
    answer.labels[std::string(model::kNodePoolLabel)] = instance.nodepool;
  }

  answer.capacity = without_zeros(type.capacity);
  answer.allocatable = without_zeros(type.allocatable());
  if (model::quantity_of(claim.spec.resources.requests, kEfa).is_zero()) {
    answer.capacity.erase(kEfa);
    answer.allocatable.erase(kEfa);
  }
  return answer;
}

void SimCloud::join(const std::string& providerID) {
  auto found = records_.find(providerID);
  if (found == records_.end() || found->second.instance.terminating) return;
  for (const Listener& listener : join_listeners_)
    listener(found->second.instance);
}

void SimCloud::end(const std::string& providerID) {
  auto found = records_.find(providerID);
  base::check(found != records_.end(), "an instance ends once");
  Record record = std::move(found->second);
  records_.erase(found);
  RunningInstance instance = record.instance;
  addresses_.erase(record.address);
  by_uid_.erase(record.uid);
  closed_[record.uid] = record.answer;
  --running_in_[{instance.type->name, instance.zone, instance.capacity_type}];
  vcpus_of_[instance.capacity_type] -= vcpus_of(*instance.type);
  instance.terminated = true;
  if (record.ending_visible > base::Duration(0)) {
    record.ending_visible_at = std::max(record.ending_visible_at, clock_.now());
    clock_.at(clock_.now() + record.ending_visible,
              [this, id = instance.providerID] { gone_.erase(id); });
    gone_.emplace(instance.providerID, std::move(record));
  }
  for (const Listener& listener : gone_listeners_)
    listener(instance);
}

}  // namespace sim
