#include "formats/onnx/version_cases.hpp"

namespace pare::onnx {
namespace {

/// What the graph computes before and after its own operators are written in ONNX's.
void expect_same(const std::string& text, const std::vector<std::string>& ops) {
  auto graph = parse_graph(text);
  infer_shapes(*graph, op_registry());
  const auto want = interpret(*graph, op_registry(), {});
  lower_own_operators(*graph);
  std::vector<std::string> made;
  for (const Node* node : graph->nodes()) {
    EXPECT_EQ(node->domain(), "");
    made.push_back(node->op());
  }
  EXPECT_EQ(made, ops) << print_graph(*graph);
  const auto got = interpret(*graph, op_registry(), {});
  EXPECT_EQ(got[0].to_floats(), want[0].to_floats());
  EXPECT_EQ(got[0].shape(), want[0].shape());
}

constexpr const char* kCodes = "const c: uint8[2,4] = [0, 1, 2, 2, 1, 0, 0, 1]\n";
constexpr const char* kTable = "const t: float32[3] = [-1, 0.5, 4]\n";

TEST(Lower, OneScale) {
  const std::vector<std::string> ops = {"Cast", "Gather", "Mul"};
  for (const char* scale : {"const s: float32[] = [3]\n", "const s: float32[1] = [3]\n"}) {
    expect_same(cat(kCodes, kTable, scale, "y = pare::DequantizeTable(c, t, s)\noutput y"), ops);
  }
  expect_same(cat("const c: uint4[] = [2]\n", kTable,
                  "const s: float32[] = [3]\ny = pare::DequantizeTable(c, t, s)\noutput y"),
              ops);
}

TEST(Lower, AScaleForEachIndex) {
  const std::vector<std::string> ops = {"Cast", "Gather", "Mul"};
  expect_same(cat(kCodes, kTable, "const s: float32[4] = [1, 2, 3, 4]\n",
                  "y = pare::DequantizeTable(c, t, s) {axis = -1}\noutput y"),
              ops);
  expect_same(cat(kCodes, kTable, "const s: float32[2] = [1, 2]\n",
                  "y = pare::DequantizeTable(c, t, s) {axis = 0}\noutput y"),
              ops);
}

TEST(Lower, AScaleForEachBlock) {
  expect_same(cat(kCodes, kTable, "const s: float32[2,2] = [1, 2, 3, 4]\n",
                  "y = pare::DequantizeTable(c, t, s) {axis = 1, block_size = 2}\noutput y"),
              {"Cast", "Gather", "Reshape", "Mul", "Reshape"});
  expect_same(cat(kCodes, kTable, "const s: float32[2,2] = [1, 2, 3, 4]\n",
                  "y = pare::DequantizeTable(c, t, s) {axis = 1, block_size = 3}\noutput y"),
              {"Cast", "Gather", "Gather", "Mul"});
  expect_same(cat(kCodes, kTable, "const s: float32[1,4] = [1, 2, 3, 4]\n",
                  "y = pare::DequantizeTable(c, t, s) {axis = 0, block_size = 2}\noutput y"),
              {"Cast", "Gather", "Reshape", "Mul", "Reshape"});
}

TEST(Lower, UnknownShapesAreRefused) {
  auto graph = parse_graph(
      "input c: uint8[N,4]\nconst t: float32[3] = [-1, 0.5, 4]\nconst s: float32[4] = [1, 2, 3, "
      "4]\n"
      "y = pare::DequantizeTable(c, t, s)\noutput y");
  EXPECT_THROW(lower_own_operators(*graph), Error);
}

}  // namespace
}  // namespace pare::onnx
