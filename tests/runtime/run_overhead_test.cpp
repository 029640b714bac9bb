// What a run costs besides its kernels: memory is asked for where results are made, and only there.

#include "runtime/check.hpp"
#include "runtime/counted_memory.hpp"

namespace pare {
namespace {

/// Only kernels of our own: what oneDNN does inside is not ours to promise.
std::unique_ptr<Session> native_session(int threads) {
  Builder b;
  Value* x = b.input("x", {1, 8, 32, 32});
  Value* y = b.node("Relu", {x});
  Value* q = b.fake(y, 0.02F, 3, ElementKind::u8);
  Value* z = b.node("Concat", {b.node("Sigmoid", {q}), y}, {{"axis", std::int64_t{1}}});
  b.graph.add_output(b.node("Transpose", {z}, {{"perm", std::vector<std::int64_t>{0, 2, 3, 1}}}));
  b.graph.add_output(b.node("HardSigmoid", {z}));
  SessionOptions options;
  options.threads = threads;
  return Session::create(b.graph, op_registry(), options);
}

TEST(RunOverhead, LaterRunsAskForNothingButTheirResults) {
  for (const int threads : {1, 2}) {
    const auto session = native_session(threads);
    const std::vector<RuntimeValue> inputs = {Tensor(ElementKind::f32, {1, 8, 32, 32})};
    std::vector<RuntimeValue> results = session->run_values(inputs);
    for (const StepInfo& step : session->steps()) {
      EXPECT_EQ(step.kernel.rfind("native:", 0), 0U) << step.kernel;
    }
    results = session->run_values(inputs);
    for (int run = 0; run < 3; ++run) {
      const std::int64_t before = allocations();
      results = session->run_values(inputs);
      // The list of results; of each its shape and what counts its owners.
      EXPECT_LE(allocations() - before, 1 + 2 * 2) << threads << " threads";
    }
  }
}

TEST(RunOverhead, ResultsOutliveTheNextRun) {
  const auto session = native_session(1);
  Builder b(3);
  const Tensor one = b.random({1, 8, 32, 32});
  const Tensor two = b.random({1, 8, 32, 32});
  const std::vector<Tensor> first = session->run({one});
  const Tensor copy = first[0].clone();
  const std::vector<Tensor> second = session->run({two});
  EXPECT_TRUE(identical(first[0], copy));
  EXPECT_FALSE(identical(first[0], second[0]));
  EXPECT_TRUE(identical(session->run({one})[0], copy));
}

}  // namespace
}  // namespace pare
