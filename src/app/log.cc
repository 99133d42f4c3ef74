#include "app/log.h"

#include <fmt/format.h>

namespace app {
namespace {

// "2024-01-02T15:04:05.000Z"
std::string with_milliseconds(base::Time at) {
  std::string text = base::print_micro_time(at);
  return text.substr(0, text.size() - 4) + "Z";
}

bool is_shown_apart(std::string_view field) { return field == "level" || field == "controller"; }

std::string as_json(const control::JournalEntry& entry) {
  boost::json::object line;
  line["level"] = base::string_at(entry.data, {"level"});
  line["time"] = with_milliseconds(entry.at);
  line["logger"] = "controller";
  line["message"] = entry.what;
  line["controller"] = base::string_at(entry.data, {"controller"});
  for (const auto& field : entry.data.as_object()) {
    if (!is_shown_apart(field.key())) line[field.key()] = field.value();
  }
  return base::print_json(line);
}

std::string as_text(const control::JournalEntry& entry) {
  std::string line = fmt::format("{} {:<5} {}: {}", with_milliseconds(entry.at),
                                 base::string_at(entry.data, {"level"}),
                                 base::string_at(entry.data, {"controller"}), entry.what);
  for (const auto& field : entry.data.as_object()) {
    if (is_shown_apart(field.key())) continue;
    line += fmt::format(" {}={}", std::string_view(field.key()), base::print_json(field.value()));
  }
  return line;
}

}  // namespace

std::string log_line(const control::JournalEntry& entry, LogFormat format) {
  return format == LogFormat::json ? as_json(entry) : as_text(entry);
}

}  // namespace app
