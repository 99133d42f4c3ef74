#include "base/yaml.h"

#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"

namespace base {
namespace {

using Cases = std::vector<std::pair<std::string, std::string>>;

std::vector<YamlDocument> documents_of(std::string_view text) {
  auto read = read_yaml(text);
  EXPECT_TRUE(read.has_value()) << text << "\n" << (read ? "" : read.error().message);
  return std::move(read).value_or(std::vector<YamlDocument>());
}

YamlDocument document_of(std::string_view text) {
  auto documents = documents_of(text);
  EXPECT_EQ(documents.size(), 1U) << text;
  return documents.empty() ? YamlDocument() : std::move(documents.front());
}

std::string as_json(std::string_view text) { return print_json(document_of(text).value); }

std::string message_of(std::string_view text, const YamlLimits& limits = {}) {
  const auto read = read_yaml(text, limits);
  EXPECT_FALSE(read.has_value()) << text;
  if (read) return "";
  EXPECT_EQ(read.error().code, Code::invalid);
  return read.error().message;
}

TEST(YamlRead, unquoted_scalars_are_typed_as_kubectl_types_them) {
  const Cases cases = {
      {"yes", "true"},
      {"On", "true"},
      {"y", "true"},
      {"N", "false"},
      {"off", "false"},
      {"TRUE", "true"},
      {"False", "false"},
      {"yEs", "\"yEs\""},
      {"~", "null"},
      {"", "null"},
      {"Null", "null"},
      {"nULL", "\"nULL\""},
      {"0", "0"},
      {"-0", "0"},
      {"+1", "1"},
      {"010", "8"},
      {"-010", "-8"},
      {"08", "8"},
      {"0o17", "15"},
      {"0x1F", "31"},
      {"-0x10", "-16"},
      {"0b101", "5"},
      {"0x", "\"0x\""},
      {"0b2", "\"0b2\""},
      {"1_000", "1000"},
      {"_1", "\"_1\""},
      {"1.0", "1"},
      {"1e3", "1000"},
      {".5e3", "500"},
      {"1.", "1"},
      {"-0.0", "0"},
      {"e3", "\"e3\""},
      {"1e", "\"1e\""},
      {".", "\".\""},
      {"+", "\"+\""},
      {"1e400", "\"1e400\""},
      {"9223372036854775807", "9223372036854775807"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"18446744073709551615", "18446744073709551615"},
      {"0xFFFFFFFFFFFFFFFFF", "\"0xFFFFFFFFFFFFFFFFF\""},
      {"1:30", "\"1:30\""},
      {"2001-12-14", "\"2001-12-14\""},
      {"1.2.3", "\"1.2.3\""},
      {"500m", "\"500m\""},
      {"1Gi", "\"1Gi\""},
      {"x#y", "\"x#y\""},
      {"x # y", "\"x\""},
      {"\"1\"", "\"1\""},
      {"'yes'", "\"yes\""},
      {"''", "\"\""},
      {"! 1", "\"1\""},
      {"!!str 1", "\"1\""},
      {"!!str", "\"\""},
      {"!!int \"1\"", "1"},
      {"!!bool \"yes\"", "true"},
      {"!!null \"\"", "null"},
      {"!own 1", "\"1\""},
  };
  for (const auto& [scalar, json] : cases) {
    EXPECT_EQ(as_json("a: " + scalar + "\n"), "{\"a\":" + json + "}") << scalar;
  }
  EXPECT_EQ(document_of("1.5").value, Json(1.5));
  EXPECT_EQ(document_of("!!float 2.5").value, Json(2.5));
  EXPECT_EQ(document_of("0.1").value, Json(0.1));
  EXPECT_EQ(document_of("18446744073709551616").value, Json(18446744073709551616.0));
  EXPECT_EQ(document_of("9007199254740994.0").value, Json(9007199254740994.0));
  EXPECT_EQ(document_of("1.797e+308").value, Json(1.797e308));
}

TEST(YamlRead, texts_of_several_lines) {
  const Cases cases = {
      {"a: |\n  x\n  y\n", "x\\ny\\n"},
      {"a: |-\n  x\n  y\n", "x\\ny"},
      {"a: |+\n  x\n\n", "x\\n\\n"},
      {"a: |2\n    x\n", "  x\\n"},
      {"a: >\n  x\n  y\n\n  z\n", "x y\\nz\\n"},
      {"a: \"x\n  y\n\n  z\"", "x y\\nz"},
      {"a: x\n  y", "x y"},
      {"a: |\r\n  x\r\n  y\r\n", "x\\ny\\n"},
      {"a: 'it''s'", "it's"},
      {"a: \"\\N\\_\\L\\P\\e\"", "\u0085\u00a0\u2028\u2029\\u001b"},
      {"a: \"\u00e9\\N\"", "\u00e9\u0085"},
      {"a: \"\\x41\\u00e9\\U0001F600\"", "A\u00e9\U0001f600"},
  };
  for (const auto& [text, expected] : cases) {
    EXPECT_EQ(as_json(text), "{\"a\":\"" + expected + "\"}") << text;
  }
}

TEST(YamlRead, keys_become_text) {
  EXPECT_EQ(as_json("{1: a, 010: b, yes: c, 1.5: d, \"on\": e, ? f : g}"),
            R"({"1":"a","8":"b","true":"c","1.5":"d","on":"e","f":"g"})");
  EXPECT_EQ(message_of("a: 1\n~: b"), "line 2, column 1: a key must be text");
  EXPECT_EQ(message_of("[a]: 1"),
            "line 1, column 1: a map or list cannot be a key (or a bracket is not closed)");
  EXPECT_EQ(message_of("? {a: b}\n: 1"),
            "line 1, column 3: a map or list cannot be a key (or a bracket is not closed)");
}

TEST(YamlRead, API_355_documents_are_divided_and_empty_ones_skipped) {
  const auto documents = documents_of(
      "# only a comment\n---\n---\na: 1\n---\n~\n--- # more\nb: 2\n...\n# between\nc: "
      "3\n---\n[]\n");
  ASSERT_EQ(documents.size(), 4U);
  EXPECT_EQ(print_json(documents[0].value), R"({"a":1})");
  EXPECT_EQ(print_json(documents[1].value), R"({"b":2})");
  EXPECT_EQ(print_json(documents[2].value), R"({"c":3})");
  EXPECT_EQ(print_json(documents[3].value), "[]");
  EXPECT_EQ(documents[1].line_of(""), 8);
  EXPECT_TRUE(documents_of("").empty());
  EXPECT_TRUE(documents_of("# nothing\n").empty());
  EXPECT_TRUE(documents_of("---\n").empty());
}

TEST(YamlRead, API_355_JSON_is_read_with_its_own_escapes) {
  EXPECT_EQ(as_json("{\"a\":\t[1,\n\t2.5e1], \"b\": {}, \"c\": \"x\\/\\u00e9\\n\"}\n"),
            "{\"a\":[1,25],\"b\":{},\"c\":\"x/\u00e9\\n\"}");
  EXPECT_EQ(as_json(R"({"a": "\ud83d\ude00"})"), "{\"a\":\"\U0001f600\"}");
  EXPECT_EQ(message_of("{\"a\": 1,\n \"a\": 2}"),
            "line 2, column 2: \"a\" is given twice in one map, first on line 1");
}

TEST(YamlRead, aliases_stand_for_what_was_last_named) {
  EXPECT_EQ(as_json("a: &x 1\nb: &x [2, {c: d}]\ne: *x\n"),
            R"({"a":1,"b":[2,{"c":"d"}],"e":[2,{"c":"d"}]})");
  EXPECT_EQ(as_json("- &k a\n- *k : 2\n- &l b: *k\n"), R"(["a",{"a":2},{"b":"a"}])");
}

TEST(YamlRead, an_alias_needs_a_finished_anchor_of_its_document) {
  EXPECT_EQ(message_of("a: *x"), "line 1, column 4: the referenced anchor is not defined");
  EXPECT_EQ(message_of("a: &x 1\n---\nb: *x"),
            "line 3, column 4: the referenced anchor is not defined");
  EXPECT_EQ(message_of("&x [1, *x]"), "line 1, column 8: an alias stands inside of what it names");
}

TEST(YamlRead, merges_fill_in_what_the_map_does_not_say) {
  EXPECT_EQ(as_json("a: &a {k: 1, l: 2}\nb: {<<: *a, l: 3, m: 4}\n"),
            R"({"a":{"k":1,"l":2},"b":{"k":1,"l":3,"m":4}})");
  EXPECT_EQ(as_json("a: &a {k: 1}\nb: &b {k: 2, l: 3}\nc:\n  m: 4\n  <<: [*a, *b]\n"),
            R"({"a":{"k":1},"b":{"k":2,"l":3},"c":{"m":4,"k":1,"l":3}})");
  EXPECT_EQ(as_json("{<<: {k: 1}}"), R"({"k":1})");
  EXPECT_EQ(as_json("{<<: []}"), "{}");
  EXPECT_EQ(as_json("{\"<<\": {k: 1}}"), R"({"<<":{"k":1}})");
  EXPECT_EQ(message_of("{<<: 1}"), "line 1, column 6: \"<<\" takes a map or a list of maps");
  EXPECT_EQ(message_of("{<<: [{}, 1]}"), "line 1, column 6: \"<<\" takes a map or a list of maps");
  EXPECT_EQ(
      message_of("{<<: {a: 1}, <<: {b: 1}}"),
      "line 1, column 14: \"<<\" is given twice in one map: give it a list, as in <<: [*a, *b]");
  EXPECT_EQ(
      message_of("{k: 1, <<: {k: 2}}"),
      "line 1, column 12: \"<<\" also brings \"k\", which is given before it, and tools disagree "
      "which counts: write \"<<\" first");
  EXPECT_EQ(message_of("{<<: {k: 2}, k: 1, k: 3}"),
            "line 1, column 20: \"k\" is given twice in one map, first on line 1");
}

TEST(YamlRead, errors_say_where_and_what) {
  const Cases cases = {
      {"a: 1\nb: 2\na: 3", "line 3, column 1: \"a\" is given twice in one map, first on line 1"},
      {"1: a\n\"1\": b", "line 2, column 1: \"1\" is given twice in one map, first on line 1"},
      {"a: 1\nb", "line 2, column 1: a colon is missing after \"b\""},
      {"a: 1\nb\n---\nc: 1", "line 2, column 1: a colon is missing after \"b\""},
      {"{a: 1}\n{b: 2}", "line 2, column 1: a second document begins without \"---\" before it"},
      {"a: [1\nb: 2", "line 2, column 2: a '[' above is not closed"},
      {"{\"a\": [1, 2",
       "line 1, column 1: a map or list cannot be a key (or a bracket is not closed)"},
      {"a: b: c", "line 1, column 5: a ':' has no place here; text that holds \": \" is quoted"},
      {"a: \"x\n", "line 1, column 4: a quote is not closed"},
      {"\u00e9: 'it''s\n", "line 1, column 5: a quote is not closed"},
      {"\xef\xbb\xbf\"a\": \"b\n", "line 1, column 6: a quote is not closed"},
      {"- \"a\\\"\n", "line 1, column 3: a quote is not closed"},
      {"a: !!int x", "line 1, column 4: \"x\" cannot be read as !!int"},
      {"a: !!float yes", "line 1, column 4: \"yes\" cannot be read as !!float"},
      {"a: !!binary aGk=", "line 1, column 4: \"aGk=\" cannot be read as !!binary"},
      {"a: .inf", "line 1, column 4: \".inf\" has no counterpart in JSON"},
      {"a: b\nc: \x04 d", "line 2, column 4: control character 0x04"},
      {"\u00e9\u00e9: \x7f", "line 1, column 5: control character 0x7f"},
      {"a:\n  b: \xff\xfe", "line 2, column 6: the text is not UTF-8"},
      {std::string("a: \0", 4), "line 1, column 4: control character 0x00"},
  };
  for (const auto& [text, message] : cases) {
    EXPECT_EQ(message_of(text), message) << text;
  }
  for (const std::string text :
       {",", "--- ,", "--- a\n--- ,:\ry", "...\n,", "---\n...\n  ,:\n", "a:\n\t- 1", "a: @x",
        "a: `x", "a: 'x' y", "a: [1] x", "a: \"x", "a: ]", "a: -", "a: %x", "a: |\n  x\n y",
        "a\nb: 1", "- a\nb: 1", "a: {b: 1"}) {
    EXPECT_TRUE(message_of(text).starts_with("line ")) << text;
  }
}

TEST(YamlRead, lines_of_values_by_pointer) {
  const YamlDocument document = document_of(
      "# head\n"
      "apiVersion: v1\n"
      "spec:\n"
      "  taints:\n"
      "  - key: a\n"
      "    effect: NoSchedule\n"
      "  - &t\n"
      "    key: b\n"
      "  - *t\n"
      "  x/y~z: {m: 1,\n"
      "    o: 2}\n"
      "<<: {merged: {deep: 1}}\n"
      "last: |\n"
      "  text\n");
  const std::vector<std::pair<std::string, int>> cases = {
      {"", 2},
      {"/apiVersion", 2},
      {"/spec", 3},
      {"/spec/taints", 4},
      {"/spec/taints/0", 5},
      {"/spec/taints/0/effect", 6},
      {"/spec/taints/1/key", 8},
      {"/spec/taints/2", 9},
      {"/spec/taints/2/key", 9},
      {"/spec/x~1y~0z", 10},
      {"/spec/x~1y~0z/o", 11},
      {"/merged", 12},
      {"/merged/deep", 12},
      {"/last", 13},
      // not there: the innermost value around it
      {"/spec/taints/7/key", 4},
      {"/spec/taints/x", 4},
      {"/spec/nothing/at/all", 3},
      {"/apiVersion/x", 2},
      {"/nothing", 2},
      {"/spec/taints/", 4},
      {"/spec/taints/-1", 4},
  };
  for (const auto& [pointer, line] : cases) {
    EXPECT_EQ(document.line_of(pointer), line) << pointer;
  }
  EXPECT_EQ(YamlDocument().line_of("/x"), 0);
}

TEST(YamlRead, depth_is_limited_also_through_aliases) {
  const auto nested = [](int depth) {
    return std::string(static_cast<std::size_t>(depth), '[') +
           std::string(static_cast<std::size_t>(depth), ']');
  };
  EXPECT_TRUE(read_yaml(nested(200)).has_value());
  EXPECT_TRUE(message_of(nested(201)).contains("nested too deeply"));
  EXPECT_TRUE(message_of(nested(100'000)).contains("nested too deeply"));
  const std::string chain = "a: &a " + nested(100) + "\nb: &b [[*a]]\nc: [*b]\n";
  EXPECT_TRUE(read_yaml(chain, {.depth = 104}).has_value());
  EXPECT_TRUE(message_of(chain, {.depth = 103}).contains("nested too deeply"));
}

TEST(YamlRead, a_small_text_cannot_grow_without_limit) {
  std::string laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    laughs += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int k = 0; k < 9; ++k) {
      laughs += ", " + before;
    }
    laughs += "]\n";
  }
  EXPECT_TRUE(message_of(laughs).contains("anchors and aliases make the text too large"));
  // Few values, but long ones.
  std::string long_text = "a: &a " + std::string(1 << 20, 'x') + "\nb: [";
  for (int i = 0; i < 1'000; ++i) {
    long_text += "*a,";
  }
  EXPECT_TRUE(message_of(long_text + "]").contains("make the text too large"));
  // What no alias is made of is not counted.
  std::string plain = "a:\n";
  for (int i = 0; i < 2'000; ++i) {
    plain += "- {b: 1}\n";
  }
  EXPECT_TRUE(read_yaml(plain, {.expansion = 0}).has_value());
  EXPECT_FALSE(read_yaml("a: &a 1", {.expansion = 0}).has_value());
}

TEST(YamlRead, the_size_of_the_text_is_limited) {
  EXPECT_TRUE(read_yaml("abcd", {.bytes = 4}).has_value());
  EXPECT_EQ(message_of("abcde", {.bytes = 4}),
            "the text has 5 bytes, more than the 4 that are allowed");
}

std::string written(std::string_view json) {
  const auto value = parse_json(json);
  EXPECT_TRUE(value.has_value()) << json;
  return value ? write_yaml(*value) : "";
}

TEST(YamlWrite, structures_as_kubectl_prints_them) {
  EXPECT_EQ(written(R"({"kind":"Pod","metadata":{"labels":{},"name":"a"},"spec":{"containers":[
              {"args":["--x","-y"],"name":"c","ports":[]},{"name":"d"}],"tolerations":null,
              "lists":[[1,2],[[3],{}],[]]},"ready":true,"m":-5,"x":0.5})"),
            "kind: Pod\n"
            "metadata:\n"
            "  labels: {}\n"
            "  name: a\n"
            "spec:\n"
            "  containers:\n"
            "  - args:\n"
            "    - --x\n"
            "    - -y\n"
            "    name: c\n"
            "    ports: []\n"
            "  - name: d\n"
            "  tolerations: null\n"
            "  lists:\n"
            "  - - 1\n"
            "    - 2\n"
            "  - - - 3\n"
            "    - {}\n"
            "  - []\n"
            "ready: true\n"
            "m: -5\n"
            "x: 0.5\n");
  EXPECT_EQ(written("{}"), "{}\n");
  EXPECT_EQ(written("[]"), "[]\n");
  EXPECT_EQ(written("[{}]"), "- {}\n");
  EXPECT_EQ(written("null"), "null\n");
  EXPECT_EQ(written("\"a\""), "a\n");
}

