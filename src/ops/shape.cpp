#include <algorithm>

#include "ops/_elementwise.hpp"

namespace pare {
namespace {

/// First and last + 1 dimension wanted.
std::pair<std::size_t, std::size_t> bounds(const AttributeReader& a, std::size_t rank) {
  const auto r = static_cast<std::int64_t>(rank);
  std::int64_t start = a.attr_int("start");
  std::int64_t end = a.has_attr("end") ? a.attr_int("end") : r;
  if (start < 0) start += r;
  if (end < 0) end += r;
  start = std::clamp<std::int64_t>(start, 0, r);
  end = std::clamp<std::int64_t>(end, start, r);
  return {static_cast<std::size_t>(start), static_cast<std::size_t>(end)};
}

void infer(ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  if (x == nullptr) {
    c.set_output(0, dtype_of(ElementKind::i64), SymShape(1));
    return;
  }
  const auto [start, end] = bounds(c, x->size());
  c.set_output(0, dtype_of(ElementKind::i64), SymShape{static_cast<std::int64_t>(end - start)});
  c.set_output_elements(0, {x->begin() + static_cast<std::ptrdiff_t>(start),
                            x->begin() + static_cast<std::ptrdiff_t>(end)});
}

void reference(OpCall& call) {
  const Shape& s = call.input(0).shape();
  const auto [start, end] = bounds(call, s.size());
  const std::vector<std::int64_t> part(s.begin() + static_cast<std::ptrdiff_t>(start),
                                       s.begin() + static_cast<std::ptrdiff_t>(end));
  call.set_output(0, Tensor::of<std::int64_t>({static_cast<std::int64_t>(part.size())}, part));
}

}  // namespace

/// The sizes of the dimensions start .. end - 1. Source: ONNX Shape, version 25.
OpDefs op_shape() {
  return OpDef("Shape", 25)
      .input("data", types::kAll)
      .output("shape", {ElementKind::i64}, "T1")
      .attribute("start", std::int64_t{0}, "first dimension")
      .optional_attribute("end", AttributeKind::integer, "behind the last dimension")
      .define(infer, reference, ops::free_of_flops);
}

}  // namespace pare
