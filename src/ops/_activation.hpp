#pragma once

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "ir/op.hpp"

namespace pare::ops {

/// The function that a fused operator applies to its result, from its ONNX name ("Relu"); "" is the
/// identity. `params` are the numbers of that operator in the order of its attributes (Clip: the
/// bounds); those that are not given have their ONNX defaults. Errors: Fault::corrupt for too many,
/// Fault::unsupported for a name that is not known.
std::function<double(double)> fused_activation(const AttributeReader& a, const std::string& name,
                                               const std::vector<float>& params);

}  // namespace pare::ops
