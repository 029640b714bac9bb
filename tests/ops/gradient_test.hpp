#pragma once

// Compares the gradient of an operator with central differences of its reference kernel.

#include "ops/elementwise.hpp"

namespace pare {

struct GradientOptions {
  std::size_t outputs = 1;
  std::string domain = {};
  /// Real inputs that are not asked about (ratios, scales, boxes).
  std::vector<std::size_t> frozen = {};
  /// Inputs that are constants in every variant (their values must be known).
  std::vector<std::size_t> constant = {};
  /// Inputs whose sizes must be known.
  std::vector<std::size_t> static_shapes = {};
  /// Outputs that nothing flows into.
  std::vector<std::size_t> unused = {};
};

/// With loss = sum of w * y over all real outputs y and fixed noise w, the gradient of the loss
/// with respect to every real input must match central differences, and nothing may flow into an
/// input that the gradient leaves out. In float64 where the schema allows it. Made three times:
/// from known sizes, from symbolic sizes with integer inputs that are not constant, and without
/// knowing any rank, which alone may be refused (Fault::unsupported). In f16 and bf16 the gradient
/// must be made and run, and give that type.
void expect_gradient(const std::string& op, const std::vector<Tensor>& inputs,
                     const Attributes& attributes = {}, const GradientOptions& options = {});

/// A reduction over one axis, several, all and none of x [A, B, C], with and without keepdims.
void expect_reduce_gradient(const std::string& op, const Tensor& x);

/// Repeatable values in [low, high).
Tensor between(Shape shape, float low, float high, unsigned seed = 7);

/// Windows over an image [.., 5, 4]: strides, dilations, pads of both kinds, ceil_mode.
std::vector<Attributes> pool_cases();

}  // namespace pare
