#include "ops/_loss.hpp"

namespace pare {
namespace {

void reference(OpCall& call) { ops::class_loss_reference(call, call.input(0).to_doubles()); }

Cost cost(const ShapeContext& c) {
  return {.flops = 2 * ops::value_count(c.input(1)), .bytes = ops::traffic_bytes(c)};
}

}  // namespace

/// loss[n, d] = -weight[c] * input[n, c, d] with c = target[n, d], 0 where c is ignore_index; then
/// all of them, their sum, or the sum over the sum of their weights. Shapes: input [N, C, D1 ..
/// Dk], target [N, D1 .. Dk], weight [C] -> loss as target, or []. Errors: Fault::corrupt for a
/// target outside [0, C). Source: ONNX NegativeLogLikelihoodLoss, version 22.
OpDefs op_negative_log_likelihood_loss() {
  OpDef def("NegativeLogLikelihoodLoss", 22);
  def.input("input", types::kFloat);
  return ops::class_loss_schema(def, "target", "weight", "loss")
      .define(ops::class_loss_infer, reference, cost);
}

}  // namespace pare
