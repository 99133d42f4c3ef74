#include <fmt/format.h>

#include <deque>
#include <map>
#include <utility>

#include "sim/faults_ports.h"

namespace sim {
namespace {

using ports::Change;

constexpr Range kPause{std::chrono::milliseconds(50), std::chrono::seconds(30)};

std::string key_in_kind(const Change& change) {
  const model::ObjectMeta& metadata = change.object.metadata();
  return metadata.namespace_ + "/" + metadata.name;
}

}  // namespace

// One watch: what comes from within is delivered, held back, or missed until the next listing.
class FaultyKube::Stream : public std::enable_shared_from_this<FaultyKube::Stream> {
 public:
  Stream(model::Kind kind, std::function<void(Change)> sink, Gate gate)
      : kind_(kind),
        sink_(std::move(sink)),
        gate_(gate),
        name_(fmt::format("watch.{}", model::info(kind).name)) {}

  void receive(Change change) {
    if (gate_.life().is_over) return;
    note(change, current_);
    if (state_ == State::lost) return;
    bool is_first_listing = !is_synced_;
    if (change.type == Change::Type::synced) is_synced_ = true;
    if (state_ == State::late) {
      held_.push_back(std::move(change));
      return;
    }
    if (!is_first_listing && pause_if(".lost", State::lost)) return;
    if (!is_first_listing && pause_if(".late", State::late)) {
      held_.push_back(std::move(change));
      return;
    }
    bool is_repeated = !is_first_listing && gate_.faults().strikes(name_ + ".repeated");
    deliver(change);
    if (is_repeated) deliver(std::move(change));
  }

 private:
  enum class State { flowing, late, lost };
  using Objects = std::map<std::string, model::Object>;

  static void note(const Change& change, Objects& objects) {
    if (change.type == Change::Type::put) objects[key_in_kind(change)] = change.object;
    if (change.type == Change::Type::removed) objects.erase(key_in_kind(change));
  }

  void deliver(Change change) {
    note(change, delivered_);
    sink_(std::move(change));
  }

  bool pause_if(std::string_view fault, State state) {
    std::string location = name_ + std::string(fault);
    if (!gate_.faults().strikes(location)) return false;
    state_ = state;
    base::Time end = gate_.clock().now() + gate_.faults().draw(location, kPause);
    gate_.clock().at(end, [weak = weak_from_this()] {
      if (auto stream = weak.lock()) stream->resume();
    });
    return true;
  }

  void resume() {
    if (gate_.life().is_over) return;
    State before = std::exchange(state_, State::flowing);
    if (before == State::lost) list_again();
    std::deque<Change> held = std::move(held_);
    held_.clear();
    for (Change& change : held)
      deliver(std::move(change));
  }

  // As a client does after "too old": what is gone is told as removed, all else as put.
  void list_again() {
    Objects known = delivered_;
    for (auto& [key, object] : known) {
      auto present = current_.find(key);
      bool is_same =
          present != current_.end() && present->second.metadata().uid == object.metadata().uid;
      if (!is_same) deliver({Change::Type::removed, kind_, std::move(object)});
    }
    for (const auto& [key, object] : Objects(current_))
      deliver({Change::Type::put, kind_, object});
  }

  const model::Kind kind_;
  const std::function<void(Change)> sink_;
  Gate gate_;
  const std::string name_;
  State state_ = State::flowing;
  bool is_synced_ = false;
  Objects current_;    // as the server has told
  Objects delivered_;  // as the controller knows
  std::deque<Change> held_;
};

FaultyKube::FaultyKube(ports::Kube& kube, Gate gate) : kube_(kube), gate_(gate) {}

FaultyKube::~FaultyKube() = default;

void FaultyKube::watch(model::Kind kind, std::function<void(Change)> sink) {
  auto stream = std::make_shared<Stream>(kind, std::move(sink), gate_);
  streams_.push_back(stream);
  kube_.watch(kind, [raw = stream.get()](Change change) { raw->receive(std::move(change)); });
}

}  // namespace sim
