#include "formats/plan/plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>

#include "base/machine.hpp"
#include "base/temporary_directory.hpp"
#include "base/warning.hpp"
#include "ir/infer.hpp"
#include "ops/registry.hpp"

namespace pare {
namespace {

using testing::HasSubstr;

/// y = relu(x w) + b, w apart and b inside the graph.
Model toy() {
  Model m;
  m.opsets[""] = 28;
  Graph& g = *m.graph;
  Value* x = g.add_input("x", ValueType(dtype_of(ElementKind::f32), SymShape{Dim(2), Dim(64)}));
  Tensor w(ElementKind::f32, {64, 32});
  float next = -3;
  for (float& v : w.mutable_data<float>()) v = next += 0.003F;
  Value* weights = g.add_constant(w, "w");
  Value* bias = g.add_constant(Tensor::of<float>({1}, {0.5F}), "b");
  Node* product = g.add_node({.op = "MatMul", .inputs = {x, weights}, .output_names = {"p"}});
  Node* relu = g.add_node({.op = "Relu", .inputs = {product->output()}, .output_names = {"r"}});
  Node* sum = g.add_node({.op = "Add", .inputs = {relu->output(), bias}, .output_names = {"y"}});
  g.add_output(sum->output());
  infer_shapes(g, op_registry());
  return m;
}

std::vector<PlanPiece> pieces() {
  std::vector<PlanPiece> all = plan::pieces_of(toy());
  all.push_back({PieceKind::packed, "p|0|order", Tensor::of<float>({3}, {1, 2, 3})});
  return all;
}

std::map<std::string, std::string> facts() {
  return {{plan_fact::kPare, PARE_VERSION}, {plan_fact::kMachine, "a machine"}};
}

class PlanFormat : public testing::Test {
 protected:
  std::vector<std::byte> written(const std::map<std::string, std::string>& with = facts()) {
    const auto path = folder_.path() / "file.plan";
    AtomicFile file(path, true);
    write_plan_file(file, with, pieces());
    file.commit();
    const auto mapped = MappedFile::open(path);
    return {mapped->bytes().begin(), mapped->bytes().end()};
  }
  static Model read(std::span<const std::byte> bytes) {
    return plan::read_bytes(bytes, nullptr, "a machine");
  }
  TemporaryDirectory folder_;
};

TEST_F(PlanFormat, WhatWasWrittenIsRead) {
  const std::vector<std::byte> bytes = written();
  const Model m = read(bytes);
  EXPECT_EQ(m.producer_name, kPlanProducer);
  ASSERT_EQ(m.graph->inputs().size(), 1U);
  EXPECT_EQ(m.graph->inputs()[0]->name(), "x");
  const Value* w = m.graph->find("w");
  ASSERT_NE(w, nullptr);
  EXPECT_TRUE(identical(w->constant(), toy().graph->find("w")->constant()));
  // Used where it lies, aligned within the file.
  const std::byte* data = w->constant().bytes().data();
  EXPECT_GE(data, bytes.data());
  EXPECT_LT(data, bytes.data() + bytes.size());
  EXPECT_EQ((data - bytes.data()) % 64, 0);
  EXPECT_TRUE(verify(*m.graph, op_registry()).empty());
}

TEST_F(PlanFormat, WriteReadWriteGivesTheSameFile) {
  const std::vector<std::byte> once = written();
  const auto plan = PlanFile::parse(once, nullptr);
  const auto path = folder_.path() / "again.plan";
  AtomicFile file(path, true);
  write_plan_file(file, plan->facts(), plan->pieces());
  file.commit();
  const auto again = MappedFile::open(path);
  ASSERT_EQ(again->bytes().size(), once.size());
  EXPECT_EQ(std::memcmp(again->bytes().data(), once.data(), once.size()), 0);
}

TEST_F(PlanFormat, EveryPrefixIsCorrupt) {
  const std::vector<std::byte> bytes = written();
  for (std::size_t n = 0; n < bytes.size(); n += n < 2048 ? 1 : 37) {
    try {
      (void)read(std::span(bytes).first(n));
      FAIL() << n << " of " << bytes.size();
    } catch (const Error& error) {
      EXPECT_EQ(error.fault(), Fault::corrupt) << n << ": " << error.what();
    }
  }
}

TEST_F(PlanFormat, EveryFlippedBitIsNoticed) {
  const std::vector<std::byte> good = written();
  std::vector<std::byte> bytes = good;
  const auto packed = PlanFile::parse(good, nullptr)->pieces().back().data.bytes().size();
  for (std::size_t i = 0; i < bytes.size(); i += i < 2048 ? 1 : 53) {
    bytes[i] ^= std::byte{static_cast<unsigned char>(1U << (i % 8))};
    if (i + packed >= bytes.size()) {  // packed ones are looked at when they are wanted
      PlanFileStore store(PlanFile::parse(bytes, nullptr));
      EXPECT_FALSE(store.find("p|0|order", packed).valid()) << i;
    } else {
      EXPECT_THROW((void)read(bytes), Error) << i;
    }
    bytes[i] = good[i];
  }
  EXPECT_NO_THROW((void)read(bytes));
}

TEST_F(PlanFormat, OtherMachinesAndVersionsAreRefusedWithTheReason) {
  const auto reason = [&](const std::map<std::string, std::string>& with) -> std::string {
    try {
      (void)read(written(with));
      return "none";
    } catch (const Error& error) {
      EXPECT_EQ(error.fault(), Fault::unsupported);
      return error.what();
    }
  };
  auto other = facts();
  other[plan_fact::kMachine] = "another machine";
  EXPECT_THAT(reason(other), HasSubstr("made for another machine, this is a machine"));
  other = facts();
  other[plan_fact::kPare] = "99.0";
  EXPECT_THAT(reason(other), HasSubstr("pare 99.0"));
  std::vector<std::byte> newer = written();
  newer[8] = std::byte{2};
  try {
    (void)read(newer);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::unsupported);
    EXPECT_THAT(error.what(), HasSubstr("version 2 of the plan format"));
  }
}

std::string warned;  // NOLINT: the sink is a plain function

TEST_F(PlanFormat, FallsBackToTheModelItWasMadeOf) {
  set_warning_sink([](const std::string& text) { warned += text; });
  const auto source = folder_.path() / "model.onnx";
  write_model(toy(), source);
  auto with = plan::facts_of(source);
  EXPECT_EQ(with[plan_fact::kMachine], machine_text());
  with[plan_fact::kMachine] = "another machine";
  const auto path = folder_.path() / "elsewhere.plan";
  AtomicFile file(path, true);
  write_plan_file(file, with, pieces());
  file.commit();
  const Model m = read_model(path);
  EXPECT_NE(m.producer_name, kPlanProducer);
  EXPECT_THAT(warned, HasSubstr("another machine"));
  EXPECT_THAT(warned, HasSubstr("model.onnx instead"));
  // Another model at that place is not taken for it.
  Model changed = toy();
  changed.graph->set_name("other");
  write_model(changed, source, {.force = true});
  EXPECT_THROW((void)read_model(path), Error);
  set_warning_sink(nullptr);
}

TEST_F(PlanFormat, WeightsMustBeThereAndFit) {
  const auto refused = [&](const std::vector<PlanPiece>& all) {
    const auto path = folder_.path() / "odd.plan";
    AtomicFile file(path, true);
    write_plan_file(file, facts(), all);
    file.commit();
    const auto mapped = MappedFile::open(path);
    try {
      (void)plan::read_bytes(mapped->bytes(), mapped, "a machine");
      return std::string("none");
    } catch (const Error& error) {
      EXPECT_EQ(error.fault(), Fault::corrupt);
      return std::string(error.what());
    }
  };
  std::vector<PlanPiece> all = pieces();
  all.erase(all.begin());
  EXPECT_THAT(refused(all), HasSubstr("no graph"));
  all = pieces();
  all[1].name = "v";
  EXPECT_THAT(refused(all), HasSubstr("no weights for 'pare.plan/w'"));
  all = pieces();
  all[1].data = Tensor(ElementKind::f32, {32, 64});
  EXPECT_THAT(refused(all), HasSubstr("another form"));
  all = pieces();
  all.push_back(all[1]);
  EXPECT_THAT(refused(all), HasSubstr("two weights 'w'"));
}

}  // namespace
}  // namespace pare
