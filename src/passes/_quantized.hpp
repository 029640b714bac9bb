#pragma once

#include "ir/graph.hpp"

namespace pare::passes {

/// Both nodes (QuantizeLinear or DequantizeLinear) use equal constants for scale and zero point,
/// and the same axis and block size.
bool same_quantization(const Node& a, const Node& b);
/// One scale for the whole tensor.
bool is_per_tensor(const Node& n);

}  // namespace pare::passes
