#include "model/kwok_node_class.h"

namespace model {

FIELDS(KWOKNodeClassSpec, nodeRegistrationDelay);
FIELDS(KWOKNodeClassStatus, conditions);
FIELDS(KWOKNodeClass, metadata, spec, status);

}  // namespace model
