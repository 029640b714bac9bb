#include "passes/_permutation.hpp"

#include <algorithm>
#include <cstring>

#include "passes/_rewrite.hpp"

namespace pare::passes {

std::optional<Permutation> permutation_of(const Node& transpose) {
  if (!transpose.is("Transpose") || transpose.input(0) == nullptr) return std::nullopt;
  Permutation p;
  if (const auto* given = transpose.attribute_as<Permutation>("perm")) {
    p = *given;
  } else {
    const SymShape* shape = shape_of(transpose.input(0));
    if (shape == nullptr) return std::nullopt;
    for (std::size_t i = shape->size(); i-- > 0;) p.push_back(static_cast<std::int64_t>(i));
  }
  Permutation sorted = p;
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (sorted[i] != static_cast<std::int64_t>(i)) return std::nullopt;
  }
  return p;
}

Permutation chained(const Permutation& first, const Permutation& second) {
  Permutation out;
  for (const std::int64_t axis : second) out.push_back(first.at(static_cast<std::size_t>(axis)));
  return out;
}

Permutation inverse(const Permutation& p) {
  Permutation out(p.size());
  for (std::size_t i = 0; i < p.size(); ++i) {
    out[static_cast<std::size_t>(p[i])] = static_cast<std::int64_t>(i);
  }
  return out;
}

Tensor permuted(const Tensor& data, const Permutation& p) {
  require(data.rank() == p.size() && data.type().info().values == 1 &&
              data.kind() != ElementKind::string,
          "only whole elements are permuted");
  const Shape strides = strides_of(data.shape());
  Shape shape;
  Shape step;
  for (const std::int64_t axis : p) {
    shape.push_back(data.dim(static_cast<std::size_t>(axis)));
    step.push_back(strides[static_cast<std::size_t>(axis)]);
  }
  Tensor out(data.type(), shape);
  const std::size_t width = data.type().info().bytes;
  const auto to = out.mutable_bytes();
  Shape index(shape.size(), 0);
  for (std::int64_t i = 0; i < data.size(); ++i) {
    std::int64_t from = 0;
    for (std::size_t d = 0; d < index.size(); ++d) from += index[d] * step[d];
    std::memcpy(to.data() + static_cast<std::size_t>(i) * width,
                data.bytes().data() + static_cast<std::size_t>(from) * width, width);
    for (std::size_t d = index.size(); d-- > 0;) {
      if (++index[d] < shape[d]) break;
      index[d] = 0;
    }
  }
  return out;
}

}  // namespace pare::passes
