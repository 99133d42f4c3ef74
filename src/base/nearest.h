// "Did you mean": the known word that a mistyped one most probably stands for.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace base {

// The known word with the fewest edits (a letter too much, missing, wrong, or two neighbours
// swapped; upper and lower case count as alike), if they are at most a third of the letters of the
// longer word; one is allowed from two letters on. Of equally near words the first of `known` wins.
// Words of more than 64 bytes have no neighbours. A known word is its own neighbour.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string_view> known);

}  // namespace base
