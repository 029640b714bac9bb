#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "ops/_numbers.hpp"

namespace pare::ops {

enum class SampleMode : std::uint8_t { linear, nearest, cubic };
enum class SamplePadding : std::uint8_t { zeros, border, reflection };

/// The attributes of GridSample, checked.
struct SampleSetup {
  SampleMode mode = SampleMode::linear;
  SamplePadding padding = SamplePadding::zeros;
  bool corners = false;
};

/// Errors: Fault::corrupt for unknown words.
SampleSetup read_sample_setup(const AttributeReader& a);
/// Fault::corrupt unless x [N, C, D1 .. Dr] and grid [N, .., r] fit.
void check_sample_shapes(const AttributeReader& a, const SymShape& x, const SymShape& grid);

/// Indices with weights along one dimension, and the derivatives of the weights with respect to the
/// place on the grid; index -1 = a zero.
struct SampleLine {
  std::array<std::int64_t, 4> index{};
  std::array<double, 4> weight{};
  std::array<double, 4> slope{};
  int count = 0;
};

/// What place x (from -1 to 1) of a dimension of `size` elements reads.
SampleLine sample_line(const SampleSetup& s, double x, std::int64_t size);

/// Sum over all combinations of taps, dimension d and behind.
double gather_sample(const double* plane, const std::vector<SampleLine>& lines, const Shape& size,
                     std::size_t d = 0, std::int64_t at = 0);

}  // namespace pare::ops
