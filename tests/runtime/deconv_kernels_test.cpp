#include "runtime/check.hpp"

namespace pare {
namespace {

using Ints = std::vector<std::int64_t>;

/// One ConvTranspose with a bias of its own and `attributes`, behind a Conv or not.
Compared run(const Shape& x, const Shape& w, const Attributes& attributes,
             bool behind_conv = false) {
  Builder b;
  Value* in = b.input("x", x);
  if (behind_conv) in = b.node("Conv", {in, b.weights({x[1], x[1], 1, 1})});
  const auto at = attributes.find("group");
  const std::int64_t groups = at == attributes.end() ? 1 : std::get<std::int64_t>(at->second);
  const std::int64_t maps = w[1] * groups;
  b.graph.add_output(b.node("ConvTranspose", {in, b.weights(w), b.weights({maps})}, attributes));
  return run_both(b.graph, {b.random(x)});
}

void expect_fast(const Compared& r) {
  EXPECT_TRUE(r.has("ConvTranspose=onednn:deconv")) << r.kernels() << r.refusals();
  expect_close(r);
}

TEST(DeconvKernels, StridesPadsDilationsAndGroups) {
  for (const bool behind_conv : {false, true}) {
    expect_fast(run({2, 6, 5, 7}, {6, 4, 2, 2}, {{"strides", Ints{2, 2}}}, behind_conv));
    expect_fast(run({1, 6, 5, 7}, {6, 4, 3, 4},
                    {{"strides", Ints{2, 3}}, {"pads", Ints{1, 0, 0, 2}}}, behind_conv));
    expect_fast(run({1, 6, 5, 7}, {6, 5, 3, 2}, {{"dilations", Ints{2, 1}}}, behind_conv));
    expect_fast(run({2, 6, 5, 7}, {6, 5, 3, 3},
                    {{"group", std::int64_t{3}}, {"strides", Ints{2, 1}}}, behind_conv));
    expect_fast(
        run({1, 6, 4, 4}, {6, 1, 4, 4},
            {{"group", std::int64_t{6}}, {"strides", Ints{2, 2}}, {"pads", Ints{1, 1, 1, 1}}},
            behind_conv));
  }
}

TEST(DeconvKernels, OneAndThreeDimensions) {
  expect_fast(run({2, 3, 9}, {3, 4, 3}, {{"strides", Ints{2}}}));
  expect_fast(run({1, 3, 3, 4, 5}, {3, 2, 2, 3, 2}, {{"strides", Ints{2, 1, 2}}}));
}

TEST(DeconvKernels, WhateverRunsItGivesTheSameNumbers) {
  expect_close(
      run({1, 6, 5, 7}, {6, 4, 3, 3},
          {{"strides", Ints{2, 2}}, {"pads", Ints{1, 1, 1, 1}}, {"output_padding", Ints{1, 1}}}));
  expect_close(run({1, 6, 5, 7}, {6, 4, 3, 3},
                   {{"strides", Ints{2, 2}}, {"auto_pad", std::string("SAME_UPPER")}}));
  expect_close(
      run({1, 6, 5, 7}, {6, 4, 3, 3}, {{"strides", Ints{2, 2}}, {"output_shape", Ints{9, 15}}}));
}

TEST(DeconvKernels, TakesActivationsAndSumsAlong) {
  Builder b;
  Value* x = b.input("x", {1, 6, 5, 7});
  Value* other = b.input("other", {1, 4, 10, 14});
  Value* y = b.node("ConvTranspose", {x, b.weights({6, 4, 2, 2}), b.weights({4})},
                    {{"strides", Ints{2, 2}}});
  b.graph.add_output(b.node("Relu", {b.node("Add", {y, other})}));
  const Compared r = run_both(b.graph, {b.random({1, 6, 5, 7}), b.random({1, 4, 10, 14})});
  EXPECT_FALSE(r.has("reference")) << r.kernels() << r.refusals();
  expect_close(r);
}

}  // namespace
}  // namespace pare
