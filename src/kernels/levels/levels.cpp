#include "kernels/levels/levels.hpp"

#include <algorithm>
#include <cstring>

#include "base/error.hpp"
#include "base/threads.hpp"
#include "kernels/cpu.hpp"
#include "kernels/levels/levels_tables.hpp"

namespace pare {
namespace {

constexpr std::int64_t kColumns = 16;
constexpr std::int64_t kStepBytes = 64;
constexpr std::int64_t kBlockRows = 48;

std::vector<const LevelKernels*> available() {
  std::vector<const LevelKernels*> found;
#if defined(__x86_64__)
  if (cpu::has_avx512_vnni()) found.push_back(level_kernels_vnni());
  if (cpu::has_avx512()) found.push_back(level_kernels_avx512());
  if (cpu::has_avx2()) found.push_back(level_kernels_avx2());
#elif defined(__aarch64__)
  if (cpu::has_neon_i8mm()) found.push_back(level_kernels_neon_i8mm());
  if (cpu::has_neon_dot()) found.push_back(level_kernels_neon_dot());
  found.push_back(level_kernels_neon());
#endif
  found.push_back(level_kernels_base());
  return found;
}

void check(std::span<const std::int8_t> w, std::int64_t k, std::int64_t n, CodeRange r) {
  require(static_cast<std::int64_t>(w.size()) == k * n, "LevelMatrix: wrong count");
  if (r.x_levels < 1 || r.x_levels > 256 || r.x_centre < 0 || r.x_centre >= r.x_levels) {
    throw Error(Fault::usage, cat("activations with ", r.x_levels, " levels"));
  }
  for (const std::int8_t v : w) {
    if (v < r.w_least || v > r.w_greatest) {
      throw Error(Fault::usage,
                  cat("the weight ", v, " is not in [", r.w_least, ", ", r.w_greatest, "]"));
    }
  }
}

std::int64_t up(std::int64_t n, std::int64_t to) { return (n + to - 1) / to; }

}  // namespace

std::span<const LevelKernels* const> level_kernels() {
  static const std::vector<const LevelKernels*> kFound = available();
  return kFound;
}

std::int64_t LevelWindow::out(std::size_t axis) const noexcept {
  const std::int64_t size = axis == 0 ? height : width;
  const std::int64_t extent = dilations[axis] * (kernel[axis] - 1) + 1;
  const std::int64_t room = size + before[axis] + after[axis] - extent;
  return room < 0 ? 0 : room / strides[axis] + 1;
}

/// Where rows of codes come from: a matrix, or windows of images.
class LevelMatrix::Rows {
 public:
  Rows(const std::uint8_t* x, std::int64_t depth) : x_(x), depth_(depth) {}
  Rows(const std::uint8_t* x, const LevelWindow& window)
      : x_(x), depth_(window.depth()), window_(&window) {}

  /// Codes of row m.
  void copy(std::int64_t m, std::uint8_t* to) const {
    if (depth_ == 0) return;
    if (window_ == nullptr) {
      std::memcpy(to, x_ + m * depth_, static_cast<std::size_t>(depth_));
      return;
    }
    const LevelWindow& w = *window_;
    const std::int64_t columns = w.out(1);
    const std::int64_t rows = w.out(0);
    if (columns <= 0 || rows <= 0) return;  // no window fits: there is no row to ask for
    const std::int64_t top = m / columns % rows * w.strides[0] - w.before[0];
    const std::int64_t left = m % columns * w.strides[1] - w.before[1];
    const std::uint8_t* image = x_ + m / (columns * rows) * w.height * w.width * w.channels;
    const std::int64_t span = w.kernel[1] * w.channels;
    for (std::int64_t i = 0; i < w.kernel[0]; ++i, to += span) {
      const std::int64_t y = top + i * w.dilations[0];
      if (y < 0 || y >= w.height) {
        std::memset(to, w.padding, static_cast<std::size_t>(span));
      } else {
        copy_taps(image + y * w.width * w.channels, left, to);
      }
    }
  }

