#include "kernels/binary/binary.hpp"

#include <algorithm>

#include "base/threads.hpp"
#include "kernels/binary/binary_tables.hpp"
#include "kernels/cpu.hpp"

namespace pare {
namespace {

constexpr std::int64_t kGrain = 16384;  // elements worth a thread

std::vector<const BinaryKernels*> available() {
  std::vector<const BinaryKernels*> found;
#if defined(__x86_64__)
  if (cpu::has_avx512()) found.push_back(binary_kernels_avx512());
  if (cpu::has_avx2()) found.push_back(binary_kernels_avx2());
#endif
  found.push_back(binary_kernels_base());
  return found;
}

struct Offsets {
  std::int64_t a = 0, b = 0;
};

/// Where the row with that number begins.
Offsets offsets_of(const BroadcastLoop& loop, std::int64_t row) {
  Offsets o;
  for (std::size_t d = loop.sizes.size() - 1; d-- > 0;) {
    const std::int64_t at = row % loop.sizes[d];
    row /= loop.sizes[d];
    o.a += at * loop.a[d];
    o.b += at * loop.b[d];
  }
  return o;
}

}  // namespace

std::span<const BinaryKernels* const> binary_kernels() {
  static const std::vector<const BinaryKernels*> kFound = available();
  return kFound;
}

void BroadcastLoop::simplify() {
  BroadcastLoop out;
  for (std::size_t d = 0; d < sizes.size(); ++d) {
    if (sizes[d] == 1) continue;
    // One walk with the dimension in front of it: a step there is all of this dimension's steps.
    if (!out.sizes.empty() && out.a.back() == a[d] * sizes[d] && out.b.back() == b[d] * sizes[d]) {
      out.sizes.back() *= sizes[d];
      out.a.back() = a[d];
      out.b.back() = b[d];
      continue;
    }
    out.sizes.push_back(sizes[d]);
    out.a.push_back(a[d]);
    out.b.push_back(b[d]);
  }
  if (out.sizes.empty() || out.a.back() > 1 || out.b.back() > 1) {
    out.sizes.push_back(1);
    out.a.push_back(0);
    out.b.push_back(0);
  }
  *this = std::move(out);
}

void run_broadcast(const BinaryKernels& kernels, BinaryFunction f, const BroadcastLoop& loop,
                   const float* a, const float* b, float* y) {
  const std::size_t last = loop.sizes.size() - 1;
  const std::int64_t n = loop.sizes[last];
  const std::int64_t step_a = loop.a[last];
  const std::int64_t step_b = loop.b[last];
  std::int64_t rows = 1;
  for (std::size_t d = 0; d < last; ++d) rows *= loop.sizes[d];
  if (rows == 1) {
    parallel_for(n, kGrain, [&](std::int64_t begin, std::int64_t end) {
      kernels.run(f, a + begin * step_a, step_a, b + begin * step_b, step_b, y + begin,
                  end - begin);
    });
    return;
  }
  parallel_for(rows, std::max<std::int64_t>(1, kGrain / n),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t row = begin; row < end; ++row) {
                   const Offsets o = offsets_of(loop, row);
                   kernels.run(f, a + o.a, step_a, b + o.b, step_b, y + row * n, n);
                 }
               });
}

}  // namespace pare
