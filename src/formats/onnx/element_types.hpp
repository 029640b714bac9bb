#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "formats/onnx/known_types.hpp"

namespace pare::onnx {

/// Operator set in which `op` of ai.onnx appeared, 1 for all sets that are read; 0 = no such
/// operator.
std::int64_t introduced(std::string_view op);

/// Least operator set in which the operator of `node` accepts the element types of its inputs and
/// outputs, as far as they are known. Types that no set accepts do not count.
std::int64_t least_for_types(const Node& node, const KnownTypes& types);

}  // namespace pare::onnx
