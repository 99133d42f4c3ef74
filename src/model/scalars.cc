#include "model/scalars.h"

#include <fmt/format.h>

#include <cstdint>
#include <utility>

#include "base/scan.h"

namespace base {
namespace {

constexpr std::string_view kNever = "Never";

// For scalars that are JSON strings only.
template <class T>
Result<void> assign(Result<T> parsed, T& out) {
  if (!parsed) return std::unexpected(std::move(parsed.error()));
  out = std::move(*parsed);
  return {};
}

std::unexpected<Error> not_a_string(std::string_view what, std::string_view text) {
  return invalid(fmt::format("expected {} in quotes, found the number {}", what, text));
}

}  // namespace

Result<void> Scalar<Quantity>::parse(std::string_view text, bool, Quantity& out) {
  return assign(Quantity::parse(text), out);
}

bool Scalar<Quantity>::print(const Quantity& value, std::string& out) {
  out = value.to_string();
  return true;
}

Result<void> Scalar<Time>::parse(std::string_view text, bool quoted, Time& out) {
  if (!quoted) return not_a_string(kName, text);
  return assign(parse_time(text), out);
}

bool Scalar<Time>::print(const Time& value, std::string& out) {
  out = print_time(value);
  return true;
}

Result<void> Scalar<model::MicroTime>::parse(std::string_view text, bool quoted,
                                             model::MicroTime& out) {
  if (!quoted) return not_a_string(kName, text);
  return assign(parse_time(text), out.value);
}

bool Scalar<model::MicroTime>::print(const model::MicroTime& value, std::string& out) {
  out = print_micro_time(value.value);
  return true;
}

Result<void> Scalar<model::DurationText>::parse(std::string_view text, bool quoted,
                                                model::DurationText& out) {
  if (!quoted) return not_a_string(kName, text);
  out.text = text;
  return assign(parse_duration(text), out.value);
}

bool Scalar<model::DurationText>::print(const model::DurationText& value, std::string& out) {
  out = value.text.empty() ? print_duration(value.value) : value.text;
  return true;
}

Result<void> Scalar<model::NillableDuration>::parse(std::string_view text, bool quoted,
                                                    model::NillableDuration& out) {
  if (!quoted) return not_a_string(kName, text);
  out.text = text;
  out.value.reset();
  if (text == kNever) return {};
  return assign(parse_duration(text), out.value.emplace());
}

bool Scalar<model::NillableDuration>::print(const model::NillableDuration& value,
                                            std::string& out) {
  out = !value.text.empty() ? value.text
        : value.value       ? print_duration(*value.value)
                            : std::string(kNever);
  return true;
}

Result<void> Scalar<model::IntOrString>::parse(std::string_view text, bool quoted,
                                               model::IntOrString& out) {
  if (!quoted && !to_integer<std::int32_t>(text)) {
    return invalid(fmt::format("expected {}, found the number {}", kName, text));
  }
  out.text = text;
  out.is_integer = !quoted;
  return {};
}

bool Scalar<model::IntOrString>::print(const model::IntOrString& value, std::string& out) {
  out = value.text;
  return !value.is_integer;
}

}  // namespace base
