#include "passes/_quantized.hpp"
#include "passes/_rewrite.hpp"

namespace pare {
namespace {

Verdict match(const Node& n, const PassContext& /*context*/) {
  if (!n.is("QuantizeLinear")) return not_mine();
  const Node* inner = passes::made_by(n.input(0), "DequantizeLinear");
  if (inner == nullptr) return not_mine();
  if (!passes::same_quantization(*inner, n)) return refuse("scale or zero point differ");
  const Value* stored = inner->input(0);
  if (stored->dtype() != n.output()->dtype()) return refuse("the integer types differ");
  if (!passes::can_bypass(n, *stored)) return refuse("the result is an output of the graph");
  return accept();
}

void rewrite(Node& n, PassContext& /*context*/) {
  passes::bypass(n, n.input(0)->producer()->input(0));
}

}  // namespace

/// Before: r = QuantizeLinear(DequantizeLinear(q, s, z), s, z)      After: readers of r read q
/// Refuses: scales, zero points, axes or integer types that differ; r as output of the graph when
/// q cannot take its name.
/// Keeps: every bit.
PassDef pass_remove_requantize() {
  return {.name = "remove_requantize",
          .what = "drops quantizing back to the same integers",
          .stage = 18,
          .match = match,
          .rewrite = rewrite};
}

}  // namespace pare
