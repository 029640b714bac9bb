#include <cblas.h>

#include <algorithm>

#include "base/threads.hpp"
#include "kernels/view.hpp"
#include "runtime/onednn.hpp"
#include "runtime/product.hpp"
#include "runtime/rows.hpp"
#include "runtime/window.hpp"

// What training runs besides the forward pass: gradients of convolutions with respect to their
// inputs (a ConvTranspose whose weights change) and to their weights.

namespace pare {
namespace {

using onednn::Desc;
using onednn::Dims;

Verdict accepts_moving_deconv(const Unit& unit, PlanFacts& facts) {
  if (!unit.is("ConvTranspose") || unit.quantized) return not_mine();
  if (unit.input(0)->dtype().kind() != ElementKind::f32) return refuse("not float32");
  const Shape x = shape_of(*unit.input(0));
  const Shape w = shape_of(*unit.input(1));
  if (x.size() < 3 || x.size() > 5) return refuse(cat("rank ", x.size()));
  if (facts.constant(unit.input(1)) != nullptr) return refuse("the weights are constant");
  if (unit.node->input(2) != nullptr) return refuse("a bias");
  if (!unit.posts.empty()) return refuse("something follows");
  const AttributeReader a = facts.attributes(*unit.node);
  const std::int64_t group = a.attr_int("group");
  if (w.size() != x.size() || group < 1 || w[0] % group != 0) return refuse("odd weights");
  const std::string pad = a.attr_string("auto_pad");
  if ((!pad.empty() && pad != "NOTSET") || !a.attr_ints("output_shape").empty()) {
    return refuse("padding that follows from the output size");
  }
  if (element_count(x) == 0 || element_count(w) == 0) return refuse("nothing to do");
  // The image of the convolution whose gradient this is, is y; its result is x.
  const WindowSizes window =
      window_sizes(a, Shape(w.begin() + 2, w.end()), shape_of(*unit.output()), x);
  if (sees_only_padding(window, shape_of(*unit.output()), x)) {
    return refuse("a window of padding alone");
  }
  return accept();
}

Prepared make_moving_deconv(const Unit& unit, PlanFacts& facts) {
  const Shape x = shape_of(*unit.input(0));
  const Shape y = shape_of(*unit.output());
  Dims weights = shape_of(*unit.input(1));
  const AttributeReader a = facts.attributes(*unit.node);
  WindowSizes window = window_sizes(a, Shape(weights.begin() + 2, weights.end()), y, x);
  for (auto& d : window.dilations) --d;
  const std::int64_t group = a.attr_int("group");
  if (group > 1) {
    weights[0] /= group;
    weights.insert(weights.begin(), group);
  }
  return onednn::guarded([&] {
    constexpr auto kType = onednn::Type::f32;
    constexpr auto kAlgorithm = dnnl::algorithm::convolution_direct;
    const Desc image = onednn::desc_of(kType, y, Layout::channels_last);
    const Desc result = onednn::desc_of(kType, x, Layout::channels_last);
    const Desc any = onednn::any(kType, weights);
    const dnnl::convolution_forward::primitive_desc forward(
        dnnl::convolution_forward::desc(dnnl::prop_kind::forward_training, kAlgorithm, image, any,
                                        result, window.strides, window.dilations, window.before,
                                        window.after),
        onednn::engine());
    const dnnl::convolution_backward_data::primitive_desc pd(
        dnnl::convolution_backward_data::desc(kAlgorithm, image, any, result, window.strides,
                                              window.dilations, window.before, window.after),
        onednn::attributes(), onednn::engine(), forward);
    auto kernel = std::make_unique<onednn::PrimitiveKernel>(dnnl::convolution_backward_data(pd));
    kernel->bind_input(DNNL_ARG_DIFF_DST, result, 0);
    kernel->bind_output(DNNL_ARG_DIFF_SRC, image);
    kernel->bind_scratch(pd.scratchpad_desc());
    Prepared made;
    made.scratch_bytes = pd.scratchpad_desc().get_size();
    const std::size_t offset = onednn::add_scratch(made, pd.weights_desc());
    kernel->bind_reordered(DNNL_ARG_WEIGHTS, onednn::plain(kType, weights), pd.weights_desc(), 1,
                           offset);
    made.inputs = {{unit.input(0), Layout::channels_last}, {unit.input(1), Layout::plain}};
    made.outputs = {Layout::channels_last};
    made.note = pd.impl_info_str();
    made.kernel = std::move(kernel);
    return made;
  });
}

/// Sizes of dw[g][m, k] = sum over b, p of dy[b, g m, p] * patch[b, g, k, p].
struct WeightGradient {
  Shape image, result;  // spatial sizes
  WindowSizes window;
  std::int64_t batch = 1, group = 1;
  std::int64_t depth = 1, maps = 1;  // channels of x and dy in a group
  std::int64_t taps = 1, pixels = 1, positions = 1;

