#include "runtime/check.hpp"

#include <algorithm>

namespace pare {
namespace {

using Ints = std::vector<std::int64_t>;

Value* ints(Builder& b, const Ints& v) {
  return b.constant(Tensor::of<std::int64_t>({static_cast<std::int64_t>(v.size())}, v));
}

TEST(MoveKernels, EveryPermutationOfFourDimensions) {
  const Shape shape = {2, 17, 5, 20};
  Ints perm = {0, 1, 2, 3};
  do {
    for (const bool behind_conv : {false, true}) {
      Builder b;
      Value* x = b.input("x", shape);
      if (behind_conv) x = b.node("Conv", {x, b.weights({17, 17, 1, 1})});
      b.graph.add_output(b.node("Transpose", {x}, {{"perm", perm}}));
      const Compared r = run_both(b.graph, {b.random(shape)});
      EXPECT_FALSE(r.has("Transpose=reference")) << r.refusals();
      expect_close(r);
    }
  } while (std::next_permutation(perm.begin(), perm.end()));
}

TEST(MoveKernels, ATransposeToChannelsLastBehindAConvolutionCostsNothing) {
  Builder b;
  Value* x = b.node("Conv", {b.input("x", {1, 3, 8, 8}), b.weights({16, 3, 3, 3})});
  Value* last = b.node("Transpose", {x}, {{"perm", Ints{0, 2, 3, 1}}});
  b.graph.add_output(b.node("Relu", {last}));
  const Compared r = run_both(b.graph, {b.random({1, 3, 8, 8})});
  EXPECT_FALSE(r.has("Transpose=")) << r.kernels();
  expect_close(r);
}

TEST(MoveKernels, SlicesPadsAndTheLikeBesideConvolutions) {
  const Shape shape = {2, 8, 6, 10};
  for (const bool behind_conv : {false, true}) {
    Builder b;
    Value* x = b.input("x", shape);
    if (behind_conv) x = b.node("Conv", {x, b.weights({8, 8, 1, 1})});
    const auto out = [&](Value* v) { b.graph.add_output(v); };
    out(b.node("Slice", {x, ints(b, {1, 0}), ints(b, {7, 5}), ints(b, {1, 2}), ints(b, {2, 1})}));
    out(b.node("Slice", {x, ints(b, {9}), ints(b, {-99}), ints(b, {3}), ints(b, {-1})}));
    out(b.node("Pad", {x, ints(b, {0, 1, 2, 3, 0, 0, 1, 2}), b.scalar(2.5F)}));
    out(b.node("Pad", {x, ints(b, {0, 0, 2, 2, 0, 0, 2, 2})}, {{"mode", std::string("reflect")}}));
    out(b.node("Gather", {x, ints(b, {3, 0, 3})}, {{"axis", std::int64_t{1}}}));
    out(b.node("Expand", {b.node("GlobalAveragePool", {x}), ints(b, {2, 8, 3, 3})}));
    out(b.node("Tile", {x, ints(b, {1, 2, 1, 2})}));
    out(b.node("DepthToSpace", {x}, {{"blocksize", std::int64_t{2}}}));
    out(b.node("SpaceToDepth", {x}, {{"blocksize", std::int64_t{2}}}));
    const Compared r = run_both(b.graph, {b.random(shape)});
    EXPECT_FALSE(r.has("=reference")) << r.kernels() << r.refusals();
    expect_close(r);
  }
}

TEST(MoveKernels, ConcatenationsInBothLayouts) {
  for (std::int64_t axis = 0; axis < 4; ++axis) {
    for (const bool behind_conv : {false, true}) {
      Builder b;
      Value* x = b.input("x", {2, 8, 6, 10});
      if (behind_conv) x = b.node("Conv", {x, b.weights({8, 8, 1, 1})});
      b.graph.add_output(b.node("Concat", {x, b.node("Relu", {x}), x}, {{"axis", axis}}));
      const Compared r = run_both(b.graph, {b.random({2, 8, 6, 10})});
      EXPECT_TRUE(r.has("native:concat")) << r.refusals();
      expect_close(r);
    }
  }
}

TEST(MoveKernels, BatchNormalizationInBothLayouts) {
  for (const bool behind_conv : {false, true}) {
    Builder b;
    Value* x = b.input("x", {2, 8, 6, 10});
    if (behind_conv) x = b.node("Conv", {x, b.weights({8, 8, 1, 1})});
    Tensor variance = b.random({8});
    for (float& v : variance.mutable_data<float>()) v = std::abs(v) + 0.1F;
    b.graph.add_output(b.node("BatchNormalization", {x, b.weights({8}), b.weights({8}),
                                                     b.weights({8}), b.constant(variance)}));
    const Compared r = run_both(b.graph, {b.random({2, 8, 6, 10})});
    EXPECT_TRUE(r.has("native:batch_norm")) << r.refusals();
    expect_close(r);
  }
}

TEST(MoveKernels, ADropoutThatTrainsIsNoView) {
  for (const bool training : {true, false}) {
    Builder b;
    Value* mode = b.constant(Tensor::scalar<bool>(training));
    Value* x = b.node("Relu", {b.input("x", {4, 50})});
    Value* y = b.node("Dropout", {x, b.scalar(0.5F), mode}, {{"seed", std::int64_t{3}}});
    b.graph.add_output(b.node("Neg", {y}));
    const Compared r = run_both(b.graph, {b.random({4, 50})});
    EXPECT_EQ(r.has("Dropout=reference"), training) << r.kernels();
    expect_close(r);
  }
}

}  // namespace
}  // namespace pare
