#include "ops/_cast.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/text.hpp"
#include "tensor/visit.hpp"

namespace pare::ops {
namespace {

double parse(const std::string& text) {
  const std::string word = lower(trim(text));
  if (word == "inf" || word == "+inf") return std::numeric_limits<double>::infinity();
  if (word == "-inf") return -std::numeric_limits<double>::infinity();
  if (word == "nan") return std::numeric_limits<double>::quiet_NaN();
  double value = 0;
  const char* begin = word.data() + (!word.empty() && word.front() == '+' ? 1 : 0);
  const char* end = word.data() + word.size();
  const auto [at, error] = std::from_chars(begin, end, value);
  if (error != std::errc() || at != end) {
    throw Error(Fault::corrupt, cat("'", escape_terminal(text, 40), "' is no number"));
  }
  return value;
}

template <class T>
std::string print(T value) {
  std::array<char, 64> text{};
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "INF" : "-INF";
  }
  const auto r = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), r.ptr};
}

Tensor to_text(const Tensor& x) {
  Tensor out(ElementKind::string, x.shape());
  const auto y = out.mutable_data<std::string>();
  if (x.kind() == ElementKind::f64) {
    const auto in = x.data<double>();
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = print(in[i]);
  } else if (x.type().is_float()) {
    const std::vector<float> in = x.to_floats();
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = print(in[i]);
  } else {
    const std::vector<std::int64_t> in = x.to_ints();
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = print(in[i]);
  }
  return out;
}

/// Truncation towards zero into 64 bits, out of range values saturate, NaN is 0.
std::int64_t truncate(double x) {
  if (std::isnan(x)) return 0;
  if (x >= 0x1p63) return std::numeric_limits<std::int64_t>::max();
  if (x < -0x1p63) return std::numeric_limits<std::int64_t>::min();
  return static_cast<std::int64_t>(x);
}

std::int64_t wrap_bits(std::int64_t x, unsigned bits, bool is_signed) {
  const std::uint64_t mask = (std::uint64_t{1} << bits) - 1;
  const std::uint64_t low = static_cast<std::uint64_t>(x) & mask;
  const bool negative = is_signed && (low >> (bits - 1)) != 0;
  return static_cast<std::int64_t>(negative ? low | ~mask : low);
}

/// The largest and further values of an 8-bit float when overflow does not saturate.
float overflow_of(DType to, float x) {
  const bool has_infinity = to == ElementKind::f8e5m2;
  if (std::isnan(x) || std::fabs(static_cast<double>(x)) <= to.info().max) return x;
  if (!has_infinity) return std::numeric_limits<float>::quiet_NaN();
  return std::copysign(std::numeric_limits<float>::infinity(), x);
}

bool is_float8(DType t) {
  return t == ElementKind::f8e4m3fn || t == ElementKind::f8e4m3fnuz || t == ElementKind::f8e5m2 ||
         t == ElementKind::f8e5m2fnuz;
}

Tensor integers_to(const std::vector<std::int64_t>& values, const Shape& shape, DType to) {
  const double bits = to.bits_per_value();
  const bool is_signed = to.info().group == DtypeClass::signed_int;
  std::vector<std::int64_t> wrapped = values;
  if (bits < 64) {
    for (std::int64_t& v : wrapped) v = wrap_bits(v, static_cast<unsigned>(bits), is_signed);
  }
  if (to == ElementKind::u64) {
    Tensor out(to, shape);
    const auto y = out.mutable_data<std::uint64_t>();
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = static_cast<std::uint64_t>(wrapped[i]);
    return out;
  }
  return Tensor::of<std::int64_t>(shape, wrapped).cast(to);
}

}  // namespace

Tensor cast_values(const Tensor& x, DType to, bool saturate) {
  if (x.type() == to) return x;
  if (to == ElementKind::string) return to_text(x);
  Tensor from = x;
  if (x.kind() == ElementKind::string) {
    from = Tensor(ElementKind::f64, x.shape());
    const auto text = x.data<std::string>();
    const auto out = from.mutable_data<double>();
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = parse(text[i]);
  }
  if (to.is_integer()) {
    if (!from.type().is_float()) return integers_to(from.to_ints(), x.shape(), to);
    std::vector<std::int64_t> whole;
    for (const double v : from.to_doubles()) whole.push_back(truncate(v));
    return integers_to(whole, x.shape(), to);
  }
  if (is_float8(to) && !saturate) {
    std::vector<float> values = from.to_floats();
    for (float& v : values) v = overflow_of(to, v);
    Tensor out(to, x.shape());
    to.info().encode(values, out.mutable_bytes());
    return out;
  }
  return from.cast(to);
}

}  // namespace pare::ops
