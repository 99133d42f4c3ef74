// Watches the embedded cluster and the controller's journal, and tells what matters to a person:
// which pods wait and why, which machine was chosen and why, when it came, when it left.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/story.h"
#include "control/journal.h"
#include "ports/clock.h"
#include "sim/sim_cloud.h"
#include "sim/store.h"

namespace app {

// When the stages of one scale-up were over.
struct ScaleUp {
  std::optional<base::Time> failed;    // first FailedScheduling
  std::optional<base::Time> found;     // the batch was closed, the pods found
  std::optional<base::Time> created;   // the first NodeClaim was created
  std::optional<base::Time> launched;  // the last instance was launched
  std::optional<base::Time> ready;     // the last node was initialised
  std::optional<base::Time> bound;     // the last pod was bound
};

class Teller {
 public:
  Teller(Story& story, ports::Clock& clock, sim::Store& store, const sim::SimCloud& cloud,
         control::Journal& journal);

  void tell(std::string kind, std::string text, base::Json data = nullptr);

  // The stages since the last call of forget_scale_up().
  const ScaleUp& scale_up() const { return scale_up_; }
  void forget_scale_up() { scale_up_ = {}; }

  std::size_t machines_launched() const { return machines_launched_; }

 private:
  void on_journal(const control::JournalEntry& entry);
  void on_event(const sim::WatchEvent& event);
  void on_workload(const sim::WatchEvent& event);
  bool has_pods(std::string_view node) const;
  void tell_found();
  void tell_later(std::string text);
  void gather(std::string kind, std::string text, std::string pod);
  void flush();
  const sim::RunningInstance* instance_of(std::string_view providerID);

  Story& story_;
  ports::Clock& clock_;
  sim::Store& store_;
  const sim::SimCloud& cloud_;
  std::vector<std::shared_ptr<void>> watches_;
  std::vector<sim::RunningInstance> instances_;
  std::map<std::string, std::string> instance_names_;  // claim → "m5.large in us-east-1a"
  // Pods of which the same is to be said, told together a moment later.
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> gathered_;
  bool flush_planned_ = false;
  std::set<std::string> known_pending_;  // pods of which it was told that they wait
  bool has_new_pods_ = false;            // since a pass was last told
  bool batch_is_news_ = false;           // pods came since batching was last told
  std::optional<control::JournalEntry> found_;
  ScaleUp scale_up_;
  std::size_t machines_launched_ = 0;
};

}  // namespace app
