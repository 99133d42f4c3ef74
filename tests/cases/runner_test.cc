// Runs every tests/cases/*.case: README.md there says what they may contain.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "base/json.h"
#include "cases/case_snapshot.h"
#include "engine/pack.h"
#include "support/case_file.h"

namespace {

namespace json = boost::json;

std::vector<std::string> case_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator("tests/cases")) {
    if (entry.path().extension() == ".case") names.push_back(entry.path().stem().string());
  }
  std::ranges::sort(names);
  return names;
}

// What planning made of the case, in the form of `expect`.
class Outcome {
 public:
  Outcome(const engine::Plan& plan, const engine::Snapshot& snapshot)
      : plan_(plan), snapshot_(snapshot) {}

  json::object all() const {
    json::array claims;
    for (const engine::PlannedClaim& claim : plan_.claims)
      claims.push_back(claim_json(claim));
    json::object nodes;
    for (const engine::PlacedOnNode& placed : plan_.existing) {
      nodes[snapshot_.nodes[placed.node].name()] = names_of(placed.pods);
    }
    json::object pending;
    for (const engine::Refusal& refusal : plan_.refusals) {
      pending[name_of(refusal.pod)] = refusal.reason.to_string();
    }
    json::array dropped;
    for (const std::string& pool : plan_.dropped_pools)
      dropped.emplace_back(pool);
    return {{"claims", claims}, {"nodes", nodes}, {"pending", pending}, {"dropped", dropped}};
  }

 private:
  std::string name_of(std::size_t pod) const { return snapshot_.pods[pod]->metadata.name; }

  json::array names_of(const std::vector<std::size_t>& pods) const {
    json::array names;
    for (std::size_t pod : pods)
      names.emplace_back(name_of(pod));
    return names;
  }

  json::object claim_json(const engine::PlannedClaim& claim) const {
    json::array types;
    for (const auto& type : claim.types)
      types.emplace_back(type->name);
    json::object requests;
    for (const auto& [resource, quantity] : claim.requests) {
      requests[resource] = quantity.to_string();
    }
    json::array requirements;
    for (const auto& [key, requirement] : *claim.requirements) {
      requirements.emplace_back(requirement.to_string());
    }
    model::NodeClaim made = engine::to_node_claim(claim, snapshot_.settings);
    json::object result{{"nodepool", claim.pool->metadata.name},
                        {"pods", names_of(claim.pods)},
                        {"types", types},
                        {"requests", requests},
                        {"requirements", requirements},
                        {"labels", base::to_json(made).at("metadata").at("labels")},
                        {"nodeclaim", base::to_json(made)}};
    if (claim.cheapest) {
      result["cheapest"] = {{"type", claim.cheapest->instance_type},
                            {"zone", claim.cheapest->zone},
                            {"capacity-type", claim.cheapest->capacity_type},
                            {"price", claim.cheapest->price.to_string()}};
    }
    return result;
  }

  const engine::Plan& plan_;
  const engine::Snapshot& snapshot_;
};

bool is_as_expected(const json::value& expected, const json::value& actual);

// Of objects only the members that are expected count, unless all have to be there.
bool are_as_expected(const json::object& expected, const json::object& actual, bool all) {
  if (all && expected.size() != actual.size()) return false;
  return std::ranges::all_of(expected, [&](const auto& member) {
    const json::value* found = actual.if_contains(member.key());
    return found != nullptr && is_as_expected(member.value(), *found);
  });
}

// The pods of a bin may be given in any order.
json::value in_order(const json::value& list) {
  if (!list.is_array()) return list;
  json::array sorted = list.get_array();
  std::ranges::sort(sorted, [](const json::value& a, const json::value& b) {
    return base::print_json(a) < base::print_json(b);
  });
  return sorted;
}

json::object with_pods_in_order(json::object bins) {
  for (auto& [name, pods] : bins)
    pods = in_order(pods);
  return bins;
}

