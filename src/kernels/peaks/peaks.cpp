#include "kernels/peaks/peaks.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <new>

#include "base/error.hpp"
#include "base/threads.hpp"
#include "kernels/cpu.hpp"
#include "kernels/peaks/peaks_tables.hpp"
#include "tensor/tensor.hpp"

namespace pare {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kValueBytes = 256;
constexpr int kTries = 5;
constexpr std::size_t kStep = 512;  // what a read loop takes at once
constexpr std::size_t kKiB = 1024, kMiB = 1024 * kKiB;

std::vector<const PeakLoop*> available() {
  std::vector<const PeakLoop*> found;
#if defined(__x86_64__)
  if (cpu::has_avx512()) {
    if (cpu::has_avx512_bf16()) found.push_back(peak_bf16_bf16());
    if (cpu::has_avx512_vnni()) found.push_back(peak_int8_vnni());
    found.insert(found.end(), {peak_f32_avx512(), peak_int8_avx512()});
  }
  if (cpu::has_avx2()) {
    found.insert(found.end(), {peak_f32_avx2(), peak_int8_avx2()});
  }
#elif defined(__aarch64__)
  if (cpu::has_neon_dot()) found.push_back(peak_int8_neon_dot());
  found.insert(found.end(), {peak_f32_neon(), peak_int8_neon()});
#endif
  found.insert(found.end(), {peak_f32_base(), peak_int8_base()});
  return found;
}

double since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Runs the loop on all threads at once; returns seconds.
double time_rounds(const PeakLoop& loop, std::int64_t rounds, int threads) {
  const Clock::time_point start = Clock::now();
  parallel_for(threads, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      // Halves of one, as floats, bfloat16 or bytes: nothing overflows or becomes slow.
      alignas(64) std::array<std::byte, kValueBytes> values{};
      const float half = 0.5F;
      for (std::size_t at = 0; at < kValueBytes; at += sizeof half) {
        std::memcpy(values.data() + at, &half, sizeof half);
      }
      loop.run(rounds, values.data());
    }
  });
  return since(start);
}

double measure_loop(const PeakLoop& loop, int threads, double seconds) {
  std::int64_t rounds = 1000;
  while (time_rounds(loop, rounds, threads) < seconds / (2 * kTries) && rounds < (1LL << 40)) {
    rounds *= 2;
  }
  double best = 0;
  for (int i = 0; i < kTries; ++i) {
    const double operations = loop.operations * static_cast<double>(rounds) * threads;
    best = std::max(best, operations / time_rounds(loop, rounds, threads) * 1e-9);
  }
  return best;
}

std::size_t cache_bytes(int name, std::size_t otherwise) {
  const long n = sysconf(name);
  return n > 0 ? static_cast<std::size_t>(n) : otherwise;
}

/// Working sets: half of the second-level caches, half of the third-level one, and much more.
std::vector<std::size_t> working_sets(int threads) {
#if defined(_SC_LEVEL2_CACHE_SIZE)
  const std::size_t second = cache_bytes(_SC_LEVEL2_CACHE_SIZE, kMiB);
  const std::size_t third = cache_bytes(_SC_LEVEL3_CACHE_SIZE, 16 * kMiB);
#else
  const std::size_t second = kMiB;
  const std::size_t third = 16 * kMiB;
#endif
  const std::size_t near = second / 2 * static_cast<std::size_t>(threads);
  const std::size_t far = std::max(2 * near, std::min(third / 2, 64 * kMiB));
  return {near, far, std::max(4 * far, 128 * kMiB)};
}

double measure_read(const Tensor& memory, std::size_t bytes, int threads, double seconds) {
  const ReadLoop read = read_loop();
  const std::size_t part = bytes / static_cast<std::size_t>(threads) / kStep * kStep;
  std::vector<std::uint64_t> sums(static_cast<std::size_t>(threads));
  const auto once = [&](std::int64_t rounds) {
    const Clock::time_point start = Clock::now();
    parallel_for(threads, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const auto at = static_cast<std::size_t>(i);
        for (std::int64_t r = 0; r < rounds; ++r) {
          sums[at] += read(memory.bytes().data() + at * part, part);
        }
      }
    });
    return since(start);
  };
  std::int64_t rounds = 1;
  while (once(rounds) < seconds / (2 * kTries) && rounds < (1LL << 30)) rounds *= 2;
  double best = 0;
  for (int i = 0; i < kTries; ++i) {
    const double total = static_cast<double>(part) * threads * static_cast<double>(rounds);
    best = std::max(best, total / once(rounds) * 1e-9);
  }
  return best;
}

}  // namespace

std::string_view to_string(Arithmetic a) {
  switch (a) {
    case Arithmetic::f32: return "f32";
    case Arithmetic::bf16: return "bf16";
    case Arithmetic::int8: break;
  }
  return "int8";
}

std::span<const PeakLoop* const> peak_loops() {
  static const std::vector<const PeakLoop*> kFound = available();
  return kFound;
}

ReadLoop read_loop() {
#if defined(__x86_64__)
  if (cpu::has_avx512()) return read_loop_avx512();
  if (cpu::has_avx2()) return read_loop_avx2();
#elif defined(__aarch64__)
  return read_loop_neon();
#endif
  return read_loop_base();
}

double MachinePeaks::gflops(Arithmetic a) const {
  if (a == Arithmetic::int8) return std::max(int8_gflops, f32_gflops);
  return a == Arithmetic::bf16 ? std::max(bf16_gflops, f32_gflops) : f32_gflops;
}

double MachinePeaks::gb_per_s(double bytes) const {
  for (const ReadRate& r : reads) {
    // The measured set is half of the cache, so that it fits beside what else lies there.
    if (bytes <= static_cast<double>(r.bytes)) return r.gb_per_s;
  }
  return reads.empty() ? 0 : reads.back().gb_per_s;
}

MachinePeaks measure_peaks(int threads, double seconds) {
  MachinePeaks peaks;
  peaks.threads = std::max(1, threads);
  const double each = seconds / 6;
  for (const PeakLoop* loop : peak_loops()) {
    double* gflops = &peaks.f32_gflops;
    std::string_view* isa = &peaks.f32_isa;
    if (loop->arithmetic == Arithmetic::bf16) {
      gflops = &peaks.bf16_gflops;
      isa = &peaks.bf16_isa;
    } else if (loop->arithmetic == Arithmetic::int8) {
      gflops = &peaks.int8_gflops;
      isa = &peaks.int8_isa;
    }
    if (*gflops > 0) continue;  // the best comes first
    *gflops = measure_loop(*loop, peaks.threads, each);
    *isa = loop->isa;
  }
  const std::vector<std::size_t> sets = working_sets(peaks.threads);
  Tensor memory(ElementKind::u8, {static_cast<std::int64_t>(sets.back() + kStep)});
  std::memset(memory.mutable_bytes().data(), 1, memory.bytes().size());  // every page is there
  for (const std::size_t bytes : sets) {
    peaks.reads.push_back({bytes, measure_read(memory, bytes, peaks.threads, each)});
  }
  return peaks;
}

}  // namespace pare
