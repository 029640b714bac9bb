#include "formats/onnx/downgrade.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "formats/onnx/version_cases.hpp"

namespace pare::onnx {
namespace {

enum class Table { form, part };

/// One row at work: `text` in the newest meaning is written at the operator set before `below`. A
/// form must read `after`, as the specification of that set has it; the parts of an operator must
/// be the operators that `after` names. Or the row refuses.
struct Case {
  Table table = Table::form;
  std::string op;
  std::int64_t below = 0;
  std::string text;
  std::string after = {};
  std::string refusal = {};
};

std::vector<Case> broadcast_cases() {
  std::vector<Case> cases;
  const auto add = [&](const std::string& op, const std::string& type) {
    const std::string a = "input a: " + type + "[2,3,4]\n";
    cases.push_back({Table::form, op, 7,
                     a + "const b: " + type + "[3,1] = [1, 0, 1]\ny = " + op + "(a, b)\noutput y",
                     a + "const y_part: " + type + "[3] = [1, 0, 1]\ny = " + op +
                         "(a, y_part) {axis = 1, broadcast = 1}\noutput y"});
  };
  for (const char* op : {"Add", "Sub", "Mul", "Div", "Pow", "Greater", "Less"}) add(op, "float32");
  for (const char* op : {"And", "Or", "Xor"}) add(op, "bool");
  add("Equal", "int64");
  cases.push_back({Table::form, "Add", 7,
                   "input a: float32[2,3]\ninput b: float32[3]\ny = Add(b, a)\noutput y", "",
                   "no part of the first"});
  return cases;
}

std::vector<Case> reduce_cases() {
  std::vector<Case> cases;
  for (const std::string op :
       {"L1", "L2", "LogSum", "LogSumExp", "Max", "Mean", "Min", "Prod", "Sum", "SumSquare"}) {
    const std::string x = "input x: float32[2,3]\n";
    const std::string text =
        x + "const a: int64[1] = [-1]\ny = Reduce" + op + "(x, a) {keepdims = 0}\noutput y";
    const auto after = [&](const char* axis) {
      return x + "y = Reduce" + op + "(x) {axes = [" + axis + "], keepdims = 0}\noutput y";
    };
    const std::int64_t below = op == "Sum" ? 13 : 18;
    cases.push_back({Table::form, "Reduce" + op, below, text, after("-1")});
    cases.push_back({Table::form, "Reduce" + op, 11, text, after("1")});
    cases.push_back({Table::form, "Reduce" + op, below,
                     x + "input a: int64[1]\ny = Reduce" + op + "(x, a)\noutput y", "",
                     "computes its axes at run time"});
  }
  return cases;
}

/// The attribute `axis` counted from the front.
std::vector<Case> axis_cases() {
  std::vector<Case> cases;
  const auto axis = [&](const std::string& op, const std::string& inputs) {
    const auto text = [&](const char* value) {
      return "input x: float32[2,3]\nconst i: bool[3] = [1, 0, 1]\ny = " + op + inputs +
             " {axis = " + value + "}\noutput y";
    };
    auto after = parse_graph(text("1"));
    cases.push_back({Table::form, op, 11, text("-1"), read_only(*after)});
  };
  for (const char* op : {"ArgMax", "ArgMin", "Flatten", "Hardmax", "LogSoftmax", "Softmax"}) {
    axis(op, "(x)");
  }
  axis("Compress", "(x, i)");
  axis("Concat", "(x, x)");
  for (const std::string op : {"Softmax", "LogSoftmax", "Hardmax"}) {
    const std::string x = "input x: float32[2,3]\n";
    cases.push_back({Table::form, op, 13, x + "y = " + op + "(x)\noutput y",
                     x + "y = " + op + "(x) {axis = -1}\noutput y"});
    cases.push_back({Table::part, op, 13,
                     "input x: float32[2,3,4]\ny = " + op + "(x) {axis = 1}\noutput y",
                     "Transpose " + op + " Transpose"});
  }
  return cases;
}

std::vector<Case> input_cases() {
  const std::string x = "input x: float32[2,3]\n";
  return {
      {Table::form, "Clip", 11, x + "const h: float32[] = [0.5]\ny = Clip(x, _, h)\noutput y",
       x + "y = Clip(x) {max = 0.5}\noutput y"},
      {Table::form, "Constant", 12, "y = Constant() {value_ints = [1, 2]}\noutput y",
       "y = Constant() {value = tensor(int64[2], [1, 2])}\noutput y"},
      {Table::form, "DFT", 20, "input x: float32[1,8,1]\ny = DFT(x)\noutput y",
       "input x: float32[1,8,1]\ny = DFT(x) {axis = 1}\noutput y"},
      {Table::form, "Dropout", 12, x + "const r: float32[] = [0.25]\ny = Dropout(x, r)\noutput y",
       x + "y = Dropout(x) {ratio = 0.25}\noutput y"},
      {Table::form, "Dropout", 12, x + "const t: bool[] = [true]\ny = Dropout(x, _, t)\noutput y",
       "", "may drop values at run time"},
      {Table::form, "Dropout", 12, x + "y, k = Dropout(x)\nz = Not(k)\noutput y, z", "",
       "has a mask that is read"},
      {Table::form, "Dropout", 7, x + "y = Dropout(x)\noutput y",
       x + "y = Dropout(x) {is_test = 1}\noutput y"},
      {Table::form, "Pad", 19,
       x + "const p: int64[4] = [0, 1, 0, 1]\n"
           "y = Pad(x, p) {mode = \"wrap\"}\noutput y",
       "", "pads in the mode 'wrap'"},
      {Table::form, "Pad", 18,
       x + "const p: int64[2] = [1, 2]\nconst a: int64[1] = [-1]\ny = Pad(x, p, _, a)\noutput y",
       x + "const y_pads: int64[4] = [0, 1, 0, 2]\ny = Pad(x, y_pads)\noutput y"},
      {Table::form, "Pad", 11,
       x + "const p: int64[4] = [0, 1, 0, 2]\nconst v: float32[] = [3]\ny = Pad(x, p, v)\noutput y",
       x + "y = Pad(x) {pads = [0, 1, 0, 2], value = 3.0}\noutput y"},
      {Table::form, "Slice", 11,
       x + "const s: int64[1] = [1]\nconst e: int64[1] = [3]\nconst a: int64[1] = [-1]\n"
           "y = Slice(x, s, e, a)\noutput y",
       x + "const s: int64[1] = [1]\nconst e: int64[1] = [3]\nconst y_axes: int64[1] = [1]\n"
           "y = Slice(x, s, e, y_axes)\noutput y"},
      {Table::form, "Slice", 10,
       x + "const s: int64[1] = [1]\nconst e: int64[1] = [3]\nconst a: int64[1] = [-1]\n"
           "y = Slice(x, s, e, a)\noutput y",
       x + "y = Slice(x) {axes = [1], ends = [3], starts = [1]}\noutput y"},
      {Table::form, "Split", 18,
       "input x: float32[5]\na, b = Split(x) {num_outputs = 2}\noutput a, b",
       "input x: float32[5]\nconst a_split: int64[2] = [3, 2]\na, b = Split(x, a_split)\n"
       "output a, b"},
      {Table::form, "Split", 13,
       "input x: float32[5]\nconst s: int64[2] = [1, 4]\na, b = Split(x, s)\noutput a, b",
       "input x: float32[5]\na, b = Split(x) {split = [1, 4]}\noutput a, b"},
      {Table::form, "Split", 11,
       "input x: float32[2,4]\na, b = Split(x) {axis = -1, num_outputs = 2}\noutput a, b",
       "input x: float32[2,4]\na, b = Split(x) {axis = 1}\noutput a, b"},
      {Table::form, "Squeeze", 13,
       "input x: float32[2,1]\nconst a: int64[1] = [-1]\ny = Squeeze(x, a)\noutput y",
       "input x: float32[2,1]\ny = Squeeze(x) {axes = [-1]}\noutput y"},
      {Table::form, "Squeeze", 11,
       "input x: float32[2,1]\nconst a: int64[1] = [-1]\ny = Squeeze(x, a)\noutput y",
       "input x: float32[2,1]\ny = Squeeze(x) {axes = [1]}\noutput y"},
      {Table::form, "TopK", 11,
       x + "const k: int64[1] = [2]\nv, i = TopK(x, k) {axis = -2, sorted = 1}\noutput v, i",
       x + "const k: int64[1] = [2]\nv, i = TopK(x, k) {axis = 0}\noutput v, i"},
      {Table::form, "TopK", 11,
       x + "const k: int64[1] = [2]\nv, i = TopK(x, k) {largest = 0}\noutput v", "",
       "takes the smallest elements"},
      {Table::form, "TopK", 10, x + "const k: int64[1] = [2]\nv, i = TopK(x, k)\noutput v, i",
       x + "v, i = TopK(x) {k = 2}\noutput v, i"},
      {Table::form, "Unsqueeze", 13,
       x + "const a: int64[2] = [0, -1]\ny = Unsqueeze(x, a)\noutput y",
       x + "y = Unsqueeze(x) {axes = [0, -1]}\noutput y"},
      {Table::form, "Unsqueeze", 11,
       x + "const a: int64[2] = [0, -1]\ny = Unsqueeze(x, a)\noutput y",
       x + "y = Unsqueeze(x) {axes = [0, 3]}\noutput y"},
  };
}

std::vector<Case> recurrent_cases() {
  std::vector<Case> cases;
  const std::map<std::string, int> gates = {{"GRU", 3}, {"LSTM", 4}, {"RNN", 1}};
  for (const auto& [op, count] : gates) {
    const std::string inputs = cat("input x: float32[5,1,3]\ninput w: float32[1,", 2 * count,
                                   ",3]\ninput r: float32[1,", 2 * count, ",2]\n");
    const std::string node = inputs + "y = " + op + "(x, w, r) {hidden_size = 2";
    cases.push_back(
        {Table::form, op, 7, node + "}\noutput y", node + ", output_sequence = 1}\noutput y"});
  }
  return cases;
}

std::vector<Case> shape_cases() {
  std::vector<Case> cases;
  for (const std::string op : {"Max", "Mean", "Min", "Sum"}) {
    cases.push_back({Table::form, op, 8,
                     "input a: float32[2]\ninput b: float32[1]\ny = " + op + "(a, b)\noutput y", "",
                     "inputs of other shapes"});
  }
  return cases;
}

std::vector<Case> limit_cases() {
  const std::string x = "input x: float32[2,3]\n";
  const std::string norm =
      "input x: float32[1,2,4]\nconst s: float32[2] = [1, 2]\nconst b: float32[2] = [3, 4]\n"
      "const v: float32[2] = [1, 4]\ny = BatchNormalization(x, s, b, b, v)";
  const std::string image = "input x: float32[1,1,4,4]\n";
  const std::string sample = image + "input g: float32[1,2,2,2]\ny = GridSample(x, g)";
  return {
      {Table::form, "BatchNormalization", 7, norm + "\noutput y",
       norm + " {is_test = 1}\noutput y"},
      {Table::form, "Gather", 11,
       x + "const i: int64[2] = [-1, 0]\ny = Gather(x, i) {axis = -1}\n"
           "output y",
       x + "const y_indices: int64[2] = [2, 0]\ny = Gather(x, y_indices) {axis = 1}\noutput y"},
      {Table::form, "Gemm", 11, x + "const w: float32[3,2] = rand(1)\ny = Gemm(x, w)\noutput y",
       x + "const w: float32[3,2] = rand(1)\nconst y_bias: float32[] = [0]\n"
           "y = Gemm(x, w, y_bias)\noutput y"},
      {Table::form, "Gemm", 7,
       x + "const w: float32[3,2] = rand(1)\nconst b: float32[2] = [1, 2]\n"
           "y = Gemm(x, w, b)\noutput y",
       x + "const w: float32[3,2] = rand(1)\nconst b: float32[2] = [1, 2]\n"
           "y = Gemm(x, w, b) {broadcast = 1}\noutput y"},
      {Table::form, "GridSample", 20, sample + " {mode = \"cubic\"}\noutput y",
       sample + " {mode = \"bicubic\"}\noutput y"},
      {Table::form, "GroupNormalization", 21,
       image + "const s: float32[1] = [1]\ny = GroupNormalization(x, s, s) {num_groups = 1}\n"
               "output y",
       "", "scales per channel"},
      {Table::form, "MaxPool", 8, image + "y, i = MaxPool(x) {kernel_shape = [2, 2]}\noutput y",
       image + "y = MaxPool(x) {kernel_shape = [2, 2]}\noutput y"},
      {Table::form, "MaxPool", 8, image + "y, i = MaxPool(x) {kernel_shape = [2, 2]}\noutput y, i",
       "", "indices that are read"},
      {Table::form, "OneHot", 11,
       "const i: int64[2] = [-1, 0]\nconst d: int64[] = [3]\nconst v: float32[2] = [0, 1]\n"
       "y = OneHot(i, d, v)\noutput y",
       "", "counts its indices from the end"},
      {Table::form, "PRelu", 7,
       "input x: float32[1,2,4]\nconst s: float32[2,1] = [1, 2]\ny = PRelu(x, s)\noutput y",
       "input x: float32[1,2,4]\nconst y_slopes: float32[2] = [1, 2]\ny = PRelu(x, y_slopes)\n"
       "output y"},
      {Table::form, "Pow", 12, x + "const p: int64[] = [2]\ny = Pow(x, p)\noutput y",
       x + "const p: int64[] = [2]\ny_cast = Cast(p) {to = 1}\ny = Pow(x, y_cast)\noutput y"},
  };
}

std::vector<Case> more_limit_cases() {
  const std::string x = "input x: float32[2,3]\n";
  const std::string align =
      "input x: float32[1,1,4,4]\nconst r: float32[1,4] = [0, 0, 2, 2]\n"
      "const b: int64[1] = [0]\ny = RoiAlign(x, r, b)";
  return {
      {Table::form, "DequantizeLinear", 23,
       "input q: int8[4]\nconst s: float32[] = [0.5]\n"
       "y = DequantizeLinear(q, s) {output_dtype = 10}\noutput y",
       "", "another type than its scale"},
      {Table::form, "DequantizeLinear", 13,
       "input q: int8[4]\nconst s: float32[] = [0.5]\ny = DequantizeLinear(q, s) {axis = 0}\n"
       "output y",
       "input q: int8[4]\nconst s: float32[] = [0.5]\ny = DequantizeLinear(q, s)\noutput y"},
      {Table::form, "QuantizeLinear", 21,
       x + "const s: float32[3] = [1, 2, 3]\ny = QuantizeLinear(x, s) {output_dtype = 3}\noutput y",
       x + "const s: float32[3] = [1, 2, 3]\nconst y_zero_point: int8[3] = [0, 0, 0]\n"
           "y = QuantizeLinear(x, s, y_zero_point)\noutput y"},
      {Table::form, "QuantizeLinear", 13,
       x + "const s: float32[3] = [1, 2, 3]\ny = QuantizeLinear(x, s)\noutput y", "",
       "scales along an axis"},
      {Table::form, "Reshape", 14,
       x + "const s: int64[1] = [-1]\ny = Reshape(x, s) {allowzero = 1}\noutput y",
       x + "const s: int64[1] = [-1]\ny = Reshape(x, s)\noutput y"},
      {Table::form, "Reshape", 14,
       "input x: float32[0]\nconst s: int64[2] = [0, 2]\ny = Reshape(x, s) {allowzero = 1}\n"
       "output y",
       "", "zeros in its shape as sizes"},
      {Table::form, "RoiAlign", 16,
       align + " {coordinate_transformation_mode = \"output_half_pixel\"}\noutput y",
       align + "\noutput y"},
      {Table::form, "RoiAlign", 16, align + "\noutput y", "", "shifts its coordinates"},
      {Table::form, "ScatterElements", 18,
       x + "const i: int64[1,1] = [1]\nconst u: float32[1,1] = [5]\n"
           "y = ScatterElements(x, i, u) {reduction = \"max\"}\noutput y",
       "", "reduces by max"},
      {Table::form, "ScatterElements", 11,
       x + "const i: int64[1,1] = [1]\nconst u: float32[1,1] = [5]\n"
           "y = ScatterElements(x, i, u)\noutput y",
       x + "const i: int64[1,1] = [1]\nconst u: float32[1,1] = [5]\n"
           "y = Scatter(x, i, u) {axis = 0}\noutput y"},
      {Table::form, "ScatterND", 18,
       x + "const i: int64[1,1] = [1]\nconst u: float32[1,3] = [5, 6, 7]\n"
           "y = ScatterND(x, i, u) {reduction = \"min\"}\noutput y",
       "", "reduces by min"},
  };
}

std::vector<Case> resize_cases() {
  const std::string x = "input x: float32[1,1,2,2]\n";
  const std::string scales = "const s: float32[4] = [1, 1, 2, 3]\n";
  const std::string first =
      " {coordinate_transformation_mode = \"asymmetric\", mode = \"nearest\","
      " nearest_mode = \"floor\"}\noutput y";
  const std::string nearest = " {mode = \"nearest\"}\noutput y";
  return {
      {Table::form, "Resize", 19,
       x + scales +
           "y = Resize(x, _, s) {coordinate_transformation_mode = "
           "\"half_pixel_symmetric\"}\noutput y",
       "", "half_pixel_symmetric"},
      {Table::form, "Resize", 18,
       x + "const s: float32[2] = [3, 2]\ny = Resize(x, _, s) {axes = [-1, 2]}\noutput y",
       x + "const y_scales: float32[4] = [1, 1, 2, 3]\ny = Resize(x, _, y_scales)\noutput y"},
      {Table::form, "Resize", 13, x + scales + "y = Resize(x, _, s)\noutput y",
       x + scales + "const y_roi: float32[0] = []\ny = Resize(x, y_roi, s)\noutput y"},
      {Table::form, "Resize", 11, x + scales + "y = Resize(x, _, s)" + first,
       x + scales + "y = Resize(x, s)" + nearest},
      {Table::form, "Resize", 11,
       x + "const n: int64[4] = [1, 1, 4, 6]\ny = Resize(x, _, _, n)" + first,
       x + "const y_scales_1: float32[4] = [1, 1, 2, 3]\ny = Resize(x, y_scales_1)" + nearest},
      {Table::form, "Resize", 11, x + scales + "y = Resize(x, _, s)\noutput y", "",
       "coordinates of the mode half_pixel"},
      {Table::form, "Resize", 10, x + scales + "y = Resize(x, _, s)" + first,
       x + scales + "y = Upsample(x, s)" + nearest},
      {Table::form, "Upsample", 9, x + scales + "y = Resize(x, _, s)" + first,
       x + "y = Upsample(x) {mode = \"nearest\", scales = [1.0, 1.0, 2.0, 3.0]}\noutput y"},
      {Table::form, "Upsample", 7, x + scales + "y = Resize(x, _, s)" + first,
       x + "y = Upsample(x) {height_scale = 2.0, mode = \"nearest\", width_scale = 3.0}\noutput y"},
  };
}

std::vector<Case> part_cases() {
  const std::string x = "input x: float32[2,3]\n";
  const std::string two = "input x: float32[2,3]\ninput z: float32[2,3]\n";
  const std::string scale = "const s: float32[3] = [1, 2, 3]\n";
  return {
      {Table::part, "CastLike", 15, x + "const i: int32[] = [1]\ny = CastLike(x, i)\noutput y",
       "Cast"},
      {Table::part, "Celu", 12, x + "y = Celu(x) {alpha = 2.0}\noutput y", "Div Elu Mul"},
      {Table::part, "Clip", 11, two + "m = ReduceMin(z) {keepdims = 0}\ny = Clip(x, m)\noutput y",
       "ReduceMin Max"},
      {Table::part, "Gelu", 20, x + "y = Gelu(x)\noutput y", "Mul Erf Add Mul Mul"},
      {Table::part, "Gelu", 20, x + "y = Gelu(x) {approximate = \"tanh\"}\noutput y",
       "Mul Mul Mul Add Mul Tanh Add Mul Mul"},
      {Table::part, "GreaterOrEqual", 12, two + "y = GreaterOrEqual(x, z)\noutput y",
       "Greater Equal Or"},
      {Table::part, "LessOrEqual", 12, two + "y = LessOrEqual(x, z)\noutput y", "Less Equal Or"},
      {Table::part, "GroupNormalization", 21,
       "input x: float32[1,4,3]\nconst s: float32[4] = [1, 2, 3, 4]\n"
       "y = GroupNormalization(x, s, s) {num_groups = 2}\noutput y",
       "Shape Reshape InstanceNormalization Reshape Unsqueeze Unsqueeze Mul Add"},
      {Table::part, "HardSwish", 14, x + "y = HardSwish(x)\noutput y", "HardSigmoid Mul"},
      {Table::part, "LayerNormalization", 17,
       x + scale + "y = LayerNormalization(x, s, s) {axis = 1}\noutput y",
       "ReduceMean Sub Mul ReduceMean Add Sqrt Div Mul Add"},
      {Table::part, "Mish", 18, x + "y = Mish(x)\noutput y", "Softplus Tanh Mul"},
      {Table::part, "RMSNormalization", 23, x + scale + "y = RMSNormalization(x, s)\noutput y",
       "Mul ReduceMean Add Sqrt Div Mul"},
      {Table::part, "Shape", 15, x + "y = Shape(x) {start = -1}\noutput y", "Shape Slice"},
      {Table::part, "SwiGLU", 28, two + "y = SwiGLU(x, z) {alpha = 2.0}\noutput y",
       "Mul Sigmoid Mul Mul"},
      {Table::part, "Swish", 24, x + "y = Swish(x)\noutput y", "Sigmoid Mul"},
  };
}

std::vector<Case> all_cases() {
  std::vector<Case> all;
  for (const auto& part :
       {broadcast_cases(), reduce_cases(), axis_cases(), input_cases(), recurrent_cases(),
        shape_cases(), limit_cases(), more_limit_cases(), resize_cases(), part_cases()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

void check(const Case& c) {
  SCOPED_TRACE(cat(c.op, " below ", c.below, '\n', c.text));
  const std::int64_t opset = c.below - 1;
  if (!c.refusal.empty()) {
    EXPECT_EQ(least(c.text), c.below);
    const bool has_parts = std::any_of(
        downgrade_parts().begin(), downgrade_parts().end(),
        [&](const DowngradeRow& row) { return row.op == c.op && row.below == c.below; });
    if (has_parts) return;  // what cannot be said is taken apart
    EXPECT_THAT(unsupported([&] { downgraded(c.text, opset); }), testing::HasSubstr(c.refusal));
    return;
  }
  const auto graph = downgraded(c.text, opset);
  if (c.table == Table::part) {
    EXPECT_EQ(operators(*graph), c.after);
    EXPECT_EQ(least(c.text), c.below);
  } else {
    EXPECT_EQ(read_only(*graph), read_only(*parse_graph(c.after)));
    EXPECT_LT(least(c.text), c.below);
  }
  // pare itself has the constants of a graph as tensors
  if (c.op != "Constant" && all_known(*parse_graph(c.text))) {
    expect_same_numbers(c.text, opset, 1e-5);  // a few roundings of float
  }
}

TEST(Downgrade, EveryRowWritesTheOlderForm) {
  for (const Case& c : all_cases()) check(c);
}

TEST(Downgrade, NoRowLacksACase) {
  using Key = std::pair<std::string, std::int64_t>;
  std::set<Key> forms;
  std::set<Key> parts;
  for (const Case& c : all_cases()) {
    EXPECT_NE(c.after.empty(), c.refusal.empty()) << c.op;
    (c.table == Table::form ? forms : parts).emplace(c.op, c.below);
  }
  std::set<Key> rows;
  for (const DowngradeRow& row : downgrade_forms()) {
    EXPECT_TRUE(rows.emplace(row.op, row.below).second) << row.op << " twice";
  }
  EXPECT_EQ(rows, forms);
  rows.clear();
  for (const DowngradeRow& row : downgrade_parts()) rows.emplace(row.op, row.below);
  EXPECT_EQ(rows, parts);
}

/// Inputs of no declared type, and one attribute.
std::int64_t least_with(const NewAttribute& row, std::int64_t number, const std::string& text) {
  Graph graph;
  Value* x = graph.add_input("x", ValueType());
  Attribute value = number;
  if (!row.text.empty()) value = text;
  if (row.name == "dilations") value = std::vector<std::int64_t>{number};
  Node* node = graph.add_node({.op = std::string(row.op), .inputs = {x, x}});
  node->set_attribute(std::string(row.name), value);
  graph.add_output(node->output());
  return least_opset(graph);
}

TEST(Downgrade, NewAttributesNeedTheirSetUnlessTheySayWhatOlderSetsMean) {
  for (const NewAttribute& row : new_attributes()) {
    SCOPED_TRACE(cat(row.op, " ", row.name));
    EXPECT_EQ(least_with(row, row.number - 1, "other"), row.since);
    EXPECT_LT(least_with(row, row.number, std::string(row.text)), row.since);
  }
}

TEST(Downgrade, TheNewestSetChangesNothing) {
  for (const Case& c : all_cases()) {
    auto graph = parse_graph(c.text);
    downgrade(*graph, kNewestOpset);
    EXPECT_EQ(plain(*graph), plain(c.text));
  }
}

}  // namespace
}  // namespace pare::onnx
