#include "ops/_sequence.hpp"

#include "base/checked.hpp"
#include "ops/_axes.hpp"

namespace pare::ops {

ValueType sequence_of(ValueType element) {
  ValueType out;
  out.kind = ValueType::Kind::sequence;
  out.element = std::make_shared<const ValueType>(std::move(element));
  return out;
}

ValueType optional_of(ValueType element) {
  ValueType out = sequence_of(std::move(element));
  out.kind = ValueType::Kind::optional;
  return out;
}

ValueType held_type(const ValueType& type) {
  return type.element != nullptr && type.kind != ValueType::Kind::map ? *type.element : ValueType();
}

ValueType common_type(const ValueType& a, const ValueType& b) {
  if (a.kind != b.kind) return a;
  if (a.kind == ValueType::Kind::map) return a;
  if (a.kind != ValueType::Kind::tensor) {
    ValueType out = a;
    out.element = std::make_shared<const ValueType>(common_type(held_type(a), held_type(b)));
    return out;
  }
  if (!a.dtype.valid()) return b;
  if (!b.dtype.valid() || a.dtype != b.dtype) return a;
  if (!a.shape || !b.shape || a.shape->size() != b.shape->size()) return ValueType(a.dtype);
  SymShape shape = *a.shape;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (!(shape[i] == (*b.shape)[i])) shape[i] = Dim::unknown();
  }
  return ValueType(a.dtype, std::move(shape));
}

std::size_t sequence_position(const AttributeReader& a, const Tensor& index, std::size_t size,
                              bool end) {
  const std::vector<std::int64_t> given = index.to_ints();
  if (given.size() != 1) a.fail("one position is wanted");
  const auto n = static_cast<std::int64_t>(size);
  if (given[0] < -n || given[0] > (end ? n : n - 1)) {
    a.fail(cat("position ", given[0], " of a sequence of ", size));
  }
  return static_cast<std::size_t>(given[0] < 0 ? given[0] + n : given[0]);
}

Tensor concatenated(const AttributeReader& a, const std::vector<Tensor>& parts, std::size_t axis) {
  Shape shape = parts.at(0).shape();
  shape.at(axis) = 0;
  for (const Tensor& part : parts) {
    const Shape& s = part.shape();
    if (s.size() != shape.size()) a.fail("inputs of different rank");
    for (std::size_t d = 0; d < s.size(); ++d) {
      if (d != axis && s[d] != shape[d]) a.fail("sizes differ outside the axis");
    }
    shape[axis] = checked_add(shape[axis], s[axis]);
  }
  ElementCopier out(parts[0].type(), shape);
  const AxisView y(shape, axis);
  std::int64_t base = 0;
  for (const Tensor& x : parts) {
    const std::int64_t row = x.dim(axis) * y.inner;
    for (std::int64_t o = 0; o < y.outer; ++o) {
      for (std::int64_t k = 0; k < row; ++k) {
        out.put(o * y.size * y.inner + base + k, x, o * row + k);
      }
    }
    base += row;
  }
  return out.take();
}

std::vector<Tensor> tensors_in(const RuntimeValue& sequence) {
  std::vector<Tensor> out;
  for (const RuntimeValue& v : sequence.elements()) out.push_back(v.tensor());
  return out;
}

Cost free_of_cost(const ShapeContext& /*c*/) { return {}; }

}  // namespace pare::ops
