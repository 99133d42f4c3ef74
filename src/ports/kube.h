// What Joiner needs of a Kubernetes API server. Implemented over HTTP for real clusters and in
// memory for the simulated one.
//
// Writers read before they write and send only what they changed, as merge patches. A patch that
// replaces a list which others write too carries the resource version that was read (LIF-019); an
// answer of Code::conflict means: look again.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "model/kinds.h"
#include "ports/task.h"

namespace ports {

struct Change {
  enum class Type {
    put,      // the object was added or changed
    removed,  // the object is gone; `object` is its last known state
    synced,   // every object that existed when the watch began was delivered; no object
  };
  Type type = Type::put;
  model::Kind kind = model::Kind::Pod;
  model::Object object;
};

struct Preconditions {
  std::string uid;              // empty: any
  std::string resourceVersion;  // empty: any
};

class Kube {
 public:
  virtual ~Kube() = default;

  // Delivers every object of the kind, then `synced`, then every change, in order, for as long as
  // the implementation lives. Gaps of the connection are healed inside: the sink may miss states in
  // between, but never the last one, and never a removal.
  virtual void watch(model::Kind kind, std::function<void(Change)> sink) = 0;

  // The object as it is now at the server. Code::not_found if there is none.
  virtual Task<base::Result<model::Object>> get(model::Reference reference) = 0;

  // Creates the object (metadata.generateName allowed); returns it as stored.
  virtual Task<base::Result<model::Object>> create(model::Object object) = 0;

  // Applies a merge patch. subresource: "" or "status". Code::conflict if the resource version does
  // not match, Code::not_found if the object or, with a uid, this very object is gone.
  virtual Task<base::Result<model::Object>> patch(model::Reference reference, base::Json patch,
                                                  std::string subresource,
                                                  Preconditions preconditions) = 0;

  // Deletes the object; with finalizers left it stays with a deletion timestamp. Success also if
  // it is deleting already. The grace period, if given, replaces a pod's own.
  virtual Task<base::Result<void>> remove(model::Reference reference, Preconditions preconditions,
                                          std::optional<std::int64_t> grace_period_seconds) = 0;

  // Asks for the eviction of a pod through the eviction subresource: Code::throttled if a
  // PodDisruptionBudget forbids it now, Code::not_found or Code::conflict if this very pod is gone.
  virtual Task<base::Result<void>> evict(model::Reference pod, std::string uid,
                                         std::optional<std::int64_t> grace_period_seconds) = 0;
};

}  // namespace ports
