#include "control/controller.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "control/interruption.h"
#include "control/lifecycle.h"
#include "control/node_classes.h"
#include "control/terminate.h"

namespace control {
namespace {

// Changes that arrive together are looked at together.
constexpr base::Duration kSettle = std::chrono::milliseconds(1);

std::string describe(const ports::Change& change) {
  if (change.type == ports::Change::Type::synced) {
    return fmt::format("synced {}", model::info(change.kind).name);
  }
  return fmt::format("{} {}", change.type == ports::Change::Type::put ? "put" : "removed",
                     key_of(model::reference_to(change.object)));
}

std::string describe(const ports::InstanceNotice& notice) {
  return fmt::format("{} {}", to_string(notice.kind), fmt::join(notice.instances, " "));
}

}  // namespace

Controller::Controller(Ports ports, Settings settings, Journal& journal)
    : ports_(ports),
      journal_(journal),
      world_(std::move(settings)),
      performer_(ports, world_, journal, [this] { look_at(ports_.clock.now()); }) {}

void Controller::start() {
  for (const ports::RegistrationHook* hook : ports_.hooks)
    world_.registration_hooks.push_back(hook->name());
  for (model::Kind kind : world_.watched_kinds()) {
    ports_.kube.watch(kind, [this](ports::Change change) { receive(std::move(change)); });
  }
  ports_.cloud.watch_notices([this](ports::InstanceNotice notice) { receive(std::move(notice)); });
}

void Controller::receive(ports::Change change) {
  inbox_.push_back(std::move(change));
  look_at(ports_.clock.now() + kSettle);
}

void Controller::receive(ports::InstanceNotice notice) {
  journal_.write({ports_.clock.now(), "notice", describe(notice), nullptr});
  std::string id = notice.id;
  world_.notices.try_emplace(std::move(id), PendingNotice{std::move(notice)});
  look_at(ports_.clock.now() + kSettle);
}

void Controller::look_at(base::Time when) {
  if (next_look_ && *next_look_ <= when) return;
  next_look_ = when;
  ports_.clock.at(when, [this, when] {
    if (next_look_ == when) look();  // an earlier look may have replaced this one
  });
}

void Controller::look() {
  next_look_.reset();
  base::Time now = ports_.clock.now();
  for (const ports::Change& change : inbox_) {
    journal_.write({now, "watch", describe(change), nullptr});
    world_.apply(change);
  }
  inbox_.clear();
  if (!world_.watches_synced()) return;
  std::optional<base::Time> wake;
  carry_out(overlays_.decide(world_, now), wake);
  carry_out(pools_.decide(world_, now), wake);
  carry_out(decide_node_classes(world_), wake);
  carry_out(decide_interruption(world_, now), wake);
  carry_out(decide_lifecycle(world_, now), wake);
  carry_out(decide_termination(world_, now), wake);
  carry_out(buffers_.decide(world_, now), wake);
  base::Time begin = ports_.clock.now();
  Decision provisioning = provisioner_.decide(world_, now);
  if (!provisioning.solved_for.empty()) {
    provisioning.observations.push_back(
        solve_duration(provisioning.solved_for, ports_.clock.now() - begin));
  }
  carry_out(std::move(provisioning), wake);
  carry_out(disrupter_.decide(world_, now), wake);
  carry_out(collector_.decide(world_, now), wake);
  carry_out(upkeep_.decide(world_, now), wake);
  if (wake) look_at(std::max(*wake, now + kSettle));
}

void Controller::carry_out(Decision decision, std::optional<base::Time>& wake) {
  auto sooner = [&](std::optional<base::Time> when) {
    if (when && (!wake || *when < *wake)) wake = when;
  };
  for (const LogLine& line : decision.logs)
    performer_.log(line);
  for (const Notice& notice : decision.notices)
    performer_.publish(notice);
  for (const Count& count : decision.counts)
    performer_.add(count);
  for (const Gauge& gauge : decision.gauges)
    performer_.set(gauge);
  for (const Observation& observation : decision.observations)
    performer_.observe(observation);
  for (Action& action : decision.actions)
    sooner(performer_.start(std::move(action)));
  sooner(decision.wake);
}

}  // namespace control
