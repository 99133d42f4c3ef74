// What is wrong with an object that a user wrote, and how to mend it (api.md sections 4.1 to 4.3,
// 5, 7, 8, 9.1, 9.3, 9.4 and 10; scheduling.md SCH-034 to SCH-036).
//
// Admission is what an API server refuses to store. Runtime is what it stores and Joiner then
// reports in the condition ValidationSucceeded. The two differ on purpose where the real API's
// schema and Karpenter differ. Objects are judged with their defaults filled in (defaults.h).
//
// A field that a struct cannot tell from an absent one ("" or an empty list) is judged as absent;
// where the schema tells them apart the field is Given or optional.
// Faults come in the order of the fields, so the same object always gives the same list.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/capacity_buffer.h"
#include "model/kwok_node_class.h"
#include "model/node_claim.h"
#include "model/node_class.h"
#include "model/node_overlay.h"
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

// "; did you mean \"taints\"?" for a field that the type does not have, at a path such as
// "spec.taint[0]"; "" if no field of that place is near.
std::string nearest_field(const base::Type& root, std::string_view path);

// Why an API server refuses the object (API-033 to API-065, API-085, API-086; API-101 to API-107;
// API-141 to API-147; API-156 to API-163; API-172 to API-206; API-255). `before` is what an update replaces, nullptr for a new object.
std::vector<Fault> admission_faults(const NodePool& node_pool, const NodePool* before = nullptr);
std::vector<Fault> admission_faults(const NodeClaim& node_claim, const NodeClaim* before = nullptr);
std::vector<Fault> admission_faults(const EC2NodeClass& node_class,
                                    const EC2NodeClass* before = nullptr);
std::vector<Fault> admission_faults(const NodeOverlay& overlay,
                                    const NodeOverlay* before = nullptr);
std::vector<Fault> admission_faults(const CapacityBuffer& buffer,
                                    const CapacityBuffer* before = nullptr);
std::vector<Fault> admission_faults(const KWOKNodeClass& node_class,
                                    const KWOKNodeClass* before = nullptr);

// Why a stored object may not be used, as sentences for the message of ValidationSucceeded:
// NodePool (API-067 to API-070, API-100), reason NodePoolValidationFailed; NodeOverlay (API-148),
// reason RuntimeValidation.
std::vector<std::string> runtime_faults(const NodePool& node_pool);
std::vector<std::string> runtime_faults(const NodeOverlay& overlay);

// What is wrong with the kubelet settings of a node class (API-223 to API-230); fields below
// "spec.kubelet". Unknown fields are all told; a value of a wrong type is told alone. Expressions
// count as amounts (API-233).
std::vector<Fault> kubelet_faults(const base::Json& kubelet);

// Why a stored EC2NodeClass may not be used, as far as the object itself says it, in the order of
// section 9.4: the first of InvalidKubeletConfiguration, KubeletExpressionsDisabled,
// UnsupportedKubeletConfiguration (API-232) and TagValidationFailed (API-241).
struct ClassFault {
  std::string reason;
  std::string message;
};
std::optional<ClassFault> runtime_fault(const EC2NodeClass& node_class);

// What is wrong with one requirement after its key is normalised (SCH-034 to SCH-036, API-069,
// API-070), as sentences that name the key. Requirements without faults may become a Requirement.
std::vector<std::string> requirement_faults(std::string_view key, std::string_view op,
                                            const std::vector<std::string>& values,
                                            std::optional<std::int32_t> min_values = std::nullopt);
std::vector<std::string> requirement_faults(const NodeRequirement& requirement);
std::vector<std::string> requirement_faults(const NodeSelectorRequirement& expression);

}  // namespace model
