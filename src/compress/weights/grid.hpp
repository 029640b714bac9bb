#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "numerics/dtype.hpp"

namespace pare {

/// Weights as a matrix: a row is an output channel, products sum over the columns.
struct WeightMatrix {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::vector<float> values;  ///< row by row

  [[nodiscard]] std::span<float> row(std::int64_t r) noexcept {
    return std::span(values).subspan(static_cast<std::size_t>(r * columns),
                                     static_cast<std::size_t>(columns));
  }
  [[nodiscard]] std::span<const float> row(std::int64_t r) const noexcept {
    return std::span(values).subspan(static_cast<std::size_t>(r * columns),
                                     static_cast<std::size_t>(columns));
  }
};

/// How scales are found.
enum class ScaleRule : std::uint8_t {
  amax,  ///< the greatest |w| becomes the greatest level (half a step beyond it, for whole numbers)
  mean,  ///< the mean of |w| becomes 1: ternary (arXiv:2402.17764) and binary (arXiv:1603.05279)
  search  ///< of 85 clippings of amax (and the mean, for up to three levels) the one with the least
          ///< weighted sum of |error|^power
};

/// Which level the weight of greatest magnitude A becomes. Conventions for b-bit integers, with Q =
/// 2^(b-1) - 1, are all in use; files hold scales and codes, so that each reads all of them.
enum class Extreme : std::uint8_t {
  half_step,    ///< scale A / (Q + 1/2): half a step may be clipped on the side that has Q levels
  restricted,   ///< scale A / Q: the level -Q-1 stays without use
  signed_level  ///< the outermost level, -Q-1, whatever the sign of A: scales may be negative
};

/// Scale and zero point of the weights that share them: w ~ (level - zero) * scale.
struct GroupScale {
  float scale = 1;
  float zero = 0;
};

/// The numbers that coded weights can be, before scaling.
struct WeightGrid {
  std::vector<float> levels;  ///< ascending
  bool whole = false;     ///< consecutive whole numbers: codes are these, and zero points allowed
  bool symmetric = true;  ///< zero point 0
  ScaleRule rule = ScaleRule::amax;
  Extreme extreme = Extreme::half_step;  ///< of symmetric grids; of code books: signed_level or not
  double power = 2;                      ///< of errors in a search (arXiv:2210.17323 uses 2.4)
  std::int64_t group = 0;                ///< columns that share a scale; 0 = the row
  bool one_scale = false;                ///< one for the whole matrix (group 0)

  [[nodiscard]] std::int64_t groups(std::int64_t columns) const noexcept {
    return group <= 0 ? 1 : (columns + group - 1) / group;
  }
  /// Columns of a group.
  [[nodiscard]] std::int64_t width(std::int64_t columns) const noexcept {
    return group <= 0 ? columns : group;
  }
  /// Index of the level nearest to x; of two equally near whole numbers the even one, of other
  /// levels the lower one.
  [[nodiscard]] std::size_t nearest(float x) const noexcept;
  /// w rounded to the grid under a scale.
  [[nodiscard]] float rounded(float w, const GroupScale& g) const noexcept {
    return (levels[nearest(w / g.scale + g.zero)] - g.zero) * g.scale;
  }
  /// The scale for some weights; `importance` (empty: all 1) weighs errors in a search. A group of
  /// zeros gets scale 1.
  [[nodiscard]] GroupScale fit(std::span<const float> w,
                               std::span<const float> importance = {}) const;
  /// The scale at which `share` of the range of some weights is covered; no search.
  [[nodiscard]] GroupScale covering(std::span<const float> w, float share) const;
};

/// The grid of a number format of at most 256 codes: whole numbers for integers and levels, the
/// decoded codes for everything else. Errors: Fault::config for other formats.
WeightGrid grid_of(DType format);
/// The grid without what Extreme::restricted leaves out.
WeightGrid with_extreme(WeightGrid grid, Extreme extreme);

/// The numbers that scales are, for a file to hold them so.
enum class ScaleStore : std::uint8_t {
  float32,
  power_of_two,  ///< of MX blocks
  f8e4m3         ///< times CodedWeights::tensor_scale: of NVFP4 blocks
};

/// Weights by indices into the levels of a grid.
struct CodedWeights {
  WeightGrid grid;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::vector<std::uint8_t> codes;  ///< index into grid.levels, row by row
  std::vector<GroupScale> scales;   ///< [rows, groups], or one
  ScaleStore scale_store = ScaleStore::float32;
  float tensor_scale = 1;

  [[nodiscard]] const GroupScale& scale_of(std::int64_t r, std::int64_t c) const noexcept;
  [[nodiscard]] float value(std::int64_t r, std::int64_t c) const noexcept;
  [[nodiscard]] WeightMatrix decoded() const;
};

/// Scales of all groups. `importance`: one a column, or empty.
std::vector<GroupScale> fit_scales(const WeightMatrix& w, const WeightGrid& grid,
                                   std::span<const float> importance = {});

/// Every weight to the nearest level under the scales of its groups, as fit_scales orders them.
CodedWeights encode(const WeightMatrix& w, const WeightGrid& grid, std::vector<GroupScale> scales);

/// Every weight to the nearest level. `importance` as in fit_scales. Errors: Fault::corrupt for
/// weights that are not finite.
CodedWeights round_to_nearest(const WeightMatrix& w, const WeightGrid& grid,
                              std::span<const float> importance = {});

/// tr((A - B) H (A - B)') / tr(A H A'): how far the outputs of a layer move, in proportion, when
/// its inputs x have the second moments H = E[x x'] [columns, columns]; 0 when nothing comes out.
double output_error(const WeightMatrix& a, const WeightMatrix& b, std::span<const double> h);

}  // namespace pare
