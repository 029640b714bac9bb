// Encoding and decoding of every number format of single elements, on one thread, against the
// memory bandwidth: in each turn a plain copy of the same number of bytes, then the row codec, then
// (less often) the format's own plain code. GB/s count the bytes of the float side and of the code
// side, each once. The results are compared bit by bit with the plain code first.
//
// PARE_BENCH_MIB is the size of the float side (default 64, beyond the caches).

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/rng.hpp"
#include "kernels/rows/rows.hpp"

namespace {

using pare::DType;
using pare::DtypeInfo;
using pare::RowCodec;

std::size_t float_count() {
  const char* text = std::getenv("PARE_BENCH_MIB");
  const std::size_t mib = text == nullptr ? 64 : std::stoul(text);
  return mib * 1024 * 1024 / sizeof(float);
}

double seconds(const std::function<void()>& run) {
  const auto begin = std::chrono::steady_clock::now();
  run();
  benchmark::ClobberMemory();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

struct Summary {
  double median = 0;
  double spread = 0;  ///< distance of the quartiles over the median
};

Summary summary(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const double median = values[values.size() / 2];
  return {median, (values[values.size() * 3 / 4] - values[values.size() / 4]) / median};
}

/// Floats that are worth encoding, their codes by the plain code, and room for results.
struct Rows {
  explicit Rows(const DtypeInfo& info)
      : floats(float_count() / info.values * info.values),
        codes(floats.size() / info.values * info.bytes),
        decoded(floats.size()),
        encoded(codes.size()) {
    // Random bits once, then repeated: what matters is that branches would not predict them.
    constexpr std::size_t kDrawn = 1 << 16;
    pare::Rng rng(7);
    const auto most = static_cast<float>(std::min(info.max, 100.0));
    for (std::size_t i = 0; i < floats.size(); ++i) {
      floats[i] = i < kDrawn ? rng.normal() * most / 3 : floats[i - kDrawn];
    }
    info.encode(floats, codes);
  }
  std::vector<float> floats;
  std::vector<std::byte> codes;
  std::vector<float> decoded;
  std::vector<std::byte> encoded;
};

void check(const DtypeInfo& info, const RowCodec& codec, Rows& rows) {
  std::vector<float> want(rows.floats.size());
  info.decode(rows.codes, want);
  codec.decode(rows.codes, rows.decoded);
  codec.encode(rows.floats, rows.encoded);
  const bool same =
      std::memcmp(want.data(), rows.decoded.data(), want.size() * sizeof(float)) == 0 &&
      rows.encoded == rows.codes;
  if (!same) throw std::runtime_error(pare::cat("wrong results: ", info.name));
}

/// A plain copy that reads and writes `bytes` bytes together.
class Copy {
 public:
  explicit Copy(std::size_t bytes) : from_(bytes / 2, 1), to_(bytes / 2, 2) {}
  void run() {
    std::memcpy(to_.data(), from_.data(), from_.size());
    benchmark::DoNotOptimize(to_.data());
  }

 private:
  std::vector<char> from_, to_;
};

void conversion(benchmark::State& state, DType type, bool decode) {
  const DtypeInfo& info = type.info();
  const RowCodec codec = pare::row_codec(type);
  Rows rows(info);
  check(info, codec, rows);
  const std::size_t bytes = rows.floats.size() * sizeof(float) + rows.codes.size();
  Copy copy(bytes);
  std::vector<double> copied;
  std::vector<double> converted;
  std::vector<double> plain;
  for ([[maybe_unused]] const auto step : state) {
    const double gigabytes = static_cast<double>(bytes) * 1e-9;
    copied.push_back(gigabytes / seconds([&] { copy.run(); }));
    converted.push_back(gigabytes / seconds([&] {
                          decode ? codec.decode(rows.codes, rows.decoded)
                                 : codec.encode(rows.floats, rows.encoded);
                        }));
    if (!plain.empty() && plain.size() * 4 > copied.size()) continue;
    plain.push_back(gigabytes / seconds([&] {
                      decode ? info.decode(rows.codes, rows.decoded)
                             : info.encode(rows.floats, rows.encoded);
                    }));
  }
  const Summary c = summary(converted);
  const Summary m = summary(copied);
  state.counters["GBps"] = c.median;
  state.counters["spread"] = c.spread;
  state.counters["copy_GBps"] = m.median;
  state.counters["copy_spread"] = m.spread;
  state.counters["of_copy"] = c.median / m.median;
  state.counters["plain_GBps"] = summary(plain).median;
}

const bool kRegistered = [] {
  for (const DType type : pare::all_dtypes()) {
    const DtypeInfo& info = type.info();
    if (info.decode == nullptr || info.encode == nullptr || info.own_scale) continue;
    for (const bool decode : {true, false}) {
      const std::string name = pare::cat(decode ? "decode/" : "encode/", info.name);
      benchmark::RegisterBenchmark(name.c_str(), conversion, type, decode)
          ->Iterations(15)
          ->Unit(benchmark::kMillisecond);
    }
  }
  return true;
}();

}  // namespace
