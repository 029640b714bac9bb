#pragma once

// The up-conversion table and the functions in it.

#include <span>
#include <string_view>

#include "formats/onnx/rewriter.hpp"

namespace pare::onnx {

/// The form of `op` changed in operator set `until`: `rewrite` turns a node of an older set into
/// the form of that set (or of the newest one, when it becomes another operator). "*" = any
/// operator.
struct UpgradeRow {
  std::string_view op;
  std::int64_t until;
  Refusal (*rewrite)(Rewriter&);
};

/// All changes of form from kOldestOpset on, those of one operator in order of versions.
std::span<const UpgradeRow> upgrade_table();

namespace up {

// upgrade_inputs.cpp: attributes that became inputs, renamed attributes and operators
Refusal axes_to_input(Rewriter& r);
Refusal cast_type(Rewriter& r);
Refusal clip_bounds(Rewriter& r);
Refusal dft_axis(Rewriter& r);
Refusal drop_consumed_inputs(Rewriter& r);
Refusal grid_sample_mode(Rewriter& r);
Refusal pad_amounts(Rewriter& r);
Refusal recurrent_sequence(Rewriter& r);
Refusal reshape_shape(Rewriter& r);
Refusal roi_align_mode(Rewriter& r);
Refusal scatter(Rewriter& r);
Refusal slice_ranges(Rewriter& r);
Refusal split_sizes(Rewriter& r);
Refusal split_count(Rewriter& r);
Refusal top_k(Rewriter& r);
// upgrade_meaning.cpp: same attributes, other meaning
Refusal gemm_broadcast(Rewriter& r);
Refusal limited_broadcast(Rewriter& r);
Refusal slope_per_channel(Rewriter& r);
Refusal softmax_of_rows(Rewriter& r);
Refusal batched_scan(Rewriter& r);
// upgrade_ml.cpp
Refusal label_classes(Rewriter& r);
// upgrade_normalization.cpp
Refusal batch_normalization_mode(Rewriter& r);
Refusal batch_normalization_spatial(Rewriter& r);
Refusal batch_normalization_outputs(Rewriter& r);
Refusal dropout_mode(Rewriter& r);
Refusal dropout_mask(Rewriter& r);
Refusal dropout_inputs(Rewriter& r);
Refusal group_scales(Rewriter& r);
Refusal mean_variance(Rewriter& r);
// upgrade_resize.cpp
Refusal upsample(Rewriter& r);
Refusal resize_scales(Rewriter& r);
Refusal resize_empty_inputs(Rewriter& r);

}  // namespace up
}  // namespace pare::onnx
