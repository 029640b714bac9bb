#include "conformance/distribution.hpp"

#include <algorithm>
#include <cmath>

namespace pare::conformance {
namespace {

constexpr double kSigmas = 5;

bool is_number(const Tensor& t) {
  return t.kind() != ElementKind::string && t.kind() != ElementKind::c64 &&
         t.kind() != ElementKind::c128;
}

struct Spread {
  double mean = 0;
  double deviation = 0;
  bool binary = true;  ///< zeros and ones alone
};

Spread spread_of(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  Spread s;
  for (const double v : values) {
    s.mean += v / n;
    s.binary = s.binary && (v == 0 || v == 1);
  }
  for (const double v : values) s.deviation += (v - s.mean) * (v - s.mean) / n;
  s.deviation = std::sqrt(s.deviation);
  return s;
}

/// Both have n values of the same distribution, if all is well.
std::string compare(const Spread& want, const Spread& got, double n) {
  if (want.binary != got.binary && want.binary) return "want zeros and ones alone";
  const double mean = (want.mean + got.mean) / 2;
  const double variance =
      want.binary ? mean * (1 - mean)
                  : (want.deviation * want.deviation + got.deviation * got.deviation) / 2;
  // (the last part: counts are whole)
  const double bound = kSigmas * std::sqrt(2 * variance / n) + (want.binary ? 1 / n : 0);
  if (!(std::abs(got.mean - want.mean) <= bound)) {
    return cat(want.binary ? "share of ones" : "mean", ": want about ", want.mean, ", got ",
               got.mean);
  }
  // The logarithm of a deviation has an error below 1 / sqrt(n) unless the tails are very long.
  if (want.binary || want.deviation == got.deviation) return {};
  const double apart = std::abs(std::log(got.deviation / want.deviation));
  if (!(apart <= kSigmas / std::sqrt(n))) {
    return cat("spread: want about ", want.deviation, ", got ", got.deviation);
  }
  return {};
}

}  // namespace

bool has_distribution(const Item& want) {
  return want.kind == Item::Kind::tensor && is_number(want.tensor) &&
         want.tensor.size() >= kEnoughToJudge;
}

std::string distribution_difference(const Item& want, const Item& got) {
  std::string why = difference(want, got, false);
  if (!why.empty() || !has_distribution(want)) return why;
  return compare(spread_of(want.tensor.to_doubles()), spread_of(got.tensor.to_doubles()),
                 static_cast<double>(want.tensor.size()));
}

std::string dropout_difference(const Tensor& x, double ratio, const Tensor& y, const Tensor* mask) {
  if (x.shape() != y.shape()) return "the result of Dropout has another shape";
  const std::vector<double> in = x.to_doubles();
  const std::vector<double> out = y.to_doubles();
  const std::vector<std::int64_t> kept =
      mask != nullptr ? mask->to_ints() : std::vector<std::int64_t>();
  const double scale = 1 / (1 - ratio);
  double zeros = 0;
  for (std::size_t i = 0; i < in.size(); ++i) {
    const bool dropped = kept.empty() ? out[i] == 0 && in[i] != 0 : kept[i] == 0;
    if (dropped) zeros += 1;
    const double wanted = dropped ? 0 : in[i] * scale;
    if (!is_close(wanted, out[i])) {
      return cat("element ", i, ": want ", wanted, dropped ? "" : " or 0", ", got ", out[i]);
    }
  }
  const auto n = static_cast<double>(in.size());
  if (x.size() < kEnoughToJudge) return {};
  if (std::abs(zeros / n - ratio) > kSigmas * std::sqrt(ratio * (1 - ratio) / n)) {
    return cat("share of zeros: want about ", ratio, ", got ", zeros / n);
  }
  return {};
}

}  // namespace pare::conformance
