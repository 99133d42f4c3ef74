#include "model/defaults.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace model {
namespace {

std::string spec_after_defaults(const char* text, auto object) {
  base::Result<base::Json> json = base::parse_json(text);
  EXPECT_TRUE(json);
  auto read = base::from_json<decltype(object)>(*json);
  EXPECT_TRUE(read) << read.error().message;
  fill_in_defaults(*read);
  return base::print_json(base::to_json(read->spec));
}

// Both sides printed alike, so that only what is said counts.
std::string printed(const char* text, auto spec) {
  return base::print_json(base::to_json(*base::from_json<decltype(spec)>(*base::parse_json(text))));
}

TEST(Defaults, API_053_of_a_NodePool) {
  EXPECT_EQ(spec_after_defaults(R"({"spec": {}})", NodePool()),
            printed(R"({"template": {"spec": {"expireAfter": "720h"}},
                        "disruption": {"consolidateAfter": "0s",
                                       "consolidationPolicy": "WhenEmptyOrUnderutilized",
                                       "budgets": [{"nodes": "10%"}]}})",
                    NodePoolSpec()));
}

TEST(Defaults, what_is_written_stays) {
  const char* spec = R"({"template": {"spec": {"expireAfter": "Never"}},
                         "disruption": {"consolidateAfter": "60m",
                                        "consolidationPolicy": "WhenEmpty",
                                        "budgets": [{"nodes": "0", "reasons": []}]}})";
  EXPECT_EQ(spec_after_defaults((std::string(R"({"spec": )") + spec + "}").c_str(), NodePool()),
            printed(spec, NodePoolSpec()));
}

TEST(Defaults, API_078_an_empty_list_of_budgets_stays) {
  NodePool pool;
  pool.spec.disruption.emplace().budgets.emplace();
  fill_in_defaults(pool);
  ASSERT_TRUE(pool.spec.disruption->budgets);
  EXPECT_TRUE(pool.spec.disruption->budgets->empty());
}

TEST(Defaults, API_049_a_budget_without_nodes) {
  NodePool pool;
  pool.spec.disruption.emplace().budgets.emplace(1);
  fill_in_defaults(pool);
  EXPECT_EQ(pool.spec.disruption->budgets->front().nodes, "10%");
}

TEST(Defaults, API_107_of_a_NodeClaim) {
  NodeClaim claim;
  fill_in_defaults(claim);
  ASSERT_TRUE(claim.spec.expireAfter);
  EXPECT_EQ(claim.spec.expireAfter->value, std::chrono::hours(720));
  claim.spec.expireAfter = NillableDuration{};
  fill_in_defaults(claim);
  EXPECT_EQ(claim.spec.expireAfter->value, std::nullopt);
}

TEST(Defaults, API_194_of_metadata_options) {
  EXPECT_EQ(spec_after_defaults(R"({"spec": {}})", EC2NodeClass()),
            printed(R"({"metadataOptions": {"httpEndpoint": "enabled",
                        "httpProtocolIPv6": "disabled", "httpPutResponseHopLimit": 1,
                        "httpTokens": "required"}})",
                    EC2NodeClassSpec()));
}

TEST(Defaults, API_194_each_metadata_option_by_itself) {
  EXPECT_EQ(spec_after_defaults(R"({"spec": {"metadataOptions": {"httpTokens": "optional",
                                                                  "httpPutResponseHopLimit": 2}}})",
                                EC2NodeClass()),
            printed(R"({"metadataOptions": {"httpEndpoint": "enabled",
                        "httpProtocolIPv6": "disabled", "httpPutResponseHopLimit": 2,
                        "httpTokens": "optional"}})",
                    EC2NodeClassSpec()));
}

}  // namespace
}  // namespace model
