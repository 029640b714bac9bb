#include <algorithm>
#include <array>
#include <string_view>

#include "passes/_permutation.hpp"
#include "passes/_rewrite.hpp"

namespace pare {
namespace {

using passes::Permutation;

constexpr std::array<std::string_view, 32> kUnary = {
    "Abs",       "Cast",     "Ceil",      "Celu",
    "Clip",      "Cos",      "Elu",       "Erf",
    "Exp",       "Floor",    "Gelu",      "HardSigmoid",
    "HardSwish", "Identity", "LeakyRelu", "Log",
    "Mish",      "Neg",      "Not",       "Reciprocal",
    "Relu",      "Round",    "Selu",      "Sigmoid",
    "Sign",      "Sin",      "Softplus",  "Softsign",
    "Sqrt",      "Swish",    "Tanh",      "ThresholdedRelu"};
constexpr std::array<std::string_view, 7> kBinary = {"Add", "Sub", "Mul", "Div",
                                                     "Pow", "Max", "Min"};

template <std::size_t N>
bool one_of(const Node& n, const std::array<std::string_view, N>& ops) {
  return n.domain().empty() && std::find(ops.begin(), ops.end(), n.op()) != ops.end();
}

/// How one input continues when the Transpose moves behind the node.
struct Source {
  Value* value = nullptr;      ///< read this instead
  std::optional<Tensor> data;  ///< or a new constant of this
};

std::optional<Permutation> first_permutation(const Node& n) {
  for (const Value* v : n.inputs()) {
    if (const Node* t = passes::made_by(v, "Transpose")) return passes::permutation_of(*t);
  }
  return std::nullopt;
}

/// nullopt when the input does not fit a Transpose by `p`.
std::optional<Source> source_of(const Node& n, Value* v, const Permutation& p) {
  if (v == nullptr) return std::nullopt;
  if (const Node* t = passes::made_by(v, "Transpose")) {
    if (passes::permutation_of(*t) != p || &t->graph() != &n.graph()) return std::nullopt;
    return Source{t->input(0), std::nullopt};
  }
  if (!v->is_constant()) return std::nullopt;
  const Tensor& data = v->constant();
  if (data.size() == 1 && data.rank() <= p.size()) return Source{v, std::nullopt};
  if (data.rank() > p.size() || data.type().info().values != 1) return std::nullopt;
  if (data.kind() == ElementKind::string) return std::nullopt;
  Shape shape(p.size() - data.rank(), 1);
  shape.insert(shape.end(), data.shape().begin(), data.shape().end());
  return Source{nullptr, passes::permuted(data.reshaped(shape), passes::inverse(p))};
}

/// A Transpose is only worth moving when it does not stay behind for others.
bool all_single(const Node& n) {
  for (const Value* v : n.inputs()) {
    const Node* t = passes::made_by(v, "Transpose");
    if (t == nullptr || passes::has_one_reader(*v)) continue;
    for (const Use& use : v->uses()) {
      if (use.node != &n || v->is_graph_output()) return false;
    }
  }
  return true;
}

Verdict match(const Node& n, const PassContext& /*context*/) {
  const bool binary = one_of(n, kBinary) && n.inputs().size() == 2;
  if ((!binary && !one_of(n, kUnary)) || n.outputs().size() != 1) return not_mine();
  if (!binary && passes::made_by(n.input(0), "Transpose") == nullptr) return not_mine();
  const auto p = first_permutation(n);
  if (!p) return not_mine();
  if (!all_single(n)) return refuse("a Transpose has another reader");
  const std::size_t count = binary ? 2 : 1;
  for (std::size_t i = 0; i < count; ++i) {
    if (!source_of(n, n.input(i), *p)) {
      return refuse(cat("input ", i, " is neither constant nor transposed alike"));
    }
  }
  const SymShape* shape = passes::shape_of(n.output());
  if (shape == nullptr || shape->size() != p->size()) {
    return refuse("the rank of the result is not that of the Transpose");
  }
  return accept();
}

void rewrite(Node& n, PassContext& /*context*/) {
  Graph& graph = n.graph();
  const Permutation p = *first_permutation(n);
  NodeSpec spec{.op = n.op(), .inputs = n.inputs(), .attributes = n.attributes(), .name = n.name()};
  const std::size_t count = one_of(n, kBinary) ? 2 : 1;
  for (std::size_t i = 0; i < count; ++i) {
    Source source = *source_of(n, n.input(i), p);
    spec.inputs[i] = source.data ? graph.add_constant(std::move(*source.data), n.input(i)->name())
                                 : source.value;
  }
  Node* moved = graph.add_node(std::move(spec), &n);
  moved->metadata() = n.metadata();
  ValueType type(n.output()->dtype(), SymShape(p.size()));
  const Permutation back = passes::inverse(p);
  for (std::size_t i = 0; i < p.size(); ++i) {
    (*type.shape)[i] = (*passes::shape_of(n.output()))[static_cast<std::size_t>(back[i])];
  }
  moved->output()->set_type(std::move(type));
  n.set_name("");
  Node* transpose = passes::replace_node(
      n, {.op = "Transpose", .inputs = {moved->output()}, .attributes = {{"perm", p}}});
  transpose->metadata().clear();
}

}  // namespace

/// Before: z = f(Transpose(x, p)) or f(Transpose(x, p), c) or f(Transpose(x, p), Transpose(y, p)),
/// f element-wise, c constant      After: z = Transpose(f(x, ...), p), c transposed back
/// Refuses: a Transpose with another reader; operands that are neither constant nor transposed
/// alike; results of another rank than the Transpose.
/// Keeps: output names; every bit. Transposes only ever move towards the outputs, where they meet
/// others and merge.
PassDef pass_sink_transposes() {
  return {.name = "sink_transposes",
          .what = "moves Transposes behind element-wise operators",
          .stage = 22,
          .match = match,
          .rewrite = rewrite};
}

}  // namespace pare
