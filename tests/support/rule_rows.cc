#include "support/rule_rows.h"

namespace support {

std::vector<base::Json> changes_of(const base::Json& row, std::string_view member) {
  const base::Json* changes = base::find_path(row, {member});
  if (changes == nullptr) return {};
  if (changes->is_array()) return {changes->get_array().begin(), changes->get_array().end()};
  return {*changes};
}

}  // namespace support
