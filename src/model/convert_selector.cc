#include <fmt/format.h>

#include <algorithm>

#include "base/scan.h"
#include "model/convert_parts.h"

namespace model {
namespace {

constexpr std::size_t kMostTerms = 30;
constexpr std::size_t kMostTags = 20;
constexpr std::string_view kIdKeys[] = {"aws-ids", "aws::ids"};

// The alternatives of a value in their written order, each once (API-411).
std::vector<std::string> alternatives(std::string_view value) {
  std::vector<std::string> result;
  while (true) {
    std::size_t comma = value.find(',');
    std::string alternative(base::trimmed(value.substr(0, comma), " "));
    if (!alternative.empty() && std::ranges::find(result, alternative) == result.end()) {
      result.push_back(std::move(alternative));
    }
    if (comma == std::string_view::npos) return result;
    value.remove_prefix(comma + 1);
  }
}

// An old selector taken apart: either ids, or tag keys with their alternatives, by key.
struct Selector {
  std::vector<std::string> ids;
  base::Map<std::vector<std::string>> tags;
};

Selector parse(const Labels& selector, const std::string& path, Report& report) {
  Selector result;
  for (const auto& [key, value] : selector) {
    std::vector<std::string> values = alternatives(value);
    if (std::ranges::find(kIdKeys, key) != std::ranges::end(kIdKeys)) {
      result.ids.insert(result.ids.end(), values.begin(), values.end());
      continue;
    }
    if (key.empty()) {
      report.error(path, "a tag key is empty");
      continue;
    }
    if (values.empty()) {
      report.warn(fmt::format("{}[{}]", path, key), "has no value; \"*\" is used, any value");
      values = {"*"};
    }
    result.tags[key] = std::move(values);
  }
  if (!result.ids.empty() && !result.tags.empty()) {
    report.warn(path, "ids stand alone: the tags beside them had no effect and are dropped");
    result.tags.clear();
  }
  return result;
}

// Every choice of one alternative per key; the last key varies fastest (API-412).
std::vector<Labels> combinations(const base::Map<std::vector<std::string>>& tags) {
  std::vector<Labels> result(tags.empty() ? 0 : 1);
  for (const auto& [key, values] : tags) {
    std::vector<Labels> longer;
    for (const Labels& combination : result) {
      for (const std::string& value : values) {
        longer.push_back(combination);
        longer.back()[key] = value;
      }
    }
    result = std::move(longer);
  }
  return result;
}

// A number of terms beyond what can be counted saturates.
std::size_t count_terms(const Selector& selector) {
  constexpr std::size_t kMany = 1'000'000;
  std::size_t count = selector.tags.empty() ? 0 : 1;
  for (const auto& [key, values] : selector.tags)
    count = std::min(kMany, count * values.size());
  return count + selector.ids.size();
}

template <class Term>
std::vector<Term> terms(const Labels& written, const std::string& path, Report& report) {
  Selector selector = parse(written, path, report);
  std::size_t count = count_terms(selector);
  if (count > kMostTerms) {
    report.error(path,
                 fmt::format("stands for {} terms, at most {} are allowed", count, kMostTerms));
    return {};
  }
  if (selector.tags.size() > kMostTags) {
    report.error(path, fmt::format("has {} tag keys, at most {} are allowed", selector.tags.size(),
                                   kMostTags));
    return {};
  }
  std::vector<Term> result;
  for (std::string& id : selector.ids)
    result.emplace_back().id = std::move(id);
  for (Labels& tags : combinations(selector.tags))
    result.emplace_back().tags = std::move(tags);
  return result;
}

}  // namespace

std::vector<SubnetSelectorTerm> subnet_terms(const Labels& selector, const std::string& path,
                                             Report& report) {
  return terms<SubnetSelectorTerm>(selector, path, report);
}

std::vector<SecurityGroupSelectorTerm> security_group_terms(const Labels& selector,
                                                            const std::string& path,
                                                            Report& report) {
  return terms<SecurityGroupSelectorTerm>(selector, path, report);
}

// Owners vary slowest, then names, then the combinations of tags (API-412).
std::vector<AMISelectorTerm> ami_terms(const Labels& selector, const std::string& path,
                                       Report& report) {
  Labels tags = selector;
  auto take = [&](std::string_view key) {
    auto found = tags.find(key);
    if (found == tags.end()) return std::vector<std::string>();
    std::vector<std::string> values = alternatives(found->second);
    tags.erase(found);
    return values;
  };
  std::vector<std::string> names = take("aws::name");
  std::vector<std::string> owners = take("aws::owners");
  std::vector<AMISelectorTerm> by_tag = terms<AMISelectorTerm>(tags, path, report);
  bool has_ids = !by_tag.empty() && !by_tag.front().id.empty();
  if (has_ids) {
    if (!names.empty() || !owners.empty()) {
      report.warn(path, "ids stand alone: names and owners beside them are dropped");
    }
    return by_tag;
  }
  if (by_tag.empty()) by_tag.emplace_back();
  if (names.empty()) names.emplace_back();
  if (owners.empty()) owners.emplace_back();
  std::size_t count = owners.size() * names.size() * by_tag.size();
  if (count > kMostTerms) {
    report.error(path,
                 fmt::format("stands for {} terms, at most {} are allowed", count, kMostTerms));
    return {};
  }
  std::vector<AMISelectorTerm> result;
  for (const std::string& owner : owners) {
    for (const std::string& name : names) {
      for (AMISelectorTerm term : by_tag) {
        term.owner = owner;
        term.name = name;
        result.push_back(std::move(term));
      }
    }
  }
  return result;
}

}  // namespace model
