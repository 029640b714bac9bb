#pragma once

#include <string>
#include <vector>

#include "compress/layer_inputs.hpp"
#include "compress/weights/grid.hpp"

namespace pare {

/// How the weights of a layer are rounded to a format.
struct RoundOptions {
  std::string method = "mse";         ///< one of round_method_names()
  std::int64_t group = 0;             ///< columns that share a scale; 0 = the row
  bool per_tensor = false;            ///< one scale for all
  bool symmetric = true;              ///< whole numbers: no zero points
  bool act_order = true;              ///< gptq
  double damping = 0.01;              ///< gptq
  std::int64_t iterations = 1000;     ///< adaround
  bool static_groups = false;         ///< gptq without act_order: scales of groups beforehand
  std::string extreme = "half_step";  ///< symmetric: one of extreme_names()
  double power = 2;                   ///< of the errors that a search of scales sums up
};

/// Names of the methods, for options: rtn, mse, imatrix, clip, gptq, adaround, hqq.
const std::vector<std::string>& round_method_names();
/// Names of the values of Extreme, for options.
const std::vector<std::string>& extreme_names();
/// Whether the method needs the inputs of a layer.
bool uses_inputs(const std::string& method);
/// The format of that name. Fault::config when there is none.
DType weight_format(const std::string& name);

/// The grid of `format` under these options, for weights of that many columns. Errors:
/// Fault::config for options that exclude each other, formats without a list of values.
WeightGrid grid_for(const RoundOptions& options, DType format, std::int64_t columns);

/// The weights of a layer rounded to `format`, each group of a convolution by its own inputs.
/// `inputs` may be nullptr: then methods that need them round to nearest, and say so in `notes`.
/// Errors: those of grid_for.
CodedWeights round_layer(const WeightMatrix& w, const RoundOptions& options, DType format,
                         const LayerInputs* inputs, std::vector<std::string>& notes);

/// Power of what rounding adds to the outputs over the power of the outputs, for the inputs that
/// calibration saw; the mean over groups.
double relative_output_error(const WeightMatrix& w, const WeightMatrix& rounded,
                             const LayerInputs& inputs);
/// Signal-to-noise ratio of the weights themselves in dB; 300 when they are equal.
double weight_sqnr_db(const WeightMatrix& w, const WeightMatrix& rounded);

}  // namespace pare