 private:
  void copy_taps(const std::uint8_t* line, std::int64_t left, std::uint8_t* to) const {
    const LevelWindow& w = *window_;
    const auto c = static_cast<std::size_t>(w.channels);
    if (w.dilations[1] == 1 && left >= 0 && left + w.kernel[1] <= w.width) {
      std::memcpy(to, line + left * w.channels, static_cast<std::size_t>(w.kernel[1]) * c);
      return;
    }
    for (std::int64_t j = 0; j < w.kernel[1]; ++j, to += c) {
      const std::int64_t x = left + j * w.dilations[1];
      if (x < 0 || x >= w.width) {
        std::memset(to, w.padding, c);
      } else {
        std::memcpy(to, line + x * w.channels, c);
      }
    }
  }

  const std::uint8_t* x_;
  std::int64_t depth_;
  const LevelWindow* window_ = nullptr;
};

LevelMatrix::LevelMatrix(std::span<const std::int8_t> w, std::int64_t k, std::int64_t n,
                         CodeRange range, const LevelKernels& kernels)
    : kernels_(&kernels), range_(range), k_(k), n_(n) {
  check(w, k, n, range);
  constexpr int kMost16 = 32767;
  const int greatest = std::max(-range.w_least, range.w_greatest);
  const bool pairs_fit = 2 * (range.x_levels - 1) * greatest <= kMost16;
  group_ = range.peak() == 0 ? kMost16 : kMost16 / (2 * range.peak());
  // Short groups would widen all the time.
  constexpr std::int64_t kLeastGroup = 16;
  narrow_ = kernels.narrow != nullptr && pairs_fit && group_ >= kLeastGroup;
  per_step_ = narrow_ || kernels.bytes ? 4 : 2;
  steps_ = up(k, per_step_);
  groups_ = narrow_ ? up(steps_, group_) : 0;
  pack(w);
}

void LevelMatrix::pack(std::span<const std::int8_t> w) {
  const std::int64_t panels = up(n_, kColumns);
  packed_ = Tensor(ElementKind::u8, {panels, steps_, kStepBytes});
  start_ = Tensor(ElementKind::i16, {panels, groups_, 2 * kColumns});
  std::byte* packed = packed_.mutable_bytes().data();
  const auto starts = start_.mutable_data<std::int16_t>();
  shift_.assign(static_cast<std::size_t>(panels * kColumns), 0);
  const std::int64_t width = 4 / per_step_;
  const int centre = range_.x_centre - (kernels_->signed_codes ? 128 : 0);
  for (std::int64_t k = 0; k < k_; ++k) {
    const std::int64_t step = k / per_step_;
    for (std::int64_t n = 0; n < n_; ++n) {
      const std::int8_t v = w[static_cast<std::size_t>(k * n_ + n)];
      const std::int64_t panel = n / kColumns;
      const std::int64_t column = n % kColumns;
      std::byte* at =
          packed + (panel * steps_ + step) * kStepBytes + 4 * column + k % per_step_ * width;
      at[0] = static_cast<std::byte>(v);
      if (width == 2) at[1] = static_cast<std::byte>(v < 0 ? -1 : 0);
      if (narrow_) {
        const std::int64_t lane = 2 * column + k % 4 / 2;
        auto& first = starts[static_cast<std::size_t>(
            (panel * groups_ + step / group_) * 2 * kColumns + lane)];
        first = static_cast<std::int16_t>(first - centre * v);  // modulo 2^16
      } else {
        shift_[static_cast<std::size_t>(panel * kColumns + column)] -= centre * v;
      }
    }
  }
}

void LevelMatrix::multiply(const std::uint8_t* x, std::int64_t m, std::int32_t* y) const {
  run(Rows(x, k_), m, y);
}

void LevelMatrix::convolve(const std::uint8_t* x, std::int64_t batch, const LevelWindow& window,
                           std::int32_t* y) const {
  require(window.depth() == k_, "LevelMatrix: the window has another depth");
  run(Rows(x, window), batch * window.out(0) * window.out(1), y);
}

void LevelMatrix::run(const Rows& rows, std::int64_t m, std::int32_t* y) const {
  const std::int64_t panels = up(n_, kColumns);
  const std::int64_t blocks = up(m, kBlockRows);
  // Few rows: their columns are shared out, too.
  const std::int64_t wanted =
      std::max<std::int64_t>(1, 4 * threads() / std::max<std::int64_t>(1, blocks));
  const std::int64_t shares = std::min(up(panels, kernels_->panels), wanted);
  const std::int64_t each =
      up(up(panels, std::max<std::int64_t>(1, shares)), kernels_->panels) * kernels_->panels;
  const std::int64_t cuts = panels == 0 ? 0 : up(panels, each);
  parallel_for(blocks * cuts, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t first = i / cuts * kBlockRows;
      const std::int64_t panel = i % cuts * each;
      run_block(rows, first, std::min(kBlockRows, m - first),
                {panel, std::min(panel + each, panels)}, y);
    }
  });
}

