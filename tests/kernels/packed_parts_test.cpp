#include <gtest/gtest.h>

#include <vector>

#include "base/rng.hpp"
#include "kernels/dots/dots.hpp"
#include "kernels/lowbit/lowbit.hpp"
#include "tensor/packed_store.hpp"

namespace pare {
namespace {

constexpr std::int64_t kK = 70, kN = 37, kBlock = 32, kM = 3;

/// Weights of `levels` levels with a scale per block and column.
struct Weights {
  explicit Weights(int count) {
    Rng rng(7);
    for (int i = 0; i < count; ++i) levels.push_back(static_cast<float>(i));
    for (std::int64_t i = 0; i < kK * kN; ++i) {
      codes.push_back(static_cast<std::uint8_t>(rng.below(static_cast<std::uint64_t>(count))));
    }
    for (std::int64_t i = 0; i < (kK + kBlock - 1) / kBlock * kN; ++i) {
      scales.push_back(0.01F + rng.uniform());
      zeros.push_back(static_cast<float>(i % 3));
    }
  }
  [[nodiscard]] LowbitSource source() const {
    return {kK, kN, codes, levels, kBlock, scales, zeros, false};
  }
  std::vector<std::uint8_t> codes;
  std::vector<float> levels, scales, zeros;
};

template <class Matrix>
std::vector<float> product(const Matrix& matrix) {
  Tensor x(ElementKind::f32, {kM, kK});
  float next = -2;
  for (float& v : x.mutable_data<float>()) v = next = next > 2 ? -2 : next + 0.173F;
  Tensor scratch(ElementKind::u8, {static_cast<std::int64_t>(matrix.scratch_bytes(kM)) + 64});
  std::vector<float> y(static_cast<std::size_t>(kM * kN));
  matrix.multiply(x.data<float>().data(), kM, nullptr, y.data(), scratch.mutable_bytes().data());
  return y;
}

template <class Matrix>
void round_trip(int levels) {
  SCOPED_TRACE(levels);
  const Weights w(levels);
  const Matrix made(w.source());
  const Tensor bytes = join_parts(made.parts());
  const Matrix again(split_parts(bytes));
  EXPECT_EQ(product(again), product(made));
  EXPECT_EQ(again.bytes(), made.bytes());
  // Parts that are missing, or of another size, are refused.
  const std::vector<Tensor> parts = split_parts(bytes);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    std::vector<Tensor> odd = parts;
    odd[i] = Tensor(ElementKind::u8, {3});
    EXPECT_THROW((void)Matrix(odd), Error) << i;
    odd = parts;
    odd.erase(odd.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_THROW((void)Matrix(odd), Error) << i;
  }
}

TEST(PackedParts, AMatrixOfItsPartsGivesTheSameBits) {
  for (const int levels : {2, 3, 4, 16, 200}) round_trip<LowbitMatrix>(levels);
  for (const int levels : {16, 200}) round_trip<DotMatrix>(levels);
}

TEST(PackedParts, EveryPrefixOfTheBytesIsRefused) {
  const DotMatrix made(Weights(16).source());
  const Tensor all = join_parts(made.parts());
  const std::vector<std::byte> bytes(all.bytes().begin(), all.bytes().end());
  for (std::size_t n = 0; n < bytes.size(); n += n < 512 ? 1 : 61) {
    Tensor part(ElementKind::u8, {static_cast<std::int64_t>(n)});
    std::copy_n(bytes.begin(), n, part.mutable_bytes().begin());
    EXPECT_THROW((void)DotMatrix(split_parts(part)), Error) << n;
  }
}

}  // namespace
}  // namespace pare
