#include "ops/_arg.hpp"

namespace pare {

/// Index of the greatest value along an axis; the first of equals by default. Source: ONNX ArgMax,
/// version 13.
OpDefs op_arg_max() { return ops::arg_def("ArgMax", ops::arg_reference<true>); }

}  // namespace pare
