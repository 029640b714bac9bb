#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "kernels/sparse/sparse_tables.hpp"

namespace pare {

/// Constant weights w(k, n) = data[k * k_step + n * n_step]: floats, or int8 less their zero point.
struct SparseSource {
  std::int64_t k = 0, n = 0;
  std::int64_t k_step = 0, n_step = 1;
  const float* floats = nullptr;
  const std::int8_t* codes = nullptr;  ///< when there are no floats

  [[nodiscard]] bool is_zero(std::int64_t at_k, std::int64_t at_n) const noexcept {
    const std::int64_t at = at_k * k_step + at_n * n_step;
    return floats != nullptr ? floats[at] == 0 : codes[at] == 0;
  }
};

/// What lists of nonzero words would make of weights: judges before anything is packed.
struct SparseCount {
  std::int64_t words = 0;    ///< words of weights in all: one float, or 4 codes of one column
  std::int64_t listed = 0;   ///< those that one column after another keeps
  std::int64_t grouped = 0;  ///< those that lists shared by kSparseGroup columns keep
  /// Lists are shared where the products saved weigh more than the zeros that are multiplied: 4
  /// columns of one list cost what 3.2 lists of a column cost (operations on vectors counted).
  [[nodiscard]] bool shares() const noexcept { return grouped * 4 < listed * 5; }
  [[nodiscard]] double density() const noexcept {
    const std::int64_t kept = shares() ? grouped : listed;
    return words == 0 ? 0 : static_cast<double>(kept) / static_cast<double>(words);
  }
};
SparseCount count_sparse(const SparseSource& source);

/// Rows [m, k] times constant weights [k, n] of which only the nonzero words are kept. Floats:
/// y = x w + bias. Integers: y = float((x - zero) w) * scale + bias with u8 or s8 codes x; sums
/// are exact. Products with a zero that is not kept are left out, but rows with NaN or infinite
/// values get the NaN that 0 * inf gives. Results do not depend on the number of threads.
class SparseMatrix {
 public:
  explicit SparseMatrix(const SparseSource& source,
                        const SparseKernels& kernels = best_sparse_kernels());

  /// x: m rows of k floats or codes. `finish`: what is done to the sums; see there.
  /// At most `parts` threads work, each with a part of `scratch` of its own.
  void multiply(const std::byte* x, std::int64_t m, const SparseFinish& finish, std::byte* y,
                std::byte* scratch, std::int64_t parts) const;
  [[nodiscard]] std::size_t scratch_bytes(std::int64_t m, std::int64_t parts) const noexcept;
  [[nodiscard]] std::size_t bytes() const noexcept;
  /// Columns that share a list: 1 or kSparseGroup.
  [[nodiscard]] int group() const noexcept { return group_; }
  [[nodiscard]] std::string_view isa() const noexcept { return kernels_->isa; }
  /// Sum of a column's integer weights.
  [[nodiscard]] const std::vector<std::int32_t>& sums() const noexcept { return sums_; }

 private:
  struct Job;
  void pack(const SparseSource& source);
  [[nodiscard]] int width_for(std::int64_t rows) const noexcept;
  void prepare(const Job& job, std::int64_t first, std::int64_t rows, std::byte* panel) const;
  void columns(const Job& job, std::int64_t first, std::int64_t rows, const std::byte* panel,
               std::int64_t begin, std::int64_t end, float* tile) const;
  void spread_not_finite(const Job& job, std::int64_t first, std::int64_t rows, std::int64_t begin,
                         std::int64_t end) const;
  [[nodiscard]] bool lists(std::int64_t word, std::int64_t column) const noexcept;

  const SparseKernels* kernels_;
  std::int64_t k_, n_, words_;
  bool integers_;
  int group_ = 1;
  std::vector<std::uint32_t> begins_;  // by list: its first entry
  std::vector<std::uint16_t> at_;      // by entry: which word of the row
  std::vector<std::uint32_t> values_;  // by entry: group_ words
  std::vector<std::int32_t> sums_;
  std::vector<std::int32_t> shifts_;  // what kernels for signed codes leave out
};

}  // namespace pare
