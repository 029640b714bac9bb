#include "ops/_softmax.hpp"

namespace pare {

/// y = exp(x - max x) / sum(exp(x - max x)) along `axis`. Shapes: x [..., N, ...] -> y as x.
/// Errors: Fault::corrupt when axis is outside the rank. Source: ONNX Softmax, version 13.
OpDefs op_softmax() { return ops::softmax_def("Softmax", ops::softmax_reference<false>); }

}  // namespace pare
