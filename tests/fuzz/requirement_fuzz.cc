// Links: model base
#include "base/check.h"
#include "base/json.h"
#include "model/node_pool.h"
#include "model/requirement.h"
#include "model/requirements.h"
#include "model/validate.h"
#include "support/fuzz_target.h"

// Requirements as NodePools write them, one a line: key operator value value …; every two of them
// intersect to what both allow.
FUZZ_TARGET(requirement) {
  std::vector<model::Requirement> read;
  while (!text.empty() && read.size() < 8) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    std::vector<std::string> words;
    while (!line.empty()) {
      std::string_view word = line.substr(0, line.find(' '));
      if (!word.empty()) words.emplace_back(word);
      line.remove_prefix(std::min(word.size() + 1, line.size()));
    }
    if (words.size() < 2) continue;
    std::vector<std::string> values(words.begin() + 2, words.end());
    (void)model::requirement_faults(words[0], words[1], values, std::nullopt);
    base::Result<model::Operator> op = model::parse_operator(words[1]);
    if (op) read.emplace_back("key", *op, std::move(values));
  }
  for (const model::Requirement& left : read) {
    for (const model::Requirement& right : read) {
      model::Requirement both = left.intersection(right);
      for (const model::Requirement& some : read) {
        for (const std::string& value : some.values()) {
          base::check(both.has(value) == (left.has(value) && right.has(value)),
                      "an intersection allows what both allow");
        }
      }
      std::string any = both.any_value();
      base::check(any.empty() || both.has(any), "a value that is chosen is allowed");
      (void)both.to_string();
    }
  }
}
