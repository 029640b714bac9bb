#include "runtime/check.hpp"

namespace pare {
namespace {

Value* conv(Builder& b, Value* x, std::int64_t in, std::int64_t out) {
  return b.node("Conv", {x, b.weights({out, in, 3, 3}), b.weights({out})},
                {{"pads", std::vector<std::int64_t>{1, 1, 1, 1}}});
}

/// A residual block: the second sum is clipped with what came in.
void block(Builder& b) {
  Value* x = b.input("x", {2, 24, 12, 11});
  Value* y = b.node("Relu", {conv(b, x, 24, 40)});
  b.graph.add_output(b.node("Relu", {b.node("Add", {conv(b, y, 40, 24), x})}));
}

TEST(WinogradRow, RunsResidualBlocksForAnyNumberOfThreads) {
  Builder b;
  block(b);
  const Tensor input = b.random({2, 24, 12, 11});
  std::vector<Tensor> first;
  for (const int threads : {1, 2, 4}) {
    set_threads(threads);
    const Compared r = run_both(b.graph, {input});
    EXPECT_FALSE(r.has("onednn:conv")) << r.kernels() << r.refusals();
    EXPECT_TRUE(r.has("native:winograd")) << r.kernels();
    expect_close(r, 128);  // docs/decisions/winograd.md: some 20 of them
    if (first.empty()) first = r.fast;
    EXPECT_TRUE(identical(first[0], r.fast[0])) << threads << " threads";
  }
  set_threads(0);
}

/// Between convolutions whose products are in bfloat16, images are; the sums of the filtered ones
/// are float32, and what lies between is rounded once.
TEST(WinogradRow, TakesPartInRunsInBfloat16) {
  const std::vector<std::int64_t> strides = {2, 2};
  Builder b;
  Value* x = b.input("x", {1, 64, 40, 40});
  Value* in = b.node("Relu", {b.node("Conv", {x, b.weights({64, 64, 1, 1}, 0.1F)})});
  Value* y = b.node("Relu", {conv(b, in, 64, 64)});
  Value* sum = b.node("Relu", {b.node("Add", {conv(b, y, 64, 64), in})});
  Value* small = b.node("Conv", {sum, b.weights({128, 64, 3, 3}, 0.1F)}, {{"strides", strides}});
  b.graph.add_output(b.node("Conv", {small, b.weights({64, 128, 1, 1}, 0.1F)}));
  SessionOptions options;
  options.allow_bf16 = true;
  const Compared r = run_both(b.graph, {b.random({1, 64, 40, 40})}, options);
  EXPECT_TRUE(r.has("Conv=native:winograd (4x4")) << r.kernels() << r.refusals();
  EXPECT_FALSE(r.has("reference")) << r.kernels();
  expect_close(r, 0x1p17);  // five roundings to 8 bits behind one another
  if (!r.has("onednn:conv_bf16")) GTEST_SKIP() << "no bfloat16: " << r.refusals();
  EXPECT_FALSE(r.has("onednn:conv (")) << r.kernels();
}

TEST(WinogradRow, CanBeSwitchedOff) {
  Builder b;
  block(b);
  const Compared r = run_both(b.graph, {b.random({2, 24, 12, 11})}, direct_convolutions());
  EXPECT_FALSE(r.has("native:winograd")) << r.kernels();
  expect_close(r);
}

TEST(WinogradRow, LeavesOthersToTheDirectConvolution) {
  const std::vector<std::int64_t> two = {2, 2};
  struct Other {
    std::int64_t in, out;
    Attributes attributes;
  };
  for (const Other& o : {Other{16, 16, {{"strides", two}}}, Other{16, 16, {{"dilations", two}}},
                         Other{8, 16, {{"group", std::int64_t{2}}}}, Other{3, 16, {}}}) {
    Builder b;
    const std::int64_t group = o.attributes.count("group") != 0 ? 2 : 1;
    Value* x = b.input("x", {1, o.in * group, 9, 9});
    b.graph.add_output(b.node("Conv", {x, b.weights({o.out, o.in, 3, 3})}, o.attributes));
    const Compared r = run_both(b.graph, {b.random({1, o.in * group, 9, 9})});
    EXPECT_TRUE(r.has("onednn:conv")) << r.kernels();
    EXPECT_NE(r.refusals().find("native:winograd"), std::string::npos) << r.refusals();
    expect_close(r);
  }
}

}  // namespace
}  // namespace pare
