// The selectors of list, watch and deletecollection requests.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace apiserver {

// labelSelector: "app=web,tier in (a, b),env notin (dev),!canary,owner". All terms must hold; !=
// and notin hold also for objects without the label.
class LabelSelector {
 public:
  // Code::malformed if the text is no selector.
  static base::Result<LabelSelector> parse(std::string_view text);

  bool matches(const base::Json& object) const;
  bool is_everything() const { return terms_.empty(); }

 private:
  enum class Operator { in, not_in, exists, does_not_exist };
  struct Term {
    std::string key;
    Operator op = Operator::exists;
    std::vector<std::string> values;
  };

  static base::Result<Term> parse_term(std::string_view text);

  std::vector<Term> terms_;
};

// fieldSelector: "spec.nodeName=a,status.phase!=Failed". Any path of members can be asked for; what
// is not there is "", and false. A backslash takes the special meaning from the next character.
class FieldSelector {
 public:
  static base::Result<FieldSelector> parse(std::string_view text);

  bool matches(const base::Json& object) const;
  bool is_everything() const { return terms_.empty(); }

 private:
  struct Term {
    std::vector<std::string> path;
    bool is_equal = true;
    std::string value;
  };

  std::vector<Term> terms_;
};

}  // namespace apiserver
