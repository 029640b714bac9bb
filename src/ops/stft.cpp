#include "ops/_fft.hpp"
#include "ops/_numbers.hpp"

namespace pare {
namespace {

constexpr std::int64_t kLongest = std::int64_t{1} << 30;

void check_signal(const AttributeReader& a, const SymShape& x) {
  if (x.size() != 3) a.fail(cat("signal has shape ", to_string(x), ", wanted rank 3"));
  const Dim& parts = x[2];
  if (parts.is_number() && !parts.is(1) && !parts.is(2)) {
    a.fail(cat("the last dimension is ", parts.text(), ", wanted 1 or 2"));
  }
  if (a.attr_int("onesided") != 0 && parts.is(2)) a.fail("onesided wants a real signal");
}

/// [B, frames, bins, 2]; step and length may be unknown.
SymShape result_shape(const AttributeReader& a, const SymShape& x, const Dim& step,
                      const Dim& length) {
  if (step.is_number() && step.number() < 1) a.fail(cat("a step of ", step.text()));
  if (length.is_number() && (length.number() < 1 || length.number() > kLongest)) {
    a.fail(cat("frames of length ", length.text()));
  }
  const Dim room = x[1] - length;
  if (room.is_number() && room.number() < 0) {
    a.fail(cat("a frame of ", length.text(), " does not fit a signal of ", x[1].text()));
  }
  const bool onesided = a.attr_int("onesided") != 0;
  return {x[0], floor_div(room, step) + Dim(1),
          onesided ? floor_div(length, Dim(2)) + Dim(1) : length, Dim(2)};
}

void infer(ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  if (x != nullptr) check_signal(c, *x);
  Dim length = x != nullptr ? (*x)[1] : Dim::unknown();
  if (c.has_input(2)) {
    const SymShape* window = c.input_shape(2);
    if (window != nullptr && window->size() != 1) c.fail("the window is no vector");
    length = window != nullptr ? window->front() : Dim::unknown();
  }
  if (c.has_input(3)) {
    const Dim said = ops::one_dim(c, 3, "frame_length");
    ops::want_equal(c, c.has_input(2) ? length : said, said, "the length of the window");
    length = said.is_unknown() && c.has_input(2) ? length : said;
  }
  std::optional<SymShape> y;
  if (x != nullptr) y = result_shape(c, *x, ops::one_dim(c, 1, "frame_step"), length);
  c.set_output(0, c.input_dtype(0), y);
}

/// The window, ones when none is given: its size is the length of a frame.
std::vector<double> read_window(const OpCall& call) {
  if (call.has_input(2)) {
    const Tensor& window = call.input(2);
    ops::want_rank(call, window, 1, "window");
    if (call.has_input(3)) {
      ops::want_shape(call, window, {ops::one_int(call, 3, "frame_length")}, "window");
    }
    return window.to_doubles();
  }
  const std::int64_t length =
      call.has_input(3) ? ops::one_int(call, 3, "frame_length") : call.input(0).dim(1);
  if (length < 1 || length > call.input(0).dim(1)) {
    call.fail(cat("frames of length ", length, " of a signal of ", call.input(0).dim(1)));
  }
  return std::vector<double>(static_cast<std::size_t>(length), 1.0);
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  check_signal(call, to_symbolic(x.shape()));
  const std::int64_t step = ops::one_int(call, 1, "frame_step");
  const std::vector<double> window = read_window(call);
  const auto length = static_cast<std::int64_t>(window.size());
  const Shape shape =
      *to_numbers(result_shape(call, to_symbolic(x.shape()), Dim(step), Dim(length)));
  const std::int64_t parts = x.dim(2);
  const std::int64_t frames = shape[1];
  const std::int64_t bins = shape[2];
  const std::vector<double> in = x.to_doubles();
  std::vector<double> y(static_cast<std::size_t>(element_count(shape)));
  ops::Fft fft(length, false);
  std::vector<ops::Fft::Number> line(window.size());
  for (std::int64_t at = 0; at < shape[0] * frames; ++at) {
    const std::int64_t start = at / frames * x.dim(1) + at % frames * step;
    for (std::int64_t k = 0; k < length; ++k) {
      const double* from = in.data() + (start + k) * parts;
      line[k] = {from[0] * window[k], parts == 2 ? from[1] * window[k] : 0.0};
    }
    fft.run(line);
    for (std::int64_t k = 0; k < bins; ++k) {
      y[(at * bins + k) * 2] = line[k].real();
      y[(at * bins + k) * 2 + 1] = line[k].imag();
    }
  }
  call.set_output(0, ops::from_doubles(y, shape, x.type()));
}

Cost cost(const ShapeContext& c) {
  constexpr double kPerValue = 40;  // 5 log2 n for frames of about 256
  return ops::per_output(c, kPerValue);
}

}  // namespace

/// The discrete Fourier transform of every frame of the signal times the window; frames begin every
/// frame_step samples and end inside the signal. Shapes: signal [B, L, 1 or 2], window [n] ->
/// y [B, (L - n) / step + 1, n or, onesided, n / 2 + 1, 2], where n is the size of the window, or
/// frame_length, or L. Errors: Fault::corrupt for a frame longer than the signal, and for a
/// onesided transform of a complex signal. Source: ONNX STFT, version 17.
OpDefs op_stft() {
  return OpDef("STFT", 17)
      .input("signal", types::kFloat, "T1")
      .input("frame_step", types::kIndex, "T2")
      .optional_input("window", types::kFloat, "T1")
      .optional_input("frame_length", types::kIndex, "T2")
      .output("output", types::kFloat, "T1")
      .attribute("onesided", std::int64_t{1}, "1: half a spectrum, of a real signal")
      .define(infer, reference, cost);
}

}  // namespace pare
