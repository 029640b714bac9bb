#include "kernels/recurrent/codes.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/rng.hpp"
#include "kernels/view.hpp"
#include "support/guard.hpp"

namespace pare {
namespace {

struct Case {
  CodeSource source;
  std::int64_t hidden = 0, depth = 0;
};

Case make_case(Rng& rng, std::int64_t hidden, std::int64_t depth, bool extreme = false) {
  Case c{{}, hidden, depth};
  for (std::int64_t row = 0; row < 4 * hidden; ++row) {
    for (std::int64_t k = 0; k < depth; ++k) {
      const auto code = extreme ? -128 : static_cast<int>(rng.below(256)) - 128;
      c.source.codes.push_back(static_cast<std::int8_t>(code));
    }
    c.source.scales.push_back(0.001F * static_cast<float>(1 + rng.below(9)));
    c.source.zeros.push_back(extreme ? 127 : static_cast<std::int32_t>(rng.below(256)) - 128);
  }
  return c;
}

/// The product of one row and one column in whole numbers, then two roundings to float32.
float product(const Case& c, const CodeRow& x, std::int64_t row) {
  std::int64_t sum = 0;
  for (std::int64_t k = 0; k < c.depth; ++k) {
    const auto at = static_cast<std::size_t>(row * c.depth + k);
    sum += (static_cast<std::int64_t>(x.codes[k]) - x.zero) *
           (c.source.codes[at] - c.source.zeros[static_cast<std::size_t>(row)]);
  }
  const float factor = x.scale * c.source.scales[static_cast<std::size_t>(row)];
  return factor * static_cast<float>(sum);
}

void expect_products(const Case& c, std::int64_t rows, Rng& rng, std::uint8_t least) {
  constexpr std::int64_t kStride = 70;
  std::vector<std::shared_ptr<std::byte>> memory;
  std::vector<CodeRow> x;
  for (std::int64_t r = 0; r < rows; ++r) {
    const std::int64_t room = (c.depth + 3) / 4 * 4;
    memory.push_back(guard::bytes(static_cast<std::size_t>(room), guard::Edge::ends));
    auto* codes = view<std::uint8_t>(memory.back().get());
    CodeRow row{codes, 0, static_cast<std::int32_t>(rng.below(256)), 0.25F};
    for (std::int64_t k = 0; k < room; ++k) {
      codes[k] = static_cast<std::uint8_t>(least + rng.below(256U - least));
      if (k < c.depth) row.sum += codes[k];  // what fills the last word counts nothing
    }
    x.push_back(row);
  }
  for (const CodeProductKernels* kernels : code_product_kernels()) {
    const CodeMatrix matrix(c.source, c.hidden, c.depth, *kernels);
    for (std::int64_t block = 0; block * kRecurrentUnits < c.hidden; ++block) {
      std::vector<float> sums(static_cast<std::size_t>(rows * kStride), 0.5F);
      matrix.add(block, x.data(), rows, sums.data(), kStride);
      for (std::int64_t r = 0; r < rows; ++r) {
        for (std::int64_t i = 0; i < kStride; ++i) {
          const std::int64_t unit = block * kRecurrentUnits + i % kRecurrentUnits;
          const bool exists = i < 64 && unit < c.hidden;
          const std::int64_t row = i / kRecurrentUnits * c.hidden + unit;
          const auto& of = x[static_cast<std::size_t>(r)];
          const float want = exists ? 0.5F + product(c, of, row) : 0.5F;
          ASSERT_EQ(sums[static_cast<std::size_t>(r * kStride + i)], want)
              << kernels->isa << " hidden " << c.hidden << " depth " << c.depth << " row " << r
              << " column " << i;
        }
      }
    }
  }
}

TEST(CodeMatrix, SumsAreExactOnEveryInstructionSet) {
  Rng rng(3);
  for (const std::int64_t depth : {1, 3, 4, 5, 16, 17, 100}) {
    for (const std::int64_t hidden : {1, 15, 16, 33}) {
      const Case c = make_case(rng, hidden, depth);
      for (const std::int64_t rows : {1, 2, 3, 4}) expect_products(c, rows, rng, 0);
    }
  }
}

TEST(CodeMatrix, TheGreatestCodesDoNotOverflow) {
  Rng rng(4);
  expect_products(make_case(rng, 2, kMostCodeDepth, true), 2, rng, 250);
}

TEST(CodeRows, RoundToStepsOverTheirRange) {
  const std::vector<float> x = {-1, 0, 0.5F, 4.1F, 1.9999F};
  const CodeRow range = code_range(x.data(), 5);
  EXPECT_EQ(range.scale, 5.1F / 255);
  EXPECT_EQ(range.zero, 50);
  std::vector<std::uint8_t> codes(8, 7);
  const CodeRow row = code_row(x.data(), 5, range, codes.data());
  std::int32_t sum = 0;
  for (std::size_t i = 0; i < 5; ++i) {
    const double back = (codes[i] - row.zero) * static_cast<double>(row.scale);
    EXPECT_NEAR(back, static_cast<double>(x[i]), 0.0101) << i;
    sum += codes[i];
  }
  EXPECT_EQ(row.sum, sum);
  for (std::size_t i = 5; i < 8; ++i) EXPECT_EQ(codes[i], 0);
  const std::vector<float> zeros(3, 0.0F);
  EXPECT_EQ(code_range(zeros.data(), 3).scale, 1.0F);
  EXPECT_EQ(code_range(zeros.data(), 3).zero, 0);
  EXPECT_EQ(code_range(x.data() + 2, 3).zero, 0) << "0 is in the range";
}

}  // namespace
}  // namespace pare
