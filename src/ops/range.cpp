#include <cmath>

#include "base/checked.hpp"
#include "ops/_elementwise.hpp"

namespace pare {
namespace {

constexpr TypeSet kTypes = {ElementKind::f32, ElementKind::f64, ElementKind::i16, ElementKind::i32,
                            ElementKind::i64, ElementKind::f16, ElementKind::bf16};

void infer(ShapeContext& c) {
  const auto start = c.input_elements(0);
  const auto limit = c.input_elements(1);
  const auto delta = c.input_ints(2);
  Dim n;
  if (start && limit && delta && start->size() == 1 && limit->size() == 1 && delta->size() == 1 &&
      delta->front() != 0) {
    n = ceil_div(limit->front() - start->front(), delta->front());
    if (n.is_number() && n.number() < 0) n = 0;
  }
  c.set_output(0, c.input_dtype(0), SymShape{n});
  constexpr std::int64_t kMost = 1024;
  if (!n.is_number() || n.number() > kMost) return;
  std::vector<Dim> values;
  for (std::int64_t i = 0; i < n.number(); ++i)
    values.push_back(start->front() + i * delta->front());
  c.set_output_elements(0, std::move(values));
}

void reference(OpCall& call) {
  const DType type = call.input(0).type();
  const bool whole = type.is_integer();
  for (std::size_t i = 0; i < 3; ++i) {
    if (call.input(i).size() != 1) call.fail("start, limit and delta are one value each");
  }
  const double start = call.input(0).to_doubles()[0];
  const double limit = call.input(1).to_doubles()[0];
  const double delta = call.input(2).to_doubles()[0];
  if (delta == 0) call.fail("a step of 0");
  const double n = std::fmax(0, std::ceil((limit - start) / delta));
  if (!(n < 0x1p40)) call.fail("too many values");
  Tensor y(whole ? ElementKind::i64 : ElementKind::f64, {static_cast<std::int64_t>(n)});
  if (whole) {
    const auto out = y.mutable_data<std::int64_t>();
    const std::int64_t first = call.input(0).to_ints()[0];
    const std::int64_t step = call.input(2).to_ints()[0];
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] = checked_add(first, checked_mul(static_cast<std::int64_t>(i), step));
    }
  } else {
    const auto out = y.mutable_data<double>();
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = start + static_cast<double>(i) * delta;
  }
  call.set_output(0, y.cast(type));
}

}  // namespace

/// start, start + delta, ... before limit. Shapes: all [] -> y [n]. Source: ONNX Range, version 11.
OpDefs op_range() {
  return OpDef("Range", 11)
      .input("start", kTypes)
      .input("limit", kTypes)
      .input("delta", kTypes)
      .output("output", kTypes)
      .define(infer, reference, ops::free_of_flops);
}

}  // namespace pare
