#include "ops/_quantize.hpp"

#include <algorithm>
#include <cmath>

#include "numerics/rounding.hpp"
#include "ops/_axes.hpp"
#include "ops/_cast.hpp"

namespace pare::ops {
namespace {

double rounded_to(double x, DType type) {
  switch (type.kind()) {
    case ElementKind::f32: return static_cast<double>(static_cast<float>(x));
    case ElementKind::f16: return static_cast<double>(to_float(to_f16(static_cast<float>(x))));
    case ElementKind::bf16: return static_cast<double>(to_float(to_bf16(static_cast<float>(x))));
    default: return x;
  }
}

}  // namespace

ScaleLayout scale_layout(const AttributeReader& a, const Shape& x, const Shape& scale,
                         std::int64_t axis, std::int64_t block_size) {
  ScaleLayout layout;
  if (block_size < 0) a.fail(cat("block_size is ", block_size));
  if (block_size == 0 && scale.size() <= 1 && element_count(scale) == 1) return layout;
  const auto misfit = [&] {
    a.fail(cat("scales of shape ", to_string(scale), " for ", to_string(x), " along axis ", axis,
               ", block size ", block_size));
  };
  if (x.empty()) misfit();
  const std::size_t k = normal_axis(axis, x.size());
  layout.one = false;
  layout.inner = inner_size(x, k);
  layout.size = x[k];
  if (block_size == 0) {
    if (scale.size() != 1 || scale[0] != x[k]) misfit();
    return layout;
  }
  layout.blocked = true;
  layout.block = block_size;
  if (scale.size() != x.size()) misfit();
  layout.blocks = scale[k];
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::int64_t want = i == k ? x[i] / block_size + (x[i] % block_size != 0 ? 1 : 0) : x[i];
    if (scale[i] != want) misfit();
  }
  return layout;
}

Affine read_affine(const OpCall& call, std::size_t scale, std::size_t zero) {
  Affine out;
  out.scale = call.input(scale).to_doubles();
  out.zero.assign(out.scale.size(), 0.0);
  if (!call.has_input(zero)) return out;
  const Tensor& z = call.input(zero);
  if (z.size() != call.input(scale).size()) {
    call.fail(cat("the scale has shape ", to_string(call.input(scale).shape()), ", the zero point ",
                  to_string(z.shape())));
  }
  out.zero = z.to_doubles();
  return out;
}

Affine single_affine(const OpCall& call, std::size_t scale, std::size_t zero) {
  if (call.input(scale).size() != 1) {
    call.fail(cat("input ", scale, " has shape ", to_string(call.input(scale).shape()),
                  ", wanted one value"));
  }
  return read_affine(call, scale, zero);
}

Affine axis_affine(const OpCall& call, std::size_t scale, std::size_t zero, const Shape& x,
                   std::int64_t axis) {
  Affine out = read_affine(call, scale, zero);
  out.layout = scale_layout(call, x, call.input(scale).shape(), axis, 0);
  return out;
}

void subtract_zero(std::vector<std::uint64_t>& codes, const OpCall& call, std::size_t zero,
                   const ZeroLayout& layout) {
  if (!call.has_input(zero)) return;
  const std::vector<std::uint64_t> z = to_wrapping(call.input(zero));
  const auto count = static_cast<std::int64_t>(z.size());
  if (count != 1 && count != layout.count) {
    call.fail(cat("input ", zero, " has ", count, " zero points, wanted 1 or ", layout.count));
  }
  for (std::size_t i = 0; i < codes.size(); ++i) {
    codes[i] -= z[count == 1 ? 0 : static_cast<std::int64_t>(i) / layout.run % count];
  }
}

std::vector<double> dequantize(const Tensor& x, const Affine& affine) {
  std::vector<double> v = x.to_doubles();
  for (std::size_t i = 0; i < v.size(); ++i) {
    const std::int64_t s = affine.layout(static_cast<std::int64_t>(i));
    v[i] = (v[i] - affine.zero[s]) * affine.scale[s];
  }
  return v;
}

double quantize_one(double x, double scale, double zero, DType to) {
  const double v = round_nearest_even(x / scale) + zero;
  return std::isnan(v) ? 0 : std::clamp(v, to.info().min, to.info().max);
}

Tensor quantize(const std::vector<double>& x, const Shape& shape, const Affine& affine, DType to,
                DType precision, bool saturate) {
  std::vector<double> v(x.size());
  for (std::size_t i = 0; i < v.size(); ++i) {
    const std::int64_t s = affine.layout(static_cast<std::int64_t>(i));
    const double ratio = rounded_to(x[i] / affine.scale[s], precision);
    v[i] = to.is_integer() ? quantize_one(ratio, 1, affine.zero[s], to) : ratio + affine.zero[s];
  }
  const Tensor wide = Tensor::of<double>(shape, v);
  return to.is_integer() ? wide.cast(to) : cast_values(wide, to, saturate);
}

ByteRange byte_range(const std::vector<double>& x) {
  constexpr float kSteps = 255;
  float least = 0;
  float most = 0;
  for (const double v : x) {
    least = std::min(least, static_cast<float>(v));
    most = std::max(most, static_cast<float>(v));
  }
  const float scale = most == least ? 1.0F : (most - least) / kSteps;
  const float zero = std::nearbyint(-least / scale);
  return {static_cast<double>(scale),
          std::isnan(zero) ? 0 : static_cast<double>(std::clamp(zero, 0.0F, kSteps))};
}

std::int64_t ByteRange::steps(double x) const {
  const float ratio = static_cast<float>(x) / static_cast<float>(scale);
  const double code = quantize_one(static_cast<double>(ratio), 1, zero, dtype_of(ElementKind::u8));
  return static_cast<std::int64_t>(code - zero);
}

}  // namespace pare::ops
