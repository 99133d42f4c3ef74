#include "sim/admission.h"

namespace sim {

void install_admission(Store& store, const model::ClassDefaults& class_defaults) {
  install_core_admission(store);
  install_custom_admission(store);
  install_retired_admission(store, class_defaults);
}

}  // namespace sim
