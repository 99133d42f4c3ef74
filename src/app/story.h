// What `joiner demo` tells: one line per thing that happened, as text for people or as JSON lines
// (docs/demo.md describes that contract).
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/time.h"

namespace app {

struct StoryLine {
  base::Time at{};
  std::string
      kind;  // "chapter", "command", "note", "warning", "pods", "decision", "machine", "result"
  std::string text;
  base::Json data;  // details, may be null
};

class Story {
 public:
  enum class Form { text, json };

  // `out` outlives the story. Colour is used only if `is_terminal`.
  Story(std::FILE* out, Form form, bool is_terminal)
      : out_(out), form_(form), is_terminal_(is_terminal) {}

  // Times are told from this moment on.
  void begin(base::Time start) { start_ = start; }
  void tell(const StoryLine& line);

 private:
  void tell_text(const StoryLine& line);

  std::FILE* out_;
  Form form_;
  bool is_terminal_;
  base::Time start_{};
};

}  // namespace app
