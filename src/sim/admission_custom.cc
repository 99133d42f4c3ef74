#include <utility>

#include "base/patch.h"
#include "model/capacity_buffer.h"
#include "model/defaults.h"
#include "model/kwok_node_class.h"
#include "model/node_claim.h"
#include "model/node_class.h"
#include "model/node_overlay.h"
#include "model/node_pool.h"
#include "sim/admission.h"
#include "sim/errors.h"
#include "sim/object_meta.h"

namespace sim {
namespace {

using base::Json;
using base::Result;

// Only what the defaults add is written, so that the rest stays as the user spelled it. An object
// that cannot be read is left to the typed reader, which says why.
template <class T>
Result<void> fill_in(const Stored*, Json& value, const WriteOptions& options) {
  if (options.subresource == "status") return {};
  Result<T> object = base::from_json<T>(value);
  if (!object) return {};
  Json before = base::to_json(*object);
  model::fill_in_defaults(*object);
  base::apply_merge_patch(value, base::make_merge_patch(before, base::to_json(*object)));
  return {};
}

template <class T>
void install(Store& store) {
  const Resource& resource = store.resource_of(model::kind_of<T>());
  if constexpr (requires(T object) { model::fill_in_defaults(object); }) {
    store.admit(resource, fill_in<T>);
  }
  store.validate(resource,
                 [&resource](const Stored* before, const Stored& after,
                             const WriteOptions& options) -> Result<void> {
                   if (options.subresource == "status") return {};
                   std::vector<model::Fault> faults = model::admission_faults(
                       after.object.as<T>(), before == nullptr ? nullptr : &before->object.as<T>());
                   if (faults.empty()) return {};
                   return invalid_object(resource, meta_text(after.json, "name"), faults);
                 });
}

}  // namespace

void install_custom_admission(Store& store) {
  install<model::NodePool>(store);
  install<model::NodeClaim>(store);
  install<model::EC2NodeClass>(store);
  install<model::NodeOverlay>(store);
  install<model::CapacityBuffer>(store);
  install<model::KWOKNodeClass>(store);
}

}  // namespace sim
