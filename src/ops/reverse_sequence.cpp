#include "ops/_axes.hpp"
#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const std::int64_t batch = call.attr_int("batch_axis");
  const std::int64_t time = call.attr_int("time_axis");
  const bool first = batch == 0 && time == 1;
  if (x.rank() < 2 || (!first && (batch != 1 || time != 0))) {
    call.fail("batch_axis and time_axis must be 0 and 1 of a tensor of rank 2 or more");
  }
  const auto b_axis = static_cast<std::size_t>(batch);
  const auto t_axis = static_cast<std::size_t>(time);
  const std::vector<std::int64_t> lengths = call.input(1).to_ints();
  if (static_cast<std::int64_t>(lengths.size()) != x.dim(b_axis)) {
    call.fail(cat("want ", x.dim(b_axis), " lengths, got ", lengths.size()));
  }
  for (const std::int64_t n : lengths) {
    if (n < 0 || n > x.dim(t_axis)) call.fail(cat("a length of ", n));
  }
  const Shape strides = strides_of(x.shape());
  std::vector<std::int64_t> index(static_cast<std::size_t>(x.size()));
  for (std::size_t i = 0; i < index.size(); ++i) {
    const auto at = static_cast<std::int64_t>(i);
    const std::int64_t b = at / strides[b_axis] % x.dim(b_axis);
    const std::int64_t t = at / strides[t_axis] % x.dim(t_axis);
    const std::int64_t n = lengths[static_cast<std::size_t>(b)];
    index[i] = t < n ? at + (n - 1 - 2 * t) * strides[t_axis] : at;
  }
  call.set_output(0, ops::gather_elements(x, x.shape(), index));
}

void gradient(GradientContext& g) {
  g.set_dx(0, g.op("ReverseSequence", {g.dy(0), g.x(1)}, g.node().attributes()));
}

}  // namespace

/// The first `sequence_lens[b]` steps of each batch member backwards, the rest as it is. Shapes:
/// x [T, B, ..] (or [B, T, ..]), sequence_lens [B] -> y as x. Source: ONNX ReverseSequence,
/// version 10.
OpDefs op_reverse_sequence() {
  return OpDef("ReverseSequence", 10)
      .input("input", types::kAll)
      .input("sequence_lens", {ElementKind::i64}, "tensor(int64)")
      .output("Y", types::kAll)
      .attribute("batch_axis", std::int64_t{1}, "0 or 1")
      .attribute("time_axis", std::int64_t{0}, "the other one")
      .define(ops::same_as_input, reference, ops::free_of_flops)
      .differentiable(gradient);
}

}  // namespace pare
