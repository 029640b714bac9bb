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
