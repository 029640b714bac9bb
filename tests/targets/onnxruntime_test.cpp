#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "support/tiny_onnx.hpp"
#include "targets/onnxruntime/library.hpp"
#include "targets/onnxruntime/profile.hpp"
#include "targets/target.hpp"
#include "targets/temporary.hpp"

namespace pare {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Fault fault_of(const std::function<void()>& body, std::string* message = nullptr) {
  try {
    body();
  } catch (const Error& error) {
    if (message != nullptr) *message = error.what();
    return error.fault();
  }
  ADD_FAILURE() << "nothing was thrown";
  return Fault::internal;
}

const TargetDef& target() { return *choose_target("onnxruntime").target; }

bool is_required() {
  const char* text = std::getenv("PARE_REQUIRE_ONNXRUNTIME");
  return text != nullptr && std::string(text) == "1";
}

/// The library to test with; none where there is none, unless the environment insists.
std::vector<std::string> libraries() {
  const TargetStatus s = target().status({});
  if (s.found) return {s.where};
  if (is_required()) return {"required-but-missing"};
  return {};
}

tiny::File add_file() {  // y = x + [1, 2]
  tiny::File f;
  f.nodes = {tiny::node("Add", {"x", "c"}, {"y"})};
  f.constants = {tiny::tensor("c", 1, {2}, tiny::raw<float>({1, 2}))};
  f.inputs = {tiny::value_info("x", 1, {"batch", 2})};
  f.outputs = {tiny::value_info("y", 1, {"batch", 2})};
  return f;
}

/// One node from x to y.
tiny::File one_node(const std::string& op, int from, int to, std::int64_t opset = 21) {
  tiny::File f;
  f.opset = opset;
  f.ir_version = 10;
  f.nodes = {tiny::node(op, {"x"}, {"y"})};
  f.inputs = {tiny::value_info("x", from, {"n"})};
  f.outputs = {tiny::value_info("y", to, {"n"})};
  return f;
}

class OnnxRuntime : public testing::TestWithParam<std::string> {
 protected:
  std::unique_ptr<LoadedModel> load(const tiny::File& file, bool profile = false) {
    file.write(folder_ / "model.onnx");
    TargetOptions options;
    options.library = GetParam();
    options.threads = 1;
    options.profile = profile;
    return target().load(folder_ / "model.onnx", options);
  }
  tiny::Folder folder_;
};

TEST_P(OnnxRuntime, AddsABroadcastConstant) {
  const auto model = load(add_file());
  const auto y = model->run({Tensor::of<float>({2, 2}, {10, 20, 30, 40})});
  ASSERT_EQ(y.size(), 1U);
  EXPECT_EQ(y[0].shape(), (Shape{2, 2}));
  EXPECT_THAT(y[0].data<float>(), ElementsAre(11, 22, 31, 42));
}

TEST_P(OnnxRuntime, TellsNamesTypesAndSymbolsOfItsPorts) {
  const auto model = load(add_file());
  ASSERT_EQ(model->inputs().size(), 1U);
  EXPECT_EQ(model->inputs()[0].name, "x");
  EXPECT_EQ(model->inputs()[0].type.dtype.kind(), ElementKind::f32);
  EXPECT_EQ(to_string(model->inputs()[0].type.shape.value()), "[batch,2]");
  ASSERT_EQ(model->outputs().size(), 1U);
  EXPECT_EQ(model->outputs()[0].name, "y");
}

TEST_P(OnnxRuntime, ResultsOutliveTheNextRun) {
  const auto model = load(add_file());
  const auto first = model->run({Tensor::of<float>({1, 2}, {1, 1})});
  (void)model->run({Tensor::of<float>({1, 2}, {5, 5})});
  EXPECT_THAT(first[0].data<float>(), ElementsAre(2, 3));
}

TEST_P(OnnxRuntime, TakesTensorsWithoutElements) {
  const auto y = load(add_file())->run({Tensor(ElementKind::f32, {0, 2})});
  EXPECT_EQ(y[0].shape(), (Shape{0, 2}));
}

template <class T>
void expect_identity(LoadedModel& model, const std::vector<T>& values) {
  const Tensor x = Tensor::of<T>({static_cast<std::int64_t>(values.size())}, values);
  EXPECT_TRUE(identical(model.run({x})[0], x)) << x.type().name();
}

TEST_P(OnnxRuntime, PassesEveryElementTypeUnchanged) {
  expect_identity<float>(*load(one_node("Identity", 1, 1)), {1.5F, -2});
  expect_identity<std::uint8_t>(*load(one_node("Identity", 2, 2)), {0, 255});
  expect_identity<std::int8_t>(*load(one_node("Identity", 3, 3)), {-128, 127});
  expect_identity<std::uint16_t>(*load(one_node("Identity", 4, 4)), {0, 65535});
  expect_identity<std::int16_t>(*load(one_node("Identity", 5, 5)), {-32768, 7});
  expect_identity<std::int32_t>(*load(one_node("Identity", 6, 6)), {-7, 1 << 30});
  expect_identity<std::int64_t>(*load(one_node("Identity", 7, 7)), {-7, std::int64_t{1} << 40});
  expect_identity<bool>(*load(one_node("Identity", 9, 9)), {true, false, true});
  expect_identity<F16>(*load(one_node("Identity", 10, 10)), {to_f16(1.5F), to_f16(-0.1F)});
  expect_identity<double>(*load(one_node("Identity", 11, 11)), {1e300, -1});
  expect_identity<std::uint32_t>(*load(one_node("Identity", 12, 12)), {0xffffffffU});
  expect_identity<std::uint64_t>(*load(one_node("Identity", 13, 13)), {~std::uint64_t{0}});
  expect_identity<BF16>(*load(one_node("Identity", 16, 16)), {to_bf16(1.5F)});
}

TEST_P(OnnxRuntime, ReadsPackedFourBitIntegersFirstElementInTheLowBits) {
  tiny::File f = one_node("DequantizeLinear", 22, 1);
  f.nodes = {tiny::node("DequantizeLinear", {"x", "scale"}, {"y"})};
  f.constants = {tiny::tensor("scale", 1, {}, tiny::raw<float>({0.5F}))};
  Tensor x(ElementKind::i4, {3});
  // 0x71: 1, then 7; 0x08: -8 in the low half.
  x.mutable_bytes()[0] = std::byte{0x71};
  x.mutable_bytes()[1] = std::byte{0x08};
  EXPECT_THAT(load(f)->run({x})[0].data<float>(), ElementsAre(0.5F, 3.5F, -4.0F));
}

TEST_P(OnnxRuntime, ReturnsFourBitIntegers) {
  tiny::File f = one_node("QuantizeLinear", 1, 22);
  f.nodes = {tiny::node("QuantizeLinear", {"x", "scale", "zero"}, {"y"})};
  f.constants = {tiny::tensor("scale", 1, {}, tiny::raw<float>({1})),
                 tiny::tensor("zero", 22, {}, std::string(1, '\0'))};
  const Tensor y = load(f)->run({Tensor::of<float>({3}, {-8, 3, 100})})[0];
  EXPECT_EQ(y.kind(), ElementKind::i4);
  EXPECT_THAT(y.to_ints(), ElementsAre(-8, 3, 7));
}

TEST_P(OnnxRuntime, RefusesTextClearly) {
  const auto model = load(one_node("Identity", 8, 8));
  std::string message;
  EXPECT_EQ(fault_of([&] { (void)model->run({Tensor::of<std::string>({1}, {"a"})}); }, &message),
            Fault::unsupported);
  EXPECT_THAT(message, HasSubstr("'x' is text"));
}

TEST_P(OnnxRuntime, RefusesWrongInputs) {
  const auto model = load(add_file());
  EXPECT_EQ(fault_of([&] { (void)model->run({}); }), Fault::usage);
  EXPECT_EQ(fault_of([&] { (void)model->run({Tensor()}); }), Fault::usage);
  EXPECT_EQ(fault_of([&] {
              (void)model->run({Tensor::of<std::int64_t>({1, 2}, {1, 2})});
            }),
            Fault::usage);
  EXPECT_EQ(fault_of([&] {
              (void)model->run({Tensor::of<float>({1, 3}, {1, 2, 3})});
            }),
            Fault::usage);
}

TEST_P(OnnxRuntime, SaysWhyItRefusesAModel) {
  std::string message;
  tiny::File f = add_file();
  f.nodes = {tiny::node("NoSuchOperator", {"x", "c"}, {"y"})};
  EXPECT_EQ(fault_of([&] { (void)load(f); }, &message), Fault::unsupported);
  EXPECT_THAT(message, HasSubstr("NoSuchOperator"));
  EXPECT_THAT(message, HasSubstr("model.onnx"));
}

TEST_P(OnnxRuntime, TellsMissingFromBrokenFiles) {
  TargetOptions options;
  options.library = GetParam();
  EXPECT_EQ(fault_of([&] { (void)target().load(folder_ / "none.onnx", options); }), Fault::missing);
  std::ofstream(folder_ / "bad.onnx") << "this is no model";
  EXPECT_EQ(fault_of([&] { (void)target().load(folder_ / "bad.onnx", options); }), Fault::corrupt);
}

TEST_P(OnnxRuntime, ProfilesNodes) {
  const auto model = load(add_file(), /*profile=*/true);
  for (int i = 0; i < 3; ++i) (void)model->run({Tensor::of<float>({1, 2}, {1, 1})});
  const std::vector<StepInfo> steps = model->profile();
  ASSERT_EQ(steps.size(), 1U);
  EXPECT_EQ(steps[0].op, "Add");
  EXPECT_EQ(steps[0].runs, 3);
  EXPECT_GT(steps[0].mean_ms, 0);
  EXPECT_EQ(steps[0].kernel, "CPUExecutionProvider");
}

TEST_P(OnnxRuntime, AcceptsItsNewestOperatorSetButNoNewer) {
  tiny::File f = add_file();
  f.ir_version = 13;
  f.opset = target().rules.newest_opset;
  // The rule was measured with this version; another one may know another newest set.
  if (target().status({}).version.rfind("1.30.", 0) == 0) {
    EXPECT_EQ(load(f)->inputs().size(), 1U);
    ++f.opset;
    EXPECT_EQ(fault_of([&] { (void)load(f); }), Fault::unsupported);
  }
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(OnnxRuntime);
INSTANTIATE_TEST_SUITE_P(Library, OnnxRuntime, testing::ValuesIn(libraries()),
                         [](const auto&) { return std::string("found"); });

TEST(OnnxRuntimeSearch, FindsTheLibraryWhereItIsRequired) {
  const TargetStatus s = target().status({});
  EXPECT_FALSE(s.searched.empty());
  if (is_required()) {
    EXPECT_TRUE(s.found) << s.note;
  }
  if (!s.found) {
    std::cout << "NOT RUN: the ONNX Runtime tests, as no library was found "
                 "(tools/get-onnxruntime.sh fetches one)\n";
    EXPECT_THAT(s.note, HasSubstr("PARE_ONNXRUNTIME"));
  }
}

TEST(OnnxRuntimeSearch, NamedPlaceExcludesAllOthers) {
  const ort::Search s = ort::search_libraries("/nonexistent/libonnxruntime.so", "/");
  EXPECT_TRUE(s.found.empty());
  EXPECT_THAT(s.looked_at, ElementsAre("/nonexistent/libonnxruntime.so"));
  EXPECT_EQ(fault_of([] { (void)ort::find_library("/nonexistent/libonnxruntime.so"); }),
            Fault::missing);
}

/// As if the user had not named a library in the environment, while it lives.
class NoLibraryNamed {
 public:
  NoLibraryNamed() {
    if (const char* text = std::getenv("PARE_ONNXRUNTIME")) named_ = text;
    unsetenv("PARE_ONNXRUNTIME");
  }
  ~NoLibraryNamed() {
    if (named_) setenv("PARE_ONNXRUNTIME", named_->c_str(), 1);
  }
  NoLibraryNamed(const NoLibraryNamed&) = delete;
  NoLibraryNamed& operator=(const NoLibraryNamed&) = delete;

 private:
  std::optional<std::string> named_;
};

TEST(OnnxRuntimeSearch, LooksIntoNodeModulesOfEveryParent) {
  const NoLibraryNamed nothing;
  const tiny::Folder folder;
#if defined(__aarch64__)
  const std::string machine = "arm64";
#else
  const std::string machine = "x64";
#endif
  const auto where = folder / ("node_modules/onnxruntime-node/bin/napi-v6/linux/" + machine);
  std::filesystem::create_directories(where);
  std::filesystem::create_directories(folder / "a/b");
  std::ofstream(where / "libonnxruntime.so.1") << "x";
  std::ofstream(where / "libonnxruntime_providers_shared.so") << "x";
  const ort::Search s = ort::search_libraries("", folder / "a/b");
  EXPECT_THAT(s.found, testing::Contains(where / "libonnxruntime.so.1"));
  EXPECT_THAT(s.found,
              testing::Not(testing::Contains(where / "libonnxruntime_providers_shared.so")));
}

TEST(OnnxRuntimeSearch, SomethingElseIsNotTheLibrary) {
  const tiny::Folder folder;
  std::ofstream(folder / "libonnxruntime.so") << "not a library";
  std::string message;
  EXPECT_EQ(
      fault_of([&] { (void)ort::find_library((folder / "libonnxruntime.so").string()); }, &message),
      Fault::missing);
  EXPECT_THAT(message, HasSubstr("cannot load"));
  // A library it is, but another one.
  EXPECT_EQ(fault_of([] { (void)ort::open_library("libm.so.6"); }, &message), Fault::missing);
  EXPECT_THAT(message, HasSubstr("OrtGetApiBase"));
}

TEST(OnnxRuntimeProfile, AveragesKernelTimesPerNode) {
  const auto steps = ort::parse_profile(R"([
    {"cat":"Session","name":"model_run","dur":99,"args":{}},
    {"cat":"Node","name":"conv1_kernel_time","dur":1000,"args":{"op_name":"Conv","provider":"CPU"}},
    {"cat":"Node","name":"conv1_fence_before","dur":7,"args":{"op_name":"Conv"}},
    {"cat":"Node","name":"relu_kernel_time","dur":10,"args":{"op_name":"Relu"}},
    {"cat":"Node","name":"conv1_kernel_time","dur":3000,"args":{"op_name":"Conv"}}])");
  ASSERT_EQ(steps.size(), 2U);
  EXPECT_EQ(steps[0].node, "conv1");
  EXPECT_EQ(steps[0].op, "Conv");
  EXPECT_EQ(steps[0].kernel, "CPU");
  EXPECT_EQ(steps[0].runs, 2);
  EXPECT_DOUBLE_EQ(steps[0].mean_ms, 2.0);
  EXPECT_EQ(steps[1].node, "relu");
  EXPECT_DOUBLE_EQ(steps[1].mean_ms, 0.01);
}

TEST(OnnxRuntimeProfile, RefusesWhatIsNoTrace) {
  EXPECT_EQ(fault_of([] { (void)ort::parse_profile("{"); }), Fault::corrupt);
  EXPECT_EQ(fault_of([] { (void)ort::parse_profile("{\"a\":1}"); }), Fault::corrupt);
  EXPECT_TRUE(ort::parse_profile("[1, {\"cat\": 3}, {\"cat\": \"Node\", \"name\": 5}]").empty());
}

}  // namespace
}  // namespace pare
