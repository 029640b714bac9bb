#include "ops/elementwise.hpp"

namespace pare {
namespace {

std::vector<Tensor> run(const std::vector<float>& x) {
  const Tensor t = Tensor::of<float>({static_cast<std::int64_t>(x.size())}, x);
  return run_op("DynamicQuantizeLinear", {t}, {}, 3);
}

TEST(DynamicQuantizeLinear, PublishedExamples) {
  const auto both = run({0, 2, -3, -2.5F, 1.34F, 0.5F});
  EXPECT_EQ(both[0].to_ints(), (Shape{153, 255, 0, 26, 221, 179}));
  EXPECT_FLOAT_EQ(both[1].item<float>(), 0.0196078438F);
  EXPECT_EQ(both[2].item<std::uint8_t>(), 153);
  const auto negative = run({-1, -2.1F, -1.3F, -2.5F, -3.34F, -4});
  EXPECT_EQ(negative[0].to_ints(), (Shape{191, 121, 172, 96, 42, 0}));
  EXPECT_FLOAT_EQ(negative[1].item<float>(), 0.0156862754F);
  EXPECT_EQ(negative[2].item<std::uint8_t>(), 255);
  const auto positive = run({1, 2.1F, 1.3F, 2.5F, 3.34F, 4, 1.5F, 2.6F, 3.9F, 4, 3, 2.345F});
  EXPECT_EQ(positive[0].to_ints(),
            (Shape{64, 134, 83, 159, 213, 255, 96, 166, 249, 255, 191, 149}));
  EXPECT_EQ(positive[2].item<std::uint8_t>(), 0);
}

TEST(DynamicQuantizeLinear, ZerosAndNothing) {
  const auto zeros = run({0, 0});
  EXPECT_EQ(zeros[0].to_ints(), (Shape{0, 0}));
  EXPECT_EQ(zeros[1].item<float>(), 1.0F);
  EXPECT_EQ(zeros[2].item<std::uint8_t>(), 0);
  EXPECT_EQ(run({})[0].size(), 0);
}

TEST(DynamicQuantizeLinear, CodesLeadBackWithinHalfAStep) {
  const Tensor x = noise({1000}, 3);
  const auto y = run_op("DynamicQuantizeLinear", {x}, {}, 3);
  const double scale = y[1].to_doubles()[0];
  const double zero = y[2].to_doubles()[0];
  for (std::size_t i = 0; i < 1000; ++i) {
    EXPECT_NEAR((y[0].to_doubles()[i] - zero) * scale, x.to_doubles()[i], 1.0001 * scale);
  }
}

TEST(DynamicQuantizeLinear, Types) {
  const ValueType x = typed(ElementKind::f32, {Dim::symbol("N"), 3});
  EXPECT_EQ(infer_type("DynamicQuantizeLinear", {x}).text(), "uint8[N,3]");
  EXPECT_EQ(infer_type("DynamicQuantizeLinear", {x}, {}, 1).text(), "float32[]");
  EXPECT_EQ(infer_type("DynamicQuantizeLinear", {x}, {}, 2).text(), "uint8[]");
  EXPECT_EQ(fault_of([] { run_unchecked("DynamicQuantizeLinear", {Tensor()}, {}, 3); }),
            Fault::corrupt);
}

}  // namespace
}  // namespace pare
