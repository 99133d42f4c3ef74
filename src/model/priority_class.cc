#include "model/priority_class.h"

namespace model {

FIELDS_WITH(PriorityClass, .always({"value"}), metadata, value, globalDefault, description,
            preemptionPolicy);

}  // namespace model
