#include "sim/json_patch.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/errors.h"
#include "sim/watch_log.h"

namespace sim {
namespace {

constexpr std::size_t kMostOperations = 10'000;
constexpr std::size_t kMostCopiedBytes = 16 << 20;
constexpr std::size_t kMostLevels = 100;

using base::Json;
using base::Result;
using boost::json::array;

// "/spec/a~1b" as the steps "spec", "a/b".
std::optional<std::vector<std::string>> steps_of(std::string_view pointer) {
  std::vector<std::string> steps;
  if (pointer.empty()) return steps;
  if (pointer.front() != '/') return std::nullopt;
  for (std::size_t index = 0; index < pointer.size(); ++index) {
    char character = pointer[index];
    if (character == '/') {
      steps.emplace_back();
    } else if (character == '~') {
      ++index;
      if (index == pointer.size() || (pointer[index] != '0' && pointer[index] != '1')) {
        return std::nullopt;
      }
      steps.back() += pointer[index] == '0' ? '~' : '/';
    } else {
      steps.back() += character;
    }
  }
  return steps;
}

std::optional<std::size_t> index_of(std::string_view step, std::size_t limit) {
  std::size_t index = 0;
  auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), index);
  bool is_number = error == std::errc() && end == step.data() + step.size();
  bool is_padded = step.size() > 1 && step.front() == '0';
  if (!is_number || is_padded || index >= limit) return std::nullopt;
  return index;
}

Json* child(Json& value, std::string_view step) {
  if (auto* object = value.if_object()) return object->if_contains(step);
  auto* list = value.if_array();
  if (list == nullptr) return nullptr;
  std::optional<std::size_t> index = index_of(step, list->size());
  return index ? &(*list)[*index] : nullptr;
}

// A place in the value: what holds it, and its last step. Null holder: the whole value.
struct Place {
  Json* holder = nullptr;
  std::string step;
};

// Whether a value has at most that many levels of lists and objects.
bool is_within(const Json& value, std::size_t levels) {
  if (const auto* members = value.if_object()) {
    return levels > 0 && std::ranges::all_of(*members, [&](const auto& member) {
             return is_within(member.value(), levels - 1);
           });
  }
  if (const auto* elements = value.if_array()) {
    return levels > 0 && std::ranges::all_of(*elements, [&](const Json& element) {
             return is_within(element, levels - 1);
           });
  }
  return true;
}

class Patcher {
 public:
  explicit Patcher(Json& value) : value_(value) {}

  Result<void> apply(const Json& operation) {
    std::string_view name = base::string_at(operation, {"op"});
    const Json* path = base::find_path(operation, {"path"});
    if (path == nullptr || !path->is_string()) return malformed("a JSON patch needs a path");
    std::string_view to(path->get_string());
    const Json* given = base::find_path(operation, {"value"});
    bool needs_value = name == "add" || name == "replace" || name == "test";
    if (needs_value && given == nullptr) {
      return malformed(fmt::format("JSON patch {} {} needs a value", name, to));
    }
    if (name == "add") return add(to, *given);
    if (name == "remove") return remove(to);
    if (name == "replace") return replace(to, *given);
    if (name == "test") return test(to, *given);
    if (name == "move" || name == "copy") {
      return transfer(base::string_at(operation, {"from"}), to, name == "move");
    }
    return malformed(fmt::format("unknown JSON patch operation \"{}\"", name));
  }

 private:
  static std::unexpected<base::Error> nothing_at(std::string_view pointer) {
    return base::invalid(fmt::format("the JSON patch names \"{}\", which does not exist", pointer));
  }

  std::optional<Place> place_of(std::string_view pointer) {
    auto steps = steps_of(pointer);
    if (!steps) return std::nullopt;
    if (steps->empty()) return Place{};
    Json* holder = &value_;
    for (std::size_t index = 0; index + 1 < steps->size(); ++index) {
      holder = child(*holder, (*steps)[index]);
      if (holder == nullptr) return std::nullopt;
    }
    return Place{holder, steps->back()};
  }

  Json* find(std::string_view pointer) {
    std::optional<Place> place = place_of(pointer);
    if (!place) return nullptr;
    return place->holder == nullptr ? &value_ : child(*place->holder, place->step);
  }

  Result<void> add(std::string_view pointer, const Json& given) {
    std::optional<Place> place = place_of(pointer);
    if (!place) return nothing_at(pointer);
    auto levels = static_cast<std::size_t>(std::ranges::count(pointer, '/'));
    if (levels > kMostLevels || !is_within(given, kMostLevels - levels)) {
      return base::invalid("the JSON patch nests too deeply");
    }
    if (place->holder == nullptr) {
      value_ = given;
    } else if (auto* object = place->holder->if_object()) {
      (*object)[place->step] = given;
    } else if (auto* list = place->holder->if_array()) {
      std::optional<std::size_t> index =
          place->step == "-" ? list->size() : index_of(place->step, list->size() + 1);
      if (!index) return nothing_at(pointer);
      list->insert(list->begin() + static_cast<std::ptrdiff_t>(*index), given);
    } else {
      return nothing_at(pointer);
    }
    return {};
  }

  Result<void> remove(std::string_view pointer) {
    std::optional<Place> place = place_of(pointer);
    if (!place || place->holder == nullptr || child(*place->holder, place->step) == nullptr) {
      return nothing_at(pointer);
    }
    if (auto* object = place->holder->if_object()) {
      object->erase(place->step);
    } else {
      array& list = place->holder->get_array();
      std::optional<std::size_t> index = index_of(place->step, list.size());
      list.erase(list.begin() + static_cast<std::ptrdiff_t>(*index));
    }
    return {};
  }

  Result<void> replace(std::string_view pointer, const Json& given) {
    Json* found = find(pointer);
    if (found == nullptr) return nothing_at(pointer);
    *found = given;
    return {};
  }

  Result<void> test(std::string_view pointer, const Json& given) {
    Json* found = find(pointer);
    if (found == nullptr) return nothing_at(pointer);
    if (*found == given) return {};
    return base::invalid(fmt::format("the JSON patch's test of \"{}\" failed: it is {}", pointer,
                                     base::print_json(*found)));
  }

  Result<void> transfer(std::string_view from, std::string_view to, bool moves) {
    Json* found = find(from);
    if (found == nullptr) return nothing_at(from);
    Json copy = *found;
    if (moves) {
      Result<void> removed = remove(from);
      if (!removed) return removed;
    } else {
      copied_bytes_ += approximate_bytes(copy);
      if (copied_bytes_ > kMostCopiedBytes) return base::invalid("the JSON patch copies too much");
    }
    return add(to, copy);
  }

  Json& value_;
  std::size_t copied_bytes_ = 0;
};

}  // namespace

Result<Json> apply_json_patch(Json value, const Json& patch) {
  const array* operations = patch.if_array();
  if (operations == nullptr) return malformed("a JSON patch is a list of operations");
  if (operations->size() > kMostOperations) {
    return base::invalid("the JSON patch has too many operations");
  }
  Patcher patcher(value);
  for (const Json& operation : *operations) {
    Result<void> applied = patcher.apply(operation);
    if (!applied) return std::unexpected(applied.error());
  }
  return value;
}

}  // namespace sim
