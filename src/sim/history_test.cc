// What the store keeps of the past, and how little of the present it keeps open.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "sim/sim_clock.h"
#include "sim/store.h"

namespace sim {
namespace {

using base::Code;
using base::Json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class HistoryTest : public ::testing::Test {
 protected:
  explicit HistoryTest(const StoreOptions& options = {})
      : store_(clock_, base::Random(7), options) {
    for (const char* name : {"a", "b"}) {
      create(*store_.find_kind("v1", "Namespace"), "", name);
    }
  }

  void create(const Resource& resource, std::string_view name_space, std::string_view name) {
    Json object = {{"metadata", {{"name", boost::json::string(name)}}}};
    auto created = store_.create(resource, name_space, std::move(object));
    EXPECT_TRUE(created) << (created ? "" : created.error().message);
  }
  void create(std::string_view name_space, std::string_view name) {
    create(maps_, name_space, name);
  }
  void write(std::string_view name_space, std::string_view name, std::string_view value) {
    Json patch = {{"data", {{"key", boost::json::string(value)}}}};
    EXPECT_TRUE(store_.patch(maps_, name_space, name, PatchType::merge, patch));
  }
  void remove(std::string_view name_space, std::string_view name) {
    EXPECT_TRUE(store_.remove(maps_, name_space, name));
  }
  // "a/x=1" for each object.
  std::vector<std::string> at(std::uint64_t version, std::string_view name_space = "",
                              const Position& after = {}) {
    auto found = store_.list_at(maps_, name_space, version, after);
    EXPECT_TRUE(found) << (found ? "" : found.error().message);
    std::vector<std::string> texts;
    for (const StoredPtr& item : found->items) {
      texts.push_back(std::string(base::string_at(item->json, {"metadata", "namespace"})) + "/" +
                      std::string(base::string_at(item->json, {"metadata", "name"})) + "=" +
                      std::string(base::string_at(item->json, {"data", "key"})));
    }
    return texts;
  }

  boost::asio::io_context context_;
  SimClock clock_{context_, *base::parse_time("2026-01-01T00:00:00Z")};
  Store store_;
  const Resource& maps_ = *store_.find_kind("v1", "ConfigMap");
};

TEST_F(HistoryTest, a_list_can_be_read_as_it_was) {
  create("a", "x");
  create("b", "y");
  std::uint64_t then = store_.version();
  write("a", "x", "1");
  remove("b", "y");
  create("a", "w");
  create("b", "z");
  std::uint64_t between = store_.version();
  write("a", "x", "2");
  create("b", "y");
  EXPECT_THAT(at(then), ElementsAre("a/x=", "b/y="));
  EXPECT_THAT(at(between), ElementsAre("a/w=", "a/x=1", "b/z="));
  EXPECT_THAT(at(store_.version()), ElementsAre("a/w=", "a/x=2", "b/y=", "b/z="));
  EXPECT_THAT(at(then, "b"), ElementsAre("b/y="));
  EXPECT_THAT(at(between, "", {"a", "w"}), ElementsAre("a/x=1", "b/z="));
  EXPECT_THAT(at(between, "", {"a", "x"}), ElementsAre("b/z="));
  EXPECT_THAT(at(then, "a", {"a", "x"}), IsEmpty());
  EXPECT_EQ(store_.list_at(maps_, "", store_.version() + 1).error().code, Code::timed_out);
}

TEST_F(HistoryTest, bookmarks_tell_a_quiet_watcher_how_far_the_store_has_come) {
  create("a", "x");
  std::vector<std::uint64_t> bookmarks;
  int others = 0;
  auto sink = [&](const WatchEvent& event) {
    if (event.type == WatchEvent::Type::bookmark) {
      EXPECT_EQ(event.object, nullptr);
      bookmarks.push_back(event.version);
    }
    others += event.type != WatchEvent::Type::bookmark ? 1 : 0;
  };
  const Resource& secrets = *store_.find_kind("v1", "Secret");
  auto with = store_.watch(secrets, store_.version(), sink, {.bookmarks = true});
  auto without = store_.watch(secrets, store_.version(),
                              [&](const WatchEvent&) { ADD_FAILURE() << "nobody asked"; });
  for (int round = 0; round < 1'200; ++round)
    write("a", "x", std::to_string(round));
  clock_.run(std::nullopt);
  EXPECT_THAT(bookmarks, ElementsAre(1'000U));
  EXPECT_EQ(others, 0);
  EXPECT_TRUE(store_.watch(secrets, bookmarks.back(), sink)) << "it can be watched from there";
}

class SmallStoreTest : public HistoryTest {
 protected:
  SmallStoreTest() : HistoryTest({.open_forms = 1, .history_events = 4}) {}
};

TEST_F(SmallStoreTest, a_version_that_was_forgotten_cannot_be_listed) {
  std::uint64_t then = store_.version();
  create("a", "x");
  for (int round = 0; round < 4; ++round)
    write("a", "x", std::to_string(round));
  EXPECT_EQ(store_.list_at(maps_, "", then).error().code, Code::gone);
  EXPECT_THAT(at(then + 1), ElementsAre("a/x="));
}

TEST_F(SmallStoreTest, closed_forms_read_as_they_were_written) {
  int events = 0;
  auto watch = store_.watch(maps_, store_.version(), [&](const WatchEvent&) { ++events; });
  create("a", "x");
  Json odd = base::parse_json(
                 R"({"data": {"é": "\"\\\u0001", "": "", "n": "1.50"}, "immutable": false,
                     "metadata": {"annotations": {"big": "9007199254740993"}}, "empty": [{}, []],
                     "numbers": [1, -1, 0.5, 1e100, 18446744073709551615]})")
                 .value();
  StoredPtr written = store_.patch(maps_, "a", "x", PatchType::merge, odd).value();
  const Json before = written->json;
  const std::string text = written->json.text();
  for (int round = 0; round < 3; ++round) {
    write("a", "x", std::to_string(round));
    clock_.run(std::nullopt);
  }
  EXPECT_EQ(written->json.text(), text);
  written->json.look([&](const Json& value) { EXPECT_EQ(value, before); });
  EXPECT_EQ(base::print_json(written->json), text);
  EXPECT_EQ(events, 5);
}

}  // namespace
}  // namespace sim
