#include "ops/attention_oracle.hpp"
#include "ops/quantized.hpp"

namespace pare {
namespace {

constexpr const char* kOp = "DecoderMaskedMultiHeadAttention";

// 4 sequences, 2 heads of 3 values (values of 2).
const Tensor kQ = noise({4, 1, 6}, 1);
const Tensor kK = noise({4, 1, 6}, 2);
const Tensor kV = noise({4, 1, 4}, 3);
const Tensor kPastKey = noise({4, 2, 3, 3}, 4);
const Tensor kPastValue = noise({4, 2, 3, 2}, 5);
const Attributes kHeads = {{"num_heads", Int{2}}};

AttentionCase base(std::size_t keys) {
  AttentionCase c{.batch = 4, .heads = 2, .queries = 1, .keys = keys, .size = 3, .value_size = 2};
  c.q = of_tokens(kQ, 3);
  c.scale = 1 / std::sqrt(3.0);
  return c;
}

/// `used` tokens of the past of sequence source(b, t), then the new one.
HeadElement appended(const Tensor& past, const Tensor& now, std::size_t used, std::size_t size,
                     const std::function<std::size_t(std::size_t, std::size_t)>& source) {
  return [=](std::size_t b, std::size_t n, std::size_t t, std::size_t e) {
    return t < used ? of_heads(past)(source(b, t), n, t, e) : of_tokens(now, size)(b, n, 0, e);
  };
}
std::size_t own(std::size_t b, std::size_t) { return b; }

TEST(DecoderMaskedMultiHeadAttention, SeesThePastAndItself) {
  const Tensor mask = Tensor::of<std::int32_t>({4, 4}, {1, 1, 1, 1, 0, 1, 1, 1,  //
                                                        1, 1, 1, 1, 0, 0, 1, 1});
  const Tensor added = noise({1, 2, 1, 4}, 6);
  AttentionCase c = base(4);
  c.k = appended(kPastKey, kK, 3, 3, own);
  c.v = appended(kPastValue, kV, 3, 2, own);
  c.add = [&](std::size_t b, std::size_t n, std::size_t, std::size_t t) {
    const double hidden = mask.to_ints()[b * 4 + t] == 0 ? -10000.0 : 0.0;
    return hidden + of_heads(added)(0, n, 0, t);
  };
  const auto got = run_contrib(kOp, {kQ, kK, kV, mask, added, kPastKey, kPastValue}, kHeads, 4);
  ASSERT_EQ(got[0].shape(), (Shape{4, 1, 4}));
  expect_close(got[0], attention_oracle(c, true), 1e-6F);
  ASSERT_EQ(got[2].shape(), (Shape{4, 2, 4, 2}));
  for (std::size_t i = 0; i < 64; ++i) {
    EXPECT_EQ(got[2].to_doubles()[i], c.v(i / 16, i / 8 % 2, i / 2 % 4, i % 2)) << i;
  }
  std::vector<float> weights;
  for (std::size_t row = 0; row < 8; ++row) {
    for (const double w : weights_of(c, row / 2, row % 2, 0)) {
      weights.push_back(static_cast<float>(w));
    }
  }
  expect_close(got[3], weights, 1e-6F);
}

TEST(DecoderMaskedMultiHeadAttention, APastMayBeABufferWithRoom) {
  AttentionCase c = base(2);
  c.k = appended(kPastKey, kK, 1, 3, own);
  c.v = appended(kPastValue, kV, 1, 2, own);
  const auto got = run_contrib(
      kOp, {kQ, kK, kV, {}, {}, kPastKey, kPastValue, Tensor::of<std::int32_t>({1}, {1})},
      {{"num_heads", Int{2}}, {"past_present_share_buffer", Int{1}}}, 3);
  expect_close(got[0], attention_oracle(c, true), 1e-6F);
  ASSERT_EQ(got[1].shape(), kPastKey.shape());
  for (std::size_t i = 0; i < 72; ++i) {
    const std::size_t t = i / 3 % 3;
    const double want =
        t == 1 ? of_tokens(kK, 3)(i / 18, i / 9 % 2, 0, i % 3) : kPastKey.to_doubles()[i];
    EXPECT_EQ(got[1].to_doubles()[i], want) << i;
  }
}

TEST(DecoderMaskedMultiHeadAttention, TokensMayComeFromOtherBeams) {
  const Tensor from = Tensor::of<std::int32_t>({2, 2, 3}, {0, 1, 0, 1, 1, 0,  //
                                                           1, 0, 1, 0, 0, 0});
  const auto source = [&](std::size_t b, std::size_t t) {
    return b / 2 * 2 + static_cast<std::size_t>(from.to_ints()[b * 3 + t]);
  };
  AttentionCase c = base(4);
  c.k = appended(kPastKey, kK, 3, 3, source);
  c.v = appended(kPastValue, kV, 3, 2, source);
  const auto got = run_contrib(
      kOp, {kQ, kK, kV, {}, {}, kPastKey, kPastValue, {}, Tensor::of<std::int32_t>({1}, {2}), from},
      kHeads, 3);
  expect_close(got[0], attention_oracle(c, true), 1e-6F);
}

TEST(DecoderMaskedMultiHeadAttention, PackedWithABiasAndOtherSequences) {
  const Tensor packed = noise({4, 1, 18}, 7);
  const Tensor bias = noise({18}, 8);
  AttentionCase c = base(1);
  const auto part = [&](std::size_t which) -> HeadElement {
    return [&, which](std::size_t b, std::size_t n, std::size_t, std::size_t e) {
      const std::size_t at = which * 6 + n * 3 + e;
      return packed.to_doubles()[b * 18 + at] + bias.to_doubles()[at];
    };
  };
  c.value_size = 3;
  c.q = part(0);
  c.k = part(1);
  c.v = part(2);
  expect_close(run_contrib(kOp, {packed, {}, {}, {}, {}, {}, {}, {}, {}, {}, bias}, kHeads, 1)[0],
               attention_oracle(c, true), 1e-6F);
  AttentionCase cross = base(3);  // the bias of keys and values is part of them
  const Tensor wide = noise({16}, 9);
  cross.q = [&](std::size_t b, std::size_t n, std::size_t, std::size_t e) {
    return kQ.to_doubles()[b * 6 + n * 3 + e] + wide.to_doubles()[n * 3 + e];
  };
  cross.k = of_heads(kPastKey);
  cross.v = of_heads(kPastValue);
  expect_close(
      run_contrib(kOp, {kQ, kPastKey, kPastValue, {}, {}, {}, {}, {}, {}, {}, wide}, kHeads, 1)[0],
      attention_oracle(cross, true), 1e-6F);
}

TEST(DecoderMaskedMultiHeadAttention, SymbolsAndCost) {
  const Dim b = Dim::symbol("B");
  const Dim p = Dim::symbol("P");
  const auto f = [](SymShape shape) { return typed(ElementKind::f16, std::move(shape)); };
  const std::vector<ValueType> types = {f({b, 1, 6}), f({b, 1, 6}),    f({b, 1, 4}),   {},
                                        {},           f({b, 2, p, 3}), f({b, 2, p, 2})};
  EXPECT_EQ(to_string(infer_op(kOp, types, kHeads, 0, kMicrosoft)), "[B,1,4]");
  EXPECT_EQ(to_string(infer_op(kOp, types, kHeads, 1, kMicrosoft)), "[B,2,P+1,?]");
  OneNode one(kOp, {kQ, kK, kV, {}, {}, kPastKey, kPastValue}, kHeads, 1, kMicrosoft);
  const auto facts = infer_shapes(one.graph, op_registry());
  EXPECT_EQ(node_cost(*one.node, op_registry(), facts).macs, 4 * 2 * 4 * (3 + 2));
}

TEST(DecoderMaskedMultiHeadAttention, WrongSizesAreCorrupt) {
  const auto run = [](const std::vector<Tensor>& inputs, Int shared = 0) {
    return fault_of([&] {
      run_contrib(kOp, inputs, {{"num_heads", Int{2}}, {"past_present_share_buffer", shared}}, 1);
    });
  };
  const Tensor two = Tensor::of<std::int32_t>({1}, {2});
  EXPECT_EQ(run({noise({4, 2, 6}), noise({4, 2, 6}), noise({4, 2, 4})}), Fault::corrupt);
  EXPECT_EQ(run({kQ, kK, {}}), Fault::corrupt);
  EXPECT_EQ(run({kQ, noise({4, 1, 4}), kV}), Fault::corrupt);
  EXPECT_EQ(run({noise({4, 1, 16})}), Fault::corrupt);
  EXPECT_EQ(run({kQ, kPastKey, noise({4, 2, 2, 2})}), Fault::corrupt);
  EXPECT_EQ(run({kQ, kK, kV, {}, {}, kPastKey}), Fault::corrupt);
  EXPECT_EQ(run({kQ, kK, kV, {}, {}, noise({3, 2, 3, 3}), kPastValue}), Fault::corrupt);
  EXPECT_EQ(run({kQ, kK, kV, {}, {}, kPastKey, kPastValue}, 1), Fault::corrupt);
  EXPECT_EQ(run({kQ, kK, kV, {}, {}, kPastKey, kPastValue, Tensor::of<std::int32_t>({1}, {3})}, 1),
            Fault::corrupt);
  EXPECT_EQ(run({kQ, kK, kV, {}, {}, kPastKey, kPastValue, Tensor::of<std::int32_t>({1}, {-1})}, 1),
            Fault::corrupt);
  const auto beams = [&](const Tensor& width, const Tensor& from) {
    return run({kQ, kK, kV, {}, {}, kPastKey, kPastValue, {}, width, from});
  };
  EXPECT_EQ(beams(Tensor::of<std::int32_t>({1}, {3}), Tensor(ElementKind::i32, {1, 3, 3})),
            Fault::corrupt);
  EXPECT_EQ(beams(two, Tensor(ElementKind::i32, {4, 2, 3})), Fault::corrupt);
  EXPECT_EQ(beams(two, Tensor::of<std::int32_t>({2, 2, 1}, {0, 1, 2, 0})), Fault::corrupt);
  EXPECT_EQ(run({kQ, kK, kV, {}, {}, {}, {}, {}, {}, {}, noise({18})}), Fault::corrupt);
}

}  // namespace
}  // namespace pare
