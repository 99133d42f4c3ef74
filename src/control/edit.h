// A claim as a loop changes it: steps work on a copy, one after another, and what differs in the
// end becomes one action (LIF-055). The copy is made at the first change, since most looks at most
// claims change nothing.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "control/action.h"
#include "control/world.h"
#include "model/conditions.h"
#include "model/node_claim.h"

namespace control {

class ClaimEdit {
 public:
  ClaimEdit(std::shared_ptr<const model::NodeClaim> claim, std::string_view controller,
            base::Time now)
      : before_(std::move(claim)), controller_(controller), now_(now) {}

  const model::NodeClaim& claim() const { return after_ ? *after_ : *before_; }
  model::NodeClaim& change();
  base::Time now() const { return now_; }

  // "True", "False", "Unknown"; Unknown also if the condition is not there yet.
  std::string_view status_of(std::string_view type) const;
  bool is_true(std::string_view type) const { return status_of(type) == "True"; }
  const model::Condition* find(std::string_view type) const;
  // Since when the condition has its status; the creation time if it is not there.
  base::Time since(std::string_view type) const;

  void set_true(std::string_view type, std::string_view reason = "", std::string_view message = "");
  void set_false(std::string_view type, std::string_view reason, std::string_view message);
  void set_unknown(std::string_view type, std::string_view reason, std::string_view message);
  void clear(std::string_view type);

  // A log line that is said when the change has been written (LIF-058, LIF-299).
  void log(Level level, std::string message, boost::json::object fields = {});
  LogLine line(Level level, std::string message, boost::json::object fields = {}) const;
  Notice notice(bool warning, std::string reason, std::string message) const;
  // What is counted when the change has been written.
  void count(Count count) { counts_.push_back(std::move(count)); }
  void observe(std::vector<Observation> observations) { observations_ = std::move(observations); }
  void note_outcome(std::optional<RegistrationOutcome> outcome) { outcome_ = std::move(outcome); }

  bool is_changed() const { return after_.has_value(); }
  // Adds the action that writes what changed, if anything did.
  void finish(Decision& decision);

 private:
  bool is_set(std::string_view type, std::string_view status, std::string_view reason,
              std::string_view message) const;

  std::shared_ptr<const model::NodeClaim> before_;
  std::optional<model::NodeClaim> after_;
  std::string controller_;
  base::Time now_;
  std::vector<LogLine> logs_;
  std::vector<Count> counts_;
  std::vector<Observation> observations_;
  std::optional<RegistrationOutcome> outcome_;
};

// Writes the difference between two states of one object.
Action patch_action(const model::Object& before, model::Object after);

// Deletes the object.
Action delete_action(const model::Object& object);

}  // namespace control
