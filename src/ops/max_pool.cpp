#include <cmath>
#include <limits>

#include "ops/_pool.hpp"

namespace pare {
namespace {

/// Index of an element when each plane is stored column by column.
std::int64_t column_major(std::int64_t offset, const Shape& in) {
  std::int64_t at = 0;
  std::int64_t scale = 1;
  Shape index(in.size());
  for (std::size_t i = in.size(); i-- > 0;) {
    index[i] = offset % in[i];
    offset /= in[i];
  }
  for (std::size_t i = 0; i < in.size(); ++i) {
    at += index[i] * scale;
    scale *= in[i];
  }
  return at;
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const ops::PoolShape s = ops::pool_shape(call);
  const bool columns = call.attr_int("storage_order") != 0;
  const std::vector<double> in = x.to_doubles();
  const auto in_size = element_count(s.in);
  const auto out_size = element_count(s.out);
  const auto n = static_cast<std::size_t>(s.planes * out_size);
  std::vector<double> out(n);
  std::vector<std::int64_t> where(n);
  ops::for_each_window(
      s, [&](std::int64_t o, const std::vector<std::int64_t>& taps, std::int64_t /*clipped*/) {
        for (std::int64_t p = 0; p < s.planes; ++p) {
          double best = -std::numeric_limits<double>::infinity();
          std::int64_t at = taps.empty() ? 0 : taps.front();
          for (const std::int64_t t : taps) {
            const double v = in[static_cast<std::size_t>(p * in_size + t)];
            if (v > best || std::isnan(v)) {
              best = v;
              at = t;
            }
            if (std::isnan(v)) break;
          }
          const auto to = static_cast<std::size_t>(p * out_size + o);
          out[to] = best;
          where[to] = p * in_size + (columns ? column_major(at, s.in) : at);
        }
      });
  call.set_output(0, Tensor::of<double>(s.shape, out).cast(x.type()));
  if (call.wants_output(1)) call.set_output(1, Tensor::of<std::int64_t>(s.shape, where));
}

constexpr TypeSet kTypes = types::kFloat | TypeSet{ElementKind::i8, ElementKind::u8};

}  // namespace

/// Greatest value of windows, and its index in the flattened input. Shapes: x [N, C, ...] ->
/// y, indices [N, C, ...]. Source: ONNX MaxPool, version 22.
OpDefs op_max_pool() {
  OpDef def("MaxPool", 22);
  def.input("X", kTypes)
      .output("Y", kTypes)
      .optional_output("Indices", {ElementKind::i64}, "I")
      .attribute("storage_order", std::int64_t{0}, "1: indices count column by column")
      .define(ops::pool_infer, reference, ops::pool_cost);
  return ops::pool_attributes(def);
}

}  // namespace pare
