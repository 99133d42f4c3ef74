// The port to Kubernetes on a real API server.
//
// Writes are merge patches that carry what they depend on: the UID and, where the caller says so, the resource
// version, which the server checks. Reads of one kind share one watch (reflector.h).
#pragma once

#include <functional>
#include <map>
#include <memory>

#include "base/random.h"
#include "kube/api_client.h"
#include "kube/reflector.h"
#include "ports/kube.h"

namespace kube {

class KubeClient final : public ports::Kube {
 public:
  // Requires: the client and the clock outlive this; this outlives the event loop's last step.
  KubeClient(boost::asio::any_io_executor executor, ApiClient& client, ports::Clock& clock,
             const base::Random& random, ReflectorOptions options,
             std::function<void(const Incident&)> report);

  void watch(model::Kind kind, std::function<void(ports::Change)> sink) override;
  ports::Task<base::Result<model::Object>> get(model::Reference reference) override;
  ports::Task<base::Result<model::Object>> create(model::Object object) override;
  ports::Task<base::Result<model::Object>> patch(model::Reference reference, base::Json patch,
                                                 std::string subresource,
                                                 ports::Preconditions preconditions) override;
  ports::Task<base::Result<void>> remove(model::Reference reference,
                                         ports::Preconditions preconditions,
                                         std::optional<std::int64_t> grace_period_seconds) override;
  ports::Task<base::Result<void>> evict(model::Reference pod, std::string uid,
                                        std::optional<std::int64_t> grace_period_seconds) override;

 private:
  ports::Task<base::Result<model::Object>> call(model::Kind kind, ApiRequest request);

  boost::asio::any_io_executor executor_;
  ApiClient& client_;
  ports::Clock& clock_;
  base::Random random_;
  ReflectorOptions options_;
  std::function<void(const Incident&)> report_;
  std::map<model::Kind, std::unique_ptr<Reflector>> reflectors_;
};

}  // namespace kube
