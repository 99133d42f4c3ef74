#include "base/json_stream.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace base {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Hands out the text in steps of so many bytes.
JsonStream::Read in_steps(std::string text, std::size_t step) {
  return [text = std::move(text), step, at = std::size_t{0}](
             char* buffer, std::size_t size) mutable -> Result<std::size_t> {
    std::size_t count = std::min({step, size, text.size() - at});
    std::copy_n(text.begin() + static_cast<std::ptrdiff_t>(at), count, buffer);
    at += count;
    return count;
  };
}

// Each piece as "kind line:offset text", and the error if there is one.
std::vector<std::string> pieces_of(const std::string& text, std::size_t step = 7,
                                   std::size_t largest = 1000) {
  static constexpr std::string_view kKinds[] = {"beginning", "element", "document", "other"};
  JsonStream stream(in_steps(text, step), "items", largest);
  std::vector<std::string> pieces;
  for (;;) {
    auto piece = stream.next();
    if (!piece) {
      pieces.push_back("error " + piece.error().message);
      return pieces;
    }
    if (!*piece) return pieces;
    pieces.push_back(fmt::format("{} {}:{} {}", kKinds[static_cast<int>((*piece)->kind)],
                                 (*piece)->line, (*piece)->offset, (*piece)->text));
    if ((*piece)->kind == JsonStream::Piece::Kind::other) return pieces;
  }
}

TEST(JsonStream, elements_of_a_list_come_one_by_one_and_then_the_rest) {
  EXPECT_THAT(pieces_of("{\"kind\": \"PodList\",\n \"items\": [{\"a\": 1},\n {\"b\": [2]}],\n"
                        " \"metadata\": {}}\n"),
              ElementsAre("beginning 1:0 {\"kind\":\"PodList\",\"items\":[]}",
                          "element 2:31 {\"a\": 1}", "element 3:42 {\"b\": [2]}",
                          "document 1:0 {\"kind\":\"PodList\",\"items\":[],\"metadata\":{}}"));
  EXPECT_THAT(
      pieces_of(R"({"items":[],"kind":"List"})"),
      ElementsAre("beginning 1:0 {\"items\":[]}", "document 1:0 {\"items\":[],\"kind\":\"List\"}"));
}

TEST(JsonStream, documents_follow_each_other) {
  EXPECT_THAT(pieces_of("\xef\xbb\xbf{\"a\":{\"items\":[1]}}\n{} {\"items\":{}}"),
              ElementsAre("document 1:3 {\"a\":{\"items\":[1]}}", "document 2:23 {}",
                          "document 2:26 {\"items\":{}}"));
  EXPECT_THAT(pieces_of(" \n\t "), IsEmpty());
}

TEST(JsonStream, brackets_and_quotes_in_strings_do_not_count) {
  std::string tricky = R"({"items":[{"a":"}]\"\\"},{"b\\\"":"[{"},"x",null,-1.5e3,[[]]]})";
  EXPECT_THAT(
      pieces_of(tricky),
      ElementsAre("beginning 1:0 {\"items\":[]}", R"(element 1:10 {"a":"}]\"\\"})",
                  R"(element 1:25 {"b\\\"":"[{"})", "element 1:40 \"x\"", "element 1:44 null",
                  "element 1:49 -1.5e3", "element 1:56 [[]]", "document 1:0 {\"items\":[]}"));
}

TEST(JsonStream, how_the_text_is_cut_for_reading_makes_no_difference) {
  std::string text = "{\"kind\":\"List\",\"items\":[\n";
  for (int index = 0; index < 50; ++index) {
    text += fmt::format("{}    {{\"name\":\"x\\\"{}\",          \"labels\":{{\"a\":[1,2]}}}}",
                        index == 0 ? "" : ",\n", index);
  }
  text += "],\"end\":true}";
  std::vector<std::string> whole = pieces_of(text, text.size());
  EXPECT_EQ(whole.size(), 52u);
  for (std::size_t step : {1u, 2u, 3u, 7u, 64u, 1000u}) {
    EXPECT_EQ(pieces_of(text, step), whole) << step;
  }
}

TEST(JsonStream, long_lists_need_no_more_room_than_their_largest_element) {
  std::string text = R"({"items":[)";
  for (int index = 0; index < 200'000; ++index) {
    text += fmt::format("{}{{\"name\":\"pod-{}\"}}", index == 0 ? "" : ",", index);
  }
  text += "]}";
  EXPECT_EQ(pieces_of(text, 100'000).size(), 200'002u);  // though a piece may have 1000 bytes
}

TEST(JsonStream, what_is_wrong_between_pieces_is_told_with_line_and_byte) {
  auto last = [](const std::string& text) { return pieces_of(text).back(); };
  EXPECT_EQ(last("{\"items\":[{}\n{}]}"), "error line 2, byte 13: expected ',' or ']', found '{'");
  EXPECT_EQ(last("{\"items\":[{},]}"), "error line 1, byte 13: expected a value, found ']'");
  EXPECT_EQ(last("{\"a\":1 \"b\":2}"), "error line 1, byte 7: expected ',' or '}', found '\"'");
  EXPECT_EQ(last("{\"a\":1,}"), "error line 1, byte 7: expected a name in quotes, found '}'");
  EXPECT_EQ(last("{\"a\" 1}"), "error line 1, byte 5: expected ':', found '1'");
  EXPECT_THAT(last("{\"items\":[{},\n {\"a\":"),
              HasSubstr("line 2, byte 15: the input ends inside"));
  EXPECT_THAT(last("{\"items\":[\"abc"), HasSubstr("the input ends inside a string"));
  EXPECT_THAT(last("{\"items\":[{}"), HasSubstr("found the end of the input"));
  EXPECT_THAT(last("{\"kind\":\"List\","), HasSubstr("found the end of the input"));
}

TEST(JsonStream, what_is_no_json_is_handed_on) {
  EXPECT_THAT(pieces_of("apiVersion: v1\n", 1000), ElementsAre("other 1:0 apiVersion: v1\n"));
  EXPECT_THAT(pieces_of("{}\n---\nkind: Pod\n", 1000),
              ElementsAre("document 1:0 {}", "other 2:3 ---\nkind: Pod\n"));
  EXPECT_THAT(pieces_of("{ kind: Pod }", 1000), ElementsAre("other 1:0 { kind: Pod }"));
  JsonStream stream(in_steps("[" + std::string(500, ' ') + "]", 10), "items");
  ASSERT_TRUE(stream.next());
  EXPECT_EQ(stream.rest().value().size(), 502u);
}

TEST(JsonStream, one_piece_may_not_be_endless) {
  std::string large(600'000, 'x');
  EXPECT_THAT(pieces_of("{\"items\":[{\"a\":\"" + large + "\"}]}").back(),
              HasSubstr("a single object of more than"));
  std::string members = "{\"a\":1";
  for (int index = 0; index < 200; ++index)
    members += ",\"abc\":\"def\"";
  EXPECT_THAT(pieces_of(members + "}").back(), HasSubstr("a single document of more than"));
}

TEST(JsonStream, a_failure_to_read_is_handed_on) {
  JsonStream stream([](char*, std::size_t) -> Result<std::size_t> { return invalid("torn"); },
                    "items");
  EXPECT_EQ(stream.next().error().message, "torn");
}

}  // namespace
}  // namespace base
