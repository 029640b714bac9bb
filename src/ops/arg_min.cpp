#include "ops/_arg.hpp"

namespace pare {

/// Index of the least value along an axis; the first of equals by default. Source: ONNX ArgMin,
/// version 13.
OpDefs op_arg_min() { return ops::arg_def("ArgMin", ops::arg_reference<false>); }

}  // namespace pare
