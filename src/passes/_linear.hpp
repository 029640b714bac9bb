#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ir/graph.hpp"

namespace pare::passes {

/// y[c] = scale[c] * x[c] + shift[c] for every channel c of x.
struct ChannelAffine {
  Value* x = nullptr;
  std::vector<double> scale;
  std::vector<double> shift;
  [[nodiscard]] bool shifts() const;
};

/// What BatchNormalization (of constants, axis 1) or Add, Sub, Mul, Div with a constant that
/// varies along `axis` only does to its input. nullopt for anything else.
std::optional<ChannelAffine> affine_of(const Node& n, std::int64_t channels, bool last_axis);
/// True for operators that affine_of() may know, with a constant operand.
bool may_be_affine(const Node& n);

/// Conv, ConvTranspose, Gemm or MatMul with weights as input 1.
class Linear {
 public:
  /// nullopt when it is no such node or the weights are not a constant; `why` says why then.
  static std::optional<Linear> of(Node& n, std::string& why);
  static bool is_one(const Node& n);

  [[nodiscard]] Node& node() const { return *node_; }
  [[nodiscard]] std::int64_t outputs() const { return outputs_; }
  [[nodiscard]] std::int64_t inputs() const { return inputs_; }
  /// The channels are the last axis of input and output (else axis 1).
  [[nodiscard]] bool last_axis() const;
  [[nodiscard]] bool has_bias() const { return bias_given_; }
  [[nodiscard]] bool takes_bias() const { return !node_->is("MatMul"); }
  /// True when every window lies inside the input.
  [[nodiscard]] bool pads_nothing() const;

  /// y' = scale * y + shift.
  void scale_outputs(const ChannelAffine& a);
  /// x' = scale * x + shift.
  void scale_inputs(const ChannelAffine& a);
  /// False when a changed weight left the range of its type.
  [[nodiscard]] bool is_finite() const;
  /// Writes the changed weights and bias into the graph.
  void store();

 private:
  explicit Linear(Node& n) : node_(&n) {}
  void find_sizes();
  bool read_bias(std::string& why);
  struct Place {
    std::size_t out = 0;
    std::size_t in = 0;
  };
  [[nodiscard]] Place place(std::int64_t flat) const;

  Node* node_;
  Shape shape_;
  std::int64_t groups_ = 1;
  std::int64_t kernel_ = 1;
  std::int64_t outputs_ = 0;
  std::int64_t inputs_ = 0;
  bool transposed_ = false;
  bool bias_given_ = false;
  bool bias_changed_ = false;
  std::vector<double> weights_;
  std::vector<double> bias_;
};

}  // namespace pare::passes
