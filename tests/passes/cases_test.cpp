#include "passes/cases.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <set>

#include "base/rng.hpp"
#include "base/text.hpp"
#include "ir/infer.hpp"
#include "ir/text.hpp"
#include "ops/registry.hpp"
#include "passes/registry.hpp"

namespace pare {

std::vector<PassCase> read_cases(const std::string& path) {
  std::vector<PassCase> cases;
  std::ifstream in(path);
  std::string line;
  std::string* block = nullptr;
  const auto starts = [&](std::string_view key, std::string* rest) {
    if (line.rfind(key, 0) != 0) return false;
    rest->assign(trim(line.c_str() + key.size()));
    return true;
  };
  std::string rest;
  while (std::getline(in, line)) {
    if (starts("case:", &rest)) {
      cases.push_back({.pass = std::filesystem::path(path).stem().string(), .name = rest});
      block = nullptr;
    } else if (cases.empty()) {
      continue;  // the comment on top
    } else if (starts("before:", &rest)) {
      block = &cases.back().before;
    } else if (starts("after:", &rest)) {
      cases.back().has_after = true;
      block = &cases.back().after;
    } else if (starts("refuse:", &rest)) {
      cases.back().refuse = rest;
      block = nullptr;
    } else if (starts("unchanged:", &rest)) {
      block = nullptr;
    } else if (starts("budget:", &rest)) {
      cases.back().budget = parse_bytes(rest);
    } else if (starts("contrib:", &rest)) {
      cases.back().contrib = rest == "yes";
    } else if (block != nullptr) {
      *block += line + "\n";
    }
  }
  return cases;
}

double relative_difference(const Tensor& a, const Tensor& b) {
  if (a.type() != b.type() || a.shape() != b.shape()) {
    return std::numeric_limits<double>::infinity();
  }
  if (!a.type().is_float()) {
    return identical(a, b) ? 0 : std::numeric_limits<double>::infinity();
  }
  const auto x = a.to_doubles();
  const auto y = b.to_doubles();
  double most = 0;
  double largest = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (x[i] == y[i] || (std::isnan(x[i]) && std::isnan(y[i]))) continue;
    if (!std::isfinite(x[i]) || !std::isfinite(y[i])) {
      return std::numeric_limits<double>::infinity();
    }
    most = std::max(most, std::abs(x[i] - y[i]));
  }
  for (const double v : x) {
    if (std::isfinite(v)) largest = std::max(largest, std::abs(v));
  }
  return most == 0 ? 0 : most / largest;
}

namespace {

class Comparison {
 public:
  std::string graphs(const Graph& got, const Graph& want) {
    if (got.inputs().size() != want.inputs().size()) return "another number of inputs";
    for (std::size_t i = 0; i < got.inputs().size(); ++i) {
      seen_[want.inputs()[i]] = got.inputs()[i];
    }
    if (got.outputs().size() != want.outputs().size()) return "another number of outputs";
    for (std::size_t i = 0; i < got.outputs().size(); ++i) {
      if (std::string why = values(got.outputs()[i], want.outputs()[i]); !why.empty()) return why;
    }
    if (got.node_count() != want.node_count()) {
      return cat(got.node_count(), " nodes instead of ", want.node_count());
    }
    return {};
  }

 private:
  std::string values(const Value* got, const Value* want) {
    if (got == nullptr || want == nullptr) return got == want ? "" : "an omitted value differs";
    const auto it = seen_.find(want);
    if (it != seen_.end()) {
      return it->second == got ? "" : cat(want->name(), " is ", got->name());
    }
    seen_[want] = got;
    if (want->is_constant()) return constants(*got, *want);
    const Node* a = got->producer();
    const Node* b = want->producer();
    if (a == nullptr || b == nullptr) return cat(want->name(), " is ", got->name());
    if (a->op() != b->op() || a->domain() != b->domain()) {
      return cat(a->label(), " instead of ", b->label());
    }
    if (got->output_index() != want->output_index()) return "another output of the node";
    if (a->inputs().size() != b->inputs().size()) return cat(a->label(), ": number of inputs");
    if (std::string why = attributes(*a, *b); !why.empty()) return cat(a->label(), ": ", why);
    for (std::size_t i = 0; i < a->inputs().size(); ++i) {
      std::string why = values(a->input(i), b->input(i));
      if (!why.empty()) return cat(a->label(), " input ", i, ": ", why);
    }
    return {};
  }

