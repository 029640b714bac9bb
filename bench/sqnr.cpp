// Signal-to-noise ratios of number formats next to known ones, as counters: `dB` is what pare's
// codecs do, `known_dB` the figure to compare with.
//
// Formats of single numbers: the integral over the distribution with the one scale for all values
// that gives the least error. Block formats: 2^18 samples (2^20 of heavy tails), no search.
//
// bench_sqnr --benchmark_counters_tabular=true

#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "base/rng.hpp"
#include "numerics/dtype.hpp"
#include "numerics/nvfp4.hpp"

namespace pare {
namespace {

/// Normal, or Student's t with that many degrees of freedom; symmetric about 0.
struct Distribution {
  const char* name;
  int degrees;  // 0 = normal

  [[nodiscard]] double density(double x) const {
    constexpr double kPi = 3.14159265358979323846;
    if (degrees == 0) return std::exp(-x * x / 2) / std::sqrt(2 * kPi);
    const double n = degrees;
    const double factor =
        std::exp(std::lgamma((n + 1) / 2) - std::lgamma(n / 2)) / std::sqrt(n * kPi);
    return factor * std::pow(1 + x * x / n, -(n + 1) / 2);
  }
  [[nodiscard]] double variance() const {
    return degrees == 0 ? 1 : static_cast<double>(degrees) / (degrees - 2);
  }
  [[nodiscard]] std::vector<float> samples(std::size_t count) const {
    Rng rng(17, static_cast<std::uint64_t>(degrees));
    std::vector<float> x(count);
    for (float& v : x) {
      v = rng.normal();
      double chi = 0;
      for (int i = 0; i < degrees; ++i) chi += std::pow(static_cast<double>(rng.normal()), 2);
      if (degrees > 0) v /= static_cast<float>(std::sqrt(chi / degrees));
    }
    return x;
  }
};

constexpr std::array<Distribution, 3> kDistributions = {{{"normal", 0}, {"t8", 8}, {"t4", 4}}};

/// All finite values of a format, ascending.
std::vector<double> levels_of(const DtypeInfo& info, double least) {
  const auto codes = static_cast<std::size_t>(
      std::lround(std::exp2(static_cast<double>(info.bytes) * 8 / info.values)));
  std::vector<double> levels;
  if (info.group == DtypeClass::signed_int || info.name.rfind("levels", 0) == 0) {
    for (double v = std::max(info.min, least); v <= info.max; ++v) levels.push_back(v);
    return levels;
  }
  for (std::size_t code = 0; code < std::min<std::size_t>(codes, 256); ++code) {
    std::vector<std::byte> block(info.bytes, std::byte{0});
    block[0] = static_cast<std::byte>(code);
    std::vector<float> value(info.values);
    info.decode(block, value);
    if (std::isfinite(value[0])) levels.push_back(static_cast<double>(value[0]));
  }
  std::sort(levels.begin(), levels.end());
  levels.erase(std::unique(levels.begin(), levels.end()), levels.end());
  return levels;
}

/// Integral of (x - level)^2 p(x) from a to b, by Gauss and Legendre's rule of five points.
double cell(const Distribution& p, double level, double a, double b) {
  constexpr std::array<double, 5> kAt = {-0.906179845938664, -0.538469310105683, 0,
                                         0.538469310105683, 0.906179845938664};
  constexpr std::array<double, 5> kWeight = {0.236926885056189, 0.478628670499366,
                                             0.568888888888889, 0.478628670499366,
                                             0.236926885056189};
  double sum = 0;
  for (std::size_t i = 0; i < kAt.size(); ++i) {
    const double x = (a + b) / 2 + (b - a) / 2 * kAt[i];
    sum += kWeight[i] * (x - level) * (x - level) * p.density(x);
  }
  return sum * (b - a) / 2;
}

/// In pieces no wider than the density varies; to 10^7 where the end is open.
double piece(const Distribution& p, double level, double a, double b) {
  double sum = 0;
  double from = a;
  while (from < b) {
    const double width = std::max(0.25, std::fabs(from) / 8);
    const double to = std::min(b, from + width);
    sum += cell(p, level, from, to);
    from = to;
  }
  return sum;
}

double mean_squared_error(const Distribution& p, const std::vector<double>& levels, double scale) {
  constexpr double kFar = 1e7;
  double sum = 0;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const double level = levels[i] * scale;
    const double a = i == 0 ? -kFar : (levels[i - 1] + levels[i]) / 2 * scale;
    const double b = i + 1 == levels.size() ? kFar : (levels[i] + levels[i + 1]) / 2 * scale;
    // By symmetry of the density both halves run away from 0.
    if (b > 0) sum += piece(p, level, std::max(a, 0.0), b);
    if (a < 0) sum += piece(p, -level, std::max(-b, 0.0), -a);
  }
  return sum;
}

double best_sqnr(const Distribution& p, const std::vector<double>& levels) {
  const double most = std::max(-levels.front(), levels.back());
  double best = 1e300;
  for (double clip = 0.5; clip < 3000; clip *= 1.005) {
    best = std::min(best, mean_squared_error(p, levels, clip / most));
  }
  return 10 * std::log10(p.variance() / best);
}

double block_sqnr(const Distribution& p, const DtypeInfo& info, bool tensor_scale,
                  Nvfp4Scale rule) {
  const std::size_t count = std::size_t{1} << (p.degrees == 0 ? 18 : 20);
  const std::vector<float> x = p.samples(count);
  std::vector<float> y(count);
  std::vector<std::byte> codes(count / info.values * info.bytes);
  if (tensor_scale) {
    float most = 0;
    for (const float v : x) most = std::max(most, std::fabs(v));
    const float scale = nvfp4_tensor_scale(most, rule);
    encode_nvfp4(x, scale, rule, codes);
    decode_nvfp4(codes, scale, y);
  } else {
    info.encode(x, codes);
    info.decode(codes, y);
  }
  double signal = 0;
  double noise = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const double d = static_cast<double>(x[i]) - y[i];
    signal += static_cast<double>(x[i]) * x[i];
    noise += d * d;
  }
  return 10 * std::log10(signal / noise);
}

