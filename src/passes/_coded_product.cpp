#include "passes/_coded_product.hpp"

#include "passes/_rewrite.hpp"

namespace pare::passes {
namespace {

Node* decoder_of(const Node& node) {
  const Value* w = node.input(1);
  Node* made = w != nullptr ? w->producer() : nullptr;
  if (made == nullptr) return nullptr;
  if (!made->is("DequantizeLinear") && !made->is("pare", "DequantizeTable")) return nullptr;
  for (const Value* v : made->inputs()) {
    if (v != nullptr && !v->is_constant()) return nullptr;
  }
  return made;
}

std::string misfit(const Node& node) {
  if (node.input(0)->dtype() != ElementKind::f32) return "not float32";
  if (!has_one_reader(*node.input(1))) return "the weights have another reader";
  const Node& decoder = *node.input(1)->producer();
  if (decoder.input(0)->constant().rank() != 2) return "the weights are no matrix";
  if (node.is("MatMul")) return {};
  if (node.float_or("alpha", 1) != 1 || node.float_or("beta", 1) != 1) return "Gemm has factors";
  if (node.int_or("transA", 0) != 0) return "Gemm transposes its input";
  return {};
}

template <class T>
std::vector<T> rows_of(const CodedProduct& p, const std::vector<T>& values) {
  std::vector<T> out(values.size());
  for (std::int64_t n = 0; n < p.n; ++n) {
    for (std::int64_t b = 0; b < p.blocks; ++b) {
      const std::int64_t from = p.transposed ? n * p.blocks + b : b * p.n + n;
      out[static_cast<std::size_t>(n * p.blocks + b)] = values[static_cast<std::size_t>(from)];
    }
  }
  return out;
}

}  // namespace

std::optional<CodedProduct> coded_product(const Node& node, std::string& why) {
  if (!node.is("MatMul") && !node.is("Gemm")) return std::nullopt;
  CodedProduct p;
  p.decoder = decoder_of(node);
  if (p.decoder == nullptr) return std::nullopt;
  why = misfit(node);
  if (!why.empty()) return std::nullopt;
  p.transposed = node.is("Gemm") && node.int_or("transB", 0) != 0;
  const Shape& shape = p.decoder->input(0)->constant().shape();
  p.k = shape[p.transposed ? 1 : 0];
  p.n = shape[p.transposed ? 0 : 1];
  p.block = p.decoder->int_or("block_size", 0);
  std::int64_t axis = p.decoder->int_or("axis", 1);
  if (axis < 0) axis += 2;
  const Tensor& scale = p.decoder->input(p.decoder->is("DequantizeLinear") ? 1 : 2)->constant();
  if (p.block <= 0 || axis != (p.transposed ? 1 : 0)) why = "no blocks along the products' sum";
  if (scale.kind() != ElementKind::f32) why = "the scales are not float32";
  if (node.is("Gemm") && node.input(2) != nullptr) {
    p.bias = node.input(2);
    if (!p.bias->is_constant() || p.bias->constant().shape() != Shape{p.n})
      why = "the bias is no row";
  }
  if (!why.empty()) return std::nullopt;
  p.blocks = (p.k + p.block - 1) / p.block;
  p.scales = rows_of(p, scale.to_floats());
  return p;
}

std::vector<std::int64_t> by_rows(const CodedProduct& p, const Tensor& values) {
  return rows_of(p, values.to_ints());
}

}  // namespace pare::passes
