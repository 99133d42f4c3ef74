// What is wrong with an object that a user wrote, and how to mend it (api.md sections 4.1 to 4.3,
// 5 and 9.1; scheduling.md SCH-034 to SCH-036).
//
// Admission is what an API server refuses to store. Runtime is what it stores and Joiner then
// reports in the condition ValidationSucceeded. The two differ on purpose where the real API's
// schema and Karpenter differ. Objects are judged with their defaults filled in (defaults.h).
//
// A field that a struct cannot tell from an absent one ("" or an empty list) is judged as absent.
// Faults come in the order of the fields, so the same object always gives the same list.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/node_claim.h"
#include "model/node_class.h"
#include "model/node_pool.h"
#include "model/pod.h"

namespace model {

struct Fault {
  std::string field;    // "spec.template.spec.requirements[0].key"
  std::string message;  // names the value and how to mend it

  bool operator==(const Fault&) const = default;
};

// "spec.weight: 101 is not between 1 and 100"
std::string to_string(const Fault& fault);

// Why an API server refuses the object (API-033 to API-065, API-085, API-086; API-101 to API-107;
// API-172 to API-206). `before` is what an update replaces, nullptr for a new object.
std::vector<Fault> admission_faults(const NodePool& node_pool, const NodePool* before = nullptr);
std::vector<Fault> admission_faults(const NodeClaim& node_claim, const NodeClaim* before = nullptr);
std::vector<Fault> admission_faults(const EC2NodeClass& node_class,
                                    const EC2NodeClass* before = nullptr);

// Why a stored NodePool may not be used, as sentences for the message of ValidationSucceeded
// (API-067 to API-070, API-100).
std::vector<std::string> runtime_faults(const NodePool& node_pool);

// What is wrong with one requirement after its key is normalised (SCH-034 to SCH-036, API-069,
// API-070), as sentences that name the key. Requirements without faults may become a Requirement.
std::vector<std::string> requirement_faults(std::string_view key, std::string_view op,
                                            const std::vector<std::string>& values,
                                            std::optional<std::int32_t> min_values = std::nullopt);
std::vector<std::string> requirement_faults(const NodeRequirement& requirement);
std::vector<std::string> requirement_faults(const NodeSelectorRequirement& expression);

}  // namespace model
