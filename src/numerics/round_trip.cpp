#include "numerics/round_trip.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "base/text.hpp"
#include "numerics/float16.hpp"

namespace pare {
namespace {

/// What the greatest magnitude becomes.
double reach(const DtypeInfo& info) {
  if (info.group == DtypeClass::signed_int) return 0.5 * (info.max - info.min);
  return std::min(-info.min, info.max);
}

bool is_plain(const DtypeInfo& info) {
  const bool number = info.group == DtypeClass::floating || info.group == DtypeClass::signed_int;
  return number && info.encode != nullptr && info.decode != nullptr && info.min < 0 && info.max > 0;
}

/// Codes of one bit or digit stand for the mean magnitude, not for the greatest.
bool means(DType type) { return type.name() == "binary" || type.name() == "ternary"; }

float scale_of(std::span<const float> values, const ScaledFormat& format) {
  double amax = 0;
  double sum = 0;
  for (const float v : values) {
    amax = std::max(amax, std::fabs(static_cast<double>(v)));
    sum += std::fabs(static_cast<double>(v));
  }
  auto scale = static_cast<float>(amax / reach(format.type.info()));
  if (means(format.type)) scale = static_cast<float>(sum / static_cast<double>(values.size()));
  if (format.sharing == ScaleSharing::group) scale = to_float(to_f16(scale));
  return scale >= std::numeric_limits<float>::min() && std::isfinite(scale) ? scale : 1.0F;
}

void add(const ScaledFormat& format, std::span<const float> values, float scale, RoundTrip& sums) {
  const DtypeInfo& info = format.type.info();
  std::vector<float> v(values.begin(), values.end());
  for (float& x : v) x /= scale;
  std::vector<std::byte> codes((v.size() + info.values - 1) / info.values * info.bytes);
  info.encode(v, codes);
  info.decode(codes, v);
  for (std::size_t i = 0; i < v.size(); ++i) {
    const double d = static_cast<double>(values[i]) - static_cast<double>(v[i]) * scale;
    sums.signal += static_cast<double>(values[i]) * values[i];
    sums.noise += d * d;
  }
}

}  // namespace

std::string ScaledFormat::name() const {
  std::string own(type.name());
  switch (sharing) {
    case ScaleSharing::none: return own;
    case ScaleSharing::tensor: return own + ", tensor";
    case ScaleSharing::row: return own + ", row";
    case ScaleSharing::group: return cat(own, ", group ", group);
  }
  return own;
}

double ScaledFormat::bits(std::int64_t rows, std::int64_t columns) const {
  const double own = type.bits_per_value();
  const auto count = static_cast<double>(rows * columns);
  switch (sharing) {
    case ScaleSharing::none: return own;
    case ScaleSharing::tensor: return own + 32 / count;
    case ScaleSharing::row: return own + 32 * static_cast<double>(rows) / count;
    case ScaleSharing::group: {
      const std::int64_t groups = (columns + group - 1) / group;
      return own + 16 * static_cast<double>(rows * groups) / count;
    }
  }
  return own;
}

std::vector<ScaledFormat> scaled_formats() {
  constexpr double kMostBits = 16;
  std::vector<ScaledFormat> all;
  for (const DType type : all_dtypes()) {
    const DtypeInfo& info = type.info();
    if (!is_plain(info) || type.bits_per_value() > kMostBits) continue;
    if (info.own_scale || type.kind() == ElementKind::f16 || type.kind() == ElementKind::bf16) {
      all.push_back({type});
      continue;
    }
    all.push_back({type, ScaleSharing::tensor});
    all.push_back({type, ScaleSharing::row});
    for (const std::int64_t group : {32, 64, 128}) {
      all.push_back({type, ScaleSharing::group, group});
    }
  }
  return all;
}

double RoundTrip::sqnr_db() const noexcept {
  if (noise > 0) return 10 * std::log10(signal / noise);
  return std::numeric_limits<double>::infinity();
}

RoundTrip round_trip(const ScaledFormat& format, std::span<const float> values,
                     std::int64_t columns) {
  for (const float v : values) {
    if (!std::isfinite(v)) throw Error(Fault::corrupt, "a value is not finite");
  }
  RoundTrip sums;
  const auto width = static_cast<std::size_t>(std::max<std::int64_t>(1, columns));
  const float all = format.sharing == ScaleSharing::tensor ? scale_of(values, format) : 1.0F;
  for (std::size_t row = 0; row < values.size(); row += width) {
    const auto line = values.subspan(row, std::min(width, values.size() - row));
    if (format.sharing != ScaleSharing::group) {
      add(format, line, format.sharing == ScaleSharing::row ? scale_of(line, format) : all, sums);
      continue;
    }
    const auto group = static_cast<std::size_t>(format.group);
    for (std::size_t g = 0; g < line.size(); g += group) {
      const auto part = line.subspan(g, std::min(group, line.size() - g));
      add(format, part, scale_of(part, format), sums);
    }
  }
  return sums;
}

}  // namespace pare
