#include "ops/_group_norm.hpp"

namespace pare {
namespace {

void reference(OpCall& call) {
  call.set_output(0, ops::contrib_group_norm(call, call.input(0).to_doubles()));
}

Cost cost(const ShapeContext& c) { return ops::per_output(c, 8); }

}  // namespace

/// Y = f((X - mean) / sqrt(var + epsilon) * gamma[c] + beta[c]), mean and var over the channels of
/// a group and all pixels; f nothing, or x sigmoid(x). Shapes: X [N, H, W, C] (or, with
/// channels_last 0, [N, C, H, W]), gamma, beta [C] -> Y as X. Source: ONNX Runtime,
/// ContribOperators.md, GroupNorm.
OpDefs op_group_norm() {
  OpDef def("com.microsoft", "GroupNorm", 1);
  return ops::contrib_group_norm_schema(def).define(ops::contrib_group_norm_infer, reference, cost);
}

}  // namespace pare
