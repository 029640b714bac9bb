#include "data/resize.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace pare {
namespace {

constexpr std::int64_t kSideLimit = 65535;
/// Weights are integers with this many fraction bits: 8 bits of colour and 2 of overshoot remain.
constexpr int kWeightBits = 32 - 8 - 2;

double cubic(double x, double a) {
  x = std::abs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

double weight_of(ResizeFilter filter, double x) {
  if (filter == ResizeFilter::bicubic) return cubic(x, -0.5);
  return std::max(0.0, 1 - std::abs(x));
}

double support_of(ResizeFilter filter) { return filter == ResizeFilter::bicubic ? 2 : 1; }

/// The source pixels that make up one target pixel, first ... first + weights.size() - 1.
struct Taps {
  std::int64_t first = 0;
  std::vector<std::int32_t> weights;
};

/// Filter weights along one axis, for a filter that widens with the reduction.
std::vector<Taps> wide_taps(std::int64_t in, std::int64_t out, ResizeFilter filter) {
  const double scale = static_cast<double>(in) / static_cast<double>(out);
  const double stretch = std::max(scale, 1.0);
  const double support = support_of(filter) * stretch;
  std::vector<Taps> all(static_cast<std::size_t>(out));
  std::vector<double> exact;
  for (std::int64_t i = 0; i < out; ++i) {
    const double centre = (static_cast<double>(i) + 0.5) * scale;
    const auto first =
        std::max<std::int64_t>(0, static_cast<std::int64_t>(std::trunc(centre - support + 0.5)));
    const auto last =
        std::min<std::int64_t>(in, static_cast<std::int64_t>(std::trunc(centre + support + 0.5)));
    exact.clear();
    double sum = 0;
    for (std::int64_t x = first; x < last; ++x) {
      exact.push_back(weight_of(filter, (static_cast<double>(x) - centre + 0.5) / stretch));
      sum += exact.back();
    }
    Taps& taps = all[static_cast<std::size_t>(i)];
    taps.first = first;
    for (const double w : exact) {
      const double share = sum == 0 ? w : w / sum;
      const double scaled = share * static_cast<double>(1 << kWeightBits);
      taps.weights.push_back(
          static_cast<std::int32_t>(std::trunc(scaled + std::copysign(0.5, scaled))));
    }
  }
  return all;
}

std::uint8_t rounded(std::int64_t sum) {
  sum = (sum + (std::int64_t{1} << (kWeightBits - 1))) >> kWeightBits;
  return static_cast<std::uint8_t>(std::clamp<std::int64_t>(sum, 0, 255));
}

struct Size {
  std::int64_t height;
  std::int64_t width;
  std::int64_t channels;
};

std::vector<std::uint8_t> pass_across(std::span<const std::uint8_t> in, const Size& size,
                                      const std::vector<Taps>& taps) {
  const auto out_width = static_cast<std::int64_t>(taps.size());
  std::vector<std::uint8_t> out(static_cast<std::size_t>(size.height * out_width * size.channels));
  std::size_t to = 0;
  for (std::int64_t y = 0; y < size.height; ++y) {
    const std::uint8_t* row = in.data() + y * size.width * size.channels;
    for (const Taps& tap : taps) {
      const std::uint8_t* first = row + tap.first * size.channels;
      for (std::int64_t c = 0; c < size.channels; ++c) {
        std::int64_t sum = 0;
        const std::uint8_t* at = first + c;
        for (const std::int32_t w : tap.weights) {
          sum += std::int64_t{w} * *at;
          at += size.channels;
        }
        out[to++] = rounded(sum);
      }
    }
  }
  return out;
}

std::vector<std::uint8_t> pass_down(std::span<const std::uint8_t> in, const Size& size,
                                    const std::vector<Taps>& taps) {
  const auto row = static_cast<std::size_t>(size.width * size.channels);
  std::vector<std::uint8_t> out(taps.size() * row);
  std::vector<std::int64_t> sums(row);
  for (std::size_t y = 0; y < taps.size(); ++y) {
    std::fill(sums.begin(), sums.end(), 0);
    const std::uint8_t* at = in.data() + static_cast<std::size_t>(taps[y].first) * row;
    for (const std::int32_t w : taps[y].weights) {
      for (std::size_t i = 0; i < row; ++i) sums[i] += std::int64_t{w} * at[i];
      at += row;
    }
    for (std::size_t i = 0; i < row; ++i) out[y * row + i] = rounded(sums[i]);
  }
  return out;
}

/// Source pixels and their weights for plain interpolation between pixel centres.
struct PlainTaps {
  std::int64_t first = 0;
  std::vector<double> weights;
};

std::vector<PlainTaps> plain_taps(std::int64_t in, std::int64_t out, ResizeFilter filter) {
  const double scale = static_cast<double>(in) / static_cast<double>(out);
  const int reach = filter == ResizeFilter::bicubic ? 2 : 1;
  std::vector<PlainTaps> all(static_cast<std::size_t>(out));
  for (std::int64_t i = 0; i < out; ++i) {
    const double centre = (static_cast<double>(i) + 0.5) * scale - 0.5;
    const auto below = static_cast<std::int64_t>(std::floor(centre));
    PlainTaps& taps = all[static_cast<std::size_t>(i)];
    taps.first = below - reach + 1;
    for (int k = 0; k < 2 * reach; ++k) {
      const double distance = static_cast<double>(taps.first + k) - centre;
      taps.weights.push_back(filter == ResizeFilter::bicubic ? cubic(distance, -0.75)
                                                             : 1 - std::abs(distance));
    }
  }
  return all;
}

double plain_value(std::span<const std::uint8_t> in, const Size& size, const PlainTaps& down,
                   const PlainTaps& across, std::int64_t channel) {
  double sum = 0;
  for (std::size_t ky = 0; ky < down.weights.size(); ++ky) {
    const std::int64_t y =
        std::clamp<std::int64_t>(down.first + static_cast<std::int64_t>(ky), 0, size.height - 1);
    double line = 0;
    for (std::size_t kx = 0; kx < across.weights.size(); ++kx) {
      const std::int64_t x =
          std::clamp<std::int64_t>(across.first + static_cast<std::int64_t>(kx), 0, size.width - 1);
      line += across.weights[kx] *
              in[static_cast<std::size_t>((y * size.width + x) * size.channels + channel)];
    }
    sum += down.weights[ky] * line;
  }
  return sum;
}

void interpolate(std::span<const std::uint8_t> in, const Size& size, ResizeFilter filter,
                 Tensor& target) {
  const auto down = plain_taps(size.height, target.dim(0), filter);
  const auto across = plain_taps(size.width, target.dim(1), filter);
  const auto out = target.mutable_data<std::uint8_t>();
  std::size_t to = 0;
  for (const PlainTaps& y : down) {
    for (const PlainTaps& x : across) {
      for (std::int64_t c = 0; c < size.channels; ++c) {
        const double value = plain_value(in, size, y, x, c);
        out[to++] = static_cast<std::uint8_t>(std::clamp(std::floor(value + 0.5), 0.0, 255.0));
      }
    }
  }
}

void pick_nearest(std::span<const std::uint8_t> in, const Size& size, Tensor& target) {
  const auto out = target.mutable_data<std::uint8_t>();
  const std::int64_t height = target.dim(0);
  const std::int64_t width = target.dim(1);
  std::size_t to = 0;
  for (std::int64_t y = 0; y < height; ++y) {
    // floor((y + 0.5) * in / out) in integers
    const std::int64_t from_y = (2 * y + 1) * size.height / (2 * height);
    for (std::int64_t x = 0; x < width; ++x) {
      const std::int64_t from_x = (2 * x + 1) * size.width / (2 * width);
      const std::int64_t at = (from_y * size.width + from_x) * size.channels;
      for (std::int64_t c = 0; c < size.channels; ++c) {
        out[to++] = in[static_cast<std::size_t>(at + c)];
      }
    }
  }
}

void check_picture(const Tensor& image) {
  require(image.rank() == 3 && image.kind() == ElementKind::u8 && !image.empty(),
          "resize: want a u8 picture [H,W,C]");
}

}  // namespace

Tensor resize_image(const Tensor& image, std::int64_t height, std::int64_t width,
                    ResizeFilter filter, bool antialias) {
  check_picture(image);
  if (height < 1 || width < 1 || height > kSideLimit || width > kSideLimit) {
    throw Error(Fault::usage, cat("cannot resize a picture to ", width, " x ", height,
                                  " (sides from 1 to ", kSideLimit, ")"));
  }
  const Size size{image.dim(0), image.dim(1), image.dim(2)};
  if (size.height == height && size.width == width) return image;
  Tensor out(ElementKind::u8, {height, width, size.channels});
  const auto in = image.data<std::uint8_t>();
  if (filter == ResizeFilter::nearest) {
    pick_nearest(in, size, out);
    return out;
  }
  if (!antialias) {
    interpolate(in, size, filter, out);
    return out;
  }
  std::vector<std::uint8_t> middle;
  std::span<const std::uint8_t> now = in;
  if (size.width != width) {
    middle = pass_across(now, size, wide_taps(size.width, width, filter));
    now = middle;
  }
  std::vector<std::uint8_t> last;
  if (size.height != height) {
    const Size narrow{size.height, width, size.channels};
    last = pass_down(now, narrow, wide_taps(size.height, height, filter));
    now = last;
  }
  std::copy(now.begin(), now.end(), out.mutable_data<std::uint8_t>().begin());
  return out;
}

Tensor crop_image(const Tensor& image, const CropBox& box, std::uint8_t pad) {
  check_picture(image);
  require(box.height > 0 && box.width > 0, "crop: empty rectangle");
  const std::int64_t channels = image.dim(2);
  Tensor out(ElementKind::u8, {box.height, box.width, channels});
  const auto in = image.data<std::uint8_t>();
  const auto to = out.mutable_data<std::uint8_t>();
  std::fill(to.begin(), to.end(), pad);
  const std::int64_t left = std::clamp<std::int64_t>(-box.left, 0, box.width);
  const std::int64_t right = std::clamp<std::int64_t>(image.dim(1) - box.left, left, box.width);
  for (std::int64_t y = 0; y < box.height; ++y) {
    const std::int64_t from_y = y + box.top;
    if (from_y < 0 || from_y >= image.dim(0) || left >= right) continue;
    const std::int64_t from = (from_y * image.dim(1) + box.left + left) * channels;
    std::copy_n(in.begin() + from, (right - left) * channels,
                to.begin() + (y * box.width + left) * channels);
  }
  return out;
}

}  // namespace pare
