#pragma once

#include <memory>
#include <string>
#include <vector>

#include "compress/method.hpp"
#include "compress/weights/round_layer.hpp"

namespace pare {

/// A layer of a mix and what each format makes of it.
struct MixedLayer {
  std::string name;
  WeightMatrix w;
  std::vector<CodedWeights> coded;  ///< by format; empty where the layer stays float32
  std::vector<double> error;        ///< by format: relative, of the layer's outputs
  std::vector<double> bits;         ///< by format: per weight, scales included, as stored
};

/// Index of a format for each layer.
using FormatChoice = std::vector<std::size_t>;
/// A number for each layer and format.
using FormatTable = std::vector<std::vector<double>>;

/// The layers of a graph rounded to several formats each, and what a choice among them does to the
/// outputs of the model and to the time it takes.
class LayerMix {
 public:
  /// `formats`: names of number formats of at most 8 bits, or float32. `batches`: how many of the
  /// calibration batches layers are judged by. The graph is not changed and must outlive this.
  /// Errors: Fault::config for unknown formats, Fault::usage without samples.
  LayerMix(const Graph& graph, std::vector<std::string> formats, std::int64_t batches,
           MethodContext& context);

  /// Rounds all layers with at least that many weights whose inputs calibration sees.
  void round(const RoundOptions& how, std::int64_t least_elements,
             const std::vector<std::string>& keep_float);

  [[nodiscard]] const std::vector<MixedLayer>& layers() const noexcept { return layers_; }
  [[nodiscard]] const std::vector<std::string>& formats() const noexcept { return names_; }
  /// Weights of all layers.
  [[nodiscard]] double weights() const noexcept;

  /// A copy of the graph with the layers in the chosen formats.
  [[nodiscard]] std::unique_ptr<Graph> placed(const FormatChoice& choice) const;
  /// Power of what the choice adds to the outputs of the model over the power of the outputs,
  /// measured.
  [[nodiscard]] double noise(const FormatChoice& choice) const;

  /// The same for each layer and format alone: measured with the coarsest format of the layer, in
  /// proportion to the error of the layer's outputs for the others. Runs the model once a layer.
  [[nodiscard]] FormatTable noise_by_measuring() const;
  /// The same to first order, from gradients: with random signs r, the square of the sum over the
  /// weights of (rounded - exact) * d(r' outputs)/d(weight) has the noise as its mean. Runs the
  /// model forward and backward once for all layers. Errors: Fault::unsupported for operators
  /// without a gradient. Source: M. F. Hutchinson 1990 (the estimator); arXiv:1911.03852.
  [[nodiscard]] FormatTable noise_by_gradient() const;
  /// Milliseconds of each layer in each format on the native runtime of this machine; `rest`
  /// becomes those of everything else.
  [[nodiscard]] FormatTable times(double& rest) const;

 private:
  using Outputs = std::vector<std::vector<Tensor>>;  // by batch

  [[nodiscard]] Outputs outputs_of(const Graph& graph) const;
  void tell(const char* stage, const std::string& detail, std::size_t done,
            std::size_t total) const;

  const Graph& graph_;
  std::vector<std::string> names_;
  std::vector<DType> formats_;  // float32 where a layer stays as it is
  MethodContext& context_;
  std::int64_t batches_;
  Outputs exact_;
  std::vector<MixedLayer> layers_;
};

}  // namespace pare
