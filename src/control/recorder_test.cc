#include "control/recorder.h"

#include <gmock/gmock.h>

#include <set>

#include "support/objects.h"

namespace control {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using support::kStart;

Notice notice(std::string uid, std::string reason = "Evicted") {
  Notice notice;
  notice.about.kind = "Pod";
  notice.about.namespace_ = "shop";
  notice.about.name = "web-1";
  notice.about.uid = uid;
  notice.reason = std::move(reason);
  notice.message = "for a test";
  notice.dedupe = {std::move(uid)};
  return notice;
}

TEST(Recorder, LIF_366_the_event) {
  Recorder recorder;
  std::optional<model::Event> event = recorder.record(notice("u1"), kStart);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->metadata.namespace_, "shop");
  EXPECT_EQ(event->source.component, "karpenter");
  EXPECT_EQ(event->involvedObject.uid, "u1");
  EXPECT_EQ(event->reason, "Evicted");
  EXPECT_EQ(event->message, "for a test");
  EXPECT_EQ(event->type, "Normal");
  EXPECT_EQ(event->count, 1);
  EXPECT_EQ(event->firstTimestamp, kStart);
}

TEST(Recorder, LIF_366_cluster_scoped_objects_use_default) {
  Recorder recorder;
  Notice about_node = notice("u1");
  about_node.about.namespace_ = "";
  about_node.warning = true;
  std::optional<model::Event> event = recorder.record(about_node, kStart);
  EXPECT_EQ(event->metadata.namespace_, "default");
  EXPECT_EQ(event->type, "Warning");
}

TEST(Recorder, LIF_367_once_in_two_minutes) {
  Recorder recorder;
  EXPECT_TRUE(recorder.record(notice("u1"), kStart));
  EXPECT_FALSE(recorder.record(notice("u1"), kStart + minutes(2) - milliseconds(1)));
  EXPECT_TRUE(recorder.record(notice("u1"), kStart + minutes(2)));
}

TEST(Recorder, LIF_367_reasons_and_values_are_independent) {
  Recorder recorder;
  EXPECT_TRUE(recorder.record(notice("u1"), kStart));
  EXPECT_TRUE(recorder.record(notice("u2"), kStart));
  EXPECT_TRUE(recorder.record(notice("u1", "Disrupted"), kStart));
  Notice more = notice("u1");
  more.dedupe.push_back("Empty");
  EXPECT_TRUE(recorder.record(more, kStart));
}

TEST(Recorder, LIF_367_without_values_never_dropped) {
  Recorder recorder;
  Notice plain = notice("u1");
  plain.dedupe.clear();
  EXPECT_TRUE(recorder.record(plain, kStart));
  EXPECT_TRUE(recorder.record(plain, kStart));
}

TEST(Recorder, SCH_286_its_own_time) {
  Recorder recorder;
  Notice failed = notice("u1", "FailedScheduling");
  failed.dedupe_for = minutes(5);
  EXPECT_TRUE(recorder.record(failed, kStart));
  failed.message = "another text";
  EXPECT_FALSE(recorder.record(failed, kStart + minutes(4)));
  EXPECT_TRUE(recorder.record(failed, kStart + minutes(5)));
}

int recorded(Recorder& recorder, int count, base::Time now, base::Duration apart,
             const std::string& prefix) {
  int passed = 0;
  for (int index = 0; index < count; ++index) {
    Notice nominated = notice(prefix + std::to_string(index), "Nominated");
    nominated.rate_limited = true;
    if (recorder.record(nominated, now + index * apart)) ++passed;
  }
  return passed;
}

TEST(Recorder, LIF_381_ten_at_once_then_five_a_second) {
  Recorder recorder;
  EXPECT_EQ(recorded(recorder, 100, kStart, milliseconds(0), "a"), 10);
  EXPECT_EQ(recorded(recorder, 100, kStart + seconds(1), milliseconds(0), "b"), 5);
  EXPECT_EQ(recorded(recorder, 100, kStart + minutes(1), milliseconds(0), "c"), 10);
}

TEST(Recorder, LIF_381_the_rate_holds_however_often_it_is_asked) {
  Recorder recorder;
  recorded(recorder, 100, kStart, milliseconds(0), "a");
  EXPECT_EQ(recorded(recorder, 10'000, kStart, microseconds(300), "b"), 14)
      << "3 s less one question";
}

TEST(Recorder, LIF_368_what_the_limiter_drops_was_not_said) {
  Recorder recorder;
  recorded(recorder, 10, kStart, milliseconds(0), "a");
  Notice late = notice("late", "Nominated");
  late.rate_limited = true;
  EXPECT_FALSE(recorder.record(late, kStart));
  EXPECT_TRUE(recorder.record(late, kStart + seconds(1)));
}

TEST(Recorder, names_of_events_are_distinct) {
  Recorder recorder;
  std::set<std::string> names;
  for (int index = 0; index < 1000; ++index)
    names.insert(recorder.record(notice("u" + std::to_string(index)), kStart)->metadata.name);
  EXPECT_EQ(names.size(), 1000u);
}

}  // namespace
}  // namespace control
