#include "ops/_axes.hpp"

#include <algorithm>
#include <cstring>

#include "base/checked.hpp"

namespace pare::ops {

std::size_t normal_axis(std::int64_t axis, std::size_t rank) {
  const auto r = static_cast<std::int64_t>(rank);
  if (axis < -r || axis >= r) {
    throw Error(Fault::corrupt, cat("axis ", axis, " is outside rank ", rank));
  }
  return static_cast<std::size_t>(axis < 0 ? axis + r : axis);
}

std::vector<std::int64_t> normal_axes(std::vector<std::int64_t> axes, std::size_t rank) {
  for (std::int64_t& a : axes) a = static_cast<std::int64_t>(normal_axis(a, rank));
  std::sort(axes.begin(), axes.end());
  if (std::adjacent_find(axes.begin(), axes.end()) != axes.end()) {
    throw Error(Fault::corrupt, "an axis is named twice");
  }
  return axes;
}

std::int64_t normal_index(std::int64_t index, std::int64_t size) {
  if (index < -size || index >= size) {
    throw Error(Fault::corrupt, cat("index ", index, " is outside size ", size));
  }
  return index < 0 ? index + size : index;
}

AxisView::AxisView(const Shape& shape, std::size_t axis) : size(shape.at(axis)) {
  for (std::size_t i = 0; i < axis; ++i) outer = checked_mul(outer, shape[i]);
  for (std::size_t i = axis + 1; i < shape.size(); ++i) inner = checked_mul(inner, shape[i]);
}

std::optional<std::vector<std::int64_t>> known_ints(const ShapeContext& c, std::size_t input) {
  if (!c.has_input(input)) return std::vector<std::int64_t>{};
  return c.input_ints(input);
}

void put_element(Tensor& out, std::int64_t to, const Tensor& x, std::int64_t from) {
  if (x.type() != out.type()) {
    throw Error(Fault::corrupt, cat("want ", out.type().name(), ", got ", x.type().name()));
  }
  const auto i = static_cast<std::size_t>(to);
  const auto k = static_cast<std::size_t>(from);
  if (x.kind() == ElementKind::string) {
    out.mutable_data<std::string>()[i] = x.data<std::string>()[k];
    return;
  }
  const std::size_t per = x.type().info().values;
  const std::size_t size = x.type().info().bytes;
  if (per == 1) {
    std::memcpy(out.mutable_bytes().data() + i * size, x.bytes().data() + k * size, size);
    return;
  }
  // Sub-byte types: element i lies in bits of byte i / per, the first in the low bits.
  const auto bits = static_cast<unsigned>(8 / per);
  const auto mask = static_cast<unsigned>((1U << bits) - 1U);
  const unsigned code =
      (std::to_integer<unsigned>(x.bytes()[k / per]) >> (static_cast<unsigned>(k % per) * bits)) &
      mask;
  const unsigned shift = static_cast<unsigned>(i % per) * bits;
  std::byte& byte = out.mutable_bytes()[i / per];
  byte = (byte & static_cast<std::byte>(~(mask << shift))) | static_cast<std::byte>(code << shift);
}

Tensor gather_elements(const Tensor& x, Shape shape, const std::vector<std::int64_t>& index) {
  const bool plain = x.kind() != ElementKind::string && x.type().info().values == 1;
  if (plain) {
    Tensor y(x.type(), std::move(shape));
    const std::size_t size = x.type().info().bytes;
    const std::byte* from = x.bytes().data();
    std::byte* to = y.mutable_bytes().data();
    for (std::size_t i = 0; i < index.size(); ++i) {
      std::memcpy(to + i * size, from + static_cast<std::size_t>(index[i]) * size, size);
    }
    return y;
  }
  ElementCopier out(x.type(), std::move(shape));
  for (std::size_t i = 0; i < index.size(); ++i) {
    out.put(static_cast<std::int64_t>(i), x, index[i]);
  }
  return out.take();
}

}  // namespace pare::ops
