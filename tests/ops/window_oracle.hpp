#pragma once

// Sliding windows by plain loops over three spatial dimensions, for the tests of convolutions and
// poolings. Shares nothing with the operators.

#include <vector>

#include "ops/elementwise.hpp"

namespace pare {

/// Geometry of a window; with fewer than three dimensions the last ones are meant.
struct Box {
  Shape kernel, stride, dilation, before, after;

  explicit Box(const Shape& k, const Shape& s = {}, const Shape& b = {}, const Shape& a = {},
               const Shape& d = {})
      : kernel(three(k, 1)),
        stride(three(s, 1)),
        dilation(three(d, 1)),
        before(three(b, 0)),
        after(three(a, 0)) {}

  static Shape three(Shape v, std::int64_t fill) {
    while (v.size() < 3) v.insert(v.begin(), fill);
    return v;
  }
  /// Output sizes without ceil_mode.
  [[nodiscard]] Shape out(const Shape& in) const {
    Shape y;
    for (std::size_t i = 0; i < 3; ++i) {
      const std::int64_t room = in[i] + before[i] + after[i] - ((kernel[i] - 1) * dilation[i] + 1);
      y.push_back(room / stride[i] + 1);
    }
    return y;
  }
};

/// [B, C, spatial] with leading spatial dimensions of 1 added.
inline Shape five(Shape s) {
  while (s.size() < 5) s.insert(s.begin() + 2, 1);
  return s;
}

/// Calls body(d, h, w) for every position below `size`.
template <class Body>
void each_position(const Shape& size, Body&& body) {
  for (std::int64_t d = 0; d < size[0]; ++d) {
    for (std::int64_t h = 0; h < size[1]; ++h) {
      for (std::int64_t w = 0; w < size[2]; ++w) body(d, h, w);
    }
  }
}

/// Where tap k of output position p lies in the input, in dimension i; may be outside.
inline std::int64_t tap_at(const Box& box, std::size_t i, std::int64_t p, std::int64_t k) {
  return p * box.stride[i] + k * box.dilation[i] - box.before[i];
}

/// y[b, m] = sum of x * w over the channels of the group of m, plus bias[m].
inline std::vector<float> naive_conv(const Tensor& x, const Tensor& w, const Box& box,
                                     std::int64_t group = 1, const std::vector<double>& bias = {}) {
  const Shape xs = five(x.shape());
  const Shape ws = five(w.shape());
  const Shape in = {xs[2], xs[3], xs[4]};
  const Shape out = box.out(in);
  const std::vector<double> xv = x.to_doubles();
  const std::vector<double> wv = w.to_doubles();
  const std::int64_t maps = ws[0];
  std::vector<float> y;
  for (std::int64_t b = 0; b < xs[0]; ++b) {
    for (std::int64_t m = 0; m < maps; ++m) {
      each_position(out, [&](std::int64_t od, std::int64_t oh, std::int64_t ow) {
        double sum = bias.empty() ? 0 : bias.at(m);
        for (std::int64_t c = 0; c < ws[1]; ++c) {
          const std::int64_t channel = m / (maps / group) * ws[1] + c;
          each_position(box.kernel, [&](std::int64_t kd, std::int64_t kh, std::int64_t kw) {
            const std::int64_t d = tap_at(box, 0, od, kd);
            const std::int64_t h = tap_at(box, 1, oh, kh);
            const std::int64_t v = tap_at(box, 2, ow, kw);
            if (d < 0 || h < 0 || v < 0 || d >= in[0] || h >= in[1] || v >= in[2]) return;
            const std::int64_t at = (((b * xs[1] + channel) * in[0] + d) * in[1] + h) * in[2] + v;
            const std::int64_t k =
                (((m * ws[1] + c) * box.kernel[0] + kd) * box.kernel[1] + kh) * box.kernel[2] + kw;
            sum += xv.at(at) * wv.at(k);
          });
        }
        y.push_back(static_cast<float>(sum));
      });
    }
  }
  return y;
}

/// What a pooling sees of one window: its values on the input, where they lie in the flattened
/// x, and how many taps lie on input or padding (but not behind the padding).
struct Seen {
  std::vector<double> values;
  std::vector<std::int64_t> places;
  std::int64_t padded = 0;
};

/// Every window of every plane, in the order of the outputs, for `out` output positions.
inline std::vector<Seen> naive_windows(const Tensor& x, const Box& box, const Shape& out) {
  const Shape xs = five(x.shape());
  const Shape in = {xs[2], xs[3], xs[4]};
  const std::vector<double> xv = x.to_doubles();
  std::vector<Seen> all;
  for (std::int64_t plane = 0; plane < xs[0] * xs[1]; ++plane) {
    each_position(out, [&](std::int64_t od, std::int64_t oh, std::int64_t ow) {
      Seen seen;
      each_position(box.kernel, [&](std::int64_t kd, std::int64_t kh, std::int64_t kw) {
        const Shape at = {tap_at(box, 0, od, kd), tap_at(box, 1, oh, kh), tap_at(box, 2, ow, kw)};
        bool inside = true;
        bool padded = true;
        for (std::size_t i = 0; i < 3; ++i) {
          inside = inside && at[i] >= 0 && at[i] < in[i];
          padded = padded && at[i] < in[i] + box.after[i];
        }
        if (padded) ++seen.padded;
        if (!inside) return;
        const std::int64_t place = ((plane * in[0] + at[0]) * in[1] + at[1]) * in[2] + at[2];
        seen.values.push_back(xv.at(place));
        seen.places.push_back(place);
      });
      all.push_back(std::move(seen));
    });
  }
  return all;
}

/// Calls body(x, w, y) with flattened indices for every product of a convolution of x [B, C, H, W]
/// with w [M, C / group, H', W'] to positions `out` of three dimensions.
template <class Body>
void each_product(const Shape& x, const Shape& w, const Box& box, const Shape& out, Body&& body) {
  const std::int64_t maps = w[0] / (x[1] / w[1]);  // of a group
  for (std::int64_t b = 0; b < x[0]; ++b) {
    for (std::int64_t m = 0; m < w[0]; ++m) {
      for (std::int64_t c = 0; c < w[1]; ++c) {
        each_position(out, [&](std::int64_t, std::int64_t h, std::int64_t v) {
          each_position(box.kernel, [&](std::int64_t, std::int64_t i, std::int64_t k) {
            const std::int64_t row = tap_at(box, 1, h, i);
            const std::int64_t column = tap_at(box, 2, v, k);
            if (row < 0 || column < 0 || row >= x[2] || column >= x[3]) return;
            const std::int64_t channel = m / maps * w[1] + c;
            body(((b * x[1] + channel) * x[2] + row) * x[3] + column,
                 ((m * w[1] + c) * w[2] + i) * w[3] + k,
                 ((b * w[0] + m) * out[1] + h) * out[2] + v);
          });
        });
      }
    }
  }
}

inline std::vector<float> naive_weight_gradient(const Tensor& x, const Tensor& dy, const Shape& w,
                                                const Box& box, const Shape& out) {
  const std::vector<double> in = x.to_doubles();
  const std::vector<double> flow = dy.to_doubles();
  std::vector<double> dw(static_cast<std::size_t>(element_count(w)));
  each_product(x.shape(), w, box, out, [&](std::int64_t i, std::int64_t k, std::int64_t o) {
    dw.at(k) += in.at(i) * flow.at(o);
  });
  return {dw.begin(), dw.end()};
}

inline std::vector<float> naive_input_gradient(const Tensor& dy, const Tensor& w, const Shape& x,
                                               const Box& box, const Shape& out) {
  const std::vector<double> weights = w.to_doubles();
  const std::vector<double> flow = dy.to_doubles();
  std::vector<double> dx(static_cast<std::size_t>(element_count(x)));
  each_product(x, w.shape(), box, out, [&](std::int64_t i, std::int64_t k, std::int64_t o) {
    dx.at(i) += weights.at(k) * flow.at(o);
  });
  return {dx.begin(), dx.end()};
}

}  // namespace pare
