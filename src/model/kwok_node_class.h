// KWOKNodeClass karpenter.kwok.sh/v1alpha1 (api.md section 10): the node class of clusters whose
// nodes are only pretended.
#pragma once

#include <optional>
#include <vector>

#include "base/describe.h"
#include "model/meta.h"
#include "model/scalars.h"

namespace model {

struct KWOKNodeClassSpec {
  std::optional<DurationText> nodeRegistrationDelay;  // from launch to the Node; none means 0
};
DESCRIBED(KWOKNodeClassSpec);

struct KWOKNodeClassStatus {
  std::vector<Condition> conditions;
};
DESCRIBED(KWOKNodeClassStatus);

struct KWOKNodeClass {
  ObjectMeta metadata;
  KWOKNodeClassSpec spec;
  KWOKNodeClassStatus status;
};
DESCRIBED(KWOKNodeClass);

}  // namespace model
