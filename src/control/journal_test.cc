#include "control/journal.h"

#include <gmock/gmock.h>

#include "support/objects.h"

namespace control {
namespace {

using support::kStart;

JournalEntry entry(std::string what) { return {kStart, "log", std::move(what), nullptr}; }

std::uint64_t hash_of(const std::vector<JournalEntry>& entries) {
  Journal journal;
  for (const JournalEntry& line : entries)
    journal.write(line);
  return journal.hash();
}

TEST(Journal, a_line_is_one_json_object) {
  EXPECT_EQ(to_line(entry("launched nodeclaim")),
            R"({"at":"2026-01-01T00:00:00.000000Z","source":"log","what":"launched nodeclaim"})");
  JournalEntry with_data = entry("a \"quoted\"\nword");
  with_data.data = boost::json::object{{"price", "$0.0960"}};
  EXPECT_EQ(to_line(with_data),
            R"({"at":"2026-01-01T00:00:00.000000Z","source":"log","what":"a \"quoted\"\nword",)"
            R"("data":{"price":"$0.0960"}})");
}

TEST(Journal, equal_runs_have_equal_hashes) {
  EXPECT_EQ(hash_of({entry("a"), entry("b")}), hash_of({entry("a"), entry("b")}));
}

TEST(Journal, the_hash_sees_every_difference) {
  std::uint64_t hash = hash_of({entry("a"), entry("b")});
  EXPECT_NE(hash, hash_of({entry("b"), entry("a")})) << "order";
  EXPECT_NE(hash, hash_of({entry("a"), entry("b"), entry("b")})) << "number";
  EXPECT_NE(hash, hash_of({entry("ab")})) << "borders";
  JournalEntry later = entry("b");
  later.at += std::chrono::microseconds(1);
  EXPECT_NE(hash, hash_of({entry("a"), later})) << "time";
}

TEST(Journal, every_sink_gets_every_entry_in_order) {
  Journal journal;
  std::string first;
  std::string second;
  journal.add_sink([&](const JournalEntry& line) { first += line.what; });
  journal.write(entry("a"));
  journal.add_sink([&](const JournalEntry& line) { second += line.what; });
  journal.write(entry("b"));
  EXPECT_EQ(first, "ab");
  EXPECT_EQ(second, "b");
  EXPECT_EQ(journal.lines(), 2u);
}

}  // namespace
}  // namespace control
