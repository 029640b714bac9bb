#include "runtime/check.hpp"

namespace pare {
namespace {

/// The kernel gives what the reference gives, bit by bit.
void expect_same(const Shape& shape, const std::string& format, Attributes attributes,
                 const std::vector<float>& scales = {}) {
  Builder b;
  std::vector<Value*> inputs = {b.input("x", shape)};
  if (scales.size() == 1) inputs.push_back(b.scalar(scales[0]));
  if (scales.size() > 1) {
    inputs.push_back(
        b.constant(Tensor::of<float>({static_cast<std::int64_t>(scales.size())}, scales)));
  }
  attributes["format"] = format;
  b.graph.add_output(b.graph
                         .add_node({.op = "FakeQuantize",
                                    .inputs = inputs,
                                    .attributes = std::move(attributes),
                                    .domain = "pare"})
                         ->output());
  const Compared c = run_both(b.graph, {b.random(shape, 20)});
  EXPECT_TRUE(c.has("native:fake_quantize")) << c.kernels() << c.refusals();
  const std::vector<float> got = c.fast[0].to_floats();
  const std::vector<float> want = c.meaning[0].to_floats();
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    ASSERT_TRUE(got[i] == want[i] || (std::isnan(got[i]) && std::isnan(want[i])))
        << format << " element " << i << ": " << got[i] << ", want " << want[i];
  }
}

TEST(FakeQuantizeKernels, EveryFormatWithOneScale) {
  int formats = 0;
  for (const DType type : all_dtypes()) {
    const DtypeInfo& info = type.info();
    if (info.decode == nullptr || info.encode == nullptr || info.own_scale) continue;
    expect_same({3, 1031}, std::string(type.name()), {}, {0.37F});
    ++formats;
  }
  EXPECT_GT(formats, 15);
}

TEST(FakeQuantizeKernels, EveryFormatWithScalesOfItsOwn) {
  for (const DType type : all_dtypes()) {
    if (!type.info().own_scale) continue;
    expect_same({3, 300}, std::string(type.name()), {});
    expect_same({2, 2, 33}, std::string(type.name()), {}, {0.5F});
  }
}

TEST(FakeQuantizeKernels, ScalesPerIndex) {
  expect_same({2, 3, 5}, "int4", {{"axis", std::int64_t{0}}}, {1, 5});
  expect_same({2, 3, 5}, "int4", {{"axis", std::int64_t{1}}}, {1, 3, 5});
  expect_same({2, 3, 5}, "f8e4m3fn", {{"axis", std::int64_t{2}}}, {1, 2, 3, 4, 5});
}

TEST(FakeQuantizeKernels, ScalesFoundAtRunTime) {
  for (const char* scaling : {"token", "tensor"}) {
    expect_same({2, 3, 50}, "int8", {{"scaling", std::string(scaling)}});
    expect_same({4000}, "f8e5m2", {{"scaling", std::string(scaling)}});
  }
}

}  // namespace
}  // namespace pare