  [[nodiscard]] std::int64_t columns() const { return depth * taps; }
};

WeightGradient sizes_of(const Unit& unit, PlanFacts& facts) {
  const Shape x = shape_of(*unit.input(0));
  const Shape dy = shape_of(*unit.input(1));
  const Shape w = shape_of(*unit.output());
  const AttributeReader a = facts.attributes(*unit.node);
  WeightGradient s;
  const Shape kernel(w.begin() + 2, w.end());
  s.window = window_sizes(a, kernel, x, dy);
  s.image.assign(x.begin() + 2, x.end());
  s.result.assign(dy.begin() + 2, dy.end());
  s.batch = x[0];
  s.group = a.attr_int("group");
  s.depth = w[1];
  s.maps = w[0] / s.group;
  s.taps = element_count(kernel);
  s.pixels = element_count(s.image);
  s.positions = element_count(s.result);
  return s;
}

Verdict accepts_weight_gradient(const Unit& unit, PlanFacts& facts) {
  if (!unit.node->is("pare", "ConvWeightGradient")) return not_mine();
  if (unit.input(0)->dtype().kind() != ElementKind::f32) return refuse("not float32");
  const Shape x = shape_of(*unit.input(0));
  const Shape dy = shape_of(*unit.input(1));
  const Shape w = shape_of(*unit.output());
  if (x.size() < 3 || x.size() != dy.size() || x.size() != w.size()) return refuse("odd ranks");
  const std::int64_t group = facts.attributes(*unit.node).attr_int("group");
  const bool fits =
      group >= 1 && w[0] % group == 0 && x[1] == w[1] * group && dy[1] == w[0] && dy[0] == x[0];
  if (!fits) return refuse("odd weights");
  if (element_count(x) == 0 || element_count(dy) == 0 || element_count(w) == 0) {
    return refuse("nothing to do");
  }
  return accept();
}

/// Row k of the patches of one group of one image: the pixels that tap k meets, by position.
void unfold_row(const WeightGradient& s, const float* x, std::int64_t k, float* to) {
  const float* plane = x + k / s.taps * s.pixels;
  const std::size_t n = s.image.size();
  std::vector<std::int64_t> tap(n);  // offset of the tap from the window's first pixel
  for (std::size_t i = n, rest = static_cast<std::size_t>(k % s.taps); i-- > 0;) {
    const auto size = static_cast<std::size_t>(s.window.kernel[i]);
    tap[i] = static_cast<std::int64_t>(rest % size) * s.window.dilations[i] - s.window.before[i];
    rest /= size;
  }
  const std::int64_t width = s.result[n - 1];
  const std::int64_t stride = s.window.strides[n - 1];
  // The positions of a line whose pixel lies inside the image.
  const std::int64_t first = tap[n - 1] >= 0 ? 0 : (-tap[n - 1] + stride - 1) / stride;
  const std::int64_t behind = s.image[n - 1] - tap[n - 1];
  const std::int64_t last =
      std::clamp<std::int64_t>(behind <= 0 ? 0 : (behind + stride - 1) / stride, 0, width);
  for (std::int64_t line = 0; line < s.positions / width; ++line, to += width) {
    std::int64_t at = 0;
    std::int64_t step = s.image[n - 1];
    bool inside = first < last;
    for (std::size_t i = n - 1, rest = static_cast<std::size_t>(line); i-- > 0;) {
      const auto size = static_cast<std::size_t>(s.result[i]);
      const std::int64_t pixel =
          static_cast<std::int64_t>(rest % size) * s.window.strides[i] + tap[i];
      rest /= size;
      inside = inside && pixel >= 0 && pixel < s.image[i];
      at += pixel * step;
      step *= s.image[i];
    }
    if (!inside) {
      std::fill_n(to, width, 0.0F);
      continue;
    }
    std::fill_n(to, first, 0.0F);
    const float* from = plane + at + tap[n - 1];
    for (std::int64_t p = first; p < last; ++p) to[p] = from[p * stride];
    std::fill(to + last, to + width, 0.0F);
  }
}

/// sums [rows, columns] += flow [rows, positions] * patches [columns, positions]'.
void add_products(const WeightGradient& s, std::int64_t rows, const float* flow,
                  const float* patches, float* sums) {
  const auto positions = static_cast<int>(s.positions);
  const auto columns = static_cast<int>(s.columns());
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, static_cast<int>(rows), columns, positions,
              1, flow, positions, patches, positions, 1, sums, columns);
}

/// Image by image; each block of maps is summed by one thread, so that the sums do not depend on
/// the number of threads.
void sum_by_blocks(const WeightGradient& s, const float* x, const float* dy, float* patches,
                   float* dw) {
  constexpr std::int64_t kMaps = 8;
  std::fill_n(dw, s.group * s.maps * s.columns(), 0.0F);
  for (std::int64_t bg = 0; bg < s.batch * s.group; ++bg) {
    const float* image = x + bg * s.depth * s.pixels;
    const float* flow = dy + bg * s.maps * s.positions;
    float* sums = dw + bg % s.group * s.maps * s.columns();
    parallel_for(s.columns(), 4, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t k = begin; k < end; ++k) {
        unfold_row(s, image, k, patches + k * s.positions);
      }
    });
    const std::int64_t blocks = (s.maps + kMaps - 1) / kMaps;
    parallel_for(blocks, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t m = begin * kMaps; m < std::min(end * kMaps, s.maps); m += kMaps) {
        add_products(s, std::min(kMaps, s.maps - m), flow + m * s.positions, patches,
                     sums + m * s.columns());
      }
    });
  }
}