  static std::string constants(const Value& got, const Value& want) {
    if (!got.is_constant()) return cat(got.name(), " is not constant");
    const Tensor& a = got.constant();
    const Tensor& b = want.constant();
    if (a.type() != b.type() || a.shape() != b.shape()) {
      return cat(got.name(), " is ", got.type().text(), " instead of ", want.type().text());
    }
    if (want.name().rfind("any", 0) == 0) return {};
    constexpr double kFloatRounding = 0x1.0p-23;  // the numbers in the file are decimals
    return relative_difference(b, a) <= kFloatRounding ? "" : cat(got.name(), ": other values");
  }

  std::string attributes(const Node& got, const Node& want) {
    if (got.attributes().size() != want.attributes().size()) return "number of attributes";
    for (const auto& [name, value] : want.attributes()) {
      const Attribute* other = got.attribute(name);
      if (other == nullptr) return cat("no ", name);
      if (const auto* body = std::get_if<std::shared_ptr<Graph>>(&value)) {
        const auto* mine = std::get_if<std::shared_ptr<Graph>>(other);
        if (mine == nullptr) return cat(name, " is no graph");
        std::string why = graphs(**mine, **body);
        if (!why.empty()) return cat(name, ": ", why);
      } else if (attribute_text(*other) != attribute_text(value)) {
        return cat(name, " is ", attribute_text(*other));
      }
    }
    return {};
  }

  static std::string attribute_text(const Attribute& a) {
    Graph g;
    g.add_node({.op = "A", .attributes = {{"a", a}}, .output_names = {}});
    return print_graph(g);
  }

  std::map<const Value*, const Value*> seen_;
};

std::vector<PassCase> all_cases() {
  std::vector<PassCase> all;
  std::set<std::string> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(PARE_SOURCE_DIR) + "/tests/passes")) {
    if (entry.path().extension() == ".txt") files.insert(entry.path().string());
  }
  for (const std::string& file : files) {
    for (PassCase& c : read_cases(file)) all.push_back(std::move(c));
  }
  return all;
}

/// Conv, then the activation, each by its own reference: what com.microsoft says FusedConv is.
void fused_conv_reference(OpCall& call) {
  Graph g;
  NodeSpec conv{.op = "Conv", .attributes = call.node().attributes()};
  conv.attributes.erase("activation");
  conv.attributes.erase("activation_params");
  std::vector<Tensor> inputs;
  for (std::size_t i = 0; i < call.input_count(); ++i) {
    inputs.push_back(call.input(i));
    const ValueType type(inputs[i].type(), to_symbolic(inputs[i].shape()));
    conv.inputs.push_back(g.add_input(cat("x", i), type));
  }
  NodeSpec act{.op = call.attr_string("activation"),
               .inputs = {g.add_node(std::move(conv))->output()}};
  const auto params = call.attr_floats("activation_params");
  if (act.op == "Clip") {
    for (const float p : params) act.inputs.push_back(g.add_constant(Tensor::scalar(p), "p"));
  } else if (!params.empty()) {
    act.attributes = {{"alpha", params[0]}};
    if (params.size() > 1) act.attributes.emplace("beta", params[1]);
  }
  g.add_output(g.add_node(std::move(act))->output());
  call.set_output(0, interpret(g, op_registry(), inputs)[0]);
}

