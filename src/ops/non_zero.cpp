#include "ops/_elementwise.hpp"
#include "ops/_numbers.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  SymShape y(2);
  if (x != nullptr) y[0] = static_cast<std::int64_t>(x->size());
  c.set_output(0, dtype_of(ElementKind::i64), y);
}

std::vector<std::size_t> places(const Tensor& x) {
  std::vector<std::size_t> found;
  const auto collect = [&](const auto& values, const auto& zero) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (values[i] != zero) found.push_back(i);
    }
  };
  if (x.kind() == ElementKind::string) {
    collect(x.data<std::string>(), std::string());
  } else if (types::kComplex.has(x.kind())) {
    collect(ops::to_complex(x), std::complex<double>());
  } else {
    collect(x.to_doubles(), 0.0);
  }
  return found;
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const std::vector<std::size_t> found = places(x);
  const auto rank = static_cast<std::int64_t>(x.rank());
  const auto n = static_cast<std::int64_t>(found.size());
  const auto out =
      call.make_output(0, dtype_of(ElementKind::i64), {rank, n}).mutable_data<std::int64_t>();
  const Shape strides = strides_of(x.shape());
  for (std::size_t d = 0; d < x.rank(); ++d) {
    for (std::size_t i = 0; i < found.size(); ++i) {
      const auto at = static_cast<std::int64_t>(found[i]);
      out[d * found.size() + i] = at / strides[d] % x.dim(d);
    }
  }
}

}  // namespace

/// Indices of the elements that are not zero (of text: not empty), row-major: one column each.
/// Shapes: x of rank R -> [R, count]. Source: ONNX NonZero, version 13.
OpDefs op_non_zero() {
  return OpDef("NonZero", 13)
      .input("X", types::kNumeric | types::kBool | types::kString | types::kComplex)
      .output("Y", {ElementKind::i64}, "tensor(int64)")
      .define(infer, reference, ops::one_flop);
}

}  // namespace pare