/// Each image by one thread, then their sums in order: fewer waits, more memory.
void sum_by_images(const WeightGradient& s, const float* x, const float* dy, float* parts,
                   float* dw) {
  const std::int64_t size = s.maps * s.columns();
  parallel_for(s.batch * s.group, 1, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> patches(static_cast<std::size_t>(s.columns() * s.positions));
    for (std::int64_t bg = begin; bg < end; ++bg) {
      for (std::int64_t k = 0; k < s.columns(); ++k) {
        unfold_row(s, x + bg * s.depth * s.pixels, k, patches.data() + k * s.positions);
      }
      std::fill_n(parts + bg * size, size, 0.0F);
      add_products(s, s.maps, dy + bg * s.maps * s.positions, patches.data(), parts + bg * size);
    }
  });
  const std::int64_t all = s.group * size;
  parallel_for(all, 1024, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      float sum = 0;
      for (std::int64_t b = 0; b < s.batch; ++b) sum += parts[b * all + i];
      dw[i] = sum;
    }
  });
}

Prepared make_weight_gradient(const Unit& unit, PlanFacts& facts) {
  const WeightGradient s = sizes_of(unit, facts);
  Prepared made;
  made.inputs = {{unit.input(0), Layout::plain}, {unit.input(1), Layout::plain}};
  made.outputs = {Layout::plain};
  constexpr std::int64_t kMostParts = std::int64_t{4} << 20;  // elements
  const std::int64_t parts = s.batch * s.group * s.maps * s.columns();
  const bool by_images = s.batch * s.group > 3 && parts <= kMostParts;
  const std::int64_t scratch = by_images ? parts : s.columns() * s.positions;
  made.scratch_bytes = static_cast<std::size_t>(scratch) * sizeof(float);
  made.kernel = std::make_unique<FunctionKernel>([s, by_images](const KernelArgs& args) {
    (by_images ? sum_by_images : sum_by_blocks)(s, view<float>(args.in[0]), view<float>(args.in[1]),
                                                view<float>(args.scratch),
                                                view<float>(args.out[0]));
  });
  return made;
}

constexpr KernelRow kRows[] = {
    {"onednn:conv_backward", accepts_moving_deconv, make_moving_deconv},
    {"native:conv_weight_gradient", accepts_weight_gradient, make_weight_gradient}};

}  // namespace

std::span<const KernelRow> backward_rows() { return kRows; }

}  // namespace pare