bool is_as_expected(const json::value& expected, const json::value& actual) {
  if (expected.is_object() && actual.is_object()) {
    return are_as_expected(expected.get_object(), actual.get_object(), false);
  }
  if (expected.is_array() && actual.is_array()) {
    return std::ranges::equal(expected.get_array(), actual.get_array(), is_as_expected);
  }
  bool is_number_for_text = actual.is_string() && !expected.is_string();
  return is_number_for_text ? actual.get_string() == base::print_json(expected)
                            : expected == actual;
}

// Of a claim's requirements those that are expected must be there, and those that it is to lack must
// not.
bool are_requirements_as_expected(const json::object& expected, const json::object& actual) {
  const json::array& texts = actual.at("requirements").get_array();
  auto is_there = [&](const json::value& text) {
    return std::ranges::find(texts, text) != texts.end();
  };
  auto is_lacking = [&](const json::value& key) {
    std::string begin = std::string(key.get_string()) + " ";
    return std::ranges::none_of(texts, [&](const json::value& text) {
      return std::string_view(text.get_string()).starts_with(begin);
    });
  };
  const json::value* wanted = expected.if_contains("requirements");
  const json::value* unwanted = expected.if_contains("lacks");
  return (wanted == nullptr || std::ranges::all_of(wanted->get_array(), is_there)) &&
         (unwanted == nullptr || std::ranges::all_of(unwanted->get_array(), is_lacking));
}

bool are_claims_as_expected(const json::array& expected, const json::array& actual) {
  return std::ranges::equal(expected, actual, [](json::value one, json::value other) {
    for (json::value* claim : {&one, &other}) {
      if (json::value* pods = claim->get_object().if_contains("pods")) *pods = in_order(*pods);
    }
    if (!are_requirements_as_expected(one.get_object(), other.get_object())) return false;
    one.get_object().erase("requirements");
    one.get_object().erase("lacks");
    return is_as_expected(one, other);
  });
}

// Errors may be given in part.
bool are_errors_as_expected(const json::object& expected, const json::object& actual) {
  return expected.size() == actual.size() && std::ranges::all_of(expected, [&](const auto& member) {
           const json::value* found = actual.if_contains(member.key());
           return found != nullptr &&
                  found->get_string().find(member.value().get_string()) != json::string::npos;
         });
}

class Case : public testing::TestWithParam<std::string> {};

TEST_P(Case, is_planned_as_expected) {
  auto file = support::read_case("tests/cases/" + GetParam() + ".case");
  ASSERT_TRUE(file) << file.error().message;
  ASSERT_FALSE(file->rules.empty()) << "a case names the rules that it shows";
  auto made = cases::snapshot_of(*file);
  ASSERT_TRUE(made) << made.error().message;
  const engine::Snapshot& snapshot = *made;
  engine::Plan plan = engine::pack(snapshot);

  json::object actual = Outcome(plan, snapshot).all();
  json::object expected = file->expect.get_object();
  for (const auto& [key, value] : expected) {
    EXPECT_TRUE(actual.contains(key)) << "there is no such thing to expect: " << key;
  }
  // Not to mention claims, nodes or pending pods means that there are none.
  auto of = [&](std::string_view key, json::value nothing) {
    return expected.contains(key) ? expected.at(key) : nothing;
  };
  bool is_right = are_claims_as_expected(of("claims", json::array()).as_array(),
                                         actual["claims"].get_array()) &&
                  are_as_expected(with_pods_in_order(of("nodes", json::object()).as_object()),
                                  with_pods_in_order(actual["nodes"].get_object()), true) &&
                  are_errors_as_expected(of("pending", json::object()).as_object(),
                                         actual["pending"].get_object()) &&
                  is_as_expected(of("dropped", actual["dropped"]), actual["dropped"]);
  EXPECT_TRUE(is_right) << "planning made of it:\n" << base::print_json_pretty(actual);
}

INSTANTIATE_TEST_SUITE_P(All, Case, testing::ValuesIn(case_names()), [](const auto& info) {
  std::string name = info.param;
  std::ranges::replace_if(name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
});

}  // namespace
