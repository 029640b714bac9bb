#pragma once

#include <vector>

#include "ops/_numbers.hpp"

namespace pare::ops {

/// Groups of channels of values [N, channels, inner].
struct GroupNorm {
  std::int64_t channels = 1, inner = 1, groups = 1;
  double epsilon = 0;
  std::vector<double> scale, bias;  ///< by channel
};

/// (x - mean) / sqrt(var + epsilon) * scale + bias in place, mean and var over the channels of a
/// group and all that is behind them.
void normalize_groups(std::vector<double>& x, const GroupNorm& norm);

/// What GroupNorm and SkipGroupNorm of ONNX Runtime share. Inputs X [N, spatial, C] (or, with
/// channels_last 0, [N, C, spatial]), gamma and beta [C].
OpDef& contrib_group_norm_schema(OpDef& def);
/// Output 0 as X. Fault::corrupt when the channels do not divide into groups.
void contrib_group_norm_infer(ShapeContext& c);
/// x, of the shape of X, normalised; times its sigmoid with activation 1. Errors: Fault::corrupt
/// for sizes that do not fit.
Tensor contrib_group_norm(const OpCall& call, std::vector<double> x);

}  // namespace pare::ops
