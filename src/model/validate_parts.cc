#include "model/validate_parts.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/nearest.h"
#include "base/scan.h"
#include "model/labels.h"

namespace model {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::size_t kMostKeyCharacters = 316;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || is_digit(c); }
bool is_letter_or_digit(char c) { return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z'); }

// Non-empty, begins and ends with a character of `outer`; in between `also` may stand as well.
bool is_word(std::string_view text, bool (*outer)(char), std::string_view also) {
  return !text.empty() && outer(text.front()) && outer(text.back()) &&
         std::ranges::all_of(text, [&](char c) { return outer(c) || also.contains(c); });
}

bool is_domain(std::string_view text) {
  while (true) {
    std::size_t dot = text.find('.');
    if (!is_word(text.substr(0, dot), is_lower_or_digit, "-")) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

// The pattern of API-020, which knows no lengths.
bool is_key(std::string_view text) {
  std::size_t slash = text.find('/');
  if (slash != std::string_view::npos && !is_domain(text.substr(0, slash))) return false;
  std::string_view name = slash == std::string_view::npos ? text : text.substr(slash + 1);
  return is_word(name, is_letter_or_digit, "-_.");
}

// Blanks around a key or value are easily overlooked, so they get a sentence of their own.
std::string blank_fault(std::string_view text) {
  std::string_view bare = base::trimmed(text, kBlanks);
  if (bare.size() == text.size() || bare.empty()) return {};
  bool begins = kBlanks.contains(text.front());
  bool ends = kBlanks.contains(text.back());
  return fmt::format("\"{}\" {} with a blank; did you mean \"{}\"?", text,
                     begins && ends ? "begins and ends"
                     : begins       ? "begins"
                                    : "ends",
                     bare);
}

std::string any_key_fault(std::string_view key, bool is_valid, std::string_view lengths) {
  if (key.empty()) return "is empty; a key is needed";
  if (is_valid) return {};
  std::string blanks = blank_fault(key);
  if (!blanks.empty()) return blanks;
  return fmt::format(
      "\"{}\" is no key: it needs a name of letters, digits, '-', '_' and '.'{}, which may follow "
      "a "
      "domain in lower case and one '/'",
      key, lengths);
}

// The text before the first slash, or all of it.
std::string_view first_part(std::string_view key) { return key.substr(0, key.find('/')); }

// The type of the object in which the last step of a path stands, or nullptr.
const base::Type* type_around(const base::Type& root, std::string_view path) {
  const base::Type* type = &root;
  while (true) {
    while (type->kind != base::Type::Kind::object) {
      if (type->element == nullptr) return nullptr;
      type = &type->element();
    }
    std::size_t dot = path.find('.');
    if (dot == std::string_view::npos) return type;
    std::string_view name = path.substr(0, std::min(dot, path.find('[')));
    auto field = std::ranges::find(type->fields, name, &base::Field::name);
    if (field == type->fields.end()) return nullptr;
    type = &field->type();
    path.remove_prefix(dot + 1);
  }
}

}  // namespace

std::string nearest_field(const base::Type& root, std::string_view path) {
  const base::Type* type = type_around(root, path);
  if (type == nullptr) return {};
  std::vector<std::string_view> names;
  names.reserve(type->fields.size());
  for (const base::Field& field : type->fields)
    names.push_back(field.name);
  return did_you_mean(path.substr(path.rfind('.') + 1), names);
}

void Faults::add(std::string field, std::string message) {
  faults_.push_back({std::move(field), std::move(message)});
}

void Faults::add_if(std::string field, std::string message) {
  if (!message.empty()) add(std::move(field), std::move(message));
}

std::string to_string(const Fault& fault) { return fault.field + ": " + fault.message; }

std::string quoted(std::string_view text) { return fmt::format("\"{}\"", text); }

std::string did_you_mean(std::string_view word, std::span<const std::string_view> choices) {
  std::optional<std::string> nearest = base::nearest(word, choices);
  return nearest ? fmt::format("; did you mean \"{}\"?", *nearest) : std::string();
}

std::string choice_fault(std::string_view value, std::span<const std::string_view> choices) {
  if (std::ranges::find(choices, value) != choices.end()) return {};
  return fmt::format("\"{}\" is none of {}{}", value, fmt::join(choices, ", "),
                     did_you_mean(value, choices));
}

std::string range_fault(std::int64_t value, std::int64_t least, std::int64_t most) {
  if (value >= least && value <= most) return {};
  return fmt::format("{} is not between {} and {}", value, least, most);
}

std::string count_fault(std::size_t count, std::size_t most) {
  if (count <= most) return {};
  return fmt::format("has {} entries, at most {} are allowed", count, most);
}

std::string key_fault(std::string_view key) {
  if (key.size() > kMostKeyCharacters) {
    return fmt::format("\"{}\" has {} characters, at most {} are allowed", key, key.size(),
                       kMostKeyCharacters);
  }
  return any_key_fault(key, is_key(key), "");
}

std::string qualified_name_fault(std::string_view key) {
  return any_key_fault(key, is_qualified_name(key),
                       " (at most 63 characters, those of the domain at most 253)");
}

std::string label_value_fault(std::string_view value) {
  if (is_label_value(value)) return {};
  std::string blanks = blank_fault(value);
  if (!blanks.empty()) return blanks;
  return fmt::format(
      "\"{}\" is no label value: it may have at most 63 letters, digits, '-', '_' and '.', and "
      "begins and ends with a letter or digit",
      value);
}

std::string reserved_key_fault(std::string_view key, bool nodepool_is_allowed) {
  std::string_view domain = first_part(key);
  if (key == kHostnameLabel) {
    return quoted(key) + " cannot be asked for: a host has its name only once it exists";
  }
  if (key == kNodePoolLabel) {
    return nodepool_is_allowed ? "" : quoted(key) + " is set by Joiner itself; leave it out";
  }
  bool is_reserved =
      (domain.ends_with(kKarpenterGroup) && key != kCapacityTypeLabel) ||
      (domain.ends_with(kAwsGroup) && !is_well_known(key) && key != kEC2NodeClassLabel);
  if (!is_reserved) return {};
  return fmt::format("\"{}\" is reserved: its domain belongs to Karpenter{}", key,
                     did_you_mean(key, well_known_labels()));
}

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_digit);
}

