#include "ops/dft_oracle.hpp"
#include "ops/elementwise.hpp"

namespace pare {
namespace {

Tensor scalar(Int n) { return Tensor::scalar<Int>(n); }

/// Frames of n samples every `step`, times the window, each transformed by the definition.
std::vector<float> frames(const Tensor& x, const std::vector<double>& window, Int step, Int bins) {
  const std::vector<double> v = x.to_doubles();
  const auto n = static_cast<Int>(window.size());
  const Int parts = x.dim(2);
  std::vector<float> y;
  for (Int b = 0; b < x.dim(0); ++b) {
    for (Int start = 0; start + n <= x.dim(1); start += step) {
      std::vector<std::complex<double>> line;
      for (Int k = 0; k < n; ++k) {
        const Int at = (b * x.dim(1) + start + k) * parts;
        line.emplace_back(v[at] * window[k], parts == 2 ? v[at + 1] * window[k] : 0.0);
      }
      const auto spectrum = plain_transform(line, false);
      for (Int k = 0; k < bins; ++k) {
        y.push_back(static_cast<float>(spectrum[k].real()));
        y.push_back(static_cast<float>(spectrum[k].imag()));
      }
    }
  }
  return y;
}

TEST(Stft, TransformsEveryFrame) {
  const Tensor x = noise({2, 37, 1}, 2);
  const Tensor y = run_op("STFT", {x, scalar(5), Tensor(), scalar(16)}).at(0);
  EXPECT_EQ(y.shape(), (Shape{2, 5, 9, 2}));
  expect_close(y, frames(x, std::vector<double>(16, 1.0), 5, 9), 3e-6F);
  std::vector<double> window;
  std::vector<float> weights;
  for (int k = 0; k < 10; ++k) {
    window.push_back(1 + 0.25 * k);
    weights.push_back(static_cast<float>(window.back()));
  }
  const Tensor w = Tensor::of<float>({10}, weights);
  expect_close(run_op("STFT", {x, scalar(9), w}).at(0), frames(x, window, 9, 6), 1e-5F);
  const Tensor all = run_op("STFT", {x, scalar(1)}).at(0);  // one frame: the whole signal
  EXPECT_EQ(all.shape(), (Shape{2, 1, 19, 2}));
}

TEST(Stft, ComplexSignalsHaveWholeSpectra) {
  const Tensor x = noise({1, 20, 2}, 3);
  const Attributes whole = {{"onesided", Int{0}}};
  const Tensor y = run_op("STFT", {x, scalar(4), Tensor(), scalar(8)}, whole).at(0);
  EXPECT_EQ(y.shape(), (Shape{1, 4, 8, 2}));
  expect_close(y, frames(x, std::vector<double>(8, 1.0), 4, 8), 3e-6F);
  const Tensor half =
      run_op("STFT", {x.cast(dtype_of(ElementKind::bf16)), scalar(4), Tensor(), scalar(8)}, whole)
          .at(0);
  EXPECT_EQ(half.kind(), ElementKind::bf16);
}

TEST(Stft, KeepsSymbolsAndRefusesWhatDoesNotFit) {
  const ValueType x = typed(ElementKind::f32, {Dim::symbol("B"), 128, 1});
  const ValueType one = typed(ElementKind::i64, {});
  const ValueType window = typed(ElementKind::f32, {16});
  EXPECT_EQ(to_string(infer_op("STFT", {x, one, window}, {}, 0, "", {Tensor(), scalar(8)})),
            "[B,15,9,2]");
  EXPECT_EQ(to_string(infer_op("STFT", {x, one, window})), "[B,?,9,2]");
  const auto fails = [](const std::vector<Tensor>& in) {
    EXPECT_EQ(fault_of([&] { run_unchecked("STFT", in); }), Fault::corrupt);
  };
  fails({ramp({1, 8, 1}), scalar(0), ramp({4})});
  fails({ramp({1, 8, 1}), scalar(1), ramp({9})});
  fails({ramp({1, 8, 1}), scalar(1), ramp({4}), scalar(5)});
  fails({ramp({1, 8, 1}), scalar(1), Tensor(), scalar(0)});
  fails({ramp({1, 8, 1}), scalar(1), Tensor(), scalar(Int{1} << 50)});
  fails({ramp({1, 8, 2}), scalar(1), ramp({4})});
  fails({ramp({1, 8, 3}), scalar(1), ramp({4})});
  fails({ramp({8, 1}), scalar(1), ramp({4})});
  fails({ramp({1, 8, 1}), scalar(1), ramp({0})});
}

}  // namespace
}  // namespace pare
