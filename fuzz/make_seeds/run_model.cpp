// Writes the seeds in fuzz/corpus/run_model: a graph as text for each example of an operator, and
// some of several nodes. From the root of the repository:
//   c++ -std=c++20 -Itests fuzz/make_seeds/run_model.cpp -o build/run_model_seeds
//   build/run_model_seeds fuzz/corpus/run_model
// Those in ONNX are the ones that make_seeds/onnx.cpp writes.

#include <cctype>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "support/operator_examples.hpp"

namespace {

const std::vector<pare::OperatorExample>& graphs() {
  static const std::vector<pare::OperatorExample> kGraphs = {
      {"residual", R"(input x: float32[N,4,5,5]
const w: float32[4,4,3,3] = rand(1)
const b: float32[4] = rand(2)
a = Conv(x, w, b) {pads = [1, 1, 1, 1]}
c = Relu(a)
d = Conv(c, w) {pads = [1, 1, 1, 1], group = 1}
e = Add(d, x)
f = Relu(e)
g = Transpose(f) {perm = [0, 2, 3, 1]}
h = MaxPool(f) {kernel_shape = [2, 2], strides = [2, 2]}
output g
output h)"},
      {"quantized", R"(input x: float32[1,3,6,6]
const s: float32[] = [0.05]
const z: uint8[] = [120]
const w: int8[4,3,3,3] = fill(5)
const t: float32[4] = [0.1, 0.2, 0.3, 0.4]
q = QuantizeLinear(x, s, z)
d = DequantizeLinear(q, s, z)
v = DequantizeLinear(w, t) {axis = 0}
c = Conv(d, v) {strides = [2, 2]}
r = Relu(c)
p = QuantizeLinear(r, s, z)
u = DequantizeLinear(p, s, z)
m = GlobalAveragePool(u)
n = QuantizeLinear(m, s, z)
y = DequantizeLinear(n, s, z)
output y)"},
      {"shapes", R"(input x: float32[N,C,6]
const zero: int64[] = [0]
const two: int64[1] = [2]
const rest: int64[1] = [-1]
const axes: int64[1] = [0]
s = Shape(x)
n = Gather(s, zero)
m = Unsqueeze(n, axes)
t = Concat(m, two, rest) {axis = 0}
y = Reshape(x, t)
k = ConstantOfShape(t) {value = tensor(float32[1], [1.5])}
output y)"},
      {"self_attention", R"(input x: float32[1,4,8]
const w: float32[8,8] = rand(1)
const c: float32[] = [2.8]
const g: float32[8] = fill(1)
q = MatMul(x, w)
k = Transpose(q) {perm = [0, 2, 1]}
a = MatMul(q, k)
b = Div(a, c)
p = Softmax(b) {axis = -1}
o = MatMul(p, q)
r = Add(o, x)
y = LayerNormalization(r, g, g) {axis = -1}
output y)"},
  };
  return kGraphs;
}

void write(const std::filesystem::path& folder, const pare::OperatorExample& example, int number) {
  std::string name = example.op;
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (number > 0) name += "_" + std::to_string(number);
  std::ofstream(folder / name, std::ios::binary) << example.graph << "\n";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: run_model_seeds FOLDER\n";
    return 64;
  }
  std::string last;
  int number = 0;
  for (const pare::OperatorExample& example : pare::operator_examples()) {
    number = example.op == last ? number + 1 : 0;
    last = example.op;
    write(argv[1], example, number);
  }
  for (const pare::OperatorExample& graph : graphs()) write(argv[1], graph, 0);
  return 0;
}
