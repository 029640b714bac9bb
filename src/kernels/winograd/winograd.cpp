#include "kernels/winograd/winograd.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "base/error.hpp"
#include "base/threads.hpp"
#include "kernels/cpu.hpp"
#include "kernels/view.hpp"
#include "kernels/winograd/winograd_tables.hpp"
#include "tensor/packed_store.hpp"

namespace pare {
namespace {

constexpr int kMostPoints = 36;

std::vector<const WinogradKernels*> available() {
  std::vector<const WinogradKernels*> found;
#if defined(__x86_64__)
  if (cpu::has_avx512()) found.push_back(winograd_kernels_avx512());
  if (cpu::has_avx2()) found.push_back(winograd_kernels_avx2());
#elif defined(__aarch64__)
  found.push_back(winograd_kernels_neon());
#endif
  found.push_back(winograd_kernels_base());
  return found;
}

std::int64_t pieces_of(std::int64_t n, std::int64_t size) { return (n + size - 1) / size; }

/// Rows of G: what a weight [3] is multiplied with at each point.
std::vector<std::array<double, 3>> weight_rows(int side) {
  if (side == 2) return {{1, 0, 0}, {0.5, 0.5, 0.5}, {0.5, -0.5, 0.5}, {0, 0, 1}};
  const std::array<double, 5> points = {0, kWinogradA, -kWinogradA, kWinogradB, -kWinogradB};
  std::vector<std::array<double, 3>> rows;
  for (const double p : points) {
    double product = 1;
    for (const double q : points) product *= p == q ? 1 : p - q;
    rows.push_back({1 / product, p / product, p * p / product});
  }
  rows.push_back({0, 0, 1});
  return rows;
}

}  // namespace

std::span<const WinogradKernels* const> winograd_kernels() {
  static const std::vector<const WinogradKernels*> kFound = available();
  return kFound;
}

/// Tiles that one thread, or all in turns, work on with the same scratch memory.
struct WinogradConv::Part {
  const std::byte* x = nullptr;
  const std::byte* residual = nullptr;
  std::byte* y = nullptr;
  float* v = nullptr;
  float* m = nullptr;
  std::int64_t first = 0, count = 0;
};

WinogradConv::WinogradConv(const WinogradSizes& sizes, int side, std::span<const float> weights,
                           std::span<const float> bias, const WinogradPosts& posts,
                           const WinogradKernels& kernels)
    : s_(sizes), side_(side), posts_(posts), kernels_(&kernels) {
  require(side == 2 || side == 4, "WinogradConv: tiles of another side");
  require(weights.size() == static_cast<std::size_t>(s_.outputs * s_.channels * 9),
          "WinogradConv: wrong count of weights");
  require(bias.empty() || bias.size() == static_cast<std::size_t>(s_.outputs),
          "WinogradConv: wrong count of biases");
  constexpr std::int64_t kDepthStep = 4;
  depth_ = pieces_of(s_.channels, kDepthStep) * kDepthStep;
  in_blocks_ = pieces_of(s_.channels, kWinogradBlock);
  out_blocks_ = pieces_of(s_.outputs, kWinogradBlock);
  panels_ = pieces_of(out_blocks_ * kWinogradBlock, kernels_->columns);
  tiles_down_ = pieces_of(s_.out_height, side);
  tiles_across_ = pieces_of(s_.out_width, side);
  bias_ = Tensor(ElementKind::f32, {out_blocks_ * kWinogradBlock});
  std::copy(bias.begin(), bias.end(), bias_.mutable_data<float>().begin());
  zeros_ = Tensor(ElementKind::f32, {in_blocks_ * kWinogradBlock});
  pack(weights);
  cut();
}

void WinogradConv::pack(std::span<const float> weights) {
  const std::vector<std::array<double, 3>> g = weight_rows(side_);
  const std::size_t n = g.size();
  const std::int64_t columns = out_blocks_ * kWinogradBlock;
  const Shape shape = {static_cast<std::int64_t>(n * n), depth_, columns};
  const PackedPiece piece(
      cat("winograd ", side_, " ", kernels_->columns, " ", s_.outputs, "x", s_.channels),
      byte_size(dtype_of(ElementKind::f32), element_count(shape)));
  if (piece.found().valid()) {
    weights_ = piece.found();
    return;
  }
  weights_ = Tensor(ElementKind::f32, shape);
  float* to = weights_.mutable_data<float>().data();
  for (std::int64_t o = 0; o < s_.outputs; ++o) {
    const std::int64_t panel = o / kernels_->columns * kernels_->columns;
    const std::int64_t width = std::min<std::int64_t>(kernels_->columns, columns - panel);
    for (std::int64_t c = 0; c < s_.channels; ++c) {
      const float* w = weights.data() + (o * s_.channels + c) * 9;
      const std::int64_t at = panel * depth_ + c * width + o - panel;
      for (std::size_t i = 0; i < n; ++i) {
        std::array<double, 3> row{};
        for (std::size_t k = 0; k < 3; ++k) {
          row[k] = g[i][0] * w[k] + g[i][1] * w[3 + k] + g[i][2] * w[6 + k];
        }
        for (std::size_t j = 0; j < n; ++j) {
          const double u = row[0] * g[j][0] + row[1] * g[j][1] + row[2] * g[j][2];
          to[static_cast<std::int64_t>(i * n + j) * depth_ * columns + at] = static_cast<float>(u);
        }
      }
    }
  }
  piece.made(weights_.bytes());
}

std::int64_t WinogradConv::tiles() const noexcept { return s_.batch * tiles_down_ * tiles_across_; }

void WinogradConv::cut() {
  const std::int64_t points = (side_ + 2) * (side_ + 2);
  const std::int64_t tile_bytes = points * 4 * kWinogradBlock * (in_blocks_ + out_blocks_);
  // Weights that stay in the second-level cache leave little of it to the tiles; others pass
  // through it for every block of tiles, so that blocks are large.
  constexpr std::int64_t kSmallWeights = 768 << 10;
  constexpr std::int64_t kSmall = 256 << 10;
  constexpr std::int64_t kLarge = 1024 << 10;
  const std::int64_t weights = static_cast<std::int64_t>(weight_bytes());
  const std::int64_t room = weights <= kSmallWeights ? kSmall : kLarge;
  block_tiles_ = std::max<std::int64_t>(2, room / tile_bytes / kernels_->rows) * kernels_->rows;
  std::int64_t blocks = std::max<std::int64_t>(1, pieces_of(tiles(), block_tiles_));
  const std::int64_t threads = pare::threads();
  parts_ = blocks >= threads || weights <= kSmallWeights ? threads : 1;
  if (tiles() < 8 * parts_) parts_ = 1;
  blocks = pieces_of(blocks, parts_) * parts_;
  block_tiles_ = std::max<std::int64_t>(1, pieces_of(tiles(), blocks));
  // Odd multiples of a line: points of a tile do not fall into the same set of the cache.
  v_point_ = in_blocks_ * block_tiles_ * kWinogradBlock;
  m_point_ = out_blocks_ * block_tiles_ * kWinogradBlock;
  for (std::int64_t* point : {&v_point_, &m_point_}) {
    if (*point / kWinogradBlock % 2 == 0) *point += kWinogradBlock;
  }
}

std::size_t WinogradConv::weight_bytes() const noexcept {
  return weights_.bytes().size() + bias_.bytes().size() + zeros_.bytes().size();
}

std::size_t WinogradConv::scratch_bytes() const noexcept {
  const std::int64_t points = (side_ + 2) * (side_ + 2);
  return static_cast<std::size_t>(parts_ * points * (v_point_ + m_point_)) * sizeof(float);
}

void WinogradConv::run(const std::byte* x, const std::byte* residual, std::byte* y,
                       std::byte* scratch) const {
  const std::int64_t points = (side_ + 2) * (side_ + 2);
  const std::int64_t blocks = pieces_of(tiles(), block_tiles_);
  parallel_for(parts_, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t part = begin; part < end; ++part) {
      Part p{x, residual, y};
      p.v = view<float>(scratch) + part * points * (v_point_ + m_point_);
      p.m = p.v + points * v_point_;
      for (std::int64_t b = blocks * part / parts_; b < blocks * (part + 1) / parts_; ++b) {
        p.first = b * block_tiles_;
        p.count = std::min(block_tiles_, tiles() - p.first);
        run_part(p);
      }
    }
  });
}

