#include "kernels/window8/window8.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "base/threads.hpp"
#include "kernels/cpu.hpp"
#include "kernels/view.hpp"
#include "kernels/window8/window8_tables.hpp"

namespace pare {
namespace {

constexpr std::int64_t kLanes = 16;
constexpr std::int64_t kWide = kLanes * kWindowVectors;
constexpr std::int64_t kTogether = 16;  // rows of results that share copies of the image's rows

std::vector<const WindowKernels*> available() {
  std::vector<const WindowKernels*> found;
#if defined(__x86_64__)
  if (cpu::has_avx512_vnni()) found.push_back(window_kernels_vnni());
#elif defined(__aarch64__)
  if (cpu::has_neon_dot()) found.push_back(window_kernels_neon_dot());
  found.push_back(window_kernels_neon());
#endif
  found.push_back(window_kernels_base());
  return found;
}

std::int64_t pieces_of(std::int64_t n, std::int64_t size) { return (n + size - 1) / size; }

}  // namespace

std::span<const WindowKernels* const> window_kernels() {
  static const std::vector<const WindowKernels*> kFound = available();
  return kFound;
}

WindowConv::WindowConv(const WindowSizes8& sizes, std::span<const std::int8_t> weights,
                       const WindowAffine& affine, const WindowKernels& kernels)
    : s_(sizes), kernels_(&kernels), blocks_(pieces_of(sizes.outputs, kLanes)) {
  const std::int64_t terms = s_.channels * s_.kernel_height * s_.kernel_width;
  require(weights.size() == static_cast<std::size_t>(s_.outputs * terms),
          "WindowConv: wrong count of weights");
  require(affine.bias.size() == static_cast<std::size_t>(s_.outputs) &&
              affine.scale.size() == affine.bias.size(),
          "WindowConv: wrong count of scales");
  constexpr std::int64_t kMostTerms = 30000;  // twice 255 * 128 times this is below 2^31
  if (terms > kMostTerms) throw Error(Fault::unsupported, cat(terms, " terms"));
  const bool pointwise = s_.kernel_height == 1 && s_.kernel_width == 1 && s_.stride_down == 1 &&
                         s_.stride_across == 1 && s_.top == 0 && s_.left == 0 &&
                         s_.channels % 4 == 0 && s_.out_height == s_.height &&
                         s_.out_width == s_.width;
  if (!s_.planes && !pointwise) throw Error(Fault::unsupported, "pixels of another window");
  constexpr std::int64_t kWord = 4;
  if (s_.planes) {
    row_words_ = pieces_of(s_.kernel_width, kWord);
    row_bytes_ = (s_.out_width - 1) * s_.stride_across + kWord * row_words_;
    for (std::int64_t row = 0; row < s_.kernel_height * s_.channels; ++row) {
      for (std::int64_t i = 0; i < row_words_; ++i) {
        offsets_.push_back(static_cast<std::int32_t>(row * row_bytes_ + kWord * i));
      }
    }
  } else {
    for (std::int64_t i = 0; i < s_.channels; i += kWord) {
      offsets_.push_back(static_cast<std::int32_t>(i));
    }
  }
  words_ = static_cast<std::int64_t>(offsets_.size());
  // Signed codes plus 128 are unsigned ones with a zero point that is 128 greater.
  flip_ = affine.x_signed == kernels.signed_codes ? 0U : 0x80808080U;
  padding_ = static_cast<std::byte>(affine.x_zero & 255);
  parts_ = pare::threads();
  pack(weights, affine);
  plan_posts(affine);
}

void WindowConv::plan_posts(const WindowAffine& affine) {
  const float least = affine.y_signed ? -128.0F : 0.0F;
  posts_.is_signed = affine.y_signed;
  posts_.zero = static_cast<float>(affine.y_zero);
  posts_.low = std::max(affine.low, least - posts_.zero);
  posts_.high = std::max(posts_.low, std::min(affine.high, least + 255.0F - posts_.zero));
  // A bias that was quantized as the sums are is an integer but for the rounding of its scale: it
  // becomes part of what sums begin with.
  constexpr float kMostBias = 1 << 24;
  bool plain = affine.y_zero == 0 && posts_.low == least && posts_.high == least + 255.0F;
  for (const float b : affine.bias) {
    const float whole = std::nearbyint(b);
    plain = plain && std::abs(b) < kMostBias && std::abs(b - whole) <= 1e-4F + 3e-7F * std::abs(b);
  }
  for (const float s : affine.scale) plain = plain && s > 0 && s < 0.5F;
  posts_.plain = plain;
  if (!plain) return;
  const auto start = start_.mutable_data<std::int32_t>();
  for (std::size_t o = 0; o < affine.bias.size(); ++o) {
    start[o] += static_cast<std::int32_t>(std::nearbyint(affine.bias[o]));
  }
}

void WindowConv::pack(std::span<const std::int8_t> weights, const WindowAffine& affine) {
  const std::int64_t all = blocks_ * kLanes;
  weights_ = Tensor(ElementKind::i8, {all, words_ * 4});
  start_ = Tensor(ElementKind::i32, {all});
  bias_ = Tensor(ElementKind::f32, {all});
  scale_ = Tensor(ElementKind::f32, {all});
  std::copy(affine.bias.begin(), affine.bias.end(), bias_.mutable_data<float>().begin());
  std::copy(affine.scale.begin(), affine.scale.end(), scale_.mutable_data<float>().begin());
  const auto start = start_.mutable_data<std::int32_t>();
  std::int8_t* to = weights_.mutable_data<std::int8_t>().data();
  const std::int32_t zero =
      affine.x_zero + (affine.x_signed ? 128 : 0) - (kernels_->signed_codes ? 128 : 0);
  const std::int64_t area = s_.kernel_height * s_.kernel_width;
  for (std::int64_t o = 0; o < s_.outputs; ++o) {
    const std::int64_t tile = o / kWide * kWide;
    const std::int64_t width = std::min(kWide, all - tile);
    for (std::int64_t i = 0; i < s_.channels * area; ++i) {
      const std::int8_t w = weights[static_cast<std::size_t>(o * s_.channels * area + i)];
      const std::int64_t channel = i / area;
      const std::int64_t row = i % area / s_.kernel_width;
      const std::int64_t column = i % s_.kernel_width;
      const std::int64_t word =
          s_.planes ? (row * s_.channels + channel) * row_words_ + column / 4 : channel / 4;
      const std::int64_t inside = s_.planes ? column % 4 : channel % 4;
      to[tile * words_ * 4 + (word * width + o - tile) * 4 + inside] = w;
      start[static_cast<std::size_t>(o)] -= zero * w;
    }
  }
}

std::size_t WindowConv::weight_bytes() const noexcept {
  return weights_.bytes().size() + start_.bytes().size() + bias_.bytes().size() +
         scale_.bytes().size();
}

/// Rows of the image under so many rows of results.
std::int64_t WindowConv::rows_of(std::int64_t results) const noexcept {
  return (results - 1) * s_.stride_down + s_.kernel_height;
}

std::size_t WindowConv::scratch_bytes() const noexcept {
  if (!s_.planes) return 0;
  return static_cast<std::size_t>(parts_ * rows_of(kTogether) * s_.channels * row_bytes_);
}

void WindowConv::run(const std::byte* x, std::byte* y, std::byte* scratch) const {
  if (!s_.planes) {
    constexpr std::int64_t kGrain = 1 << 16;  // bytes of input and output
    const std::int64_t pixels = s_.batch * s_.height * s_.width;
    parallel_for(
        pixels, kGrain / (s_.channels + s_.outputs) + 1, [&](std::int64_t begin, std::int64_t end) {
          run_pixels(x + begin * s_.channels, s_.channels, y + begin * s_.outputs, end - begin);
        });
    return;
  }
  const std::int64_t strips = pieces_of(s_.out_height, kTogether);
  parallel_for(parts_, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t part = begin; part < end; ++part) {
      std::byte* rows = scratch + part * rows_of(kTogether) * s_.channels * row_bytes_;
      const std::int64_t all = s_.batch * strips;
      for (std::int64_t i = all * part / parts_; i < all * (part + 1) / parts_; ++i) {
        const std::int64_t image = i / strips;
        const std::int64_t first = s_.out_height * (i % strips) / strips;
        const std::int64_t count = s_.out_height * (i % strips + 1) / strips - first;
        copy_rows(x + image * s_.channels * s_.height * s_.width, first, count, rows);
        for (std::int64_t r = 0; r < count; ++r) {
          run_pixels(rows + r * s_.stride_down * s_.channels * row_bytes_, s_.stride_across,
                     y + (image * s_.out_height + first + r) * s_.out_width * s_.outputs,
                     s_.out_width);
        }
      }
    }
  });
}

