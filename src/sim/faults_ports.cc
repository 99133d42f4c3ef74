#include "sim/faults_ports.h"

#include <fmt/format.h>

#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace sim {
namespace {

using base::Code;
using base::Error;
using base::Result;
using ports::Task;

constexpr Range kSlow{std::chrono::milliseconds(100), std::chrono::seconds(20)};

}  // namespace

Task<> Gate::never() {
  co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void()>(
      [](auto handler) { auto dropped = std::move(handler); }, boost::asio::use_awaitable);
}

bool Gate::step(std::string_view name) {
  if (!life_.is_over && faults_.strikes(fmt::format("crash.{}", name))) life_.crash();
  return !life_.is_over;
}

// What goes wrong on the way there.
Task<std::optional<Error>> Gate::enter(const std::string& name,
                                       const std::optional<Error>& special) {
  if (!step(name + ".before")) co_await never();
  std::string slow = name + ".slow";
  if (faults_.strikes(slow)) {
    co_await clock_.wait_until(clock_.now() + faults_.draw(slow, kSlow));
    if (life_.is_over) co_await never();
  }
  if (faults_.strikes(name + ".fails_before")) {
    co_return Error{Code::unavailable, "the connection was refused"};
  }
  bool is_special = special && faults_.strikes(fmt::format("{}.{}", name, special->message));
  if (is_special) co_return Error{special->code, "refused for now: " + special->message};
  co_return std::nullopt;
}

// What goes wrong on the way back.
Task<std::optional<Error>> Gate::leave(const std::string& name) {
  if (!step(name + ".after")) co_await never();
  if (faults_.strikes(name + ".fails_after")) {
    co_return Error{Code::timed_out, "there was no answer in time"};
  }
  co_return std::nullopt;
}

template <class T>
Task<Result<T>> Gate::pass(std::string name, Task<Result<T>> call, std::optional<Error> special) {
  if (std::optional<Error> error = co_await enter(name, special)) {
    co_return std::unexpected(std::move(*error));
  }
  Result<T> result = co_await std::move(call);
  if (std::optional<Error> error = co_await leave(name)) {
    co_return std::unexpected(std::move(*error));
  }
  co_return result;
}

void FaultyClock::at(base::Time when, std::move_only_function<void()> handler) {
  if (gate_.life().is_over) return;
  clock_.at(when, [gate = gate_, act = std::move(handler)]() mutable {
    if (gate.step("clock")) act();
  });
}

Task<> FaultyClock::wait_until(base::Time when) {
  co_await clock_.wait_until(when);
  if (gate_.life().is_over) co_await Gate::never();
}

Task<Result<model::InstanceTypes>> FaultyCloud::instance_types(const model::NodePool& pool) {
  return gate_.pass("cloud.instance_types", cloud_.instance_types(pool));
}

Task<Result<ports::Launched>> FaultyCloud::launch(const model::NodeClaim& claim) {
  return gate_.pass("cloud.launch", cloud_.launch(claim), Error{Code::no_capacity, "no_capacity"});
}

Task<Result<void>> FaultyCloud::terminate(std::string providerID) {
  return gate_.pass("cloud.terminate", cloud_.terminate(std::move(providerID)));
}

Task<Result<ports::Instance>> FaultyCloud::describe(std::string providerID) {
  return gate_.pass("cloud.describe", cloud_.describe(std::move(providerID)));
}

Task<Result<std::vector<ports::Instance>>> FaultyCloud::list() {
  return gate_.pass("cloud.list", cloud_.list());
}

void FaultyCloud::watch_notices(std::function<void(ports::InstanceNotice)> sink) {
  cloud_.watch_notices(
      [gate = gate_, deliver = std::move(sink)](const ports::InstanceNotice& notice) mutable {
        if (gate.life().is_over || gate.faults().strikes("notices.lost")) return;
        if (gate.faults().strikes("notices.repeated")) deliver(notice);
        deliver(notice);
      });
}

Task<Result<void>> FaultyCloud::acknowledge(std::string id) {
  return gate_.pass("cloud.acknowledge", cloud_.acknowledge(std::move(id)));
}

void FaultyCloud::mark_unavailable(const ports::OfferingKey& offering) {
  if (!gate_.life().is_over) cloud_.mark_unavailable(offering);
}

void FaultyCloud::overlay_types(const std::string& nodepool, const model::InstanceTypes& types) {
  if (!gate_.life().is_over) cloud_.overlay_types(nodepool, types);
}

Task<Result<model::Object>> FaultyKube::get(model::Reference reference) {
  return gate_.pass("kube.get", kube_.get(std::move(reference)));
}

Task<Result<model::Object>> FaultyKube::create(model::Object object) {
  return gate_.pass("kube.create", kube_.create(std::move(object)));
}

Task<Result<model::Object>> FaultyKube::patch(model::Reference reference, base::Json patch,
                                              std::string subresource,
                                              ports::Preconditions preconditions) {
  return gate_.pass("kube.patch",
                    kube_.patch(std::move(reference), std::move(patch), std::move(subresource),
                                std::move(preconditions)),
                    Error{Code::conflict, "conflict"});
}

Task<Result<void>> FaultyKube::remove(model::Reference reference,
                                      ports::Preconditions preconditions,
                                      std::optional<std::int64_t> grace_period_seconds) {
  return gate_.pass(
      "kube.remove",
      kube_.remove(std::move(reference), std::move(preconditions), grace_period_seconds),
      Error{Code::conflict, "conflict"});
}

Task<Result<void>> FaultyKube::evict(model::Reference pod, std::string uid,
                                     std::optional<std::int64_t> grace_period_seconds) {
  return gate_.pass("kube.evict", kube_.evict(std::move(pod), std::move(uid), grace_period_seconds),
                    Error{Code::throttled, "throttled"});
}

}  // namespace sim
