#pragma once

#include <string>
#include <unordered_set>

#include "ir/op.hpp"

namespace pare {

/// Makes one FakeQuantize of a QuantizeLinear to a format that no integer kernel takes (8-bit
/// floats, 16-bit and 4-bit integers; one constant scale, zero point 0, nothing between) and the
/// DequantizeLinear nodes behind it, which else would run by reference kernels. Results are the
/// same up to a tie that float32 and float64 see differently. Values named in `keep` stay. Types
/// must be inferred anew afterwards, when it returns true.
bool simulate_formats(Graph& graph, const std::unordered_set<std::string>& keep);

}  // namespace pare
