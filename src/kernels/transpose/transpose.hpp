#pragma once

#include <cstddef>
#include <cstdint>

#include "tensor/tensor.hpp"

namespace pare {

/// out[b][c][r] = in[b][r][c] for elements of 1, 2, 4 or 8 bytes.
void transpose_2d(const std::byte* in, std::byte* out, std::int64_t batch, std::int64_t rows,
                  std::int64_t cols, std::size_t element_bytes);

/// Permutes dimensions: output dimension i is input dimension order[i]. Elements of 1, 2, 4 or 8
/// bytes, row-major.
class Permutation {
 public:
  Permutation(const Shape& shape, const std::vector<std::int64_t>& order,
              std::size_t element_bytes);
  void run(const std::byte* in, std::byte* out) const;

 private:
  std::size_t element_bytes_;
  // Merged dimensions of the output with their strides in the input, in elements.
  std::vector<std::int64_t> sizes_;
  std::vector<std::int64_t> strides_;
  // When the last two merged dimensions swap, the work is a batch of 2-D transposes.
  bool is_2d_ = false;
  std::int64_t batch_ = 1;
  std::int64_t rows_ = 1;
  std::int64_t cols_ = 1;
};

}  // namespace pare
