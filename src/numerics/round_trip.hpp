#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "numerics/dtype.hpp"

namespace pare {

/// Which values share a scale.
enum class ScaleSharing : std::uint8_t { none, tensor, row, group };

/// A number format and how it is scaled.
struct ScaledFormat {
  DType type;
  ScaleSharing sharing = ScaleSharing::none;
  std::int64_t group = 0;  ///< columns that share a scale

  /// "int4, group 32", "q4_0".
  [[nodiscard]] std::string name() const;
  /// Bits per value of a matrix of `rows` x `columns`, scales included: float32 for tensors and
  /// rows, float16 for groups.
  [[nodiscard]] double bits(std::int64_t rows, std::int64_t columns) const;
};

/// All formats of at most 16 bits in which numbers of both signs can be held: those with scales of
/// their own as they are, 16-bit floats unscaled, the others with a scale for a tensor, a row, and
/// groups of 32, 64 and 128.
std::vector<ScaledFormat> scaled_formats();

/// Signal and noise of a round trip.
struct RoundTrip {
  double signal = 0;  ///< sum of squares
  double noise = 0;   ///< sum of squared errors

  [[nodiscard]] double sqnr_db() const noexcept;
};

/// Encodes and decodes a matrix, row by row. Scales bring the greatest magnitude that shares one to
/// the greatest number of the format (half a step beyond it for whole numbers), in binary and
/// ternary the mean magnitude to 1; those of groups are rounded to float16 first. Errors:
/// Fault::corrupt for values that are not finite.
RoundTrip round_trip(const ScaledFormat& format, std::span<const float> values,
                     std::int64_t columns);

}  // namespace pare
