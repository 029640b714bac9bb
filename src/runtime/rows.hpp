#pragma once

#include <span>

#include "runtime/kernel.hpp"

namespace pare {

/// The families of kernel_table(), each in order of preference.
std::span<const KernelRow> view_rows();

}  // namespace pare
