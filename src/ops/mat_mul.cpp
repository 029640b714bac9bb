#include "ops/_matmul.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) { ops::matmul_infer(c, 0, 1, c.input_dtype(0)); }
Cost cost(const ShapeContext& c) { return ops::matmul_cost(c, 0); }

template <class Sum>
void run(OpCall& call, const std::vector<Sum>& a, const std::vector<Sum>& b) {
  const ops::MatMulShape s = ops::matmul_shape(call.input(0).shape(), call.input(1).shape());
  std::vector<Sum> out(static_cast<std::size_t>(element_count(s.shape)));
  ops::multiply<Sum>(
      s, [&](std::int64_t i) { return a[static_cast<std::size_t>(i)]; },
      [&](std::int64_t i) { return b[static_cast<std::size_t>(i)]; },
      [&](std::int64_t at, std::int64_t, std::int64_t, Sum sum) {
        out[static_cast<std::size_t>(at)] = sum;
      });
  call.set_output(0, Tensor::of<Sum>(s.shape, out).cast(call.input(0).type()));
}

void reference(OpCall& call) {
  if (call.input(0).type().is_float()) {
    run<double>(call, call.input(0).to_doubles(), call.input(1).to_doubles());
  } else {
    run<std::int64_t>(call, call.input(0).to_ints(), call.input(1).to_ints());
  }
}

constexpr TypeSet kTypes =
    types::kFloat | TypeSet{ElementKind::i32, ElementKind::i64, ElementKind::u32, ElementKind::u64};

}  // namespace

/// Product of stacks of matrices; leading dimensions broadcast, rank 1 counts as a row (a) or a
/// column (b). Shapes: a [..., M, K], b [..., K, N] -> y [..., M, N]. Source: ONNX MatMul,
/// version 13.
OpDefs op_mat_mul() {
  return OpDef("MatMul", 13)
      .input("A", kTypes)
      .input("B", kTypes)
      .output("Y", kTypes)
      .define(infer, reference, cost);
}

}  // namespace pare