TEST(YamlWrite, quotes_stand_only_where_they_are_needed) {
  const Cases cases = {
      {"a", "a"},
      {"a b", "a b"},
      {"-a", "-a"},
      {"--", "--"},
      {"?a", "?a"},
      {":a", ":a"},
      {"a:b", "a:b"},
      {"a#b", "a#b"},
      {"a]", "a]"},
      {"a,b", "a,b"},
      {"$x", "$x"},
      {"100m", "100m"},
      {"1Gi", "1Gi"},
      {"k=v", "k=v"},
      {"http://x:80/", "http://x:80/"},
      {"10.0.0.0/8", "10.0.0.0/8"},
      {"inf", "inf"},
      {"\u00e9", "\u00e9"},
      {"a'b", "a'b"},
      {"a\\b", "a\\b"},
      {"", "\"\""},
      {"1", "\"1\""},
      {"1.5", "\"1.5\""},
      {"010", "\"010\""},
      {"0x1", "\"0x1\""},
      {"1_0", "\"1_0\""},
      {"1e3", "\"1e3\""},
      {"true", "\"true\""},
      {"y", "\"y\""},
      {"No", "\"No\""},
      {"off", "\"off\""},
      {"~", "\"~\""},
      {"null", "\"null\""},
      {".inf", "\".inf\""},
      {"1:30", "\"1:30\""},
      {"2026-01-02", "\"2026-01-02\""},
      {"2026-01-02T03:04:05Z", "\"2026-01-02T03:04:05Z\""},
      {"-", "'-'"},
      {"- a", "'- a'"},
      {"? a", "'? a'"},
      {":", "':'"},
      {"a:", "'a:'"},
      {"a: b", "'a: b'"},
      {"a #b", "'a #b'"},
      {"#a", "'#a'"},
      {"&a", "'&a'"},
      {"*a", "'*a'"},
      {"!a", "'!a'"},
      {"|", "'|'"},
      {">", "'>'"},
      {"%a", "'%a'"},
      {"@a", "'@a'"},
      {"`a", "'`a'"},
      {"'a'", "'''a'''"},
      {"\"a\"", "'\"a\"'"},
      {"[a]", "'[a]'"},
      {"{{x}}", "'{{x}}'"},
      {"---", "'---'"},
      {"...", "'...'"},
      {" a", "' a'"},
      {"a ", "'a '"},
      {"a\tb", "\"a\\tb\""},
      {"a\rb", "\"a\\rb\""},
      {"\x01", "\"\\x01\""},
      {"\x7f", "\"\\x7F\""},
      {"\ufeff", "\"\\uFEFF\""},
      {"\u2028", "\"\\u2028\""},
      {"\U0001f600", "\"\\U0001F600\""},
      {"\xff\"\\", "\"\ufffd\\\"\\\\\""},
  };
  for (const auto& [text, yaml] : cases) {
    EXPECT_EQ(write_yaml(Json(text)), yaml + "\n");
  }
  EXPECT_EQ(written(R"({"1":1,"yes":2,"a b":3,"a: b":4,"":5,"x\ny":6,"<<":7})"),
            "\"1\": 1\n\"yes\": 2\na b: 3\n'a: b': 4\n\"\": 5\n\"x\\ny\": 6\n\"<<\": 7\n");
}

