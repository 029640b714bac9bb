#pragma once

// One node as a model of its own: the reference kernel against ONNX Runtime.

#include <cmath>

#include "formats/format.hpp"
#include "ops/quantized.hpp"
#include "targets/target.hpp"
#include "targets/temporary.hpp"

namespace pare {

inline const TargetDef& ort_target() { return *choose_target("onnxruntime").target; }

/// The library to test with; none when it is not installed and need not be.
inline std::vector<std::string> ort_libraries() {
  const TargetStatus s = ort_target().status({});
  if (s.found) return {s.where};
  const char* text = std::getenv("PARE_REQUIRE_ONNXRUNTIME");
  if (text != nullptr && std::string(text) == "1") return {"required-but-missing"};
  return {};
}

/// One node: input `data` is an input of the model, all others are constants.
struct OneNodeCase {
  std::string op;
  std::vector<Tensor> inputs;
  Attributes attributes = {};
  std::size_t data = 0;
  std::size_t outputs = 1;
  std::string domain = "com.microsoft";
  Int opset = 21;  ///< of ai.onnx
};

inline std::vector<Tensor> operator+(std::vector<Tensor> a, const std::vector<Tensor>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

class OrtOps : public testing::TestWithParam<std::string> {
 protected:
  /// Integers may be one step apart: the runtime scales in float32. Floats: 2^-17 of the greatest
  /// value, sums in float32 in another order.
  void expect_same(const OneNodeCase& c) {
    SCOPED_TRACE(c.op);
    Model model;
    model.opsets = {{"", c.opset}, {"com.microsoft", 1}};
    model.ir_version = 10;
    Graph& graph = *model.graph;
    NodeSpec spec{.op = c.op, .attributes = c.attributes, .domain = c.domain};
    for (std::size_t i = 0; i < c.inputs.size(); ++i) {
      const Tensor& t = c.inputs[i];
      Value* v = nullptr;
      if (i == c.data) {
        v = graph.add_input("x", ValueType(t.type(), to_symbolic(t.shape())));
      } else if (t.valid()) {
        v = graph.add_constant(t, cat("c", i));
      }
      spec.inputs.push_back(v);
    }
    spec.output_names.clear();
    for (std::size_t i = 0; i < c.outputs; ++i) spec.output_names.push_back(cat("y", i));
    Node* node = graph.add_node(std::move(spec));
    for (Value* v : node->outputs()) graph.add_output(v);
    infer_shapes(graph, op_registry());
    const auto broken = verify(graph, op_registry());
    ASSERT_TRUE(broken.empty()) << broken.front();
    const std::vector<Tensor> want = interpret(graph, op_registry(), {c.inputs[c.data]});
    write_model(model, folder_ / "model.onnx", {.force = true});
    TargetOptions options;
    options.library = GetParam();
    options.threads = 1;
    const auto got = ort_target().load(folder_ / "model.onnx", options)->run({c.inputs[c.data]});
    ASSERT_EQ(got.size(), want.size());
    for (std::size_t o = 0; o < got.size(); ++o) compare(got[o], want[o]);
  }

  static void compare(const Tensor& got, const Tensor& want) {
    ASSERT_EQ(to_string(got.shape()), to_string(want.shape()));
    ASSERT_EQ(got.type().name(), want.type().name());
    const std::vector<double> a = got.to_doubles();
    const std::vector<double> b = want.to_doubles();
    double peak = 0;
    for (const double v : b) peak = std::isfinite(v) ? std::max(peak, std::abs(v)) : peak;
    const double tolerance = want.type().is_integer() ? 1 : peak * 0x1.0p-17;
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (std::isfinite(b[i])) {
        EXPECT_NEAR(a[i], b[i], tolerance) << i;
      } else {
        EXPECT_EQ(a[i], b[i]) << i;
      }
    }
  }

  tiny::Folder folder_;
};

}  // namespace pare
