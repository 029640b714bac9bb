#include <cmath>

#include "ops/elementwise.hpp"

namespace pare {
namespace {

struct Geometry {
  Int group = 1, offset_group = 1;
  Shape stride = {1, 1}, dilation = {1, 1}, pad = {0, 0, 0, 0};
  [[nodiscard]] Attributes attributes() const {
    return {{"group", group},
            {"offset_group", offset_group},
            {"strides", stride},
            {"dilations", dilation},
            {"pads", pad}};
  }
};

/// x at a place between pixels: the four neighbours, those outside are 0.
double bilinear(const std::vector<double>& x, Int plane, Int h, Int w, double row, double column) {
  double sum = 0;
  for (Int r = 0; r < h; ++r) {
    for (Int c = 0; c < w; ++c) {
      const double near = std::max(0.0, 1 - std::abs(row - static_cast<double>(r))) *
                          std::max(0.0, 1 - std::abs(column - static_cast<double>(c)));
      sum += near * x[(plane * h + r) * w + c];
    }
  }
  return sum;
}

std::vector<float> convolved(const Geometry& s, const Tensor& tx, const Tensor& tw,
                             const Tensor& to, const Tensor& tm) {
  const auto x = tx.to_doubles();
  const auto w = tw.to_doubles();
  const auto o = to.to_doubles();
  const auto m = tm.to_doubles();
  const Int oh = to.dim(2);
  const Int ow = to.dim(3);
  const Int kh = tw.dim(2);
  const Int kw = tw.dim(3);
  const Int depth = tw.dim(1);
  std::vector<float> y;
  for (Int n = 0; n < tx.dim(0); ++n) {
    for (Int map = 0; map < tw.dim(0); ++map) {
      for (Int at = 0; at < oh * ow; ++at) {
        double sum = 0;
        for (Int d = 0; d < depth; ++d) {
          const Int c = map / (tw.dim(0) / s.group) * depth + d;
          const Int block = n * s.offset_group + c / (tx.dim(1) / s.offset_group);
          for (Int k = 0; k < kh * kw; ++k) {
            const Int first = (block * kh * kw + k) * 2 * oh * ow + at;
            const Int row_tap = at / ow * s.stride[0] - s.pad[0] + k / kw * s.dilation[0];
            const Int column_tap = at % ow * s.stride[1] - s.pad[1] + k % kw * s.dilation[1];
            const double row = static_cast<double>(row_tap) + o[first];
            const double column = static_cast<double>(column_tap) + o[first + oh * ow];
            sum += w[(map * depth + d) * kh * kw + k] * m[(block * kh * kw + k) * oh * ow + at] *
                   bilinear(x, n * tx.dim(1) + c, tx.dim(2), tx.dim(3), row, column);
          }
        }
        y.push_back(static_cast<float>(sum));
      }
    }
  }
  return y;
}

TEST(DeformConv, FollowsPlainLoops) {
  const std::vector<Geometry> cases = {
      {},
      {2, 1, {1, 1}, {1, 1}, {1, 1, 1, 1}},
      {1, 2, {2, 1}, {1, 1}, {0, 1, 0, 0}},
      {2, 4, {1, 2}, {2, 1}, {1, 0, 1, 2}},
  };
  for (const Geometry& s : cases) {
    const Tensor x = noise({2, 4, 5, 6}, 1);
    const Tensor w = noise({6, 4 / s.group, 2, 3}, 2);
    const Int oh = (5 + s.pad[0] + s.pad[2] - (s.dilation[0] + 1)) / s.stride[0] + 1;
    const Int ow = (6 + s.pad[1] + s.pad[3] - (2 * s.dilation[1] + 1)) / s.stride[1] + 1;
    Tensor offset = noise({2, s.offset_group * 12, oh, ow}, 3);
    for (float& v : offset.mutable_data<float>()) v *= 3;
    const Tensor mask = noise({2, s.offset_group * 6, oh, ow}, 4);
    const Tensor y = run_op("DeformConv", {x, w, offset, Tensor(), mask}, s.attributes()).at(0);
    EXPECT_EQ(y.shape(), (Shape{2, 6, oh, ow}));
    expect_close(y, convolved(s, x, w, offset, mask), 1e-6F);  // sums of up to 24 products
  }
}

TEST(DeformConv, WithoutOffsetsItIsAConvolution) {
  const Tensor x = noise({1, 2, 4, 4}, 5);
  const Tensor w = noise({3, 2, 3, 3}, 6);
  const Tensor b = Tensor::of<float>({3}, {1, -2, 0.5F});
  const Tensor zero(ElementKind::f32, {1, 18, 2, 2});
  const Tensor want = run_op("Conv", {x, w, b}).at(0);
  const std::vector<float> numbers = want.to_floats();
  expect_close(run_op("DeformConv", {x, w, zero, b}).at(0), numbers, 2e-7F);
}

TEST(DeformConv, WorksOnLinesAndFarPlacesReadZero) {
  const Tensor x = Tensor::of<float>({1, 1, 4}, {10, 20, 40, 80});
  const Tensor w = Tensor::of<float>({1, 1, 1}, {1});
  const Tensor offset = Tensor::of<float>({1, 1, 4}, {0.5F, -1.5F, 1e30F, 0.75F});
  // Places 0.5, -0.5 (half of the first pixel), far away, 3.75 (a quarter of the last).
  expect_close(run_op("DeformConv", {x, w, offset}).at(0), {15, 5, 0, 20}, 0);
  const Tensor nan = Tensor::of<float>({1, 1, 4}, {kNan, kInf, -kInf, 0});
  expect_close(run_op("DeformConv", {x, w, nan}).at(0), {0, 0, 0, 80}, 0);
}

TEST(DeformConv, NarrowTypesAreTheRoundedResult) {
  const Tensor x = Tensor::of<float>({1, 1, 4}, {10, 20, 40, 80});
  const Tensor w = Tensor::of<float>({1, 1, 1}, {1});
  const Tensor offset = Tensor::of<float>({1, 1, 4}, {0.5F, -1.5F, 9, 0.75F});
  for (const ElementKind kind : {ElementKind::f16, ElementKind::bf16, ElementKind::f64}) {
    const DType t = dtype_of(kind);
    const Tensor y = run_op("DeformConv", {x.cast(t), w.cast(t), offset.cast(t)}).at(0);
    EXPECT_EQ(y.kind(), kind);
    expect_close(y, {15, 5, 0, 20}, 0);
  }
}

TEST(DeformConv, KeepsSymbolsAndRefusesWhatDoesNotFit) {
  const ValueType x = typed(ElementKind::f32, {Dim::symbol("N"), 2, 5, Dim::symbol("W")});
  const ValueType w = typed(ElementKind::f32, {3, 2, 2, 2});
  const ValueType o = typed(ElementKind::f32, {Dim::symbol("N"), 8, 4, Dim::unknown()});
  EXPECT_EQ(to_string(infer_op("DeformConv", {x, w, o})), "[N,3,4,W-1]");
  const auto fails = [](const std::vector<Tensor>& in, const Attributes& a = {}) {
    EXPECT_EQ(fault_of([&] { run_unchecked("DeformConv", in, a); }), Fault::corrupt);
  };
  const Tensor image = ramp({1, 2, 3, 3});
  const Tensor kernel = ramp({2, 2, 2, 2});
  fails({image, kernel, ramp({1, 8, 2, 3})});
  fails({image, kernel, ramp({1, 4, 2, 2})});
  fails({image, kernel, ramp({1, 8, 2, 2}), ramp({3})});
  fails({image, kernel, ramp({1, 8, 2, 2}), Tensor(), ramp({1, 3, 2, 2})});
  fails({image, kernel, ramp({1, 24, 2, 2})}, {{"offset_group", Int{3}}});
  fails({image, kernel, ramp({1, 8, 2, 2})}, {{"group", Int{2}}});
  fails({ramp({1, 2}), ramp({2, 2}), ramp({1, 2})});
}

}  // namespace
}  // namespace pare
