#include <algorithm>
#include <array>
#include <string_view>

#include "passes/_quantized.hpp"
#include "passes/_rewrite.hpp"

namespace pare {
namespace {

constexpr std::array<std::string_view, 9> kMoves = {"Reshape", "Transpose", "Flatten",
                                                    "Squeeze", "Unsqueeze", "Slice",
                                                    "Gather",  "Expand",    "MaxPool"};

bool moves_values(const Node* n) {
  return n != nullptr && n->domain().empty() && n->outputs().size() == 1 &&
         std::find(kMoves.begin(), kMoves.end(), n->op()) != kMoves.end();
}

Verdict match(const Node& q, const PassContext& /*context*/) {
  if (!q.is("QuantizeLinear")) return not_mine();
  const Node* move = q.input(0) != nullptr ? q.input(0)->producer() : nullptr;
  if (!moves_values(move) || &move->graph() != &q.graph()) return not_mine();
  const Node* dq = passes::made_by(move->input(0), "DequantizeLinear");
  if (dq == nullptr) return not_mine();
  if (!passes::is_per_tensor(*dq) || !passes::is_per_tensor(q)) {
    return refuse("there is a scale per channel");
  }
  if (!passes::same_quantization(*dq, q)) return refuse("scale or zero point differ");
  const DType type = dq->input(0)->dtype();
  if (type != q.output()->dtype()) return refuse("the integer types differ");
  if (move->is("MaxPool") && !(type == ElementKind::i8) && !(type == ElementKind::u8)) {
    return refuse(cat("MaxPool does not take ", type.name()));
  }
  if (!passes::has_one_reader(*move->output())) return refuse("the moved value has another reader");
  return accept();
}

void rewrite(Node& q, PassContext& /*context*/) {
  Node* move = q.input(0)->producer();
  NodeSpec spec{.op = move->op(), .inputs = move->inputs(), .attributes = move->attributes()};
  spec.inputs[0] = move->input(0)->producer()->input(0);
  q.set_name(move->name());
  Graph& graph = q.graph();
  passes::replace_node(q, std::move(spec));
  graph.erase(move);
}

}  // namespace

/// Before: r = QuantizeLinear(f(DequantizeLinear(q, s, z)), s, z), f a Reshape, Flatten, Squeeze,
/// Unsqueeze, Transpose, Slice, Gather, Expand or MaxPool      After: r = f(q)
/// Refuses: scales per channel; scales, zero points or integer types that differ; MaxPool of other
/// types than 8-bit integers; a result of f with another reader.
/// Keeps: every bit: these operators only choose among values, in the same order of size.
PassDef pass_move_integers() {
  return {.name = "move_integers",
          .what = "moves integers without turning them into floats on the way",
          .stage = 19,
          .match = match,
          .rewrite = rewrite};
}

}  // namespace pare
