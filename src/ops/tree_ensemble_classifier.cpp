#include <algorithm>

#include "ops/_trees.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  const ops::ClassLabels labels(c, "classlabels_int64s", "classlabels_strings");
  const Dim rows = ops::sample_count(c);
  c.set_output(0, labels.type(), SymShape{rows});
  c.set_output(1, dtype_of(ElementKind::f32),
               SymShape{rows, static_cast<std::int64_t>(labels.size())});
}

/// How the score of the one class that has votes decides between two.
struct OneScore {
  bool probability = false;  ///< no vote is negative: the score is a probability, not a margin
  double base = 0;
};

/// One score s for two classes: scores 1 - s and s when it is a probability, else -s and s.
std::size_t decide(const OneScore& one, ops::PostTransform transform, double sum,
                   std::vector<double>& scores) {
  const double s = sum + one.base;
  const bool plain =
      transform == ops::PostTransform::none || transform == ops::PostTransform::probit;
  const bool probability = plain && one.probability;
  scores = {probability ? 1 - s : -s, s};
  return s > (probability ? 0.5 : 0.0) ? 1 : 0;
}

void reference(OpCall& call) {
  const ops::Samples x = ops::read_samples(call);
  const ops::ClassLabels labels(call, "classlabels_int64s", "classlabels_strings");
  const std::size_t classes = labels.size();
  const ops::Forest forest = ops::read_forest(call, "class", static_cast<std::int64_t>(classes));
  forest.check(call, x.columns);
  const auto transform = ops::post_transform(call);
  const std::vector<double> base = ops::weights_of(call, "base_values");
  const std::vector<double> weights = ops::weights_of(call, "class_weights");
  const std::vector<std::int64_t> ids = call.attr_ints("class_ids");
  const bool one_voted =
      std::adjacent_find(ids.begin(), ids.end(), std::not_equal_to<>()) == ids.end();
  const bool binary = classes == 2 && one_voted && !ids.empty();
  if (!base.empty() && base.size() != classes && !(binary && base.size() == 1)) {
    call.fail(cat(base.size(), " base values for ", classes, " classes"));
  }
  const bool positive =
      std::all_of(weights.begin(), weights.end(), [](double w) { return w >= 0; });
  const OneScore one{positive, base.empty() ? 0 : base.back()};
  ops::ClassifierOutput output(call, labels, x.rows);
  for (std::int64_t i = 0; i < x.rows; ++i) {
    std::vector<double> scores = ops::aggregate(forest, ops::TreeAggregate::sum, classes, x.row(i));
    std::optional<std::size_t> label;
    if (binary) {
      label = decide(one, transform, scores[static_cast<std::size_t>(ids[0])], scores);
    } else {
      for (std::size_t k = 0; k < base.size(); ++k) scores[k] += base[k];
      if (classes > 1) {
        label = ops::top(scores);
      } else if (scores[0] > (positive ? 0.5 : 0.0)) {
        label = 0;
      }
    }
    ops::apply(transform, scores);
    output.write(label, scores);
  }
  output.finish(static_cast<std::int64_t>(classes));
}

}  // namespace

/// Sums the votes of the leaves that the trees find for each class, plus base_values; Y is the
/// class with the greatest sum, Z the transformed sums. Two classes of which only one ever gets
/// votes have one score s: it is a margin (Y is the second class when s > 0, Z comes from -s and
/// s), or, without a transform and without negative votes, a probability (s > 0.5; 1 - s and s).
/// A single class wins by the same thresholds, else Y is 0 or "". Shapes: X [N, F] or [F] ->
/// Y [N], Z [N, E]. Errors as TreeEnsembleRegressor. Source: ONNX (ai.onnx.ml)
/// TreeEnsembleClassifier, version 3; the rule for one score is that of ONNX Runtime.
OpDefs op_tree_ensemble_classifier() {
  OpDef def = ops::ml_op("TreeEnsembleClassifier", 3);
  def.input("X", ops::kMlNumber)
      .output("Y", ops::kMlLabel, "Y")
      .output("Z", ops::kF32, "Z")
      .optional_attribute("classlabels_int64s", AttributeKind::integers, "names of the classes")
      .optional_attribute("classlabels_strings", AttributeKind::texts, "names of the classes");
  return ops::forest_attributes(def, "class").define(infer, reference, ops::forest_cost);
}

}  // namespace pare
