#pragma once

#include <cstdint>
#include <vector>

namespace pare {

/// One dimension of a linear resampling: output i = sum over k of weight(k, i) * input[index(k,
/// i)]. Every output has `count` taps; those it does not need have weight 0.
struct ResampleTaps {
  std::int64_t in = 1;
  std::int64_t out = 1;
  std::int64_t count = 1;
  std::vector<std::int32_t> index;  ///< [count, out]
  std::vector<float> weight;        ///< [count, out]

  /// From a dense matrix [in, out], row-major.
  static ResampleTaps from_matrix(const std::vector<double>& matrix, std::int64_t in,
                                  std::int64_t out);
};

/// x [outer, H, W, inner] -> y [outer, H', W', inner], dimension by dimension.
class Resample {
 public:
  Resample(std::int64_t outer, std::int64_t inner, ResampleTaps rows, ResampleTaps columns);
  void run(const float* x, float* y) const;

 private:
  const float* blend_rows(const float* plane, std::int64_t row, std::vector<float>& line) const;
  void blend_columns(const float* line, float* out) const;

  std::int64_t outer_;
  std::int64_t inner_;
  ResampleTaps rows_;
  ResampleTaps columns_;
};

}  // namespace pare
