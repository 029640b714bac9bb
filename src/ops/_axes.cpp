#include "ops/_axes.hpp"

#include <algorithm>
#include <cstring>

namespace pare::ops {
namespace {

/// Sub-byte types: element i lies in bits of byte i / per.
Tensor gather_packed(const Tensor& x, Shape shape, const std::vector<std::int64_t>& index) {
  Tensor out(x.type(), std::move(shape));
  const auto per = x.type().info().values;
  const auto bits = static_cast<unsigned>(8 / per);
  const auto mask = static_cast<unsigned>((1U << bits) - 1U);
  const auto in = x.bytes();
  const auto to = out.mutable_bytes();
  for (std::size_t i = 0; i < index.size(); ++i) {
    const auto at = static_cast<std::size_t>(index[i]);
    const auto from_shift = static_cast<unsigned>(at % per) * bits;
    const unsigned code = (std::to_integer<unsigned>(in[at / per]) >> from_shift) & mask;
    to[i / per] |= static_cast<std::byte>(code << (static_cast<unsigned>(i % per) * bits));
  }
  return out;
}

}  // namespace

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

std::optional<std::vector<std::int64_t>> known_ints(const ShapeContext& c, std::size_t input) {
  if (!c.has_input(input)) return std::vector<std::int64_t>{};
  return c.input_ints(input);
}

Tensor gather_elements(const Tensor& x, Shape shape, const std::vector<std::int64_t>& index) {
  if (x.kind() == ElementKind::string) {
    Tensor out(x.type(), std::move(shape));
    const auto in = x.data<std::string>();
    const auto to = out.mutable_data<std::string>();
    for (std::size_t i = 0; i < index.size(); ++i) to[i] = in[static_cast<std::size_t>(index[i])];
    return out;
  }
  if (x.type().info().values > 1) return gather_packed(x, std::move(shape), index);
  Tensor out(x.type(), std::move(shape));
  const std::size_t size = x.type().info().bytes;
  const auto in = x.bytes();
  const auto to = out.mutable_bytes();
  for (std::size_t i = 0; i < index.size(); ++i) {
    std::memcpy(to.data() + i * size, in.data() + static_cast<std::size_t>(index[i]) * size, size);
  }
  return out;
}

}  // namespace pare::ops
