#include <algorithm>
#include <cmath>

#include "runtime/differential.hpp"

namespace pare {
namespace {

void recurrent_case(Differential& d, const std::string& op, std::int64_t steps, std::int64_t batch,
                    std::int64_t input, std::int64_t hidden) {
  const std::int64_t gates = op == "LSTM" ? 4 : op == "GRU" ? 3 : 1;
  Builder b;
  const std::string direction = d.pick<const char*>({"forward", "reverse", "bidirectional"});
  const std::int64_t directions = direction == "bidirectional" ? 2 : 1;
  const bool batch_first = d.coin();
  const Shape x = batch_first ? Shape{batch, steps, input} : Shape{steps, batch, input};
  const Shape state =
      batch_first ? Shape{batch, directions, hidden} : Shape{directions, batch, hidden};
  // Small weights: gates that leave their straight part would hide what they are fed.
  const auto weights = [&](const Shape& s) {
    Tensor t = d.grid(s);
    for (float& v : t.mutable_data<float>()) v *= 0.25F;
    return d.constant(b, t);
  };
  std::vector<Tensor> data = {d.grid(x)};
  NodeSpec spec{.op = op,
                .inputs = {b.input("x", x), weights({directions, gates * hidden, input}),
                           weights({directions, gates * hidden, hidden}),
                           d.coin() ? weights({directions, 2 * gates * hidden}) : nullptr}};
  if (d.coin()) {
    Tensor lengths(ElementKind::i32, {batch});
    for (auto& l : lengths.mutable_data<std::int32_t>()) {
      l = static_cast<std::int32_t>(d.below(steps + 1));
    }
    spec.inputs.push_back(b.input("lengths", {batch}, ElementKind::i32));
    data.push_back(lengths);
  } else {
    spec.inputs.push_back(nullptr);
  }
  for (int s = 0; s < (gates == 4 ? 2 : 1); ++s) {
    const bool given = d.coin();
    spec.inputs.push_back(given ? b.input(b.graph.unique_name("state"), state) : nullptr);
    if (given) data.push_back(d.grid(state));
  }
  if (gates == 4 && d.coin()) spec.inputs.push_back(weights({directions, 3 * hidden}));
  spec.attributes = {{"direction", direction}, {"layout", std::int64_t{batch_first ? 1 : 0}}};
  if (gates == 3) spec.attributes["linear_before_reset"] = d.below(2);
  if (gates == 4) spec.attributes["input_forget"] = d.below(2);
  if (d.below(3) == 0) spec.attributes["clip"] = 0.5F;
  spec.output_names = gates == 4 ? std::vector<std::string>{"y_all", "h_last", "c_last"}
                                 : std::vector<std::string>{"y_all", "h_last"};
  for (Value* v : b.graph.add_node(std::move(spec))->outputs()) b.graph.add_output(v);
  // The reference goes on in double; what float32 rounds goes round with the state.
  d.check(b, data, Tolerance{256 * 0x1p-24, 0, false});
}

/// The same with weights in codes. What float32 and double round may fall into neighbouring steps
/// of a state, 1/127 at most, whose weights are small.
void coded_case(Differential& d, std::int64_t steps, std::int64_t batch, std::int64_t input,
                std::int64_t hidden) {
  Builder b;
  const std::string direction = d.pick<const char*>({"forward", "reverse", "bidirectional"});
  const std::int64_t directions = direction == "bidirectional" ? 2 : 1;
  const ElementKind kind = d.pick({ElementKind::i8, ElementKind::u8});
  const std::int64_t rows = 4 * hidden;
  std::vector<Tensor> data = {d.grid({steps, batch, input})};
  const auto codes = [&](std::int64_t depth) {
    return d.constant(b, d.values({directions, depth, rows}, kind));
  };
  const auto params = [&](bool zeros) {
    const Shape shape = d.coin() ? Shape{directions} : Shape{directions, rows};
    if (zeros) return d.constant(b, d.values(shape, kind));
    Tensor t = d.grid(shape);
    for (float& v : t.mutable_data<float>()) v = 0.001F + 0.0005F * std::abs(v);
    return d.constant(b, t);
  };
  NodeSpec spec{.op = "DynamicQuantizeLSTM",
                .inputs = {b.input("x", data[0].shape()), codes(input), codes(hidden)},
                .attributes = {{"direction", direction}, {"hidden_size", hidden}},
                .domain = "com.microsoft",
                .output_names = {"y_all", "h_last", "c_last"}};
  spec.inputs.push_back(d.coin() ? d.constant(b, d.grid({directions, 2 * rows})) : nullptr);
  spec.inputs.push_back(nullptr);
  if (d.coin()) {
    Tensor lengths(ElementKind::i32, {batch});
    for (auto& l : lengths.mutable_data<std::int32_t>()) {
      l = static_cast<std::int32_t>(d.below(steps + 1));
    }
    spec.inputs.back() = b.input("lengths", {batch}, ElementKind::i32);
    data.push_back(lengths);
  }
  for (const char* state : {"h0", "c0"}) {
    const bool given = d.coin();
    spec.inputs.push_back(given ? b.input(state, {directions, batch, hidden}) : nullptr);
    if (given) data.push_back(d.grid({directions, batch, hidden}));
  }
  spec.inputs.push_back(d.coin() ? d.constant(b, d.grid({directions, 3 * hidden})) : nullptr);
  for (int i = 0; i < 4; ++i) spec.inputs.push_back(params(i % 2 == 1));
  for (Value* v : b.graph.add_node(std::move(spec))->outputs()) b.graph.add_output(v);
  d.check(b, data, Tolerance{0.01, 0, false});
}

}  // namespace

void recurrent_cases(Differential& d) {
  for (const std::int64_t size : {1, 3, 7, 17, 130}) {
    coded_case(d, 3, 2, size, 5);
    coded_case(d, 3, 1, 6, std::min<std::int64_t>(size, 40));
    coded_case(d, 2, 7, 5, 16);
  }
  for (const char* op : {"LSTM", "GRU", "RNN"}) {
    for (const std::int64_t size : {1, 3, 7, 17, 255}) {
      recurrent_case(d, op, 2, 2, 3, std::min<std::int64_t>(size, 40));
      recurrent_case(d, op, 2, 2, size, 5);
      recurrent_case(d, op, 2, std::min<std::int64_t>(size, 17), 3, 5);
      recurrent_case(d, op, size, 1, 3, 5);
    }
    recurrent_case(d, op, 0, 2, 3, 5);
    recurrent_case(d, op, 3, 0, 3, 5);
  }
}

}  // namespace pare
