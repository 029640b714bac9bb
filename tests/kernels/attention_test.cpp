#include "kernels/attention/attention.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "base/rng.hpp"
#include "base/threads.hpp"
#include "kernels/view.hpp"
#include "support/guard.hpp"

namespace pare {
namespace {

using guard::Edge;

struct Operand {
  std::shared_ptr<std::byte> memory;
  float* data = nullptr;
  std::int64_t count = 0;
};

Operand operand(Rng& rng, std::int64_t count, float scale) {
  const auto size = static_cast<std::size_t>(count) * sizeof(float);
  const Edge edge = rng.below(2) == 0 ? Edge::begins : Edge::ends;
  Operand o{guard::bytes(size, edge, alignof(float)), nullptr, count};
  o.data = view<float>(o.memory.get());
  for (std::int64_t i = 0; i < count; ++i) o.data[i] = scale * static_cast<float>(rng.normal());
  return o;
}

/// Orders of [batch, head, row, column] in memory.
HeadStrides ordered(const std::int64_t (&sizes)[4], const int (&order)[4]) {
  std::int64_t strides[4];
  std::int64_t stride = 1;
  for (int i = 3; i >= 0; --i) {
    strides[order[i]] = stride;
    stride *= sizes[order[i]];
  }
  return {strides[0], strides[1], strides[2], strides[3]};
}

std::int64_t at(const HeadStrides& s, std::int64_t b, std::int64_t h, std::int64_t r,
                std::int64_t c) {
  return b * s.batch + h * s.head + r * s.row + c * s.column;
}

/// The meaning, in double: [b, h, t, e] in this order.
std::vector<double> meaning(const AttentionShape& s, const AttentionOperands& o) {
  std::vector<double> y;
  for (std::int64_t b = 0; b < s.batch; ++b) {
    for (std::int64_t h = 0; h < s.heads; ++h) {
      for (std::int64_t t = 0; t < s.queries; ++t) {
        std::vector<double> p;
        double peak = -std::numeric_limits<double>::infinity();
        for (std::int64_t k = 0; k < s.keys; ++k) {
          double sum = 0;
          for (std::int64_t d = 0; d < s.size; ++d) {
            sum += static_cast<double>(o.q[at(s.q, b, h, t, d)]) *
                   static_cast<double>(o.k[at(s.k, b, h / s.shared, k, d)]);
          }
          sum *= static_cast<double>(s.scale);
          const double added = s.masked ? static_cast<double>(o.mask[at(s.mask, b, h, t, k)]) : 0.0;
          if (!s.adds_last) sum += added;
          if (s.marked && (o.marks[at(s.marks, b, h, t, k)] != 0) != s.shown) {
            sum = static_cast<double>(s.fill);
          }
          if (s.adds_last) sum += added;
          if (s.causal && k > t + s.offset) sum = -std::numeric_limits<double>::infinity();
          p.push_back(sum);
          peak = std::max(peak, sum);
        }
        double total = 0;
        const bool blind = s.blind_zero && std::isinf(peak);
        if (blind) peak = 0;
        for (double& v : p) total += v = std::exp(v - peak);
        for (std::int64_t e = 0; e < s.value_size; ++e) {
          double sum = 0;
          for (std::int64_t k = 0; k < s.keys; ++k) {
            if (blind) break;
            sum += p[static_cast<std::size_t>(k)] / total *
                   static_cast<double>(o.v[at(s.v, b, h / s.shared, k, e)]);
          }
          y.push_back(sum);
        }
      }
    }
  }
  return y;
}

struct Case {
  AttentionShape shape;
  Operand q, k, v, mask, y;
  std::shared_ptr<std::byte> marks;
  AttentionOperands operands;
};

/// Half of the cases hide keys by marks: a row of them for each query, or one mark for each.
void add_marks(Rng& rng, Case& c) {
  AttentionShape& s = c.shape;
  if (rng.below(2) == 0) return;
  s.marked = true;
  s.shown = rng.below(2) == 0;
  s.adds_last = rng.below(2) == 0;
  s.blind_zero = true;
  s.fill = rng.below(2) == 0 ? -std::numeric_limits<float>::infinity() : -3.0F;
  const bool each = rng.below(4) != 0;
  s.marks = {0, 0, each ? s.keys : 1, each ? 1 : 0};
  const std::int64_t count = s.queries * (each ? s.keys : 1);
  c.marks = guard::bytes(static_cast<std::size_t>(count), Edge::ends);
  auto* marks = view<std::uint8_t>(c.marks.get());
  for (std::int64_t i = 0; i < count; ++i) marks[i] = static_cast<std::uint8_t>(rng.below(3));
  c.operands.marks = marks;
  // One number for all keys of a query changes nothing but where it is infinite.
  if (s.masked && s.mask.row != 0 && rng.below(2) == 0) s.mask.column = 0;
}

Case random_case(Rng& rng) {
  const auto pick = [&](std::initializer_list<std::int64_t> list) {
    return list.begin()[rng.below(list.size())];
  };
  Case c;
  AttentionShape& s = c.shape;
  s.batch = pick({1, 2});
  s.shared = pick({1, 1, 2});
  s.heads = s.shared * pick({1, 3});
  s.queries = pick({1, 2, 5, 6, 7, 13, 49, 64, 100});
  s.keys = pick({1, 3, 8, 16, 17, 63, 64, 65, 130});
  s.size = pick({1, 5, 16, 33, 64});
  s.value_size = pick({1, 7, 16, 32, 64, 65});
  s.scale = 0.3F;
  s.causal = rng.below(4) == 0;
  constexpr int kOrders[3][4] = {{0, 1, 2, 3}, {0, 2, 1, 3}, {0, 1, 3, 2}};
  const auto order = [&]() -> const int(&)[4] { return kOrders[rng.below(3)]; };
  s.q = ordered({s.batch, s.heads, s.queries, s.size}, order());
  s.k = ordered({s.batch, s.heads / s.shared, s.keys, s.size}, order());
  s.v = ordered({s.batch, s.heads / s.shared, s.keys, s.value_size}, order());
  s.y = ordered({s.batch, s.heads, s.queries, s.value_size}, order());
  s.offset = static_cast<std::int64_t>(rng.below(4));
  s.masked = rng.below(2) == 0;
  const bool all = rng.below(2) == 0;
  if (s.masked) s.mask = all ? HeadStrides{0, 0, s.keys, 1} : HeadStrides{s.keys, 0, 0, 1};
  c.q = operand(rng, s.batch * s.heads * s.queries * s.size, 1);
  c.k = operand(rng, s.batch * s.heads / s.shared * s.keys * s.size, 1);
  c.v = operand(rng, s.batch * s.heads / s.shared * s.keys * s.value_size, 1);
  c.y = operand(rng, s.batch * s.heads * s.queries * s.value_size, 0);
  c.mask = operand(rng, s.masked ? (all ? s.queries : s.batch) * s.keys : 0, 2);
  for (std::int64_t i = 0; i < c.mask.count; ++i) {
    if (rng.below(4) == 0) c.mask.data[i] = -std::numeric_limits<float>::infinity();
    if (i % s.keys == 0) c.mask.data[i] = 0;
  }
  c.operands = {c.q.data, c.k.data, c.v.data, c.mask.data, c.y.data};
  add_marks(rng, c);
  return c;
}

void run(const Case& c, const AttentionKernels& kernels) {
  const Attention attention(c.shape, kernels);
  const auto scratch = guard::bytes(attention.scratch_bytes(), Edge::ends, 64);
  attention.run(c.operands, scratch.get());
}

TEST(AttentionKernels, AgreeWithTheMeaningInEveryOrderOfMemory) {
  Rng rng(3);
  for (int i = 0; i < 150; ++i) {
    const Case c = random_case(rng);
    const AttentionShape& s = c.shape;
    const std::vector<double> want = meaning(s, c.operands);
    for (const AttentionKernels* kernels : attention_kernels()) {
      run(c, *kernels);
      std::size_t next = 0;
      for (std::int64_t b = 0; b < s.batch; ++b) {
        for (std::int64_t h = 0; h < s.heads; ++h) {
          for (std::int64_t t = 0; t < s.queries; ++t) {
            for (std::int64_t e = 0; e < s.value_size; ++e) {
              // Scores up to 30 are rounded: 64 ulp of values up to 4.
              ASSERT_NEAR(static_cast<double>(c.y.data[at(s.y, b, h, t, e)]), want[next++],
                          64 * 0x1p-24 * 4)
                  << kernels->isa << " case " << i;
            }
          }
        }
      }
    }
  }
}

/// What is multiplied has 8 bits: the errors of scores up to 10 are those of their terms, 2^-9 of
/// each, and weights and values add as much.
TEST(AttentionKernels, RoundedProductsStayNearTheMeaning) {
  const AttentionKernels* kernels = bf16_attention_kernels();
  if (kernels == nullptr) GTEST_SKIP() << "no products of bfloat16";
  Rng rng(6);
  for (int i = 0; i < 150; ++i) {
    Case c = random_case(rng);
    const AttentionShape& s = c.shape;
    const std::vector<double> want = meaning(s, c.operands);
    run(c, *kernels);
    double squares = 0, sizes = 0;
    std::size_t next = 0;
    for (std::int64_t b = 0; b < s.batch; ++b) {
      for (std::int64_t h = 0; h < s.heads; ++h) {
        for (std::int64_t t = 0; t < s.queries; ++t) {
          for (std::int64_t e = 0; e < s.value_size; ++e) {
            const double got = static_cast<double>(c.y.data[at(s.y, b, h, t, e)]);
            const double off = got - want[next];
            ASSERT_LE(std::abs(off), 0.25) << "case " << i << " at " << next;
            squares += off * off;
            sizes += want[next] * want[next];
            ++next;
          }
        }
      }
    }
    ASSERT_LE(std::sqrt(squares / std::max(sizes, 1e-9)), 0x1p-5) << "case " << i;
  }
}

/// Of numbers that bfloat16 holds, and one key for each query, the result is exact.
TEST(AttentionKernels, RoundedProductsOfShortNumbersAreExact) {
  const AttentionKernels* kernels = bf16_attention_kernels();
  if (kernels == nullptr) GTEST_SKIP() << "no products of bfloat16";
  for (const std::int64_t size : {1, 2, 15, 16, 31, 32, 33, 64, 65}) {
    for (const bool turned : {false, true}) {
      AttentionShape s;
      s.queries = s.keys = 37;
      s.size = s.value_size = size;
      s.q = {0, 0, size, 1};
      s.k = s.v = turned ? HeadStrides{0, 0, 1, s.keys} : HeadStrides{0, 0, size, 1};
      s.y = {0, 0, size, 1};
      s.marked = true;
      s.marks = {0, 0, s.keys, 1};
      s.fill = -std::numeric_limits<float>::infinity();
      Rng rng(7);
      const Operand q = operand(rng, s.queries * size, 1);
      Operand v = operand(rng, s.keys * size, 1);
      const Operand y = operand(rng, s.queries * size, 0);
      for (std::int64_t i = 0; i < v.count; ++i) v.data[i] = static_cast<float>(i % 251) - 125;
      std::vector<std::uint8_t> marks(static_cast<std::size_t>(s.queries * s.keys));
      for (std::int64_t t = 0; t < s.queries; ++t) {
        marks[static_cast<std::size_t>(t * s.keys + (t * 5 + 3) % s.keys)] = 1;
      }
      Case c{s, q, v, v, {}, y, nullptr, {q.data, v.data, v.data, nullptr, y.data, marks.data()}};
      run(c, *kernels);
      for (std::int64_t t = 0; t < s.queries; ++t) {
        for (std::int64_t e = 0; e < size; ++e) {
          ASSERT_EQ(y.data[t * size + e], v.data[at(s.v, 0, 0, (t * 5 + 3) % s.keys, e)])
              << size << " " << turned << " query " << t;
        }
      }
    }
  }
}

TEST(AttentionKernels, AnyNumberOfThreadsGivesTheSameBits) {
  Rng rng(4);
  for (int i = 0; i < 20; ++i) {
    const Case c = random_case(rng);
    const auto size = static_cast<std::size_t>(c.y.count) * sizeof(float);
    std::vector<float> first(static_cast<std::size_t>(c.y.count));
    for (const int n : {1, 2, 4}) {
      set_threads(n);
      run(c, *attention_kernels().front());
      if (n == 1) std::memcpy(first.data(), c.y.data, size);
      EXPECT_EQ(std::memcmp(first.data(), c.y.data, size), 0) << n << " threads";
    }
    set_threads(0);
  }
}

TEST(AttentionKernels, RowsWithoutAKeyAreNoNumbersAndNanStaysInItsRow) {
  constexpr std::int64_t kQueries = 13, kKeys = 20, kSize = 16;
  Rng rng(5);
  AttentionShape s;
  s.queries = kQueries;
  s.keys = kKeys;
  s.size = s.value_size = kSize;
  s.q = s.k = s.v = s.y = {0, 0, kSize, 1};
  s.masked = true;
  s.mask = {0, 0, kKeys, 1};
  Operand q = operand(rng, kQueries * kSize, 1);
  const Operand k = operand(rng, kKeys * kSize, 1);
  const Operand v = operand(rng, kKeys * kSize, 1);
  const Operand y = operand(rng, kQueries * kSize, 0);
  Operand mask = operand(rng, kQueries * kKeys, 0);
  for (int i = 0; i < kKeys; ++i)
    mask.data[2 * kKeys + i] = -std::numeric_limits<float>::infinity();
  q.data[5 * kSize + 3] = std::numeric_limits<float>::quiet_NaN();
  for (const AttentionKernels* kernels : attention_kernels()) {
    const Attention attention(s, *kernels);
    const auto scratch = guard::bytes(attention.scratch_bytes(), Edge::ends, 64);
    attention.run({q.data, k.data, v.data, mask.data, y.data}, scratch.get());
    for (std::int64_t t = 0; t < kQueries; ++t) {
      for (std::int64_t e = 0; e < kSize; ++e) {
        EXPECT_EQ(std::isnan(y.data[t * kSize + e]), t == 2 || t == 5) << kernels->isa << t;
      }
    }
  }
}

}  // namespace
}  // namespace pare
