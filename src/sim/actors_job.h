// The Job controller: pods until as many have ended well as the Job wants.
//
//   what it sees                                      what it does
//   fewer at work than parallelism and what is left    makes pods, after a failure with a back-off
//                                                      of 10 s, doubled with each, up to 10 minutes
//   more at work, or suspended                         deletes pods, the youngest first
//   enough have ended well                             condition Complete
//   more failures than backoffLimit, or the deadline   condition Failed; deletes what is at work
//   ttlSecondsAfterFinished after that                 deletes the Job
//
// Every pod is counted once, when it ends or is deleted before it has ended, and stays counted when
// it is gone. A pod that is deleted counts as failed. With completionMode Indexed each index wants
// one pod that ends well, and the lowest that miss one are made first.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "model/job.h"
#include "model/pod.h"
#include "sim/actors_context.h"
#include "sim/actors_objects.h"
#include "sim/actors_queue.h"

namespace sim {

class JobController {
 public:
  JobController(const ActorContext& context, base::Random random);

 private:
  // What has become of the pods of one Job.
  struct Tally {
    std::set<std::string> counted;  // by UID
    std::int32_t succeeded = 0;
    std::int32_t failed = 0;
    std::set<std::int32_t> indexes;  // that ended well
    base::Time last_failure{};
  };
  using Pods = std::vector<std::shared_ptr<const model::Pod>>;

  void see_job(const WatchEvent& event);
  void see_pod(const WatchEvent& event);
  void sync(const ObjectKey& key);
  void work(const StoredPtr& job, const Tally& tally, Pods active);
  void create_pods(const StoredPtr& job, const Tally& tally, const Pods& active,
                   std::int64_t count);
  void delete_pods(const StoredPtr& job, Pods active, std::int64_t count);
  // Writes the numbers, and the end if there is one.
  void write_status(const StoredPtr& job, const Tally& tally, const Pods& active);
  void finish(const StoredPtr& job, std::string_view condition, std::string_view reason,
              std::string_view message);
  void clean_up(const StoredPtr& job);

  ActorContext context_;
  WorkQueue<ObjectKey> queue_;
  std::map<std::string, Tally> tallies_;  // by the Job's UID
  std::vector<std::shared_ptr<void>> watches_;
};

}  // namespace sim
