#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/progress.hpp"
#include "compress/histogram.hpp"
#include "ir/op.hpp"

namespace pare {

/// Unlabelled input batches for a model, in the order of its graph inputs.
class BatchSource {
 public:
  virtual ~BatchSource() = default;
  [[nodiscard]] virtual std::int64_t batches() const = 0;
  [[nodiscard]] virtual std::vector<Tensor> get(std::int64_t i) const = 0;
  /// Identifies the samples, for caches.
  [[nodiscard]] virtual std::string fingerprint() const = 0;
};

struct Range {
  float lo = 0;
  float hi = 0;
};

/// What one pass over the calibration samples learnt of one value.
struct ActivationStats {
  Histogram histogram;
  /// Least and greatest value of a batch, averaged over the batches: each moves it by a hundredth
  /// of the way (coefficient 0.01, as PyTorch's observers).
  Range moving;
  /// Mean per index of dimension 1 (dimension last for rank 2 and below): E[x_c].
  std::vector<double> channel_mean;
};
using ActivationTable = std::map<std::string, ActivationStats>;

/// Runs `graph` over the samples and collects statistics of every float value that is read or
/// made by one of `nodes`. Memory: one histogram per value and the activations of one batch,
/// whatever the number of samples. Deterministic for any number of threads. Errors:
/// Fault::corrupt when a value is never finite, Fault::usage without samples.
std::shared_ptr<const ActivationTable> collect_statistics(const Graph& graph, const OpRegistry& ops,
                                                          const BatchSource& samples,
                                                          const ProgressSink& progress);

enum class RangeMethod : std::uint8_t { minmax, percentile, entropy, mse, moving_average, norm };
/// Fault::config listing the names for an unknown one.
RangeMethod parse_range_method(std::string_view name);
/// All names, the ones that `tune` tries first.
const std::vector<std::string>& range_method_names();

/// The range of a value to be covered by `levels` uniform steps. Always contains 0.
/// minmax: everything. moving_average: see ActivationStats. percentile: `percentile` % of the
/// values (both tails equally; one tail for values of one sign). entropy: the threshold on |x| with
/// the least KL divergence between the clipped histogram and its quantized form (TensorRT's method;
/// last minimum wins). mse: least expected squared error over a grid of both ends. norm: the same
/// for |error|^2.4, which clips less (arXiv:2102.05426).
Range choose_range(const ActivationStats& stats, RangeMethod method, int levels, double percentile);

}  // namespace pare
