#include "ops/_axes.hpp"
#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  const SymShape* i = c.input_shape(1);
  if (x == nullptr || i == nullptr) {
    c.set_output(0, c.input_dtype(0), std::nullopt);
    return;
  }
  const auto axis = static_cast<std::ptrdiff_t>(c.attr_axis("axis", x->size()));
  SymShape y(x->begin(), x->begin() + axis);
  y.insert(y.end(), i->begin(), i->end());
  y.insert(y.end(), x->begin() + axis + 1, x->end());
  c.set_output(0, c.input_dtype(0), y);
  const auto elements = c.input_elements(0);
  const auto index = c.input_ints(1);
  if (!elements || !index || x->size() != 1 || i->size() > 1) return;
  std::vector<Dim> out;
  for (const std::int64_t k : *index) {
    out.push_back((*elements)[ops::normal_axis(k, elements->size())]);
  }
  c.set_output_elements(0, std::move(out));
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const Tensor& i = call.input(1);
  const auto axis = static_cast<std::ptrdiff_t>(call.attr_axis("axis", x.rank()));
  const Shape& s = x.shape();
  const ops::AxisView view(s, static_cast<std::size_t>(axis));
  Shape shape(s.begin(), s.begin() + axis);
  shape.insert(shape.end(), i.shape().begin(), i.shape().end());
  shape.insert(shape.end(), s.begin() + axis + 1, s.end());
  std::vector<std::int64_t> picks = i.to_ints();
  for (std::int64_t& p : picks) p = ops::normal_index(p, view.size);
  std::vector<std::int64_t> index;
  index.reserve(static_cast<std::size_t>(element_count(shape)));
  for (std::int64_t o = 0; o < view.outer; ++o) {
    for (const std::int64_t p : picks) {
      for (std::int64_t k = 0; k < view.inner; ++k) {
        index.push_back(static_cast<std::int64_t>(view.at(o, p, k)));
      }
    }
  }
  call.set_output(0, ops::gather_elements(x, shape, index));
}

void gradient(GradientContext& g) {
  if (g.attr_int("axis") != 0) {
    ops::moved_gradient(g);
    return;
  }
  Value* rows = g.unsqueeze(g.op("Cast", {g.x(1)}, {{"to", std::int64_t{7}}}), {-1});
  g.set_dx(0, g.op("ScatterND", {g.zeros_like(g.x(0)), rows, g.dy(0)},
                   {{"reduction", std::string("add")}}));
}

}  // namespace

/// y[.., i.., ..] = x[.., indices[i..], ..] along `axis`; negative indices count from the end.
/// Errors: Fault::corrupt for an index outside. Source: ONNX Gather, version 13.
OpDefs op_gather() {
  return OpDef("Gather", 13)
      .input("data", types::kAll)
      .input("indices", types::kIndex, "Tind")
      .output("output", types::kAll)
      .attribute("axis", std::int64_t{0}, "dimension to pick from")
      .define(infer, reference, ops::free_of_flops)
      .differentiable(gradient);
}

}  // namespace pare
