#include <array>

#include "ops/_svm.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  c.set_output(0, dtype_of(ElementKind::f32), SymShape{ops::sample_count(c), 1});
}

void reference(OpCall& call) {
  const ops::Samples x = ops::read_samples(call);
  const std::int64_t vectors = call.attr_int("n_supports");
  if (vectors < 0) call.fail(cat(vectors, " support vectors"));
  const ops::Svm svm(call, vectors, x.columns);
  const std::int64_t wanted = vectors > 0 ? vectors : x.columns;
  if (static_cast<std::int64_t>(svm.coefficients().size()) != wanted) {
    call.fail(cat(svm.coefficients().size(), " coefficients, want ", wanted));
  }
  const auto transform = ops::post_transform(call);
  const bool one_class = call.attr_int("one_class") != 0;
  std::vector<float> y;
  for (std::int64_t i = 0; i < x.rows; ++i) {
    const std::span<const double> row = x.row(i);
    const double sum = vectors > 0 ? ops::dot(svm.coefficients(), svm.kernels(row))
                                   : ops::dot(svm.coefficients(), row);
    std::array<double, 1> score = {sum + svm.rho()[0]};
    if (one_class) score[0] = score[0] > 0 ? 1 : -1;
    ops::apply(transform, score);
    y.push_back(static_cast<float>(score[0]));
  }
  call.set_output(0, Tensor::of<float>({x.rows, 1}, y));
}

}  // namespace

/// y = sum_v coefficients[v] K(x, v) + rho over the support vectors, or x.coefficients + rho
/// without support vectors; for one class 1 where that is positive, else -1. Transformed. Shapes: X
/// [N, C] or [C] -> Y [N, 1]. Errors: Fault::corrupt for lists that do not fit. Source: ONNX
/// (ai.onnx.ml) SVMRegressor, version 1.
OpDefs op_svm_regressor() {
  OpDef def = ops::ml_op("SVMRegressor", 1);
  def.input("X", ops::kMlNumber)
      .output("Y", ops::kF32, "Y")
      .attribute("n_supports", std::int64_t{0}, "number of support vectors")
      .attribute("one_class", std::int64_t{0}, "1: says only on which side x lies");
  return ops::svm_attributes(def).define(infer, reference, ops::svm_cost);
}

}  // namespace pare
