#pragma once

#include <map>
#include <string>
#include <vector>

#include "compress/calibrate.hpp"

namespace pare {

/// What calibration learnt of the input of one layer, as its products see it: column c of the
/// weight matrix is multiplied by x_c. Columns of convolutions are (channel, kernel position).
struct LayerInputs {
  std::int64_t groups = 1;      ///< of a convolution; each has its own columns
  std::int64_t columns = 0;     ///< of a group
  std::int64_t samples = 0;     ///< rows of products that were looked at
  std::vector<double> moments;  ///< E[x x'] [groups, columns, columns]
  std::vector<float> amax;      ///< greatest |x| [groups, columns]
  std::vector<float> mean_abs;  ///< [groups, columns]

  [[nodiscard]] std::span<const double> moments_of(std::int64_t group) const noexcept {
    const auto size = static_cast<std::size_t>(columns * columns);
    return std::span(moments).subspan(static_cast<std::size_t>(group) * size, size);
  }
};

struct LayerInputOptions {
  /// Rows of products to look at for each layer, spread evenly over samples and positions; at least
  /// four times the columns are taken where there are so many.
  std::int64_t rows = 4096;
  std::size_t memory_bytes = std::size_t{1} << 30;  ///< of all moments collected in one pass
};

/// Runs `graph` over the samples and collects the inputs of the named Conv (one and two spatial
/// dimensions), Gemm and MatMul nodes; layers of other forms are left out of the result. Layers
/// whose moments do not fit the memory together are collected in several passes. The same result
/// for any number of threads. Errors: Fault::usage without samples.
std::map<std::string, LayerInputs> collect_layer_inputs(const Graph& graph, const OpRegistry& ops,
                                                        const BatchSource& samples,
                                                        const std::vector<std::string>& layers,
                                                        const ProgressSink& progress,
                                                        const LayerInputOptions& options = {});

}  // namespace pare
