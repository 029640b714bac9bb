// Preprocessing in YAML.
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/error.hpp"
#include "data/preprocess.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  try {
    static_cast<void>(pare::parse_preprocess(
        {static_cast<const char*>(static_cast<const void*>(bytes.data())), bytes.size()}, "fuzz"));
  } catch (const pare::Error&) {
    return 0;
  }
  return 0;
}
