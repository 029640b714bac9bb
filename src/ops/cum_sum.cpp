#include "ops/_axes.hpp"
#include "ops/_elementwise.hpp"

namespace pare {
namespace {

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const std::vector<std::int64_t> axes = call.input(1).to_ints();
  if (axes.size() != 1) call.fail("one axis is wanted");
  const ops::AxisView view(x.shape(), ops::normal_axis(axes[0], x.rank()));
  const bool exclusive = call.attr_int("exclusive") != 0;
  const bool reverse = call.attr_int("reverse") != 0;
  Tensor& y = call.make_output(0, x.type(), x.shape());
  visit_number(x.kind(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    using Wide = std::conditional_t<std::is_integral_v<T>, T, double>;
    const auto in = x.data<T>();
    const auto out = y.mutable_data<T>();
    for (std::int64_t o = 0; o < view.outer; ++o) {
      for (std::int64_t i = 0; i < view.inner; ++i) {
        Wide sum{};
        for (std::int64_t k = 0; k < view.size; ++k) {
          const std::size_t at = view.at(o, reverse ? view.size - 1 - k : k, i);
          const Wide before = sum;
          sum = ops::wrapping(sum, static_cast<Wide>(load_number(in[at])),
                              [](auto a, auto b) { return a + b; });
          out[at] = store_number<T>(exclusive ? before : sum);
        }
      }
    }
  });
}

}  // namespace

/// Running sum along one axis: forwards or backwards, with or without the element itself. Shapes:
/// x any, axis [] -> y as x. Source: ONNX CumSum, version 14.
OpDefs op_cum_sum() {
  return OpDef("CumSum", 14)
      .input("x", types::kNumeric)
      .input("axis", types::kIndex, "T2")
      .output("y", types::kNumeric)
      .attribute("exclusive", std::int64_t{0}, "1: sums end before the element")
      .attribute("reverse", std::int64_t{0}, "1: sums start at the end")
      .define(ops::same_as_input, reference, ops::one_flop);
}

}  // namespace pare
