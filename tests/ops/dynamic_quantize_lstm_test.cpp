#include "ops/quantized.hpp"

namespace pare {
namespace {

constexpr std::size_t kSteps = 3, kBatch = 2, kInput = 3, kHidden = 2, kRows = 4 * kHidden;

struct Case {
  std::size_t directions = 1;
  Tensor x, w, r, bias, w_scale, w_zero, r_scale, r_zero;
};

Case make_case(std::size_t directions, bool per_row) {
  const auto d = static_cast<std::int64_t>(directions);
  Case c;
  c.directions = directions;
  c.x = noise({3, 2, 3}, 1);
  c.w = code_noise(ElementKind::u8, {d, 3, 8}, 2);
  c.r = code_noise(ElementKind::u8, {d, 2, 8}, 3);
  c.bias = noise({d, 16}, 4);
  const Shape shape = per_row ? Shape{d, 8} : Shape{d};
  c.w_scale = ramp(shape, 0.004F, 0.0005F);
  c.r_scale = ramp(shape, 0.005F, 0.0005F);
  c.w_zero = code_noise(ElementKind::u8, shape, 5);
  c.r_zero = code_noise(ElementKind::u8, shape, 6);
  return c;
}

double logistic(double x) { return 1 / (1 + std::exp(-x)); }

/// One of 256 steps over the range of all values and 0, by DynamicQuantizeLinear.
std::vector<double> rounded(const std::vector<double>& x) {
  Tensor t(ElementKind::f32, {static_cast<std::int64_t>(x.size())});
  for (std::size_t i = 0; i < x.size(); ++i) t.mutable_data<float>()[i] = static_cast<float>(x[i]);
  const auto q = run_op("DynamicQuantizeLinear", {t}, {}, 3);
  return real_values(q[0], q[1].to_doubles()[0], static_cast<int>(q[2].to_ints()[0]));
}

/// Weight from column `column` to row `row` of direction d.
double weight(const Tensor& codes, const Tensor& scale, const Tensor& zero, std::size_t d,
              std::size_t row, std::size_t column) {
  const auto columns = static_cast<std::size_t>(codes.dim(1));
  const std::size_t at = scale.rank() == 2 ? d * kRows + row : d;
  const auto code = codes.to_ints()[(d * columns + column) * kRows + row] - zero.to_ints()[at];
  return static_cast<double>(code) * scale.to_doubles()[at];
}

/// Y [T, D, B, H], step by step.
std::vector<float> naive(const Case& c) {
  const std::vector<double> x = rounded(c.x.to_doubles());
  std::vector<float> y(kSteps * c.directions * kBatch * kHidden);
  for (std::size_t db = 0; db < c.directions * kBatch; ++db) {
    const std::size_t d = db / kBatch;
    const std::size_t b = db % kBatch;
    std::vector<double> h(kHidden, 0.0);
    std::vector<double> cell(kHidden, 0.0);
    for (std::size_t i = 0; i < kSteps; ++i) {
      const std::size_t t = d == 1 ? kSteps - 1 - i : i;
      const std::vector<double> seen = rounded(h);
      double sums[kRows];
      for (std::size_t row = 0; row < kRows; ++row) {
        sums[row] = c.bias.to_doubles()[d * 16 + row] + c.bias.to_doubles()[d * 16 + 8 + row];
        for (std::size_t k = 0; k < kInput; ++k) {
          sums[row] +=
              weight(c.w, c.w_scale, c.w_zero, d, row, k) * x[(t * kBatch + b) * kInput + k];
        }
        for (std::size_t k = 0; k < kHidden; ++k) {
          sums[row] += weight(c.r, c.r_scale, c.r_zero, d, row, k) * seen[k];
        }
      }
      for (std::size_t k = 0; k < kHidden; ++k) {  // gates i, o, f, c
        cell[k] = logistic(sums[4 + k]) * cell[k] + logistic(sums[k]) * std::tanh(sums[6 + k]);
        h[k] = logistic(sums[2 + k]) * std::tanh(cell[k]);
        y[((t * c.directions + d) * kBatch + b) * kHidden + k] = static_cast<float>(h[k]);
      }
    }
  }
  return y;
}

std::vector<Tensor> run(const Case& c) {
  Attributes attributes = {{"hidden_size", Int{2}}};
  if (c.directions == 2) attributes.emplace("direction", std::string("bidirectional"));
  return run_contrib(
      "DynamicQuantizeLSTM",
      {c.x, c.w, c.r, c.bias, {}, {}, {}, {}, c.w_scale, c.w_zero, c.r_scale, c.r_zero}, attributes,
      3);
}

TEST(DynamicQuantizeLSTM, RoundsInputsAndStates) {
  for (const std::size_t directions : {1U, 2U}) {
    for (const bool per_row : {false, true}) {
      const Case c = make_case(directions, per_row);
      const auto got = run(c);
      ASSERT_EQ(got[0].shape(), (Shape{3, static_cast<std::int64_t>(directions), 2, 2}));
      expect_close(got[0], naive(c), 1e-6F);
    }
  }
}

TEST(DynamicQuantizeLSTM, LastStatesAreThoseOfTheLastSteps) {
  const auto got = run(make_case(2, false));
  ASSERT_EQ(got[1].shape(), (Shape{2, 2, 2}));
  ASSERT_EQ(got[2].shape(), (Shape{2, 2, 2}));
  for (std::size_t i = 0; i < 8; ++i) {
    const std::size_t step = i < 4 ? 2 : 0;  // the second direction ends at the front
    EXPECT_EQ(got[1].data<float>()[i], got[0].data<float>()[step * 8 + i]) << i;
  }
}

TEST(DynamicQuantizeLSTM, SymbolsAndCost) {
  const Dim t = Dim::symbol("T");
  const Dim b = Dim::symbol("B");
  const ValueType f = typed(ElementKind::f32, {1});
  const ValueType q = typed(ElementKind::i8, {1});
  const std::vector<ValueType> types = {typed(ElementKind::f32, {t, b, 3}),
                                        typed(ElementKind::i8, {1, 3, 8}),
                                        typed(ElementKind::i8, {1, 2, 8}),
                                        {},
                                        {},
                                        {},
                                        {},
                                        {},
                                        f,
                                        q,
                                        f,
                                        q};
  EXPECT_EQ(to_string(infer_op("DynamicQuantizeLSTM", types, {}, 0, kMicrosoft)), "[T,1,B,2]");
  EXPECT_EQ(to_string(infer_op("DynamicQuantizeLSTM", types, {}, 2, kMicrosoft)), "[1,B,2]");
  const Case c = make_case(1, false);
  OneNode one("DynamicQuantizeLSTM",
              {c.x, c.w, c.r, {}, {}, {}, {}, {}, c.w_scale, c.w_zero, c.r_scale, c.r_zero}, {}, 1,
              kMicrosoft);
  const auto facts = infer_shapes(one.graph, op_registry());
  EXPECT_EQ(node_cost(*one.node, op_registry(), facts).macs, 3 * 2 * 8 * (3 + 2));
}

TEST(DynamicQuantizeLSTM, WrongShapesAreCorrupt) {
  const auto fault = [](Tensor Case::*member, Tensor value) {
    Case c = make_case(1, true);
    c.*member = std::move(value);
    return fault_of([&] { run(c); });
  };
  EXPECT_EQ(fault(&Case::w, code_noise(ElementKind::u8, {1, 8, 3}, 1)), Fault::corrupt);
  EXPECT_EQ(fault(&Case::w, code_noise(ElementKind::u8, {3, 8}, 1)), Fault::corrupt);
  EXPECT_EQ(fault(&Case::r, code_noise(ElementKind::u8, {1, 3, 8}, 1)), Fault::corrupt);
  EXPECT_EQ(fault(&Case::r, code_noise(ElementKind::u8, {2, 2, 8}, 1)), Fault::corrupt);
  EXPECT_EQ(fault(&Case::w_scale, ramp({1, 3})), Fault::corrupt);
  EXPECT_EQ(fault(&Case::r_zero, code_noise(ElementKind::u8, {3}, 1)), Fault::corrupt);
  EXPECT_EQ(fault(&Case::bias, noise({1, 8})), Fault::corrupt);
  EXPECT_EQ(fault(&Case::x, noise({3, 2})), Fault::corrupt);
}

}  // namespace
}  // namespace pare
