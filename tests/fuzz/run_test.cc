// A short run of every fuzz target: its corpus, then changes of it that a seed decides. The number of
// inputs is fixed, so that a failure comes back; JOINER_FUZZ_INPUTS makes it larger.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "base/random.h"
#include "base/scan.h"
#include "support/fuzz_target.h"

namespace {

constexpr int kInputs = 400;
constexpr std::size_t kLongest = 4096;

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<std::string> corpus_of(std::string_view name) {
  std::vector<std::filesystem::path> paths;
  std::string folder = "tests/fuzz/corpus/" + std::string(name);
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    paths.push_back(entry.path());
  std::ranges::sort(paths);
  std::vector<std::string> corpus;
  for (const auto& path : paths)
    corpus.push_back(bytes_of(path));
  return corpus;
}

int inputs() {
  const char* asked = std::getenv("JOINER_FUZZ_INPUTS");
  return asked == nullptr ? kInputs : base::to_integer<int>(asked).value_or(kInputs);
}

class Changes {
 public:
  Changes(std::vector<std::string> corpus, std::uint64_t seed)
      : corpus_(std::move(corpus)), random_(seed) {}

  std::string next() {
    std::string text = any();
    for (std::int64_t count = random_.between(1, 4); count > 0; --count)
      change(text);
    text.resize(std::min(text.size(), kLongest));
    return text;
  }

 private:
  std::size_t below(std::size_t count) {
    return count == 0
               ? 0
               : static_cast<std::size_t>(random_.between(0, static_cast<std::int64_t>(count) - 1));
  }
  const std::string& any() { return corpus_[below(corpus_.size())]; }

  void change(std::string& text) {
    std::size_t at = below(text.size() + 1);
    switch (random_.between(0, 5)) {
      case 0: text.insert(at, 1, static_cast<char>(random_.between(0, 255))); break;
      case 1: text.erase(at, below(8)); break;
      case 2:
        if (at < text.size()) text[at] = static_cast<char>(random_.between(0, 255));
        break;
      case 3: {  // a piece of another input
        const std::string& other = any();
        std::size_t begin = below(other.size() + 1);
        text.insert(at, other.substr(begin, below(64)));
        break;
      }
      case 4: text.insert(at, text.substr(at, below(32))); break;
      case 5: text.insert(at, kWords[below(std::size(kWords))]); break;
    }
  }

  static constexpr const char* kWords[] = {"9223372036854775808",
                                           "-1",
                                           "0",
                                           "1e400",
                                           "\xf0\x9f\x92\xa9",
                                           "\xff",
                                           "null",
                                           "{",
                                           "[",
                                           "\"",
                                           "\\u0000",
                                           "&a",
                                           "*a",
                                           "<<:",
                                           "\n",
                                           " ",
                                           "*/0",
                                           "\0"};

  std::vector<std::string> corpus_;
  base::Random random_;
};

class Fuzz : public testing::TestWithParam<fuzz::Target> {};

TEST_P(Fuzz, no_input_breaks_it) {
  const fuzz::Target& target = GetParam();
  std::vector<std::string> corpus = corpus_of(target.name);
  ASSERT_FALSE(corpus.empty()) << "tests/fuzz/corpus/" << target.name;
  target.run("");
  for (const std::string& text : corpus)
    target.run(text);
  constexpr std::uint64_t kSeed = 1;
  RecordProperty("seed", std::to_string(kSeed));
  Changes changes(corpus, kSeed);
  for (int count = inputs(); count > 0; --count) {
    std::string text = changes.next();
    SCOPED_TRACE(text);
    target.run(text);
  }
}

INSTANTIATE_TEST_SUITE_P(Of, Fuzz, testing::ValuesIn(fuzz::targets()),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(FuzzTargets, have_names_of_their_own) {
  std::set<std::string_view> names;
  for (const fuzz::Target& target : fuzz::targets())
    EXPECT_TRUE(names.insert(target.name).second) << target.name;
  EXPECT_FALSE(names.empty());
}

}  // namespace
