#include <algorithm>
#include <cmath>

#include "passes/_rewrite.hpp"

namespace pare {
namespace {

using passes::has_one_reader;
using passes::made_by;

/// The parts of y = d / sqrt(mean(d * d) + epsilon) [* scale [+ bias]], d = x - mean(x).
struct Parts {
  Value* x = nullptr;
  std::int64_t axis = 0;
  double epsilon = 0;
  Value* scale = nullptr;
  Value* bias = nullptr;
  const Node* last = nullptr;
};

/// First axis when the node is a mean over all axes from there on, sizes kept.
std::optional<std::int64_t> trailing_mean(const Node* mean) {
  if (mean == nullptr || mean->int_or("keepdims", 1) != 1) return std::nullopt;
  const SymShape* shape = passes::shape_of(mean->input(0));
  auto axes = passes::integers(mean->input(1));
  if (shape == nullptr || !axes || axes->empty()) return std::nullopt;
  const auto rank = static_cast<std::int64_t>(shape->size());
  for (std::int64_t& a : *axes) a = a < 0 ? a + rank : a;
  std::sort(axes->begin(), axes->end());
  for (std::size_t i = 0; i < axes->size(); ++i) {
    const auto want = rank - static_cast<std::int64_t>(axes->size() - i);
    if ((*axes)[i] != want) return std::nullopt;
  }
  return axes->front();
}

/// d when v is d * d or Pow(d, 2).
Value* square_root_of(const Value* v) {
  if (v == nullptr || !has_one_reader(*v)) return nullptr;
  if (const Node* mul = made_by(v, "Mul")) {
    return mul->input(0) == mul->input(1) ? mul->input(0) : nullptr;
  }
  const Node* pow = made_by(v, "Pow");
  if (pow == nullptr) return nullptr;
  const auto power = passes::scalar_beside(pow->input(1), pow->input(0));
  return power && *power == 2 ? pow->input(0) : nullptr;
}

/// The standard deviation below d / s or d * (1 / s).
const Value* deviation_of(const Node& n, Value*& d) {
  if (n.is("Div")) {
    d = n.input(0);
    return n.input(1);
  }
  if (!n.is("Mul")) return nullptr;
  for (std::size_t i = 0; i < 2; ++i) {
    const Node* inverse = made_by(n.input(i), "Reciprocal");
    if (inverse == nullptr || !has_one_reader(*n.input(i))) continue;
    d = n.input(1 - i);
    return inverse->input(0);
  }
  return nullptr;
}

std::optional<Parts> core_at(const Node& n) {
  Parts parts;
  Value* d = nullptr;
  const Value* deviation = deviation_of(n, d);
  const Node* root = made_by(deviation, "Sqrt");
  if (root == nullptr || !has_one_reader(*deviation)) return std::nullopt;
  const Node* add = made_by(root->input(0), "Add");
  if (add == nullptr || !has_one_reader(*root->input(0))) return std::nullopt;
  const auto sum = passes::operands(
      *add, [&](Value* c) { return passes::scalar_beside(c, root->input(0)).has_value(); });
  if (!sum || !has_one_reader(*sum->second)) return std::nullopt;
  parts.epsilon = *passes::scalar_beside(sum->first, root->input(0));
  const Node* variance = made_by(sum->second, "ReduceMean");
  const auto variance_axis = trailing_mean(variance);
  const Node* sub = made_by(d, "Sub");
  if (!variance_axis || sub == nullptr || square_root_of(variance->input(0)) != d) {
    return std::nullopt;
  }
  const Node* mean = made_by(sub->input(1), "ReduceMean");
  const auto mean_axis = trailing_mean(mean);
  if (mean_axis != variance_axis || mean->input(0) != sub->input(0)) return std::nullopt;
  parts.x = sub->input(0);
  parts.axis = *mean_axis;
  parts.last = &n;
  return parts;
}

/// `v` is a constant of exactly the normalised sizes (ones in front do not matter).
bool fits(const Value* v, const Parts& parts) {
  if (v == nullptr || !v->is_constant() || v->dtype() != parts.x->dtype()) return false;
  const SymShape& x = *passes::shape_of(parts.x);
  const Shape& shape = v->constant().shape();
  const std::size_t count = x.size() - static_cast<std::size_t>(parts.axis);
  if (shape.size() < count || shape.size() > x.size()) return false;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const std::size_t from_end = shape.size() - i;
    const Dim want = from_end <= count ? x[x.size() - from_end] : Dim(1);
    if (!want.is(shape[i])) return false;
  }
  return true;
}

/// Takes in the scale and bias that follow.
Parts whole(Parts parts) {
  const auto next = [&](std::string_view op) -> std::pair<const Node*, Value*> {
    const Node* reader = passes::only_reader(*parts.last->output());
    if (reader == nullptr || !reader->is(op) || &reader->graph() != &parts.last->graph()) return {};
    Value* other = reader->input(0) == parts.last->output() ? reader->input(1) : reader->input(0);
    if (!fits(other, parts)) return {};
    return {reader, other};
  };
  const auto scale = next("Mul");
  if (scale.first == nullptr) return parts;
  parts.last = scale.first;
  parts.scale = scale.second;
  const auto bias = next("Add");
  if (bias.first == nullptr) return parts;
  parts.last = bias.first;
  parts.bias = bias.second;
  return parts;
}

Verdict match(const Node& n, const PassContext& /*context*/) {
  const auto parts = core_at(n);
  if (!parts) return not_mine();
  const SymShape& shape = *passes::shape_of(parts->x);
  for (auto i = static_cast<std::size_t>(parts->axis); i < shape.size(); ++i) {
    if (!shape[i].is_number()) return refuse("a normalised size is not known");
  }
  return accept();
}

void rewrite(Node& n, PassContext& /*context*/) {
  const Parts parts = whole(*core_at(n));
  Graph& graph = n.graph();
  const SymShape& x = *passes::shape_of(parts.x);
  const auto sizes = *to_numbers({x.begin() + parts.axis, x.end()});
  const std::string name = parts.last->output()->name();
  std::vector<Value*> inputs = {parts.x};
  const auto parameter = [&](const Value* given, std::string_view hint) {
    const Tensor data =
        given != nullptr
            ? given->constant().reshaped(sizes)
            : passes::tensor_of(
                  parts.x->dtype(), sizes,
                  std::vector<double>(static_cast<std::size_t>(element_count(sizes)), 1.0));
    inputs.push_back(graph.add_constant(data, cat(name, hint)));
  };
  parameter(parts.scale, "_scale");
  if (parts.bias != nullptr) parameter(parts.bias, "_bias");
  Node* last = const_cast<Node*>(parts.last);
  passes::replace_node(*last,
                       {.op = "LayerNormalization",
                        .inputs = inputs,
                        .attributes = {{"axis", parts.axis - static_cast<std::int64_t>(x.size())},
                                       {"epsilon", static_cast<float>(parts.epsilon)}}});
}

}  // namespace

/// Before: d = x - mean(x); y = d / sqrt(mean(d * d) + e) [* scale [+ bias]], means over the last
/// axes, scale and bias constants of their sizes      After: y = LayerNormalization(x, scale, bias)
/// Refuses: normalised sizes that are not known. Other readers of d keep it.
/// Keeps: output names; y up to rounding.
PassDef pass_fuse_layer_normalization() {
  return {.name = "fuse_layer_normalization",
          .what = "recognises LayerNormalization in its parts",
          .stage = 30,
          .match = match,
          .rewrite = rewrite};
}

}  // namespace pare
