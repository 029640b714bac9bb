#pragma once

#include <string>

#include "ops/_axes.hpp"
#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare::ops {

/// Combines an element with an update: none (replaces), add, mul, max, min.
class ScatterInto {
 public:
  /// Starts from the elements of `x`. Fault::corrupt for an unknown reduction or other types.
  ScatterInto(const OpCall& call, const Tensor& x, const Tensor& updates);
  /// out[to] = reduction(out[to], updates[from]).
  void put(std::int64_t to, std::int64_t from);
  [[nodiscard]] Tensor take() { return std::move(out_); }

 private:
  std::string reduction_;
  Tensor updates_;
  Tensor out_;
};

/// Of data (input 0) and updates (input 2); `gather` reads at the places that are written. max and
/// min: all that are equal to the result share dy. mul: needs updates other than 0. none: of places
/// that are written twice ONNX says nothing.
void scatter_gradient(GradientContext& g, Value* (*gather)(GradientContext&, Value*));

}  // namespace pare::ops
