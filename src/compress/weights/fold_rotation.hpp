#pragma once

#include <deque>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "compress/weights/block_rotation.hpp"
#include "ir/graph.hpp"

namespace pare {

/// Whether `node` is a Gemm or MatMul of rank 2 or a Conv without groups, with constant float32
/// weights.
bool is_rotatable_product(const Node& node);

/// The values whose channels (last dimension; dimension 1 around convolutions) have to rotate
/// together with those of `start` so that the function of the graph stays: found from `start`
/// through additions, factors that all channels share, reshapes, transposes, means over other
/// dimensions, the value side of attention (P V, in blocks of a head) and normalizations without a
/// scale of their own per channel (one that only products read moves into these). The ends are
/// products with constant weights and tables of Gather, which take the rotation for nothing.
class RotationFold {
 public:
  /// Shapes of `graph` must have been inferred. Changes nothing yet.
  RotationFold(Graph& graph, Value* start, bool channels_first);

  /// Why the values cannot rotate; empty when they can.
  [[nodiscard]] const std::string& refusal() const noexcept { return refusal_; }
  /// Channels that rotate together: the greatest number that divides the channels of all values.
  [[nodiscard]] std::int64_t block() const noexcept { return block_; }
  /// Whether means over the channels must be kept, as LayerNormalization subtracts them.
  [[nodiscard]] bool keeps_mean() const noexcept { return keeps_mean_; }
  /// The products whose inputs rotate.
  [[nodiscard]] const std::vector<Node*>& layers() const noexcept { return layers_; }
  /// Rotates the constants at the ends. Needs an empty refusal and a `q` of that block.
  void commit(const BlockRotation& q);

 private:
  bool refuse_because(std::string why);
  bool join(Value* v);
  bool visit(const Value* v);
  bool join_product_output(Node& n);
  bool join_product_input(Node& n);
  bool carry(Node& n, std::size_t input);
  bool carry_by_kind(Node& n);
  bool carry_sum(Node& n);
  bool carry_scaling(Node& n);
  bool carry_concat(Node& n);
  bool carry_gather(Node& n);
  bool carry_transpose(Node& n);
  bool carry_reduction(Node& n);
  bool carry_normalization(Node& n);
  bool move_scale_on(Node& n, const std::vector<float>& scale);
  bool plan_addend(Node& n, std::size_t input);
  void plan_rotation(Node& n, std::size_t input, std::size_t axis);
  [[nodiscard]] std::int64_t channels_of(const Value* v) const;
  [[nodiscard]] std::size_t axis_of(std::size_t rank) const;
  [[nodiscard]] bool is_same_for_channels(const Value* v, std::size_t rank) const;

  Graph& graph_;
  bool channels_first_;
  std::string refusal_;
  std::int64_t block_ = 0;
  bool keeps_mean_ = false;
  std::vector<Node*> layers_;
  std::set<const Value*> seen_;
  std::set<const Node*> carried_;
  std::deque<Value*> queue_;
  std::vector<std::function<void()>> first_;  ///< edits before those that rotate
  std::vector<std::function<void(const BlockRotation&)>> edits_;
};

}  // namespace pare