void WinogradConv::run_part(const Part& p) const {
  constexpr std::int64_t kGrain = 1 << 14;  // values of a transform
  const std::int64_t points = (side_ + 2) * (side_ + 2);
  parallel_for(p.count, kGrain / (points * s_.channels) + 1,
               [&](std::int64_t begin, std::int64_t end) { transform(p, begin, end); });
  parallel_for(points * panels_, 1,
               [&](std::int64_t begin, std::int64_t end) { multiply(p, begin, end); });
  parallel_for(p.count, kGrain / (points * s_.outputs) + 1,
               [&](std::int64_t begin, std::int64_t end) { finish(p, begin, end); });
}

void WinogradConv::transform(const Part& p, std::int64_t begin, std::int64_t end) const {
  const auto run = kernels_->transform[s_.narrow_in ? 1 : 0][side_ / 4];
  const std::byte* zeros = zeros_.bytes().data();
  const std::int64_t pixel = s_.channels * (s_.narrow_in ? 2 : 4);
  const std::int64_t n = side_ + 2;
  std::array<const std::byte*, kMostPoints> points{};
  for (std::int64_t t = begin; t < end; ++t) {
    const std::int64_t tile = p.first + t;
    const std::int64_t image = tile / (tiles_down_ * tiles_across_);
    const std::int64_t top = tile / tiles_across_ % tiles_down_ * side_ - s_.top;
    const std::int64_t left = tile % tiles_across_ * side_ - s_.left;
    for (std::int64_t i = 0; i < n; ++i) {
      const std::int64_t row = top + i;
      const bool inside = row >= 0 && row < s_.height;
      const std::byte* line = p.x + (image * s_.height + row) * s_.width * pixel;
      for (std::int64_t j = 0; j < n; ++j) {
        const std::int64_t column = left + j;
        points[static_cast<std::size_t>(i * n + j)] =
            inside && column >= 0 && column < s_.width ? line + column * pixel : zeros;
      }
    }
    run(points.data(), s_.channels, p.v + t * kWinogradBlock, v_point_,
        block_tiles_ * kWinogradBlock);
  }
}

