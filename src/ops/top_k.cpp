#include <algorithm>
#include <cmath>
#include <numeric>

#include "ops/_axes.hpp"
#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"
#include "ops/_numbers.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  std::optional<SymShape> y;
  if (x != nullptr) {
    const auto axis = static_cast<std::size_t>(c.attr_axis("axis", x->size()));
    const auto k = c.input_elements(1);
    y = *x;
    (*y)[axis] = k && k->size() == 1 ? k->front() : Dim::unknown();
    const Dim& n = (*x)[axis];
    const Dim& m = (*y)[axis];
    if (m.is_number() && (m.number() < 0 || (n.is_number() && m.number() > n.number()))) {
      c.fail(cat("k is ", m.text(), " of ", n.text()));
    }
  }
  c.set_output(0, c.input_dtype(0), y);
  c.set_output(1, dtype_of(ElementKind::i64), y);
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const auto axis = static_cast<std::size_t>(call.attr_axis("axis", x.rank()));
  const ops::AxisView view(x.shape(), axis);
  const std::vector<std::int64_t> wanted = call.input(1).to_ints();
  if (wanted.size() != 1 || wanted[0] < 0 || wanted[0] > view.size) {
    call.fail(cat("k must be one number from 0 to ", view.size));
  }
  const std::int64_t k = wanted[0];
  const bool largest = call.attr_int("largest") != 0;
  Shape shape = x.shape();
  shape[axis] = k;
  const ops::AxisView to(shape, axis);
  ops::ElementCopier values(x.type(), shape);
  Tensor places(ElementKind::i64, shape);
  const auto indices = places.mutable_data<std::int64_t>();
  visit_number(x.kind(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto in = x.data<T>();
    std::vector<std::int64_t> order(static_cast<std::size_t>(view.size));
    for (std::int64_t o = 0; o < view.outer; ++o) {
      for (std::int64_t i = 0; i < view.inner; ++i) {
        // Of equals the lower index comes first; NaN counts as greatest.
        const auto before = [&](std::int64_t a, std::int64_t b) {
          const auto va = load_number(in[view.at(o, a, i)]);
          const auto vb = load_number(in[view.at(o, b, i)]);
          const bool na = ops::is_nan(va);
          const bool nb = ops::is_nan(vb);
          if (na || nb) return largest ? na && !nb : nb && !na;
          return largest ? va > vb : va < vb;
        };
        std::iota(order.begin(), order.end(), 0);
        std::stable_sort(order.begin(), order.end(), before);
        for (std::int64_t r = 0; r < k; ++r) {
          const std::int64_t from = order[static_cast<std::size_t>(r)];
          const std::size_t at = to.at(o, r, i);
          values.put(static_cast<std::int64_t>(at), x,
                     static_cast<std::int64_t>(view.at(o, from, i)));
          indices[at] = from;
        }
      }
    }
  });
  call.set_output(0, values.take());
  call.set_output(1, places);
}

void gradient(GradientContext& g) {
  Value* places = g.y(1);
  if (places == nullptr) {
    places = g.outputs_of("TopK", {g.x(0), g.x(1)}, g.node().attributes(), 2)[1];
  }
  g.set_dx(0, g.op("ScatterElements", {g.zeros_like(g.x(0)), places, g.dy(0)},
                   {{"axis", g.attr_int("axis")}, {"reduction", std::string("add")}}));
}

}  // namespace

/// The k greatest (or least) elements along `axis` with their indices, best first; of equals the
/// lower index first. Shapes: x [.., N, ..], k [1] -> [.., k, ..]. Source: ONNX TopK, version 24.
OpDefs op_top_k() {
  return OpDef("TopK", 24)
      .input("X", types::kNumeric)
      .input("K", {ElementKind::i64}, "tensor(int64)")
      .output("Values", types::kNumeric)
      .output("Indices", {ElementKind::i64}, "I")
      .attribute("axis", std::int64_t{-1}, "dimension to sort")
      .attribute("largest", std::int64_t{1}, "0: the least elements")
      .attribute("sorted", std::int64_t{1}, "0: any order will do")
      .define(infer, reference, ops::one_flop)
      .differentiable(gradient);
}

}  // namespace pare
