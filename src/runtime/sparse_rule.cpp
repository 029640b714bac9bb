#include "runtime/sparse_rule.hpp"

#include "base/text.hpp"

namespace pare {
namespace {

// Measured by bench/sparse.cpp beside oneDNN's dense product (Zen 5, 1 and 2 threads, M = 1 to
// 3000, K and N = 64 to 3072); docs/decisions/sparse-kernels.md has the tables.

/// Shares of words that are not zero up to which lists are faster. A list for each column: at 20 %
/// floats gain 1.1 to 2 times and codes (a word is 4 of them) 1.06 to 1.9 times, at 30 % both lose
/// somewhere. Lists that 4 columns share: at 50 % between nothing (K = 256) and 1.5 times, at 30 %
/// 1.9 to 2.7 times; with AVX2 1.9 times at 20 %, nothing at 50 %.
constexpr double kMostListed = 0.2;
constexpr double kMostShared = 0.4;
constexpr double kMostSharedAvx2 = 0.3;
/// Below, turning rows into columns and back costs as much as the product.
constexpr std::int64_t kLeastFloats = 128;
constexpr std::int64_t kLeastCodes = 512;
constexpr std::int64_t kLeastColumns = 64;

}  // namespace

Verdict sparse_wins(const SparseCount& count, const SparseShape& shape, std::string_view isa) {
  if (isa == "base") return refuse("no vector instructions");
  if (shape.integers && isa != "vnni") return refuse("no VNNI");
  const std::int64_t least = shape.integers ? kLeastCodes : kLeastFloats;
  if (shape.k < least || shape.n < kLeastColumns) return refuse("few weights");
  const double shared = isa == "avx2" ? kMostSharedAvx2 : kMostShared;
  const double most = count.shares() ? shared : kMostListed;
  // Weights of which 80 % were zeroed at random: some hundredths of a percent more may be left.
  if (count.density() <= most * 1.01) return accept();
  return refuse(cat("lists would hold ", static_cast<int>(100 * count.density()),
                    " % of the words; dense products are faster above ",
                    static_cast<int>(100 * most), " %"));
}

}  // namespace pare