void WinogradConv::multiply(const Part& p, std::int64_t begin, std::int64_t end) const {
  const std::int64_t columns = out_blocks_ * kWinogradBlock;
  const std::int64_t pieces = pieces_of(p.count, kernels_->rows);
  WinogradProduct product;
  product.v_block = product.m_block = block_tiles_ * kWinogradBlock;
  product.depth = depth_;
  for (std::int64_t item = begin; item < end; ++item) {
    const std::int64_t point = item / panels_;
    const std::int64_t first = item % panels_ * kernels_->columns;
    const std::int64_t width = std::min<std::int64_t>(kernels_->columns, columns - first);
    const auto* table = kernels_->multiply[width / kWinogradBlock - 1];
    product.u = view<float>(weights_.bytes().data()) + point * depth_ * columns + first * depth_;
    // While this panel is multiplied the next one, which lies behind it, comes nearer.
    product.next_step = width / pieces;
    for (std::int64_t i = 0; i < pieces; ++i) {
      const std::int64_t row = p.count * i / pieces;
      const std::int64_t rows = p.count * (i + 1) / pieces - row;
      product.next = product.u + (pieces + i) * depth_ * product.next_step;
      product.v = p.v + point * v_point_ + row * kWinogradBlock;
      product.m =
          p.m + point * m_point_ + first / kWinogradBlock * product.m_block + row * kWinogradBlock;
      table[rows - 1](product);
    }
  }
}

void WinogradConv::finish(const Part& p, std::int64_t begin, std::int64_t end) const {
  const auto run = kernels_->finish[s_.narrow_out ? 1 : 0][side_ / 4];
  const std::int64_t bytes = s_.narrow_out ? 2 : 4;
  WinogradResult result;
  result.m_point = m_point_;
  result.m_block = block_tiles_ * kWinogradBlock;
  result.bias = bias_.data<float>().data();
  result.outputs = s_.outputs;
  result.row = s_.out_width * s_.outputs;
  for (std::int64_t t = begin; t < end; ++t) {
    const std::int64_t tile = p.first + t;
    const std::int64_t image = tile / (tiles_down_ * tiles_across_);
    const std::int64_t top = tile / tiles_across_ % tiles_down_ * side_;
    const std::int64_t left = tile % tiles_across_ * side_;
    const std::int64_t at =
        ((image * s_.out_height + top) * s_.out_width + left) * s_.outputs * bytes;
    result.m = p.m + t * kWinogradBlock;
    result.y = p.y + at;
    result.residual = p.residual == nullptr ? nullptr : p.residual + at;
    result.height = static_cast<int>(std::min<std::int64_t>(side_, s_.out_height - top));
    result.width = static_cast<int>(std::min<std::int64_t>(side_, s_.out_width - left));
    run(result, posts_);
  }
}

}  // namespace pare
