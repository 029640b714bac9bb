#include "base/checked.hpp"
#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

Shape resolve(const OpCall& call, const Shape& from, std::vector<std::int64_t> to) {
  const bool zero_is_zero = call.attr_int("allowzero") != 0;
  std::int64_t known = 1;
  std::optional<std::size_t> open;
  for (std::size_t i = 0; i < to.size(); ++i) {
    if (to[i] == 0 && !zero_is_zero) {
      if (i >= from.size()) call.fail("a 0 in the new shape has no dimension to copy");
      to[i] = from[i];
    }
    if (to[i] == -1) {
      if (open) call.fail("the new shape has two -1");
      open = i;
    } else if (to[i] < 0) {
      call.fail(cat("the new shape has a ", to[i]));
    } else {
      known = checked_mul(known, to[i]);
    }
  }
  const std::int64_t count = element_count(from);
  if (open) {
    if (known == 0 || count % known != 0) {
      call.fail(cat(to_string(from), " does not divide into the new shape"));
    }
    to[*open] = count / known;
  }
  return to;
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  call.set_output(0, x.reshaped(resolve(call, x.shape(), call.input(1).to_ints())));
}

/// Sizes after 0 and -1 are resolved; unknown where that takes an unknown size.
SymShape resolve(const ShapeContext& c, const std::vector<Dim>& to) {
  const SymShape* from = c.input_shape(0);
  SymShape out = to;
  std::optional<std::size_t> open;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (out[i].is(0) && c.attr_int("allowzero") == 0) {
      if (from != nullptr && i >= from->size()) {
        c.fail("a 0 in the new shape has no dimension to copy");
      }
      out[i] = from != nullptr ? (*from)[i] : Dim::unknown();
    } else if (out[i].is(-1)) {
      if (open) c.fail("the new shape has two -1");
      open = i;
    } else if (out[i].is_number() && out[i].number() < 0) {
      c.fail(cat("the new shape has a ", out[i].text()));
    }
  }
  if (!open) return out;
  Dim rest = from != nullptr ? product(*from) : Dim::unknown();
  Dim known = 1;
  // Equal symbols on both sides cancel before the division.
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (i != *open) known = known * out[i];
  }
  out[*open] = floor_div(rest, known);
  return out;
}

void infer(ShapeContext& c) {
  const auto to = c.input_elements(1);
  if (to) {
    c.set_output(0, c.input_dtype(0), resolve(c, *to));
  } else {
    const SymShape* s = c.input_shape(1);
    std::optional<SymShape> shape;
    if (s != nullptr && s->size() == 1 && (*s)[0].is_number()) {
      const std::int64_t rank = (*s)[0].number();
      if (rank < 0 || rank > std::int64_t{kMaxRank}) c.fail(cat("a shape of ", rank, " sizes"));
      shape = SymShape(static_cast<std::size_t>(rank));
    }
    c.set_output(0, c.input_dtype(0), shape);
  }
  auto elements = c.input_elements(0);
  if (elements && to && to->size() <= 1) c.set_output_elements(0, std::move(*elements));
}

}  // namespace

/// The same elements in another shape; 0 copies a size (unless allowzero), -1 takes the rest.
/// Shapes: x any, shape [R] -> y of rank R. Errors: Fault::corrupt when the counts differ. Source:
/// ONNX Reshape, version 25.
OpDefs op_reshape() {
  return OpDef("Reshape", 25)
      .input("data", types::kAll)
      .input("shape", {ElementKind::i64}, "tensor(int64)")
      .output("reshaped", types::kAll)
      .attribute("allowzero", std::int64_t{0}, "1: a 0 is a size")
      .define(infer, reference, ops::free_of_flops)
      .differentiable(ops::reshaped_gradient);
}

}  // namespace pare
