#include <gtest/gtest.h>

#include <cmath>

#include "base/rng.hpp"
#include "ops/registry.hpp"
#include "runtime/session.hpp"

namespace pare {
namespace {

/// Products without a bias of their own, followed by additions that are fused into them. The oracle
/// is the reference execution of the same graph.
class AddedBias : public testing::Test {
 protected:
  Tensor random(Shape shape) {
    Tensor t(ElementKind::f32, std::move(shape));
    for (float& v : t.mutable_data<float>()) v = rng_.uniform() - 0.5F;
    return t;
  }
  Value* input(const std::string& name, SymShape shape) {
    return g_.add_input(name, ValueType(dtype_of(ElementKind::f32), std::move(shape)));
  }
  Value* node(const std::string& op, std::vector<Value*> inputs) {
    return g_.add_node({.op = op, .inputs = std::move(inputs)})->output();
  }
  Value* constant(Shape shape) { return g_.add_constant(random(std::move(shape)), "c"); }

  void expect_reference(Value* result, const std::vector<Tensor>& inputs) {
    g_.add_output(result);
    const Tensor want = interpret(g_, op_registry(), inputs)[0];
    const Tensor got = Session::create(g_, op_registry(), {})->run(inputs)[0];
    ASSERT_EQ(got.shape(), want.shape());
    for (std::int64_t i = 0; i < want.size(); ++i) {
      const auto at = static_cast<std::size_t>(i);
      // Sums of at most 72 products of magnitude 1/4 in another order.
      ASSERT_NEAR(got.data<float>()[at], want.data<float>()[at], 1e-5) << i;
    }
  }

  Graph g_;
  Rng rng_{11};
};

TEST_F(AddedBias, PerChannelIsAddedOnceToAConvolution) {
  Value* x = input("x", {1, 8, 6, 6});
  Value* y = node("Conv", {x, constant({16, 8, 3, 3})});
  expect_reference(node("Relu", {node("Add", {y, constant({16, 1, 1})})}), {random({1, 8, 6, 6})});
}

TEST_F(AddedBias, AddsToTheBiasThatIsThere) {
  Value* x = input("x", {1, 8, 6, 6});
  Value* y = node("Conv", {x, constant({16, 8, 3, 3}), constant({16})});
  expect_reference(node("Add", {y, constant({16, 1, 1})}), {random({1, 8, 6, 6})});
}

TEST_F(AddedBias, ShortcutIsAddedToAConvolutionWithoutBias) {
  Value* x = input("x", {1, 16, 4, 4});
  Value* shortcut = input("s", {1, 16, 4, 4});
  Value* y = node("Conv", {x, constant({16, 16, 1, 1})});
  expect_reference(node("Relu", {node("Add", {y, shortcut})}),
                   {random({1, 16, 4, 4}), random({1, 16, 4, 4})});
}

TEST_F(AddedBias, RowIsAddedOnceToAProduct) {
  Value* x = input("x", {4, 32});
  Value* y = node("MatMul", {x, constant({32, 10})});
  expect_reference(node("Add", {y, constant({1, 10})}), {random({4, 32})});
}

TEST_F(AddedBias, RowIsAddedOnceToGemmWithoutC) {
  Value* x = input("x", {4, 32});
  Value* y = node("Gemm", {x, constant({32, 10})});
  expect_reference(node("Relu", {node("Add", {y, constant({10})})}), {random({4, 32})});
}

}  // namespace
}  // namespace pare
