#include "base/json.h"

#include <gtest/gtest.h>

#include "base/patch.h"

namespace base {
namespace {

struct Leaf {
  std::string name;
  std::int64_t count = 0;
  bool on = false;
};
DESCRIBED(Leaf);
FIELDS(Leaf, name, count, on);

struct Tree {
  std::string kind_;
  std::optional<Leaf> first;
  std::vector<Leaf> rest;
  Map<std::string> labels;
  Shared<Leaf> shared;
  std::optional<std::vector<std::string>> reasons;
  Json free;
  std::int32_t small = 0;
  Given<std::vector<Leaf>> given;
  Given<std::string> text;
};
DESCRIBED(Tree);
FIELDS(Tree, kind_, first, rest, labels, shared, reasons, free, small, given, text);

struct Strict {
  std::string key;
  std::vector<std::string> values;
};
DESCRIBED(Strict);
const Type& describe(const Strict*) {
  static const Type type = object_type(
      "Strict", {field<&Strict::key>("key").required(), field<&Strict::values>("values").always()});
  return type;
}

std::string error_of(const Result<Tree>& result) { return result ? "" : result.error().message; }

Result<Tree> read(std::string_view text, std::vector<std::string>* unknown = nullptr) {
  Result<Json> value = parse_json(text);
  if (!value) return std::unexpected(value.error());
  return from_json<Tree>(*value, unknown);
}

TEST(Json, what_was_given_but_empty_is_written_again) {
  std::string text = R"({"given":[],"text":""})";
  Result<Tree> tree = read(text);
  ASSERT_TRUE(tree) << error_of(tree);
  EXPECT_TRUE(tree->given.is_given());
  EXPECT_TRUE(tree->text.is_given());
  EXPECT_EQ(print_json(to_json(*tree)), text);
  Tree made;
  EXPECT_FALSE(made.given.is_given());
  made.given = {Leaf{"a", 0, false}};
  made.text = "b";
  EXPECT_TRUE(made.given.is_given());
  EXPECT_EQ(print_json(to_json(made)), R"({"given":[{"name":"a"}],"text":"b"})");
}

TEST(Json, what_is_written_reads_back_and_empty_members_are_left_out) {
  std::string text =
      R"({"kind":"oak","first":{"name":"a","count":3},"rest":[{"on":true},{}],)"
      R"("labels":{"x":"1","y":""},"shared":{"name":"s"},"reasons":[],"free":{"any":[1,null]}})";
  Result<Tree> tree = read(text);
  ASSERT_TRUE(tree) << error_of(tree);
  EXPECT_EQ(tree->kind_, "oak");
  EXPECT_EQ(tree->rest.size(), 2u);
  EXPECT_TRUE(tree->reasons && tree->reasons->empty());
  EXPECT_EQ(print_json(to_json(*tree)), text);
  EXPECT_EQ(print_json(to_json(Tree{})), "{}");
}

TEST(Json, null_counts_as_not_given) {
  Result<Tree> tree = read(R"({"first":null,"labels":null,"small":null})");
  ASSERT_TRUE(tree) << error_of(tree);
  EXPECT_FALSE(tree->first);
}

TEST(Json, errors_name_the_path) {
  EXPECT_EQ(error_of(read(R"({"rest":[{},{"count":"three"}]})")),
            "rest[1].count: expected an integer, found a string");
  EXPECT_EQ(error_of(read(R"({"labels":{"a":1}})")), "labels.a: expected a string, found a number");
  EXPECT_EQ(error_of(read(R"({"small":2147483648})")), "small: 2147483648 is out of range");
  EXPECT_EQ(error_of(read("[]")), "expected an object, found a list");
}

TEST(Json, unknown_members_are_reported_by_path_and_passed_over) {
  std::vector<std::string> unknown;
  Result<Tree> tree = read(R"({"colour":1,"rest":[{"nam":"x"}],"free":{"colour":2}})", &unknown);
  ASSERT_TRUE(tree) << error_of(tree);
  EXPECT_EQ(unknown, (std::vector<std::string>{"rest[0].nam", "colour"}));
}

TEST(Json, required_members_must_be_there_and_always_written_ones_are) {
  Result<Strict> missing = from_json<Strict>(parse_json("{}").value());
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().message, "key: is required");
  EXPECT_EQ(print_json(to_json(Strict{})), R"({"key":"","values":[]})");
}

TEST(Json, broken_text_names_line_and_column) {
  Result<Json> broken = parse_json("{\n  \"a\": 1,\n  b\n}");
  ASSERT_FALSE(broken);
  EXPECT_TRUE(broken.error().message.starts_with("JSON line 3, column 3:"))
      << broken.error().message;
  EXPECT_FALSE(parse_json("{} {}"));
  EXPECT_FALSE(parse_json(""));
  EXPECT_FALSE(parse_json(std::string(10'000, '[')));
  EXPECT_TRUE(parse_json(" {} \n"));
}

TEST(Json, numbers_that_no_json_could_say_again_are_refused) {
  EXPECT_TRUE(parse_json("[1e308]"));
  EXPECT_EQ(parse_json(R"({"a": [11e400]})").error().message, "a number is beyond 1.8e308");
  EXPECT_FALSE(parse_json("-1e999 "));
}

TEST(Json, pretty_text_is_indented_by_two) {
  EXPECT_EQ(print_json_pretty(parse_json(R"({"a":[1,{"b":"x"}],"c":{},"d":[]})").value()),
            "{\n  \"a\": [\n    1,\n    {\n      \"b\": \"x\"\n    }\n  ],\n  \"c\": {},\n  \"d\": "
            "[]\n}");
}

TEST(Shared, edit_leaves_other_owners_alone) {
  Shared<Leaf> one(Leaf{"a", 1, false});
  Shared<Leaf> two = one;
  two.edit().name = "b";
  EXPECT_EQ(one->name, "a");
  EXPECT_EQ(two->name, "b");
  Shared<Leaf> empty;
  empty.edit().name = "c";
  EXPECT_EQ(Shared<Leaf>()->name, "");
}

// RFC 7386, appendix A, as far as both sides are objects.
TEST(MergePatch, merges_as_the_standard_shows) {
  auto merged = [](std::string_view target, std::string_view patch) {
    Json value = parse_json(target).value();
    apply_merge_patch(value, parse_json(patch).value());
    return print_json(value);
  };
  EXPECT_EQ(merged(R"({"a":"b"})", R"({"a":"c"})"), R"({"a":"c"})");
  EXPECT_EQ(merged(R"({"a":"b","b":"c"})", R"({"a":null})"), R"({"b":"c"})");
  EXPECT_EQ(merged(R"({"a":["b"]})", R"({"a":"c"})"), R"({"a":"c"})");
  EXPECT_EQ(merged(R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})"), R"({"a":{"b":"d"}})");
  EXPECT_EQ(merged(R"({"a":[{"b":"c"}]})", R"({"a":[1]})"), R"({"a":[1]})");
  EXPECT_EQ(merged(R"({})", R"({"a":{"bb":{"ccc":null}}})"), R"({"a":{"bb":{}}})");
}

TEST(MergePatch, is_the_smallest_that_leads_from_one_to_the_other) {
  auto patch = [](std::string_view before, std::string_view after) {
    return print_json(make_merge_patch(parse_json(before).value(), parse_json(after).value()));
  };
  EXPECT_EQ(patch(R"({"a":1,"b":{"c":2,"d":[1]}})", R"({"b":{"d":[1],"c":3},"a":1})"),
            R"({"b":{"c":3}})");
  EXPECT_EQ(patch(R"({"a":1,"b":2})", R"({"b":2,"n":{}})"), R"({"a":null,"n":{}})");
  EXPECT_EQ(patch(R"({"a":[1,2]})", R"({"a":[1]})"), R"({"a":[1]})");
  EXPECT_EQ(patch(R"({"a":{"b":1}})", R"({"a":{"b":1}})"), "{}");
}

}  // namespace
}  // namespace base
