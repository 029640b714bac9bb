#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/onnx/known_types.hpp"
#include "ir/graph.hpp"

namespace pare::onnx {

/// Why a node has no form in the wanted operator set; nullopt when it was rewritten.
using Refusal = std::optional<std::string>;
inline constexpr std::nullopt_t kDone = std::nullopt;

/// One node of ai.onnx that changes its form. The node keeps its outputs with their names: where
/// one node becomes several, the others go in front of it and it becomes the last. What is added
/// has the newest form.
class Rewriter {
 public:
  Rewriter(Node& node, KnownTypes& types) : node_(&node), types_(&types) {}

  [[nodiscard]] Node& node() const noexcept { return *node_; }
  [[nodiscard]] Value* input(std::size_t i) const noexcept { return node_->input(i); }
  [[nodiscard]] KnownTypes& types() const noexcept { return *types_; }
  /// Nodes added so far, in order.
  [[nodiscard]] const std::vector<Node*>& added() const noexcept { return added_; }

  Value* constant(Tensor data, std::string_view what);
  /// int64 vector.
  Value* ints(const std::vector<std::int64_t>& values, std::string_view what);
  /// A scalar of the element type of `like`; converted at run time when that is not known.
  Value* scalar(double value, Value* like, std::string_view what);

  /// A node in front of this one; its first output.
  Value* add(std::string op, std::vector<Value*> inputs, Attributes attributes = {});
  /// This node is another operator from now on. It has one output.
  void become(std::string op, const std::vector<Value*>& inputs, const Attributes& attributes = {});
  /// Readers of output i read op(output i, `more`...) instead, under the same name.
  Value* convert_output(std::size_t i, std::string op, const std::vector<Value*>& more,
                        Attributes attributes);

 private:
  [[nodiscard]] std::string hint(std::string_view what) const;

  Node* node_;
  KnownTypes* types_;
  std::vector<Node*> added_;
};

/// True when nothing reads some node or constant, bodies included.
bool has_unread(const Graph& graph);
/// Changes the forms of `graph` by `change` and removes what nothing reads any more, such as
/// constants that became attributes. What nothing read before stays: then nothing at all is
/// removed.
template <class Change>
void change_forms(Graph& graph, Change&& change) {
  const bool all_read = !has_unread(graph);
  std::forward<Change>(change)();
  if (all_read) graph.remove_unused();
}

/// True when output i is there and something reads it.
bool is_read(const Node& node, std::size_t i);
/// `axis` counted from the front; nullopt when it is outside the rank.
std::optional<std::int64_t> from_front(std::int64_t axis, std::size_t rank);
/// Constant with one of the short attributes of operator set 12 (value_int, value_floats ...): the
/// attribute becomes a tensor.
Refusal constant_as_tensor(Rewriter& r);
/// The problems of many nodes as one Fault::unsupported.
[[noreturn]] void throw_unsupported(const std::string& what,
                                    const std::vector<std::string>& problems);

}  // namespace pare::onnx
