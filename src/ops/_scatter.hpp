#pragma once

#include <string>

#include "ops/_axes.hpp"
#include "ops/_elementwise.hpp"

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

}  // namespace pare::ops
