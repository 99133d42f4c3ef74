// What tests of the simulated cloud share: the catalogue, and a cloud with its own time whose calls are
// awaited one after the other, in virtual time.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <optional>
#include <utility>

#include "catalog/ec2.h"
#include "sim/sim_clock.h"
#include "sim/sim_cloud.h"

namespace sim {

inline const model::InstanceTypes& catalogue() {
  static const model::InstanceTypes types = catalog::load_ec2().value();
  return types;
}

struct CloudStage {
  CloudStage(std::uint64_t seed, const SimCloudOptions& options)
      : cloud(clock, catalogue(), seed, options) {}

  template <class T>
  T await(ports::Task<T> task) {
    std::optional<T> result;
    boost::asio::co_spawn(context, std::move(task), [&](const std::exception_ptr& error, T value) {
      EXPECT_FALSE(error);
      result = std::move(value);
      clock.stop();
    });
    clock.run(std::nullopt);
    return std::move(*result);
  }

  void pass(base::Duration duration) {
    clock.at(clock.now() + duration, [this] { clock.stop(); });
    clock.run(std::nullopt);
  }

  base::Result<ports::Launched> launch(const model::NodeClaim& claim) {
    return await(cloud.launch(claim));
  }

  boost::asio::io_context context;
  base::Time start{std::chrono::hours(24 * 20000)};
  SimClock clock{context, start};
  SimCloud cloud;
};

}  // namespace sim
