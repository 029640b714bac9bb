#include "ops/_cosine_window.hpp"

namespace pare {
namespace {

void reference(OpCall& call) { ops::cosine_window_reference(call, {0.5, -0.5}); }

}  // namespace

/// y[n] = 0.5 - 0.5 cos(2 pi n / N), N = size when periodic and size - 1 when symmetric.
/// Shapes: size [] -> y [size]. Source: ONNX HannWindow, version 17.
OpDefs op_hann_window() { return ops::cosine_window_def("HannWindow", reference); }

}  // namespace pare
