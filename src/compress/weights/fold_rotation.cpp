#include "compress/weights/fold_rotation.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/text.hpp"
#include "compress/affine.hpp"

namespace pare {
namespace {

constexpr std::size_t kMadeHere = static_cast<std::size_t>(-1);

/// The dimension of the weights that products sum over, and that of their outputs.
std::size_t input_axis(const Node& n) {
  if (n.is("Conv")) return 1;
  return n.is("Gemm") && n.int_or("transB", 0) != 0 ? 1 : 0;
}
std::size_t output_axis(const Node& n) { return 1 - input_axis(n); }

std::size_t rank_of(const Value* v) {
  return v != nullptr && v->type().shape ? v->type().shape->size() : 0;
}

bool is_normalization(const Node& n) {
  return n.is("LayerNormalization") || n.is("RMSNormalization") ||
         n.is("SimplifiedLayerNormalization") ||
         n.is("com.microsoft", "SimplifiedLayerNormalization");
}

bool is_constant_f32(const Value* v) {
  return v != nullptr && v->is_constant() && v->dtype() == ElementKind::f32;
}

/// Reads nothing but the shape.
bool reads_shape(const Node& n) { return n.is("Shape") || n.is("Size"); }

bool is_among(const Node& n, std::initializer_list<std::string_view> ops) {
  return std::any_of(ops.begin(), ops.end(), [&](std::string_view op) { return n.is(op); });
}

}  // namespace

bool is_rotatable_product(const Node& node) {
  const Tensor* w = constant_weights(node);
  if (w == nullptr) return false;
  if (node.is("Conv")) return node.int_or("group", 1) == 1;
  return w->rank() == 2 &&
         (node.is("MatMul") || (node.is("Gemm") && node.int_or("transA", 0) == 0));
}

RotationFold::RotationFold(Graph& graph, Value* start, bool channels_first)
    : graph_(graph), channels_first_(channels_first) {
  bool possible = join(start);
  while (possible && !queue_.empty()) {
    const Value* v = queue_.front();
    queue_.pop_front();
    possible = visit(v);
  }
  if (possible && (block_ < 2 || !Rotation::exists(block_))) {
    refuse_because(cat("no Hadamard matrix of order ", block_));
  }
}

void RotationFold::commit(const BlockRotation& q) {
  require(refusal_.empty() && q.block() == block_, "a rotation that does not fit");
  for (const auto& edit : first_) edit();
  for (const auto& edit : edits_) edit(q);
}

bool RotationFold::refuse_because(std::string why) {
  refusal_ = std::move(why);
  return false;
}

std::size_t RotationFold::axis_of(std::size_t rank) const { return channels_first_ ? 1 : rank - 1; }

std::int64_t RotationFold::channels_of(const Value* v) const {
  const std::size_t rank = rank_of(v);
  if (rank < (channels_first_ ? 3 : 1)) return 0;
  const Dim& d = (*v->type().shape)[axis_of(rank)];
  return d.is_number() ? d.number() : 0;
}

/// Whether `v`, broadcast to `rank` dimensions, is the same for all channels.
bool RotationFold::is_same_for_channels(const Value* v, std::size_t rank) const {
  if (v == nullptr || !v->type().shape) return false;
  const SymShape& shape = *v->type().shape;
  const std::size_t from_end = rank - axis_of(rank);
  return shape.size() < from_end || shape[shape.size() - from_end].is(1);
}

bool RotationFold::join(Value* v) {
  if (v == nullptr) return refuse_because("an input is missing");
  if (!seen_.insert(v).second) return true;
  if (v->is_constant()) return refuse_because("a constant");
  if (v->is_graph_input()) return refuse_because("an input of the model");
  if (v->is_graph_output()) return refuse_because("an output of the model");
  if (&v->graph() != &graph_) return refuse_because("a value from around the body");
  if (v->dtype() != ElementKind::f32) return refuse_because("not float32");
  const std::int64_t channels = channels_of(v);
  if (channels <= 0) return refuse_because("the number of channels is not known");
  block_ = std::gcd(block_, channels);
  queue_.push_back(v);
  return true;
}

bool RotationFold::visit(const Value* v) {
  Node* producer = v->producer();
  if (producer == nullptr || producer->output() != v) return refuse_because("a second output");
  if (!(is_rotatable_product(*producer) ? join_product_output(*producer)
                                        : carry(*producer, kMadeHere))) {
    return false;
  }
  for (const Use& use : v->uses()) {
    Node& reader = *use.node;
    if (&reader.graph() != &graph_) return refuse_because("read inside a body");
    if (reads_shape(reader)) continue;
    const bool product = is_rotatable_product(reader) && use.input == 0;
    if (!(product ? join_product_input(reader) : carry(reader, use.input))) return false;
  }
  return true;
}

void RotationFold::plan_rotation(Node& n, std::size_t input, std::size_t axis) {
  edits_.emplace_back([this, &n, input, axis](const BlockRotation& q) {
    const Value* old = n.input(input);
    n.set_input(input, graph_.add_constant(rotated(old->constant(), axis, q), old->name()));
  });
}

/// A constant that is added to all channels, or to each its own number.
bool RotationFold::plan_addend(Node& n, std::size_t input) {
  const Value* c = n.input(input);
  if (!is_constant_f32(c)) return refuse_because("an addend that is not constant");
  const std::size_t rank = rank_of(n.output());
  const std::size_t from_end = rank - axis_of(rank);
  const std::int64_t channels = channels_of(n.output());
  const Tensor& t = c->constant();
  if (t.rank() >= from_end && t.dim(t.rank() - from_end) == channels) {
    plan_rotation(n, input, t.rank() - from_end);
    return true;
  }
  if (t.size() != 1) return refuse_because("an addend that varies otherwise than by channel");
  first_.emplace_back([this, &n, input, channels, from_end] {
    const Value* old = n.input(input);
    Shape shape(from_end, 1);
    shape[0] = channels;
    const std::vector<float> values(static_cast<std::size_t>(channels),
                                    old->constant().to_floats().front());
    n.set_input(input, graph_.add_constant(Tensor::of<float>(shape, values), old->name()));
  });
  plan_rotation(n, input, 0);
  return true;
}

bool RotationFold::join_product_output(Node& n) {
  if (n.is("Conv") != channels_first_) return refuse_because("channels of a convolution elsewhere");
  if (n.input(2) != nullptr) {
    if (!is_constant_f32(n.input(2))) return refuse_because("a bias that is not constant");
    if (n.is("Conv")) {
      plan_rotation(n, 2, 0);
    } else if (!plan_addend(n, 2)) {
      return false;
    }
  }
  plan_rotation(n, 1, output_axis(n));
  return true;
}

bool RotationFold::join_product_input(Node& n) {
  if (n.is("Conv") != channels_first_) return refuse_because("channels of a convolution elsewhere");
  plan_rotation(n, 1, input_axis(n));
  layers_.push_back(&n);
  return true;
}

/// A node that keeps the channels apart: what it reads and makes rotates together. `input`: where
/// the value that led here stands.
bool RotationFold::carry(Node& n, std::size_t input) {
  const bool from_input = input != kMadeHere;
  const bool any_input = is_among(n, {"Add", "Sub", "Mul", "Div", "Concat"});
  const bool attention = n.is("MatMul");  // by weights that are not constant
  if (from_input && !any_input && input != (attention ? 1 : 0)) {
    return refuse_because(cat("cannot pass ", n.op()));
  }
  if (!carried_.insert(&n).second) return true;
  for (std::size_t i = 1; i < n.outputs().size(); ++i) {
    if (n.output(i) != nullptr && n.output(i)->readers() > 0) {
      return refuse_because(cat("a second output of ", n.op()));
    }
  }
  return join(n.output()) && carry_by_kind(n);
}

bool RotationFold::carry_by_kind(Node& n) {
  if (is_among(n, {"Identity", "Dropout", "Neg"})) return join(n.input(0));
  if (is_among(n, {"Add", "Sub"})) return carry_sum(n);
  if (is_among(n, {"Mul", "Div"})) return carry_scaling(n);
  if (n.is("Concat")) return carry_concat(n);
  if (n.is("Transpose")) return carry_transpose(n);
  if (is_among(n, {"ReduceMean", "ReduceSum"})) return carry_reduction(n);
  if (channels_first_) {
    if (is_among(n, {"GlobalAveragePool", "AveragePool"})) return join(n.input(0));
  } else {
    // Blocks are rows of the last dimension, and stay together where it remains a multiple of them.
    if (is_among(n, {"Reshape", "Flatten", "Squeeze", "Unsqueeze"})) return join(n.input(0));
    if (n.is("Gather")) return carry_gather(n);
    if (n.is("MatMul") && rank_of(n.input(1)) >= 2) return join(n.input(1));
    if (is_normalization(n)) return carry_normalization(n);
  }
  return refuse_because(cat("cannot pass ", n.op()));
}

bool RotationFold::carry_sum(Node& n) {
  for (std::size_t i = 0; i < 2; ++i) {
    Value* v = n.input(i);
    if (v != nullptr && v->is_constant()) {
      if (!plan_addend(n, i)) return false;
      continue;
    }
    if (channels_of(v) != channels_of(n.output()) ||
        (channels_first_ && rank_of(v) != rank_of(n.output()))) {
      return refuse_because("an addend that varies otherwise than by channel");
    }
    if (!join(v)) return false;
  }
  return true;
}

bool RotationFold::carry_scaling(Node& n) {
  const std::size_t rank = rank_of(n.output());
  for (std::size_t i = 0; i < (n.is("Div") ? 1U : 2U); ++i) {
    Value* v = n.input(i);
    if (channels_of(v) != channels_of(n.output()) || (channels_first_ && rank_of(v) != rank)) {
      continue;
    }
    if (is_same_for_channels(n.input(1 - i), rank)) return join(v);
  }
  return refuse_because(cat("cannot pass ", n.op()));
}

bool RotationFold::carry_concat(Node& n) {
  const auto rank = static_cast<std::int64_t>(rank_of(n.output()));
  const std::int64_t axis = n.int_or("axis", 0);
  const std::size_t channel_axis = axis_of(static_cast<std::size_t>(rank));
  if (static_cast<std::size_t>(axis < 0 ? axis + rank : axis) == channel_axis) {
    return refuse_because("cannot pass Concat");
  }
  for (std::size_t i = 0; i < n.inputs().size(); ++i) {
    if (is_constant_f32(n.input(i))) {
      plan_rotation(n, i, channel_axis);
    } else if (!join(n.input(i))) {
      return false;
    }
  }
  return true;
}

bool RotationFold::carry_gather(Node& n) {
  const auto rank = static_cast<std::int64_t>(rank_of(n.input(0)));
  const std::int64_t axis = n.int_or("axis", 0);
  if ((axis < 0 ? axis + rank : axis) == rank - 1) return refuse_because("cannot pass Gather");
  if (!is_constant_f32(n.input(0))) return join(n.input(0));
  // A second table of this size would cost more than the rotation gains.
  if (n.input(0)->readers() != 1) return refuse_because("a table with another reader");
  plan_rotation(n, 0, static_cast<std::size_t>(rank - 1));
  return true;
}

bool RotationFold::carry_transpose(Node& n) {
  const auto perm = n.ints_or("perm", {});
  const std::size_t axis = axis_of(perm.size());
  if (perm.size() <= axis || perm[axis] != static_cast<std::int64_t>(axis)) {
    return refuse_because("cannot pass Transpose");
  }
  return join(n.input(0));
}

bool RotationFold::carry_reduction(Node& n) {
  const auto rank = static_cast<std::int64_t>(rank_of(n.input(0)));
  std::vector<std::int64_t> axes = n.ints_or("axes", {});
  const Value* given = n.input(1);
  if (given != nullptr && given->is_constant()) axes = given->constant().to_ints();
  const auto axis = static_cast<std::int64_t>(axis_of(static_cast<std::size_t>(rank)));
  const bool apart = !axes.empty() && std::all_of(axes.begin(), axes.end(), [&](std::int64_t a) {
    const std::int64_t at = a < 0 ? a + rank : a;
    return channels_first_ ? at > axis : at != axis;
  });
  return apart ? join(n.input(0)) : refuse_because(cat("cannot pass ", n.op()));
}

bool RotationFold::carry_normalization(Node& n) {
  const auto rank = static_cast<std::int64_t>(rank_of(n.input(0)));
  const std::int64_t axis = n.int_or("axis", -1);
  const std::int64_t channels = channels_of(n.output());
  if ((axis < 0 ? axis + rank : axis) != rank - 1) {
    return refuse_because(cat("cannot pass ", n.op()));
  }
  for (std::size_t i = 1; i < 3; ++i) {
    const Value* c = n.input(i);
    if (c == nullptr && i == 2) continue;
    if (!is_constant_f32(c) || c->constant().size() != channels || c->constant().rank() != 1) {
      return refuse_because(cat(n.op(), " without constants per channel"));
    }
  }
  const std::vector<float> scale = n.input(1)->constant().to_floats();
  const bool uniform =
      std::all_of(scale.begin(), scale.end(), [&](float s) { return s == scale.front(); });
  if (!uniform && !move_scale_on(n, scale)) return false;
  if (n.input(2) != nullptr) plan_rotation(n, 2, 0);
  keeps_mean_ = keeps_mean_ || n.is("LayerNormalization");
  return join(n.input(0));
}

/// (s x + b) W' = (x + b / s) (W s)': the products behind take the scale.
bool RotationFold::move_scale_on(Node& n, const std::vector<float>& scale) {
  for (const Use& use : n.output()->uses()) {
    if (reads_shape(*use.node)) continue;
    if (use.input != 0 || !is_rotatable_product(*use.node) || use.node->is("Conv")) {
      return refuse_because(cat("the scale of ", n.op(), " is read by ", use.node->op()));
    }
  }
  if (n.input(2) != nullptr) {
    // Where a channel nearly vanishes, its shift over its scale would drown the others.
    float least = std::fabs(scale.front());
    float most = least;
    for (const float s : scale) {
      least = std::min(least, std::fabs(s));
      most = std::max(most, std::fabs(s));
    }
    if (!(least >= most / 100)) return refuse_because(cat("a scale near zero in ", n.op()));
  }
  first_.emplace_back([this, &n, scale] {
    const auto put = [&](Node& node, std::size_t input, Tensor t) {
      node.set_input(input, graph_.add_constant(std::move(t), node.input(input)->name()));
    };
    for (const Use& use : std::vector<Use>(n.output()->uses())) {
      if (reads_shape(*use.node)) continue;
      put(*use.node, 1, scaled(use.node->input(1)->constant(), input_axis(*use.node), scale));
    }
    const Shape shape = {static_cast<std::int64_t>(scale.size())};
    put(n, 1, Tensor::of<float>(shape, std::vector<float>(scale.size(), 1)));
    if (n.input(2) == nullptr) return;
    std::vector<float> bias = n.input(2)->constant().to_floats();
    for (std::size_t i = 0; i < bias.size(); ++i) bias[i] /= scale[i];
    put(n, 2, Tensor::of<float>(shape, bias));
  });
  return true;
}

}  // namespace pare
