#include <algorithm>
#include <cmath>

#include "ops/_cosine_window.hpp"
#include "ops/_numbers.hpp"

namespace pare {
namespace {

constexpr std::int64_t kMost = std::int64_t{1} << 30;

SymShape result_shape(const AttributeReader& a, const Dim& bins, const Dim& length) {
  const auto check = [&](const Dim& d, std::int64_t least, const char* what) {
    if (d.is_number() && (d.number() < least || d.number() > kMost)) {
      a.fail(cat(what, " is ", d.text()));
    }
  };
  check(bins, 0, "num_mel_bins");
  check(length, 1, "dft_length");
  return {floor_div(length, Dim(2)) + Dim(1), bins};
}

void infer(ShapeContext& c) {
  c.set_output(
      0, ops::attr_dtype(c, "output_datatype", types::kNumeric),
      result_shape(c, ops::one_dim(c, 0, "num_mel_bins"), ops::one_dim(c, 1, "dft_length")));
}

double one_real(const OpCall& call, std::size_t i, const char* what) {
  if (call.input(i).size() != 1) call.fail(cat(what, " is not one value"));
  return call.input(i).to_doubles()[0];
}

/// Bins of the spectrum at which the triangles begin, peak and end: equal steps on the mel scale.
std::vector<std::int64_t> corners(const OpCall& call, std::int64_t bins, std::int64_t length) {
  const std::int64_t rate = ops::one_int(call, 2, "sample_rate");
  const double low = one_real(call, 3, "lower_edge_hertz");
  const double high = one_real(call, 4, "upper_edge_hertz");
  if (rate < 1 || !(low >= 0) || !(high >= low) || !std::isfinite(high)) {
    call.fail(cat("frequencies from ", low, " to ", high, " at a sample rate of ", rate));
  }
  const auto mel = [](double hertz) { return 2595 * std::log10(1 + hertz / 700); };
  const double step = (mel(high) - mel(low)) / static_cast<double>(bins + 2);
  std::vector<std::int64_t> at;
  for (std::int64_t i = 0; i < bins + 2; ++i) {
    const double hertz =
        700 * (std::pow(10, (static_cast<double>(i) * step + mel(low)) / 2595) - 1);
    const double bin =
        std::floor(static_cast<double>(length + 1) * hertz / static_cast<double>(rate));
    at.push_back(static_cast<std::int64_t>(std::clamp(bin, 0.0, 0x1p40)));
  }
  return at;
}

void reference(OpCall& call) {
  const std::int64_t bins = ops::one_int(call, 0, "num_mel_bins");
  const std::int64_t length = ops::one_int(call, 1, "dft_length");
  const Shape shape = *to_numbers(result_shape(call, Dim(bins), Dim(length)));
  std::vector<double> y(static_cast<std::size_t>(element_count(shape)));
  const std::vector<std::int64_t> at = corners(call, bins, length);
  for (std::int64_t i = 0; i < bins; ++i) {
    const auto set = [&](std::int64_t row, std::int64_t part, std::int64_t whole) {
      if (row >= shape[0]) return;  // beyond half the sample rate there is no spectrum
      y[row * bins + i] = static_cast<double>(part) / static_cast<double>(whole);
    };
    const std::int64_t begin = at[i];
    const std::int64_t peak = at[i + 1];
    const std::int64_t end = at[i + 2];
    if (peak == begin) set(peak, 1, 1);
    for (std::int64_t j = begin; peak > begin && j <= std::min(peak, shape[0]); ++j) {
      set(j, j - begin, peak - begin);
    }
    for (std::int64_t j = peak; j < std::min(end, shape[0]); ++j) set(j, end - j, end - peak);
  }
  const DType type = ops::attr_dtype(call, "output_datatype", types::kNumeric);
  call.set_output(0, ops::truncated(std::move(y), shape, type));
}

Cost cost(const ShapeContext& c) { return ops::per_output(c, 1); }

}  // namespace

/// Weights that turn a spectrum into mel bands: column i rises from 0 to 1 and falls to 0 between
/// three neighbours of num_mel_bins + 2 frequencies, at equal steps of mel(f) = 2595 log10(1 + f /
/// 700) from the lower edge on, the step being the range over num_mel_bins + 2; a frequency f lies
/// in bin floor((dft_length + 1) f / sample_rate). Shapes: five scalars -> y [dft_length / 2 + 1,
/// num_mel_bins]. Source: ONNX MelWeightMatrix, version 17.
OpDefs op_mel_weight_matrix() {
  return OpDef("MelWeightMatrix", 17)
      .input("num_mel_bins", types::kIndex, "T1")
      .input("dft_length", types::kIndex, "T1")
      .input("sample_rate", types::kIndex, "T1")
      .input("lower_edge_hertz", types::kFloat, "T2")
      .input("upper_edge_hertz", types::kFloat, "T2")
      .output("output", types::kNumeric, "T3")
      .attribute("output_datatype", std::int64_t{1}, "TensorProto.DataType of the result")
      .define(infer, reference, cost);
}

}  // namespace pare
