#include <gtest/gtest.h>

#include "base/temp_dir.hpp"
#include "formats/format.hpp"
#include "ir/infer.hpp"
#include "ir/text.hpp"
#include "ops/registry.hpp"
#include "passes/registry.hpp"

namespace pare {
namespace {

// Weights of a code book are written to ONNX in its own operators and read back as what they were.
TEST(CodeBookFile, ComesBackAsOneOperator) {
  for (const char* rest :
       {"const s: float32[] = [3]\ny = pare::DequantizeTable(c, t, s)",
        "const s: float32[2] = [1, 2]\ny = pare::DequantizeTable(c, t, s) {axis = 0}",
        "const s: float32[2,2] = [1, 2, 3, 4]\n"
        "y = pare::DequantizeTable(c, t, s) {axis = 1, block_size = 2}",
        "const s: float32[2,2] = [1, 2, 3, 4]\n"
        "y = pare::DequantizeTable(c, t, s) {axis = 1, block_size = 3}"}) {
    auto graph =
        parse_graph(cat("const c: uint4[2,4] = [0, 1, 2, 2, 1, 0, 0, 1]\n"
                        "const t: float32[3] = [-1, 0.5, 4]\n",
                        rest, "\noutput y"));
    infer_shapes(*graph, op_registry());
    const auto want = interpret(*graph, op_registry(), {});
    Model model;
    model.graph = std::move(graph);
    const TempDir dir;
    write_model(model, dir.at("m.onnx"), {});
    Model back = read_model(dir.at("m.onnx"));
    for (const Node* node : back.graph->nodes()) EXPECT_EQ(node->domain(), "");
    run_passes(*back.graph, default_passes(), {.ops = op_registry()});
    ASSERT_EQ(back.graph->node_count(), 1U) << print_graph(*back.graph);
    EXPECT_TRUE(back.graph->nodes()[0]->is("pare", "DequantizeTable"));
    EXPECT_EQ(interpret(*back.graph, op_registry(), {})[0].to_floats(), want[0].to_floats());
  }
}

}  // namespace
}  // namespace pare
