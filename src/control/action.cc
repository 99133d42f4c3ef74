#include "control/action.h"

namespace control {

std::string key_of(const model::Reference& reference) {
  std::string key(model::info(reference.kind).name);
  key += '/';
  if (!reference.namespace_.empty()) key += reference.namespace_ + "/";
  return key + reference.name;
}

model::ObjectReference reference_of(const model::Object& object) {
  const model::KindInfo& kind = model::info(object.kind());
  const model::ObjectMeta& metadata = object.metadata();
  model::ObjectReference reference;
  reference.apiVersion = kind.api_version();
  reference.kind = kind.name;
  reference.namespace_ = metadata.namespace_;
  reference.name = metadata.name;
  reference.uid = metadata.uid;
  return reference;
}

}  // namespace control
