#include "model/node_overlay.h"

namespace model {

FIELDS_WITH(NodeOverlaySpec, .always({"requirements"}), requirements, priceAdjustment, price,
            capacity, weight);
FIELDS(NodeOverlayStatus, conditions);
FIELDS(NodeOverlay, metadata, spec, status);

}  // namespace model
