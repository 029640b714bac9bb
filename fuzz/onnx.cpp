// ONNX models: reading, shape inference and the verifier.
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/error.hpp"
#include "formats/onnx/reader.hpp"
#include "ir/infer.hpp"
#include "ops/registry.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pare::ReadOptions options;
  options.memory_budget_bytes = std::uint64_t{64} << 20U;
  options.most_nodes = 10'000;
  try {
    const pare::Model model = pare::onnx::read_bytes(std::as_bytes(std::span(data, size)),
                                                     "no-such-folder/fuzz.onnx", options);
    static_cast<void>(pare::verify(*model.graph, pare::op_registry()));
    pare::infer_shapes(*model.graph, pare::op_registry());
    static_cast<void>(pare::verify(*model.graph, pare::op_registry()));
  } catch (const pare::Error&) {
    return 0;
  }
  return 0;
}
