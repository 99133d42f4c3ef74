// An API server and a cloud that answer at once, for benchmarks of the controller.
#pragma once

#include <fmt/format.h>

#include <chrono>
#include <functional>
#include <map>

#include "base/patch.h"
#include "model/instance_type.h"
#include "model/kinds.h"
#include "ports/cloud.h"
#include "ports/kube.h"

namespace bench {

using ports::Task;

// An API server that stores what it is given and tells its watchers at once.
class PlainKube final : public ports::Kube {
 public:
  void watch(model::Kind kind, std::function<void(ports::Change)> sink) override {
    for (const auto& [reference, object] : prepared_) {
      if (reference.kind == kind) sink({ports::Change::Type::put, kind, object});
    }
    sinks_[kind] = std::move(sink);
    sinks_[kind]({ports::Change::Type::synced, kind, {}});
  }

  // An object that is there before anybody watches. Nobody may write to it.
  void prepare(const model::Object& object) { prepared_[model::reference_to(object)] = object; }
  // Delivers an object to its watchers without storing it.
  void deliver(const model::Object& object) {
    sinks_.at(object.kind())({ports::Change::Type::put, object.kind(), object});
  }

  model::Object put(model::Kind kind, base::Json object) {
    object.as_object()["metadata"].as_object()["resourceVersion"] = fmt::format("{}", ++version_);
    model::Object read = model::read_object(kind, object).value();
    objects_[model::reference_to(read)] = std::move(object);
    if (auto sink = sinks_.find(kind); sink != sinks_.end()) {
      sink->second({ports::Change::Type::put, kind, read});
    }
    return read;
  }

  Task<base::Result<model::Object>> get(model::Reference reference) override {
    co_return model::read_object(reference.kind, objects_.at(reference));
  }
  Task<base::Result<model::Object>> create(model::Object object) override {
    base::Json json = model::to_json(object);
    boost::json::object& metadata = json.as_object()["metadata"].as_object();
    metadata["uid"] = fmt::format("uid-{}", version_);
    if (!metadata.contains("name")) metadata["name"] = fmt::format("claim-{}", version_);
    co_return put(object.kind(), std::move(json));
  }
  Task<base::Result<model::Object>> patch(model::Reference reference, base::Json patch, std::string,
                                          ports::Preconditions) override {
    base::Json changed = objects_.at(reference);
    base::apply_merge_patch(changed, patch);
    co_return put(reference.kind, std::move(changed));
  }
  Task<base::Result<void>> remove(model::Reference, ports::Preconditions,
                                  std::optional<std::int64_t>) override {
    co_return base::Result<void>();
  }
  Task<base::Result<void>> evict(model::Reference, std::string,
                                 std::optional<std::int64_t>) override {
    co_return base::Result<void>();
  }

 private:
  std::map<model::Kind, std::function<void(ports::Change)>> sinks_;
  std::map<model::Reference, base::Json> objects_;
  std::map<model::Reference, model::Object> prepared_;
  std::uint64_t version_ = 0;
};

// A cloud that sells the catalogue and notes when it was last asked to launch.
class PlainCloud final : public ports::Cloud {
 public:
  explicit PlainCloud(model::InstanceTypes types) : types_(std::move(types)) {}

  std::size_t launches = 0;
  std::chrono::steady_clock::time_point last_launch;

  Task<base::Result<model::InstanceTypes>> instance_types(const model::NodePool&) override {
    co_return types_;
  }
  Task<base::Result<ports::Launched>> launch(const model::NodeClaim&) override {
    ++launches;
    last_launch = std::chrono::steady_clock::now();
    ports::Launched launched;
    launched.providerID = fmt::format("aws:///us-east-1a/i-{}", launches);
    co_return launched;
  }
  Task<base::Result<void>> terminate(std::string) override { co_return base::Result<void>(); }
  Task<base::Result<ports::Instance>> describe(std::string) override {
    co_return base::fail(base::Code::not_found, "no such instance");
  }
  Task<base::Result<std::vector<ports::Instance>>> list() override {
    co_return std::vector<ports::Instance>();
  }

 private:
  model::InstanceTypes types_;
};

}  // namespace bench
