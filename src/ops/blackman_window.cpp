#include "ops/_cosine_window.hpp"

namespace pare {
namespace {

void reference(OpCall& call) { ops::cosine_window_reference(call, {0.42, -0.5, 0.08}); }

}  // namespace

/// y[n] = 0.42 - 0.5 cos(2 pi n / N) + 0.08 cos(4 pi n / N), N = size when periodic, else size - 1.
/// Shapes: size [] -> y [size]. Source: ONNX BlackmanWindow, version 17.
OpDefs op_blackman_window() { return ops::cosine_window_def("BlackmanWindow", reference); }

}  // namespace pare
