#include "ops/window_oracle.hpp"

namespace pare {
namespace {

/// Codes 0 .. 250, as bytes or as signed bytes.
template <class T>
Tensor codes(const Shape& shape, int seed) {
  Tensor t(ElementOf<T>::kind, shape);
  unsigned state = static_cast<unsigned>(seed);
  for (T& v : t.mutable_data<T>()) {
    state = state * 1103515245U + 12345U;
    v = static_cast<T>((state >> 16) % 251);
  }
  return t;
}

/// The values less their zero points: one, or one per index of dimension 0.
Tensor centred(const Tensor& t, const std::vector<double>& zero) {
  std::vector<float> v = t.to_floats();
  const std::size_t each = v.size() / zero.size();
  for (std::size_t i = 0; i < v.size(); ++i) v[i] -= static_cast<float>(zero[i / each]);
  return Tensor::of<float>(t.shape(), v);
}

TEST(ConvInteger, PublishedExample) {
  const Tensor x = Tensor::of<std::uint8_t>({1, 1, 3, 3}, {2, 3, 4, 5, 6, 7, 8, 9, 10});
  const Tensor w = Tensor::of<std::uint8_t>({1, 1, 2, 2}, {1, 1, 1, 1});
  const Tensor zero = Tensor::scalar<std::uint8_t>(1);
  const Tensor plain = run_op("ConvInteger", {x, w, zero})[0];
  EXPECT_EQ(plain.kind(), ElementKind::i32);
  EXPECT_EQ(plain.to_ints(), (Shape{12, 16, 24, 28}));
  const Tensor padded = run_op("ConvInteger", {x, w, zero}, {{"pads", Ints{1, 1, 1, 1}}})[0];
  EXPECT_EQ(padded.to_ints(), (Shape{1, 3, 5, 3, 5, 12, 16, 9, 11, 24, 28, 15, 7, 15, 17, 9}));
}

TEST(ConvInteger, AllSignsGroupsAndZeroPointsPerMap) {
  const Attributes attributes = {{"group", Int{2}},
                                 {"strides", Ints{2, 1}},
                                 {"dilations", Ints{1, 2}},
                                 {"pads", Ints{1, 0, 0, 2}}};
  const Box box({2, 3}, {2, 1}, {1, 0}, {0, 2}, {1, 2});
  const Tensor zw = Tensor::of<std::int8_t>({4}, {0, -3, 7, 127});
  const Tensor w = codes<std::int8_t>({4, 3, 2, 3}, 5);
  const Tensor wide = centred(w, zw.to_doubles());
  const auto check = [&](const Tensor& x, const Tensor& zx) {
    const Tensor y = run_op("ConvInteger", {x, w, zx, zw}, attributes)[0];
    expect_close(y, naive_conv(centred(x, zx.to_doubles()), wide, box, 2), 0);
  };
  check(codes<std::uint8_t>({2, 6, 5, 7}, 3), Tensor::scalar<std::uint8_t>(200));
  check(codes<std::int8_t>({2, 6, 5, 7}, 4), Tensor::of<std::int8_t>({1}, {-128}));
}

TEST(ConvInteger, SumsWrapInThirtyTwoBits) {
  const std::int64_t n = 40000;  // 40000 * 255 * 255 = 2601000000 > 2^31
  const Tensor x = Tensor::of<std::uint8_t>({1, n, 1}, std::vector<std::uint8_t>(n, 255));
  const Tensor w = Tensor::of<std::uint8_t>({1, n, 1}, std::vector<std::uint8_t>(n, 255));
  EXPECT_EQ(run_op("ConvInteger", {x, w})[0].to_ints(), (Shape{2601000000 - 4294967296}));
}

TEST(ConvInteger, ShapesAndRefusals) {
  const ValueType x = typed(ElementKind::u8, {Dim::symbol("N"), 3, 8, 8});
  const ValueType w = typed(ElementKind::i8, {5, 3, 3, 3});
  EXPECT_EQ(to_string(infer_op("ConvInteger", {x, w})), "[N,5,6,6]");
  EXPECT_EQ(infer_type("ConvInteger", {x, w}).dtype.kind(), ElementKind::i32);
  const Tensor a = codes<std::uint8_t>({1, 2, 3, 3}, 1);
  const Tensor b = codes<std::uint8_t>({2, 2, 2, 2}, 1);
  const auto fault = [&](const Tensor& za, const Tensor& zb) {
    return fault_of([&] { run_unchecked("ConvInteger", {a, b, za, zb}); });
  };
  const Tensor three = codes<std::uint8_t>({3}, 1);
  EXPECT_EQ(fault(three, Tensor()), Fault::corrupt);
  EXPECT_EQ(fault(Tensor::scalar<std::uint8_t>(0), three), Fault::corrupt);
  EXPECT_EQ(fault_of([&] {
              run_unchecked("ConvInteger", {a, codes<std::uint8_t>({2, 3, 2, 2}, 1)});
            }),
            Fault::corrupt);
}

}  // namespace
}  // namespace pare
