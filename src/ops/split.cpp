#include "ops/_axes.hpp"
#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

std::vector<std::int64_t> parts_of(const AttributeReader& a, std::int64_t size, std::size_t outputs,
                                   std::vector<std::int64_t> given) {
  if (given.empty()) {
    const auto n = static_cast<std::int64_t>(outputs);
    if (n == 0) a.fail("no outputs");
    const std::int64_t each = (size + n - 1) / n;
    for (std::int64_t i = 0; i < n; ++i) {
      given.push_back(std::max<std::int64_t>(0, std::min(each, size - i * each)));
    }
  }
  // Counted down from the size, as the sum of hostile parts may not fit.
  std::int64_t left = size;
  bool fits = given.size() == outputs;
  for (const std::int64_t g : given) {
    fits = fits && g >= 0 && g <= left;
    if (fits) left -= g;
  }
  if (!fits || left != 0) {
    a.fail(cat("parts ", to_string(given), " do not make ", outputs, " outputs of ", size));
  }
  return given;
}

/// Size of every part of a symbolic size that `n` parts share without a rest.
Dim equal_part(const Dim& size, std::int64_t n) {
  const Dim each = floor_div(size, n);
  return each * n == size ? each : Dim::unknown();
}

/// Parts of the values of a list.
void propagate(ShapeContext& c) {
  const auto elements = c.input_elements(0);
  std::size_t at = 0;
  for (std::size_t i = 0; i < c.output_count() && elements; ++i) {
    const auto& y = c.output(i).type.shape;
    if (!y || y->size() != 1 || !(*y)[0].is_number()) return;
    const auto n = static_cast<std::size_t>((*y)[0].number());
    if (n > elements->size() - at) return;
    const auto begin = elements->begin() + static_cast<std::ptrdiff_t>(at);
    c.set_output_elements(i, {begin, begin + static_cast<std::ptrdiff_t>(n)});
    at += n;
  }
}

void infer(ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  const auto given = ops::known_ints(c, 1);
  for (std::size_t i = 0; i < c.output_count(); ++i) {
    std::optional<SymShape> y;
    if (x != nullptr) {
      const auto axis = static_cast<std::size_t>(c.attr_axis("axis", x->size()));
      y = *x;
      const Dim& size = (*x)[axis];
      if (given && size.is_number()) {
        (*y)[axis] = parts_of(c, size.number(), c.output_count(), *given)[i];
      } else if (given && i < given->size()) {
        (*y)[axis] = (*given)[i];
      } else if (given && given->empty()) {
        (*y)[axis] = equal_part(size, static_cast<std::int64_t>(c.output_count()));
      } else {
        (*y)[axis] = Dim::unknown();
      }
    }
    c.set_output(i, c.input_dtype(0), y);
  }
  propagate(c);
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const auto axis = static_cast<std::size_t>(call.attr_axis("axis", x.rank()));
  const auto parts = parts_of(call, x.dim(axis), call.output_count(),
                              call.has_input(1) ? call.input(1).to_ints() : Shape{});
  const Shape strides = strides_of(x.shape());
  std::int64_t base = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    Shape shape = x.shape();
    shape[axis] = parts[i];
    std::vector<std::int64_t> index(static_cast<std::size_t>(element_count(shape)));
    ops::StridedWalk walk(shape, strides);
    for (std::int64_t& at : index) {
      at = base + walk.offset();
      walk.next();
    }
    base += parts[i] * strides[axis];
    if (call.wants_output(i)) call.set_output(i, ops::gather_elements(x, shape, index));
  }
}

void gradient(GradientContext& g) {
  std::vector<Value*> parts;
  for (std::size_t i = 0; i < g.node().outputs().size(); ++i) {
    if (g.y(i) == nullptr)
      g.refuse(cat("output ", i, " is omitted, so that its size is not known"));
    parts.push_back(g.dy(i) != nullptr ? g.dy(i) : g.zeros_like(g.y(i)));
  }
  g.set_dx(0, g.op("Concat", parts, {{"axis", g.attr_int("axis")}}));
}

}  // namespace

/// Cuts x into parts along `axis`: of the sizes `split`, or of equal size (the last may be
/// smaller). Source: ONNX Split, version 18.
OpDefs op_split() {
  return OpDef("Split", 18)
      .input("input", types::kAll)
      .optional_input("split", {ElementKind::i64}, "tensor(int64)")
      .variadic_output("outputs", types::kAll)
      .attribute("axis", std::int64_t{0}, "dimension to cut")
      .optional_attribute("num_outputs", AttributeKind::integer, "number of parts")
      .define(infer, reference, ops::free_of_flops)
      .differentiable(gradient);
}

}  // namespace pare
