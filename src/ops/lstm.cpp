#include "ops/_lstm.hpp"
#include "ops/_recurrent_gradient.hpp"

namespace pare {
namespace {

void reference(OpCall& call) { ops::run_lstm(call, ops::read_recurrent(call, 4)); }

ops::UnrolledState unrolled(GradientContext& g, const ops::UnrolledCell& cell, Value* sums,
                            const ops::UnrolledState& state) {
  // Gates in the order input, output, forget, cell; peepholes input, output, forget.
  Value* from_state = ops::plus(g, g.matmul(state.h, g.transpose_last(cell.r)), cell.rb);
  const auto part = ops::equal_parts(g, g.add(sums, from_state), 4, 1);
  std::vector<Value*> peep;
  if (cell.peepholes != nullptr) peep = ops::equal_parts(g, cell.peepholes, 3, 0);
  const auto gate = [&](std::size_t i, Value* c) {
    Value* seen = peep.empty() ? part[i] : g.add(part[i], g.mul(peep[i], c));
    return ops::activate(g, cell.functions[0], seen);
  };
  Value* in = gate(0, state.c);
  Value* forget = g.attr_int("input_forget") != 0 ? g.sub(g.number(1, in), in) : gate(2, state.c);
  Value* fresh = ops::activate(g, cell.functions[1], part[3]);
  ops::UnrolledState next;
  next.c = g.add(g.mul(forget, state.c), g.mul(in, fresh));
  Value* out = gate(1, next.c);
  const ops::ActivationChoice& last = cell.functions[2];
  next.h = g.mul(out, ops::activate(g, last, next.c, /*clip=*/false));
  return next;
}

void gradient(GradientContext& g) {
  ops::unrolled_gradient(g, {"Sigmoid", "Tanh", "Tanh"}, unrolled);
}

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
      .define(ops::recurrent_infer, reference, ops::recurrent_cost)
      .differentiable(gradient);
}

}  // namespace pare
