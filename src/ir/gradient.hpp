#pragma once

#include <vector>

#include "ir/builder.hpp"

namespace pare {

/// Whether gradients flow through values of that element type.
[[nodiscard]] bool is_differentiable(DType type);

/// Given to an operator's `gradient`: reads the node and adds to the graph what computes, from the
/// gradients dy of its outputs, those of its inputs. The gradient of a value v is that of a scalar
/// loss with respect to v, and has the type and shape of v. Wherever broadcasting, ties or kinks
/// leave a choice, docs/autodiff.md says which is taken.
class GradientContext : public AttributeReader, public GraphBuilder {
 public:
  /// `dy`: one per output, nullptr where nothing flows; `wants`: one per input.
  GradientContext(const Node& node, const OpDef& def, GraphBuilder builder, std::vector<Value*> dy,
                  std::vector<bool> wants);

  /// nullptr when the input or output is omitted.
  [[nodiscard]] Value* x(std::size_t i) const { return node().input(i); }
  [[nodiscard]] Value* y(std::size_t i) const { return node().output(i); }
  /// nullptr when nothing flows into output i.
  [[nodiscard]] Value* dy(std::size_t i) const { return i < dy_.size() ? dy_[i] : nullptr; }
  /// Whether the gradient of input i is asked for. set_dx without being asked does no harm, but the
  /// nodes that lead to it are of no use.
  [[nodiscard]] bool wants(std::size_t i) const { return i < wants_.size() && wants_[i]; }
  /// Without a call nothing flows into input i. Converted to the element type of the input.
  void set_dx(std::size_t i, Value* gradient);
  [[nodiscard]] Value* dx(std::size_t i) const { return i < dx_.size() ? dx_[i] : nullptr; }
  /// Throws Fault::unsupported with the node's label in front.
  [[noreturn]] void refuse(const std::string& why) const;
  /// Refuses unless nothing flows into the outputs from `first` on.
  void only_outputs_below(std::size_t first) const;
  /// Constant integers of input i: {} when it is omitted; nullopt when they are not known.
  [[nodiscard]] std::optional<std::vector<std::int64_t>> constant_ints(std::size_t i) const;

 private:
  std::vector<Value*> dy_;
  std::vector<bool> wants_;
  std::vector<Value*> dx_;
};

}  // namespace pare
