#pragma once

#include "compress/weights/hadamard.hpp"
#include "tensor/tensor.hpp"

namespace pare {

/// The orthogonal matrix diag(Q, Q, ... Q): channels in blocks, each multiplied by the same
/// Rotation Q. Where means have to be kept, Q is multiplied by the reflection that brings (1 ... 1)
/// Q back to (1 ... 1), so that the mean of each block is what it was: what LayerNormalization
/// subtracts then rotates along, while RMSNormalization needs no such care. Everything in float64.
/// Source: arXiv:2404.00456, which moves the subtraction into the weights before instead.
class BlockRotation {
 public:
  /// Errors: Fault::unsupported when there is no Hadamard matrix of order `block`.
  BlockRotation(std::int64_t block, bool keeps_mean, Rng rng);

  [[nodiscard]] std::int64_t block() const noexcept { return q_.size(); }
  /// x <- x diag(Q, Q, ... Q) for a row of a multiple of block() numbers.
  void apply(std::span<double> x) const;

 private:
  void apply_to_block(std::span<double> x) const;

  Rotation q_;
  std::vector<double> normal_;  ///< of the reflection, of length 1; empty = none
};

/// `t` (float32) seen as rows along dimension `axis`, whose size is a multiple of the block, each
/// row rotated. The same bits for any number of threads.
Tensor rotated(const Tensor& t, std::size_t axis, const BlockRotation& q);

/// `t` (float32), its slices along dimension `axis` multiplied by `factors`.
Tensor scaled(const Tensor& t, std::size_t axis, std::span<const float> factors);

}  // namespace pare
