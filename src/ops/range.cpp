#include <cmath>

#include "base/checked.hpp"
#include "ops/_elementwise.hpp"

namespace pare {
namespace {

constexpr TypeSet kTypes = {ElementKind::f32, ElementKind::f64, ElementKind::i16, ElementKind::i32,
                            ElementKind::i64, ElementKind::f16, ElementKind::bf16};
constexpr std::uint64_t kMost = std::uint64_t{1} << 40;  // values

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
  constexpr std::int64_t kMostKnown = 1024;
  if (!n.is_number() || n.number() > kMostKnown) return;
  std::vector<Dim> values;
  for (std::int64_t i = 0; i < n.number(); ++i)
    values.push_back(start->front() + i * delta->front());
  c.set_output_elements(0, std::move(values));
}

/// Number of steps from start to before limit. With delta < 0 the mirror image counts.
std::uint64_t steps(std::int64_t start, std::int64_t limit, std::int64_t delta) {
  if (delta > 0 ? start >= limit : start <= limit) return 0;
  const auto bits = [](std::int64_t v) { return static_cast<std::uint64_t>(v); };
  const std::uint64_t way = delta > 0 ? bits(limit) - bits(start) : bits(start) - bits(limit);
  const std::uint64_t step = delta > 0 ? bits(delta) : 0 - bits(delta);
  return (way - 1) / step + 1;
}

Tensor whole_numbers(const OpCall& call) {
  const std::int64_t start = call.input(0).to_ints()[0];
  const std::int64_t delta = call.input(2).to_ints()[0];
  if (delta == 0) call.fail("a step of 0");
  const std::uint64_t n = steps(start, call.input(1).to_ints()[0], delta);
  if (n >= kMost) call.fail("too many values");
  Tensor y(ElementKind::i64, {static_cast<std::int64_t>(n)});
  const auto out = y.mutable_data<std::int64_t>();
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = checked_add(start, checked_mul(static_cast<std::int64_t>(i), delta));
  }
  return y;
}

void reference(OpCall& call) {
  const DType type = call.input(0).type();
  for (std::size_t i = 0; i < 3; ++i) {
    if (call.input(i).size() != 1) call.fail("start, limit and delta are one value each");
  }
  if (type.is_integer()) {
    call.set_output(0, whole_numbers(call).cast(type));
    return;
  }
  const double start = call.input(0).to_doubles()[0];
  const double limit = call.input(1).to_doubles()[0];
  const double delta = call.input(2).to_doubles()[0];
  if (delta == 0) call.fail("a step of 0");
  const double n = std::fmax(0, std::ceil((limit - start) / delta));
  if (!(n < static_cast<double>(kMost))) call.fail("too many values");
  Tensor y(ElementKind::f64, {static_cast<std::int64_t>(n)});
  const auto out = y.mutable_data<double>();
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = start + static_cast<double>(i) * delta;
  call.set_output(0, y.cast(type));
}

}  // namespace

/// start, start + delta, ... before limit; floats in double, which is finer than any `stash_type`
/// asks for. Shapes: all [] -> y [n]. Source: ONNX Range, version 27.
OpDefs op_range() {
  return OpDef("Range", 27)
      .input("start", kTypes)
      .input("limit", kTypes)
      .input("delta", kTypes)
      .output("output", kTypes)
      .attribute("stash_type", std::int64_t{1}, "16-bit floats: type of the arithmetic")
      .define(infer, reference, ops::free_of_flops);
}

}  // namespace pare
