#pragma once

// The down-conversion tables and the functions in them.

#include <span>
#include <string_view>

#include "formats/onnx/rewriter.hpp"

namespace pare::onnx {

/// The form of `op` changed in operator set `below`: `rewrite` turns a node of that set into the
/// form of the set before, or refuses and changes nothing.
struct DowngradeRow {
  std::string_view op;
  std::int64_t below;
  Refusal (*rewrite)(Rewriter&);
};

/// Other forms of the same operator, and old names of it: least_opset() counts on them.
std::span<const DowngradeRow> downgrade_forms();
/// Simpler operators in place of one that the older set lacks: used when a set is asked for.
std::span<const DowngradeRow> downgrade_parts();

/// An attribute that came with operator set `since`. Older sets mean `number` (every element of a
/// list) or `text`: a node with that value loses the attribute, any other value needs `since`.
struct NewAttribute {
  std::string_view op;
  std::int64_t since;
  std::string_view name;
  std::int64_t number = 0;
  std::string_view text = {};
};
std::span<const NewAttribute> new_attributes();

namespace down {

// downgrade_inputs.cpp: inputs that were attributes
Refusal axes_to_attribute(Rewriter& r);
Refusal clip_bounds(Rewriter& r);
Refusal dft_axis(Rewriter& r);
Refusal dropout_inputs(Rewriter& r);
Refusal dropout_mode(Rewriter& r);
Refusal pad_axes(Rewriter& r);
Refusal pad_attributes(Rewriter& r);
Refusal slice_attributes(Rewriter& r);
Refusal split_count(Rewriter& r);
Refusal split_sizes(Rewriter& r);
Refusal top_k_count(Rewriter& r);
// downgrade_limits.cpp: what older forms could not say
Refusal axes_from_front(Rewriter& r);
Refusal axis_from_front(Rewriter& r);
Refusal batch_normalization_mode(Rewriter& r);
Refusal equal_shapes(Rewriter& r);
Refusal gather_indices(Rewriter& r);
Refusal gemm_bias(Rewriter& r);
Refusal gemm_broadcast(Rewriter& r);
Refusal grid_sample_mode(Rewriter& r);
Refusal limited_broadcast(Rewriter& r);
Refusal max_pool_indices(Rewriter& r);
Refusal one_hot(Rewriter& r);
Refusal pad_wrap(Rewriter& r);
Refusal pow_types(Rewriter& r);
Refusal dequantized_type(Rewriter& r);
Refusal quantized_type(Rewriter& r);
Refusal quantized_per_tensor(Rewriter& r);
Refusal recurrent_sequence(Rewriter& r);
Refusal reshape_zeros(Rewriter& r);
Refusal roi_align_mode(Rewriter& r);
Refusal scales_per_group(Rewriter& r);
Refusal scatter(Rewriter& r);
Refusal scatter_reduction(Rewriter& r);
Refusal slice_axes(Rewriter& r);
Refusal slope_per_channel(Rewriter& r);
Refusal softmax_of_rows(Rewriter& r);
Refusal top_k_order(Rewriter& r);
// downgrade_resize.cpp
Refusal resize_symmetric(Rewriter& r);
Refusal resize_axes(Rewriter& r);
Refusal resize_empty_inputs(Rewriter& r);
Refusal resize_scales(Rewriter& r);
Refusal resize_to_upsample(Rewriter& r);
Refusal upsample_attribute(Rewriter& r);
Refusal upsample_sizes(Rewriter& r);
// downgrade_parts.cpp: operators made of others
Refusal cast_like(Rewriter& r);
Refusal celu(Rewriter& r);
Refusal clip(Rewriter& r);
Refusal gelu(Rewriter& r);
Refusal greater_or_equal(Rewriter& r);
Refusal group_normalization(Rewriter& r);
Refusal hard_swish(Rewriter& r);
Refusal layer_normalization(Rewriter& r);
Refusal less_or_equal(Rewriter& r);
Refusal mish(Rewriter& r);
Refusal rms_normalization(Rewriter& r);
Refusal shape_range(Rewriter& r);
Refusal softmax_of_axis(Rewriter& r);
Refusal swi_glu(Rewriter& r);
Refusal swish(Rewriter& r);

}  // namespace down
}  // namespace pare::onnx
