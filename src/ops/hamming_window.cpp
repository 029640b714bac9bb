#include "ops/_cosine_window.hpp"

namespace pare {
namespace {

void reference(OpCall& call) { ops::cosine_window_reference(call, {25.0 / 46.0, -21.0 / 46.0}); }

}  // namespace

/// y[n] = 25/46 - 21/46 cos(2 pi n / N), N = size when periodic and size - 1 when symmetric.
/// Shapes: size [] -> y [size]. Source: ONNX HammingWindow, version 17.
OpDefs op_hamming_window() { return ops::cosine_window_def("HammingWindow", reference); }

}  // namespace pare
