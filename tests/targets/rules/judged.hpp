#pragma once

// Small models in text, and what the rules of a runtime make of them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ir/infer.hpp"
#include "ir/text.hpp"
#include "ops/registry.hpp"
#include "targets/rules/judgement.hpp"

namespace pare::rules_test {

/// Versions of a file; 0 = the least from 21 (IR version 10) that has its element types.
struct FileFacts {
  std::int64_t opset = 0;
  std::int64_t ir_version = 0;
};

inline Model model_of(const std::string& text, const FileFacts& facts = {}) {
  Model model;
  model.graph = parse_graph(text);
  model.graph->remove_unused();
  const bool two_bits = text.find("int2[") != std::string::npos;
  const bool fp4 = text.find("f4e2m1[") != std::string::npos;
  const std::int64_t least = two_bits ? 25 : fp4 ? 23 : 21;
  model.opsets = {{"", facts.opset > 0 ? facts.opset : least}, {"com.microsoft", 1}};
  const std::int64_t least_ir = two_bits ? 13 : fp4 ? 11 : 10;
  model.ir_version = facts.ir_version > 0 ? facts.ir_version : least_ir;
  infer_shapes(*model.graph, op_registry());
  return model;
}

/// Constants that the models below share; what one does not read is dropped.
inline const std::string kConstants = R"(
const s: float32[] = [0.5]
const s2: float32[] = [0.25]
const minus: float32[] = [-0.5]
const u0: uint8[] = [0]
const u3: uint8[] = [3]
const i0: int8[] = [0]
const i3: int8[] = [3]
const f0: f8e4m3fn[] = [0]
const cw: int8[4,4,1,1] = fill(1)
const cu: uint8[4,4,1,1] = fill(1)
const c4: int4[4,4,1,1] = fill(1)
const c8: f8e4m3fn[4,4,1,1] = fill(1)
const cf: float32[4,4,1,1] = fill(1)
const ws: float32[4] = fill(0.25)
const wz: int8[4] = fill(0)
const bias: float32[4] = fill(1)
const bq: int32[4] = fill(5)
const bs: float32[4] = fill(0.125)
const far: float32[4] = fill(0.5)
const b7: int32[4] = fill(7)
const mw: int8[4,4] = fill(1)
const mf: f8e4m3fn[4,4] = fill(1)
const m64: int4[64,4] = fill(1)
const m64s: float32[1,4] = fill(0.25)
const m32s: float32[2,4] = fill(0.25)
const m8s: float32[8,4] = fill(0.25)
)";

/// A convolution of 8-bit codes x (uint8 with zero point 3) to y; `middle` and the names say the
/// rest.
inline std::string conv(const std::string& weights, const std::string& bias = "",
                        const std::string& x = "uint8", const std::string& zero = "u3",
                        const std::string& more = "") {
  return "input x: " + x + "[1,4,4,4]\n" + kConstants + more + "a = DequantizeLinear(x, s, " +
         zero + ")\nb = " + weights + "\nc = Conv(a, b" + (bias.empty() ? "" : ", " + bias) +
         ") @conv\ny = QuantizeLinear(c, s, " + zero + ")\noutput y\n";
}

/// A product with float inputs x [4, 64] and weights from `weights`.
inline std::string product(const std::string& weights, const std::string& node = "MatMul(x, b)",
                           const std::string& more = "") {
  return "input x: float32[4,64]\n" + kConstants + more + "b = " + weights + "\ny = " + node +
         " @product\noutput y\n";
}

inline const LayerJudgement* layer(const RuntimeJudgement& j, const std::string& op) {
  for (const LayerJudgement& l : j.layers) {
    if (l.op == op) return &l;
  }
  return nullptr;
}

/// The layer of that operator has that form, and its reason holds `reason`.
inline void expect_layer(const RuntimeJudgement& j, const std::string& op, LayerForm form,
                         const std::string& reason) {
  const LayerJudgement* l = layer(j, op);
  ASSERT_NE(l, nullptr) << "no layer " << op;
  EXPECT_EQ(form_name(l->form), form_name(form)) << op << ": " << l->reason;
  EXPECT_THAT(l->reason, testing::HasSubstr(reason)) << op;
}

/// Exactly one problem, with these parts.
inline void expect_problem(const RuntimeJudgement& j, const std::string& node,
                           const std::string& what, const std::string& rule) {
  ASSERT_EQ(j.problems.size(), 1U);
  EXPECT_THAT(j.problems[0].node, testing::HasSubstr(node));
  EXPECT_THAT(j.problems[0].what, testing::HasSubstr(what));
  EXPECT_THAT(j.problems[0].rule, testing::HasSubstr(rule));
  EXPECT_FALSE(j.loads());
}

}  // namespace pare::rules_test
