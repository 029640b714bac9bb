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

/// What one pass over the calibration samples learnt of one value.
struct ActivationStats {
  Histogram histogram;
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

enum class RangeMethod : std::uint8_t { minmax, percentile, entropy, mse };
/// Fault::config listing the names for an unknown one.
RangeMethod parse_range_method(std::string_view name);

struct Range {
  float lo = 0;
  float hi = 0;
};

/// The range of `h` to be covered by `levels` uniform steps. Always contains 0.
/// minmax: everything. percentile: `percentile` % of the values (both tails equally; one tail for
/// values of one sign). entropy: the threshold on |x| with the least KL divergence between the
/// clipped histogram and its quantized form (TensorRT's method; last minimum wins). mse: least
/// expected squared error over a grid of both ends.
Range choose_range(const Histogram& h, RangeMethod method, int levels, double percentile);

}  // namespace pare
