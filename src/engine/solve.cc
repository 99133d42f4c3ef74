#include "engine/solve.h"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <tuple>
#include <utility>

#include "model/resources.h"

namespace engine {

namespace {

// What the queue is sorted by, as far as a pod's shape does not tell.
std::tuple<std::chrono::sys_seconds, std::string_view> age_of(const model::Pod& pod) {
  base::Time created = pod.metadata.creationTimestamp.value_or(base::Time());
  return {std::chrono::floor<std::chrono::seconds>(created), pod.metadata.uid};
}

}  // namespace

std::vector<std::size_t> queue_order(Problem& problem, std::vector<std::size_t> pods) {
  std::size_t cpu = problem.scale.column(model::kCpu);
  std::size_t memory = problem.scale.column(model::kMemory);
  auto amount = [&](std::size_t pod, std::size_t column) {
    if (column == AmountScale::kNoColumn) return std::int64_t{0};
    return problem.shapes[problem.shape_of[pod]].amounts[column];
  };
  std::ranges::sort(pods, [&](std::size_t a, std::size_t b) {
    auto size_a = std::tuple(amount(a, cpu), amount(a, memory));
    auto size_b = std::tuple(amount(b, cpu), amount(b, memory));
    if (size_a != size_b) return size_a > size_b;
    return age_of(*problem.snapshot.pods[a]) < age_of(*problem.snapshot.pods[b]);
  });
  return pods;
}

bool Solve::run(const std::vector<std::size_t>& pods, const std::function<bool()>& stop) {
  struct Entry {
    std::size_t pod = 0;
    std::size_t length = 0;  // of the queue, when it was last appended; 0 before
    std::size_t first_host = 0;
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
      entry.first_host = last_first_host_;
      queue.push_back(entry);
      queue.back().length = queue.size();
    }
  }
  for (const Entry& entry : queue) {
    if (entry.length != 0) failed_.push_back({entry.pod, entry.first_host});
  }
  return !is_stopped;
}

Solve::Outcome Solve::attempt(std::size_t pod, const std::function<bool()>& stop) {
  std::size_t number = problem_.shape_of[pod];
  Shape& shape = problem_.shapes[number];
  if (shape.uses_dra && problem_.snapshot.settings.ignore_dra_requests) return Outcome::no_place;
  Form* form = &shape.forms.front();
  for (std::size_t step = 0; form != nullptr; ++step) {
    if (stop && stop()) return Outcome::stopped;
    last_first_host_ = next_host_;
    if (place(pod, {shape, *form})) return Outcome::placed;
    form = problem_.shapes.relaxed(number, step, problem_.may_tolerate_preferences);
    if (form != nullptr) problem_.topology.bind(shape, *form);
  }
  return Outcome::no_place;
}

bool Solve::place(std::size_t pod, const Candidate& candidate) {
  return place_on_node(pod, candidate) || place_on_claim(pod, candidate) ||
         open_claim(pod, candidate);
}

bool Solve::place_on_node(std::size_t pod, const Candidate& candidate) {
  for (ExistingNode& node : problem_.nodes) {
    auto state = fit_node(problem_, node, candidate);
    if (!state) continue;
    node.state = *state;
    subtract(node.available, candidate.shape.amounts);
    const HostPorts& ports = candidate.shape.ports;
    node.ports.insert(node.ports.end(), ports.begin(), ports.end());
    for (const auto& [driver, claims] : *candidate.shape.attached) {
      node.attached[driver].insert(claims.begin(), claims.end());
    }
    node.pods.push_back(pod);
    problem_.topology.record(candidate.shape, {node.state, node.hostname, node.taints});
    return true;
  }
  return false;
}

bool Solve::place_on_claim(std::size_t pod, const Candidate& candidate) {
  for (const auto& [pods, stamp, index] : claims_.in_order()) {
    Claim& claim = claims_[index];
    auto narrowed = fit_claim(problem_, claim, candidate);
    if (!narrowed) continue;
    join(claim, pod, candidate, *std::move(narrowed));
    claims_.received(index);
    return true;
  }
  return false;
}

bool Solve::open_claim(std::size_t pod, const Candidate& candidate) {
  for (Template& from : problem_.templates) {
    auto claim = empty_claim(problem_, from, next_host_);
    if (!claim) continue;
    ++next_host_;
    auto narrowed = fit_claim(problem_, *claim, candidate);
    if (!narrowed) continue;
    join(*claim, pod, candidate, *std::move(narrowed));
    from.limits.charge(claim->rows);
    claims_.open(*std::move(claim));
    return true;
  }
  return false;
}

void Solve::join(Claim& claim, std::size_t pod, const Candidate& candidate, Narrowed narrowed) {
  claim.state = narrowed.state;
  claim.rows = std::move(narrowed.rows);
  claim.min_values_relaxed = narrowed.min_values_relaxed;
  add(claim.requests, candidate.shape.amounts);
  const HostPorts& ports = candidate.shape.ports;
  claim.ports.insert(claim.ports.end(), ports.begin(), ports.end());
  claim.pods.push_back(pod);
  std::string hostname = placeholder(claim.host);
  if (claim.pods.size() == 1) problem_.topology.add_hostname(hostname);
  problem_.topology.record(candidate.shape, {claim.state, hostname, claim.made_from->taints()});
}

}  // namespace engine
