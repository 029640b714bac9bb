#include "ops/_softmax.hpp"

namespace pare {

/// y = x - max x - ln(sum(exp(x - max x))) along `axis`. Source: ONNX LogSoftmax, version 13.
OpDefs op_log_softmax() { return ops::softmax_def("LogSoftmax", ops::softmax_reference<true>); }

}  // namespace pare
