#pragma once

#include <vector>

#include "ops/_numbers.hpp"

namespace pare::ops {

/// An optimiser of ai.onnx.preview.training: inputs R (rate), T (count of updates), then groups of
/// tensors: values, gradients, and states; outputs are the new values and the new states.
OpDef optimizer_def(const char* name);

/// One tensor with its gradient and states, and what all tensors share.
struct Optimized {
  double rate = 0;
  std::int64_t count = 0;
  std::vector<double> x, gradient;
  std::vector<std::vector<double>> states;
};

/// Calls step(Optimized&), which replaces x and the states, for every tensor and sets the outputs.
/// Errors: Fault::corrupt for groups or shapes that do not fit.
void optimize(OpCall& call, std::size_t states, void (*step)(const AttributeReader&, Optimized&));

/// Types of the outputs. Fault::corrupt when inputs and outputs do not divide into groups.
void infer_optimized(ShapeContext& c, std::size_t states);
Cost optimizer_cost(const ShapeContext& c);

}  // namespace pare::ops
