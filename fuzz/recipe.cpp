// Recipes in YAML. What is read can be written, and reads back to the same.
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/error.hpp"
#include "compress/recipe.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  std::string canonical;
  try {
    canonical =
        pare::parse_recipe(
            {static_cast<const char*>(static_cast<const void*>(bytes.data())), bytes.size()})
            .yaml();
  } catch (const pare::Error&) {
    return 0;
  }
  const pare::Recipe again = pare::parse_recipe(canonical);
  if (again.yaml() != canonical) __builtin_trap();
  static_cast<void>(again.summary());
  return 0;
}
