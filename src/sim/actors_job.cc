#include "sim/actors_job.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <string_view>
#include <utility>

#include "judge/placement.h"
#include "sim/actors_pods.h"

namespace sim {
namespace {

using base::Json;
using boost::json::object;
using std::chrono::seconds;

constexpr std::string_view kComponent = "job-controller";
constexpr std::string_view kIndex = "batch.kubernetes.io/job-completion-index";
constexpr std::int64_t kLongestSeconds = 1'000'000'000;
constexpr seconds kFirstBackOff{10};
constexpr seconds kLongestBackOff{600};

const model::Job& job_of(const StoredPtr& stored) { return stored->object.as<model::Job>(); }

bool is_indexed(const model::Job& job) { return job.spec.completionMode == "Indexed"; }

std::optional<std::int32_t> index_of(const model::Pod& pod) {
  std::string_view text = model::value_of(pod.metadata.annotations, kIndex);
  std::int32_t index = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (text.empty() || error != std::errc()) return std::nullopt;
  return index;
}

bool is_over(const model::Job& job) {
  return model::is_true(job.status.conditions, "Complete") ||
         model::is_true(job.status.conditions, "Failed");
}

seconds in_range(std::int64_t count) {
  return seconds(std::clamp<std::int64_t>(count, 0, kLongestSeconds));
}

base::Duration back_off(std::int32_t failures) {
  constexpr std::int32_t kDoublings = 6;
  return std::min(kFirstBackOff * (1 << std::min(failures - 1, kDoublings)), kLongestBackOff);
}

// "0-2,4"
std::string ranges_text(const std::set<std::int32_t>& indexes) {
  std::vector<std::string> parts;
  for (auto first = indexes.begin(); first != indexes.end();) {
    auto last = first;
    for (auto next = std::next(last); next != indexes.end() && *next == *last + 1; ++next)
      last = next;
    parts.push_back(first == last ? fmt::to_string(*first) : fmt::format("{}-{}", *first, *last));
    first = std::next(last);
  }
  return fmt::format("{}", fmt::join(parts, ","));
}

// How many pods should be at work.
std::int64_t wanted(const model::Job& job, std::int32_t succeeded) {
  if (job.spec.suspend.value_or(false)) return 0;
  std::int32_t parallelism = job.spec.parallelism.value_or(1);
  if (job.spec.completions) return std::min(parallelism, *job.spec.completions - succeeded);
  return succeeded == 0 ? parallelism : 0;
}

struct End {
  std::string_view condition;
  std::string_view reason;
  std::string_view message;
};

std::optional<End> end_of(const model::Job& job, std::int32_t succeeded, std::int32_t failed,
                          std::size_t active, base::Time now) {
  if (failed > job.spec.backoffLimit.value_or(6)) {
    return End{"Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit"};
  }
  const auto& started = job.status.startTime;
  bool is_late = job.spec.activeDeadlineSeconds && started &&
                 now >= *started + in_range(*job.spec.activeDeadlineSeconds);
  if (is_late) {
    return End{"Failed", "DeadlineExceeded", "Job was active longer than specified deadline"};
  }
  bool is_complete =
      job.spec.completions ? succeeded >= *job.spec.completions : succeeded > 0 && active == 0;
  if (!is_complete) return std::nullopt;
  return End{"Complete", "CompletionsReached", "Reached expected number of succeeded pods"};
}

}  // namespace

JobController::JobController(const ActorContext& context, base::Random random)
    : context_(context),
      queue_(context.clock, std::move(random), [this](const ObjectKey& key) { sync(key); }) {
  watches_.push_back(follow(context_.store, model::Kind::Job,
                            [this](const WatchEvent& event) { see_job(event); }));
  watches_.push_back(follow(context_.store, model::Kind::Pod,
                            [this](const WatchEvent& event) { see_pod(event); }));
}

void JobController::see_job(const WatchEvent& event) {
  const model::ObjectMeta& metadata = event.object->object.metadata();
  if (event.type == WatchEvent::Type::deleted) {
    tallies_.erase(metadata.uid);
  } else {
    queue_.add(key_of(metadata));
  }
}

void JobController::see_pod(const WatchEvent& event) {
  const auto& pod = event.object->object.as<model::Pod>();
  const auto* owner = controller_of_kind(pod.metadata, "batch/v1", "Job");
  if (owner == nullptr) return;
  queue_.add({pod.metadata.namespace_, owner->name});
  bool has_ended = judge::is_finished(pod);
  if (!has_ended && event.type != WatchEvent::Type::deleted) return;
  auto job = find<model::Job>(context_.store, {pod.metadata.namespace_, owner->name});
  if (job == nullptr || job->metadata.uid != owner->uid || is_over(*job)) return;
  // What a suspended Job takes back has not failed.
  bool is_taken_back = !has_ended && job->spec.suspend.value_or(false);
  Tally& tally = tallies_[owner->uid];
  if (is_taken_back || !tally.counted.insert(pod.metadata.uid).second) return;
  std::optional<std::int32_t> index = index_of(pod);
  if (pod.status.phase != "Succeeded") {
    ++tally.failed;
    tally.last_failure = context_.clock.now();
  } else if (!is_indexed(*job)) {
    ++tally.succeeded;
  } else if (index && tally.indexes.insert(*index).second) {
    ++tally.succeeded;
  }
}

void JobController::sync(const ObjectKey& key) {
  StoredPtr stored = find(context_.store, model::Kind::Job, key);
  if (stored == nullptr || job_of(stored).metadata.deletionTimestamp) return;
  if (is_over(job_of(stored))) return clean_up(stored);
  const model::Job& job = job_of(stored);
  base::Time now = context_.clock.now();
  Pods active = pods_of(context_.store, job.metadata);
  std::erase_if(active, [](const auto& pod) { return !is_active(*pod); });
  const Tally tally = tallies_[job.metadata.uid];
  std::optional<End> end = end_of(job, tally.succeeded, tally.failed, active.size(), now);
  if (!end) {
    work(stored, tally, std::move(active));
    active = pods_of(context_.store, job.metadata);
    std::erase_if(active, [](const auto& pod) { return !is_active(*pod); });
    write_status(stored, tally, active);
    if (job.spec.activeDeadlineSeconds) {
      base::Time start = job.status.startTime.value_or(now);
      queue_.add_at(start + in_range(*job.spec.activeDeadlineSeconds), key);
    }
    return;
  }
  std::int64_t count = std::ssize(active);
  delete_pods(stored, std::move(active), count);
  write_status(stored, tally, {});
  finish(stored, end->condition, end->reason, end->message);
}

void JobController::work(const StoredPtr& job, const Tally& tally, Pods active) {
  std::int64_t missing = wanted(job_of(job), tally.succeeded) - std::ssize(active);
  if (missing < 0) return delete_pods(job, std::move(active), -missing);
  if (missing == 0) return;
  base::Time now = context_.clock.now();
  if (tally.failed > 0) {
    base::Time next = tally.last_failure + back_off(tally.failed);
    if (next > now) return queue_.add_at(next, key_of(job->object.metadata()));
  }
  create_pods(job, tally, active, missing);
}

void JobController::create_pods(const StoredPtr& job, const Tally& tally, const Pods& active,
                                std::int64_t count) {
  std::set<std::int32_t> taken = tally.indexes;
  for (const auto& pod : active) {
    if (auto index = index_of(*pod)) taken.insert(*index);
  }
  const model::ObjectMeta& metadata = job->object.metadata();
  for (std::int32_t index = 0; count > 0; ++index) {
    if (taken.contains(index)) continue;
    --count;
    object pod = pod_from_template(*job);
    if (is_indexed(job_of(job))) {
      object& pod_metadata = object_at(pod, "metadata");
      pod_metadata["generateName"] = text(fmt::format("{}-{}-", metadata.name, index));
      object_at(pod_metadata, "annotations")[kIndex] = text(fmt::to_string(index));
      object_at(pod_metadata, "labels")[kIndex] = text(fmt::to_string(index));
    }
    auto created = context_.store.create(context_.store.resource_of(model::Kind::Pod),
                                         metadata.namespace_, std::move(pod));
    if (!created) {
      context_.events.warning(kComponent, job->object, "FailedCreate",
                              fmt::format("Error creating: {}", created.error().message));
      return;
    }
    context_.events.normal(kComponent, job->object, "SuccessfulCreate",
                           fmt::format("Created pod: {}", (*created)->object.metadata().name));
  }
}

void JobController::delete_pods(const StoredPtr& job, Pods active, std::int64_t count) {
  std::ranges::sort(active, std::greater<>(), [](const auto& pod) {
    return std::pair(pod->metadata.creationTimestamp, pod->metadata.name);
  });
  active.resize(static_cast<std::size_t>(count));
  for (const auto& pod : active) {
    remove(context_.store, model::Kind::Pod, pod->metadata);
    context_.events.normal(kComponent, job->object, "SuccessfulDelete",
                           fmt::format("Deleted pod: {}", pod->metadata.name));
  }
}

void JobController::write_status(const StoredPtr& job, const Tally& tally, const Pods& active) {
  bool is_suspended = job_of(job).spec.suspend.value_or(false);
  base::Time now = context_.clock.now();
  std::int64_t ready =
      std::ranges::count_if(active, [](const auto& pod) { return is_ready(*pod); });
  edit_status(context_.store, model::Kind::Job, key_of(job->object.metadata()),
              [&](object& status) {
                if (!is_suspended && !status.contains("startTime")) status["startTime"] = text(now);
                if (is_suspended) status.erase("startTime");
                set_count(status, "active", std::ssize(active));
                set_count(status, "succeeded", tally.succeeded);
                set_count(status, "failed", tally.failed);
                status["ready"] = ready;
                if (is_indexed(job_of(job))) {
                  status["completedIndexes"] = text(ranges_text(tally.indexes));
                }
                bool was_suspended =
                    model::find_condition(job_of(job).status.conditions, "Suspended") != nullptr;
                if (is_suspended) {
                  set_condition(status, "Suspended", "True", "JobSuspended", "Job suspended", now);
                } else if (was_suspended) {
                  set_condition(status, "Suspended", "False", "JobResumed", "Job resumed", now);
                }
              });
}

void JobController::finish(const StoredPtr& job, std::string_view condition,
                           std::string_view reason, std::string_view message) {
  base::Time now = context_.clock.now();
  bool is_complete = condition == "Complete";
  edit_status(context_.store, model::Kind::Job, key_of(job->object.metadata()),
              [&](object& status) {
                set_condition(status, is_complete ? "SuccessCriteriaMet" : "FailureTarget", "True",
                              reason, message, now);
                set_condition(status, condition, "True", reason, message, now);
                if (is_complete) status["completionTime"] = text(now);
              });
  if (is_complete) {
    context_.events.normal(kComponent, job->object, "Completed", "Job completed");
  } else {
    context_.events.warning(kComponent, job->object, reason, message);
  }
}

void JobController::clean_up(const StoredPtr& job) {
  const auto& life = job_of(job).spec.ttlSecondsAfterFinished;
  if (!life) return;
  base::Time end{};
  for (const model::Condition& condition : job_of(job).status.conditions) {
    bool is_end = condition.type == "Complete" || condition.type == "Failed";
    if (is_end && condition.status == "True" && condition.lastTransitionTime) {
      end = *condition.lastTransitionTime + in_range(*life);
    }
  }
  if (end > context_.clock.now()) {
    queue_.add_at(end, key_of(job->object.metadata()));
  } else {
    remove(context_.store, model::Kind::Job, job->object.metadata());
  }
}

}  // namespace sim
