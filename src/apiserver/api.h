// The Kubernetes API on the simulated store: an HTTP request in, an answer out. It serves what a
// person does with kubectl in a walk, for all kinds in the same way; what it does not serve it
// refuses in one sentence. It is a demonstration and a test double, not a second kube-apiserver:
// no authentication and no server-side apply.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "apiserver/call.h"
#include "base/json.h"
#include "base/result.h"
#include "base/time.h"
#include "net/server.h"
#include "sim/store.h"

namespace apiserver {

class Api {
 public:
  // Requires: the store outlives the Api and the streams that it opened. `now` is the store's time.
  Api(sim::Store& store, std::function<base::Time()> now);

  net::Reply handle(const net::Request& request);

 private:
  net::Reply on_collection(const Call& call);
  net::Reply on_object(const Call& call);
  net::Reply on_subresource(const Call& call);

  net::Reply list_or_watch(const Call& call);
  net::Reply get(const Call& call);
  net::Reply create(const Call& call);
  net::Reply update(const Call& call);
  net::Reply patch(const Call& call);
  net::Reply remove(const Call& call);
  net::Reply remove_collection(const Call& call);
  net::Reply evict(const Call& call);
  net::Reply bind(const Call& call);

  // The object, or its scale if the call is for that, in the form that the client asked for.
  net::Response answer(const Call& call, const sim::StoredPtr& object, int status,
                       const std::vector<std::string>& warnings = {}) const;
  net::Response written(const Call& call, const base::Result<sim::StoredPtr>& object, int status,
                        const std::vector<std::string>& warnings) const;

  sim::Store& store_;
  std::function<base::Time()> now_;
};

}  // namespace apiserver
