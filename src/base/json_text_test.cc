#include "base/json_text.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "base/json.h"

namespace base {
namespace {

struct Spot {
  std::string name;
  std::int64_t count = 0;
  std::optional<bool> on;
};
DESCRIBED(Spot);
FIELDS(Spot, name, count, on);

struct Board {
  std::vector<Spot> spots;
  Map<std::string> labels;
  Json free;
  std::int32_t small = 0;
};
DESCRIBED(Board);
FIELDS(Board, spots, labels, free, small);

// What both readers make of the text: the object written back, or the error.
std::string read_fast(std::string_view text) {
  JsonText json;
  if (!json.parse(text)) return "cannot be parsed";
  Board board;
  Result<void> read = json.read(type_of<Board>(), &board);
  return read ? print_json(to_json(board)) : read.error().message;
}
std::string read_slowly(std::string_view text) {
  auto board = from_json<Board>(parse_json(text).value());
  return board ? print_json(to_json(*board)) : board.error().message;
}

TEST(JsonText, reads_what_the_reader_of_values_reads) {
  for (std::string_view text :
       {R"({"spots":[{"name":"a\u00e4\n","count":-3,"on":false},{}],"labels":{"b":"1","a":""}})",
        R"({"free":{"any":[1,null,true,2.5,"x",18446744073709551615,{"deep":[]}]},"small":7})",
        R"({"spots":null,"other":{"deep":[1,2,{"x":"}"}]},"labels":{}})", "{}",
        R"({"spots":[{},{"count":"three"}]})", R"({"labels":{"a":1}})", R"({"small":2147483648})",
        R"({"spots":{}})", R"({"spots":[{"on":1}]})", R"([])", R"({"free":null})"}) {
    EXPECT_EQ(read_fast(text), read_slowly(text)) << text;
  }
}

TEST(JsonText, a_member_that_stands_twice_is_refused) {
  EXPECT_EQ(read_fast(R"({"spots":[{"count":1,"count":2}]})"), "spots[0].count: stands twice");
}

TEST(JsonText, what_is_no_json_is_not_read) {
  for (std::string_view text : {"", "{", "{\"a\":tru}", "{\"a\":1}}", "{\"a\":\"\xff\"}", "{'a':1}",
                                "{\"a\":01}", "{\"a\":123456789012345678901}"}) {
    EXPECT_EQ(read_fast(text), "cannot be parsed") << text;
  }
  EXPECT_EQ(read_fast(std::string(300, '[') + std::string(300, ']')), "cannot be parsed");
}

TEST(JsonText, one_after_the_other) {
  JsonText json;
  for (int size : {1, 1000, 10, 100'000}) {
    std::string name(static_cast<std::size_t>(size), 'n');
    ASSERT_TRUE(
        json.parse(fmt::format(R"({{"kind":"{}","spots":[{{"name":"{}"}}]}})", size, name)));
    EXPECT_EQ(json.string_at("kind"), std::to_string(size));
    EXPECT_EQ(json.string_at("spots"), "");
    EXPECT_EQ(json.string_at("none"), "");
    Board board;
    ASSERT_TRUE(json.read(type_of<Board>(), &board));
    EXPECT_EQ(board.spots.at(0).name, name);
  }
}

}  // namespace
}  // namespace base
