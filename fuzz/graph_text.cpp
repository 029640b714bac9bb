// Graphs as text. What is read can be printed, and reads back to the same.
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/error.hpp"
#include "ir/text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  std::string printed;
  try {
    printed = pare::print_graph(*pare::parse_graph(
        {static_cast<const char*>(static_cast<const void*>(bytes.data())), bytes.size()}));
  } catch (const pare::Error&) {
    return 0;
  }
  if (pare::print_graph(*pare::parse_graph(printed)) != printed) __builtin_trap();
  return 0;
}
