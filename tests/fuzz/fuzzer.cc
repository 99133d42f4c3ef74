// The entry of libFuzzer: the one target that is linked into the program.
#include <cstddef>
#include <cstdint>

#include "support/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const fuzz::Target& target : fuzz::targets())
    target.run(text);
  return 0;
}
