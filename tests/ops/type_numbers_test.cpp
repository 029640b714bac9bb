// Arithmetic in every type that an operator declares: small numbers that all of them hold against
// formulas, and the ends of the 64-bit integers, where a detour over double would show.

#include <cmath>
#include <functional>
#include <limits>

#include "ops/elementwise.hpp"

namespace pare {
namespace {

using enum ElementKind;

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
constexpr std::uint64_t kMostU = std::numeric_limits<std::uint64_t>::max();

/// The number types (and bool) that a parameter of the operator takes.
std::vector<ElementKind> kinds_of(const std::string& op, std::size_t input = 0) {
  const OpDef* def = op_registry().find("", op);
  std::vector<ElementKind> out;
  if (def == nullptr) return out;
  for (const DType type : all_dtypes()) {
    const TypeSet numbers = types::kNumeric | types::kBool;
    if (def->inputs.at(input).allowed.has(type.kind()) && numbers.has(type.kind())) {
      out.push_back(type.kind());
    }
  }
  return out;
}

Tensor of_kind(ElementKind kind, const Shape& shape, const std::vector<double>& v) {
  return Tensor::of<double>(shape, v).cast(dtype_of(kind));
}

const std::vector<double> kLeft = {7, 5, 3, 12, 1, 9};
const std::vector<double> kRight = {2, 5, 1, 4, 3, 2};

template <class F>
double on_ints(double a, double b, F f) {
  return static_cast<double>(f(static_cast<int>(a), static_cast<int>(b)));
}

struct Binary {
  std::string op;
  double (*f)(double, double);
  Attributes attributes = {};
};

TEST(TypeNumbers, BinaryOperatorsInEveryType) {
  const std::vector<Binary> all = {
      {"Add", [](double a, double b) { return a + b; }},
      {"Mul", [](double a, double b) { return a * b; }},
      {"Max", [](double a, double b) { return std::max(a, b); }},
      {"Min", [](double a, double b) { return std::min(a, b); }},
      {"Mod", [](double a, double b) { return std::fmod(a, b); }, {{"fmod", Int{1}}}},
      {"Mod", [](double a, double b) { return a - std::floor(a / b) * b; }},
      {"Equal", [](double a, double b) { return a == b ? 1.0 : 0; }},
      {"Less", [](double a, double b) { return a < b ? 1.0 : 0; }},
      {"Greater", [](double a, double b) { return a > b ? 1.0 : 0; }},
      {"LessOrEqual", [](double a, double b) { return a <= b ? 1.0 : 0; }},
      {"GreaterOrEqual", [](double a, double b) { return a >= b ? 1.0 : 0; }},
      {"PRelu", [](double a, double /*b*/) { return a; }},
      {"Sum", [](double a, double b) { return a + b; }},
      {"Mean", [](double a, double b) { return (a + b) / 2; }},
      {"BitwiseAnd",
       [](double a, double b) { return on_ints(a, b, [](int x, int y) { return x & y; }); }},
      {"BitwiseOr",
       [](double a, double b) { return on_ints(a, b, [](int x, int y) { return x | y; }); }},
      {"BitwiseXor",
       [](double a, double b) { return on_ints(a, b, [](int x, int y) { return x ^ y; }); }},
      {"BitShift",
       [](double a, double b) { return on_ints(a, b, [](int x, int y) { return x >> y; }); },
       {{"direction", std::string("RIGHT")}}},
  };
  for (const Binary& c : all) {
    const auto kinds = kinds_of(c.op);
    EXPECT_GE(kinds.size(), 4U) << c.op;
    for (const ElementKind kind : kinds) {
      if (kind == boolean) continue;
      SCOPED_TRACE(c.op + " of " + std::string(dtype_of(kind).name()));
      const Tensor y = run_op(c.op, {of_kind(kind, {2, 3}, kLeft), of_kind(kind, {2, 3}, kRight)},
                              c.attributes)[0];
      const std::vector<double> got = y.to_doubles();
      for (std::size_t i = 0; i < got.size(); ++i) EXPECT_EQ(got[i], c.f(kLeft[i], kRight[i]));
    }
  }
}

TEST(TypeNumbers, QuotientsOfIntegersTruncate) {
  for (const ElementKind kind : kinds_of("Div")) {
    SCOPED_TRACE(dtype_of(kind).name());
    const bool whole = types::kInt.has(kind);
    const auto y =
        run_op("Div", {of_kind(kind, {3}, {7, 5, 12}), of_kind(kind, {3}, {2, 4, 8})})[0];
    const std::vector<double> want =
        whole ? std::vector<double>{3, 1, 1} : std::vector<double>{3.5, 1.25, 1.5};
    EXPECT_EQ(y.to_doubles(), want);
  }
}

TEST(TypeNumbers, PowersOfEveryPairOfTypes) {
  for (const ElementKind base : kinds_of("Pow")) {
    for (const ElementKind power : kinds_of("Pow", 1)) {
      SCOPED_TRACE(cat(dtype_of(base).name(), " to ", dtype_of(power).name()));
      const Tensor y =
          run_op("Pow", {of_kind(base, {4}, {3, 2, 7, 0}), of_kind(power, {4}, {4, 6, 0, 2})})[0];
      EXPECT_EQ(y.kind(), base);
      EXPECT_EQ(y.to_doubles(), (std::vector<double>{81, 64, 1, 0}));
    }
  }
}

TEST(TypeNumbers, PowersOfIntegersAreExact) {
  const Tensor base = Tensor::of<std::int64_t>({6}, {3, -3, 10, -1, 2, 0});
  const Tensor power = Tensor::of<std::int64_t>({6}, {39, 39, 18, -5, -1, -2});
  EXPECT_EQ(run_op("Pow", {base, power})[0].to_ints(),
            (Shape{4052555153018976267, -4052555153018976267, 1000000000000000000, -1, 0, 0}));
  // What does not fit is taken modulo the size of the type: 3^6 = 729 = 2 * 256 + 217.
  const Tensor small = Tensor::of<std::uint8_t>({1}, {3});
  EXPECT_EQ(run_op("Pow", {small, Tensor::of<std::uint8_t>({1}, {6})})[0].to_ints(), (Shape{217}));
}

struct Unary {
  std::string op;
  double (*f)(double);
  Attributes attributes = {};
};

TEST(TypeNumbers, UnaryOperatorsInEveryType) {
  const std::vector<Unary> all = {
      {"Abs", [](double x) { return std::abs(x); }},
      {"Neg", [](double x) { return -x; }},
      {"Sign", [](double x) { return x > 0 ? 1.0 : (x < 0 ? -1.0 : 0.0); }},
      {"Relu", [](double x) { return std::max(x, 0.0); }},
      {"Identity", [](double x) { return x; }},
      {"Clip", [](double x) { return x; }},
      {"Shrink",
       [](double x) { return x < -2  ? x + 1
                             : x > 2 ? x - 1
                                     : 0; },
       {{"lambd", 2.0F}, {"bias", 1.0F}}},
      {"IsNaN", [](double /*x*/) { return 0.0; }},
      {"IsInf", [](double /*x*/) { return 0.0; }},
  };
  for (const Unary& c : all) {
    const auto kinds = kinds_of(c.op);
    EXPECT_GE(kinds.size(), 4U) << c.op;
    for (const ElementKind kind : kinds) {
      if (kind == boolean) continue;
      SCOPED_TRACE(c.op + " of " + std::string(dtype_of(kind).name()));
      const bool sign = dtype_of(kind).info().min < 0;
      std::vector<double> x = {0, 1, 2, 3, 17};
      if (sign) x.insert(x.end(), {-1, -3, -40});
      if (!sign && c.op == "Neg") continue;  // pare allows it, as two's complement
      const Tensor in = of_kind(kind, {static_cast<std::int64_t>(x.size())}, x);
      const std::vector<double> got = run_op(c.op, {in}, c.attributes)[0].to_doubles();
      for (std::size_t i = 0; i < got.size(); ++i) EXPECT_EQ(got[i], c.f(x[i])) << "of " << x[i];
    }
  }
}

TEST(TypeNumbers, ShrunkIntegersStopAtTheEndsOfTheirType) {
  const Attributes a = {{"lambd", 1.0F}, {"bias", -100.5F}};
  const Tensor x = Tensor::of<std::int8_t>({4}, {100, -100, 1, 20});
  EXPECT_EQ(run_op("Shrink", {x}, a)[0].to_ints(), (Shape{127, -128, 0, 120}));
}

TEST(TypeNumbers, ReductionsInEveryType) {
  struct Case {
    std::string op;
    std::vector<double> want;  // of 3 4 0 / 1 1 2 over axis 1
  };
  const std::vector<Case> all = {{"ReduceSum", {7, 4}}, {"ReduceMax", {4, 2}},
                                 {"ReduceMin", {0, 1}}, {"ReduceProd", {0, 2}},
                                 {"ReduceL1", {7, 4}},  {"ReduceSumSquare", {25, 6}},
                                 {"ArgMax", {1, 2}},    {"ArgMin", {2, 0}}};
  for (const Case& c : all) {
    for (const ElementKind kind : kinds_of(c.op)) {
      if (kind == boolean) continue;
      SCOPED_TRACE(c.op + " of " + std::string(dtype_of(kind).name()));
      const Tensor x = of_kind(kind, {2, 3}, {3, 4, 0, 1, 1, 2});
      const bool arg = c.op.substr(0, 3) == "Arg";
      const auto y = arg ? run_op(c.op, {x}, {{"axis", Int{1}}}) : run_op(c.op, {x, ints({1})});
      EXPECT_EQ(y[0].to_doubles(), c.want);
    }
  }
  for (const ElementKind kind : kinds_of("ReduceL2")) {
    const Tensor x = of_kind(kind, {2}, {3, 4});
    EXPECT_EQ(run_op("ReduceL2", {x})[0].to_doubles(), (std::vector<double>{5}));
  }
  for (const ElementKind kind : kinds_of("ReduceMean")) {
    const Tensor x = of_kind(kind, {2}, {3, 4});
    const std::vector<double> want = {types::kInt.has(kind) ? 3 : 3.5};
    EXPECT_EQ(run_op("ReduceMean", {x})[0].to_doubles(), want) << dtype_of(kind).name();
  }
}

TEST(TypeNumbers, ReductionsOfIntegersWrapAsSumsDo) {
  const Tensor bytes = Tensor::of<std::int8_t>({2}, {100, 100});
  EXPECT_EQ(run_op("ReduceSum", {bytes})[0].to_ints(), (Shape{-56}));
  const Tensor words = Tensor::of<std::uint16_t>({2}, {300, 300});
  EXPECT_EQ(run_op("ReduceProd", {words})[0].to_ints(), (Shape{90000 - 65536}));
}

TEST(TypeNumbers, LargeIntegersReduceExactly) {
  const Tensor u = Tensor::of<std::uint64_t>({3}, {kMostU - 1, 1, kMostU});
  const auto reduced = [&](const char* op) { return run_op(op, {u})[0].data<std::uint64_t>()[0]; };
  EXPECT_EQ(reduced("ReduceMax"), kMostU);
  EXPECT_EQ(reduced("ReduceMin"), 1U);
  EXPECT_EQ(reduced("ReduceSum"), kMostU - 1);  // 2^64 - 2 + 1 + 2^64 - 1
  EXPECT_EQ(run_op("ArgMax", {u})[0].to_ints(), (Shape{2}));
  const Tensor i = Tensor::of<std::int64_t>({3}, {kMost - 1, kMost, kLeast});
  EXPECT_EQ(run_op("ArgMax", {i})[0].to_ints(), (Shape{1}));
  EXPECT_EQ(run_op("ArgMin", {i})[0].to_ints(), (Shape{2}));
  EXPECT_EQ(run_op("ReduceMax", {i})[0].to_ints(), (Shape{kMost}));
  EXPECT_EQ(run_op("ReduceMin", {i})[0].to_ints(), (Shape{kLeast}));
}

TEST(TypeNumbers, NothingAtAllReducesToTheEndOfTheType) {
  const auto of_none = [](const char* op, ElementKind kind) {
    return run_op(op, {Tensor(kind, {2, 0}), ints({1})})[0];
  };
  EXPECT_EQ(of_none("ReduceMax", boolean).to_ints(), (Shape{0, 0}));
  EXPECT_EQ(of_none("ReduceMin", boolean).to_ints(), (Shape{1, 1}));
  EXPECT_EQ(of_none("ReduceMin", u64).data<std::uint64_t>()[1], kMostU);
  EXPECT_EQ(of_none("ReduceMax", i64).to_ints(), (Shape{kLeast, kLeast}));
}

TEST(TypeNumbers, NanIsWhereArgumentsAreFound) {
  const Tensor x = Tensor::of<float>({4}, {1, kNan, 7, kNan});
  for (const char* op : {"ArgMax", "ArgMin"}) {
    EXPECT_EQ(run_op(op, {x})[0].to_ints(), (Shape{1}));
    EXPECT_EQ(run_op(op, {x}, {{"select_last_index", Int{1}}})[0].to_ints(), (Shape{3}));
  }
}

TEST(TypeNumbers, LargeIntegersCompareExactly) {
  const Tensor a = Tensor::of<std::int64_t>({3}, {kMost, kMost - 1, kLeast});
  const Tensor b = Tensor::of<std::int64_t>({3}, {kMost - 1, kMost - 1, kMost});
  EXPECT_EQ(run_op("Greater", {a, b})[0].to_ints(), (Shape{1, 0, 0}));
  EXPECT_EQ(run_op("Equal", {a, b})[0].to_ints(), (Shape{0, 1, 0}));
  EXPECT_EQ(run_op("Max", {a, b})[0].to_ints(), (Shape{kMost, kMost - 1, kMost}));
  EXPECT_EQ(run_op("Min", {a, b})[0].to_ints(), (Shape{kMost - 1, kMost - 1, kLeast}));
  EXPECT_EQ(run_op("Clip", {a, Tensor::scalar<std::int64_t>(kMost - 1)})[0].to_ints(),
            (Shape{kMost, kMost - 1, kMost - 1}));
  const auto top = run_op("TopK", {a, ints({1})}, {}, 2);
  EXPECT_EQ(top[0].to_ints(), (Shape{kMost}));
  EXPECT_EQ(run_op("Unique", {a})[0].to_ints(), (Shape{kLeast, kMost - 1, kMost}));
  EXPECT_EQ(run_op("Sign", {a})[0].to_ints(), (Shape{1, 1, -1}));
  EXPECT_EQ(run_op("Relu", {a})[0].to_ints(), (Shape{kMost, kMost - 1, 0}));
  EXPECT_EQ(run_op("NonZero", {a})[0].to_ints(), (Shape{0, 1, 2}));
}

TEST(TypeNumbers, RangesOfEveryTypeAndToTheEnds) {
  for (const ElementKind kind : kinds_of("Range")) {
    SCOPED_TRACE(dtype_of(kind).name());
    const auto one = [&](double v) { return of_kind(kind, {}, {v}); };
    const Tensor y = run_op("Range", {one(10), one(-1), one(-4)})[0];
    EXPECT_EQ(y.kind(), kind);
    EXPECT_EQ(y.to_doubles(), (std::vector<double>{10, 6, 2}));
  }
  const auto one = [](std::int64_t v) { return Tensor::scalar<std::int64_t>(v); };
  EXPECT_EQ(run_op("Range", {one(kMost - 3), one(kMost), one(2)})[0].to_ints(),
            (Shape{kMost - 3, kMost - 1}));
  EXPECT_EQ(run_op("Range", {one(kMost), one(kLeast), one(kLeast)})[0].to_ints(),
            (Shape{kMost, -1}));
  EXPECT_EQ(fault_of([&] { run_op("Range", {one(kLeast), one(kMost), one(1)}); }), Fault::corrupt);
}

TEST(TypeNumbers, SumsOfHalvesAreMadeInMoreThanHalves) {
  // 2049 is no f16: stepping in f16 would stay at 2048.
  const auto one = [](float v) { return Tensor::scalar<float>(v).cast(dtype_of(f16)); };
  const Tensor y = run_op("Range", {one(2044), one(2056), one(1)}, {{"stash_type", Int{1}}})[0];
  EXPECT_EQ(y.size(), 12);
  EXPECT_EQ(y.to_floats().at(11), 2056);  // 2055 rounded to even
}

TEST(TypeNumbers, ProductsOfMatricesInEveryType) {
  for (const char* op : {"MatMul", "Gemm", "Einsum"}) {
    for (const ElementKind kind : kinds_of(op)) {
      SCOPED_TRACE(cat(op, " of ", dtype_of(kind).name()));
      const Tensor a = of_kind(kind, {2, 2}, {1, 2, 3, 4});
      const Attributes how = op == std::string("Einsum")
                                 ? Attributes{{"equation", std::string("ij,jk->ik")}}
                                 : Attributes{};
      EXPECT_EQ(run_op(op, {a, a}, how)[0].to_doubles(), (std::vector<double>{7, 10, 15, 22}));
    }
  }
}

TEST(TypeNumbers, RunningSumsOrdersAndUpdatesInEveryType) {
  for (const ElementKind kind : kinds_of("CumSum")) {
    const Tensor x = of_kind(kind, {3}, {3, 1, 5});
    EXPECT_EQ(run_op("CumSum", {x, ints({0})})[0].to_doubles(), (std::vector<double>{3, 4, 9}));
  }
  for (const ElementKind kind : kinds_of("TopK")) {
    const Tensor x = of_kind(kind, {4}, {3, 1, 5, 3});
    const auto y = run_op("TopK", {x, ints({3})}, {}, 2);
    EXPECT_EQ(y[0].to_doubles(), (std::vector<double>{5, 3, 3}));
    EXPECT_EQ(y[1].to_ints(), (Shape{2, 0, 3}));
  }
  for (const ElementKind kind : kinds_of("Unique")) {
    if (kind == boolean) continue;
    const auto y = run_op("Unique", {of_kind(kind, {4}, {3, 1, 5, 3})}, {}, 4);
    EXPECT_EQ(y[0].to_doubles(), (std::vector<double>{1, 3, 5}));
    EXPECT_EQ(y[3].to_ints(), (Shape{1, 2, 1}));
  }
  for (const ElementKind kind : kinds_of("NonZero")) {
    EXPECT_EQ(run_op("NonZero", {of_kind(kind, {3}, {1, 0, 1})})[0].to_ints(), (Shape{0, 2}));
  }
  const std::vector<std::pair<const char*, double>> reductions = {
      {"add", 13}, {"mul", 36}, {"max", 9}, {"min", 4}};
  for (const ElementKind kind : kinds_of("ScatterElements")) {
    if (kind == boolean) continue;
    for (const auto& [how, want] : reductions) {
      const Tensor x = of_kind(kind, {2}, {1, 4});
      const auto y = run_op("ScatterElements", {x, ints({1}), of_kind(kind, {1}, {9})},
                            {{"reduction", std::string(how)}});
      EXPECT_EQ(y[0].to_doubles(), (std::vector<double>{1, want})) << how;
    }
  }
}

TEST(TypeNumbers, IndicesOfOneHotMayBeOfEveryType) {
  for (const ElementKind indices : kinds_of("OneHot", 0)) {
    for (const ElementKind depth : kinds_of("OneHot", 1)) {
      const auto y =
          run_op("OneHot", {of_kind(indices, {2}, {2, 0}), of_kind(depth, {}, {3}), ints({5, 6})});
      EXPECT_EQ(y[0].to_ints(), (Shape{5, 5, 6, 6, 5, 5}));
    }
  }
}

TEST(TypeNumbers, SpecialValuesOfEightBitFloats) {
  struct Case {
    ElementKind kind;
    std::vector<std::uint8_t> codes;  // the third one is no number
    Shape infinite;
  };
  // E5M2 has infinities (0x7C, 0xFC); in the others these codes are numbers.
  const std::vector<Case> all = {{f8e5m2, {0x7C, 0xFC, 0x7E, 0x3C}, {1, 1, 0, 0}},
                                 {f8e4m3fn, {0x7C, 0xFC, 0x7F, 0x38}, {0, 0, 0, 0}},
                                 {f8e4m3fnuz, {0x7C, 0xFC, 0x80, 0x40}, {0, 0, 0, 0}},
                                 {f8e5m2fnuz, {0x7C, 0xFC, 0x80, 0x40}, {0, 0, 0, 0}}};
  for (const Case& c : all) {
    SCOPED_TRACE(dtype_of(c.kind).name());
    Tensor x(c.kind, {4});
    for (std::size_t i = 0; i < 4; ++i) x.mutable_bytes()[i] = static_cast<std::byte>(c.codes[i]);
    EXPECT_EQ(run_op("IsNaN", {x})[0].to_ints(), (Shape{0, 0, 1, 0}));
    EXPECT_EQ(run_op("IsInf", {x})[0].to_ints(), c.infinite);
    EXPECT_TRUE(identical(run_op("Dropout", {x})[0], x));
  }
}

/// Pairs of real and imaginary parts.
template <class T>
Tensor complex_of(ElementKind kind, const std::vector<T>& parts) {
  const auto data =
      std::make_shared<Tensor>(Tensor::of<T>({static_cast<std::int64_t>(parts.size())}, parts));
  return Tensor(dtype_of(kind), {static_cast<std::int64_t>(parts.size() / 2)}, data->bytes(), data);
}

TEST(TypeNumbers, ComplexNumbersAndTextHaveZerosAndAnOrder) {
  const std::vector<Tensor> all = {complex_of<float>(c64, {1, 2, 0, 0, 1, -2, 0, 1, 1, 2}),
                                   complex_of<double>(c128, {1, 2, 0, 0, 1, -2, 0, 1, 1, 2})};
  for (const Tensor& x : all) {
    EXPECT_EQ(run_op("NonZero", {x})[0].to_ints(), (Shape{0, 2, 3, 4}));
    const auto y = run_op("Unique", {x}, {}, 4);  // 0, i, 1 - 2i, 1 + 2i
    EXPECT_EQ(y[1].to_ints(), (Shape{1, 3, 2, 0}));
    EXPECT_EQ(y[2].to_ints(), (Shape{3, 0, 2, 1, 3}));
  }
  const Tensor text = Tensor::of<std::string>({3}, {"a", "", "0"});
  EXPECT_EQ(run_op("NonZero", {text})[0].to_ints(), (Shape{0, 2}));
}

TEST(TypeNumbers, ComplexNumbersOutsideACropTakeTheValue) {
  const Tensor x = complex_of<float>(c64, {1, 2, 3, 4});  // sampled at -1 and 1
  const Tensor roi = Tensor::of<float>({2}, {-1, 1});
  const auto y = run_op("Resize", {x, roi, Tensor(), ints({2})},
                        {{"coordinate_transformation_mode", std::string("tf_crop_and_resize")},
                         {"extrapolation_value", 5.0F}})[0];
  const Tensor want = complex_of<float>(c64, {5, 0, 3, 4});
  EXPECT_TRUE(identical(y, want));
}

TEST(TypeNumbers, InterpolatedIntegersAndBooleans) {
  const Tensor grid = Tensor::of<float>({1, 1, 3, 2}, {-1, 0, 0, 0, 1, 0});
  for (const ElementKind kind : kinds_of("GridSample")) {
    SCOPED_TRACE(dtype_of(kind).name());
    if (kind == boolean) continue;
    const Tensor x = of_kind(kind, {1, 1, 1, 2}, {2, 5});
    const auto y = run_op("GridSample", {x, grid}, {{"align_corners", Int{1}}})[0];
    EXPECT_EQ(y.to_doubles(), (std::vector<double>{2, types::kInt.has(kind) ? 3 : 3.5, 5}));
  }
}

TEST(TypeNumbers, QuantizedProductsOfEightBitFloats) {
  for (const ElementKind kind : {f8e4m3fn, f8e4m3fnuz, f8e5m2, f8e5m2fnuz}) {
    SCOPED_TRACE(dtype_of(kind).name());
    const Tensor a = of_kind(kind, {2, 2}, {1, 0.5, -2, 4});
    const Tensor b = of_kind(kind, {2, 1}, {3, 2});
    const Tensor zero = of_kind(kind, {}, {0});
    const Tensor half = Tensor::scalar<float>(0.5F);
    const Tensor two = Tensor::scalar<float>(2);
    // (1 * 3 + 0.5 * 2, -2 * 3 + 4 * 2) * 0.5 * 2 / 0.5
    const auto y = run_op("QLinearMatMul", {a, half, zero, b, two, zero, half, zero})[0];
    EXPECT_EQ(y.kind(), kind);
    EXPECT_EQ(y.to_floats(), (std::vector<float>{8, 4}));
    // Codes as wide as bytes on the other side: b - 1 = 2, 1; the result less its zero point of 3.
    const Tensor codes = Tensor::of<std::uint8_t>({2, 1}, {3, 2});
    const Tensor one = Tensor::scalar<std::uint8_t>(1);
    const Tensor three = Tensor::scalar<std::int8_t>(3);
    const auto z = run_op("QLinearMatMul", {a, half, zero, codes, two, one, half, three})[0];
    EXPECT_EQ(z.to_ints(), (Shape{8, 3}));  // (2.5, 0) / 0.5 + 3
  }
}

}  // namespace
}  // namespace pare
