#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compress/layer_blocks.hpp"
#include "compress/weights/grid.hpp"
#include "ir/op.hpp"

namespace pare {

/// What a block of layers gets and what it should make of it, for one calibration sample.
struct BlockSample {
  std::vector<Tensor> inputs;   ///< as LayerBlock reads them: see block_inputs()
  std::vector<Tensor> targets;  ///< one per output of the block
  std::vector<Tensor>
      weights;  ///< of squared errors, in the shapes of the targets; or empty: all 1
};

struct ReconstructLayer {
  std::string name;
  WeightMatrix w;
  std::vector<CodedWeights> starts;  ///< roundings to begin with; levels and scales of the first
};

struct ReconstructOptions {
  int iterations = 1000;
  std::size_t batch = 16;  ///< samples of a step
  double rate = 0.01;      ///< of Adam
  double rounding = 0.01;  ///< weight of the term that makes roundings hard
  double warm_up = 0.2;    ///< share of the iterations without it
  std::uint64_t seed = 0;
};

struct ReconstructResult {
  std::vector<CodedWeights> coded;  ///< of each layer
  /// Weighted squared error of the block's outputs over the weighted power of the targets: of each
  /// start, of the optimized roundings, and of what was taken.
  std::vector<double> start_errors;
  double optimized_error = 0;
  double error = 0;
  bool optimized = false;  ///< the optimized roundings were taken
};

/// The values from outside that a block reads, in the order of BlockSample::inputs; no constants.
std::vector<const Value*> block_inputs(const LayerBlock& block);

/// Chooses for every weight of the layers of a block the level below or above it so that the
/// outputs of the block come near the targets: soft rounding, Adam on the slopes of the block's
/// error, and a term that makes it hard in the end. Keeps the best of that and of the starts, by
/// the error on all samples. The same result for any number of threads. Errors: Fault::unsupported
/// where an operator has no gradient or an output is not float32. Source: arXiv:2102.05426.
ReconstructResult reconstruct_block(const LayerBlock& block,
                                    const std::vector<ReconstructLayer>& layers,
                                    const std::vector<BlockSample>& samples, const OpRegistry& ops,
                                    const ReconstructOptions& options);

}  // namespace pare
