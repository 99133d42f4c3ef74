#include "engine/solve.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

#include "model/resources.h"

namespace engine {

std::vector<std::size_t> queue_order(Problem& problem, std::vector<std::size_t> pods) {
  struct Entry {
    std::int64_t cpu = 0;
    std::int64_t memory = 0;
    std::chrono::sys_seconds created;
    std::string_view uid;
    std::size_t pod = 0;
  };
  std::size_t cpu = problem.scale.column(model::kCpu);
  std::size_t memory = problem.scale.column(model::kMemory);
  std::vector<Entry> entries;
  entries.reserve(pods.size());
  for (std::size_t pod : pods) {
    const Amounts& amounts = problem.shapes[problem.shape_of[pod]].amounts;
    const model::ObjectMeta& metadata = problem.snapshot.pods[pod]->metadata;
    Entry& entry = entries.emplace_back();
    if (cpu != AmountScale::kNoColumn) entry.cpu = amounts[cpu];
    if (memory != AmountScale::kNoColumn) entry.memory = amounts[memory];
    base::Time created = metadata.creationTimestamp.value_or(base::Time());
    entry.created = std::chrono::floor<std::chrono::seconds>(created);
    entry.uid = metadata.uid;
    entry.pod = pod;
  }
  std::ranges::sort(entries, [](const Entry& a, const Entry& b) {
    return std::tie(b.cpu, b.memory, a.created, a.uid) <
           std::tie(a.cpu, a.memory, b.created, b.uid);
  });
  std::ranges::transform(entries, pods.begin(), &Entry::pod);
  return pods;
}

Solve::Solve(Problem& problem)
    : problem_(problem),
      finder_(problem.states, problem.tolerance, problem.topology),
      node_ways_(problem.node_classes),
      claim_ways_(problem.claim_classes),
      retries_(problem) {
  for (std::size_t index = 0; index < problem_.nodes.size(); ++index) {
    ExistingNode& node = problem_.nodes[index];
    bool is_full = std::ranges::any_of(node.available, [](auto amount) { return amount < 0; });
    if (is_full) continue;  // for everybody (SCH-076), and for good
    node.closed = problem_.topology.closed_by(node.host);
    nodes_.insert(static_cast<BinTree::BinId>(index), {index, 0}, summary_of(node));
  }
}

bool Solve::run(const std::vector<std::size_t>& pods, const std::function<bool()>& stop) {
  struct Entry {
    std::size_t pod = 0;
    std::size_t length = 0;  // of the queue, when it was last appended; 0 before
    std::size_t placeholder = 0;
  };
  std::deque<Entry> queue;
  for (std::size_t pod : pods) {
    queue.push_back({pod, 0, 0});
  }
  bool is_stopped = false;
  while (!queue.empty() && queue.front().length != queue.size()) {
    Entry entry = queue.front();
    Outcome outcome = attempt(entry.pod, stop);
    if (outcome == Outcome::stopped) {
      is_stopped = true;
      break;
    }
    queue.pop_front();
    if (outcome == Outcome::no_place) {
      entry.placeholder = last_first_placeholder_;
      queue.push_back(entry);
      queue.back().length = queue.size();
    }
  }
  for (const Entry& entry : queue) {
    if (entry.length != 0) failed_.push_back({entry.pod, entry.placeholder});
  }
  return !is_stopped;
}

Solve::Outcome Solve::attempt(std::size_t pod, const std::function<bool()>& stop) {
  std::size_t number = problem_.shape_of[pod];
  Shape& shape = problem_.shapes[number];
  if (shape.uses_dra) return Outcome::no_place;  // devices are not allocated (SCH-316)
  if (retries_.would_fail(number)) {
    skip(shape);
    return Outcome::no_place;
  }
  Form* form = &shape.forms.front();
  for (std::size_t step = 0; form != nullptr; ++step) {
    if (stop && stop()) return Outcome::stopped;
    last_first_placeholder_ = next_placeholder_;
    Outcome outcome = place(pod, {shape, *form});
    if (outcome == Outcome::placed && step > 0) relaxed_.push_back({pod, form->dropped});
    if (outcome == Outcome::placed) return outcome;
    if (outcome == Outcome::must_wait) return Outcome::no_place;  // without relaxation (SCH-140)
    form = problem_.shapes.relaxed(number, step, problem_.may_tolerate_preferences);
    if (form != nullptr) problem_.topology.bind(shape, *form);
  }
  retries_.note_failure(number);
  return Outcome::no_place;
}

// Counts placeholders as if the shape had been tried in all its forms.
void Solve::skip(const Shape& shape) {
  std::size_t a_form = retries_.open_templates();
  last_first_placeholder_ = next_placeholder_ + (shape.forms.size() - 1) * a_form;
  next_placeholder_ += shape.forms.size() * a_form;
}

Solve::Outcome Solve::place(std::size_t pod, const Candidate& candidate) {
  problem_.topology.look(candidate.shape, candidate.form, view_);
  node_ways_.forget();
  claim_ways_.forget();
  bool is_placed = place_on_node(pod, candidate) || place_on_claim(pod, candidate);
  return is_placed ? Outcome::placed : open_claim(pod, candidate);
}

Need Solve::need_of(const Candidate& candidate) const {
  Need need;
  for (std::size_t index = 0; index < problem_.tracked_columns.size(); ++index) {
    need.room[index] = candidate.shape.amounts[problem_.tracked_columns[index]];
  }
  for (const Topology::HostRule& rule : view_.host_rules()) {
    if (rule.bit == Topology::kNoBit) continue;
    need.closed_by[rule.bit / 64] |= std::uint64_t{1} << (rule.bit % 64);
  }
  return need;
}

bool Solve::place_on_node(std::size_t pod, const Candidate& candidate) {
  if (view_.is_hopeless()) return false;
  Need need = need_of(candidate);
  std::optional<StateId> state;
  BinTree::BinId accepting = 0;
  bool is_found = nodes_.find(need, [&](BinTree::BinId bin) {
    const ExistingNode& node = problem_.nodes[bin];
    const Ways& ways = node_ways_.of(node.bin_class, finder_, candidate, view_, need);
    state = fit_node(problem_, node, candidate, view_, ways);
    accepting = bin;
    return state.has_value();
  });
  if (!is_found) return false;
  ExistingNode& node = problem_.nodes[accepting];
  join(node, pod, candidate, *state);
  nodes_.erase(accepting);
  nodes_.insert(accepting, {accepting, 0}, summary_of(node));
  return true;
}

bool Solve::place_on_claim(std::size_t pod, const Candidate& candidate) {
  if (view_.is_hopeless()) return false;
  Need need = need_of(candidate);
  std::optional<Narrowed> narrowed;
  BinTree::BinId accepting = 0;
  bool is_found = claims_.tree().find(need, [&](BinTree::BinId bin) {
    const Claim& claim = claims_[bin];
    const Ways& ways = claim_ways_.of(claim.bin_class, finder_, candidate, view_, need);
    narrowed = fit_claim(problem_, claim, candidate, view_, ways);
    accepting = bin;
    return narrowed.has_value();
  });
  if (!is_found) return false;
  Claim& claim = claims_[accepting];
  join(claim, pod, candidate, *std::move(narrowed));
  claims_.received(accepting, summary_of(claim));
  return true;
}

Solve::Outcome Solve::open_claim(std::size_t pod, const Candidate& candidate) {
  Need need;
  for (Template& from : problem_.templates) {
    auto claim = empty_claim(problem_, from, next_placeholder_);
    if (!claim) continue;
    ++next_placeholder_;
    const Ways& ways = claim_ways_.of(from.bin_class, finder_, candidate, view_, need);
    auto narrowed = fit_claim(problem_, *claim, candidate, view_, ways);
    if (!narrowed) {
      // It keeps the templates behind from being used (SCH-188).
      bool must_wait =
          !from.types->reserved().empty() &&
          refusal_of(problem_, *claim, candidate, view_, ways) == Code::reserved_offering;
      if (must_wait) return Outcome::must_wait;
      continue;
    }
    claim->host = problem_.topology.hosts.add_claim(claim->placeholder);
    join(*claim, pod, candidate, *std::move(narrowed));
    retries_.note_opened();
    from.limits.charge(claim->rows);
    Summary summary = summary_of(*claim);
    claims_.open(*std::move(claim), summary);
    return Outcome::placed;
  }
  return Outcome::no_place;
}

void Solve::join(ExistingNode& node, std::size_t pod, const Candidate& candidate, StateId state) {
  BinClass joined = problem_.node_classes[node.bin_class];
  retries_.note_narrowed(joined.state, state, Meeting::strict);
  joined.state = state;
  node.bin_class = problem_.node_classes.intern(joined);
  subtract(node.available, candidate.shape.amounts);
  const HostPorts& ports = candidate.shape.ports;
  node.ports.insert(node.ports.end(), ports.begin(), ports.end());
  for (const auto& [driver, claims] : *candidate.shape.attached) {
    node.attached[driver].insert(claims.begin(), claims.end());
  }
  node.pods.push_back(pod);
  auto closed = problem_.topology.record(candidate.shape, {state, joined.taints, node.host, 0});
  for (std::size_t word = 0; word < closed.size(); ++word)
    node.closed[word] |= closed[word];
}

void Solve::join(Claim& claim, std::size_t pod, const Candidate& candidate, Narrowed narrowed) {
  BinClass joined = problem_.claim_classes[claim.bin_class];
  retries_.note_narrowed(joined.state, narrowed.state, Meeting::loose);
  joined.state = narrowed.state;
  claim.bin_class = problem_.claim_classes.intern(joined);
  claim.rows = std::move(narrowed.rows);
  bool is_freed = problem_.reservations.exchange(claim.reservations, narrowed.reservations);
  if (is_freed) retries_.note_freed();
  claim.reservations = std::move(narrowed.reservations);
  claim.min_values_relaxed = narrowed.min_values_relaxed;
  add(claim.requests, candidate.shape.amounts);
  const HostPorts& ports = candidate.shape.ports;
  claim.ports.insert(claim.ports.end(), ports.begin(), ports.end());
  claim.pods.push_back(pod);
  auto closed =
      problem_.topology.record(candidate.shape, {narrowed.state, joined.taints, claim.host, 0});
  for (std::size_t word = 0; word < closed.size(); ++word)
    claim.closed[word] |= closed[word];
}

Summary Solve::summary_of(const ExistingNode& node) const {
  Summary summary;
  for (std::size_t index = 0; index < problem_.tracked_columns.size(); ++index) {
    summary.room[index] = node.available[problem_.tracked_columns[index]];
  }
  summary.classes = std::uint64_t{1} << (node.bin_class % 64);
  summary.closed = node.closed;
  return summary;
}

Summary Solve::summary_of(Claim& claim) const {
  Summary summary;
  const Rooms& rooms = *claim.made_from->rooms;
  for (std::size_t index = 0; index < problem_.tracked_columns.size(); ++index) {
    std::size_t column = problem_.tracked_columns[index];
    std::uint32_t& largest = claim.largest[index];
    largest = rooms.largest(column, claim.rows, largest);
    summary.room[index] = rooms[largest][column] - claim.requests[column];
  }
  summary.classes = std::uint64_t{1} << (claim.bin_class % 64);
  summary.closed = claim.closed;
  return summary;
}

void Solve::ClassWays::forget() {
  ++round_;
  refused_on_bit_.fill(0);
}

// A class that refuses leaves `need`, as soon as all that share its bit do.
const Ways& Solve::ClassWays::of(ClassId id, WayFinder& finder, const Candidate& candidate,
                                 const Topology::View& view, Need& need) {
  if (id >= entries_.size()) entries_.resize(classes_.size());
  Entry& entry = entries_[id];
  if (entry.round == round_) return entry.ways;
  entry.round = round_;
  finder.find(candidate, view, classes_[id], entry.ways);
  if (entry.ways.all.empty()) {
    std::size_t bit = id % 64;
    std::size_t on_bit = (classes_.size() + 63 - bit) / 64;
    if (++refused_on_bit_[bit] == on_bit) need.classes &= ~(std::uint64_t{1} << bit);
  }
  return entry.ways;
}

}  // namespace engine
