#include "runtime/check.hpp"

namespace pare {
namespace {

struct Case {
  std::string op;
  std::int64_t steps = 3, batch = 2, input = 5, hidden = 7;
  std::string direction = "forward";
  bool batch_first = false, lengths = false, states = false, bias = true, peepholes = false;
  Attributes more;
};

std::int64_t gates_of(const std::string& op) {
  if (op == "LSTM") return 4;
  return op == "GRU" ? 3 : 1;
}

/// Runs it by the kernel and by the reference; all outputs.
Compared compared(const Case& c, int threads = 0) {
  Builder b(7);
  const std::int64_t directions = c.direction == "bidirectional" ? 2 : 1;
  const std::int64_t rows = gates_of(c.op) * c.hidden;
  const Shape x =
      c.batch_first ? Shape{c.batch, c.steps, c.input} : Shape{c.steps, c.batch, c.input};
  const Shape state =
      c.batch_first ? Shape{c.batch, directions, c.hidden} : Shape{directions, c.batch, c.hidden};
  std::vector<Value*> in = {b.input("x", x), b.weights({directions, rows, c.input}),
                            b.weights({directions, rows, c.hidden})};
  std::vector<Tensor> data = {b.random(x, 2)};
  const auto is_lstm = c.op == "LSTM";
  in.push_back(c.bias ? b.weights({directions, 2 * rows}) : nullptr);
  in.push_back(nullptr);
  if (c.lengths) {
    Tensor lengths(ElementKind::i32, {c.batch});
    for (std::int64_t i = 0; i < c.batch; ++i) {
      lengths.mutable_data<std::int32_t>()[static_cast<std::size_t>(i)] =
          static_cast<std::int32_t>((c.steps + i) % (c.steps + 1));
    }
    in.back() = b.input("lengths", {c.batch}, ElementKind::i32);
    data.push_back(lengths);
  }
  for (int s = 0; s < (is_lstm ? 2 : 1); ++s) {
    in.push_back(c.states ? b.input("state" + std::to_string(s), state) : nullptr);
    if (c.states) data.push_back(b.random(state));
  }
  if (is_lstm && c.peepholes) in.push_back(b.weights({directions, 3 * c.hidden}));
  NodeSpec spec{.op = c.op, .inputs = in, .attributes = c.more};
  spec.attributes["direction"] = c.direction;
  spec.attributes["hidden_size"] = c.hidden;
  if (c.batch_first) spec.attributes["layout"] = std::int64_t{1};
  spec.output_names = {"y_all", "h_last"};
  if (is_lstm) spec.output_names.emplace_back("c_last");
  const Node* node = b.graph.add_node(std::move(spec));
  for (Value* v : node->outputs()) b.graph.add_output(v);
  SessionOptions options;
  options.threads = threads;
  return run_both(b.graph, data, options);
}

void expect_fast(const Case& c) {
  const Compared r = compared(c);
  const std::string row = c.op == "LSTM"  ? "native:lstm"
                          : c.op == "GRU" ? "native:gru"
                                          : "native:rnn";
  EXPECT_TRUE(r.has(c.op + "=" + row)) << r.kernels() << r.refusals();
  expect_close(r);
}

const char* const kOps[] = {"LSTM", "GRU", "RNN"};
const char* const kDirections[] = {"forward", "reverse", "bidirectional"};

TEST(RecurrentKernels, EveryDirectionLayoutAndSize) {
  for (const char* op : kOps) {
    for (const char* direction : kDirections) {
      for (const bool batch_first : {false, true}) {
        for (const std::int64_t batch : {1, 2, 3, 5}) {
          for (const std::int64_t hidden : {1, 16, 37}) {
            Case c{.op = op, .batch = batch, .hidden = hidden, .direction = direction};
            c.batch_first = batch_first;
            c.lengths = batch > 1;
            c.states = hidden > 1;
            expect_fast(c);
          }
        }
      }
    }
  }
}

TEST(RecurrentKernels, ManyStepsInSeveralPieces) {
  for (const char* op : kOps) {
    for (const std::int64_t batch : {1, 6}) {
      Case c{.op = op, .steps = 150, .batch = batch, .input = 3, .hidden = 20};
      c.direction = "bidirectional";
      c.lengths = batch > 1;
      expect_fast(c);
    }
  }
}

TEST(RecurrentKernels, OptionsOfTheCells) {
  for (const bool batch : {false, true}) {
    Case c{.op = "LSTM", .batch = batch ? 4 : 1, .states = true, .peepholes = true};
    expect_fast(c);
    c.more["input_forget"] = std::int64_t{1};
    c.more["clip"] = 0.3F;
    expect_fast(c);
    c.bias = false;
    c.more["activations"] = std::vector<std::string>{"Relu", "sigmoid", "TANH"};
    expect_fast(c);
    Case g{.op = "GRU", .batch = batch ? 4 : 1, .hidden = 18, .states = true};
    g.more["linear_before_reset"] = std::int64_t{1};
    expect_fast(g);
    g.more["clip"] = 0.2F;
    g.more["activations"] = std::vector<std::string>{"Sigmoid", "Relu"};
    expect_fast(g);
    Case n{.op = "RNN", .batch = batch ? 4 : 1};
    n.more["activations"] = std::vector<std::string>{"Relu"};
    expect_fast(n);
  }
}

TEST(RecurrentKernels, OtherFunctionsStayWithTheReference) {
  Case c{.op = "RNN"};
  c.more["activations"] = std::vector<std::string>{"Softsign"};
  const Compared r = compared(c);
  EXPECT_TRUE(r.has("RNN=reference")) << r.kernels();
  expect_close(r);
}

TEST(RecurrentKernels, SameBitsForAnyNumberOfThreads) {
  for (const char* op : kOps) {
    for (const std::int64_t batch : {1, 9}) {
      Case c{.op = op, .steps = 4, .batch = batch, .input = 70, .hidden = 260};
      c.direction = batch == 1 ? "forward" : "bidirectional";
      const Compared one = compared(c, 1);
      for (const int threads : {2, 4}) {
        const Compared more = compared(c, threads);
        for (std::size_t o = 0; o < one.fast.size(); ++o) {
          EXPECT_EQ(one.fast[o].to_floats(), more.fast[o].to_floats()) << op << " " << threads;
        }
      }
    }
  }
  set_threads(0);
}

}  // namespace
}  // namespace pare