/// Known figures for the three distributions; 0 = none. Integrals: by another program, to two
/// places; blocks: from other samples, within 0.05 dB.
struct Row {
  const char* format;
  std::array<double, 3> known;
  double least = -1e300;  // restricts whole numbers
};

const std::vector<Row> kSingle = {
    {"int8", {40.54, 34.39, 24.94}, -127}, {"f8e2m5", {42.67, 38.43, 27.90}},
    {"f8e3m4", {37.56, 37.51, 34.84}},     {"f8e3m4_ieee", {37.56, 37.43, 33.00}},
    {"f8e4m3fn", {31.56, 31.54, 31.50}},   {"f8e5m2", {25.58, 25.56, 25.55}},
    {"f6e2m3", {30.81, 28.52, 21.60}},     {"f6e3m2", {25.58, 25.54, 24.82}},
    {"nf4", {20.04, 18.30, 14.31}},        {"iq4_nl_codes", {20.04, 17.86, 13.84}},
    {"int4", {19.26, 16.75, 12.74}},       {"f4e2m1", {18.97, 17.76, 14.28}},
    {"fp4_bnb", {17.80, 16.02, 12.34}},    {"f4e3m0", {14.23, 14.17, 13.88}},
    {"levels23", {22.08, 0, 0}},           {"int3", {13.29, 0, 0}, -3}};

const std::vector<Row> kBlocks = {
    {"q8_0", {45.47, 44.27, 42.74}},       {"mxint8", {41.65, 0, 0}},
    {"mxfp8_e4m3", {30.68, 30.37, 29.80}}, {"mxfp6_e2m3", {30.94, 0, 0}},
    {"mxfp6_e3m2", {25.39, 0, 0}},         {"nf4_b64", {20.74, 20.18, 19.07}},
    {"q4_0", {21.34, 20.18, 18.75}},       {"nvfp4", {20.43, 20.61, 20.75}},
    {"mxfp4", {18.79, 18.43, 17.64}},      {"tq1_0", {1.88, 0, 0}}};

void run(benchmark::State& state, double known, const std::function<double()>& measure) {
  double db = 0;
  for (auto _ : state) benchmark::DoNotOptimize(db = measure());
  state.counters["dB"] = db;
  state.counters["known_dB"] = known;
}

void add(const std::string& name, double known, const std::function<double()>& measure) {
  benchmark::RegisterBenchmark(
      name.c_str(), [known, measure](benchmark::State& state) { run(state, known, measure); })
      ->Iterations(1)
      ->Unit(benchmark::kMillisecond);
}

const bool kRegistered = [] {
  for (std::size_t d = 0; d < kDistributions.size(); ++d) {
    const Distribution& p = kDistributions[d];
    for (const Row& row : kSingle) {
      const DType format = dtype_by_name(row.format);
      if (!format.valid() || row.known[d] == 0) continue;
      add(std::string(row.format) + "/" + p.name, row.known[d],
          [p, format, row] { return best_sqnr(p, levels_of(format.info(), row.least)); });
    }
    for (const Row& row : kBlocks) {
      const DType format = dtype_by_name(row.format);
      if (!format.valid() || row.known[d] == 0) continue;
      const bool scaled = std::string_view(row.format) == "nvfp4";
      add(std::string(row.format) + "/" + p.name, row.known[d],
          [p, format, scaled] { return block_sqnr(p, format.info(), scaled, Nvfp4Scale::six); });
    }
  }
  return true;
}();

}  // namespace
}  // namespace pare
