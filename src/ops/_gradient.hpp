#pragma once

#include <vector>

#include "ir/gradient.hpp"

// What gradients of several operators share.

namespace pare::ops {

/// y = f(x) element by element: dx = dy * slope.
void set_slope(GradientContext& g, Value* slope);
/// Piecewise constant: nothing flows.
void nothing_flows(GradientContext& g);
/// y holds the elements of x in their order: dx is dy in the shape of x.
void reshaped_gradient(GradientContext& g);
/// y copies elements of x (input 0) that values of other inputs and attributes name: the node is
/// run again on the indices of x, which say where dy is added.
void moved_gradient(GradientContext& g);
/// y is the greatest or least of the inputs, which broadcast: those that are equal to it share dy.
void ties_gradient(GradientContext& g);

/// Values [C] of channels, brought to [C, 1, ...] so that they broadcast against [B, C, ...].
Value* per_channel(GradientContext& g, Value* v, std::size_t rank);
/// Every axis but 1 (of rank 1: all).
std::vector<std::int64_t> all_but_channels(std::size_t rank);
/// The axes first, first + 1, ... rank - 1.
std::vector<std::int64_t> axes_from(std::int64_t first, std::size_t rank);

/// n = (x - mean) * inverse with inverse = 1 / sqrt(mean of (x - mean)^2 + epsilon) over `axes`;
/// not `centred`: mean is 0.
struct Normalised {
  Value* n = nullptr;
  Value* inverse = nullptr;
  std::vector<std::int64_t> axes;
  bool centred = true;
};
Normalised normalise(GradientContext& g, Value* x, const std::vector<std::int64_t>& axes,
                     double epsilon, bool centred = true);
/// Gradient of x from that of n: inverse * (dn - mean dn - n * mean(dn * n)).
Value* through_norm(GradientContext& g, const Normalised& norm, Value* dn);

/// x |x|^(p - 2), which is d(|x|^p) / dx / p.
Value* signed_power(GradientContext& g, Value* x, std::int64_t p);
/// a / y^(p - 1), 0 where y is 0.
Value* over_power(GradientContext& g, Value* a, Value* y, std::int64_t p);

/// For gradient operators: output 0 has the element type of input 0 and the shape that integer
/// input `shape` holds.
void shape_input_infer(ShapeContext& c, std::size_t shape);
/// That shape when it runs. Fault::corrupt for negative sizes or another rank than `rank`.
Shape shape_input(const OpCall& call, std::size_t shape, std::size_t rank);

}  // namespace pare::ops
