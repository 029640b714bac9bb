#include "base/checked.hpp"
#include "ops/_matmul.hpp"
#include "ops/_numbers.hpp"
#include "ops/_packed.hpp"

namespace pare {
namespace {

enum Input : std::size_t { kA, kB, kScales, kZeros, kGroups, kBias };

constexpr TypeSet kReal = {ElementKind::f32, ElementKind::f16, ElementKind::bf16};

struct Sizes {
  std::int64_t n, k, bits, block, blocks;
  explicit Sizes(const AttributeReader& a)
      : n(ops::packed_size(a, "N")),
        k(ops::packed_size(a, "K")),
        bits(ops::packed_bits(a)),
        block(ops::packed_block_size(a)),
        blocks((k + block - 1) / block) {}
};

void infer(ShapeContext& c) {
  const Sizes s(c);
  c.set_output(0, c.input_dtype(kA), ops::packed_product_shape(c, s.k, s.n));
}

void want_count(const OpCall& call, std::size_t input, std::int64_t want, std::string_view what) {
  if (call.input(input).size() != want) {
    call.fail(cat(what, " has shape ", to_string(call.input(input).shape()), ", wanted ", want,
                  " values"));
  }
}

/// Zero point of every block, [N, blocks].
std::vector<double> zero_points(const OpCall& call, const Sizes& s) {
  const std::int64_t count = checked_mul(s.n, s.blocks);
  if (!call.has_input(kZeros)) {
    const auto middle = static_cast<double>(std::int64_t{1} << (s.bits - 1));
    return std::vector<double>(static_cast<std::size_t>(count), middle);
  }
  const Tensor& t = call.input(kZeros);
  if (t.kind() != ElementKind::u8) {
    want_count(call, kZeros, count, "zero_points");
    return t.to_doubles();
  }
  const std::int64_t row = (s.blocks * s.bits + 7) / 8;
  want_count(call, kZeros, s.n * row, "zero_points");
  std::vector<double> zeros;
  for (std::int64_t n = 0; n < s.n; ++n) {
    const auto bytes = t.data<std::uint8_t>().subspan(static_cast<std::size_t>(n * row),
                                                      static_cast<std::size_t>(row));
    for (std::int64_t b = 0; b < s.blocks; ++b) {
      zeros.push_back(static_cast<double>(ops::packed_code(bytes, b, s.bits)));
    }
  }
  return zeros;
}

/// Block of scales that each of the K rows belongs to.
std::vector<std::int64_t> groups(const OpCall& call, const Sizes& s) {
  std::vector<std::int64_t> group(static_cast<std::size_t>(s.k));
  for (std::int64_t k = 0; k < s.k; ++k) group[static_cast<std::size_t>(k)] = k / s.block;
  if (!call.has_input(kGroups)) return group;
  const Tensor& t = call.input(kGroups);
  if (t.size() != s.k && t.size() != s.blocks * s.block) {
    call.fail(cat("g_idx has shape ", to_string(t.shape()), ", wanted ", s.k, " values"));
  }
  const std::vector<std::int64_t> given = t.to_ints();
  for (std::size_t k = 0; k < group.size(); ++k) {
    group[k] = given[k];
    if (group[k] < 0 || group[k] >= s.blocks) {
      call.fail(cat("g_idx holds ", group[k], " with ", s.blocks, " blocks"));
    }
  }
  return group;
}

/// The weights as [K, N].
std::vector<double> dequantize(const OpCall& call, const Sizes& s) {
  const std::int64_t row = checked_mul(s.blocks, s.block * s.bits / 8);
  want_count(call, kB, checked_mul(s.n, row), "B");
  want_count(call, kScales, checked_mul(s.n, s.blocks), "scales");
  const std::vector<double> scales = call.input(kScales).to_doubles();
  const std::vector<double> zeros = zero_points(call, s);
  const std::vector<std::int64_t> group = groups(call, s);
  std::vector<double> w(static_cast<std::size_t>(checked_mul(s.n, s.k)));
  for (std::int64_t n = 0; n < s.n; ++n) {
    const auto bytes = call.input(kB).data<std::uint8_t>().subspan(
        static_cast<std::size_t>(n * row), static_cast<std::size_t>(row));
    for (std::int64_t k = 0; k < s.k; ++k) {
      const auto g = static_cast<std::size_t>(n * s.blocks + group[static_cast<std::size_t>(k)]);
      const auto code = static_cast<double>(ops::packed_code(bytes, k, s.bits));
      w[static_cast<std::size_t>(k * s.n + n)] = (code - zeros[g]) * scales[g];
    }
  }
  return w;
}

void reference(OpCall& call) {
  const Sizes s(call);
  if (call.attr_int("weight_prepacked") != 0) {
    throw Error(Fault::unsupported,
                cat(call.node().label(), ": the weights are packed for one GPU kernel"));
  }
  const Tensor& a = call.input(kA);
  const ops::MatMulPlan plan = ops::plan_matmul(call, a.shape(), {s.k, s.n});
  std::vector<double> y = ops::multiply(plan, a.to_doubles(), dequantize(call, s));
  if (call.has_input(kBias)) {
    ops::want_shape(call, call.input(kBias), {s.n}, "the bias");
    const std::vector<double> bias = call.input(kBias).to_doubles();
    for (std::size_t i = 0; i < y.size(); ++i) y[i] += bias[i % bias.size()];
  }
  call.set_output(0, ops::from_doubles(y, plan.shape, a.type()));
}

Cost cost(const ShapeContext& c) { return ops::packed_product_cost(c, Sizes(c).k); }

}  // namespace

/// Y = A W + bias, W[k, n] = (code - zero point) * scale of the block that k lies in. Shapes:
/// A [.., K], B [N, blocks, block_size * bits / 8] packed along K with low bits first, scales
/// [N, blocks] (or flat), zero_points as scales in float or packed [N, blocks * bits / 8 rounded
/// up], 2^(bits - 1) when absent; g_idx [K] names the block of every k; bias [N] -> Y [.., N].
/// Source: ONNX Runtime, ContribOperators.md, MatMulNBits.
OpDefs op_mat_mul_n_bits() {
  return OpDef("com.microsoft", "MatMulNBits", 1)
      .input("A", kReal, "T1")
      .input("B", {ElementKind::u8}, "T2")
      .input("scales", kReal, "T1")
      .optional_input("zero_points", kReal | TypeSet{ElementKind::u8}, "T3")
      .optional_input("g_idx", {ElementKind::i32}, "T4")
      .optional_input("bias", kReal, "T1")
      .output("Y", kReal, "T1")
      .required_attribute("K", AttributeKind::integer, "rows of the weights")
      .required_attribute("N", AttributeKind::integer, "columns of the weights")
      .attribute("bits", std::int64_t{4}, "of a code: 2, 4 or 8")
      .required_attribute("block_size", AttributeKind::integer, "rows that share a scale")
      .attribute("accuracy_level", std::int64_t{0}, "how coarse a runtime may make A: 4 = int8")
      .attribute("weight_prepacked", std::int64_t{0}, "layout of B; 0 = as described")
      .define(infer, reference, cost);
}

}  // namespace pare
