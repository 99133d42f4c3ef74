#include "base/random_seed.h"

#include <random>

namespace base {

std::uint64_t fresh_seed() {
  std::random_device device;
  return std::uint64_t{device()} << 32 | device();
}

}  // namespace base