void LevelMatrix::run_block(const Rows& rows, std::int64_t first, std::int64_t count,
                            std::array<std::int64_t, 2> panels, std::int32_t* y) const {
  // 64 bytes more than the rows need, so that rows do not meet in the same cache set.
  const std::int64_t stride = steps_ * 4 + kStepBytes;
  std::vector<std::byte> x(static_cast<std::size_t>(count * stride));
  // One byte at least: nothing may be copied to no address.
  std::vector<std::uint8_t> row(static_cast<std::size_t>(steps_ * 4 + 1));
  for (std::int64_t r = 0; r < count; ++r) {
    rows.copy(first + r, row.data());
    std::byte* to = x.data() + r * stride;
    if (per_step_ == 4) {
      std::memcpy(to, row.data(), static_cast<std::size_t>(k_));
    } else {
      for (std::int64_t k = 0; k < k_; ++k)
        to[2 * k] = static_cast<std::byte>(row[static_cast<std::size_t>(k)]);
    }
  }
  LevelTile tile;
  tile.x_stride = stride;
  tile.w_stride = steps_ * kStepBytes;
  tile.steps = steps_;
  tile.group = group_;
  tile.start_stride = groups_ * 2 * kColumns;
  std::array<std::int32_t, static_cast<std::size_t>(kMostTileRows * kMostTilePanels * kColumns)>
      sums{};
  tile.y = sums.data();
  const auto* table = narrow_ ? kernels_->narrow : kernels_->wide;
  for (std::int64_t p = panels[0]; p < panels[1]; p += kernels_->panels) {
    const std::int64_t wide = std::min<std::int64_t>(kernels_->panels, panels[1] - p);
    const std::int64_t columns = std::min(n_ - p * kColumns, wide * kColumns);
    tile.w = packed_.bytes().data() + p * tile.w_stride;
    tile.start = start_.data<std::int16_t>().data() + p * tile.start_stride;
    for (std::int64_t r = 0; r < count;) {
      const std::int64_t high = std::min<std::int64_t>(kernels_->rows, count - r);
      tile.x = x.data() + r * stride;
      table[wide - 1][high - 1](tile);
      for (std::int64_t i = 0; i < high; ++i) {
        const std::int32_t* from = sums.data() + i * wide * kColumns;
        const std::int32_t* shift = shift_.data() + p * kColumns;
        std::int32_t* to = y + (first + r + i) * n_ + p * kColumns;
        for (std::int64_t c = 0; c < columns; ++c) to[c] = from[c] + shift[c];
      }
      r += high;
    }
  }
}

}  // namespace pare