TEST(YamlWrite, texts_of_several_lines_are_blocks) {
  const Cases cases = {
      {R"("a\n")", "a: |\n  a\n"},
      {R"("a\nb")", "a: |-\n  a\n  b\n"},
      {R"("a\n\n")", "a: |+\n  a\n\n"},
      {R"("\n")", "a: |2+\n\n"},
      {R"("\na")", "a: |2-\n\n  a\n"},
      {R"("  a\nb")", "a: |2-\n    a\n  b\n"},
      {R"("#!/bin/sh\n\n---\n  x: y\n")", "a: |\n  #!/bin/sh\n\n  ---\n    x: y\n"},
      {R"("a \nb")", "a: \"a \\nb\"\n"},
      {R"("a\n ")", "a: \"a\\n \"\n"},
      {R"("a\n\tb\n")", "a: \"a\\n\\tb\\n\"\n"},
      {R"(["a\nb",["c\n"]])", "a:\n- |-\n  a\n  b\n- - |\n    c\n"},
  };
  for (const auto& [json, yaml] : cases) {
    EXPECT_EQ(written("{\"a\":" + json + "}"), yaml) << json;
  }
  EXPECT_EQ(written(R"("a\nb\n")"), "|\n  a\n  b\n");
}

TEST(YamlWrite, numbers_as_Go_prints_them) {
  const std::vector<std::pair<Json, std::string>> cases = {
      {0.1, "0.1"},
      {1.0, "1"},
      {-0.0, "0"},
      {1e6, "1000000"},
      {123456.5, "123456.5"},
      {1234567.5, "1.2345675e+06"},
      {0.0001, "0.0001"},
      {3e-5, "3e-05"},
      {1e21, "1e+21"},
      {9007199254740994.0, "9.007199254740994e+15"},
      {std::uint64_t{18446744073709551615ULL}, "18446744073709551615"},
  };
  for (const auto& [number, text] : cases) {
    EXPECT_EQ(write_yaml(number), text + "\n");
  }
}

// Values whose texts are made of what YAML finds special.
class RandomValues {
 public:
  explicit RandomValues(std::uint64_t seed) : random_(seed) {}

  Json value(int depth) {
    switch (random_.below(depth > 0 ? 10 : 7)) {
      case 0: return nullptr;
      case 1: return random_.chance(1, 2);
      case 2: return random_.between(-1'000'000, 1'000'000);
      case 3:
        return static_cast<double>(random_.between(-1'000'000, 1'000'000)) / 1024 + 1.0 / 4096;
      case 7: return list(depth);
      case 8:
      case 9: return map(depth);
      default: return text();
    }
  }

 private:
  Json text() {
    static const std::vector<std::string> kPieces = {
        "a",      "b",          "1",    " ",   " ",    ":",    "-",      "?",      "#",
        ",",      "[",          "]",    "{",   "}",    "&",    "*",      "!",      "|",
        ">",      "'",          "\"",   "%",   "@",    "`",    "\\",     "\n",     "\n",
        "\t",     "=",          "<<",   "~",   ".",    "0",    "_",      "/",      "- ",
        ": ",     " #",         "---",  "...", "true", "null", "\u00e9", "\u2028", "\u0085",
        "\ufeff", "\U0001f600", "\x01", "\r",  " \n",  "\n\n", "\n "};
    std::string text;
    for (std::uint64_t left = random_.below(8); left > 0; --left) {
      text += kPieces[random_.below(kPieces.size())];
    }
    return Json(text);
  }
  Json list(int depth) {
    boost::json::array list;
    for (std::uint64_t left = random_.below(4); left > 0; --left) {
      list.push_back(value(depth - 1));
    }
    return list;
  }
  Json map(int depth) {
    boost::json::object map;
    for (std::uint64_t left = random_.below(4); left > 0; --left) {
      map.insert_or_assign(text().get_string(), value(depth - 1));
    }
    return map;
  }

  Random random_;
};

TEST(YamlWrite, what_is_written_reads_back_as_the_same_value) {
  for (std::uint64_t seed = 0; seed < 3'000; ++seed) {
    const Json value = RandomValues(seed).value(4);
    const std::string text = write_yaml(value);
    const auto read = read_yaml(text);
    ASSERT_TRUE(read.has_value()) << "seed " << seed << ": " << read.error().message << "\n"
                                  << text;
    if (value.is_null()) {
      EXPECT_TRUE(read->empty());
      continue;
    }
    ASSERT_EQ(read->size(), 1U) << "seed " << seed << "\n" << text;
    ASSERT_EQ(read->front().value, value) << "seed " << seed << "\n" << text;
    EXPECT_EQ(write_yaml(read->front().value), text) << "seed " << seed;
  }
}

}  // namespace
}  // namespace base