const OpRegistry& test_ops() {
  static const OpRegistry ops = [] {
    OpRegistry all = op_registry();
    if (all.find("com.microsoft", "FusedConv") == nullptr) {
      all.add(OpDef("com.microsoft", "FusedConv", 1)
                  .input("X")
                  .input("W")
                  .optional_input("B")
                  .output("Y")
                  .required_attribute("activation", AttributeKind::text)
                  .optional_attribute("activation_params", AttributeKind::reals)
                  .define(nullptr, fused_conv_reference, nullptr));
    }
    return all;
  }();
  return ops;
}

class Pass : public testing::TestWithParam<PassCase> {
 protected:
  static PassReport run(Graph& graph) {
    const PassDef* pass = find_pass(GetParam().pass);
    if (pass == nullptr) throw Error(Fault::config, cat("no pass ", GetParam().pass));
    return run_passes(graph, {*pass},
                      {.ops = test_ops(),
                       .fold_budget_bytes = GetParam().budget,
                       .fuse_to_contrib = GetParam().contrib});
  }
};

std::vector<std::string> names(const std::vector<Value*>& values) {
  std::vector<std::string> out;
  out.reserve(values.size());
  for (const Value* v : values) out.push_back(v->name());
  return out;
}

bool any_accepted(const PassReport& report) {
  return std::any_of(report.events.begin(), report.events.end(),
                     [](const PassEvent& e) { return e.kind == Verdict::Kind::accept; });
}

TEST_P(Pass, DoesWhatItsCaseSays) {
  const PassCase& c = GetParam();
  const auto graph = parse_graph(c.before);
  infer_shapes(*graph, test_ops());
  ASSERT_EQ(verify(*graph, test_ops()), std::vector<std::string>{});
  const std::string before = print_graph(*graph);
  const PassReport report = run(*graph);
  ASSERT_EQ(verify(*graph, test_ops()), std::vector<std::string>{}) << print_graph(*graph);
  if (!c.has_after) {
    EXPECT_EQ(print_graph(*graph), before);
    std::vector<std::string> reasons;
    for (const PassEvent& e : report.events) reasons.push_back(e.reason);
    if (c.refuse.empty()) {
      EXPECT_EQ(reasons, std::vector<std::string>{});
    } else {
      EXPECT_NE(std::find(reasons.begin(), reasons.end(), c.refuse), reasons.end())
          << "reasons given: " << join(reasons, "; ");
    }
    return;
  }
  const auto want = parse_graph(c.after);
  EXPECT_TRUE(any_accepted(report));
  EXPECT_EQ(difference(*graph, *want), "") << print_graph(*graph);
}

TEST_P(Pass, KeepsNumbersAndNamesAndIsDoneAfterOneRun) {
  const auto graph = parse_graph(GetParam().before);
  const auto original = graph->clone();
  run(*graph);
  EXPECT_EQ(names(graph->outputs()), names(original->outputs()));
  EXPECT_EQ(names(graph->inputs()), names(original->inputs()));
  // Sums are taken in another order and weights are rounded once more: some 8 units in the last
  // place of the largest value.
  constexpr double kTolerance = 0x1.0p-20;
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    const auto inputs = random_inputs(*original, seed);
    const auto want = interpret(*original, test_ops(), inputs);
    const auto got = interpret(*graph, test_ops(), inputs);
    ASSERT_EQ(got.size(), want.size());
    for (std::size_t i = 0; i < want.size(); ++i) {
      EXPECT_LE(relative_difference(want[i], got[i]), kTolerance)
          << original->outputs()[i]->name() << "\n"
          << print_graph(*graph);
    }
  }
  const std::string once = print_graph(*graph);
  const PassReport again = run(*graph);
  EXPECT_FALSE(any_accepted(again));
  EXPECT_EQ(print_graph(*graph), once);
}

