#pragma once

#include "ir/pass.hpp"
#include "kernels/sparse/sparse.hpp"

namespace pare {

/// Whether a product with these weights is faster by lists of nonzeros than dense. The number of
/// rows does not matter where it was measured.
Verdict sparse_wins(const SparseCount& count, std::int64_t k, std::int64_t n, std::string_view isa);

}  // namespace pare
