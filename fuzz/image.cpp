// Pictures of every kind that is read.
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/error.hpp"
#include "media/image.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  try {
    static_cast<void>(pare::decode_image(bytes, {.pixels = 1'000'000}));
  } catch (const pare::Error&) {
    return 0;
  }
  return 0;
}
