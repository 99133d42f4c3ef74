#include "engine/states.h"

#include <boost/container_hash/hash.hpp>

#include "model/labels.h"

namespace engine {

std::size_t hash_of(const model::Requirement& requirement) {
  std::size_t hash = requirement.is_complement() ? 1 : 0;
  boost::hash_combine(hash, requirement.gte().value_or(-1));
  boost::hash_combine(hash, requirement.lte().value_or(-1));
  for (const std::string& value : requirement.values()) {
    boost::hash_combine(hash, std::hash<std::string>()(value));
  }
  return hash;
}

std::size_t hash_of(const model::Requirements& requirements) {
  std::size_t hash = 0;
  for (const auto& [key, requirement] : requirements) {
    boost::hash_combine(hash, std::hash<std::string>()(key));
    boost::hash_combine(hash, hash_of(requirement));
  }
  return hash;
}

bool Wanted::accepts_any_host() const {
  if (!hostname) return true;
  model::Operator op = hostname->op();
  return op == model::Operator::NotIn || op == model::Operator::DoesNotExist;
}

Wanted States::wanted(const model::Requirements& requirements) {
  const model::Requirement* hostname = requirements.find(model::kHostnameLabel);
  return {intern(requirements), hostname == nullptr ? std::nullopt : std::optional(*hostname)};
}

StateId States::intern(const model::Requirements& requirements) {
  if (requirements.has(model::kHostnameLabel)) {
    model::Requirements rest = requirements;
    rest.erase(model::kHostnameLabel);
    return intern(rest);
  }
  std::vector<StateId>& same_hash = by_hash_[hash_of(requirements)];
  for (StateId candidate : same_hash) {
    if (all_[candidate] == requirements) return candidate;
  }
  auto state = static_cast<StateId>(all_.size());
  all_.push_back(requirements);
  same_hash.push_back(state);
  return state;
}

std::optional<StateId> States::narrow(StateId existing, StateId incoming, Meeting meeting) {
  Memo& memo = meeting == Meeting::strict ? strict_ : loose_;
  std::uint64_t pair = (std::uint64_t{existing} << 32) | incoming;
  if (auto known = memo.find(pair); known != memo.end()) return known->second;

  const model::Requirements& before = all_[existing];
  bool compatible = meeting == Meeting::strict
                        ? before.compatible(all_[incoming], model::Undefined::none)
                        : rules_.compatible(before, all_[incoming]);
  std::optional<StateId> after;
  if (compatible) after = both(existing, incoming);
  memo.emplace(pair, after);
  return after;
}

bool States::defines(StateId existing, StateId other, Meeting meeting) const {
  for (const auto& [key, requirement] : all_[other]) {
    if (all_[existing].has(key)) continue;
    if (meeting == Meeting::strict || !rules_.is_well_known(key)) return false;
  }
  return true;
}

StateId States::both(StateId one, StateId other) {
  std::uint64_t pair = (std::uint64_t{one} << 32) | other;
  if (auto known = both_.find(pair); known != both_.end()) return known->second;
  model::Requirements together = all_[one];
  together.add(all_[other]);
  StateId state = intern(together);
  both_.emplace(pair, state);
  return state;
}

}  // namespace engine
