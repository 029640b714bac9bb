#include "ops/_ml.hpp"

namespace pare {
namespace {

std::int64_t target_count(const AttributeReader& a) {
  const std::int64_t targets = a.attr_int("targets");
  const auto values = static_cast<std::int64_t>(a.attr_floats("coefficients").size());
  if (targets < 1 || targets > values) {
    a.fail(cat(values, " coefficients for ", targets, " targets"));
  }
  return targets;
}

void infer(ShapeContext& c) {
  c.set_output(0, dtype_of(ElementKind::f32), SymShape{ops::sample_count(c), target_count(c)});
}

void reference(OpCall& call) {
  const ops::Samples x = ops::read_samples(call);
  const std::int64_t targets = target_count(call);
  const ops::LinearModel model(call, x.columns);
  if (model.outputs() != static_cast<std::size_t>(targets)) {
    call.fail(cat("coefficients for ", model.outputs(), " targets of ", x.columns,
                  " columns, want ", targets));
  }
  const auto transform = ops::post_transform(call);
  std::vector<float> y;
  for (std::int64_t i = 0; i < x.rows; ++i) {
    std::vector<double> scores = model.scores(x.row(i));
    ops::apply(transform, scores);
    for (const double s : scores) y.push_back(static_cast<float>(s));
  }
  call.set_output(0, Tensor::of<float>({x.rows, targets}, y));
}

}  // namespace

/// y_k = sum_j x_j coefficients[k, j] + intercepts[k], transformed. Shapes: X [N, C] or [C] ->
/// Y [N, targets]. Errors: Fault::corrupt for numbers of coefficients and intercepts that do not
/// fit. Source: ONNX (ai.onnx.ml) LinearRegressor, version 1.
OpDefs op_linear_regressor() {
  using enum AttributeKind;
  return ops::ml_op("LinearRegressor", 1)
      .input("X", ops::kMlNumber)
      .output("Y", ops::kF32, "Y")
      .optional_attribute("coefficients", reals, "target by target")
      .optional_attribute("intercepts", reals, "one for each target")
      .attribute("targets", std::int64_t{1}, "number of targets")
      .attribute("post_transform", std::string("NONE"), "of the scores")
      .define(infer, reference, ops::linear_model_cost);
}

}  // namespace pare
