#include "compress/reconstruct.hpp"

#include <limits>

#include "base/threads.hpp"
#include "compress/tiny_net.hpp"
#include "compress/weights/place.hpp"

namespace pare {
namespace {

using compress_test::one;
using compress_test::random_tensor;

/// MatMul [3, 2], Relu, MatMul [2, 2]: ten weights.
struct Net {
  Model model;
  std::vector<ReconstructLayer> layers;
  std::vector<BlockSample> samples;
  std::vector<LayerBlock> blocks;

  explicit Net(std::uint64_t seed, std::int64_t rows = 1) {
    Graph& g = *model.graph;
    Rng rng(seed);
    const ValueType type(dtype_of(ElementKind::f32), SymShape{Dim(rows), 3});
    Value* x = g.add_input("x", type);
    Value* a = one(g, "MatMul", {x, g.add_constant(random_tensor({3, 2}, rng, 1), "w1")});
    Value* b = one(g, "Relu", {a});
    g.add_output(one(g, "MatMul", {b, g.add_constant(random_tensor({2, 2}, rng, 1), "w2")}));
    infer_shapes(g, op_registry());
    for (int i = 0; i < 64; ++i) {
      BlockSample s;
      s.inputs.push_back(random_tensor({rows, 3}, rng, 1));
      s.targets = interpret(g, op_registry(), s.inputs);
      samples.push_back(std::move(s));
    }
    for (Node* node : g.nodes()) {
      if (node->op() != "MatMul") continue;
      const WeightMatrix w = *weight_matrix(*node);
      layers.push_back({node->name(), w, {round_to_nearest(w, grid_of(dtype_by_name("int3")))}});
    }
    blocks = layer_blocks(g, {layers[0].name, layers[1].name}, 2);
  }

  /// Error over the power of the targets, in double, without the code under test.
  [[nodiscard]] double error(const std::vector<WeightMatrix>& w) const {
    double error = 0;
    double power = 0;
    for (const BlockSample& s : samples) {
      const auto x = s.inputs[0].data<float>();
      const auto y = s.targets[0].data<float>();
      for (std::size_t r = 0; r < x.size() / 3; ++r) {
        double hidden[2] = {};
        for (std::int64_t o = 0; o < 2; ++o) {
          for (std::size_t c = 0; c < 3; ++c) {
            hidden[o] += static_cast<double>(w[0].row(o)[c]) * x[r * 3 + c];
          }
          hidden[o] = std::max(hidden[o], 0.0);
        }
        for (std::int64_t o = 0; o < 2; ++o) {
          const double got = w[1].row(o)[0] * hidden[0] + w[1].row(o)[1] * hidden[1];
          const double want = y[r * 2 + static_cast<std::size_t>(o)];
          error += (got - want) * (got - want);
          power += want * want;
        }
      }
    }
    return error / power;
  }

