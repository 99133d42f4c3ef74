#include "model/requirement.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>
#include <string>
#include <vector>

namespace model {
namespace {

constexpr std::string_view kLargest = "9223372036854775807";

Requirement in(std::vector<std::string> values) { return {"key", Operator::In, std::move(values)}; }
Requirement not_in(std::vector<std::string> values) {
  return {"key", Operator::NotIn, std::move(values)};
}
Requirement exists() { return {"key", Operator::Exists}; }
Requirement does_not_exist() { return {"key", Operator::DoesNotExist}; }
Requirement gt(std::string value) { return {"key", Operator::Gt, {std::move(value)}}; }
Requirement lt(std::string value) { return {"key", Operator::Lt, {std::move(value)}}; }
Requirement gte(std::string value) { return {"key", Operator::Gte, {std::move(value)}}; }
Requirement lte(std::string value) { return {"key", Operator::Lte, {std::move(value)}}; }

TEST(Operators, have_their_wire_names) {
  for (Operator op : {Operator::In, Operator::NotIn, Operator::Exists, Operator::DoesNotExist,
                      Operator::Gt, Operator::Lt, Operator::Gte, Operator::Lte}) {
    EXPECT_EQ(parse_operator(to_string(op)), op) << to_string(op);
  }
  EXPECT_EQ(to_string(Operator::DoesNotExist), "DoesNotExist");
  base::Result<Operator> unknown = parse_operator("in");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().message,
            "unknown operator \"in\", valid ones are In, NotIn, Exists, DoesNotExist, Gt, Lt, Gte, "
            "Lte");
}

TEST(Requirement, SCH_046_operators_are_spellings_of_sets) {
  EXPECT_FALSE(in({"A"}).is_complement());
  EXPECT_TRUE(not_in({"A"}).is_complement());
  EXPECT_EQ(in({}), does_not_exist());
  EXPECT_EQ(not_in({}), exists());
  EXPECT_EQ(in({"b", "a", "b"}).values(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(Requirement::any("key"), exists());
}

TEST(Requirement, SCH_047_comparisons_become_inclusive_bounds) {
  EXPECT_EQ(gt("1").gte(), 2);
  EXPECT_EQ(lt("9").lte(), 8);
  EXPECT_EQ(gte("1").gte(), 1);
  EXPECT_EQ(lte("9").lte(), 9);
  EXPECT_TRUE(gt("1").is_complement());
  EXPECT_TRUE(gt("1").values().empty());
  Requirement beyond("key", Operator::Gt, {std::string(kLargest)}, 3);
  EXPECT_EQ(beyond, does_not_exist()) << "without minValues";
  EXPECT_EQ(gte(std::string(kLargest)).gte(), std::numeric_limits<std::int64_t>::max());
}

TEST(Requirement, comparison_with_no_integer_allows_no_value) {
  EXPECT_EQ(gt("abc"), does_not_exist());
  EXPECT_EQ(gt("9223372036854775808"), does_not_exist());
  EXPECT_EQ(Requirement("key", Operator::Lt, {}), does_not_exist());
  EXPECT_EQ(lt("-9223372036854775808"), does_not_exist());
}

TEST(Requirement, SCH_048_keys_are_normalised) {
  EXPECT_EQ(Requirement("beta.kubernetes.io/arch", Operator::Exists).key(), "kubernetes.io/arch");
  EXPECT_EQ(Requirement::any("failure-domain.beta.kubernetes.io/zone").key(),
            "topology.kubernetes.io/zone");
}

TEST(Requirement, SCH_051_reported_operator_and_length) {
  EXPECT_EQ(in({"A"}).op(), Operator::In);
  EXPECT_EQ(not_in({"A"}).op(), Operator::NotIn);
  EXPECT_EQ(exists().op(), Operator::Exists);
  EXPECT_EQ(gt("1").op(), Operator::Exists) << "also when bounds are set";
  EXPECT_EQ(does_not_exist().op(), Operator::DoesNotExist);
  EXPECT_EQ(in({"A", "B"}).length(), 2);
  EXPECT_EQ(does_not_exist().length(), 0);
  EXPECT_EQ(exists().length(), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(not_in({"A", "B"}).length(), std::numeric_limits<std::int64_t>::max() - 2);
}

TEST(Requirement, SCH_052_allowed_values) {
  EXPECT_TRUE(in({"A", "B"}).has("A"));
  EXPECT_FALSE(in({"A", "B"}).has("C"));
  EXPECT_FALSE(not_in({"A"}).has("A"));
  EXPECT_TRUE(not_in({"A"}).has("C"));
  EXPECT_TRUE(exists().has("anything"));
  EXPECT_FALSE(does_not_exist().has("anything"));
  EXPECT_FALSE(gt("1").has("1"));
  EXPECT_TRUE(gt("1").has("2"));
  EXPECT_TRUE(gt("1").has("0002"));
  EXPECT_FALSE(gt("1").has("two"));
  EXPECT_FALSE(gt("1").has("2.5"));
  EXPECT_FALSE(gt("1").has("9223372036854775808")) << "beyond 64 bits";
  EXPECT_TRUE(lte("9").has("9"));
  EXPECT_FALSE(lte("9").has("10"));
}

TEST(Requirement, SCH_053_the_stronger_bound_and_the_larger_min_values_win) {
  EXPECT_EQ(gte("2").intersection(gt("1")), gte("2"));
  EXPECT_EQ(gte("2").intersection(gte("5")), gte("5"));
  EXPECT_EQ(lte("2").intersection(lte("5")), lte("2"));
  Requirement two("key", Operator::Exists, {}, 2);
  Requirement three("key", Operator::Exists, {}, 3);
  EXPECT_EQ(two.intersection(three).min_values(), 3);
  EXPECT_EQ(three.intersection(two).min_values(), 3);
  EXPECT_EQ(exists().intersection(two).min_values(), 2);
  EXPECT_EQ(exists().intersection(exists()).min_values(), std::nullopt);
  Requirement empty = Requirement("key", Operator::Gt, {"9"}, 2).intersection(lt("1"));
  EXPECT_EQ(empty, Requirement("key", Operator::DoesNotExist, {}, 2));
}

struct IntersectionCase {
  Requirement a;
  Requirement b;
  std::string expected;
};

TEST(Requirement, SCH_055_reference_results) {
  const Requirement a = in({"A"});
  const Requirement ab = in({"A", "B"});
  const Requirement one_nine = in({"1", "9"});
  const std::vector<IntersectionCase> cases = {
      {ab, not_in({"A"}), "key In [B]"},
      {a, in({"B"}), "key DoesNotExist"},
      {exists(), a, "key In [A]"},
      {exists(), not_in({"A"}), "key NotIn [A]"},
      {exists(), gt("1"), "key Exists >=2"},
      {exists(), does_not_exist(), "key DoesNotExist"},
      {does_not_exist(), does_not_exist(), "key DoesNotExist"},
      {does_not_exist(), ab, "key DoesNotExist"},
      {does_not_exist(), not_in({"A"}), "key DoesNotExist"},
      {does_not_exist(), gt("1"), "key DoesNotExist"},
      {one_nine, gt("1"), "key In [9]"},
      {one_nine, lt("9"), "key In [1]"},
      {a, gt("1"), "key DoesNotExist"},
      {not_in({"A"}), not_in({"1", "2"}), "key NotIn [1 2 A]"},
      {not_in({"1", "2"}), gt("1"), "key NotIn [2] >=2"},
      {not_in({"1", "2"}), gt("9"), "key Exists >=10"},
      {gt("9"), lt("1"), "key DoesNotExist"},
      {gt("1"), lt("9"), "key Exists >=2 <=8"},
      {gte("2"), gt("1"), "key Exists >=2"},
  };
  for (const auto& [left, right, expected] : cases) {
    EXPECT_EQ(left.intersection(right).to_string(), expected)
        << left.to_string() << " with " << right.to_string();
    EXPECT_EQ(right.intersection(left).to_string(), expected)
        << right.to_string() << " with " << left.to_string();
  }
}

TEST(Requirement, SCH_057_overlap) {
  EXPECT_TRUE(in({"A", "B"}).overlaps(in({"B", "C"})));
  EXPECT_FALSE(in({"A"}).overlaps(in({"B"})));
  EXPECT_TRUE(in({"A"}).overlaps(not_in({"B"})));
  EXPECT_FALSE(in({"A"}).overlaps(not_in({"A"})));
  EXPECT_FALSE(in({"A"}).overlaps(does_not_exist()));
  EXPECT_FALSE(exists().overlaps(does_not_exist()));
  EXPECT_TRUE(in({"1", "9"}).overlaps(gt("5")));
  EXPECT_FALSE(in({"1", "9"}).overlaps(gt("9")));
  EXPECT_FALSE(gt("9").overlaps(lt("1")));
  Requirement only_five = gte("5").intersection(lte("5"));
  EXPECT_TRUE(only_five.overlaps(not_in({"5"})))
      << "two complements overlap even when nothing is left";
}

TEST(Requirement, SCH_065_text) {
  EXPECT_EQ(in({"b", "a"}).to_string(), "key In [a b]");
  EXPECT_EQ(in({"a", "b", "c", "d", "e"}).to_string(), "key In [a b c d e]");
  EXPECT_EQ(in({"g", "f", "e", "d", "c", "b", "a"}).to_string(), "key In [a b c d e and 2 others]");
  EXPECT_EQ(not_in({"a"}).to_string(), "key NotIn [a]");
  EXPECT_EQ(exists().to_string(), "key Exists");
  EXPECT_EQ(does_not_exist().to_string(), "key DoesNotExist");
  EXPECT_EQ(Requirement("key", Operator::Gt, {"1"}, 3).intersection(lte("7")).to_string(),
            "key Exists >=2 <=7 minValues 3");
}

TEST(Requirement, SCH_066_one_concrete_value) {
  EXPECT_EQ(in({"b", "a"}).any_value(), "a");
  EXPECT_EQ(exists().any_value(), "0");
  EXPECT_EQ(gt("4").any_value(), "5");
  EXPECT_EQ(not_in({"0", "1", "3"}).any_value(), "2");
  EXPECT_EQ(does_not_exist().any_value(), "");
  EXPECT_EQ(gte("5").intersection(lte("6")).intersection(not_in({"5", "6"})).any_value(), "");
  EXPECT_EQ(gte(std::string(kLargest)).any_value(), kLargest);
  EXPECT_EQ(gt("-5").any_value(), "0") << "a label value cannot start with a minus sign";
}

}  // namespace
}  // namespace model

namespace rc {

template <>
struct Arbitrary<model::Requirement> {
  static Gen<model::Requirement> arbitrary() {
    auto value = gen::map(gen::inRange(-2, 8), [](int number) {
      return number < 0 ? std::string(number == -1 ? "x" : "y") : std::to_string(number);
    });
    auto set = gen::apply(
        [](bool complement, std::vector<std::string> values) {
          auto op = complement ? model::Operator::NotIn : model::Operator::In;
          return model::Requirement("key", op, std::move(values));
        },
        gen::arbitrary<bool>(), gen::container<std::vector<std::string>>(value));
    auto bounds = gen::apply(
        [](int from, int to) {
          model::Requirement lower("key", model::Operator::Gte, {std::to_string(from)});
          return lower.intersection({"key", model::Operator::Lt, {std::to_string(to)}});
        },
        gen::inRange(0, 8), gen::inRange(0, 9));
    return gen::oneOf(set, bounds);
  }
};

}  // namespace rc

namespace model {
namespace {

const std::vector<std::string> kDomain = {"0", "1", "2", "3", "4", "5",
                                          "6", "7", "8", "x", "y", "z"};

RC_GTEST_PROP(Requirement, SCH_054_an_intersection_allows_what_both_allow,
              (Requirement a, Requirement b)) {
  Requirement both = a.intersection(b);
  for (const std::string& value : kDomain) {
    RC_ASSERT(both.has(value) == (a.has(value) && b.has(value)));
  }
}

RC_GTEST_PROP(Requirement, SCH_055_intersection_commutes, (Requirement a, Requirement b)) {
  RC_ASSERT(a.intersection(b) == b.intersection(a));
}

RC_GTEST_PROP(Requirement, SCH_057_what_has_a_common_value_overlaps,
              (Requirement a, Requirement b)) {
  bool has_common = false;
  for (const std::string& value : kDomain)
    has_common |= a.has(value) && b.has(value);
  if (has_common) RC_ASSERT(a.overlaps(b));
  if (!a.overlaps(b)) RC_ASSERT(!has_common);
  RC_ASSERT(a.overlaps(b) == b.overlaps(a));
}

RC_GTEST_PROP(Requirement, SCH_066_the_concrete_value_is_allowed, (Requirement a)) {
  std::string value = a.any_value();
  RC_ASSERT(value.empty() || a.has(value));
}

}  // namespace
}  // namespace model
