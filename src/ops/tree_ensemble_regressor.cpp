#include <array>

#include "ops/_trees.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  c.set_output(0, dtype_of(ElementKind::f32), SymShape{ops::sample_count(c), ops::target_count(c)});
}

void reference(OpCall& call) {
  constexpr std::array<std::string_view, 4> kWords = {"AVERAGE", "SUM", "MIN", "MAX"};
  const auto how =
      static_cast<ops::TreeAggregate>(ops::attr_word(call, "aggregate_function", kWords));
  const ops::Samples x = ops::read_samples(call);
  const std::int64_t targets = ops::target_count(call);
  const ops::Forest forest = ops::read_forest(call, "target", targets);
  forest.check(call, x.columns);
  const auto transform = ops::post_transform(call);
  const auto width = static_cast<std::size_t>(targets);
  const std::vector<double> base = ops::weights_of(call, "base_values");
  if (!base.empty() && base.size() != 1 && base.size() != width) {
    call.fail(cat(base.size(), " base values for ", width, " targets"));
  }
  const auto out =
      call.make_output(0, dtype_of(ElementKind::f32), {x.rows, targets}).mutable_data<float>();
  for (std::int64_t i = 0; i < x.rows; ++i) {
    std::vector<double> scores = ops::aggregate(forest, how, width, x.row(i));
    for (std::size_t k = 0; k < width && !base.empty(); ++k) {
      scores[k] += base[base.size() == 1 ? 0 : k];
    }
    ops::apply(transform, scores);
    for (std::size_t k = 0; k < width; ++k) {
      out[static_cast<std::size_t>(i) * width + k] = static_cast<float>(scores[k]);
    }
  }
}

}  // namespace

/// For each target the sum (or average over the trees, least, greatest) of the votes of the leaves
/// that the trees find, plus base_values, transformed. A node compares one column with its value;
/// NaN goes where nodes_missing_value_tracks_true says. The first node of a tree is its root.
/// Shapes: x [N, F] or [F] -> y [N, n_targets]. Errors: Fault::corrupt for trees that lead outside
/// or back into themselves. Source: ONNX (ai.onnx.ml) TreeEnsembleRegressor, version 3.
OpDefs op_tree_ensemble_regressor() {
  OpDef def = ops::ml_op("TreeEnsembleRegressor", 3);
  def.input("X", ops::kMlNumber)
      .output("Y", ops::kF32, "Y")
      .attribute("aggregate_function", std::string("SUM"), "AVERAGE, SUM, MIN or MAX")
      .attribute("n_targets", std::int64_t{1}, "number of targets");
  return ops::forest_attributes(def, "target").define(infer, reference, ops::forest_cost);
}

}  // namespace pare
