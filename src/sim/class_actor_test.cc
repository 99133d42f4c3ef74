#include "sim/class_actor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "model/conditions.h"
#include "model/hash.h"
#include "model/node_class.h"
#include "sim/sim_clock.h"
#include "sim/sim_cloud_test.h"

namespace sim {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ClassActorTest : public ::testing::Test {
 protected:
  void create(std::string_view name, std::string_view discovery) {
    base::Json selector{{{"tags", {{"karpenter.sh/discovery", discovery}}}}};
    base::Json object{{"metadata", {{"name", name}}},
                      {"spec",
                       {{"role", "KarpenterNodeRole"},
                        {"amiSelectorTerms", {{{"alias", "al2023@latest"}}}},
                        {"subnetSelectorTerms", selector},
                        {"securityGroupSelectorTerms", selector}}}};
    auto created = store_.create(resource(), "", std::move(object));
    ASSERT_TRUE(created) << created.error().message;
  }

  void start() {
    actor_.emplace(store_, clock_, catalog::ec2_zones().value(),
                   [this](const std::string& name, const std::string& warning) {
                     warnings_.push_back(name + ": " + warning);
                   });
    clock_.run(std::nullopt);
  }

  const Resource& resource() { return store_.resource_of(model::Kind::EC2NodeClass); }
  model::EC2NodeClass get(std::string_view name) {
    StoredPtr stored = store_.get(resource(), "", name);
    EXPECT_NE(stored, nullptr);
    return stored->object.as<model::EC2NodeClass>();
  }
  bool is_ready(const model::EC2NodeClass& node_class) {
    const auto* ready = model::find_condition(node_class.status.conditions, model::kReady);
    return ready != nullptr && ready->status == "True" &&
           ready->observedGeneration == node_class.metadata.generation;
  }

  boost::asio::io_context context_;
  SimClock clock_{context_, base::Time(std::chrono::hours(24 * 20000))};
  Store store_{clock_, base::Random(1)};
  std::vector<std::string> warnings_;
  std::optional<ClassActor> actor_;
};

TEST_F(ClassActorTest, classes_from_before_and_after_become_ready) {
  create("before", "one");
  start();
  EXPECT_TRUE(is_ready(get("before")));
  EXPECT_THAT(get("before").status.subnets, SizeIs(6));
  create("after", "two");
  clock_.run(std::nullopt);
  EXPECT_TRUE(is_ready(get("after")));
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(ClassActorTest, API_028_a_new_generation_becomes_ready_again) {
  create("default", "one");
  start();
  std::int64_t generation = get("default").metadata.generation;
  ASSERT_TRUE(store_.patch(resource(), "", "default", PatchType::merge,
                           {{"spec", {{"role", "AnotherRole"}}}}));
  clock_.run(std::nullopt);
  EXPECT_GT(get("default").metadata.generation, generation);
  EXPECT_TRUE(is_ready(get("default")));
}

TEST_F(ClassActorTest, each_generation_is_written_once) {
  create("default", "one");
  std::uint64_t version = store_.version();
  start();
  EXPECT_EQ(store_.version(), version + 1);
}

TEST_F(ClassActorTest, AWL_161_a_launch_is_annotated_with_the_state_of_its_class) {
  create("default", "one");
  start();
  CloudStage cloud(1, {});
  actor_->serve(cloud.cloud);
  model::NodeClaim claim;
  claim.metadata.uid = "uid-1";
  claim.spec.nodeClassRef = {"karpenter.k8s.aws", "EC2NodeClass", "default"};
  auto launched = cloud.launch(claim);
  ASSERT_TRUE(launched) << launched.error().message;
  EXPECT_EQ(
      base::to_json(launched->annotations),
      (base::Json{
          {"karpenter.k8s.aws/ec2nodeclass-hash", model::node_class_hash(get("default"))},
          {"karpenter.k8s.aws/ec2nodeclass-hash-version", "v6"},
          {"karpenter.k8s.aws/instance-profile-name", get("default").status.instanceProfile}}));
  claim.metadata.uid = "uid-2";
  claim.spec.nodeClassRef.name = "missing";
  EXPECT_TRUE(cloud.launch(claim)->annotations.empty());
}

TEST_F(ClassActorTest, warns_of_unexpanded_variables_once_a_generation) {
  create("default", "${CLUSTER_NAME}");
  start();
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("default: spec.subnetSelectorTerms[0]"),
                                     HasSubstr("default: spec.securityGroupSelectorTerms[0]")));
  EXPECT_TRUE(is_ready(get("default")));
}

}  // namespace
}  // namespace sim
