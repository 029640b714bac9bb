#include "ops/_cast.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/text.hpp"
#include "ops/_numbers.hpp"
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

/// Truncation towards zero into 64 bits (`to` u64: their unsigned reading); out of range values
/// saturate, NaN is 0.
std::int64_t truncate(double x, DType to) {
  if (std::isnan(x)) return 0;
  if (to == ElementKind::u64 && x >= 0x1p63) {
    const std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    return static_cast<std::int64_t>(x >= 0x1p64 ? most : static_cast<std::uint64_t>(x));
  }
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

/// Whether x rounds to something above the greatest finite value of an 8-bit float. That value has
/// an odd last bit in all types but E4M3FN, so there the tie goes up.
bool overflows(DType to, float x) {
  const double size = std::fabs(static_cast<double>(x));
  switch (to.kind()) {
    case ElementKind::f8e4m3fn: return size > 464;
    case ElementKind::f8e4m3fnuz: return size >= 248;
    default: return size >= 61440;
  }
}

/// Encodes 8-bit floats; what overflows becomes infinity where the type has one, else NaN.
Tensor overflowing(std::vector<float> values, const Shape& shape, DType to) {
  constexpr std::uint8_t kInfinity = 0x7C;  // of E5M2
  std::vector<std::size_t> infinite;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(values[i]) || !overflows(to, values[i])) continue;
    if (to == ElementKind::f8e5m2) {
      infinite.push_back(i);
    } else {
      values[i] = std::numeric_limits<float>::quiet_NaN();
    }
  }
  Tensor out(to, shape);
  to.info().encode(values, out.mutable_bytes());
  for (const std::size_t i : infinite) {
    out.mutable_bytes()[i] =
        std::byte{kInfinity} | std::byte{values[i] < 0 ? std::uint8_t{0x80} : std::uint8_t{0}};
  }
  return out;
}

bool is_float8(DType t) {
  return t == ElementKind::f8e4m3fn || t == ElementKind::f8e4m3fnuz || t == ElementKind::f8e5m2 ||
         t == ElementKind::f8e5m2fnuz;
}

/// Floats of few bits whose rules for special values differ from plain encoding.
Tensor to_small_float(std::vector<float> values, const Shape& shape, DType to,
                      ScaleRounding scale_rounding) {
  Tensor out(to, shape);
  if (to == ElementKind::f8e8m0) {
    const auto codes = out.mutable_bytes();
    for (std::size_t i = 0; i < values.size(); ++i) {
      codes[i] = static_cast<std::byte>(encode_e8m0(values[i], scale_rounding));
    }
    return out;
  }
  constexpr float kMost = std::numeric_limits<float>::max();
  for (float& v : values) {
    if (std::isnan(v)) {
      if (to == ElementKind::f4e2m1) v = -0.0F;
    } else {
      v = std::clamp(v, -kMost, kMost);
    }
  }
  to.info().encode(values, out.mutable_bytes());
  return out;
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

DType type_attribute(const AttributeReader& a, std::string_view name) {
  const std::int64_t to = a.attr_int(name);
  if (to < 1 || to > 26) a.fail(cat("'", name, "' is ", to, ", which is no element type"));
  return dtype_of(static_cast<ElementKind>(to));
}

DType float_attribute(const AttributeReader& a, std::string_view name) {
  const DType type = type_attribute(a, name);
  if (!types::kFloat.has(type.kind())) {
    a.fail(cat("'", name, "' is ", type.name(), ", wanted a float type"));
  }
  return type;
}

ScaleRounding scale_rounding(const AttributeReader& a) {
  const std::string mode = a.attr_string("round_mode");
  if (mode == "up") return ScaleRounding::up;
  if (mode == "down") return ScaleRounding::down;
  if (mode == "nearest") return ScaleRounding::nearest;
  a.fail(cat("'round_mode' is '", escape_terminal(mode, 40), "', not up, down or nearest"));
}

Tensor cast_values(const Tensor& x, DType to, bool saturate, ScaleRounding scale_rounding) {
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
    std::vector<std::int64_t> whole;
    if (!from.type().is_float()) {
      for (const std::uint64_t v : to_wrapping(from)) whole.push_back(static_cast<std::int64_t>(v));
      return integers_to(whole, x.shape(), to);
    }
    for (const double v : from.to_doubles()) whole.push_back(truncate(v, to));
    return integers_to(whole, x.shape(), to);
  }
  if (is_float8(to) && !saturate) {
    return overflowing(from.to_floats(), x.shape(), to);
  }
  if (is_float8(to) || to == ElementKind::f8e8m0 || to == ElementKind::f4e2m1) {
    return to_small_float(from.to_floats(), x.shape(), to, scale_rounding);
  }
  return from.cast(to);
}

}  // namespace pare::ops
