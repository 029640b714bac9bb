#pragma once

#include <vector>

#include "base/rng.hpp"
#include "ops/_numbers.hpp"

namespace pare::ops {

/// The random numbers of one run of a node. With the attribute `seed` they are the same at every
/// run. Without it every run of this process takes the next stream of one fixed generator: runs
/// differ from each other, while a program that runs its nodes in the same order draws the same
/// numbers again when it is started again.
class Draws {
 public:
  explicit Draws(const AttributeReader& a);
  /// In [0, 1), a multiple of 2^-bits; bits from 1 to 53.
  double uniform(int bits = 53) noexcept;
  /// Standard normal (Box-Muller).
  double normal() noexcept;

 private:
  Rng rng_;
};

/// Attributes of RandomUniform and RandomNormal besides those of the distribution: `seed`, and
/// `dtype`, which is f32 by default or, `like` an input, its type.
OpDef& random_attributes(OpDef& def, bool like);

/// Shape and type of output 0 from the attributes `shape` and `dtype`, or as input 0.
void random_infer(ShapeContext& c);
void random_like_infer(ShapeContext& c);

/// Sets output 0, of the shape of the attribute or of input 0, by attributes low and high, or mean
/// and scale. Errors: Fault::corrupt when these are not finite, and for negative sizes.
void uniform_reference(OpCall& call);
void normal_reference(OpCall& call);

Cost random_cost(const ShapeContext& c);

}  // namespace pare::ops
