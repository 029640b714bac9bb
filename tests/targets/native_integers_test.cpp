#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "formats/format.hpp"
#include "ops/registry.hpp"
#include "targets/integer_forms.hpp"
#include "targets/target.hpp"
#include "targets/temporary.hpp"

/// What the rules of the native target claim about integer execution, held against its plans.
namespace pare {
namespace {

Model read_any(const std::filesystem::path& path) { return read_model(path); }

const TargetDef& native() { return *choose_target("native").target; }

/// Operators of the steps that ran, without changes of layout.
std::vector<std::string> executed(const tiny::File& file) {
  const tiny::Folder folder;
  file.write(folder / "model.onnx");
  TargetOptions options = choose_target("native", {&op_registry(), read_any}).options;
  options.threads = 1;
  options.profile = true;
  const auto model = native().load(folder / "model.onnx", options);
  std::vector<Tensor> inputs;
  for (const PortInfo& p : model->inputs()) {
    inputs.emplace_back(p.type.dtype, to_numbers(p.type.shape.value()).value());
  }
  (void)model->run(inputs);
  std::vector<std::string> ops;
  for (const StepInfo& step : model->profile()) {
    if (step.kernel.rfind("native:reorder", 0) != 0) ops.push_back(step.op);
  }
  return ops;
}

bool in_float(const std::vector<std::string>& ops) {
  return std::any_of(ops.begin(), ops.end(), [](const std::string& op) {
    return op == "DequantizeLinear" || op == "QuantizeLinear";
  });
}

TEST(NativeIntegers, RunTheOperatorsOfTheRules) {
  for (const std::string& op : native().rules.int8_ops) {
    ASSERT_EQ(tiny::forms().count(op), 1U) << op << " has no form to be tested with";
    const std::vector<std::string> ops = executed(tiny::file_of(tiny::forms().at(op)));
    EXPECT_FALSE(in_float(ops)) << op << " ran as " << testing::PrintToString(ops);
  }
}

TEST(NativeIntegers, DoNotRunOperatorsBesidesTheRules) {
  const std::vector<std::string>& rules = native().rules.int8_ops;
  for (const auto& [op, form] : tiny::forms()) {
    if (std::find(rules.begin(), rules.end(), op) != rules.end()) continue;
    if (op_registry().find("", op) == nullptr) continue;
    EXPECT_TRUE(in_float(executed(tiny::file_of(form)))) << op << " could be added to the rules";
  }
}

}  // namespace
}  // namespace pare
