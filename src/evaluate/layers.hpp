#pragma once

#include <string>
#include <vector>

#include "base/progress.hpp"
#include "evaluate/fidelity.hpp"
#include "ir/op.hpp"

namespace pare {

/// How close one value is in two graphs.
struct LayerFidelity {
  std::string value;
  std::string node;  ///< label of its producer in the reference graph
  Fidelity fidelity;
};

struct LayerOptions {
  int threads = 0;
  /// Values kept at once; more values are compared in further runs, so that memory stays bounded.
  std::size_t values_per_pass = 64;
  ProgressSink progress;
};

/// Compares every float value that nodes of both graphs make under the same name, in execution
/// order of `reference`, over the given batches of inputs. Values whose shapes differ, and those
/// that a plan never computes (folded constants), are left out. Uses the native runtime.
std::vector<LayerFidelity> compare_layers(const Graph& reference, const Graph& other,
                                          const OpRegistry& ops,
                                          const std::vector<std::vector<Tensor>>& batches,
                                          const LayerOptions& options);

}  // namespace pare
