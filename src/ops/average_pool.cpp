#include "ops/_pool.hpp"

namespace pare {
namespace {

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const ops::PoolShape s = ops::pool_shape(call);
  const bool with_padding = call.attr_int("count_include_pad") != 0;
  const std::vector<double> in = x.to_doubles();
  const auto in_size = element_count(s.in);
  const auto out_size = element_count(s.out);
  std::vector<double> out(static_cast<std::size_t>(s.planes * out_size));
  ops::for_each_window(
      s, [&](std::int64_t o, const std::vector<std::int64_t>& taps, std::int64_t clipped) {
        const auto inside = static_cast<std::int64_t>(taps.size());
        const auto count = static_cast<double>(inside + (with_padding ? clipped : 0));
        for (std::int64_t p = 0; p < s.planes; ++p) {
          double sum = 0;
          for (const std::int64_t t : taps) sum += in[static_cast<std::size_t>(p * in_size + t)];
          out[static_cast<std::size_t>(p * out_size + o)] = sum / count;
        }
      });
  call.set_output(0, Tensor::of<double>(s.shape, out).cast(x.type()));
}

}  // namespace

/// Mean over windows; positions in the padding count only with count_include_pad. Shapes:
/// x [N, C, ...] -> y [N, C, ...]. Source: ONNX AveragePool, version 22.
OpDefs op_average_pool() {
  OpDef def("AveragePool", 22);
  def.input("X", types::kFloat)
      .output("Y", types::kFloat)
      .attribute("count_include_pad", std::int64_t{0}, "1: padding counts as zeros")
      .define(ops::pool_infer, reference, ops::pool_cost);
  return ops::pool_attributes(def);
}

}  // namespace pare
