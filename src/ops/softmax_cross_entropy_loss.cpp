#include "ops/_loss.hpp"
#include "ops/_softmax.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  ops::class_loss_infer(c);
  c.set_output(1, c.input(0));
}

void reference(OpCall& call) {
  const Tensor& scores = call.input(0);
  if (scores.rank() < 2) call.fail(cat("the scores have shape ", to_string(scores.shape())));
  std::vector<double> log_prob = scores.to_doubles();
  ops::log_softmax(log_prob, scores.shape(), 1);
  ops::class_loss_reference(call, log_prob);
  if (!call.wants_output(1)) return;
  call.set_output(1, ops::from_doubles(log_prob, scores.shape(), scores.type()));
}

Cost cost(const ShapeContext& c) { return ops::per_input(c, 6); }

}  // namespace

/// y = log(softmax(scores)) over the classes, loss[n, d] = -weights[c] * y[n, c, d] with
/// c = labels[n, d], 0 where c is ignore_index; then all of them, their sum, or the sum over the
/// sum of their weights. log_prob is y. Shapes: scores [N, C, D1 .. Dk], labels [N, D1 .. Dk],
/// weights [C] -> output as labels, or [], and log_prob as scores. Errors: Fault::corrupt for a
/// label outside [0, C). Source: ONNX SoftmaxCrossEntropyLoss, version 13.
OpDefs op_softmax_cross_entropy_loss() {
  OpDef def("SoftmaxCrossEntropyLoss", 13);
  def.input("scores", types::kFloat);
  return ops::class_loss_schema(def, "labels", "weights", "output")
      .optional_output("log_prob", types::kFloat)
      .define(infer, reference, cost);
}

}  // namespace pare
