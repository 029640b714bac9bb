#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace pare {

/// Numbers that products are computed with.
enum class Arithmetic : std::uint8_t { f32, bf16, int8 };
std::string_view to_string(Arithmetic a);

/// A loop of independent multiply-adds that stay in registers.
struct PeakLoop {
  std::string_view isa;
  Arithmetic arithmetic = Arithmetic::f32;
  double operations = 0;  ///< of one round; a multiplication and an addition are two
  /// `values` has 256 bytes: read before, written behind the rounds.
  void (*run)(std::int64_t rounds, std::byte* values) = nullptr;
};

/// Loops that this CPU can run, the best of each arithmetic first; f32 and int8 are always there.
std::span<const PeakLoop* const> peak_loops();

/// Reads all bytes; the result depends on each. `n` is a multiple of 512.
using ReadLoop = std::uint64_t (*)(const std::byte* bytes, std::size_t n);
ReadLoop read_loop();

/// Bytes per second from memory that takes that much room.
struct ReadRate {
  std::size_t bytes = 0;  ///< working set of all threads together
  double gb_per_s = 0;
};

/// What a machine can do with some threads.
struct MachinePeaks {
  int threads = 1;
  double f32_gflops = 0;
  double bf16_gflops = 0;  ///< 0: no instructions for it
  double int8_gflops = 0;
  std::string_view f32_isa, bf16_isa, int8_isa;
  std::vector<ReadRate> reads;  ///< by rising working set; the last is memory

  /// Operations per second in units of 10^9. Without instructions for bf16, those of f32.
  [[nodiscard]] double gflops(Arithmetic a) const;
  /// Of the smallest working set that holds so many bytes.
  [[nodiscard]] double gb_per_s(double bytes) const;
};

/// Measures them now, in about `seconds`: the best of several tries, as other programs only ever
/// take time away. Uses parallel_for with `threads`.
MachinePeaks measure_peaks(int threads, double seconds = 0.2);

}  // namespace pare
