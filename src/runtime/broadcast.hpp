#pragma once

#include <vector>

#include "runtime/kernel.hpp"

namespace pare {

/// The dimensions of a shape as they lie in memory, outermost first.
std::vector<std::size_t> memory_order(std::size_t rank, Layout layout);

/// Elements of an operand of `shape`, which lies in that layout, between neighbours along each
/// dimension of the result `y`; 0 where the operand repeats.
std::vector<std::int64_t> broadcast_steps(const Shape& shape, Layout layout, const Shape& y);

}  // namespace pare
