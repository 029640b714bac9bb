#include "ops/_running.hpp"

namespace pare {
namespace {

constexpr TypeSet kNumbers =
    types::kFloat | TypeSet{ElementKind::i32, ElementKind::i64, ElementKind::u32, ElementKind::u64};

void reference(OpCall& call) {
  ops::running_reference(call, 1, [](auto a, auto b) { return a * b; });
}

}  // namespace

/// Running product along one axis: forwards or backwards, with or without the element itself.
/// Shapes: x any, axis [] -> y as x. Source: ONNX CumProd, version 26.
OpDefs op_cum_prod() {
  return OpDef("CumProd", 26)
      .input("x", kNumbers)
      .input("axis", types::kIndex, "T2")
      .output("y", kNumbers)
      .attribute("exclusive", std::int64_t{0}, "1: products end before the element")
      .attribute("reverse", std::int64_t{0}, "1: products start at the end")
      .define(ops::same_as_input, reference, ops::one_flop);
}

}  // namespace pare
