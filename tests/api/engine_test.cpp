#include "pare/pare.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <limits>

#include "api/tiny_model.hpp"
#include "base/error.hpp"

namespace pare {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::vector<std::int64_t> kIndices = {7, -9};

/// x W + b by hand for x = [[1, 2], [0, -1]]: [[9.5, 8, -10], [-3.5, -5, 5]], then Relu.
const std::vector<float> kX = {1, 2, 0, -1};
const std::vector<float> kY = {9.5F, 8, 0, 0, 0, 5};

class EngineTest : public testing::Test {
 protected:
  EngineTest() { tiny::product_file().write(path()); }
  [[nodiscard]] std::filesystem::path path() const { return folder_ / "model.onnx"; }
  static std::vector<Array> run(Engine& engine) {
    return engine.run({input("x", {2, 2}, kX), input("k", {2}, kIndices)});
  }
  tiny::Folder folder_;
};

/// The kind of failure that `body` ends with; 0 when it does not fail.
template <class Body>
int kind_of(Body&& body) {
  try {
    body();
  } catch (const Failure& e) {
    return e.exit_code();
  }
  return 0;
}

TEST(Version, OfHeadersAndLibraryAgree) {
  EXPECT_EQ(version(), PARE_VERSION_STRING);
  EXPECT_EQ(version(), std::to_string(PARE_VERSION_MAJOR) + "." +
                           std::to_string(PARE_VERSION_MINOR) + "." +
                           std::to_string(PARE_VERSION_PATCH));
}

TEST(FailureKinds, AreTheFaultsOfTheProgram) {
  for (const Fault f : {Fault::usage, Fault::corrupt, Fault::missing, Fault::unsupported,
                        Fault::internal, Fault::resource, Fault::cannot_create, Fault::io,
                        Fault::interrupted, Fault::permission, Fault::config}) {
    EXPECT_EQ(to_string(static_cast<FailureKind>(f)), to_string(f));
  }
  EXPECT_EQ(static_cast<int>(FailureKind::corrupt), static_cast<int>(Fault::corrupt));
  EXPECT_EQ(static_cast<int>(FailureKind::config), static_cast<int>(Fault::config));
}

TEST_F(EngineTest, InspectSaysWhatIsInTheModel) {
  const ModelInfo info = Engine::load(path()).inspect();
  ASSERT_EQ(info.inputs.size(), 2U);
  EXPECT_EQ(info.inputs[0].name, "x");
  EXPECT_EQ(info.inputs[0].type, ElementType::float32);
  EXPECT_TRUE(info.inputs[0].has_rank);
  EXPECT_THAT(info.inputs[0].shape, ElementsAre(-1, 2));
  EXPECT_THAT(info.inputs[0].text, HasSubstr("[batch,2]"));
  EXPECT_EQ(info.inputs[1].type, ElementType::int64);
  ASSERT_EQ(info.outputs.size(), 2U);
  EXPECT_THAT(info.outputs[0].shape, ElementsAre(-1, 3));
  EXPECT_EQ(info.nodes, 5);
  EXPECT_EQ(info.parameters, 6 + 3);
  EXPECT_EQ(info.constant_bytes, 9U * sizeof(float));
  EXPECT_EQ(info.operators.at("MatMul"), 1);
  EXPECT_EQ(info.opsets.at(""), 17);
  EXPECT_TRUE(info.unsupported.empty());
}

TEST_F(EngineTest, RunGivesTheProductByHand) {
  Engine engine = Engine::load(path());
  const auto outputs = run(engine);
  ASSERT_EQ(outputs.size(), 2U);
  EXPECT_EQ(outputs[0].name(), "y");
  EXPECT_EQ(outputs[0].type(), ElementType::float32);
  EXPECT_THAT(outputs[0].shape(), ElementsAre(2, 3));
  EXPECT_THAT(outputs[0].values<float>(), testing::ElementsAreArray(kY));
  EXPECT_THAT(outputs[1].values<std::int64_t>(), ElementsAre(-7, 9));
}

TEST_F(EngineTest, RunTakesOtherShapesLater) {
  Engine engine = Engine::load(path(), {.threads = 1, .reference_only = true});
  (void)run(engine);
  const std::vector<float> one = {0, -1};
  const auto outputs = engine.run({input("k", {2}, kIndices), input("x", {1, 2}, one)});
  EXPECT_THAT(outputs[0].values<float>(), ElementsAre(0, 0, 5));
}

TEST_F(EngineTest, ResultsOutliveTheEngine) {
  std::vector<Array> outputs;
  {
    Engine engine = Engine::load(path());
    outputs = run(engine);
    (void)run(engine);
  }
  EXPECT_THAT(outputs[0].values<float>(), testing::ElementsAreArray(kY));
}

TEST_F(EngineTest, WrongInputsAreUsageErrors) {
  Engine engine = Engine::load(path());
  const InputArray k = input("k", {2}, kIndices);
  const auto with = [&](const InputArray& x) { return kind_of([&] { (void)engine.run({x, k}); }); };
  const int usage = static_cast<int>(FailureKind::usage);
  EXPECT_EQ(with(input("z", {2, 2}, kX)), usage);
  EXPECT_EQ(with(k), usage);                                  // twice, and x is missing
  EXPECT_EQ(kind_of([&] { (void)engine.run({k}); }), usage);  // x is missing
  EXPECT_EQ(with(input("x", {2, 3}, kX)), usage);             // fewer bytes than the shape
  EXPECT_EQ(with(input("x", {-1, 2}, kX)), usage);            // negative
  EXPECT_EQ(with(input("x", {1, 4}, kX)), usage);             // not the model's shape
  EXPECT_EQ(with(input("x", {2, 2}, std::vector<double>(4))), usage);
  const std::int64_t huge = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(with(input("x", {huge, huge}, kX)), usage);
  InputArray typeless = input("x", {2, 2}, kX);
  typeless.type = static_cast<ElementType>(300);
  EXPECT_EQ(with(typeless), usage);
  EXPECT_EQ(with(input("x", {2, 2}, kX)), 0);
}

TEST_F(EngineTest, ValuesOfAnotherTypeAreUsageErrors) {
  Engine engine = Engine::load(path());
  const auto outputs = run(engine);
  try {
    (void)outputs[0].values<double>();
    FAIL() << "no failure";
  } catch (const Failure& e) {
    EXPECT_EQ(e.kind(), FailureKind::usage);
    EXPECT_THAT(e.what(), HasSubstr("float32"));
  }
}

TEST_F(EngineTest, BooleansAndStringsPassThrough) {
  tiny::File f;
  f.nodes = {tiny::node("Not", {"b"}, {"not_b"}), tiny::node("Identity", {"s"}, {"t"})};
  f.inputs = {tiny::value_info("b", 9, {3}), tiny::value_info("s", 8, {2})};
  f.outputs = {tiny::value_info("not_b", 9, {3}), tiny::value_info("t", 8, {2})};
  f.write(folder_ / "types.onnx");
  Engine engine = Engine::load(folder_ / "types.onnx");
  const std::vector<std::uint8_t> flags = {0, 1, 255};  // any byte but 0 is true
  InputArray b = input("b", {3}, flags);
  b.type = ElementType::boolean;
  const std::vector<std::string> words = {"one", std::string("t\0wo", 4)};
  const auto outputs = engine.run({b, input("s", {2}, words)});
  EXPECT_THAT(outputs[0].values<bool>(), ElementsAre(true, false, false));
  EXPECT_THAT(outputs[1].values<std::string>(), testing::ElementsAreArray(words));
}

TEST_F(EngineTest, OptimizeKeepsTheNumbers) {
  Engine engine = Engine::load(path());
  const OptimizeReport report = engine.optimize();
  EXPECT_EQ(report.nodes_before, 5);
  EXPECT_LT(report.nodes_after, 5);
  EXPECT_EQ(engine.inspect().nodes, report.nodes_after);
  const bool removed = std::any_of(
      report.rewrites.begin(), report.rewrites.end(),
      [](const Rewrite& r) { return r.applied && r.node.find("Identity") != std::string::npos; });
  EXPECT_TRUE(removed);
  EXPECT_THAT(run(engine)[0].values<float>(), testing::ElementsAreArray(kY));
}

TEST_F(EngineTest, CompressWriteAndReadBack) {
  Engine engine = Engine::load(path());
  const CompressReport report =
      engine.compress("steps: [{quantize: {scheme: fp16, least_elements: 1}}]");
  EXPECT_THAT(report.recipe, HasSubstr("fp16"));
  EXPECT_FALSE(report.notes.empty());
  EXPECT_EQ(engine.inspect().constant_bytes, 9U * 2);
  const auto file = folder_ / "half.onnx";
  engine.write(file);
  EXPECT_EQ(kind_of([&] { engine.write(file); }), static_cast<int>(FailureKind::cannot_create));
  engine.write(file, {.replace = true});
  Engine again = Engine::load(file);
  // Weights of this model are exact in float16.
  EXPECT_THAT(run(again)[0].values<float>(), testing::ElementsAreArray(kY));
}

TEST_F(EngineTest, CompressCalibratesOnBatchesInMemory) {
  Engine engine = Engine::load(path());
  CompressOptions options;
  options.calibration.emplace();
  for (int i = 0; i < 4; ++i) {
    options.calibration->batches.push_back({input("x", {2, 2}, kX), input("k", {2}, kIndices)});
  }
  (void)engine.compress("steps: [{quantize: {scheme: int8, calibration: minmax}}]", options);
  EXPECT_GE(engine.inspect().operators.count("QuantizeLinear"), 1U);
  const auto outputs = run(engine);
  // Ranges of about 12 in 255 steps and weights of 8 bits: errors of a step or two.
  EXPECT_THAT(outputs[0].values<float>(), testing::Pointwise(testing::FloatNear(0.2F), kY));
}

TEST_F(EngineTest, FailedCompressionLeavesTheModelAlone) {
  Engine engine = Engine::load(path());
  const auto fails_with = [&](const char* recipe) {
    return kind_of([&] { (void)engine.compress(recipe); });
  };
  const int config = static_cast<int>(FailureKind::config);
  EXPECT_EQ(fails_with("steps: [{frobnicate: {}}]"), config);
  EXPECT_EQ(fails_with("steps: ["), config);
  EXPECT_EQ(fails_with("steps: [{optimize: {}}, {quantize: {scheme: int8}}]"),
            static_cast<int>(FailureKind::usage));
  EXPECT_EQ(engine.inspect().nodes, 5);
  EXPECT_THAT(run(engine)[0].values<float>(), testing::ElementsAreArray(kY));
}

TEST_F(EngineTest, BadFilesFailByKind) {
  EXPECT_EQ(kind_of([&] { (void)Engine::load(folder_ / "none.onnx"); }),
            static_cast<int>(FailureKind::missing));
  const std::string whole = tiny::product_file().text();
  std::ofstream(folder_ / "cut.onnx", std::ios::binary) << whole.substr(0, whole.size() / 2);
  EXPECT_EQ(kind_of([&] { (void)Engine::load(folder_ / "cut.onnx"); }),
            static_cast<int>(FailureKind::corrupt));
}

TEST_F(EngineTest, UnknownOperatorsAreListedAndRefused) {
  tiny::File f = tiny::product_file();
  f.nodes[3] = tiny::node("NoSuchOperator", {"sum"}, {"y"});
  f.write(folder_ / "odd.onnx");
  Engine engine = Engine::load(folder_ / "odd.onnx");
  EXPECT_THAT(engine.inspect().unsupported, ElementsAre(HasSubstr("NoSuchOperator")));
  const int unsupported = static_cast<int>(FailureKind::unsupported);
  EXPECT_EQ(kind_of([&] { (void)run(engine); }), unsupported);
  EXPECT_EQ(kind_of([&] { (void)engine.optimize(); }), unsupported);
}

TEST_F(EngineTest, CanBeMoved) {
  Engine first = Engine::load(path());
  Engine second = std::move(first);
  first = Engine::load(path());
  EXPECT_THAT(run(second)[0].values<float>(), testing::ElementsAreArray(kY));
  EXPECT_THAT(run(first)[0].values<float>(), testing::ElementsAreArray(kY));
}

}  // namespace
}  // namespace pare
