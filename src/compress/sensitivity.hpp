#pragma once

#include <string>
#include <vector>

#include "compress/static_int8.hpp"

namespace pare {

/// What quantizing one layer does to the outputs of the whole model.
struct LayerSensitivity {
  std::string node;
  std::string op;
  std::int64_t weights = 0;  ///< elements
  double alone_db = 0;       ///< output SQNR when only this layer is integer
  double left_float_db = 0;  ///< output SQNR when all but this layer are integer
};

struct SensitivityResult {
  std::vector<LayerSensitivity> layers;  ///< in execution order
  double all_db = 0;                     ///< output SQNR when all layers are integer
  /// Names from the most to the least harmful: by how much leaving the layer float raises the
  /// output SQNR over all_db, then by alone_db.
  [[nodiscard]] std::vector<std::string> most_sensitive_first() const;
};

/// Measures each candidate of quantize_static_int8 both ways against the float outputs on
/// `samples`. Runs the native runtime 2 * layers + 2 times over the samples.
SensitivityResult measure_sensitivity(const Graph& graph, const OpRegistry& ops,
                                      const ActivationTable& stats, const StaticInt8& options,
                                      const TargetRules& rules, const BatchSource& samples,
                                      const ProgressSink& progress);

}  // namespace pare
