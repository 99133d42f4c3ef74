#include "control/journal.h"

#include "base/hash.h"

namespace control {

std::string to_line(const JournalEntry& entry) {
  boost::json::object line;
  line["at"] = base::print_micro_time(entry.at);
  line["source"] = entry.source;
  line["what"] = entry.what;
  if (!entry.data.is_null()) line["data"] = entry.data;
  return base::print_json(line);
}

void Journal::write(JournalEntry entry) {
  hash_ = base::hash64(to_line(entry), hash_);
  ++lines_;
  for (const Sink& sink : sinks_)
    sink(entry);
}

}  // namespace control
