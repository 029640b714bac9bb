#include "kernels/recurrent/recurrent_tables.hpp"

namespace pare {
namespace {

constexpr int kColumns = 64;

void product_of_one(const CodeBlock& b, const CodeRow& row, float* sums) {
  std::int32_t acc[kColumns] = {};
  for (std::int64_t q = 0; q < b.quads; ++q) {
    const std::int8_t* w = b.words + q * kColumns * 4;
    const std::uint8_t* x = row.codes + q * 4;
    for (int i = 0; i < kColumns; ++i) {
      for (int k = 0; k < 4; ++k) acc[i] += static_cast<int>(x[k]) * w[i * 4 + k];
    }
  }
  for (int i = 0; i < kColumns; ++i) {
    const std::int32_t sum = acc[i] - row.zero * b.corrections[i] - row.sum * b.zeros[i];
    sums[i] += row.scale * b.scales[i] * static_cast<float>(sum);
  }
}

template <int R>
void product(const CodeBlock& b, const CodeRow* rows, float* sums, std::int64_t stride) {
  for (int r = 0; r < R; ++r) product_of_one(b, rows[r], sums + r * stride);
}

constexpr CodeProductKernels kTable = {"base", {product<1>, product<2>, product<3>, product<4>}};

}  // namespace

const CodeProductKernels* code_product_kernels_base() { return &kTable; }

}  // namespace pare
