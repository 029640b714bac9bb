#include "ops/_axes.hpp"
#include "ops/_elementwise.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  if (x != nullptr) static_cast<void>(c.attr_axis("axis", x->size()));  // inside the rank?
  ops::same_as_input(c);
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const ops::AxisView view(x.shape(), static_cast<std::size_t>(call.attr_axis("axis", x.rank())));
  const std::vector<double> in = x.to_doubles();
  Tensor ones(ElementKind::boolean, x.shape());
  const auto out = ones.mutable_data<bool>();
  for (std::int64_t o = 0; o < view.outer && x.size() > 0; ++o) {
    for (std::int64_t i = 0; i < view.inner; ++i) {
      std::size_t best = view.at(o, 0, i);
      for (std::int64_t k = 1; k < view.size; ++k) {
        if (in[view.at(o, k, i)] > in[best]) best = view.at(o, k, i);
      }
      out[best] = true;
    }
  }
  call.set_output(0, ones.cast(x.type()));
}

}  // namespace

/// 1 at the first greatest element along `axis`, 0 elsewhere. Shapes: x any -> y as x. Source:
/// ONNX Hardmax, version 13.
OpDefs op_hardmax() {
  return OpDef("Hardmax", 13)
      .input("input", types::kFloat)
      .output("output", types::kFloat)
      .attribute("axis", std::int64_t{-1}, "dimension to search")
      .define(infer, reference, ops::one_flop);
}

}  // namespace pare
