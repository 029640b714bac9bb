#include "kernels/sparse/sparse.hpp"
#include "runtime/check.hpp"
#include "runtime/sparse_rule.hpp"

namespace pare {
namespace {

bool is_accepted(const Verdict& v) { return v.kind == Verdict::Kind::accept; }

SparseCount scattered(std::int64_t listed) { return {1000, listed, 4 * listed}; }
SparseCount blocks(std::int64_t listed) { return {1000, listed, listed}; }

/// The borders that were measured, for the instruction sets where they were.
TEST(SparseRule, ListsAreTakenUpToTheMeasuredDensity) {
  const SparseShape floats = {768, 768, false};
  const SparseShape codes = {768, 768, true};
  for (const SparseShape& s : {floats, codes}) {
    EXPECT_TRUE(is_accepted(sparse_wins(scattered(200), s, "vnni")));
    EXPECT_FALSE(is_accepted(sparse_wins(scattered(210), s, "vnni")));
    EXPECT_TRUE(is_accepted(sparse_wins(blocks(400), s, "vnni")));
    EXPECT_FALSE(is_accepted(sparse_wins(blocks(410), s, "vnni")));
    EXPECT_FALSE(is_accepted(sparse_wins(scattered(10), s, "base")));
  }
  EXPECT_TRUE(is_accepted(sparse_wins(blocks(300), floats, "avx2")));
  EXPECT_FALSE(is_accepted(sparse_wins(blocks(310), floats, "avx2")));
  EXPECT_FALSE(is_accepted(sparse_wins(scattered(10), codes, "avx512")));
  EXPECT_FALSE(is_accepted(sparse_wins(scattered(10), {64, 768, false}, "vnni")));
  EXPECT_FALSE(is_accepted(sparse_wins(scattered(10), {256, 768, true}, "vnni")));
  EXPECT_FALSE(is_accepted(sparse_wins(scattered(10), {768, 32, false}, "vnni")));
}

/// Weights with `zeros` of 100 values zero.
Tensor pruned(Builder& b, const Shape& shape, int zeros) {
  Tensor w = b.random(shape);
  Rng rng(4);
  for (float& v : w.mutable_data<float>())
    v = rng.below(100) < static_cast<unsigned>(zeros) ? 0 : v;
  return w;
}

TEST(SparseKernelRow, TakesPrunedProductsAndLeavesDenseOnes) {
  if (best_sparse_kernels().isa == "base") return;
  for (const int zeros : {0, 60, 90}) {
    Builder b;
    Value* x = b.input("x", {1, 20, 256});
    Value* y = b.node("MatMul", {x, b.constant(pruned(b, {256, 128}, zeros))});
    b.graph.add_output(b.node("Gelu", {b.node("Add", {y, b.weights({128})})}));
    const Compared r = run_both(b.graph, {b.random({1, 20, 256})});
    EXPECT_EQ(r.has("native:sparse"), zeros == 90) << r.kernels();
    EXPECT_EQ(r.steps.size(), 1U) << r.kernels();
    expect_close(r, 256);
  }
}

/// A zero weight times infinity is NaN, whichever kernel runs.
TEST(SparseKernelRow, InfiniteInputsMeanWhatTheDenseProductSays) {
  Builder b;
  Value* x = b.input("x", {9, 256});
  b.graph.add_output(b.node("MatMul", {x, b.constant(pruned(b, {256, 128}, 90))}));
  Tensor in = b.random({9, 256});
  in.mutable_data<float>()[5] = std::numeric_limits<float>::infinity();
  in.mutable_data<float>()[3 * 256] = std::numeric_limits<float>::quiet_NaN();
  const Compared r = run_both(b.graph, {in});
  const auto got = r.fast[0].data<float>();
  for (std::size_t n = 0; n < 128; ++n) {
    EXPECT_FALSE(std::isfinite(got[n]));
    EXPECT_TRUE(std::isnan(got[3 * 128 + n]));
  }
  expect_close(r);
}

}  // namespace
}  // namespace pare
