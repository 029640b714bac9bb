#include "ops/dft_oracle.hpp"
#include "ops/elementwise.hpp"

namespace pare {
namespace {

using Line = std::vector<std::complex<double>>;

Tensor scalar(Int n) { return Tensor::scalar<Int>(n); }

Line line_of(const Tensor& x, Int parts) {
  const std::vector<double> v = x.to_doubles();
  Line out;
  for (std::size_t i = 0; i < v.size(); i += static_cast<std::size_t>(parts)) {
    out.emplace_back(v[i], parts == 2 ? v[i + 1] : 0.0);
  }
  return out;
}

/// The largest distance of y, in pairs, from the first values of `want`.
double distance(const Tensor& y, const Line& want) {
  const Line got = line_of(y, 2);
  double most = 0;
  for (std::size_t i = 0; i < got.size(); ++i) most = std::max(most, std::abs(got[i] - want[i]));
  return most;
}

TEST(Dft, EveryLengthFollowsTheDefinition) {
  // Short ones, powers of two, primes, and what is neither.
  for (const Int n : {1, 2, 3, 5, 8, 12, 16, 17, 31, 32, 45, 64, 97, 100, 128, 210, 1000, 1009}) {
    const Tensor x = noise({1, n, 2}, static_cast<unsigned>(n)).cast(dtype_of(ElementKind::f64));
    for (const bool inverse : {false, true}) {
      const Attributes a = {{"inverse", Int{inverse}}};
      const Tensor y = run_op("DFT", {x}, a).at(0);
      EXPECT_EQ(y.shape(), x.shape());
      // Rounding of n terms of size 1 in double, with room for the longer way of a convolution.
      const double bound = 4e-15 * static_cast<double>(n + 10);
      EXPECT_LT(distance(y, plain_transform(line_of(x, 2), inverse)), bound) << n << inverse;
    }
  }
}

TEST(Dft, LongLengthsComeBack) {
  for (const Int n : {Int{1} << 15, Int{30030}, Int{32749}}) {
    const Tensor x = noise({1, n, 2}, 3).cast(dtype_of(ElementKind::f64));
    const Tensor y = run_op("DFT", {x}).at(0);
    const Tensor back = run_op("DFT", {y}, {{"inverse", Int{1}}}).at(0);
    EXPECT_LT(distance(back, line_of(x, 2)), 1e-12) << n;
    std::complex<double> sum = 0;
    for (const auto& v : line_of(x, 2)) sum += v;
    EXPECT_LT(std::abs(line_of(y, 2)[0] - sum), 1e-9) << n;
  }
}

TEST(Dft, AxesAndLengthsAreChosen) {
  const Tensor x = noise({2, 3, 4, 1}, 8);
  const std::vector<double> v = x.to_doubles();
  for (const Int n : {2, 3, 5}) {  // cut, as it is, filled up
    const Tensor y = run_op("DFT", {x, scalar(n), scalar(1)}).at(0);
    ASSERT_EQ(y.shape(), (Shape{2, n, 4, 2}));
    const std::vector<double> got = y.to_doubles();
    for (Int o = 0; o < 2; ++o) {
      for (Int i = 0; i < 4; ++i) {
        Line line(static_cast<std::size_t>(n));
        for (Int k = 0; k < std::min<Int>(n, 3); ++k) line[k] = v[(o * 3 + k) * 4 + i];
        const Line want = plain_transform(line, false);
        for (Int k = 0; k < n; ++k) {
          const Int at = ((o * n + k) * 4 + i) * 2;
          EXPECT_NEAR(got[at], want[k].real(), 1e-6);
          EXPECT_NEAR(got[at + 1], want[k].imag(), 1e-6);
        }
      }
    }
  }
  EXPECT_EQ(run_op("DFT", {x}).at(0).shape(), (Shape{2, 3, 4, 2}));  // axis -2
  EXPECT_EQ(run_op("DFT", {x, Tensor(), scalar(-4)}).at(0).shape(), (Shape{2, 3, 4, 2}));
}

TEST(Dft, HalfASpectrumIsOfARealSignal) {
  for (const Int n : {1, 6, 7, 20, 33}) {
    const Tensor x = noise({1, n, 1}, 4);
    const Tensor half = run_op("DFT", {x}, {{"onesided", Int{1}}}).at(0);
    EXPECT_EQ(half.shape(), (Shape{1, n / 2 + 1, 2}));
    EXPECT_LT(distance(half, plain_transform(line_of(x, 1), false)), 1e-5);
    const Attributes back = {{"onesided", Int{1}}, {"inverse", Int{1}}};
    const Tensor y = run_op("DFT", {half, scalar(n)}, back).at(0);
    EXPECT_EQ(y.shape(), x.shape());
    expect_close(y, x.to_floats(), 2e-6F);
    if (n > 1) {
      EXPECT_EQ(run_op("DFT", {half}, back).at(0).shape(), (Shape{1, 2 * (n / 2), 1}));
    }
  }
  // What must be real in the spectrum of a real signal is taken to be.
  const Tensor odd = Tensor::of<float>({1, 2, 2}, {4, 9, 2, -7});
  const Attributes back = {{"onesided", Int{1}}, {"inverse", Int{1}}};
  expect_close(run_op("DFT", {odd}, back).at(0), {3, 1}, 0);
}

TEST(Dft, NarrowTypesAreTheRoundedResult) {
  const Tensor x = Tensor::of<float>({1, 4, 1}, {1, 2, 3, 4});
  for (const ElementKind kind : {ElementKind::f16, ElementKind::bf16}) {
    const Tensor y = run_op("DFT", {x.cast(dtype_of(kind))}).at(0);
    EXPECT_EQ(y.kind(), kind);
    expect_close(y, {10, 0, -2, 2, -2, 0, -2, -2}, 1e-6F);
  }
}

TEST(Dft, KeepsSymbolsAndRefusesWhatDoesNotFit) {
  const Attributes half = {{"onesided", Int{1}}};
  const Attributes back = {{"onesided", Int{1}}, {"inverse", Int{1}}};
  const Dim n = Dim::symbol("N");
  EXPECT_EQ(shape_text("DFT", {{n, 10, 1}}, half), "[N,6,2]");
  EXPECT_EQ(shape_text("DFT", {{3, n, 2}}, back), "[3,2*N-2,1]");
  EXPECT_EQ(shape_text("DFT", {{3, n, 2}}), "[3,N,2]");
  const auto fails = [](const std::vector<Tensor>& in, const Attributes& a = {}) {
    EXPECT_EQ(fault_of([&] { run_unchecked("DFT", in, a); }), Fault::corrupt);
  };
  fails({ramp({4, 3})});
  fails({ramp({1})});
  fails({ramp({4, 2}), scalar(0)});
  fails({ramp({4, 2}), scalar(Int{1} << 40)});
  fails({ramp({4, 2}), Tensor(), scalar(1)});
  fails({ramp({4, 2}), Tensor(), scalar(-1)});
  fails({ramp({4, 2}), Tensor(), scalar(2)});
  fails({ramp({4, 2}), ints({4, 4})});
  fails({ramp({4, 2})}, half);
  fails({ramp({4, 1})}, back);
  fails({ramp({1, 2})}, back);
}

}  // namespace
}  // namespace pare
