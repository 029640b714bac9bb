#include "formats/onnx/upgrade.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <set>

#include "formats/onnx/version_cases.hpp"

namespace pare::onnx {
namespace {

/// One row of the table at work on a graph of operator set `opset`. What comes out is checked by
/// its numbers (`want`, one list per output), by its text (`after`) or by why it is refused.
struct Case {
  std::string op;
  std::int64_t until = 0;
  std::int64_t opset = 0;
  std::string text;
  std::vector<std::vector<double>> want = {};
  std::string after = {};
  std::string refusal = {};
};

constexpr std::int64_t kAlways = kNewestOpset + 1;
constexpr const char* kMatrix = "const x: float32[2,3] = [1, 2, 3, 4, 5, 6]\n";

std::string number_list(const std::vector<double>& values) {
  std::string text = "[";
  for (const double v : values) text += cat(text.size() > 1 ? ", " : "", v);
  return text + "]";
}

/// y[i][j] = fn(a[i][j], b[i]): B lies along axis 0 of A.
Case broadcast_case(const std::string& op, const char* type,
                    const std::function<double(double, double)>& fn) {
  const bool logic = std::string_view(type) == "bool";
  const std::vector<double> a =
      logic ? std::vector<double>{0, 1, 0, 1, 1, 0} : std::vector<double>{1, 2, 3, 4, 2, 6};
  const std::vector<double> b = logic ? std::vector<double>{0, 1} : std::vector<double>{2, 3};
  std::vector<double> want;
  for (std::size_t i = 0; i < 6; ++i) want.push_back(fn(a[i], b[i / 3]));
  return {op,
          7,
          6,
          cat("const a: ", type, "[2,3] = ", number_list(a), "\nconst b: ", type,
              "[2] = ", number_list(b), "\ny = ", op, "(a, b) {axis = 0, broadcast = 1}\noutput y"),
          {want}};
}

std::vector<Case> broadcast_cases() {
  return {
      broadcast_case("Add", "float32", std::plus<double>()),
      broadcast_case("Sub", "float32", std::minus<double>()),
      broadcast_case("Mul", "float32", std::multiplies<double>()),
      broadcast_case("Div", "float32", std::divides<double>()),
      broadcast_case("Pow", "float32", [](double x, double y) { return std::pow(x, y); }),
      broadcast_case("Equal", "int64", std::equal_to<double>()),
      broadcast_case("Greater", "float32", std::greater<double>()),
      broadcast_case("Less", "float32", std::less<double>()),
      broadcast_case("And", "bool", std::logical_and<double>()),
      broadcast_case("Or", "bool", std::logical_or<double>()),
      broadcast_case("Xor", "bool", std::not_equal_to<double>()),
  };
}

/// y[i] = fn(row i) of [[1, 2, 3], [4, 5, 6]].
Case reduce_case(const std::string& op, std::int64_t until,
                 const std::function<double(const std::vector<double>&)>& fn) {
  return {op,
          until,
          until - 1,
          cat(kMatrix, "y = ", op, "(x) {axes = [1], keepdims = 0}\noutput y"),
          {{fn({1, 2, 3}), fn({4, 5, 6})}}};
}

double sum_of(const std::vector<double>& row, const std::function<double(double)>& fn) {
  double sum = 0;
  for (const double v : row) sum += fn(v);
  return sum;
}

std::vector<Case> reduce_cases() {
  using Row = std::vector<double>;
  const auto plain_sum = [](const Row& row) {
    return std::accumulate(row.begin(), row.end(), 0.0);
  };
  const auto square = [](double v) { return v * v; };
  const auto power = [](double v) { return std::exp(v); };
  return {
      reduce_case("ReduceSum", 13, plain_sum),
      reduce_case("ReduceL1", 18, plain_sum),
      reduce_case("ReduceL2", 18, [=](const Row& r) { return std::sqrt(sum_of(r, square)); }),
      reduce_case("ReduceLogSum", 18, [=](const Row& r) { return std::log(plain_sum(r)); }),
      reduce_case("ReduceLogSumExp", 18, [=](const Row& r) { return std::log(sum_of(r, power)); }),
      reduce_case("ReduceMax", 18, [](const Row& r) { return r[2]; }),
      reduce_case("ReduceMin", 18, [](const Row& r) { return r[0]; }),
      reduce_case("ReduceMean", 18, [=](const Row& r) { return plain_sum(r) / 3; }),
      reduce_case("ReduceProd", 18, [](const Row& r) { return r[0] * r[1] * r[2]; }),
      reduce_case("ReduceSumSquare", 18, [=](const Row& r) { return sum_of(r, square); }),
  };
}

/// Two rows of four: x [2,2,2] from axis 1 on.
std::vector<Case> softmax_cases() {
  const std::vector<double> x = {0, 1, 2, 3, 1, 1, 4, 2};
  std::vector<double> soft;
  std::vector<double> logs;
  for (std::size_t row = 0; row < 8; row += 4) {
    double sum = 0;
    for (std::size_t i = row; i < row + 4; ++i) sum += std::exp(x[i]);
    for (std::size_t i = row; i < row + 4; ++i) {
      soft.push_back(std::exp(x[i]) / sum);
      logs.push_back(x[i] - std::log(sum));
    }
  }
  const auto text = [&](const char* op) {
    return cat("const x: float32[2,2,2] = ", number_list(x), "\ny = ", op, "(x)\noutput y");
  };
  return {
      {"Softmax", 13, 9, text("Softmax"), {soft}},
      {"LogSoftmax", 13, 11, text("LogSoftmax"), {logs}},
      {"Hardmax", 13, 11, text("Hardmax"), {{0, 0, 0, 1, 0, 0, 1, 0}}},
  };
}

std::vector<Case> input_cases() {
  return {
      {"*",
       7,
       6,
       "input x: float32[2]\ny = Relu(x) {consumed_inputs = [0]}\noutput y",
       {},
       "input x: float32[2]\ny = Relu(x)\noutput y"},
      {"Cast",
       9,
       8,
       "const x: float32[2] = [1.5, -2.5]\ny = Cast(x) {to = \"INT32\"}\noutput y",
       {{1, -2}}},
      {"Clip",
       11,
       6,
       cat(kMatrix, "y = Clip(x) {max = 4.5, min = 2.0}\noutput y"),
       {{2, 2, 3, 4, 4.5, 4.5}}},
      {"Constant",
       kAlways,
       12,
       "y = Constant() {value_floats = [1.5, 2.5]}\noutput y",
       {{1.5, 2.5}}},
      {"DFT",
       20,
       17,
       "input x: float32[1,8,1]\ny = DFT(x)\noutput y",
       {},
       "input x: float32[1,8,1]\nconst y_axis: int64[] = [1]\ny = DFT(x, _, y_axis)\noutput y"},
      {"GridSample",
       20,
       16,
       "input x: float32[1,1,4,4]\ninput g: float32[1,2,2,2]\ny = GridSample(x, g)\n"
       "z = GridSample(x, g) {mode = \"bicubic\"}\noutput y, z",
       {},
       "input x: float32[1,1,4,4]\ninput g: float32[1,2,2,2]\n"
       "y = GridSample(x, g) {mode = \"linear\"}\nz = GridSample(x, g) {mode = \"cubic\"}\n"
       "output y, z"},
      {"Pad",
       11,
       6,
       "const x: float32[2] = [1, 2]\ny = Pad(x) {pads = [1, 2], value = 7.0}\n"
       "output y",
       {{7, 1, 2, 7, 7}}},
      {"Reshape",
       kAlways,
       6,
       "const x: float32[4] = [1, 2, 3, 4]\nw = Reshape(x) {shape = [2, 2]}\n"
       "y = Transpose(w) {perm = [1, 0]}\noutput y",
       {{1, 3, 2, 4}}},
  };
}

std::vector<Case> more_input_cases() {
  return {
      {"RoiAlign",
       16,
       10,
       "input x: float32[1,1,4,4]\nconst r: float32[1,4] = [0, 0, 2, 2]\nconst b: int64[1] = [0]\n"
       "y = RoiAlign(x, r, b)\noutput y",
       {},
       "input x: float32[1,1,4,4]\nconst r: float32[1,4] = [0, 0, 2, 2]\nconst b: int64[1] = [0]\n"
       "y = RoiAlign(x, r, b) {coordinate_transformation_mode = \"output_half_pixel\"}\noutput y"},
      {"Scatter",
       kAlways,
       9,
       "const x: float32[3] = [1, 2, 3]\nconst i: int64[2] = [2, 0]\n"
       "const u: float32[2] = [8, 9]\ny = Scatter(x, i, u)\noutput y",
       {{9, 2, 8}}},
      {"Slice",
       10,
       9,
       cat(kMatrix, "y = Slice(x) {axes = [1], ends = [9], starts = [-2]}\noutput y"),
       {{2, 3, 5, 6}}},
      {"Split",
       13,
       11,
       cat(kMatrix, "a, b = Split(x) {axis = 1, split = [1, 2]}\noutput a, b"),
       {{1, 4}, {2, 3, 5, 6}}},
      {"Split", 18, 13, cat(kMatrix, "a, b = Split(x)\noutput a, b"), {{1, 2, 3}, {4, 5, 6}}},
      {"Squeeze",
       13,
       11,
       "input x: float32[1,2,1]\ny = Squeeze(x) {axes = [2]}\noutput y",
       {},
       "input x: float32[1,2,1]\nconst y_axes: int64[1] = [2]\ny = Squeeze(x, y_axes)\noutput y"},
      {"TopK",
       10,
       9,
       cat(kMatrix, "v, i = TopK(x) {axis = 1, k = 2}\noutput v, i"),
       {{3, 2, 6, 5}, {2, 1, 2, 1}}},
      {"Unsqueeze",
       13,
       12,
       "input x: float32[2]\ny = Unsqueeze(x) {axes = [0, 2]}\noutput y",
       {},
       "input x: float32[2]\nconst y_axes: int64[2] = [0, 2]\ny = Unsqueeze(x, y_axes)\noutput y"},
  };
}

std::vector<Case> recurrent_cases() {
  std::vector<Case> cases;
  const std::map<std::string, int> gates = {{"GRU", 3}, {"LSTM", 4}, {"RNN", 1}};
  for (const auto& [op, count] : gates) {
    const std::string node =
        cat("input x: float32[5,1,3]\ninput w: float32[1,", 2 * count, ",3]\ninput r: float32[1,",
            2 * count, ",2]\ny = ", op, "(x, w, r) {hidden_size = 2");
    cases.push_back(
        {op, 7, 6, node + ", output_sequence = 1}\noutput y", {}, node + "}\noutput y"});
  }
  return cases;
}

std::vector<Case> normalization_cases() {
  const std::string parameters =
      "const x: float32[1,2,2] = [1, 2, 3, 4]\nconst s: float32[2] = [2, 3]\n"
      "const b: float32[2] = [1, -1]\nconst m: float32[2] = [1, 2]\nconst v: float32[2] = [4, 9]\n";
  const std::string elements =
      "const x: float32[2,2] = [1, 2, 3, 4]\nconst s: float32[2] = [2, 3]\n"
      "const b: float32[2] = [1, -1]\nconst m: float32[2] = [1, 2]\nconst v: float32[2] = [4, 9]\n";
  const std::string inputs =
      "input x: float32[1,2,2]\ninput s: float32[2]\ninput b: float32[2]\ninput m: float32[2]\n"
      "input v: float32[2]\n";
  return {
      {"BatchNormalization",
       7,
       6,
       parameters + "y, p, q = BatchNormalization(x, s, b, m, v) {epsilon = 0.0, is_test = 1}\n"
                    "output y",
       {{1, 2, 0, 1}}},
      {"BatchNormalization",
       9,
       8,
       elements + "y = BatchNormalization(x, s, b, m, v) {epsilon = 0.0, spatial = 0}\noutput y",
       {{1, -1, 3, 1}}},
      {"BatchNormalization",
       14,
       9,
       inputs + "y, p, q, t, u = BatchNormalization(x, s, b, m, v)\noutput y, p, q",
       {},
       inputs + "y, p, q = BatchNormalization(x, s, b, m, v) {training_mode = 1}\noutput y, p, q"},
      {"Dropout",
       7,
       6,
       "input x: float32[2]\ny = Dropout(x)\noutput y",
       {},
       "input x: float32[2]\nconst y_ratio: float32[] = [0.5]\n"
       "const y_training_mode: bool[] = [true]\ny = Dropout(x, y_ratio, y_training_mode)\noutput "
       "y"},
      {"Dropout",
       10,
       7,
       "const x: float32[2] = [4, 5]\ny, k = Dropout(x)\nz = Add(y, k)\noutput z",
       {{5, 6}}},
      {"Dropout",
       12,
       11,
       "const x: float32[2] = [4, 5]\ny = Dropout(x) {ratio = 0.25}\noutput y",
       {{4, 5}}},
      // groups of channels {0, 1} and {2, 3}: values -1 and 1 around their means
      {"GroupNormalization",
       21,
       18,
       "const x: float32[1,4,1] = [3, 5, 10, 12]\nconst s: float32[2] = [2, 3]\n"
       "const b: float32[2] = [10, 20]\n"
       "y = GroupNormalization(x, s, b) {epsilon = 0.0, num_groups = 2}\noutput y",
       {{8, 12, 17, 23}}},
      {"MeanVarianceNormalization",
       9,
       8,
       "input x: float32[1,2,2,2]\ny = MeanVarianceNormalization(x) {across_channels = 1}\noutput "
       "y",
       {},
       "",
       "MeanVarianceNormalization 'y' is the experimental form"},
  };
}

std::vector<Case> meaning_cases() {
  return {
      {"Gemm",
       7,
       6,
       "const a: float32[1,2] = [1, 2]\nconst b: float32[2,2] = [1, 2, 3, 4]\n"
       "const c: float32[2] = [10, 20]\ny = Gemm(a, b, c) {broadcast = 1}\noutput y",
       {{17, 30}}},
      {"PRelu",
       7,
       6,
       "const x: float32[1,2,2] = [-1, 2, -3, -4]\nconst s: float32[2] = [0.5, 2]\n"
       "y = PRelu(x, s)\noutput y",
       {{-0.5, 2, -6, -8}}},
      {"Scan",
       9,
       8,
       "input n: int64[1]\ninput x: float32[1,2,3]\ny = Scan(n, x)\noutput y",
       {},
       "",
       "Scan 'y' scans sequences of different lengths"},
  };
}

std::vector<Case> resize_cases() {
  const std::string image = "const x: float32[1,1,2,2] = [1, 2, 3, 4]\n";
  const std::vector<double> doubled = {1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4};
  const std::string wide = "const x: float32[1,1,1,4] = [1, 2, 3, 4]\n";
  return {
      {"Upsample",
       kAlways,
       6,
       image + "y = Upsample(x) {height_scale = 2.0, width_scale = 2.0}\noutput y",
       {doubled}},
      {"Upsample",
       kAlways,
       7,
       image + "y = Upsample(x) {scales = [1.0, 1.0, 2.0, 2.0]}\noutput y",
       {doubled}},
      {"Upsample",
       kAlways,
       9,
       image +
           "const s: float32[4] = [1, 1, 2, 1]\ny = Upsample(x, s) {mode = \"linear\"}\noutput y",
       {{1, 2, 2, 3, 3, 4, 3, 4}}},  // x_original 0, 0.5, 1, 1.5, held at the edge
      {"Resize",
       11,
       10,
       image + "const s: float32[4] = [1, 1, 2, 2]\ny = Resize(x, s)\noutput y",
       {doubled}},
      // x_original 0, 1.67: the element behind it
      {"Resize",
       11,
       10,
       wide + "const s: float32[4] = [1, 1, 1, 0.6]\ny = Resize(x, s)\noutput y",
       {{1, 3}}},
      {"Resize",
       11,
       10,
       wide + "const s: float32[4] = [1, 1, 2, 0.6]\ny = Resize(x, s)\noutput y",
       {{1, 3, 1, 3}}},
      {"Resize",
       13,
       11,
       wide + "const e: float32[0] = []\nconst n: int64[4] = [1, 1, 1, 2]\n"
              "y = Resize(x, e, e, n) {coordinate_transformation_mode = \"tf_half_pixel_for_nn\","
              " nearest_mode = \"floor\"}\noutput y",
       {{2, 4}}},  // floor(0.5 * 2) = 1, floor(1.5 * 2) = 3
      {"Resize",
       13,
       12,
       wide + "const s: float32[4] = [1, 1, 1, 2]\nconst e: float32[0] = []\n"
              "y = Resize(x, e, s) {coordinate_transformation_mode = \"tf_half_pixel_for_nn\"}\n"
              "output y",
       {},
       "",
       "Resize 'y' has mode tf_half_pixel_for_nn with nearest, round_prefer_floor"},
  };
}

std::vector<Case> all_cases() {
  std::vector<Case> all;
  for (const auto& part :
       {broadcast_cases(), reduce_cases(), softmax_cases(), input_cases(), more_input_cases(),
        recurrent_cases(), normalization_cases(), meaning_cases(), resize_cases()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

void check(const Case& c) {
  SCOPED_TRACE(cat(c.op, " until ", c.until, " from ", c.opset, '\n', c.text));
  if (!c.refusal.empty()) {
    EXPECT_THAT(unsupported([&] { upgraded(c.text, c.opset); }), testing::HasSubstr(c.refusal));
    return;
  }
  const auto graph = upgraded(c.text, c.opset);
  if (!c.after.empty()) {
    EXPECT_EQ(plain(*graph), plain(c.after));
  }
  if (c.want.empty()) return;
  const auto got = run(*graph, {});
  ASSERT_EQ(got.size(), c.want.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    expect_values(got[i], c.want[i], 1e-5);  // a few roundings of float
  }
}

TEST(Upgrade, EveryRowOfTheTableKeepsTheMeaning) {
  for (const Case& c : all_cases()) check(c);
}

TEST(Upgrade, NoRowOfTheTableLacksACase) {
  std::set<std::pair<std::string, std::int64_t>> rows;
  std::set<std::pair<std::string, std::int64_t>> cases;
  for (const UpgradeRow& row : upgrade_table()) {
    EXPECT_TRUE(rows.emplace(row.op, row.until).second) << row.op << " twice";
  }
  for (const Case& c : all_cases()) {
    EXPECT_LT(c.opset, c.until) << c.op;
    EXPECT_TRUE(!c.want.empty() || !c.after.empty() || !c.refusal.empty()) << c.op;
    cases.emplace(c.op, c.until);
  }
  EXPECT_EQ(rows, cases);
}

TEST(Upgrade, NewFormsStayAsTheyAre) {
  const char* text =
      "input x: float32[2,3]\nconst low: float32[] = [0]\nconst axes: int64[1] = [1]\n"
      "a = Clip(x, low)\nb = ReduceMean(a, axes)\nc = Softmax(b) {axis = 0}\n"
      "d = com.acme::Clip(c) {max = 1.0}\noutput d";
  EXPECT_EQ(plain(*upgraded(text, kNewestOpset)), plain(text));
  EXPECT_EQ(plain(*upgraded("input x: float32[2]\ny = com.acme::Dropout(x)\noutput y", 6)),
            plain("input x: float32[2]\ny = com.acme::Dropout(x)\noutput y"));
}

TEST(Upgrade, EachRowEndsWithTheOperatorSetThatBroughtTheNewForm) {
  const char* softmax = "input x: float32[2,3,4]\ny = Softmax(x) {axis = 1}\noutput y";
  EXPECT_EQ(plain(*upgraded(softmax, 13)), plain(softmax));
  EXPECT_NE(plain(*upgraded(softmax, 12)), plain(softmax));
  const char* split = "input x: float32[4]\na, b = Split(x)\noutput a, b";
  EXPECT_EQ(plain(*upgraded(split, 18)), plain(split));
}

TEST(Upgrade, SoftmaxOverTheLastAxisOnlyChangesItsAttribute) {
  EXPECT_EQ(plain(*upgraded("input x: float32[N,10]\ny = Softmax(x)\noutput y", 9)),
            plain("input x: float32[N,10]\ny = Softmax(x) {axis = -1}\noutput y"));
  // the rank comes from the operators in front: Gemm makes matrices
  const char* net =
      "input x: float32[...]\nconst w: float32[2,2] = [1, 2, 3, 4]\nconst b: float32[2] = [0, 0]\n"
      "a = Gemm(x, w, b)\nr = Relu(a)\ny = Softmax(r)\noutput y";
  EXPECT_EQ(upgraded(net, 9)->node_count(), 3U);
}

TEST(Upgrade, BroadcastsAtAnAxisOfAnUnknownRank) {
  const char* text =
      "input a: float32[...]\ninput b: float32[...]\n"
      "y = Add(a, b) {axis = 1, broadcast = 1}\noutput y";
  const auto graph = upgraded(text, 6);
  const Tensor a = floats({2, 3, 2}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
  const Tensor b = floats({3}, {100, 200, 300});
  expect_values(run(*graph, {a, b})[0],
                {100, 101, 202, 203, 304, 305, 106, 107, 208, 209, 310, 311}, 0);
  // two dimensions of B, counted from the end
  const auto last = upgraded(
      "input a: float32[...]\ninput b: float32[...]\n"
      "y = Add(a, b) {axis = -2, broadcast = 1}\noutput y",
      6);
  expect_values(run(*last, {a, b})[0], {100, 101, 202, 203, 304, 305, 106, 107, 208, 209, 310, 311},
                0);
}

TEST(Upgrade, BroadcastsWithoutAnAxisAlignAtTheEnd) {
  const auto graph = upgraded(
      "const a: float32[2,2] = [1, 2, 3, 4]\nconst b: float32[2] = [10, 20]\n"
      "const one: float32[1,1] = [5]\nc = Mul(a, b) {broadcast = 1}\n"
      "y = Add(c, one) {axis = 0, broadcast = 1}\noutput y",
      6);
  expect_values(run(*graph, {})[0], {15, 45, 35, 85}, 0);
}

TEST(Upgrade, ScalarsTakeTheElementTypeOfTheirData) {
  const auto half =
      upgraded("input x: float16[2]\ny = Clip(x) {max = 6.0, min = 0.0}\noutput y", 9);
  EXPECT_EQ(half->find("y_max")->dtype(), ElementKind::f16);
  const auto later = upgraded(
      "input c: float64[1]\ninput x: undefined[...]\ny = Clip(x) {max = 6.0}\noutput y", 9);
  const Tensor data = Tensor::of<double>({3}, {-1, 5, 8});
  const auto got = interpret(*later, op_registry(), {Tensor::of<double>({1}, {0}), data});
  EXPECT_EQ(got[0].kind(), ElementKind::f64);
  expect_values(got[0], {-1, 5, 6}, 0);
}

TEST(Upgrade, ClipWithoutLimitsGetsNone) {
  const char* after = "input x: float32[2]\ny = Clip(x)\noutput y";
  EXPECT_EQ(plain(*upgraded("input x: float32[2]\ny = Clip(x)\noutput y", 6)), plain(after));
  EXPECT_EQ(plain(*upgraded("input x: float32[2]\n"
                            "y = Clip(x) {max = 3.4028235e+38, min = -3.4028235e+38}\noutput y",
                            6)),
            plain(after));
}

TEST(Upgrade, BodiesAreUpgradedAndNamesStay) {
  const auto graph = upgraded(
      "input c: bool[]\nconst x: float32[2] = [-1, 9]\n"
      "y = If(c) {then_branch = graph {t = Clip(x) {max = 6.0, min = 0.0} output t},"
      " else_branch = graph {e = Clip(x) {max = 2.0} output e}}\noutput y",
      9);
  for (const char* name : {"x", "y", "c"}) EXPECT_NE(graph->find(name), nullptr) << name;
  expect_values(run(*graph, {Tensor::scalar<bool>(true)})[0], {0, 6}, 0);
  expect_values(run(*graph, {Tensor::scalar<bool>(false)})[0], {-1, 2}, 0);
}

TEST(Upgrade, InferenceIsToldFromTrainingByTheOutputsInSetSix) {
  const std::string inputs =
      "input x: float32[1,2]\ninput s: float32[2]\ninput b: float32[2]\ninput m: float32[2]\n"
      "input v: float32[2]\n";
  const auto one = upgraded(inputs + "y = BatchNormalization(x, s, b, m, v)\noutput y", 6);
  EXPECT_EQ(one->nodes()[0]->attribute("training_mode"), nullptr);
  EXPECT_THAT(unsupported([&] {
                upgraded(inputs + "y, p, q, t, u = BatchNormalization(x, s, b, m, v)\noutput y, u",
                         9);
              }),
              testing::HasSubstr("saved statistics"));
}

TEST(Upgrade, MoreOutputsThanTheOperatorHasAreAnErrorOfTheFile) {
  try {
    upgraded("input x: float32[2,3]\ny, z = Softmax(x) {axis = 0}\noutput y, z", 9);
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.fault(), Fault::corrupt);
    EXPECT_THAT(e.message(), testing::HasSubstr("has 2 outputs, wanted one"));
  }
}

TEST(Upgrade, AllProblemsAreListedAtOnce) {
  const std::string message = unsupported([] {
    upgraded(
        "input n: int64[1]\ninput x: float32[1,2,3]\na = Scan(n, x)\nb = Scan(n, x) @second\n"
        "output a, b",
        8);
  });
  EXPECT_THAT(message, testing::HasSubstr("Scan 'a'"));
  EXPECT_THAT(message, testing::HasSubstr("Scan 'second'"));
}

// Two sequences, the second dimension scanned backwards: state' = state + x[t], result = state' * k
// with a k of the graph around.
TEST(Upgrade, ScanOfABatch) {
  Graph graph;
  Value* first = graph.add_input("first", ValueType(dtype_of(ElementKind::f32), SymShape{2, 1}));
  Value* x = graph.add_input("x", ValueType(dtype_of(ElementKind::f32), SymShape{2, 3, 1}));
  Value* k = graph.add_constant(Tensor::scalar<float>(10), "k");
  auto body = Graph::make_body(graph);
  Value* state = body->add_input("state", ValueType());
  Value* slice = body->add_input("slice", ValueType());
  Value* next = body->add_node({.op = "Add", .inputs = {state, slice}})->output();
  body->add_output(next);
  body->add_output(body->add_node({.op = "Mul", .inputs = {next, k}})->output());
  Node* scan = graph.add_node({.op = "Scan",
                               .inputs = {nullptr, first, x},
                               .attributes = {{"body", body},
                                              {"num_scan_inputs", std::int64_t{1}},
                                              {"directions", std::vector<std::int64_t>{1}}},
                               .output_names = {"last", "all"}});
  for (Value* output : scan->outputs()) graph.add_output(output);
  body.reset();
  upgrade(graph, {{"", 8}});
  verify(graph, op_registry());
  infer_shapes(graph, op_registry());
  EXPECT_EQ(graph.outputs()[1]->known_shape(), (Shape{2, 3, 1}));
  const auto y = interpret(
      graph, op_registry(),
      {Tensor::of<float>({2, 1}, {0, 100}), Tensor::of<float>({2, 3, 1}, {1, 2, 3, 4, 5, 6})});
  EXPECT_EQ(y[0].to_floats(), (std::vector<float>{6, 115}));
  EXPECT_EQ(y[1].to_floats(), (std::vector<float>{30, 50, 60, 1060, 1110, 1150}));
}

TEST(Upgrade, OperatorSetsOutsideTheRangeAreRefused) {
  auto graph = parse_graph("input x: float32[2]\ny = Relu(x)\noutput y");
  EXPECT_THAT(unsupported([&] { upgrade(*graph, {{"", 5}}); }), testing::HasSubstr("set 5"));
  EXPECT_THAT(unsupported([&] { upgrade(*graph, {{"", 29}}); }), testing::HasSubstr("set 29"));
  upgrade(*graph, {{"com.microsoft", 1}});
  EXPECT_EQ(graph->node_count(), 1U);
}

}  // namespace
}  // namespace pare::onnx
