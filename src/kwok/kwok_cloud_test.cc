#include "kwok/kwok_cloud.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "catalog/kwok.h"
#include "model/kwok_node_class.h"
#include "model/labels.h"
#include "model/node_claim.h"
#include "sim/cluster.h"
#include "sim/sim_clock.h"
#include "sim/sim_kube.h"

namespace kwok {
namespace {

using base::Code;
using base::Result;
using model::Kind;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class KwokCloudTest : public ::testing::Test {
 protected:
  KwokCloudTest() {
    make_class("default", "");
    start_cloud();
  }

  // What a process that begins anew has: nothing but what the API server knows.
  void start_cloud() {
    if (cloud_ != nullptr) ended_.push_back(std::move(cloud_));
    cloud_ = std::make_unique<KwokCloud>(
        context_.get_executor(), kube_, clock_, catalog::built_in_kwok_types().types,
        [this](const std::string& text) { failures_.push_back(text); });
    cloud_->start();
    run_for(seconds(1));
  }

  void make_class(const std::string& name, const std::string& delay) {
    boost::json::object spec;
    if (!delay.empty()) spec["nodeRegistrationDelay"] = delay;
    base::Json object = boost::json::object{{"apiVersion", "karpenter.kwok.sh/v1alpha1"},
                                            {"kind", "KWOKNodeClass"},
                                            {"metadata", {{"name", name}}},
                                            {"spec", std::move(spec)}};
    auto made = store().create(store().resource_of(Kind::KWOKNodeClass), "", object);
    ASSERT_TRUE(made) << made.error().message;
  }

  static model::NodeClaim claim(const std::string& name,
                                const std::string& node_class = "default") {
    model::NodeClaim result;
    result.metadata.name = name;
    result.metadata.uid = "uid-of-" + name;
    result.metadata.labels["karpenter.sh/nodepool"] = "general";
    result.spec.nodeClassRef = {"karpenter.kwok.sh", "KWOKNodeClass", node_class};
    result.spec.requirements = {
        {"node.kubernetes.io/instance-type", "In", {"c-2x-amd64-linux", "s-2x-amd64-linux"}, {}},
        {"topology.kubernetes.io/zone", "In", {"test-zone-b", "test-zone-c"}, {}}};
    result.spec.resources.requests["cpu"] = base::Quantity::parse("1500m").value();
    return result;
  }

  template <class T>
  T run(ports::Task<T> task) {
    std::optional<T> result;
    boost::asio::co_spawn(context_, std::move(task), [&](std::exception_ptr error, T value) {
      EXPECT_EQ(error, nullptr);
      result = std::move(value);
      clock_.stop();
    });
    clock_.run(std::nullopt);
    return std::move(*result);
  }
  void run_for(base::Duration time) {
    clock_.at(clock_.now() + time, [this] { clock_.stop(); });
    clock_.run(std::nullopt);
  }
  std::optional<model::Node> node(const model::NodeClaim& of) {
    sim::StoredPtr stored = store().get(store().resource_of(Kind::Node), "", node_name(of));
    if (stored == nullptr) return std::nullopt;
    return stored->object.as<model::Node>();
  }
  sim::Store& store() { return cluster_.store(); }

  boost::asio::io_context context_;
  sim::SimClock clock_{context_, base::Time(std::chrono::hours(24))};
  sim::Cluster cluster_{clock_, base::Random(1)};
  sim::SimKube kube_{cluster_.store(), clock_, base::Random(1)};
  std::vector<std::string> failures_;
  std::unique_ptr<KwokCloud> cloud_;
  std::vector<std::unique_ptr<KwokCloud>> ended_;  // what they began may still come to an end
};

TEST_F(KwokCloudTest, LIF_435_438_439_the_cheapest_offering_becomes_a_node) {
  model::NodeClaim wanted = claim("general-1");
  Result<ports::Launched> launched = run(cloud_->launch(wanted));
  ASSERT_TRUE(launched) << launched.error().message;
  EXPECT_EQ(launched->providerID, "kwok://" + node_name(wanted));
  EXPECT_TRUE(launched->imageID.empty());
  run_for(seconds(1));
  std::optional<model::Node> made = node(wanted);
  ASSERT_TRUE(made);
  const model::Labels& labels = made->metadata.labels;
  EXPECT_EQ(labels.at("node.kubernetes.io/instance-type"), "c-2x-amd64-linux");
  EXPECT_EQ(labels.at("topology.kubernetes.io/zone"), "test-zone-b");
  EXPECT_EQ(labels.at("karpenter.sh/capacity-type"), "spot");
  EXPECT_EQ(labels.at("karpenter.sh/nodepool"), "general");
  EXPECT_EQ(labels.at("kubernetes.io/hostname"), "general-1");
  EXPECT_EQ(labels.at("kwok-partition"), "a");
  EXPECT_EQ(made->metadata.annotations.at("kwok.x-k8s.io/node"), "fake");
  EXPECT_EQ(made->spec.providerID, launched->providerID);
  ASSERT_FALSE(made->spec.taints.empty());
  EXPECT_EQ(made->spec.taints[0].key, "karpenter.sh/unregistered");
  EXPECT_EQ(made->status.capacity.at("cpu").to_string(), "1500m");
  EXPECT_EQ(made->status.allocatable.at("cpu").to_string(), "1900m");
}

TEST_F(KwokCloudTest, LIF_434_a_claim_without_or_with_an_unknown_type_is_an_error) {
  model::NodeClaim without = claim("a");
  without.spec.requirements.erase(without.spec.requirements.begin());
  EXPECT_EQ(run(cloud_->launch(without)).error().message, "instance type requirement not found");
  model::NodeClaim unknown = claim("b");
  unknown.spec.requirements[0].values = {"m5.large"};
  EXPECT_THAT(run(cloud_->launch(unknown)).error().message, HasSubstr("m5.large"));
  model::NodeClaim nowhere = claim("c");
  nowhere.spec.requirements[1].values = {"mars"};
  EXPECT_EQ(run(cloud_->launch(nowhere)).error().code, Code::no_capacity);
}

TEST_F(KwokCloudTest, LIF_436_the_class_must_exist_and_not_be_unready) {
  EXPECT_EQ(run(cloud_->launch(claim("a", "none"))).error().code, Code::no_capacity);
  make_class("broken", "");
  base::Json unready = base::parse_json(R"({"status": {"conditions": [{"type": "Ready",
      "status": "False", "reason": "Test", "message": "it is broken",
      "lastTransitionTime": "2026-01-01T00:00:00Z"}]}})")
                           .value();
  ASSERT_TRUE(run(kube_.patch({Kind::KWOKNodeClass, "", "broken"}, unready, "status", {})));
  Result<ports::Launched> refused = run(cloud_->launch(claim("b", "broken")));
  EXPECT_EQ(refused.error().code, Code::class_not_ready);
  EXPECT_EQ(refused.error().message, "it is broken");
}

