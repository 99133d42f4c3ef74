// The controller's log (lifecycle.md 10.6): the journal's entries of source "log", as one JSON
// object a line (LIF-298) or as text for the eye.
#pragma once

#include <string>

#include "control/journal.h"

namespace app {

enum class LogFormat { json, console };

// Without a line end.
std::string log_line(const control::JournalEntry& entry, LogFormat format);

}  // namespace app
