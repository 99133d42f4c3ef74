// Requirements: at most one requirement per label key, all of which must hold (scheduling.md
// sections 6.2 to 6.5).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/describe.h"
#include "model/meta.h"
#include "model/node_pool.h"
#include "model/pod.h"
#include "model/requirement.h"

namespace model {

// Which keys may be undefined on the side that is asked (SCH-060).
enum class Undefined {
  none,        // strict: existing nodes, topology node filters
  well_known,  // loose: templates, claims, offerings
};

class Requirements {
 public:
  Requirements() = default;

  // Intersects with what is there for the key (SCH-056).
  void add(Requirement requirement);
  void add(const Requirements& other);
  // Puts the requirement in place of what is there.
  void replace(Requirement requirement);
  void erase(std::string_view key);

  const Requirement* find(std::string_view key) const;
  // What is there, or Exists.
  Requirement get(std::string_view key) const;
  bool has(std::string_view key) const { return find(key) != nullptr; }
  bool empty() const { return by_key_->empty(); }
  std::size_t size() const { return by_key_->size(); }

  auto begin() const { return by_key_->begin(); }  // pairs of key and requirement, by key
  auto end() const { return by_key_->end(); }

  // SCH-059: every key that both have overlaps, or both are negative.
  bool intersects(const Requirements& other) const;

  // SCH-058: this is the existing side, `incoming` the new one.
  bool compatible(const Requirements& incoming, Undefined undefined) const;

  // Why they are not compatible (SCH-063, SCH-064); nullopt if they are.
  std::optional<std::string> incompatibility(const Requirements& incoming,
                                             Undefined undefined) const;

  // SCH-065: the texts sorted and joined by ", ", without the hostname.
  std::string to_string() const;

  // SCH-067: entries for spec.requirements of a NodeClaim, by key.
  std::vector<NodeRequirement> to_wire() const;

  bool operator==(const Requirements&) const = default;

 private:
  base::Shared<base::Map<Requirement>> by_key_;  // copies share it until one of them changes
};

// Each label as In{value} (SCH-116).
Requirements requirements_of(const Labels& labels);

// As a NodePool or NodeClaim writes them. Requires: validated (see validate.h).
Requirements requirements_of(const std::vector<NodeRequirement>& requirements);

// One node selector term, ANDed. Requires: validated.
Requirements requirements_of(const std::vector<NodeSelectorRequirement>& expressions);

// nodeSelector and the first required node-affinity term (SCH-069, "strict").
Requirements strict_requirements_of(const PodSpec& spec);

// As strict, and the heaviest preferred node-affinity term, of equal weights the first (SCH-068).
Requirements requirements_of(const PodSpec& spec);

}  // namespace model
