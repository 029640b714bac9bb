// Products and 3x3 convolutions of 4.6-bit codes (23 x 23 levels) beside those of 4 and of 8 bits,
// on every instruction set of this CPU and one thread. The three run in turns, so that all see the
// same machine. Counters: medians, their spread (distance of the quartiles over the median), and
// the quotients of the medians. Codes are centred; convolutions gather their windows block by
// block.

#include "kernels/levels/levels.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>

#include "base/error.hpp"
#include "base/rng.hpp"
#include "base/threads.hpp"

namespace {

using pare::CodeRange;
using pare::LevelKernels;
using pare::LevelMatrix;
using pare::LevelWindow;

/// A product when `side` is 0, else a 3x3 convolution of a side x side image.
struct Task {
  const char* name;
  std::int64_t side, m, k, n;
};

constexpr Task kTasks[] = {{"gemm_64x1024x1024", 0, 64, 1024, 1024},
                           {"gemm_196x1024x256", 0, 196, 1024, 256},
                           {"gemm_784x512x128", 0, 784, 512, 128},
                           {"gemm_256x4096x512", 0, 256, 4096, 512},
                           {"conv3x3_56x56x64", 56, 56 * 56, 9 * 64, 64},
                           {"conv3x3_28x28x128", 28, 28 * 28, 9 * 128, 128},
                           {"conv3x3_14x14x256", 14, 14 * 14, 9 * 256, 256},
                           {"conv3x3_7x7x512", 7, 7 * 7, 9 * 512, 512}};

class Contender {
 public:
  Contender(const Task& task, CodeRange range, const LevelKernels& kernels)
      : task_(task), range_(range) {
    pare::Rng rng(7);
    const std::int64_t inputs = task.side == 0 ? task.m * task.k : task.m * task.k / 9;
    x_.resize(static_cast<std::size_t>(inputs));
    for (auto& v : x_)
      v = static_cast<std::uint8_t>(rng.below(static_cast<unsigned>(range.x_levels)));
    w_.resize(static_cast<std::size_t>(task.k * task.n));
    const auto levels = static_cast<unsigned>(range.w_greatest - range.w_least + 1);
    for (auto& v : w_)
      v = static_cast<std::int8_t>(range.w_least + static_cast<int>(rng.below(levels)));
    y_.resize(static_cast<std::size_t>(task.m * task.n));
    window_.height = window_.width = task.side;
    window_.channels = task.k / 9;
    window_.before = window_.after = {1, 1};
    window_.padding = static_cast<std::uint8_t>(range.x_centre);
    matrix_ = std::make_unique<LevelMatrix>(w_, task.k, task.n, range, kernels);
  }

  double run_ms() {
    const auto begin = std::chrono::steady_clock::now();
    if (task_.side == 0) {
      matrix_->multiply(x_.data(), task_.m, y_.data());
    } else {
      matrix_->convolve(x_.data(), 1, window_, y_.data());
    }
    benchmark::DoNotOptimize(y_.data());
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
        .count();
  }

  /// A few hundred results against sums in 64 bits.
  void check() const {
    for (std::int64_t i = 0; i < task_.m * task_.n; i += 1 + task_.m * task_.n / 301) {
      std::int64_t want = 0;
      for (std::int64_t k = 0; k < task_.k; ++k) {
        want += std::int64_t{x_at(i / task_.n, k) - range_.x_centre} *
                w_[static_cast<std::size_t>(k * task_.n + i % task_.n)];
      }
      if (y_[static_cast<std::size_t>(i)] != want) throw std::runtime_error("wrong results");
    }
  }

 private:
  [[nodiscard]] int x_at(std::int64_t m, std::int64_t k) const {
    if (task_.side == 0) return x_[static_cast<std::size_t>(m * task_.k + k)];
    const std::int64_t y = m / task_.side + k / window_.channels / 3 - 1;
    const std::int64_t x = m % task_.side + k / window_.channels % 3 - 1;
    if (y < 0 || y >= task_.side || x < 0 || x >= task_.side) return range_.x_centre;
    return x_[static_cast<std::size_t>((y * task_.side + x) * window_.channels +
                                       k % window_.channels)];
  }

  Task task_;
  CodeRange range_;
  LevelWindow window_;
  std::vector<std::uint8_t> x_;
  std::vector<std::int8_t> w_;
  std::vector<std::int32_t> y_;
  std::unique_ptr<LevelMatrix> matrix_;
};

double quantile(std::vector<double> v, double at) {
  std::sort(v.begin(), v.end());
  return v[static_cast<std::size_t>(at * static_cast<double>(v.size() - 1))];
}

void in_turns(benchmark::State& state, const Task& task, const LevelKernels& kernels) {
  pare::set_threads(1);
  std::vector<Contender> all;
  all.emplace_back(task, pare::kCodes4, kernels);
  all.emplace_back(task, pare::range_of({23, 23}), kernels);
  all.emplace_back(task, pare::kCodes8, kernels);
  for (Contender& c : all) {
    for (int i = 0; i < 3; ++i) c.run_ms();
    c.check();
  }
  std::vector<double> ms[3];
  std::size_t turn = 0;
  for ([[maybe_unused]] const auto step : state) {
    for (std::size_t i = 0; i < 3; ++i, ++turn) ms[turn % 3].push_back(all[turn % 3].run_ms());
    ++turn;  // another one goes first
  }
  const char* const names[] = {"4", "4.6", "8"};
  double median[3];
  for (std::size_t i = 0; i < 3; ++i) {
    median[i] = quantile(ms[i], 0.5);
    state.counters[pare::cat("ms_", names[i])] = median[i];
    state.counters[pare::cat("spread_", names[i])] =
        (quantile(ms[i], 0.75) - quantile(ms[i], 0.25)) / median[i];
  }
  state.counters["4.6_over_4"] = median[1] / median[0];
  state.counters["8_over_4.6"] = median[2] / median[1];
  state.counters["gops_4.6"] = 2e-6 * static_cast<double>(task.m * task.k * task.n) / median[1];
}

const int kRegistered = [] {
  for (const LevelKernels* kernels : pare::level_kernels()) {
    for (const Task& task : kTasks) {
      benchmark::RegisterBenchmark(
          pare::cat(kernels->isa, "/", task.name).c_str(),
          [kernels, &task](benchmark::State& state) { in_turns(state, task, *kernels); })
          ->Iterations(41)
          ->Unit(benchmark::kMillisecond);
    }
  }
  return 0;
}();

}  // namespace
