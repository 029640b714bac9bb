#include <algorithm>

#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"
#include "ops/_random.hpp"

namespace pare {
namespace {

constexpr TypeSet kTypes = types::kFloat | types::kFloat8;

void infer(ShapeContext& c) {
  c.set_output(0, c.input(0));
  if (c.output_count() > 1) c.set_output(1, dtype_of(ElementKind::boolean), c.input(0).shape);
}

/// The share of elements to drop; 0 when nothing is trained.
double read_ratio(const OpCall& call) {
  if (!call.has_input(2) || ops::one_int(call, 2, "training_mode") == 0) return 0;
  if (!call.has_input(1)) return 0.5;
  const Tensor& ratio = call.input(1);
  if (ratio.size() != 1) call.fail(cat("ratio has shape ", to_string(ratio.shape())));
  const double value = ratio.to_doubles()[0];
  if (!(value >= 0 && value < 1)) call.fail(cat("a ratio of ", value));
  return value;
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const double ratio = read_ratio(call);
  Tensor keep(ElementKind::boolean, x.shape());
  const auto mask = keep.mutable_data<bool>();
  if (ratio == 0) {
    std::fill(mask.begin(), mask.end(), true);
    call.set_output(0, x);
  } else {
    std::vector<double> y = x.to_doubles();
    ops::Draws draws(call);
    for (std::size_t i = 0; i < y.size(); ++i) {
      mask[i] = draws.uniform() >= ratio;
      y[i] = mask[i] ? y[i] / (1 - ratio) : 0;
    }
    call.set_output(0, ops::from_doubles(y, x.shape(), x.type()));
  }
  if (call.wants_output(1)) call.set_output(1, keep);
}

/// Training: the mask says what was kept. Without a mask output there is nothing to go by.
void gradient(GradientContext& g) {
  Value* training = g.x(2);
  const bool never =
      training == nullptr || (training->is_constant() && !training->constant().item<bool>());
  if (never) {
    g.set_dx(0, g.dy(0));
    return;
  }
  if (g.y(1) == nullptr) g.refuse("training mode without the output mask");
  Value* ratio = g.x(1) != nullptr ? g.cast_like(g.x(1), g.dy(0)) : g.number(0.5, g.dy(0));
  Value* rest = g.where_or_zero(training, ratio);
  Value* scale = g.op("Reciprocal", {g.sub(g.number(1, g.dy(0)), rest)});
  g.set_dx(0, g.where_or_zero(g.y(1), g.mul(g.dy(0), scale)));
}

}  // namespace

/// In training mode y = x / (1 - ratio) where the mask is true, else 0; each element of the mask is
/// false with probability `ratio` (0.5 by default). Else, and with ratio 0, y = x and the mask is
/// true. Shapes: x any -> y and mask as x. Without `seed` every run draws another mask
/// (ops/_random.hpp). Errors: Fault::corrupt for a ratio outside [0, 1). Source: ONNX Dropout,
/// version 22.
OpDefs op_dropout() {
  return OpDef("Dropout", 22)
      .input("data", kTypes)
      .optional_input("ratio", kTypes, "T1")
      .optional_input("training_mode", types::kBool, "T2")
      .output("output", kTypes)
      .optional_output("mask", types::kBool, "T2")
      .optional_attribute("seed", AttributeKind::integer, "the same mask at every run")
      .random()
      .define(infer, reference, ops::free_of_flops)
      .differentiable(gradient);
}

}  // namespace pare
