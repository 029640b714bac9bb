#include "ops/_lstm.hpp"

namespace pare {
namespace {

void reference(OpCall& call) { ops::run_lstm(call, ops::read_recurrent(call, 4)); }

}  // namespace

/// i, f = f(W x + R h + P c + b), c' = f c + i g(W x + R h + b), o = f(W x + R h + P c' + b),
/// h' = o h(c'). Shapes: X [T, B, I], W [D, 4 H, I], R [D, 4 H, H], B [D, 8 H] (order i, o, f, c),
/// P [D, 3 H] (i, o, f), initial_h, initial_c [D, B, H] -> Y [T, D, B, H], Y_h, Y_c [D, B, H];
/// steps beyond sequence_lens are 0. Source: ONNX LSTM, version 22.
OpDefs op_lstm() {
  OpDef def("LSTM", 22);
  return ops::recurrent_schema(def)
      .optional_input("initial_c", types::kFloat)
      .optional_input("P", types::kFloat)
      .optional_output("Y", types::kFloat)
      .optional_output("Y_h", types::kFloat)
      .optional_output("Y_c", types::kFloat)
      .attribute("input_forget", std::int64_t{0}, "forget = 1 - input")
      .define(ops::recurrent_infer, reference, ops::recurrent_cost);
}

}  // namespace pare
