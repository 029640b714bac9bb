#pragma once

#include <memory>

#include "runtime/kernel.hpp"

namespace pare {

/// Moves a value of that shape (outermost first, as the graph knows it) between layouts.
bool can_reorder(DType type);
std::unique_ptr<Kernel> make_reorder(DType type, const Shape& shape, Layout from, Layout to);

}  // namespace pare
