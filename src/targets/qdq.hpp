#pragma once

#include "targets/target.hpp"

namespace pare {

/// How picky a runtime is about the Q/DQ nodes around an operator.
struct QdqRules {
  const TargetRules* rules = nullptr;
  bool own_dequantizer = false;       ///< a DequantizeLinear with two readers blocks the fusion
  bool explicit_zero_points = false;  ///< Gemm: the DequantizeLinears must have zero points
  bool unsigned_products = false;     ///< Conv, MatMul: only u8 activations run on integers
};

/// Whether `node` (not itself a Q or DQ) will run on 8-bit integers: its inputs come from
/// DequantizeLinear, its output goes to one QuantizeLinear, and the types fit together.
/// Support::runs is left false. Source: reference formats, ONNX Runtime's fusion rules.
Support judge_integer_form(const Node& node, const QdqRules& picky);

/// Whether this CPU lacks instructions that multiply 8-bit numbers and add in 32 bits (x86: VNNI),
/// so that kernels add pairs in 16 bits, which saturates.
bool cpu_saturates_int8_products();

}  // namespace pare
