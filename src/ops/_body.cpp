#include "ops/_body.hpp"

#include "ops/_axes.hpp"
#include "ops/_sequence.hpp"

namespace pare::ops {
namespace {

/// Takes back what an inference has learnt under assumptions that do not hold.
void forget(Graph& body) {
  for (Node* node : body.nodes()) {
    for (Value* v : node->outputs()) {
      if (v == nullptr) continue;
      ValueType unknown;
      unknown.dtype = v->dtype();
      v->set_type(unknown);
    }
    for (Graph* inner : node->subgraphs()) forget(*inner);
  }
}

}  // namespace

std::vector<ValueType> infer_steps(ShapeContext& c, Graph& body, std::vector<ValueType>& types,
                                   std::size_t into, std::size_t first, std::size_t carried) {
  for (;;) {  // sizes only ever become unknown, so this ends
    std::vector<ValueType> made = c.infer_body(body, types);
    bool changed = false;
    for (std::size_t i = 0; i < carried; ++i) {
      const ValueType both = common_type(types[into + i], made[first + i]);
      changed = changed || both.text() != types[into + i].text();
      types[into + i] = both;
    }
    if (!changed) return made;
    forget(body);
  }
}

Tensor stacked(const AttributeReader& a, const std::vector<Tensor>& parts, std::int64_t axis,
               const ValueType& type) {
  Shape shape;
  if (parts.empty()) {
    if (!type.dtype.valid()) a.fail("the type of an output without any step is not known");
    for (const Dim& d : type.shape.value_or(SymShape{})) {
      shape.push_back(d.is_number() ? d.number() : 0);
    }
  } else {
    shape = parts[0].shape();
  }
  const std::size_t at = normal_axis(axis, shape.size() + 1);
  shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(at),
               static_cast<std::int64_t>(parts.size()));
  if (parts.empty()) return {type.dtype, shape};
  const AxisView view(shape, at);
  ElementCopier out(parts[0].type(), shape);
  for (std::int64_t k = 0; k < view.size; ++k) {
    const Tensor& part = parts[static_cast<std::size_t>(k)];
    if (part.shape() != parts[0].shape()) {
      a.fail(cat("one step makes ", to_string(parts[0].shape()), ", another ",
                 to_string(part.shape())));
    }
    for (std::int64_t i = 0; i < part.size(); ++i) {
      const auto to = view.at(i / view.inner, k, i % view.inner);
      out.put(static_cast<std::int64_t>(to), part, i);
    }
  }
  return out.take();
}

Tensor slice_of(const Tensor& x, std::size_t axis, std::int64_t i) {
  const AxisView view(x.shape(), axis);
  Shape shape = x.shape();
  shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(axis));
  ElementCopier out(x.type(), shape);
  const std::int64_t count = element_count(shape);
  for (std::int64_t k = 0; k < count; ++k) {
    out.put(k, x, static_cast<std::int64_t>(view.at(k / view.inner, i, k % view.inner)));
  }
  return out.take();
}

}  // namespace pare::ops
