#pragma once

#include <cstddef>
#include <optional>
#include <unordered_map>
#include <vector>

#include "ir/graph.hpp"

namespace pare::onnx {

/// Element types and ranks of values while nodes are rewritten in order: what the graph says, else
/// what the producer implies for the operators that networks are made of. Old files often type only
/// their inputs and outputs, and some old forms need more than that.
class KnownTypes {
 public:
  /// Invalid when unknown.
  [[nodiscard]] DType dtype(const Value* value) const;
  /// Absent when unknown.
  [[nodiscard]] std::optional<std::size_t> rank(const Value* value) const;
  /// Notes the outputs of a node in its newest form; its inputs are known as far as they can be.
  void learn(const Node& node);

 private:
  struct Known {
    DType dtype;
    std::optional<std::size_t> rank;
  };
  [[nodiscard]] Known known(const Value* value) const { return {dtype(value), rank(value)}; }
  [[nodiscard]] std::optional<std::size_t> largest_rank(const Node& node) const;
  [[nodiscard]] std::optional<std::size_t> moved_rank(const Node& node) const;
  [[nodiscard]] Known result(const Node& node) const;

  std::unordered_map<const Value*, Known> found_;
};

/// Elements of a constant of whole numbers; nullopt for everything else.
std::optional<std::vector<std::int64_t>> constant_ints(const Value* value);

}  // namespace pare::onnx
