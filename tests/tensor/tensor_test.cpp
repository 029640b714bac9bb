#include "tensor/tensor.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "base/rng.hpp"
#include "tensor/visit.hpp"

namespace pare {
namespace {

template <class Body>
std::string fault_of(Body&& body) {
  try {
    body();
  } catch (const Error& error) {
    return std::string(to_string(error.fault()));
  }
  return "none";
}

DType type(ElementKind kind) { return dtype_of(kind); }

TEST(Shape, CountsElementsAndChecks) {
  EXPECT_EQ(element_count({}), 1);
  EXPECT_EQ(element_count({2, 3, 4}), 24);
  EXPECT_EQ(element_count({1 << 20, 0, 3}), 0);
  EXPECT_EQ(fault_of([] { element_count({INT64_MAX, 0}); }), "resource");
  EXPECT_EQ(fault_of([] { element_count({INT64_MAX, 0, INT64_MAX}); }), "corrupt");
  EXPECT_EQ(fault_of([] { element_count({2, -1}); }), "corrupt");
  EXPECT_EQ(fault_of([] { element_count({1LL << 32, 1LL << 32}); }), "corrupt");
  EXPECT_EQ(fault_of([] { element_count(Shape(65, 1)); }), "corrupt");
  EXPECT_EQ(to_string(Shape{1, 3, 224}), "[1,3,224]");
  EXPECT_EQ(to_string(Shape{}), "[]");
}

TEST(Shape, StridesAreRowMajor) {
  EXPECT_EQ(strides_of({2, 3, 4}), (Shape{12, 4, 1}));
  EXPECT_EQ(strides_of({}), Shape{});
  EXPECT_EQ(strides_of({5}), (Shape{1}));
}

TEST(Shape, BroadcastsAsNumPyDoes) {
  EXPECT_EQ(broadcast_shapes({2, 3}, {3}), (Shape{2, 3}));
  EXPECT_EQ(broadcast_shapes({4, 1, 3}, {5, 1}), (Shape{4, 5, 3}));
  EXPECT_EQ(broadcast_shapes({}, {2}), (Shape{2}));
  EXPECT_EQ(broadcast_shapes({1}, {0}), (Shape{0}));
  EXPECT_EQ(fault_of([] { broadcast_shapes({2}, {3}); }), "corrupt");
  EXPECT_EQ(fault_of([] { broadcast_shapes({0}, {2}); }), "corrupt");
}

TEST(ByteSize, RoundsPackedFormatsUp) {
  EXPECT_EQ(byte_size(type(ElementKind::f32), 3), 12U);
  EXPECT_EQ(byte_size(type(ElementKind::i4), 3), 2U);
  EXPECT_EQ(byte_size(type(ElementKind::u2), 5), 2U);
  EXPECT_EQ(byte_size(type(ElementKind::c128), 2), 32U);
  EXPECT_EQ(byte_size(type(ElementKind::string), 9), 0U);
  EXPECT_EQ(fault_of([] { byte_size(type(ElementKind::f64), INT64_MAX); }), "corrupt");
}

TEST(Tensor, IsZeroFilledAndAligned) {
  for (const std::int64_t n : {0, 1, 1000}) {
    const Tensor t(ElementKind::f32, {n});
    EXPECT_EQ(t.size(), n);
    EXPECT_EQ(t.bytes().size(), static_cast<std::size_t>(4 * n));
    EXPECT_EQ(std::bit_cast<std::uintptr_t>(t.bytes().data()) % 64, 0U);
    for (const float x : t.data<float>()) EXPECT_EQ(x, 0.0F);
  }
}

TEST(Tensor, RefusesImpossibleSizes) {
  EXPECT_EQ(fault_of([] { Tensor(ElementKind::f32, {-1}); }), "corrupt");
  EXPECT_EQ(fault_of([] { Tensor(ElementKind::f32, {1LL << 62}); }), "resource");
  EXPECT_EQ(fault_of([] { Tensor(ElementKind::u8, {1LL << 62}); }), "resource");
  EXPECT_EQ(fault_of([] { Tensor(DType(), {1}); }), "internal");
}

TEST(Tensor, CopiesShareAndClonesDoNot) {
  Tensor a = Tensor::of<float>({2}, {1, 2});
  const Tensor shared = a;
  const Tensor own = a.clone();
  a.mutable_data<float>()[0] = 9;
  EXPECT_EQ(shared.data<float>()[0], 9.0F);
  EXPECT_EQ(own.data<float>()[0], 1.0F);
  EXPECT_FALSE(Tensor().clone().valid());
}

TEST(Tensor, ViewsCheckTheirSizeKeepTheOwnerAndCannotBeWritten) {
  const auto owner = std::make_shared<std::vector<float>>(std::vector<float>{1, 2, 3});
  const auto bytes = std::as_bytes(std::span(*owner));
  Tensor view(type(ElementKind::f32), {3}, bytes, owner);
  EXPECT_EQ(owner.use_count(), 2);
  EXPECT_EQ(view.to_floats(), (std::vector<float>{1, 2, 3}));
  EXPECT_EQ(view.bytes().data(), bytes.data());
  EXPECT_EQ(fault_of([&] { static_cast<void>(view.mutable_bytes()); }), "internal");
  EXPECT_EQ(fault_of([&] { Tensor(type(ElementKind::f32), {4}, bytes, owner); }), "corrupt");
  EXPECT_EQ(fault_of([&] { Tensor(type(ElementKind::f32), {2}, bytes, owner); }), "corrupt");
  EXPECT_EQ(view.clone().mutable_bytes().size(), 12U);
}

TEST(Tensor, ReadsOnlyAsItsOwnType) {
  const Tensor t = Tensor::of<float>({1}, {1});
  EXPECT_EQ(fault_of([&] { static_cast<void>(t.data<double>()); }), "internal");
  EXPECT_EQ(t.item<float>(), 1.0F);
  EXPECT_EQ(fault_of([] { static_cast<void>(Tensor(ElementKind::f32, {2}).item<float>()); }),
            "corrupt");
  EXPECT_EQ(Tensor::scalar<std::int64_t>(5).rank(), 0U);
}

TEST(Tensor, HoldsTexts) {
  const Tensor t = Tensor::of<std::string>({2}, {"a", "bb"});
  EXPECT_EQ(t.data<std::string>()[1], "bb");
  EXPECT_TRUE(t.bytes().empty());
  EXPECT_TRUE(identical(t, t.clone()));
  EXPECT_FALSE(identical(t, Tensor::of<std::string>({2}, {"a", "b"})));
  EXPECT_EQ(fault_of([&] { static_cast<void>(t.to_floats()); }), "unsupported");
  EXPECT_EQ(fault_of([&] { static_cast<void>(t.cast(type(ElementKind::f32))); }), "unsupported");
}

TEST(Tensor, ReshapesKeepTheCount) {
  const Tensor t = Tensor::of<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(t.reshaped({3, 2}).to_floats(), t.to_floats());
  EXPECT_EQ(t.reshaped({6}).bytes().data(), t.bytes().data());
  EXPECT_EQ(fault_of([&] { static_cast<void>(t.reshaped({5})); }), "corrupt");
}

TEST(Tensor, IdenticalLooksAtTypeShapeAndBytes) {
  const Tensor a = Tensor::of<float>({2}, {1, std::nanf("")});
  EXPECT_TRUE(identical(a, a.clone()));
  EXPECT_FALSE(identical(a, a.reshaped({1, 2})));
  EXPECT_FALSE(identical(Tensor::of<float>({1}, {0}), Tensor::of<std::int32_t>({1}, {0})));
  EXPECT_FALSE(identical(Tensor::of<float>({1}, {0.0F}), Tensor::of<float>({1}, {-0.0F})));
  EXPECT_TRUE(identical(Tensor(), Tensor()));
  EXPECT_TRUE(identical(Tensor(ElementKind::f32, {0}), Tensor(ElementKind::f32, {0})));
}

TEST(Cast, IntegersSaturateInEveryDirection) {
  const Tensor wide = Tensor::of<std::int64_t>({4}, {-300, 300, INT64_MIN, INT64_MAX});
  EXPECT_EQ(wide.cast(type(ElementKind::i8)).to_ints(),
            (std::vector<std::int64_t>{-128, 127, -128, 127}));
  EXPECT_EQ(wide.cast(type(ElementKind::u8)).to_ints(),
            (std::vector<std::int64_t>{0, 255, 0, 255}));
  const Tensor big = Tensor::of<std::uint64_t>({1}, {UINT64_MAX});
  EXPECT_EQ(big.cast(type(ElementKind::i64)).to_ints()[0], INT64_MAX);
  EXPECT_EQ(big.cast(type(ElementKind::i32)).to_ints()[0], INT32_MAX);
  EXPECT_EQ(wide.cast(type(ElementKind::i4)).to_ints(), (std::vector<std::int64_t>{-8, 7, -8, 7}));
}

TEST(Cast, FloatsRoundHalfToEvenAndNanBecomesZero) {
  const Tensor t = Tensor::of<float>({6}, {0.5F, 1.5F, -2.5F, 1e30F, -HUGE_VALF, std::nanf("")});
  EXPECT_EQ(t.cast(type(ElementKind::i32)).to_ints(),
            (std::vector<std::int64_t>{0, 2, -2, INT32_MAX, INT32_MIN, 0}));
  EXPECT_EQ(t.cast(type(ElementKind::u16)).to_ints(),
            (std::vector<std::int64_t>{0, 2, 0, 65535, 0, 0}));
}

TEST(Cast, LargeIntegersStayExact) {
  const std::int64_t odd = (1LL << 53) + 1;
  EXPECT_EQ(Tensor::scalar<std::int64_t>(odd).cast(type(ElementKind::u64)).to_ints()[0], odd);
  EXPECT_EQ(Tensor::scalar<std::int64_t>(INT64_MAX).to_ints()[0], INT64_MAX);
  EXPECT_EQ(Tensor::scalar<std::uint32_t>(UINT32_MAX).to_doubles()[0], 4294967295.0);
}

TEST(Cast, TruthIsZeroAndOne) {
  const Tensor t = Tensor::of<float>({4}, {0, -0.0F, 0.1F, std::nanf("")});
  const Tensor truth = t.cast(type(ElementKind::boolean));
  EXPECT_EQ(truth.to_ints(), (std::vector<std::int64_t>{0, 0, 1, 1}));
  EXPECT_EQ(truth.cast(type(ElementKind::f32)).to_floats(), (std::vector<float>{0, 0, 1, 1}));
  EXPECT_EQ(truth.cast(type(ElementKind::f16)).to_floats(), (std::vector<float>{0, 0, 1, 1}));
}

TEST(Cast, DoublesRoundOnceOnTheirWayToSmallFloats) {
  // 1 + 2^-11 + 2^-40 lies above the middle of 1 and 1 + 2^-10: rounding to binary32 first would
  // give the middle itself, and then 1.
  const auto once = [](double x, ElementKind kind) {
    return Tensor::scalar(x).cast(type(kind)).to_floats()[0];
  };
  EXPECT_EQ(once(1 + 0x1p-11 + 0x1p-40, ElementKind::f16), 1 + 0x1p-10F);
  EXPECT_EQ(once(1 + 0x1p-11, ElementKind::f16), 1.0F);
  EXPECT_EQ(once(1 + 3 * 0x1p-11 - 0x1p-40, ElementKind::f16), 1 + 0x1p-10F);
  EXPECT_EQ(once(-(1 + 0x1p-8 + 0x1p-40), ElementKind::bf16), -(1 + 0x1p-7F));
  EXPECT_EQ(once(1 + 0x1p-4 + 0x1p-40, ElementKind::f8e4m3fn), 1.125F);
  EXPECT_EQ(once(1e300, ElementKind::f16), HUGE_VALF);
  EXPECT_EQ(once(0x1p-25 + 0x1p-60, ElementKind::f16), 0x1p-24F);
  EXPECT_TRUE(std::isnan(once(std::nan(""), ElementKind::f16)));
}

/// Powers of two, code books without a 0, and blocks, whose scales round, cannot take part in what
/// follows.
bool has_zero(DType type) {
  return type != ElementKind::f8e8m0 && type.name() != "binary" && type.name() != "iq4_nl_codes" &&
         !type.info().own_scale;
}

TEST(Cast, EveryPairOfNumericTypesKeepsSmallWholeNumbers) {
  const std::vector<float> values = {0, 1, 1, 0};
  for (const DType from : all_dtypes()) {
    if (from.info().encode == nullptr || !has_zero(from)) continue;
    const Tensor t = Tensor::of<float>({4}, values).cast(from);
    EXPECT_EQ(t.to_floats(), values) << from.name();
    for (const DType to : all_dtypes()) {
      if (to.info().encode == nullptr || !has_zero(to)) continue;
      EXPECT_EQ(t.cast(to).to_floats(), values) << from.name() << " to " << to.name();
    }
  }
}

TEST(Cast, HalfPrecisionAgreesWithTheDefinitionForRandomNumbers) {
  Rng rng(12);
  for (int i = 0; i < 20000; ++i) {
    const double x = std::ldexp(rng.uniform() - 0.5, static_cast<int>(rng.below(40)) - 25) +
                     std::ldexp(rng.uniform(), -60);
    // One unit in the last place of binary16 around x, from its exponent (at least -14).
    const int exponent = std::max(std::ilogb(x), -14);
    const double step = std::ldexp(1.0, exponent - 10);
    const double want = std::nearbyint(x / step) * step;
    const double got = Tensor::scalar(x).cast(type(ElementKind::f16)).to_doubles()[0];
    ASSERT_EQ(got, std::abs(want) > 65504 ? std::copysign(HUGE_VAL, x) : want) << x;
  }
}

TEST(VisitNumber, CallsWithTheStorageTypeAndRefusesOthers) {
  EXPECT_EQ(
      visit_number(ElementKind::f16, [](auto tag) { return sizeof(typename decltype(tag)::type); }),
      2U);
  EXPECT_TRUE(visit_number(ElementKind::u64, [](auto tag) {
    return std::is_same_v<typename decltype(tag)::type, std::uint64_t>;
  }));
  for (const ElementKind kind : {ElementKind::string, ElementKind::i4, ElementKind::f8e5m2}) {
    EXPECT_EQ(fault_of([&] { visit_number(kind, [](auto) {}); }), "unsupported");
  }
}

}  // namespace
}  // namespace pare