bool is_plain_duration(std::string_view text) {
  if (text.empty()) return false;
  bool has_digits = false;
  for (char c : text) {
    if (is_digit(c)) {
      has_digits = true;
    } else if (has_digits && (c == 's' || c == 'm' || c == 'h')) {
      has_digits = false;
    } else {
      return false;
    }
  }
  return !has_digits;
}

bool is_aws_id(std::string_view text, std::string_view prefix, bool anchored) {
  if (anchored) {
    return text.starts_with(prefix) && text.size() > prefix.size() &&
           std::ranges::all_of(text.substr(prefix.size()), is_lower_or_digit);
  }
  for (std::size_t at = text.find(prefix); at != std::string_view::npos;
       at = text.find(prefix, at + 1)) {
    std::string_view rest = text.substr(at + prefix.size());
    if (!rest.empty() && is_lower_or_digit(rest.front())) return true;
  }
  return false;
}

void check_taints(const std::vector<Taint>& taints, const std::string& path, Faults& faults) {
  for (std::size_t index = 0; index < taints.size(); ++index) {
    const Taint& taint = taints[index];
    std::string at = fmt::format("{}[{}]", path, index);
    faults.add_if(at + ".key", key_fault(taint.key));
    // The schema asks of a value what it asks of a key.
    if (!taint.value.empty()) faults.add_if(at + ".value", key_fault(taint.value));
    faults.add_if(at + ".effect", choice_fault(taint.effect, kTaintEffects));
  }
}

void check_node_class_reference(const NodeClassReference& reference, const std::string& path,
                                Faults& faults) {
  if (reference.group.empty()) {
    faults.add(path + ".group", "is required, for example \"karpenter.k8s.aws\"");
  } else if (reference.group.contains('/')) {
    faults.add(path + ".group",
               fmt::format("\"{}\" holds a '/'; write the group without its version: \"{}\"",
                           reference.group, first_part(reference.group)));
  }
  if (reference.kind.empty()) {
    faults.add(path + ".kind", "is required, for example \"EC2NodeClass\"");
  }
  if (reference.name.empty()) faults.add(path + ".name", "is required: the node class to use");
}

std::string nillable_duration_fault(const NillableDuration& duration) {
  // A value that was made, not written, has no text yet.
  if (duration.text.empty() || duration.text == "Never" || is_plain_duration(duration.text)) {
    return {};
  }
  return quoted(duration.text) +
         " is neither \"Never\" nor a sum of whole hours, minutes and "
         "seconds such as \"1h30m\"";
}

std::string plain_duration_fault(const DurationText& duration) {
  if (duration.text.empty() || is_plain_duration(duration.text)) return {};
  return quoted(duration.text) + " is no sum of whole hours, minutes and seconds such as \"1h30m\"";
}

void check_lifetimes(const std::optional<DurationText>& termination_grace_period,
                     const std::optional<NillableDuration>& expire_after, const std::string& path,
                     Faults& faults) {
  if (termination_grace_period) {
    faults.add_if(path + ".terminationGracePeriod",
                  plain_duration_fault(*termination_grace_period));
  }
  if (expire_after) faults.add_if(path + ".expireAfter", nillable_duration_fault(*expire_after));
}

}  // namespace model
