#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "formats/format.hpp"
#include "ops/registry.hpp"
#include "support/tiny_onnx.hpp"
#include "targets/target.hpp"
#include "targets/temporary.hpp"

namespace pare {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Model read_any(const std::filesystem::path& path) { return read_model(path); }

TargetOptions options() {
  TargetOptions o = choose_target("native", {&op_registry(), read_any}).options;
  o.threads = 1;
  return o;
}

const TargetDef& native() { return *choose_target("native").target; }

tiny::File add_file() {  // y = x + [1, 2]
  tiny::File f;
  f.nodes = {tiny::node("Add", {"x", "c"}, {"y"})};
  f.constants = {tiny::tensor("c", 1, {2}, tiny::raw<float>({1, 2}))};
  f.inputs = {tiny::value_info("x", 1, {"batch", 2})};
  f.outputs = {tiny::value_info("y", 1, {"batch", 2})};
  return f;
}

TEST(NativeTarget, RunsAModelFile) {
  const tiny::Folder folder;
  add_file().write(folder / "a.onnx");
  const auto model = native().load(folder / "a.onnx", options());
  ASSERT_EQ(model->inputs().size(), 1U);
  EXPECT_EQ(model->inputs()[0].name, "x");
  EXPECT_THAT(model->run({Tensor::of<float>({1, 2}, {10, 20})})[0].data<float>(),
              ElementsAre(11, 22));
}

TEST(NativeTarget, ReferenceKernelsGiveTheSame) {
  const tiny::Folder folder;
  add_file().write(folder / "a.onnx");
  TargetOptions o = options();
  o.reference_only = true;
  const auto model = native().load(folder / "a.onnx", o);
  EXPECT_THAT(model->run({Tensor::of<float>({1, 2}, {10, 20})})[0].data<float>(),
              ElementsAre(11, 22));
}

int optimized = 0;  // how often

TEST(NativeTarget, OptimisesWhatItLoadsUnlessItIsTheReference) {
  const tiny::Folder folder;
  add_file().write(folder / "a.onnx");
  TargetOptions o = options();
  optimized = 0;
  o.environment.optimize = [](Graph& graph, const OpRegistry& ops) {
    ++optimized;
    EXPECT_EQ(graph.node_count(), 1U);
    EXPECT_NE(ops.find(*graph.nodes().front()), nullptr);
  };
  (void)native().load(folder / "a.onnx", o);
  EXPECT_EQ(optimized, 1);
  o.reference_only = true;
  (void)native().load(folder / "a.onnx", o);
  EXPECT_EQ(optimized, 1);
}

TEST(NativeTarget, ReadsTheFileAgainForOtherSizesUnlessItChanged) {
  const tiny::Folder folder;
  add_file().write(folder / "a.onnx");
  TargetOptions o = options();
  o.release_weights = true;
  const auto model = native().load(folder / "a.onnx", o);
  EXPECT_THAT(model->run({Tensor::of<float>({1, 2}, {10, 20})})[0].data<float>(),
              ElementsAre(11, 22));
  EXPECT_THAT(model->run({Tensor::of<float>({2, 2}, {1, 2, 3, 4})})[0].data<float>(),
              ElementsAre(2, 4, 4, 6));
  const auto other = native().load(folder / "a.onnx", o);
  (void)other->run({Tensor::of<float>({1, 2}, {10, 20})});
  tiny::File longer = add_file();
  longer.constants.push_back(tiny::tensor("d", 1, {2}, tiny::raw<float>({1, 2})));
  longer.write(folder / "a.onnx");
  try {
    (void)other->run({Tensor::of<float>({2, 2}, {1, 2, 3, 4})});
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::io);
    EXPECT_THAT(error.message(), HasSubstr("changed"));
  }
}

TEST(NativeTarget, ProfilesSteps) {
  const tiny::Folder folder;
  add_file().write(folder / "a.onnx");
  TargetOptions o = options();
  o.profile = true;
  const auto model = native().load(folder / "a.onnx", o);
  for (int i = 0; i < 3; ++i) (void)model->run({Tensor::of<float>({1, 2}, {1, 1})});
  const std::vector<StepInfo> steps = model->profile();
  ASSERT_EQ(steps.size(), 1U);
  EXPECT_EQ(steps[0].op, "Add");
  EXPECT_EQ(steps[0].runs, 3);
}

TEST(NativeTarget, NamesTheFileOfAModelItCannotRun) {
  const tiny::Folder folder;
  tiny::File f = add_file();
  f.nodes = {tiny::node("NoSuchOperator", {"x", "c"}, {"y"})};
  f.write(folder / "odd.onnx");
  try {
    (void)native().load(folder / "odd.onnx", options());
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::unsupported);
    EXPECT_THAT(error.what(), HasSubstr("NoSuchOperator"));
    EXPECT_THAT(error.what(), HasSubstr("odd.onnx"));
  }
}

TEST(NativeTarget, IsAlwaysThere) {
  const TargetStatus s = native().status({});
  EXPECT_TRUE(s.found);
  EXPECT_FALSE(s.version.empty());
}

TEST(NativeTarget, SupportsWhatHasAnOperator) {
  Graph g;
  Value* x = g.add_input("x", ValueType(dtype_of(ElementKind::f32), SymShape{2}));
  const Node* known = g.add_node({.op = "Relu", .inputs = {x}});
  const Node* unknown = g.add_node({.op = "NoSuchOperator", .inputs = {x}});
  EXPECT_TRUE(native().supports(*known, options()).runs);
  EXPECT_FALSE(native().supports(*unknown, options()).runs);
  EXPECT_THAT(native().supports(*unknown, options()).reason, HasSubstr("NoSuchOperator"));
}

}  // namespace
}  // namespace pare
