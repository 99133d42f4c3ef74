#include "control/edit.h"

namespace control {
namespace {

const model::ConditionSet& claim_conditions() {
  return model::conditions_of(model::Kind::NodeClaim);
}

}  // namespace

model::NodeClaim& ClaimEdit::change() {
  if (!after_) after_ = *before_;
  return *after_;
}

std::string_view ClaimEdit::status_of(std::string_view type) const {
  const model::Condition* condition = find(type);
  return condition == nullptr ? std::string_view("Unknown") : std::string_view(condition->status);
}

const model::Condition* ClaimEdit::find(std::string_view type) const {
  return model::find_condition(claim().status.conditions, type);
}

base::Time ClaimEdit::since(std::string_view type) const {
  const model::Condition* condition = find(type);
  if (condition != nullptr && condition->lastTransitionTime) return *condition->lastTransitionTime;
  return claim().metadata.creationTimestamp.value_or(now_);
}

bool ClaimEdit::is_set(std::string_view type, std::string_view status, std::string_view reason,
                       std::string_view message) const {
  const model::Condition* condition = find(type);
  return condition != nullptr && condition->status == status && condition->reason == reason &&
         condition->message == message &&
         condition->observedGeneration == claim().metadata.generation;
}

void ClaimEdit::set_true(std::string_view type, std::string_view reason, std::string_view message) {
  if (is_set(type, "True", reason.empty() ? type : reason, message)) return;
  model::NodeClaim& claim = change();
  model::set_true(claim.status.conditions, claim_conditions(), claim.metadata, type, reason,
                  message, now_);
}

void ClaimEdit::set_false(std::string_view type, std::string_view reason,
                          std::string_view message) {
  if (is_set(type, "False", reason, message)) return;
  model::NodeClaim& claim = change();
  model::set_false(claim.status.conditions, claim_conditions(), claim.metadata, type, reason,
                   message, now_);
}

void ClaimEdit::set_unknown(std::string_view type, std::string_view reason,
                            std::string_view message) {
  if (is_set(type, "Unknown", reason, message)) return;
  model::NodeClaim& claim = change();
  model::set_unknown(claim.status.conditions, claim_conditions(), claim.metadata, type, reason,
                     message, now_);
}

void ClaimEdit::clear(std::string_view type) {
  if (find(type) == nullptr) return;
  model::clear(change().status.conditions, claim_conditions(), type);
}

LogLine ClaimEdit::line(Level level, std::string message, boost::json::object fields) const {
  boost::json::object all;
  all["NodeClaim"] = {{"name", claim().metadata.name}};
  if (!claim().status.providerID.empty()) all["provider-id"] = claim().status.providerID;
  if (!claim().status.nodeName.empty()) all["Node"] = {{"name", claim().status.nodeName}};
  for (auto& field : fields)
    all[field.key()] = std::move(field.value());
  return {level, controller_, std::move(message), std::move(all)};
}

void ClaimEdit::log(Level level, std::string message, boost::json::object fields) {
  logs_.push_back(line(level, std::move(message), std::move(fields)));
}

Notice ClaimEdit::notice(bool warning, std::string reason, std::string message) const {
  Notice notice;
  notice.about = reference_of(model::Object(before_));
  notice.warning = warning;
  notice.reason = std::move(reason);
  notice.message = std::move(message);
  notice.dedupe = {before_->metadata.uid};
  return notice;
}

void ClaimEdit::finish(Decision& decision) {
  if (!after_) return;
  Action action = patch_action(model::Object(before_), model::Object(*after_));
  action.logs = std::move(logs_);
  action.counts = std::move(counts_);
  action.observations = std::move(observations_);
  action.outcome = std::move(outcome_);
  decision.actions.push_back(std::move(action));
}

Action patch_action(const model::Object& before, model::Object after) {
  Action action;
  action.key = key_of(model::reference_to(before));
  action.work = PatchObject{before, std::move(after)};
  return action;
}

Action delete_action(const model::Object& object) {
  Action action;
  action.key = key_of(model::reference_to(object));
  action.work = DeleteObject{model::reference_to(object), object.metadata().uid, std::nullopt};
  return action;
}

}  // namespace control
