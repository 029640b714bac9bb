#pragma once

#include "ir/pass.hpp"
#include "kernels/sparse/sparse.hpp"

namespace pare {

/// Of the weights of a product.
struct SparseShape {
  std::int64_t k = 0, n = 0;
  bool integers = false;
};

/// Whether a product with these weights is faster by lists of nonzeros than dense. The number of
/// rows decides nothing: where lists gain they do with 1 row and with 3000.
Verdict sparse_wins(const SparseCount& count, const SparseShape& shape, std::string_view isa);

}  // namespace pare
