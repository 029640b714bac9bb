#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ir/graph.hpp"
#include "ir/pass.hpp"

namespace pare::passes {

/// A product x W (+ bias) whose constant weights are codes with a scale per block along K.
struct CodedProduct {
  Node* decoder = nullptr;  ///< DequantizeLinear or DequantizeTable, nobody else's
  Value* bias = nullptr;    ///< [N]; may be nullptr
  std::int64_t k = 0;
  std::int64_t n = 0;
  std::int64_t block = 0;
  std::int64_t blocks = 0;    ///< along K
  bool transposed = false;    ///< weights [N, K], else [K, N]
  std::vector<float> scales;  ///< [N, blocks]

  /// Where element (k, n) of the weights lies among the codes.
  [[nodiscard]] std::size_t at(std::int64_t ik, std::int64_t in) const noexcept {
    return static_cast<std::size_t>(transposed ? in * k + ik : ik * n + in);
  }
};

/// The product that `node` (MatMul, or Gemm without factors and transA) is; `why` says what is
/// missing when it is none but has coded weights.
std::optional<CodedProduct> coded_product(const Node& node, std::string& why);

/// Values [N, blocks] from a constant in the layout of the product's scales.
std::vector<std::int64_t> by_rows(const CodedProduct& p, const Tensor& values);

}  // namespace pare::passes
