#pragma once

#include "support/tiny_onnx.hpp"
#include "targets/temporary.hpp"

namespace pare::tiny {

/// y = Relu(x W + b) with x [batch, 2], W = [[1, -2, 3], [4, 5, -6]], b = [0.5, 0, -1], and an
/// Identity in front that optimising removes. idx = input "k" (int64 [2]) passed through.
inline File product_file() {
  File f;
  f.nodes = {node("Identity", {"x"}, {"same"}), node("MatMul", {"same", "W"}, {"xW"}),
             node("Add", {"xW", "b"}, {"sum"}), node("Relu", {"sum"}, {"y"}),
             node("Neg", {"k"}, {"minus_k"})};
  f.constants = {tensor("W", 1, {2, 3}, raw<float>({1, -2, 3, 4, 5, -6})),
                 tensor("b", 1, {3}, raw<float>({0.5F, 0, -1}))};
  f.inputs = {value_info("x", 1, {"batch", 2}), value_info("k", 7, {2})};
  f.outputs = {value_info("y", 1, {"batch", 3}), value_info("minus_k", 7, {2})};
  return f;
}

/// y = x W for x [batch, 8], W [8, classes] with weights that repeat: classes for a search, of
/// which those from the fifth on are no sample's.
inline File classifier_file(std::int64_t classes = 4) {
  std::vector<float> weights;
  for (std::int64_t row = 0; row < 8; ++row) {
    for (std::int64_t c = 0; c < classes; ++c) weights.push_back(row % 4 == c ? 0.75F : -0.25F);
  }
  File f;
  f.nodes = {node("MatMul", {"x", "W"}, {"y"})};
  f.constants = {tensor("W", 1, {8, classes}, raw<float>(weights))};
  f.inputs = {value_info("x", 1, {"batch", 8})};
  f.outputs = {value_info("y", 1, {"batch", classes})};
  return f;
}

}  // namespace pare::tiny
