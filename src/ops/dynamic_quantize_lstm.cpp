#include "ops/_lstm.hpp"
#include "ops/_numbers.hpp"
#include "ops/_qlinear.hpp"

namespace pare {
namespace {

enum Input : std::size_t { kX = 0, kW = 1, kR = 2, kScales = 8 };

constexpr TypeSet kReal = {ElementKind::f32};

/// Weights [D, I, G H] of codes as real numbers [D, G H, I]. Scales and zero points, the inputs
/// `scale` and behind it, are [D] or [D, G H].
Tensor real_weights(const OpCall& call, std::size_t input, std::size_t scale) {
  const Tensor& codes = call.input(input);
  ops::want_rank(call, codes, 3, "weights");
  const std::int64_t rows = codes.dim(2);
  const auto params = [&](std::size_t i) {
    const Tensor& t = call.input(i);
    const bool each = t.shape() == Shape{codes.dim(0), rows};
    if (!each && t.shape() != Shape{codes.dim(0)}) {
      call.fail(cat("input ", i, " has shape ", to_string(t.shape()), " for weights ",
                    to_string(codes.shape())));
    }
    return std::pair(t.to_doubles(), each ? rows : std::int64_t{1});
  };
  const auto [scales, scale_rows] = params(scale);
  const auto [zeros, zero_rows] = params(scale + 1);
  const std::vector<double> q = codes.to_doubles();
  const std::int64_t columns = codes.dim(1);
  std::vector<double> w(q.size());
  for (std::int64_t i = 0; i < codes.size(); ++i) {
    const std::int64_t d = i / (columns * rows);
    const std::int64_t row = i % rows;
    const auto at = [&](std::int64_t each) {
      return static_cast<std::size_t>(d * each + (each == 1 ? 0 : row));
    };
    const auto to = static_cast<std::size_t>((d * rows + row) * columns + i / rows % columns);
    w[to] = (q[static_cast<std::size_t>(i)] - zeros[at(zero_rows)]) * scales[at(scale_rows)];
  }
  return Tensor::of<double>({codes.dim(0), rows, columns}, w);
}

/// Values rounded to 256 steps over their range.
void round_to_range(std::vector<double>& x) {
  const ops::ByteRange range = ops::byte_range(x);
  for (double& v : x) v = range.scale * static_cast<double>(range.steps(v));
}

void infer(ShapeContext& c) {
  const SymShape* x = c.input_shape(kX);
  const SymShape* r = c.input_shape(kR);
  if (x != nullptr && x->size() != 3) c.fail(cat("X has shape ", to_string(*x), ", wanted rank 3"));
  if (r != nullptr && r->size() != 3) c.fail(cat("R has shape ", to_string(*r), ", wanted rank 3"));
  const Dim directions = c.attr_string("direction") == "bidirectional" ? 2 : 1;
  const Dim hidden = r != nullptr ? (*r)[1] : Dim();
  const Dim batch = x != nullptr ? (*x)[1] : Dim();
  for (std::size_t i = 0; i < c.output_count(); ++i) {
    SymShape shape = {directions, batch, hidden};
    if (i == 0) shape.insert(shape.begin(), x != nullptr ? (*x)[0] : Dim());
    c.set_output(i, c.input_dtype(kX), shape);
  }
}

void reference(OpCall& call) {
  ops::Recurrent n = ops::read_recurrent(
      call, 4, {real_weights(call, kW, kScales), real_weights(call, kR, kScales + 2)});
  round_to_range(n.x);
  ops::run_lstm(call, n, round_to_range);
}

Cost cost(const ShapeContext& c) {
  const SymShape* w = c.input_shape(kW);
  const SymShape* r = c.input_shape(kR);
  if (w == nullptr || r == nullptr || w->size() != 3 || r->size() != 3) return {};
  const Dim columns = (*w)[1] + (*r)[1];
  if (!columns.is_number()) return {};
  const double macs =
      ops::value_count(c.output(0).type) * 4 * static_cast<double>(columns.number());
  return {.macs = macs, .flops = 2 * macs, .bytes = ops::traffic_bytes(c)};
}

}  // namespace

/// LSTM with quantized weights: X, and every state before it meets R, are rounded to 256 steps over
/// their range. Shapes: X [T, B, I], W [D, I, 4 H], R [D, H, 4 H], B [D, 8 H], sequence_lens [B],
/// initial_h, initial_c [D, B, H], P [D, 3 H], scales and zero points of W and R [D] or [D, 4 H] ->
/// Y [T, D, B, H], Y_h, Y_c [D, B, H]. Errors: Fault::corrupt for shapes that do not fit. Source:
/// ONNX Runtime, ContribOperators.md, DynamicQuantizeLSTM.
OpDefs op_dynamic_quantize_lstm() {
  return OpDef("com.microsoft", "DynamicQuantizeLSTM", 1)
      .input("X", kReal)
      .input("W", ops::kByteCodes, "T2")
      .input("R", ops::kByteCodes, "T2")
      .optional_input("B", kReal)
      .optional_input("sequence_lens", {ElementKind::i32}, "T1")
      .optional_input("initial_h", kReal)
      .optional_input("initial_c", kReal)
      .optional_input("P", kReal)
      .input("W_scale", kReal)
      .input("W_zero_point", ops::kByteCodes, "T2")
      .input("R_scale", kReal)
      .input("R_zero_point", ops::kByteCodes, "T2")
      .optional_output("Y", kReal)
      .optional_output("Y_h", kReal)
      .optional_output("Y_c", kReal)
      .optional_attribute("activation_alpha", AttributeKind::reals, "parameters of the functions")
      .optional_attribute("activation_beta", AttributeKind::reals, "parameters of the functions")
      .optional_attribute("activations", AttributeKind::texts, "functions of every direction")
      .optional_attribute("clip", AttributeKind::real, "greatest magnitude before the functions")
      .attribute("direction", std::string("forward"), "forward, reverse or bidirectional")
      .optional_attribute("hidden_size", AttributeKind::integer, "as the weights by default")
      .attribute("input_forget", std::int64_t{0}, "forget = 1 - input")
      .define(infer, reference, cost);
}

}  // namespace pare
