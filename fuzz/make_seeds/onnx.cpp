// Writes the seeds in fuzz/corpus/onnx: small valid models that between them use the features of
// the format. From the root of the repository:
//   c++ -std=c++20 -Itests fuzz/make_seeds/onnx.cpp -o build/onnx_seeds
//   build/onnx_seeds fuzz/corpus/onnx

#include <iostream>

#include "support/tiny_onnx.hpp"

namespace {

using std::string_literals::operator""s;
using pare::tiny::bytes;
using pare::tiny::File;
using pare::tiny::int_attribute;
using pare::tiny::ints_attribute;
using pare::tiny::node;
using pare::tiny::number;
using pare::tiny::raw;
using pare::tiny::tensor;
using pare::tiny::value_info;

/// A float32 field of a message (wire type 5).
std::string real(int field, float value) {
  std::string out = pare::tiny::varint((static_cast<std::uint64_t>(field) << 3U) | 5U);
  return out + raw<float>({value});
}

std::string packed_floats(int field, const std::vector<float>& values) {
  return bytes(field, raw(values));
}

File convolution() {
  File f;
  f.nodes = {node("Conv", {"x", "W", "b"}, {"c"},
                  {ints_attribute("pads", {1, 1, 1, 1}), ints_attribute("strides", {2, 2})}),
             node("Relu", {"c"}, {"r"}), node("GlobalAveragePool", {"r"}, {"p"}),
             node("Flatten", {"p"}, {"y"}, {int_attribute("axis", 1)})};
  f.constants = {tensor("W", 1, {2, 1, 3, 3}, raw(std::vector<float>(18, 0.5F))),
                 tensor("b", 1, {2}, raw<float>({1, -1}))};
  f.inputs = {value_info("x", 1, {"N", 1, 4, 4})};
  f.outputs = {value_info("y", 1, {"N", 2})};
  return f;
}

File shape_arithmetic() {
  File f;
  f.nodes = {node("Shape", {"x"}, {"s"}), node("Gather", {"s", "zero"}, {"n"}),
             node("Unsqueeze", {"n", "axes"}, {"n1"}),
             node("Concat", {"n1", "rest"}, {"t"}, {int_attribute("axis", 0)}),
             node("Reshape", {"x", "t"}, {"y"})};
  f.constants = {tensor("zero", 7, {}, raw<std::int64_t>({0})),
                 tensor("axes", 7, {1}, raw<std::int64_t>({0})),
                 tensor("rest", 7, {1}, raw<std::int64_t>({-1}))};
  f.inputs = {value_info("x", 1, {"N", 2, 3})};
  f.outputs = {value_info("y", 1, {"N", 6})};
  return f;
}

File old_operators() {  // operator set 7: Upsample with an attribute, BatchNormalization, Dropout
  File f;
  f.opset = 7;
  f.ir_version = 3;
  const std::string scales = bytes(1, "scales"s) + packed_floats(7, {1, 1, 2, 2}) + number(20, 6);
  f.nodes = {node("Upsample", {"x"}, {"u"}, {scales}),
             node("BatchNormalization", {"u", "s", "s", "s", "s"}, {"n"}),
             node("Dropout", {"n"}, {"d"}),
             node("Clip", {"d"}, {"y"}, {bytes(1, "max"s) + real(2, 6) + number(20, 1)})};
  f.constants = {tensor("s", 1, {2}, raw<float>({1, 2}))};
  f.inputs = {value_info("x", 1, {1, 2, 2, 2}), value_info("s", 1, {2})};
  f.outputs = {value_info("y", 1, {1, 2, 4, 4})};
  return f;
}

std::string body(const std::string& op) {
  return bytes(1, node(op, {"x"}, {op + "_out"})) + bytes(2, op + "_body") +
         bytes(12, value_info(op + "_out", 1, {2}));
}

File branches() {
  File f;
  const auto graph = [](const std::string& name, const std::string& op) {
    return bytes(1, name) + bytes(6, body(op)) + number(20, 5);
  };
  f.nodes = {node("If", {"c"}, {"y"}, {graph("then_branch", "Neg"), graph("else_branch", "Abs")})};
  f.inputs = {value_info("c", 9, {}), value_info("x", 1, {2})};
  f.outputs = {value_info("y", 1, {2})};
  return f;
}

File quantized() {
  File f;
  f.opset = 21;
  f.nodes = {node("QuantizeLinear", {"x", "scale", "zero"}, {"q"}),
             node("DequantizeLinear", {"q", "scale", "zero"}, {"d"}),
             node("DequantizeLinear", {"W", "wscale"}, {"wd"}, {int_attribute("axis", 1)}),
             node("MatMul", {"d", "wd"}, {"y"})};
  // int4: two values in a byte.
  f.constants = {tensor("scale", 1, {}, raw<float>({0.1F})),
                 tensor("zero", 2, {}, raw<std::uint8_t>({128})),
                 tensor("W", 22, {2, 3}, raw<std::uint8_t>({0x21, 0xF3, 0x78})),
                 tensor("wscale", 1, {3}, raw<float>({1, 2, 4}))};
  f.inputs = {value_info("x", 1, {1, 2})};
  f.outputs = {value_info("y", 1, {1, 3})};
  return f;
}

File constants_in_fields() {  // typed fields in place of raw bytes, strings, a Constant node
  File f;
  const std::string floats =
      number(1, 3) + number(2, 1) + bytes(8, "c"s) + packed_floats(4, {1, 2, 3});
  const std::string words =
      number(1, 2) + number(2, 8) + bytes(6, "one"s) + bytes(6, "two"s) + bytes(8, "w"s);
  const std::string value =
      bytes(1, "value"s) + bytes(5, tensor("", 1, {3}, raw<float>({4, 5, 6}))) + number(20, 4);
  f.nodes = {node("Constant", {}, {"k"}, {value}), node("Add", {"c", "k"}, {"a"}),
             node("Mul", {"x", "a"}, {"y"}), node("Identity", {"w"}, {"v"})};
  f.constants = {floats, words};
  f.inputs = {value_info("x", 1, {3})};
  f.outputs = {value_info("y", 1, {3}), value_info("v", 8, {2})};
  return f;
}

/// A model with a function of its own domain and with weights in another file.
std::string function_and_external() {
  const std::string external = number(1, 2) + number(2, 1) + bytes(8, "far"s) +
                               bytes(13, bytes(1, "location"s) + bytes(2, "weights.bin"s)) +
                               bytes(13, bytes(1, "offset"s) + bytes(2, "0"s)) +
                               bytes(13, bytes(1, "length"s) + bytes(2, "8"s)) + number(14, 1);
  File f;
  f.nodes = {node("Twice", {"x"}, {"t"}) + bytes(7, "acme"s), node("Add", {"t", "far"}, {"y"})};
  f.constants = {external};
  f.inputs = {value_info("x", 1, {2})};
  f.outputs = {value_info("y", 1, {2})};
  const std::string function = bytes(1, "Twice"s) + bytes(4, "a"s) + bytes(5, "b"s) +
                               bytes(7, node("Add", {"a", "a"}, {"b"})) +
                               bytes(9, bytes(1, ""s) + number(2, 17)) + bytes(10, "acme"s);
  return f.text() + bytes(8, bytes(1, "acme"s) + number(2, 1)) + bytes(25, function);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: onnx_seeds FOLDER\n";
    return 64;
  }
  const std::filesystem::path folder = argv[1];
  convolution().write(folder / "convolution.onnx");
  shape_arithmetic().write(folder / "shape_arithmetic.onnx");
  old_operators().write(folder / "old_operators.onnx");
  branches().write(folder / "branches.onnx");
  quantized().write(folder / "quantized.onnx");
  constants_in_fields().write(folder / "constants_in_fields.onnx");
  std::ofstream(folder / "function_and_external.onnx", std::ios::binary) << function_and_external();
  return 0;
}
