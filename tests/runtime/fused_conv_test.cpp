#include "passes/registry.hpp"
#include "runtime/check.hpp"

namespace pare {
namespace {

using Ints = std::vector<std::int64_t>;

Value* fused_conv(Builder& b, std::vector<Value*> inputs, const std::string& activation,
                  const std::vector<float>& params = {}) {
  NodeSpec spec{.op = "FusedConv", .inputs = std::move(inputs), .domain = "com.microsoft"};
  spec.attributes.emplace("activation", activation);
  spec.attributes.emplace("pads", Ints{1, 1, 1, 1});
  if (!params.empty()) spec.attributes.emplace("activation_params", params);
  return b.graph.add_node(std::move(spec))->output();
}

struct Case {
  std::string activation;
  std::vector<float> params;
  const char* kernel = "onednn:conv";
};

class FusedConvKernels : public testing::TestWithParam<Case> {};

TEST_P(FusedConvKernels, RunTheConvolutionWithItsActivation) {
  const Case& c = GetParam();
  for (const bool bias : {false, true}) {
    for (const bool residual : {false, true}) {
      Builder b;
      Value* x = b.input("x", {2, 8, 7, 7});
      Value* z = b.input("z", {2, 16, 7, 7});
      b.graph.add_output(fused_conv(
          b,
          {x, b.weights({16, 8, 3, 3}), bias ? b.weights({16}) : nullptr, residual ? z : nullptr},
          c.activation, c.params));
      const Compared r = run_both(b.graph, {b.random({2, 8, 7, 7}), b.random({2, 16, 7, 7})},
                                  direct_convolutions());
      EXPECT_TRUE(r.has(std::string("FusedConv=") + c.kernel)) << r.kernels() << r.refusals();
      expect_close(r, 256);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Activations, FusedConvKernels,
    testing::Values(Case{"Relu", {}}, Case{"Tanh", {}}, Case{"Sigmoid", {}},
                    Case{"LeakyRelu", {0.1F}}, Case{"Clip", {-0.25F, 0.5F}},
                    Case{"HardSigmoid", {0.3F, 0.4F}}, Case{"", {}},
                    Case{"Clip", {0.5F, -0.25F}, "reference"},  // the library has no such order
                    Case{"Elu", {0.5F}, "reference"}));

TEST(FusedConvKernelsOf, APassAreExecuted) {
  Builder b;
  Value* x = b.input("x", {1, 4, 9, 9});
  const Attributes pads = {{"pads", Ints{1, 1, 1, 1}}};
  Value* y = b.node("Relu", {b.node("Conv", {x, b.weights({8, 4, 3, 3}), b.weights({8})}, pads)});
  y = b.node("Clip",
             {b.node("Conv", {y, b.weights({8, 8, 3, 3})}, pads), b.scalar(0), b.scalar(0.5F)});
  y = b.node("HardSigmoid", {b.node("Conv", {y, b.weights({8, 8, 3, 3})}, pads)});
  y = b.node("LeakyRelu", {b.node("Conv", {y, b.weights({8, 8, 3, 3})}, pads)});
  b.graph.add_output(y);
  const Tensor input = b.random({1, 4, 9, 9});
  const Tensor before = interpret(b.graph, op_registry(), {input})[0];

  PassContext context{op_registry()};
  context.fuse_to_contrib = true;
  run_passes(b.graph, default_passes(), context);
  ASSERT_TRUE(verify(b.graph, op_registry()).empty());
  for (const Node* n : b.graph.nodes()) EXPECT_TRUE(n->is("com.microsoft", "FusedConv")) << n->op();

  Compared r = run_both(b.graph, {input});
  EXPECT_FALSE(r.has("reference")) << r.kernels() << r.refusals();
  expect_close(r);
  r.meaning = {before};
  expect_close(r);
}

TEST(ContribActivations, RunAsKernels) {
  for (const char* op : {"Gelu", "FastGelu", "QuickGelu"}) {
    Builder b;
    Value* x = b.input("x", {3, 40});
    NodeSpec spec{.op = op, .inputs = {x}, .domain = "com.microsoft"};
    b.graph.add_output(b.graph.add_node(std::move(spec))->output());
    const Compared r = run_both(b.graph, {b.random({3, 40}, 4)});
    EXPECT_FALSE(r.has("reference")) << r.kernels() << r.refusals();
    expect_close(r);
  }
}

}  // namespace
}  // namespace pare
