#include "sim/sim_cloud_notices.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sim {
namespace {

constexpr base::Duration kDeliveredAgain = std::chrono::seconds(30);
constexpr base::Duration kKept = std::chrono::minutes(5);

}  // namespace

void NoticeQueue::add(ports::InstanceNotice::Kind kind, const std::string& instance_id) {
  std::uint64_t number = ++last_number_;
  ports::InstanceNotice notice;
  notice.id = fmt::format("notice-{}", number);
  notice.kind = kind;
  notice.instances = {instance_id};
  notice.at = clock_.now();
  notices_.emplace(number, std::move(notice));
  clock_.at(clock_.now() + kKept, [this, number] { notices_.erase(number); });
  if (sink_) deliver_later(number, std::chrono::milliseconds(random_.between(50, 500)));
}

void NoticeQueue::watch(std::function<void(ports::InstanceNotice)> sink) {
  sink_ = std::move(sink);
  ++watchers_;
  for (const auto& [number, notice] : notices_)
    deliver_later(number, std::chrono::milliseconds(50));
}

void NoticeQueue::acknowledge(const std::string& id) {
  std::erase_if(notices_, [&](const auto& entry) { return entry.second.id == id; });
}

void NoticeQueue::deliver_later(std::uint64_t number, base::Duration delay) {
  clock_.at(clock_.now() + delay, [this, number, watcher = watchers_] {
    if (watcher == watchers_) deliver(number);
  });
}

void NoticeQueue::deliver(std::uint64_t number) {
  auto notice = notices_.find(number);
  if (notice == notices_.end()) return;
  ports::InstanceNotice copy = notice->second;
  deliver_later(number, kDeliveredAgain);
  sink_(std::move(copy));
}

}  // namespace sim
