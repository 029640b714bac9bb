#pragma once

#include <functional>
#include <vector>

#include "ops/_recurrent.hpp"

namespace pare::ops {

/// Runs the cells of an LSTM and sets Y, Y_h and Y_c. Its inputs are those of ONNX: initial_h 5,
/// initial_c 6, P 7. `seen`, when given, is what the gates see of a state [H] instead of the state.
/// Errors: Fault::corrupt for shapes that do not fit and unknown activations.
void run_lstm(OpCall& call, const Recurrent& n,
              const std::function<void(std::vector<double>&)>& seen = nullptr);

}  // namespace pare::ops
