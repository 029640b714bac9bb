#pragma once

#include "ops/_gradient.hpp"
#include "ops/_recurrent.hpp"

namespace pare::ops {

/// What one direction of a recurrent node reads, in the graph.
struct UnrolledCell {
  std::size_t direction = 0;
  Value* r = nullptr;          ///< [G H, H]
  Value* rb = nullptr;         ///< [G H]; nullptr = zeros
  Value* peepholes = nullptr;  ///< [3 H]; nullptr = zeros
  std::vector<ActivationChoice> functions;
};

/// The state of one direction: h and, for LSTM, c; each [B, H].
struct UnrolledState {
  Value* h = nullptr;
  Value* c = nullptr;
};

/// The next state from the sums of the input (W x + Wb, [B, G H]) and the state.
using UnrolledStep = UnrolledState (*)(GradientContext& g, const UnrolledCell& cell, Value* sums,
                                       const UnrolledState& state);

/// Gradient of a recurrent node: the steps are written out as ordinary nodes, and the gradient goes
/// back through them. The number of steps must be known. `names`: functions by default.
void unrolled_gradient(GradientContext& g, const std::vector<std::string>& names,
                       UnrolledStep step);

/// v cut into `parts` equal parts along `axis`.
std::vector<Value*> equal_parts(GradientContext& g, Value* v, std::size_t parts, std::int64_t axis);
/// f(v), with `clip` of v as the node has it.
Value* activate(GradientContext& g, const ActivationChoice& f, Value* v, bool clip = true);
/// v + b; b may be nullptr.
Value* plus(GradientContext& g, Value* v, Value* b);

}  // namespace pare::ops
