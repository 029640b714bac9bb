// Operators made of simpler ones that older sets have. Source of the formulas: the operators'
// function bodies in the ONNX specification.

#include <algorithm>

#include "formats/onnx/downgrade.hpp"

namespace pare::onnx::down {
namespace {

constexpr double kSqrtHalf = 0.70710678118654752440;
constexpr double kTanhScale = 0.79788456080286535588;  // sqrt(2 / pi)
constexpr double kCubic = 0.044715;

constexpr auto kFloat32 = static_cast<std::int64_t>(ElementKind::f32);

/// Constants have to have the type of the data.
Refusal unknown_type(const Rewriter& r) {
  return r.types().dtype(r.input(0)).valid() ? kDone : Refusal("has an unknown element type");
}

/// x * sigmoid(alpha * x).
Value* swish_of(Rewriter& r, Value* x) {
  const auto alpha = static_cast<double>(r.node().float_or("alpha", 1));
  Value* scaled = alpha == 1 ? x : r.add("Mul", {x, r.scalar(alpha, x, "alpha")});
  return r.add("Sigmoid", {scaled});
}

/// The axes from attribute `axis` on, counted from the end when `axis` is.
std::optional<std::vector<std::int64_t>> axes_behind(const Rewriter& r) {
  const std::int64_t axis = r.node().int_or("axis", -1);
  const auto rank = r.types().rank(r.input(0));
  if (axis >= 0 && !rank) return std::nullopt;
  std::vector<std::int64_t> axes;
  const std::int64_t first = axis < 0 ? axis : axis - static_cast<std::int64_t>(*rank);
  for (std::int64_t i = first; i < 0; ++i) axes.push_back(i);
  return axes;
}

/// Both normalisations compute their first stage in the type that `stash_type` names.
struct Stage {
  Value* x = nullptr;
  DType type;  ///< of the input
  bool casts = false;
};

Stage begin_stage(Rewriter& r) {
  Stage stage{.x = r.input(0), .type = r.types().dtype(r.input(0))};
  const std::int64_t stash = r.node().int_or("stash_type", kFloat32);
  stage.casts = static_cast<std::int64_t>(stage.type.kind()) != stash;
  if (stage.casts) stage.x = r.add("Cast", {stage.x}, {{"to", stash}});
  return stage;
}

Value* end_stage(Rewriter& r, const Stage& stage, Value* y) {
  if (!stage.casts) return y;
  return r.add("Cast", {y}, {{"to", static_cast<std::int64_t>(stage.type.kind())}});
}

/// x / sqrt(mean(x * x) + epsilon) over `axes`.
Value* unit_scale(Rewriter& r, Value* x, const std::vector<std::int64_t>& axes) {
  const auto epsilon = static_cast<double>(r.node().float_or("epsilon", 1e-5F));
  Value* square = r.add("Mul", {x, x});
  Value* mean = r.add("ReduceMean", {square, r.ints(axes, "axes")});
  Value* sum = r.add("Add", {mean, r.scalar(epsilon, x, "epsilon")});
  return r.add("Div", {x, r.add("Sqrt", {sum})});
}

void or_equal(Rewriter& r, const char* op) {
  const std::vector<Value*> both = {r.input(0), r.input(1)};
  Value* strict = r.add(op, both);
  r.become("Or", {strict, r.add("Equal", both)});
}

}  // namespace

Refusal cast_like(Rewriter& r) {
  const DType type = r.types().dtype(r.input(1));
  if (!type.valid()) return "casts to an unknown element type";
  r.become("Cast", {r.input(0)}, {{"to", static_cast<std::int64_t>(type.kind())}});
  return kDone;
}

/// alpha * elu(x / alpha).
Refusal celu(Rewriter& r) {
  if (Refusal refusal = unknown_type(r)) return refusal;
  const auto alpha = static_cast<double>(r.node().float_or("alpha", 1));
  Value* factor = r.scalar(alpha, r.input(0), "alpha");
  Value* elu = r.add("Elu", {r.add("Div", {r.input(0), factor})});
  r.become("Mul", {elu, factor});
  return kDone;
}

/// min(max(x, low), high).
Refusal clip(Rewriter& r) {
  Value* x = r.input(0);
  Value* low = r.input(1);
  Value* high = r.input(2);
  if (high == nullptr) {
    r.become("Max", {x, low});
  } else {
    r.become("Min", {low == nullptr ? x : r.add("Max", {x, low}), high});
  }
  return kDone;
}

/// x / 2 * (1 + erf(x / sqrt 2)), or with tanh(sqrt(2 / pi) * (x + 0.044715 x^3)) for erf.
Refusal gelu(Rewriter& r) {
  if (Refusal refusal = unknown_type(r)) return refusal;
  Value* x = r.input(0);
  Value* inner = nullptr;
  if (r.node().string_or("approximate", "none") == "tanh") {
    Value* square = r.add("Mul", {x, x});
    Value* cubic = r.add("Mul", {r.add("Mul", {square, x}), r.scalar(kCubic, x, "cubic")});
    Value* sum = r.add("Add", {x, cubic});
    inner = r.add("Tanh", {r.add("Mul", {sum, r.scalar(kTanhScale, x, "scale")})});
  } else {
    inner = r.add("Erf", {r.add("Mul", {x, r.scalar(kSqrtHalf, x, "scale")})});
  }
  Value* share = r.add("Add", {inner, r.scalar(1, x, "one")});
  r.become("Mul", {r.add("Mul", {x, r.scalar(0.5, x, "half")}), share});
  return kDone;
}

Refusal greater_or_equal(Rewriter& r) {
  or_equal(r, "Greater");
  return kDone;
}

Refusal less_or_equal(Rewriter& r) {
  or_equal(r, "Less");
  return kDone;
}

/// Groups are the channels of an InstanceNormalization of [N, G, everything else].
Refusal group_normalization(Rewriter& r) {
  const Node& node = r.node();
  Value* x = r.input(0);
  const DType type = r.types().dtype(x);
  const auto rank = r.types().rank(x);
  const std::int64_t groups = node.int_or("num_groups", 0);
  if (!type.valid() || !rank || *rank < 2 || groups < 1) return "has an unknown rank or type";
  const Stage stage = begin_stage(r);
  Value* shape = r.add("Shape", {x});
  Value* grouped = r.add("Reshape", {stage.x, r.ints({0, groups, -1}, "groups")});
  const DType inner = stage.casts ? r.types().dtype(stage.x) : type;
  const auto per_group = [&](double value, std::string_view what) {
    const std::vector<double> all(static_cast<std::size_t>(groups), value);
    return r.constant(Tensor::of<double>({groups}, all).cast(inner), what);
  };
  Value* unit =
      r.add("InstanceNormalization", {grouped, per_group(1, "ones"), per_group(0, "zeros")},
            {{"epsilon", node.float_or("epsilon", 1e-5F)}});
  Value* whole = end_stage(r, stage, r.add("Reshape", {unit, shape}));
  std::vector<std::int64_t> axes;
  for (std::size_t i = 1; i + 1 < *rank; ++i) axes.push_back(static_cast<std::int64_t>(i));
  const auto column = [&](Value* value) {
    return axes.empty() ? value : r.add("Unsqueeze", {value, r.ints(axes, "axes")});
  };
  Value* bias = column(r.input(2));
  r.become("Add", {r.add("Mul", {whole, column(r.input(1))}), bias});
  return kDone;
}

/// x * max(0, min(1, x / 6 + 1/2)).
Refusal hard_swish(Rewriter& r) {
  Value* x = r.input(0);
  Value* share = r.add("HardSigmoid", {x}, {{"alpha", 1.0F / 6.0F}, {"beta", 0.5F}});
  r.become("Mul", {x, share});
  return kDone;
}

Refusal layer_normalization(Rewriter& r) {
  Node& node = r.node();
  if (is_read(node, 1) || is_read(node, 2)) return "has statistics that are read";
  if (Refusal refusal = unknown_type(r)) return refusal;
  const auto axes = axes_behind(r);
  if (!axes) return "has an unknown rank";
  node.resize_outputs(1);
  const Stage stage = begin_stage(r);
  Value* mean = r.add("ReduceMean", {stage.x, r.ints(*axes, "axes")});
  Value* unit = unit_scale(r, r.add("Sub", {stage.x, mean}), *axes);
  Value* y = end_stage(r, stage, unit);
  Value* scale = r.input(1);
  Value* bias = r.input(2);
  if (bias == nullptr) {
    r.become("Mul", {y, scale});
  } else {
    r.become("Add", {r.add("Mul", {y, scale}), bias});
  }
  return kDone;
}

/// x * tanh(ln(1 + e^x)).
Refusal mish(Rewriter& r) {
  Value* x = r.input(0);
  r.become("Mul", {x, r.add("Tanh", {r.add("Softplus", {x})})});
  return kDone;
}

Refusal rms_normalization(Rewriter& r) {
  if (Refusal refusal = unknown_type(r)) return refusal;
  const auto axes = axes_behind(r);
  if (!axes) return "has an unknown rank";
  const Stage stage = begin_stage(r);
  Value* y = end_stage(r, stage, unit_scale(r, stage.x, *axes));
  r.become("Mul", {y, r.input(1)});
  return kDone;
}

/// A range of the whole shape.
Refusal shape_range(Rewriter& r) {
  constexpr std::int64_t kEnd = std::int64_t{1} << 31;
  const std::int64_t start = r.node().int_or("start", 0);
  const std::int64_t end = r.node().int_or("end", kEnd);
  Value* whole = r.add("Shape", {r.input(0)});
  r.become("Slice", {whole, r.ints({start}, "start"), r.ints({end}, "end"), r.ints({0}, "axes")});
  return kDone;
}

/// The axis changes places with the last one before and after.
Refusal softmax_of_axis(Rewriter& r) {
  const std::string op = r.node().op();
  const auto rank = r.types().rank(r.input(0));
  const auto axis = rank ? from_front(r.node().int_or("axis", -1), *rank) : std::nullopt;
  if (!axis) return "runs along an axis of an unknown rank";
  std::vector<std::int64_t> order;
  for (std::size_t i = 0; i < *rank; ++i) order.push_back(static_cast<std::int64_t>(i));
  std::swap(order[static_cast<std::size_t>(*axis)], order.back());
  Value* turned = r.add("Transpose", {r.input(0)}, {{"perm", order}});
  Value* y = r.add(op, {turned}, {{"axis", std::int64_t{-1}}});
  r.become("Transpose", {y}, {{"perm", order}});
  return kDone;
}

Refusal swi_glu(Rewriter& r) {
  if (Refusal refusal = unknown_type(r)) return refusal;
  Value* gate = r.add("Mul", {r.input(0), swish_of(r, r.input(0))});
  r.become("Mul", {gate, r.input(1)});
  return kDone;
}

Refusal swish(Rewriter& r) {
  if (Refusal refusal = unknown_type(r)) return refusal;
  Value* x = r.input(0);
  r.become("Mul", {x, swish_of(r, x)});
  return kDone;
}

}  // namespace pare::onnx::down
