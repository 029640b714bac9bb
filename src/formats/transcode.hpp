#pragma once

#include <functional>
#include <span>

#include "formats/container.hpp"

namespace pare {

/// What a change of type did to values.
struct TranscodeError {
  double signal = 0;  ///< sum of squares before
  double noise = 0;   ///< sum of squared differences

  /// Every value is what it was.
  [[nodiscard]] bool exact() const noexcept { return noise == 0; }
  /// Infinite when nothing changed.
  [[nodiscard]] double sqnr_db() const noexcept;
  void add(const TranscodeError& other) noexcept;
};

/// Whether values of `from` can be written as `to`: bytes are kept where both are one type, else
/// both have float values.
bool can_transcode(const StoredType& from, const StoredType& to) noexcept;

/// Writes the values of a tensor in another type, in pieces of some megabytes, each handed to `put`
/// once; a tensor of that type already goes there as it is. Uses all threads; the result does not
/// depend on their number. Errors: Fault::unsupported unless can_transcode(); Fault::corrupt where
/// rows are not whole blocks, and for NaN and infinity where `to` cannot hold them;
/// Fault::unsupported for numbers beyond the greatest of `to`, where that does not saturate.
TranscodeError transcode(const StoredTensor& tensor, const StoredType& to,
                         const std::function<void(std::span<const std::byte>)>& put);

}  // namespace pare
