#include "ops/_ml.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  const Dim rows = ops::sample_count(c);
  const ops::ClassLabels labels(c, "classlabels_ints", "classlabels_strings");
  c.set_output(0, labels.type(), SymShape{rows});
  c.set_output(1, dtype_of(ElementKind::f32), SymShape{rows, Dim::unknown()});
}

void reference(OpCall& call) {
  const ops::Samples x = ops::read_samples(call);
  const ops::ClassLabels labels(call, "classlabels_ints", "classlabels_strings");
  const ops::LinearModel model(call, x.columns);
  const auto transform = ops::post_transform(call);
  const bool two_of_one = model.outputs() == 1 && labels.size() == 2;
  if (model.outputs() > 1 && model.outputs() != labels.size()) {
    call.fail(cat(model.outputs(), " rows of coefficients for ", labels.size(), " classes"));
  }
  ops::ClassifierOutput output(call, labels, x.rows);
  for (std::int64_t i = 0; i < x.rows; ++i) {
    std::vector<double> scores = model.scores(x.row(i));
    if (two_of_one) scores = {-scores[0], scores[0]};
    std::optional<std::size_t> label;
    if (scores.size() > 1) label = ops::top(scores);
    ops::apply(transform, scores);
    if (scores.size() == 1) {
      const double threshold = transform == ops::PostTransform::none ? 0 : 0.5;
      if (scores[0] >= threshold) label = 0;
    }
    output.write(label, scores);
  }
  output.finish(two_of_one ? 2 : static_cast<std::int64_t>(model.outputs()));
}

}  // namespace

/// Scores s_k = sum_j x_j coefficients[k, j] + intercepts[k]; Y is the class with the greatest
/// score, Z the transformed scores. One row of coefficients for two classes gives the scores -s and
/// s; for one class, the class wins when its transformed score is at least 0 (without transform) or
/// 0.5, else Y is 0 or "". Shapes: X [N, C] or [C] -> Y [N], Z [N, E]. Errors: Fault::corrupt for
/// numbers of coefficients, intercepts and classes that do not fit. Source: ONNX (ai.onnx.ml)
/// LinearClassifier, version 1.
OpDefs op_linear_classifier() {
  using enum AttributeKind;
  return ops::ml_op("LinearClassifier", 1)
      .input("X", ops::kMlNumber)
      .output("Y", ops::kMlLabel, "Y")
      .output("Z", ops::kF32, "Z")
      .optional_attribute("classlabels_ints", integers, "names of the classes")
      .optional_attribute("classlabels_strings", texts, "names of the classes")
      .required_attribute("coefficients", reals, "class by class")
      .optional_attribute("intercepts", reals, "one for each class")
      .attribute("multi_class", std::int64_t{0}, "how it was trained; not used")
      .attribute("post_transform", std::string("NONE"), "of the scores")
      .define(infer, reference, ops::linear_model_cost);
}

}  // namespace pare
