// What happened, as lines: what came in, what was decided and why, what came of it. A run can be
// followed and explained from it, and two runs of one seed compared by its hash. Only virtual or
// real points in time enter it, never measured durations.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"

namespace control {

struct JournalEntry {
  base::Time at{};
  std::string_view source;  // "watch", "notice", "log", "event", "act", "result"
  std::string what;         // "put Pod default/web-1", "launched nodeclaim"
  base::Json data;          // fields, may be null
};

class Journal {
 public:
  using Sink = std::function<void(const JournalEntry&)>;

  void add_sink(Sink sink) { sinks_.push_back(std::move(sink)); }
  void write(JournalEntry entry);

  // Over all lines so far.
  std::uint64_t hash() const { return hash_; }
  std::uint64_t lines() const { return lines_; }

 private:
  std::vector<Sink> sinks_;
  std::uint64_t hash_ = 0;
  std::uint64_t lines_ = 0;
};

// One JSON object, without a line end.
std::string to_line(const JournalEntry& entry);

}  // namespace control