  /// The least error of all 2^10 roundings down or up.
  [[nodiscard]] double best() const {
    double least = std::numeric_limits<double>::infinity();
    for (unsigned mask = 0; mask < 1024; ++mask) {
      std::vector<WeightMatrix> w;
      unsigned bit = 0;
      for (const ReconstructLayer& layer : layers) {
        const CodedWeights& coded = layer.starts[0];
        WeightMatrix rounded = layer.w;
        for (std::int64_t r = 0; r < layer.w.rows; ++r) {
          for (std::int64_t c = 0; c < layer.w.columns; ++c, ++bit) {
            const float scale = coded.scale_of(r, c).scale;
            float level = std::floor(layer.w.row(r)[static_cast<std::size_t>(c)] / scale);
            level += (mask >> bit & 1U) != 0 ? 1.0F : 0.0F;
            level = std::clamp(level, coded.grid.levels.front(), coded.grid.levels.back());
            rounded.row(r)[static_cast<std::size_t>(c)] = level * scale;
          }
        }
        w.push_back(std::move(rounded));
      }
      least = std::min(least, error(w));
    }
    return least;
  }
};

std::vector<WeightMatrix> decoded(const std::vector<CodedWeights>& coded) {
  std::vector<WeightMatrix> out;
  out.reserve(coded.size());
  for (const CodedWeights& c : coded) out.push_back(c.decoded());
  return out;
}

TEST(Reconstruct, ComesNearTheBestOfAllRoundings) {
  int optimal = 0;
  double nearest = 0;
  double reached = 0;
  double best = 0;
  constexpr int kNets = 20;
  for (int seed = 0; seed < kNets; ++seed) {
    const Net net(static_cast<std::uint64_t>(seed));
    const ReconstructResult r = reconstruct_block(net.blocks.at(0), net.layers, net.samples,
                                                  op_registry(), {.iterations = 600});
    const double error = net.error(decoded(r.coded));
    EXPECT_NEAR(r.error, error, 1e-4 * error) << seed;
    EXPECT_NEAR(r.start_errors.at(0),
                net.error(decoded({net.layers[0].starts[0], net.layers[1].starts[0]})),
                1e-4 * r.start_errors[0]);
    EXPECT_LE(r.error, r.start_errors[0]);
    const double least = net.best();
    EXPECT_GE(error, least * (1 - 1e-9));
    optimal += error <= least * 1.0001 ? 1 : 0;
    nearest += std::log(r.start_errors[0]) / kNets;
    reached += std::log(error) / kNets;
    best += std::log(least) / kNets;
  }
  // Most of the way from the nearest roundings to the best ones.
  EXPECT_LT(reached - best, 0.25 * (nearest - best));
  EXPECT_GE(optimal, kNets / 3);
}

TEST(Reconstruct, DoesNotDependOnTheNumberOfThreads) {
  const Net net(3);
  std::vector<std::vector<std::uint8_t>> codes;
  for (const int threads : {1, 4}) {
    set_threads(threads);
    const ReconstructResult r = reconstruct_block(net.blocks.at(0), net.layers, net.samples,
                                                  op_registry(), {.iterations = 100});
    codes.push_back(r.coded[0].codes);
    codes.push_back(r.coded[1].codes);
  }
  set_threads(0);
  EXPECT_EQ(codes[0], codes[2]);
  EXPECT_EQ(codes[1], codes[3]);
}

TEST(Reconstruct, SamplesOfSeveralRowsAreTakenOneByOne) {
  const Net net(5, 2);
  const ReconstructResult r = reconstruct_block(net.blocks.at(0), net.layers, net.samples,
                                                op_registry(), {.iterations = 200});
  EXPECT_NEAR(r.error, net.error(decoded(r.coded)), 1e-4 * r.error);
  EXPECT_LT(r.error, r.start_errors[0]);
}

// An output whose errors count nothing leaves all freedom to the other one.
TEST(Reconstruct, WeightsOfErrorsCount) {
  Net net(7);
  const auto error_of_first = [&](const ReconstructResult& r) {
    double error = 0;
    const std::vector<WeightMatrix> w = decoded(r.coded);
    for (const BlockSample& s : net.samples) {
      const auto x = s.inputs[0].data<float>();
      double got = 0;
      for (std::int64_t o = 0; o < 2; ++o) {
        double h = 0;
        for (std::size_t c = 0; c < 3; ++c) h += static_cast<double>(w[0].row(o)[c]) * x[c];
        got += w[1].row(0)[static_cast<std::size_t>(o)] * std::max(h, 0.0);
      }
      const double d = got - s.targets[0].data<float>()[0];
      error += d * d;
    }
    return error;
  };
  const ReconstructOptions options{.iterations = 600};
  const ReconstructResult plain =
      reconstruct_block(net.blocks.at(0), net.layers, net.samples, op_registry(), options);
  for (BlockSample& s : net.samples) s.weights = {Tensor::of<float>({1, 2}, {1, 0})};
  const ReconstructResult weighted =
      reconstruct_block(net.blocks.at(0), net.layers, net.samples, op_registry(), options);
  EXPECT_LE(error_of_first(weighted), error_of_first(plain));
  EXPECT_NE(weighted.start_errors[0], plain.start_errors[0]);
}

}  // namespace
}  // namespace pare
