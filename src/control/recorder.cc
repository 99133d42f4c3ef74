#include "control/recorder.h"

#include <fmt/format.h>

#include <algorithm>

namespace control {
namespace {

constexpr std::int64_t kToken = 1000;
constexpr std::int64_t kBucket = 10 * kToken;
constexpr std::int64_t kTokensPerSecond = 5;
constexpr std::size_t kFewestKeysSwept = 1000;

std::string dedupe_key(const Notice& notice) {
  std::string key;
  for (char letter : notice.reason) {
    key += letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  }
  for (const std::string& value : notice.dedupe)
    key += "-" + value;
  return key;
}

}  // namespace

bool Recorder::is_repeated(const Notice& notice, base::Time now) const {
  if (notice.dedupe.empty()) return false;
  auto said = said_until_.find(dedupe_key(notice));
  return said != said_until_.end() && now < said->second;
}

bool Recorder::take_token(base::Time now) {
  auto passed = std::chrono::floor<std::chrono::milliseconds>(now - filled_at_);
  std::int64_t filled = std::min<std::int64_t>(passed.count(), kBucket) * kTokensPerSecond;
  tokens_milli_ = std::min(tokens_milli_ + filled, kBucket);
  filled_at_ += passed;  // the rest of a millisecond counts the next time
  if (tokens_milli_ < kToken) return false;
  tokens_milli_ -= kToken;
  return true;
}

std::optional<model::Event> Recorder::record(const Notice& notice, base::Time now) {
  if (is_repeated(notice, now)) return std::nullopt;
  if (notice.rate_limited && !take_token(now)) return std::nullopt;
  if (!notice.dedupe.empty()) {
    if (said_until_.size() >= sweep_at_) {
      std::erase_if(said_until_, [&](const auto& entry) { return entry.second <= now; });
      sweep_at_ = std::max(kFewestKeysSwept, 2 * said_until_.size());
    }
    said_until_[dedupe_key(notice)] = now + notice.dedupe_for;
  }
  model::Event event;
  const model::ObjectReference& about = notice.about;
  event.metadata.namespace_ = about.namespace_.empty() ? "default" : about.namespace_;
  event.metadata.name =
      fmt::format("{}.{:x}{:04x}", about.name, now.time_since_epoch().count(), ++count_ & 0xffff);
  event.involvedObject = about;
  event.reason = notice.reason;
  event.message = notice.message;
  event.type = notice.warning ? "Warning" : "Normal";
  event.source.component = "karpenter";
  event.reportingComponent = "karpenter";
  event.firstTimestamp = now;
  event.lastTimestamp = now;
  event.count = 1;
  return event;
}

}  // namespace control
