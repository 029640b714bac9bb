#include "ops/quantized.hpp"

namespace pare {
namespace {

Tensor ids(Shape shape, const std::vector<std::int32_t>& values) {
  return Tensor::of<std::int32_t>(std::move(shape), values);
}

const Tensor kIds = ids({2, 2}, {1, 2, 2, 0});
const Tensor kSegmentIds = ids({2, 2}, {0, 1, 0, 1});

/// Words (0, 0), (1, 5), (10, 30); positions (1, 1), (2, 0); segments (0, 0), (0, 4); gamma (2, 3);
/// beta (10, 20).
std::vector<Tensor> inputs(bool segments) {
  using enum ElementKind;
  const auto u = [](Shape shape, const std::vector<int>& v) {
    return codes(u8, std::move(shape), v);
  };
  std::vector<Tensor> all = {kIds,
                             kSegmentIds,
                             u({3, 2}, {100, 100, 102, 110, 120, 160}),
                             u({2, 2}, {51, 51, 52, 50}),
                             u({2, 2}, {0, 0, 0, 16}),
                             u({2}, {4, 6}),
                             u({2}, {20, 30}),
                             {}};
  for (const float scale : {0.5F, 1.0F, 0.25F, 0.5F, 1.0F}) all.push_back(one_float(scale));
  for (const int zero : {100, 50, 0, 0, 10}) all.push_back(one_code(u8, zero));
  if (!segments) all[1] = all[4] = all[10] = all[15] = {};
  return all;
}

TEST(QEmbedLayerNormalization, IsThatOfTheRealValues) {
  for (const bool segments : {true, false}) {
    std::vector<Tensor> given = inputs(segments);
    given[7] = ids({2, 2}, {1, 0, 1, 1});
    const auto got = run_contrib("QEmbedLayerNormalization", given, {}, 2);
    // the sums, as (first, second): with segments (2, 6) (12, 34) (11, 31) (2, 4), without
    // (2, 6) (12, 30) (11, 31) (2, 0); all are one deviation around their mean
    ASSERT_EQ(got[0].shape(), (Shape{2, 2, 2}));
    expect_close(got[0],
                 segments ? std::vector<float>{8, 23, 8, 23, 8, 23, 8, 23}
                          : std::vector<float>{8, 23, 8, 23, 8, 23, 12, 17},
                 1e-6F);
    EXPECT_EQ(got[1].to_ints(), (Shape{1, 2}));
  }
}

TEST(QEmbedLayerNormalization, SymbolsAndWrongInputs) {
  std::vector<ValueType> types;
  for (const Tensor& t : inputs(true)) {
    types.push_back(t.valid() ? ValueType(t.type(), to_symbolic(t.shape())) : ValueType());
  }
  types[0].shape = types[1].shape = SymShape{Dim::symbol("B"), Dim::symbol("T")};
  EXPECT_EQ(to_string(infer_op("QEmbedLayerNormalization", types, {}, 0, kMicrosoft)), "[B,T,2]");
  EXPECT_EQ(to_string(infer_op("QEmbedLayerNormalization", types, {}, 1, kMicrosoft)), "[B]");
  const auto fault = [](std::size_t input, Tensor value) {
    std::vector<Tensor> given = inputs(true);
    given[input] = std::move(value);
    return fault_of([&] { run_contrib("QEmbedLayerNormalization", given, {}, 2); });
  };
  using enum ElementKind;
  EXPECT_EQ(fault(0, ids({2, 2}, {1, 2, 3, 0})), Fault::corrupt);
  EXPECT_EQ(fault(1, {}), Fault::corrupt);
  EXPECT_EQ(fault(2, codes(u8, {6}, {1, 2, 3, 4, 5, 6})), Fault::corrupt);
  EXPECT_EQ(fault(3, codes(u8, {2, 1}, {1, 2})), Fault::corrupt);
  EXPECT_EQ(fault(5, codes(u8, {3}, {1, 2, 3})), Fault::corrupt);
  EXPECT_EQ(fault(7, ids({2}, {1, 1})), Fault::corrupt);
  EXPECT_EQ(fault(8, ramp({2}, 1)), Fault::corrupt);
  EXPECT_EQ(fault(17, codes(u8, {2}, {1, 2})), Fault::corrupt);
}

}  // namespace
}  // namespace pare
