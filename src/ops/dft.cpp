#include "ops/_axes.hpp"
#include "ops/_fft.hpp"
#include "ops/_numbers.hpp"

namespace pare {
namespace {

constexpr std::int64_t kLongest = std::int64_t{1} << 30;

struct Setup {
  bool inverse = false;
  bool onesided = false;
};

Setup read_setup(const AttributeReader& a) {
  return {a.attr_int("inverse") != 0, a.attr_int("onesided") != 0};
}

/// Checks the input and the axis, which may not be the last dimension.
std::size_t read_axis(const AttributeReader& a, const SymShape& x, const Setup& s,
                      std::int64_t axis) {
  if (x.size() < 2) a.fail(cat("input has shape ", to_string(x), ", wanted rank 2 or more"));
  const std::size_t at = ops::normal_axis(axis, x.size());
  if (at + 1 == x.size()) a.fail("the axis is that of the parts of the complex numbers");
  const Dim& parts = x.back();
  if (parts.is_number() && !parts.is(1) && !parts.is(2)) {
    a.fail(cat("the last dimension is ", parts.text(), ", wanted 1 or 2"));
  }
  if (s.onesided && parts.is_number() && !parts.is(s.inverse ? 2 : 1)) {
    a.fail(s.inverse ? "one half of a spectrum is complex" : "onesided wants a real signal");
  }
  return at;
}

Dim default_length(const Setup& s, const Dim& size) {
  return s.inverse && s.onesided ? Dim(2) * (size - Dim(1)) : size;
}

SymShape result_shape(const AttributeReader& a, SymShape x, const Setup& s, std::size_t axis,
                      const Dim& length) {
  if (length.is_number() && (length.number() < 1 || length.number() > kLongest)) {
    a.fail(cat("a transform of length ", length.text()));
  }
  x[axis] = s.onesided && !s.inverse ? floor_div(length, Dim(2)) + Dim(1) : length;
  x.back() = s.onesided && s.inverse ? 1 : 2;
  return x;
}

void infer(ShapeContext& c) {
  const Setup s = read_setup(c);
  const SymShape* x = c.input_shape(0);
  std::optional<SymShape> y;
  const Dim axis = c.has_input(2) ? ops::one_dim(c, 2, "the axis") : Dim(-2);
  if (x != nullptr && axis.is_number()) {
    const std::size_t at = read_axis(c, *x, s, axis.number());
    const Dim length =
        c.has_input(1) ? ops::one_dim(c, 1, "dft_length") : default_length(s, (*x)[at]);
    y = result_shape(c, *x, s, at, length);
  } else if (x != nullptr) {
    y = SymShape(x->size(), Dim::unknown());
    if (!y->empty()) y->back() = s.onesided && s.inverse ? 1 : 2;
  }
  c.set_output(0, c.input_dtype(0), y);
}

/// One line of the input as a signal or spectrum of length n, filled up with zeros.
void load(const std::vector<double>& x, std::int64_t parts, std::int64_t count, std::int64_t start,
          std::int64_t step, std::vector<ops::Fft::Number>& line) {
  std::fill(line.begin(), line.end(), 0);
  for (std::int64_t k = 0; k < std::min(count, static_cast<std::int64_t>(line.size())); ++k) {
    const double* from = x.data() + (start + k * step) * parts;
    line[k] = {from[0], parts == 2 ? from[1] : 0.0};
  }
}

/// The other half of the spectrum of a real signal. What must be real in it is taken to be.
void complete(std::vector<ops::Fft::Number>& line) {
  const std::size_t n = line.size();
  line[0] = line[0].real();
  for (std::size_t k = 1; 2 * k < n; ++k) line[n - k] = std::conj(line[k]);
  if (n % 2 == 0) line[n / 2] = line[n / 2].real();
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const Setup s = read_setup(call);
  const SymShape in = to_symbolic(x.shape());
  const std::size_t axis =
      read_axis(call, in, s, call.has_input(2) ? ops::one_int(call, 2, "the axis") : -2);
  const Dim length =
      call.has_input(1) ? Dim(ops::one_int(call, 1, "dft_length")) : default_length(s, in[axis]);
  const Shape shape = *to_numbers(result_shape(call, in, s, axis, length));
  const auto n = static_cast<std::size_t>(length.number());
  const std::int64_t parts = x.dim(x.rank() - 1);
  const std::int64_t kept = shape.back();
  const double scale = s.inverse ? 1.0 / static_cast<double>(n) : 1.0;
  const std::vector<double> values = x.to_doubles();
  std::vector<double> y(static_cast<std::size_t>(element_count(shape)));
  const ops::AxisView from(Shape(x.shape().begin(), x.shape().end() - 1), axis);
  const ops::AxisView to(Shape(shape.begin(), shape.end() - 1), axis);
  if (from.outer * from.inner > 0) {
    ops::Fft fft(length.number(), s.inverse);
    std::vector<ops::Fft::Number> line(n);
    for (std::int64_t at = 0; at < from.outer * from.inner; ++at) {
      const std::int64_t o = at / from.inner;
      const std::int64_t i = at % from.inner;
      const std::int64_t used =
          kept == 1 ? std::min<std::int64_t>(from.size, n / 2 + 1) : from.size;
      load(values, parts, used, o * from.size * from.inner + i, from.inner, line);
      if (kept == 1) complete(line);
      fft.run(line);
      for (std::int64_t k = 0; k < to.size; ++k) {
        const std::size_t target = to.at(o, k, i) * static_cast<std::size_t>(kept);
        y[target] = line[k].real() * scale;
        if (kept == 2) y[target + 1] = line[k].imag() * scale;
      }
    }
  }
  call.set_output(0, ops::from_doubles(y, shape, x.type()));
}

Cost cost(const ShapeContext& c) {
  constexpr double kPerValue = 40;  // 5 log2 n for lengths around 256
  return ops::per_output(c, kPerValue);
}

}  // namespace

/// y[k] = sum over j of x[j] exp(-2 pi i j k / n) along `axis`; inverse with exp(2 pi i j k / n)
/// and divided by n. The signal is cut or filled up with zeros to n = dft_length. onesided: the
/// first n / 2 + 1 values for a real signal, and from such values the real signal when inverse.
/// Shapes: input [.., L, .., 1 or 2] -> y [.., n, .., 2], onesided [.., n / 2 + 1, .., 2] or,
/// inverse,
/// [.., n, .., 1]. n is L by default, and 2 (L - 1) when onesided and inverse. Errors:
/// Fault::corrupt for n below 1 and for a onesided transform of a complex signal or a real
/// spectrum. Source: ONNX DFT, version 20.
OpDefs op_dft() {
  return OpDef("DFT", 20)
      .input("input", types::kFloat, "T1")
      .optional_input("dft_length", types::kIndex, "T2")
      .optional_input("axis", {ElementKind::i64}, "I")
      .output("output", types::kFloat, "T1")
      .attribute("inverse", std::int64_t{0}, "1: from the spectrum to the signal")
      .attribute("onesided", std::int64_t{0}, "1: half a spectrum, of a real signal")
      .define(infer, reference, cost);
}

}  // namespace pare
