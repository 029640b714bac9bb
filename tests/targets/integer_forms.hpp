#pragma once

#include <map>
#include <string>
#include <vector>

#include "support/tiny_onnx.hpp"

/// Small quantized models, one operator each, to find out what runs on integers.
namespace pare::tiny {

inline constexpr int kU8 = 2;
inline constexpr int kI8 = 3;

inline std::string list(const std::string& name, const std::vector<std::int64_t>& values) {
  return tensor(name, 7, {static_cast<std::int64_t>(values.size())}, raw(values));
}

/// A node to be put between DequantizeLinear and QuantizeLinear.
struct Form {
  std::string op;
  std::vector<Size> in;
  std::vector<Size> out;
  std::vector<std::string> constants = {};  ///< further inputs, named k0, k1 ...; "" = omitted
  std::vector<std::string> attributes = {};
  int data_inputs = 1;
  int outputs = 1;
};

inline const std::map<std::string, Form>& forms() {
  static const std::vector<Size> square = {4, 4};
  static const std::vector<Size> picture = {1, 4, 4, 4};
  static const std::vector<std::string> pool = {ints_attribute("kernel_shape", {2, 2}),
                                                ints_attribute("strides", {2, 2})};
  static const std::vector<Form> all = {
      {"Add", square, square, {}, {}, 2},
      {"AveragePool", picture, {1, 4, 2, 2}, {}, pool},
      {"Clip",
       square,
       square,
       {tensor("k0", 1, {}, raw<float>({0})), tensor("k1", 1, {}, raw<float>({6}))}},
      {"Concat", square, {4, 8}, {}, {int_attribute("axis", 1)}, 2},
      {"DepthToSpace", {1, 4, 2, 2}, {1, 1, 4, 4}, {}, {int_attribute("blocksize", 2)}},
      {"Erf", square, square},
      {"Expand", {1, 4}, square, {list("k0", {4, 4})}},
      {"Flatten", {1, 4, 2, 2}, {1, 16}},
      {"Gather", square, {2, 4}, {list("k0", {0, 2})}},
      {"GatherElements",
       square,
       {1, 4},
       {tensor("k0", 7, {1, 4}, raw<std::int64_t>({0, 1, 2, 3}))}},
      {"GlobalAveragePool", picture, {1, 4, 1, 1}},
      {"GlobalMaxPool", picture, {1, 4, 1, 1}},
      {"HardSigmoid", square, square},
      {"HardSwish", square, square},
      {"LeakyRelu", square, square},
      {"MaxPool", picture, {1, 4, 2, 2}, {}, pool},
      {"Mul", square, square, {}, {}, 2},
      {"Pad", square, {5, 4}, {list("k0", {1, 0, 0, 0})}},
      {"ReduceMax", square, {4, 1}, {list("k0", {1})}},
      {"ReduceMean", picture, {1, 4, 1, 1}, {list("k0", {2, 3})}},
      {"ReduceMin", square, {4, 1}, {list("k0", {1})}},
      {"Relu", square, square},
      {"Reshape", square, {2, 8}, {list("k0", {2, 8})}},
      {"Resize", {1, 1, 2, 2}, {1, 1, 4, 4}, {"", tensor("k1", 1, {4}, raw<float>({1, 1, 2, 2}))}},
      {"Sigmoid", square, square},
      {"Slice", square, {2, 4}, {list("k0", {0}), list("k1", {2})}},
      {"Softmax", square, square},
      {"SpaceToDepth", {1, 1, 4, 4}, {1, 4, 2, 2}, {}, {int_attribute("blocksize", 2)}},
      {"Split", square, {2, 4}, {list("k0", {2, 2})}, {}, 1, 2},
      {"Squeeze", {1, 4}, {4}, {list("k0", {0})}},
      {"Sub", square, square, {}, {}, 2},
      {"Tanh", square, square},
      {"Tile", {1, 4}, square, {list("k0", {4, 1})}},
      {"Transpose", {2, 4}, {4, 2}},
      {"Unsqueeze", {4}, {1, 4}, {list("k0", {0})}},
      {"Where", square, square, {}, {}, 2},
  };
  static const std::map<std::string, Form> by_name = [] {
    std::map<std::string, Form> map;
    for (const Form& f : all) map[f.op] = f;
    return map;
  }();
  return by_name;
}

inline File file_of(const Form& form) {
  File f;
  f.opset = 21;
  f.ir_version = 10;
  f.constants = {tensor("scale", 1, {}, raw<float>({0.5F})),
                 tensor("zero", kU8, {}, std::string(1, 'd'))};
  std::vector<std::string> inputs;
  if (form.op == "Where") {
    f.inputs.push_back(value_info("condition", 9, form.in));
    inputs.emplace_back("condition");
  }
  for (int i = 0; i < form.data_inputs; ++i) {
    const std::string n = std::to_string(i);
    f.inputs.push_back(value_info("x" + n, kU8, form.in));
    f.nodes.push_back(node("DequantizeLinear", {"x" + n, "scale", "zero"}, {"d" + n}));
    inputs.push_back("d" + n);
  }
  for (std::size_t i = 0; i < form.constants.size(); ++i) {
    inputs.push_back(form.constants[i].empty() ? "" : "k" + std::to_string(i));
    if (!form.constants[i].empty()) f.constants.push_back(form.constants[i]);
  }
  std::vector<std::string> outputs = {"m0"};
  if (form.outputs == 2) outputs.emplace_back("m1");
  f.nodes.push_back(node(form.op, inputs, outputs, form.attributes));
  for (int i = 0; i < form.outputs; ++i) {
    const std::string n = std::to_string(i);
    f.nodes.push_back(node("QuantizeLinear", {"m" + n, "scale", "zero"}, {"y" + n}));
    f.outputs.push_back(value_info("y" + n, kU8, form.out));
  }
  return f;
}

}  // namespace pare::tiny