/// The rows under some rows of results, with the padding that belongs to them.
void WindowConv::copy_rows(const std::byte* image, std::int64_t first, std::int64_t count,
                           std::byte* rows) const {
  const std::int64_t begin = std::min(s_.left, row_bytes_);
  const std::int64_t end = std::clamp(s_.left + s_.width, begin, row_bytes_);
  for (std::int64_t i = 0; i < rows_of(count); ++i) {
    const std::int64_t row = first * s_.stride_down - s_.top + i;
    for (std::int64_t c = 0; c < s_.channels; ++c, rows += row_bytes_) {
      if (row < 0 || row >= s_.height) {
        std::fill(rows, rows + row_bytes_, padding_);
        continue;
      }
      const std::byte* from = image + (c * s_.height + row) * s_.width;
      std::fill(rows, rows + begin, padding_);
      std::copy(from, from + (end - begin), rows + begin);
      std::fill(rows + end, rows + row_bytes_, padding_);
    }
  }
}

void WindowConv::run_pixels(const std::byte* x, std::int64_t pixel, std::byte* y,
                            std::int64_t count) const {
  // Pixels whose codes stay in the first-level cache while the tiles of outputs take turns.
  constexpr std::int64_t kNear = 16384;
  const std::int64_t block = std::max<std::int64_t>(48, kNear / std::max<std::int64_t>(pixel, 1));
  WindowTile t;
  t.pixel = pixel;
  t.offsets = offsets_.data();
  t.words = words_;
  t.flip = flip_;
  t.y_pixel = s_.outputs;
  for (std::int64_t first = 0; first < count; first += block) {
    const std::int64_t height = std::min(block, count - first);
    for (std::int64_t o = 0; o < s_.outputs; o += kWide) {
      const std::int64_t vectors = std::min<std::int64_t>(kWindowVectors, blocks_ - o / kLanes);
      const std::int64_t pieces = pieces_of(height, kernels_->rows[vectors - 1]);
      t.w = weights_.bytes().data() + o * words_ * 4;
      t.start = start_.data<std::int32_t>().data() + o;
      t.bias = bias_.data<float>().data() + o;
      t.scale = scale_.data<float>().data() + o;
      t.outputs = static_cast<int>(std::min(kWide, s_.outputs - o));
      for (std::int64_t i = 0; i < pieces; ++i) {
        const std::int64_t row = height * i / pieces;
        const std::int64_t rows = height * (i + 1) / pieces - row;
        t.x = x + (first + row) * pixel;
        t.y = y + (first + row) * s_.outputs + o;
        kernels_->run[posts_.plain ? 1 : 0][vectors - 1][rows - 1](t, posts_);
      }
    }
  }
}

}  // namespace pare