TEST_P(Pass, TogetherWithAllDefaultPassesKeepsNumbers) {
  const auto graph = parse_graph(GetParam().before);
  const auto original = graph->clone();
  run_passes(*graph, default_passes(), {.ops = test_ops()});
  ASSERT_EQ(verify(*graph, test_ops()), std::vector<std::string>{}) << print_graph(*graph);
  EXPECT_EQ(names(graph->outputs()), names(original->outputs()));
  const auto inputs = random_inputs(*original, 3);
  const auto want = interpret(*original, test_ops(), inputs);
  const auto got = interpret(*graph, test_ops(), inputs);
  for (std::size_t i = 0; i < want.size(); ++i) {
    // Some 8 units in the last place of float32, 4 of float16.
    const double tolerance = want[i].kind() == ElementKind::f16 ? 0x1.0p-8 : 0x1.0p-20;
    EXPECT_LE(relative_difference(want[i], got[i]), tolerance) << print_graph(*graph);
  }
  const std::string once = print_graph(*graph);
  run_passes(*graph, default_passes(), {.ops = test_ops()});
  EXPECT_EQ(print_graph(*graph), once);
}

std::string case_name(const testing::TestParamInfo<PassCase>& info) {
  std::string name = info.param.pass + "_" + info.param.name;
  for (char& ch : name) {
    if (std::isalnum(static_cast<unsigned char>(ch)) == 0) ch = '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Files, Pass, testing::ValuesIn(all_cases()), case_name);

TEST(Passes, EachHasACaseItChangesAndOneItLeavesAlone) {
  std::map<std::string, std::pair<int, int>> count;
  for (const PassCase& c : all_cases())
    ++(c.has_after ? count[c.pass].first : count[c.pass].second);
  for (const PassDef& pass : all_passes()) {
    const auto [changed, left] = count[std::string(pass.name)];
    EXPECT_GT(changed, 0) << pass.name;
    EXPECT_GT(left, 0) << pass.name;
  }
}

TEST(Passes, DifferenceFindsChangedNodesAttributesAndConstants) {
  const auto graph = [](std::string_view text) { return parse_graph(text); };
  const auto base =
      graph("input x: float32[2] const c: float32[2] = [1, 2] y = Add(x, c) output y");
  for (const char* other :
       {"input x: float32[2] const c: float32[2] = [1, 3] y = Add(x, c) output y",
        "input x: float32[2] const c: float32[2] = [1, 2] y = Sub(x, c) output y",
        "input x: float32[2] const c: float32[2] = [1, 2] y = Add(c, x) output y",
        "input x: float32[2] const c: float32[2] = [1, 2] y = Add(x, c) {a = 1} output y",
        "input x: float32[2] const c: float32[2] = [1, 2] y = Add(x, c) z = Abs(x) output y"}) {
    EXPECT_NE(difference(*graph(other), *base), "") << other;
  }
  const auto renamed =
      graph("input x: float32[2] const k: float32[2] = [1, 2] q = Add(x, k) output q");
  EXPECT_EQ(difference(*renamed, *base), "");
}

}  // namespace

std::string difference(const Graph& got, const Graph& want) {
  return Comparison().graphs(got, want);
}

std::vector<Tensor> random_inputs(const Graph& graph, std::uint64_t seed) {
  std::vector<Tensor> inputs;
  Rng rng(seed);
  for (const Value* v : graph.inputs()) {
    Shape shape;
    for (const Dim& d : v->type().shape.value()) {
      shape.push_back(d.is_number() ? d.number() : 2 + static_cast<std::int64_t>(d.text().size()));
    }
    std::vector<double> values(static_cast<std::size_t>(element_count(shape)));
    for (double& x : values) {
      x = v->dtype().is_float() ? 4 * static_cast<double>(rng.uniform()) - 2
                                : static_cast<double>(rng.below(100));
    }
    if (v->dtype() == ElementKind::boolean) {
      for (double& x : values) x = static_cast<double>(rng.below(2));
    }
    inputs.push_back(Tensor::of<double>(shape, values).cast(v->dtype()));
  }
  return inputs;
}

}  // namespace pare
