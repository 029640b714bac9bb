#include "formats/transcode.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/checked.hpp"
#include "base/threads.hpp"

namespace pare {
namespace {

/// Values that one thread takes at a time, and those in memory at once; whole blocks of any type.
constexpr std::size_t kUnit = std::size_t{1} << 16U;
constexpr std::size_t kUnitsAtOnce = 64;

bool holds_infinity(const StoredType& type) {
  switch (type.dtype.kind()) {
    case ElementKind::f16:
    case ElementKind::bf16:
    case ElementKind::f32:
    case ElementKind::f64: return true;
    default: return false;
  }
}

/// Some values of a tensor, from one block to another.
class Piece {
 public:
  Piece(const StoredTensor& tensor, const StoredType& to, std::size_t first, std::size_t count)
      : tensor_(tensor), to_(to), first_(first), count_(count) {}

  /// Encodes into `out`, which is that of these values.
  TranscodeError run(std::span<std::byte> out) const {
    const StoredType& from = *tensor_.type;
    const auto in =
        tensor_.bytes.subspan(first_ / from.values * from.bytes, count_ / from.values * from.bytes);
    std::vector<float> x(count_);
    from.dtype.info().decode(in, x);
    if (!holds_infinity(to_)) check_finite(x);
    to_.dtype.info().encode(x, out);
    std::vector<float> y(count_);
    to_.dtype.info().decode(out, y);
    TranscodeError error;
    for (std::size_t i = 0; i < count_; ++i) {
      if (!std::isfinite(x[i])) continue;
      if (!std::isfinite(y[i])) {
        throw Error(Fault::unsupported, cat("value ", first_ + i, " is ", x[i], ", beyond what ",
                                            to_.name, " can hold"));
      }
      const double d = double{y[i]} - double{x[i]};
      error.signal += double{x[i]} * double{x[i]};
      error.noise += d * d;
    }
    return error;
  }

 private:
  void check_finite(std::span<const float> x) const {
    const auto bad = std::find_if(x.begin(), x.end(), [](float v) { return !std::isfinite(v); });
    if (bad == x.end()) return;
    throw Error(Fault::corrupt, cat("value ", first_ + static_cast<std::size_t>(bad - x.begin()),
                                    " is ", *bad, ", which ", to_.name, " cannot hold"));
  }

  const StoredTensor& tensor_;
  const StoredType& to_;
  std::size_t first_;
  std::size_t count_;
};

}  // namespace

double TranscodeError::sqnr_db() const noexcept {
  if (noise == 0) return std::numeric_limits<double>::infinity();
  return 10 * std::log10(signal / noise);
}

void TranscodeError::add(const TranscodeError& other) noexcept {
  signal += other.signal;
  noise += other.noise;
}

bool can_transcode(const StoredType& from, const StoredType& to) noexcept {
  if (from.name == to.name) return true;
  const auto has_values = [](const StoredType& t) {
    return t.dtype.is_float() && t.dtype.info().decode != nullptr &&
           t.dtype.info().encode != nullptr;
  };
  return has_values(from) && has_values(to);
}

TranscodeError transcode(const StoredTensor& tensor, const StoredType& to,
                         const std::function<void(std::span<const std::byte>)>& put) {
  const StoredType& from = *tensor.type;
  const auto what = [&] {
    return cat("converting ", describe(tensor.name, from, tensor.shape), " to ", to.name);
  };
  return during(what, [&] {
    if (!can_transcode(from, to)) {
      throw Error(Fault::unsupported,
                  cat("values of type ", from.name, " cannot become ", to.name));
    }
    TranscodeError sum;
    if (from.name == to.name) {
      put(tensor.bytes);
      return sum;
    }
    const std::uint64_t want_bytes = checked_bytes(to, tensor.shape);
    const std::size_t row =
        tensor.shape.empty() ? 1 : static_cast<std::size_t>(tensor.shape.back());
    if (row % to.values != 0) {
      throw Error(Fault::corrupt,
                  cat("rows of ", row, " values are not whole blocks of ", to.values));
    }
    const auto count = static_cast<std::size_t>(want_bytes / to.bytes * to.values);
    std::vector<std::byte> out;
    std::vector<TranscodeError> errors;
    for (std::size_t begin = 0; begin < count; begin += kUnit * kUnitsAtOnce) {
      const std::size_t end = std::min(count, begin + kUnit * kUnitsAtOnce);
      const std::size_t units = (end - begin + kUnit - 1) / kUnit;
      out.assign((end - begin) / to.values * to.bytes, std::byte{0});
      errors.assign(units, {});
      parallel_for(static_cast<std::int64_t>(units), 1, [&](std::int64_t a, std::int64_t b) {
        for (auto u = static_cast<std::size_t>(a); u < static_cast<std::size_t>(b); ++u) {
          const std::size_t first = begin + u * kUnit;
          const std::size_t n = std::min(kUnit, end - first);
          const auto place = std::span(out).subspan((first - begin) / to.values * to.bytes,
                                                    n / to.values * to.bytes);
          errors[u] = Piece(tensor, to, first, n).run(place);
        }
      });
      for (const TranscodeError& e : errors) sum.add(e);
      put(out);
    }
    return sum;
  });
}

}  // namespace pare
