#include "runtime/sparse_rule.hpp"

#include "base/text.hpp"

namespace pare {
namespace {

/// Shares of words that are not zero up to which lists are faster than oneDNN's dense product.
/// Measured by bench/sparse.cpp (Zen 5, AVX-512, 1 and 2 threads, M = 1 to 3000, K and N = 64 to
/// 3072): docs/decisions/sparse-kernels.md has the tables. With a list for each column the least
/// gain at 20 % is 1.2 (floats) and 1.06 (codes, where a word is 4 of them); at 30 % both lose
/// somewhere. With lists that 4 columns share it is 1.2 and 1.1 at 50 %.
constexpr double kMostListed = 0.2;
constexpr double kMostShared = 0.5;
/// Below, a call costs as much as the product.
constexpr std::int64_t kLeastWeights = 4096;

}  // namespace

Verdict sparse_wins(const SparseCount& count, std::int64_t k, std::int64_t n,
                    std::string_view isa) {
  if (isa == "base") return refuse("no vector instructions that are known to gain");
  if (k * n < kLeastWeights) return refuse("few weights");
  const double most = count.shares() ? kMostShared : kMostListed;
  if (count.density() <= most) return accept();
  return refuse(cat("lists would hold ", static_cast<int>(100 * count.density()),
                    " % of the words, dense products are faster above ",
                    static_cast<int>(100 * most), " %"));
}

}  // namespace pare
