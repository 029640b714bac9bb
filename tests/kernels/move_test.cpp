#include "kernels/move/move.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "base/rng.hpp"
#include "kernels/activation.hpp"
#include "kernels/transpose/transpose.hpp"

namespace pare {
namespace {

std::vector<std::byte> numbered(std::size_t n, std::size_t size) {
  std::vector<std::byte> v(n * size);
  for (std::size_t i = 0; i < v.size(); ++i) v[i] = static_cast<std::byte>(i * 7 + i / 251);
  return v;
}

void expect_moved(const std::vector<std::int64_t>& source, std::size_t size) {
  const std::vector<std::byte> in = numbered(64, size);
  const std::vector<std::byte> fill(size, std::byte{0xA5});
  std::vector<std::byte> out(source.size() * size);
  Moves(source, size).run(in.data(), out.data(), fill.data());
  for (std::size_t i = 0; i < source.size(); ++i) {
    const std::byte* want =
        source[i] < 0 ? fill.data() : in.data() + static_cast<std::size_t>(source[i]) * size;
    ASSERT_EQ(std::memcmp(out.data() + i * size, want, size), 0) << i << " of size " << size;
  }
}

TEST(Moves, ScatteredAndLongRunsOfEverySize) {
  Rng rng(4);
  for (const std::size_t size : {1U, 2U, 4U, 8U, 16U}) {
    std::vector<std::int64_t> scattered(999);
    for (auto& s : scattered) s = static_cast<std::int64_t>(rng.below(65)) - 1;
    expect_moved(scattered, size);
    std::vector<std::int64_t> runs(30, -1);
    for (int r = 0; r < 40; ++r) {
      for (std::int64_t i = 3; i < 40; ++i) runs.push_back(i);
    }
    expect_moved(runs, size);
    expect_moved({}, size);
  }
}

TEST(Moves, NeighboursBecomeOneRun) {
  EXPECT_EQ(Moves({4, 5, 6, 7, -1, -1, -1, -1, 0, 1, 2, 3}, 4).run_count(), 3U);
}

TEST(Permutation, EveryOrderOfFourDimensionsAndEverySize) {
  const Shape shape = {3, 18, 5, 33};
  for (const std::size_t size : {1U, 2U, 4U, 8U}) {
    std::vector<std::int64_t> order = {0, 1, 2, 3};
    const std::vector<std::byte> in =
        numbered(static_cast<std::size_t>(element_count(shape)), size);
    const Shape strides = strides_of(shape);
    do {
      std::vector<std::byte> out(in.size());
      Permutation(shape, order, size).run(in.data(), out.data());
      Shape index(4, 0);
      for (std::size_t i = 0; i * size < out.size(); ++i) {
        std::int64_t from = 0;
        for (std::size_t d = 0; d < 4; ++d) {
          from += index[d] * strides[static_cast<std::size_t>(order[d])];
        }
        ASSERT_EQ(std::memcmp(out.data() + i * size,
                              in.data() + static_cast<std::size_t>(from) * size, size),
                  0);
        for (std::size_t d = 4; d-- > 0;) {
          if (++index[d] < shape[static_cast<std::size_t>(order[d])]) break;
          index[d] = 0;
        }
      }
    } while (std::next_permutation(order.begin(), order.end()));
  }
}

TEST(Activation, KnownValues) {
  const auto f = [](Act act, double x, float a = 0, float b = 0) {
    return evaluate(Activation{act, a, b}, x);
  };
  EXPECT_EQ(f(Act::relu, -2), 0);
  EXPECT_EQ(f(Act::leaky_relu, -2, 0.5F), -1);
  EXPECT_EQ(f(Act::clip, 9, 0, 6), 6);
  EXPECT_EQ(f(Act::sigmoid, 0), 0.5);
  EXPECT_NEAR(f(Act::sigmoid, 1), 0.7310585786300049, 1e-15);
  EXPECT_NEAR(f(Act::tanh, 1), 0.7615941559557649, 1e-15);
  EXPECT_EQ(f(Act::hard_swish, 3), 3);
  EXPECT_EQ(f(Act::hard_swish, -3), 0);
  EXPECT_NEAR(f(Act::swish, 1, 1), 0.7310585786300049, 1e-15);
  EXPECT_NEAR(f(Act::gelu_erf, 1), 0.8413447460685429, 1e-15);
  EXPECT_NEAR(f(Act::gelu_tanh, 1), 0.8411919906082768, 1e-12);
  EXPECT_NEAR(f(Act::elu, -1, 2), -1.2642411176571153, 1e-15);
  EXPECT_NEAR(f(Act::softplus, 0), 0.6931471805599453, 1e-15);
  EXPECT_NEAR(f(Act::mish, 1), 0.8650983882673103, 1e-12);
  EXPECT_TRUE(std::isnan(f(Act::relu, std::nan(""))));
  EXPECT_EQ(to_string(Act::linear), "linear");
}

}  // namespace
}  // namespace pare
