#include <fmt/format.h>

#include "model/validate.h"
#include "model/validate_parts.h"

namespace model {
namespace {

void check_not_negative(std::optional<std::int32_t> number, const char* field, Faults& faults) {
  if (number && *number < 0) faults.add(field, fmt::format("{} is negative", *number));
}

}  // namespace

std::vector<Fault> admission_faults(const CapacityBuffer& buffer, const CapacityBuffer*) {
  Faults faults;
  const CapacityBufferSpec& spec = buffer.spec;
  if (spec.podTemplateRef && spec.podTemplateRef->name.empty()) {
    faults.add("spec.podTemplateRef.name", "is required: the PodTemplate to use");
  }
  if (spec.scalableRef && spec.scalableRef->kind.empty()) {
    faults.add("spec.scalableRef.kind", "is required, for example \"Deployment\"");
  }
  if (spec.scalableRef && spec.scalableRef->name.empty()) {
    faults.add("spec.scalableRef.name", "is required: the workload to follow");
  }
  check_not_negative(spec.replicas, "spec.replicas", faults);
  check_not_negative(spec.percentage, "spec.percentage", faults);
  if (spec.podTemplateRef && spec.scalableRef) {
    faults.add("spec", "podTemplateRef and scalableRef are both set; keep one");
  } else if (spec.podTemplateRef && !spec.replicas && !spec.limits.is_given()) {
    faults.add("spec",
               "podTemplateRef needs replicas or limits, which say how large the buffer is");
  }
  return faults.take();
}

std::vector<Fault> admission_faults(const KWOKNodeClass& node_class, const KWOKNodeClass*) {
  Faults faults;
  const std::optional<DurationText>& delay = node_class.spec.nodeRegistrationDelay;
  if (delay) faults.add_if("spec.nodeRegistrationDelay", plain_duration_fault(*delay));
  return faults.take();
}

}  // namespace model
