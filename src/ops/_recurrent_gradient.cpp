#include "ops/_recurrent_gradient.hpp"

#include <algorithm>

#include "ir/backward.hpp"
#include "ops/registry.hpp"

namespace pare::ops {
namespace {

constexpr std::int64_t kMostSteps = 4096;  // every one becomes nodes

enum Input : std::size_t { kX, kW, kR, kB, kLengths, kInitialH, kInitialC, kPeepholes };

/// Part d of the first dimension; nullptr stays.
Value* part(GradientContext& g, Value* v, std::int64_t d) {
  if (v == nullptr) return nullptr;
  Value* index = g.graph().add_constant(Tensor::scalar<std::int64_t>(d), "direction");
  return g.op("Gather", {v, index});
}

/// The first two dimensions swapped.
Value* swapped(GradientContext& g, Value* v) {
  std::vector<std::int64_t> order = {1, 0};
  for (std::size_t i = 2; i < g.rank(v); ++i) order.push_back(static_cast<std::int64_t>(i));
  return g.transpose(v, order);
}

/// What all directions share. Values are in the order of layout 0.
struct Unroll {
  std::int64_t steps = 0;
  bool batch_first = false;
  Value* x = nullptr;  ///< [T, B, I]
  Value* initial_h = nullptr;
  Value* initial_c = nullptr;
  bool has_cells = false;
};

Unroll read_unroll(GradientContext& g) {
  Unroll u;
  u.batch_first = g.attr_int("layout") != 0;
  const auto& shape = g.x(kX)->type().shape;
  const std::size_t time = u.batch_first ? 1 : 0;
  if (!shape || shape->size() != 3 || !(*shape)[time].is_number()) {
    g.refuse("no gradient while the number of steps is not known");
  }
  u.steps = (*shape)[time].number();
  if (u.steps > kMostSteps || u.steps < 1) g.refuse(cat("no gradient of ", u.steps, " steps"));
  const auto turned = [&](Value* v) { return v == nullptr || !u.batch_first ? v : swapped(g, v); };
  u.x = turned(g.x(kX));
  u.initial_h = turned(g.x(kInitialH));
  u.has_cells = g.def().name == "LSTM";
  if (u.has_cells) u.initial_c = turned(g.x(kInitialC));
  return u;
}

/// The start of direction d: [B, H].
Value* start(GradientContext& g, const Unroll& u, Value* given, std::int64_t d) {
  if (given != nullptr) return part(g, given, d);
  Value* sizes =
      g.op("Concat", {g.size_of(u.x, 1), g.size_of(g.x(kR), 2)}, {{"axis", std::int64_t{0}}});
  return g.op("Expand", {g.number(0, u.x), sizes});
}

struct Sequence {
  std::vector<Value*> y;  ///< of every step: [B, H]
  UnrolledState last;
};

Sequence run_direction(GradientContext& g, const Unroll& u, const UnrolledCell& cell,
                       UnrolledStep step) {
  const auto d = static_cast<std::int64_t>(cell.direction);
  UnrolledCell mine = cell;
  mine.r = part(g, g.x(kR), d);
  Value* wb = nullptr;
  if (Value* b = part(g, g.x(kB), d)) {
    const auto halves = equal_parts(g, b, 2, 0);
    wb = halves[0];
    mine.rb = halves[1];
  }
  if (u.has_cells) mine.peepholes = part(g, g.x(kPeepholes), d);
  Value* sums = plus(g, g.matmul(u.x, g.transpose_last(part(g, g.x(kW), d))), wb);
  const auto each = equal_parts(g, sums, static_cast<std::size_t>(u.steps), 0);
  Sequence out;
  out.y.resize(each.size());
  out.last.h = start(g, u, u.initial_h, d);
  if (u.has_cells) out.last.c = start(g, u, u.initial_c, d);
  const bool backward = d == 1 || g.attr_string("direction") == "reverse";
  for (std::int64_t i = 0; i < u.steps; ++i) {
    const std::int64_t t = backward ? u.steps - 1 - i : i;
    const auto at = static_cast<std::size_t>(t);
    UnrolledState next = step(g, mine, g.op("Squeeze", {each[at], g.ints({0})}), out.last);
    out.y[at] = next.h;
    if (Value* lengths = g.x(kLengths)) {
      // Beyond the end of a sequence the state stays and the output is 0.
      Value* index = g.graph().add_constant(
          Tensor::scalar<std::int32_t>(static_cast<std::int32_t>(t)), "step");
      Value* inside = g.unsqueeze(g.less(index, lengths), {1});
      out.y[at] = g.where_or_zero(inside, next.h);
      next.h = g.where(inside, next.h, out.last.h);
      if (next.c != nullptr) next.c = g.where(inside, next.c, out.last.c);
    }
    out.last = next;
  }
  return out;
}

Value* stacked(GradientContext& g, const std::vector<Value*>& parts) {
  std::vector<Value*> all;
  for (Value* v : parts) all.push_back(g.unsqueeze(v, {0}));
  return g.op("Concat", all, {{"axis", std::int64_t{0}}});
}

}  // namespace

std::vector<Value*> equal_parts(GradientContext& g, Value* v, std::size_t parts,
                                std::int64_t axis) {
  if (parts == 1) return {v};
  return g.outputs_of("Split", {v},
                      {{"axis", axis}, {"num_outputs", static_cast<std::int64_t>(parts)}}, parts);
}

Value* plus(GradientContext& g, Value* v, Value* b) { return b == nullptr ? v : g.add(v, b); }

Value* activate(GradientContext& g, const ActivationChoice& f, Value* v, bool clip) {
  if (clip && g.has_attr("clip") && g.attr_float("clip") > 0) {
    const auto limit = static_cast<double>(g.attr_float("clip"));
    v = g.op("Clip", {v, g.number(-limit, v), g.number(limit, v)});
  }
  if (f.name == "Affine") return g.add(g.mul(v, f.alpha), f.beta);
  if (f.name == "ScaledTanh") return g.mul(g.op("Tanh", {g.mul(v, f.beta)}), f.alpha);
  Attributes attributes;
  const bool two = f.name == "HardSigmoid";
  if (two || f.name == "LeakyRelu" || f.name == "ThresholdedRelu" || f.name == "Elu") {
    attributes["alpha"] = static_cast<float>(f.alpha);
  }
  if (two) attributes["beta"] = static_cast<float>(f.beta);
  return g.op(f.name, {v}, attributes);
}

void unrolled_gradient(GradientContext& g, const std::vector<std::string>& names,
                       UnrolledStep step) {
  const std::size_t before = g.graph().node_count();
  const Unroll u = read_unroll(g);
  const std::int64_t directions = read_directions(g);
  const auto functions = choose_activations(g, directions, names);
  std::vector<Sequence> sequences;
  for (std::size_t d = 0; d < functions.size(); ++d) {
    UnrolledCell cell;
    cell.direction = d;
    cell.functions = functions[d];
    sequences.push_back(run_direction(g, u, cell, step));
  }
  const auto of_all = [&](auto pick) {
    std::vector<Value*> parts;
    for (const Sequence& s : sequences) parts.push_back(pick(s));
    return stacked(g, parts);
  };
  std::vector<Value*> made(3, nullptr);
  if (g.dy(0) != nullptr) {
    made[0] = of_all([&](const Sequence& s) { return stacked(g, s.y); });  // [D, T, B, H]
    made[0] = u.batch_first ? g.transpose(made[0], {2, 1, 0, 3}) : swapped(g, made[0]);
  }
  if (g.dy(1) != nullptr) made[1] = of_all([](const Sequence& s) { return s.last.h; });
  if (g.dy(2) != nullptr) made[2] = of_all([](const Sequence& s) { return s.last.c; });
  Backward backward(g, op_registry());
  std::vector<Value*> ends;
  for (std::size_t i = 0; i < 3; ++i) {
    if (made[i] == nullptr) continue;
    if (i > 0 && u.batch_first) made[i] = swapped(g, made[i]);
    backward.flow_into(made[i], g.dy(i));
    ends.push_back(made[i]);
  }
  std::vector<Value*> from;
  for (std::size_t i = 0; i < g.node().inputs().size(); ++i) {
    if (g.wants(i)) from.push_back(g.x(i));
  }
  std::vector<Node*> nodes = g.graph().nodes();
  nodes.erase(nodes.begin(), nodes.begin() + static_cast<std::ptrdiff_t>(before));
  backward.run(way_between(nodes, from, ends));
  for (std::size_t i = 0; i < g.node().inputs().size(); ++i) {
    if (!g.wants(i)) continue;
    if (Value* total = backward.total(g.x(i))) g.set_dx(i, total);
  }
}

}  // namespace pare::ops