TEST_F(KwokCloudTest, LIF_438_a_launch_that_is_asked_for_twice_is_one_node) {
  model::NodeClaim wanted = claim("a");
  Result<ports::Launched> first = run(cloud_->launch(wanted));
  Result<ports::Launched> second = run(cloud_->launch(wanted));
  EXPECT_EQ(first->providerID, second->providerID);
  run_for(seconds(1));
  start_cloud();
  EXPECT_EQ(run(cloud_->launch(wanted))->providerID, first->providerID);
  run_for(seconds(1));
  EXPECT_EQ(run(cloud_->list())->size(), 1u);
  EXPECT_THAT(failures_, IsEmpty());
}

TEST_F(KwokCloudTest, LIF_437_the_node_comes_after_the_class_s_delay) {
  make_class("slow", "30s");
  model::NodeClaim wanted = claim("a", "slow");
  ASSERT_TRUE(run(cloud_->launch(wanted)));
  run_for(seconds(29));
  EXPECT_FALSE(node(wanted));
  EXPECT_TRUE(run(cloud_->describe(provider_id(node_name(wanted)))));
  EXPECT_EQ(run(cloud_->list())->size(), 1u);
  run_for(seconds(2));
  EXPECT_TRUE(node(wanted));
}

TEST_F(KwokCloudTest, LIF_438_a_node_that_was_decided_on_is_made_after_a_restart) {
  make_class("slow", "30s");
  model::NodeClaim wanted = claim("a", "slow");
  base::Json object = model::to_json(model::Object(wanted));
  object.as_object()["metadata"].as_object().erase("uid");
  auto stored = store().create(store().resource_of(Kind::NodeClaim), "", object);
  ASSERT_TRUE(stored) << stored.error().message;
  wanted = (*stored)->object.as<model::NodeClaim>();
  Result<ports::Launched> launched = run(cloud_->launch(wanted));
  ASSERT_TRUE(launched);
  boost::json::object status{{"status", {{"providerID", launched->providerID}}}};
  ASSERT_TRUE(run(kube_.patch({Kind::NodeClaim, "", "a"}, status, "status", {})));
  start_cloud();  // before the first process made the Node
  run_for(seconds(1));
  EXPECT_TRUE(node(wanted));
}

TEST_F(KwokCloudTest, LIF_441_what_is_ended_before_its_node_leaves_none) {
  make_class("slow", "30s");
  model::NodeClaim wanted = claim("a", "slow");
  ASSERT_TRUE(run(cloud_->launch(wanted)));
  EXPECT_EQ(run(cloud_->terminate(provider_id(node_name(wanted)))).error().code, Code::not_found);
  run_for(seconds(60));
  EXPECT_FALSE(node(wanted));
  EXPECT_THAT(*run(cloud_->list()), IsEmpty());
}

TEST_F(KwokCloudTest, LIF_441_a_node_that_is_deleted_is_no_instance_any_more) {
  model::NodeClaim wanted = claim("a");
  ASSERT_TRUE(run(cloud_->launch(wanted)));
  run_for(seconds(1));
  std::string id = provider_id(node_name(wanted));
  EXPECT_EQ(run(cloud_->describe(id))->nodepool, "general");
  EXPECT_EQ(run(cloud_->terminate(id)).error().code, Code::not_found);
  run_for(seconds(1));
  EXPECT_FALSE(node(wanted));
  EXPECT_EQ(run(cloud_->describe(id)).error().code, Code::not_found);
}

}  // namespace
}  // namespace kwok
