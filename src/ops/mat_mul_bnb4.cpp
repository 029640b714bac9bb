#include <array>

#include "base/checked.hpp"
#include "numerics/dtypes/fp4_bnb.hpp"
#include "numerics/dtypes/nf4.hpp"
#include "ops/_matmul.hpp"
#include "ops/_numbers.hpp"
#include "ops/_packed.hpp"

namespace pare {
namespace {

constexpr TypeSet kReal = {ElementKind::f32, ElementKind::f16, ElementKind::bf16};

using Levels = std::array<float, 16>;

const Levels& levels_of(const AttributeReader& a) {
  const std::int64_t type = a.attr_int("quant_type");
  if (type != 0 && type != 1) a.fail(cat("quant_type is ", type, ", wanted 0 (FP4) or 1 (NF4)"));
  return type == 0 ? Fp4BnbBook::kValues : Nf4Book::kValues;
}

struct Sizes {
  std::int64_t n, k, block;
  bool swap;  // the product is with the transposed weights
  explicit Sizes(const AttributeReader& a)
      : n(ops::packed_size(a, "N")),
        k(ops::packed_size(a, "K")),
        block(ops::packed_block_size(a)),
        swap(a.attr_int("transB") != 0) {}
  [[nodiscard]] std::int64_t inner() const noexcept { return swap ? k : n; }
  [[nodiscard]] std::int64_t outer() const noexcept { return swap ? n : k; }
};

void infer(ShapeContext& c) {
  const Sizes s(c);
  c.set_output(0, c.input_dtype(0), ops::packed_product_shape(c, s.inner(), s.outer()));
}

/// The weights as [N, K].
std::vector<double> dequantize(const OpCall& call, const Sizes& s) {
  const Levels& levels = levels_of(call);
  const std::int64_t count = checked_mul(s.n, s.k);
  const Tensor& packed = call.input(1);
  const Tensor& peaks = call.input(2);
  if (packed.size() != (count + 1) / 2) {
    call.fail(
        cat("B has shape ", to_string(packed.shape()), ", wanted ", (count + 1) / 2, " bytes"));
  }
  const std::int64_t blocks = (count + s.block - 1) / s.block;
  if (peaks.size() != blocks) {
    call.fail(cat("absmax has shape ", to_string(peaks.shape()), ", wanted ", blocks, " values"));
  }
  const auto bytes = packed.data<std::uint8_t>();
  const std::vector<double> peak = peaks.to_doubles();
  std::vector<double> w(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < w.size(); ++i) {
    const unsigned byte = bytes[i / 2];
    const unsigned code = i % 2 == 0 ? byte >> 4U : byte & 15U;  // the high half comes first
    w[i] = static_cast<double>(levels.at(code)) * peak[i / static_cast<std::size_t>(s.block)];
  }
  return w;
}

void reference(OpCall& call) {
  const Sizes s(call);
  const Tensor& a = call.input(0);
  const ops::MatMulPlan plan = ops::plan_matmul(call, a.shape(), {s.inner(), s.outer()});
  std::vector<double> w = dequantize(call, s);
  if (s.swap) w = ops::transposed(w, s.n, s.k);
  const std::vector<double> y = ops::multiply(plan, a.to_doubles(), w);
  call.set_output(0, ops::from_doubles(y, plan.shape, a.type()));
}

Cost cost(const ShapeContext& c) { return ops::packed_product_cost(c, Sizes(c).inner()); }

}  // namespace

/// Y = A W' (transB) or A W, W [N, K] = level of a 4-bit code * absmax of its block. Shapes: A
/// [.., K], or [.., N] without transB; B bytes of W flattened, high half of a byte first; absmax
/// one per block_size values of that -> Y [.., N] or [.., K].
/// Source: ONNX Runtime, ContribOperators.md, MatMulBnb4.
OpDefs op_mat_mul_bnb4() {
  return OpDef("com.microsoft", "MatMulBnb4", 1)
      .input("A", kReal, "T1")
      .input("B", {ElementKind::u8}, "T2")
      .input("absmax", kReal, "T1")
      .output("Y", kReal, "T1")
      .required_attribute("K", AttributeKind::integer, "columns of the weights")
      .required_attribute("N", AttributeKind::integer, "rows of the weights")
      .required_attribute("block_size", AttributeKind::integer, "values that share a scale")
      .required_attribute("quant_type", AttributeKind::integer, "levels: 0 = FP4, 1 = NF4")
      .attribute("training_mode", std::int64_t{0}, "1: a runtime keeps what gradients need")
      .attribute("transB", std::int64_t{1}, "1: multiply with the transposed weights")
      .define(infer, reference, cost);
}

}  // namespace pare
