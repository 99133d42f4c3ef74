// Links: apiserver sim net judge catalog ports model base
//
// Any bytes as an HTTP request to the simulated API server: read as the server reads them, then
// answered, written streams included. The cluster lives on from input to input and is made anew now
// and then, so that what one input left behind meets the next.
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <string_view>
#include <variant>

#include "apiserver/api.h"
#include "net/server.h"
#include "sim/cluster.h"
#include "sim/sim_clock.h"
#include "support/fuzz_target.h"

namespace {

constexpr int kInputsOfACluster = 500;

class Sink final : public net::Stream {
 public:
  void write(std::string_view) override {}
  void end() override {}
};

class Cluster {
 public:
  void answer(std::string_view bytes) {
    auto request = net::parse_request(bytes);
    if (!request) return;
    net::Reply reply = api_.handle(*request);
    auto* streamed = std::get_if<net::StreamedResponse>(&reply);
    if (streamed == nullptr) return;
    Sink sink;
    std::shared_ptr<void> open = streamed->open(sink);
    clock_.at(clock_.now() + std::chrono::seconds(1), [this] { clock_.stop(); });
    clock_.run(std::nullopt);
  }

 private:
  boost::asio::io_context context_;
  sim::SimClock clock_{context_, *base::parse_time("2026-01-01T00:00:00Z")};
  sim::Cluster cluster_{clock_, base::Random(1), {.open_forms = 2, .history_events = 20}};
  apiserver::Api api_{cluster_.store(), [this] { return clock_.now(); }};
};

}  // namespace

FUZZ_TARGET(request) {
  static std::unique_ptr<Cluster> cluster;
  static int inputs = 0;
  if (inputs++ % kInputsOfACluster == 0) cluster = std::make_unique<Cluster>();
  cluster->answer(text);
}
