#include "evaluate/layers.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "ops/registry.hpp"

namespace pare {
namespace {

/// a = x + c; b = relu(a); y = b + c, where c is 1 or a little more.
std::unique_ptr<Graph> chain(float c_value) {
  auto g = std::make_unique<Graph>();
  const ValueType type(dtype_of(ElementKind::f32), SymShape{1, 4});
  Value* x = g->add_input("x", type);
  Value* c = g->add_constant(Tensor::scalar(c_value), "c");
  Value* a = g->add_node({.op = "Add", .inputs = {x, c}, .output_names = {"a"}})->output();
  Value* b = g->add_node({.op = "Relu", .inputs = {a}, .output_names = {"b"}})->output();
  Value* y = g->add_node({.op = "Add", .inputs = {b, c}, .output_names = {"y"}})->output();
  for (Value* v : {a, b, y}) v->set_type(type);
  g->add_output(y);
  return g;
}

const std::vector<std::vector<Tensor>>& batches() {
  static const std::vector<std::vector<Tensor>> list = {{Tensor::of<float>({1, 4}, {1, 2, 3, 4})},
                                                        {Tensor::of<float>({1, 4}, {-9, 0, 1, 1})}};
  return list;
}

LayerOptions serial(std::size_t per_pass) {
  LayerOptions o;
  o.threads = 1;
  o.values_per_pass = per_pass;
  return o;
}

TEST(CompareLayers, EqualGraphsAreEqualEverywhere) {
  const auto l = compare_layers(*chain(1), *chain(1), op_registry(), batches(), serial(64));
  ASSERT_EQ(l.size(), 3U);
  EXPECT_EQ(l[0].value, "a");
  EXPECT_EQ(l[1].value, "b");
  EXPECT_EQ(l[2].value, "y");
  for (const LayerFidelity& f : l) {
    EXPECT_EQ(f.fidelity.count(), 8) << f.value;
    EXPECT_EQ(f.fidelity.max_abs(), 0) << f.value;
  }
}

TEST(CompareLayers, ErrorsAreThoseOfTheArithmetic) {
  const auto l = compare_layers(*chain(1), *chain(1.5F), op_registry(), batches(), serial(64));
  ASSERT_EQ(l.size(), 3U);
  // a: off by 1/2 in all 8 values; a = 2 3 4 5 and -8 1 2 2.
  EXPECT_NEAR(l[0].fidelity.sqnr_db(), 10 * std::log10((54.0 + 73.0) / (8 * 0.25)), 1e-6);
  EXPECT_NEAR(l[1].fidelity.max_abs(), 0.5, 1e-6);
  EXPECT_NEAR(l[2].fidelity.max_abs(), 1.0, 1e-6);
}

TEST(CompareLayers, ChunksGiveTheSame) {
  const auto whole = compare_layers(*chain(1), *chain(2), op_registry(), batches(), serial(64));
  const auto parts = compare_layers(*chain(1), *chain(2), op_registry(), batches(), serial(1));
  ASSERT_EQ(whole.size(), parts.size());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    EXPECT_EQ(whole[i].value, parts[i].value);
    EXPECT_DOUBLE_EQ(whole[i].fidelity.sqnr_db(), parts[i].fidelity.sqnr_db());
  }
}

TEST(CompareLayers, ValuesOfOneGraphOnlyAreLeftOut) {
  const auto other = chain(1);
  other->rename(other->find("b"), "renamed");
  const auto l = compare_layers(*chain(1), *other, op_registry(), batches(), serial(64));
  ASSERT_EQ(l.size(), 2U);
  EXPECT_EQ(l[0].value, "a");
  EXPECT_EQ(l[1].value, "y");
}

}  // namespace
}  // namespace pare
