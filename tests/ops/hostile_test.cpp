#include "support/hostile.hpp"

#include <chrono>

#include "base/budget.hpp"
#include "base/threads.hpp"
#include "ir/text.hpp"
#include "ops/op_test.hpp"
#include "support/operator_examples.hpp"

namespace pare {
namespace {

constexpr double kMostSeconds = 2;

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

class HostileValues : public testing::TestWithParam<OperatorExample> {
 protected:
  HostileValues() { set_threads(1); }  // waiting for others costs more than these runs
  ~HostileValues() override { set_threads(0); }
};

TEST_P(HostileValues, AreResultsOrErrorsSoon) {
  const auto graph = parse_graph(GetParam().graph);
  ASSERT_TRUE(verify(*graph, op_registry()).empty());
  EXPECT_NO_THROW(interpret(*graph, op_registry(), {})) << "the example itself";
  const Changes changes(*graph, op_registry());
  for (const Change& change : changes.all()) {
    SCOPED_TRACE(change.what);
    const auto changed = graph->clone();
    change.apply(*changed);
    const auto begin = std::chrono::steady_clock::now();
    const BudgetScope budget({.most_elements = 1 << 20, .most_steps = 1000});
    // The types that a body declares are not compared with what it is given.
    const bool is_valid =
        verify(*changed, op_registry()).empty() && graph->nodes().back()->subgraphs().empty();
    const auto only_errors = [&](auto body) {
      try {
        body();
      } catch (const Error& error) {
        // What breaks the schema may also be refused as a bug of ours.
        EXPECT_TRUE(!is_valid || error.fault() != Fault::internal) << error.what();
      } catch (const std::exception& other) {
        ADD_FAILURE() << other.what();
      }
    };
    only_errors([&] { interpret(*changed, op_registry(), {}); });
    only_errors([&] { infer_shapes(*changed, op_registry()); });
    EXPECT_LT(seconds_since(begin), kMostSeconds);
  }
}

INSTANTIATE_TEST_SUITE_P(Examples, HostileValues, testing::ValuesIn(operator_examples()),
                         [](const auto& example) {
                           return cat(example.param.op, "_", example.index);
                         });

/// What a few bytes ask for and no machine has.
TEST(HostileSizes, ThatNoMachineHasAreRefusedAtOnce) {
  const std::int64_t huge = std::int64_t{1} << 50;
  const auto refused = [](const std::string& op, const std::vector<Tensor>& inputs,
                          const Attributes& attributes = {}) {
    const auto begin = std::chrono::steady_clock::now();
    OneNode one(op, inputs, attributes, 1, "");
    const Fault fault = fault_of([&] { run_reference(*one.node, op_registry(), inputs); });
    EXPECT_TRUE(fault == Fault::resource || fault == Fault::corrupt) << op << to_string(fault);
    EXPECT_LT(seconds_since(begin), 0.5) << op;
  };
  const Tensor x = ramp({2, 3});
  refused("ConstantOfShape", {Tensor::of<Int>({1}, {huge})});
  refused("ConstantOfShape", {Tensor::of<Int>({3}, {1 << 20, 1 << 20, 1 << 20})});
  refused("Range",
          {Tensor::scalar<Int>(0), Tensor::scalar<Int>(Int{1} << 60), Tensor::scalar<Int>(1)});
  refused("Range",
          {Tensor::scalar<Int>(0), Tensor::scalar<Int>(Int{1} << 39), Tensor::scalar<Int>(1)});
  refused("Range", {Tensor::scalar(0.0F), Tensor::scalar(1e30F), Tensor::scalar(1e-30F)});
  refused("Tile", {x, Tensor::of<Int>({2}, {Int{1} << 40, 1})});
  refused("Expand", {Tensor::of<float>({1}, {1}), Tensor::of<Int>({1}, {huge})});
  refused("Pad", {x, Tensor::of<Int>({4}, {0, 0, huge, 0})});
  refused("OneHot",
          {Tensor::of<Int>({1}, {0}), Tensor::scalar<Int>(huge), Tensor::of<float>({2}, {0, 1})});
  refused("Resize", {ramp({1, 1, 2, 2}), Tensor(), Tensor(),
                     Tensor::of<Int>({4}, {1, 1, Int{1} << 30, Int{1} << 30})});
  refused("MaxUnpool",
          {ramp({1, 1, 1, 1}), Tensor(ElementKind::i64, {1, 1, 1, 1}),
           Tensor::of<Int>({4}, {1, 1, Int{1} << 30, Int{1} << 30})},
          {{"kernel_shape", Ints{1, 1}}});
  refused("RoiAlign", {ramp({1, 1, 2, 2}), ramp({1, 4}), Tensor(ElementKind::i64, {1})},
          {{"output_height", huge}, {"output_width", Int{1}}});
}

TEST(HostileSizes, ALoopWithoutEndRunsOutOfSteps) {
  const auto graph = parse_graph(R"(const c: bool[] = [1]
const x: float32[1] = [0]
y = Loop(_, c, x) {body = graph {input i: int64[]
input k: bool[]
input v: float32[1]
go = Identity(k)
w = Identity(v)
output go
output w}}
output y)");
  const BudgetScope budget({.most_steps = 10'000});
  EXPECT_EQ(fault_of([&] { interpret(*graph, op_registry(), {}); }), Fault::resource);
}

TEST(HostileSizes, EmptyTensorsWithHugeSizesAreRefusedAtOnce) {
  for (const char* text : {R"(const x: float32[1099511627776,8,2,0] = rand(1)
y = DepthToSpace(x) {blocksize = 2}
output y)",
                           R"(const x: float32[0,2,1099511627776,5] = rand(1)
y = AveragePool(x) {kernel_shape = [3, 2]}
output y)"}) {
    EXPECT_EQ(fault_of([&] { interpret(*parse_graph(text), op_registry(), {}); }), Fault::resource);
  }
}

TEST(HostileSizes, AShapeOfManySizesIsNoRank) {
  for (const std::int64_t count : {std::int64_t{-2}, std::int64_t{65}, std::int64_t{1} << 32}) {
    EXPECT_EQ(
        fault_of([&] {
          infer_op("Reshape", {typed(ElementKind::f32, {2, 3}), typed(ElementKind::i64, {count})});
        }),
        Fault::corrupt);
  }
}

}  // namespace
}  // namespace pare
