#include <algorithm>
#include <array>
#include <numeric>

#include "ops/_elementwise.hpp"

namespace pare {
namespace {

void check_shapes(const AttributeReader& a, const SymShape& boxes, const SymShape& scores) {
  const bool ranks = boxes.size() == 3 && scores.size() == 3;
  const auto differ = [](const Dim& x, const Dim& y) {
    return x.is_number() && y.is_number() && x.number() != y.number();
  };
  if (!ranks || differ(boxes[2], Dim(4)) || differ(boxes[0], scores[0]) ||
      differ(boxes[1], scores[2])) {
    a.fail(cat("boxes have shape ", to_string(boxes), ", scores ", to_string(scores)));
  }
}

void infer(ShapeContext& c) {
  const SymShape* boxes = c.input_shape(0);
  const SymShape* scores = c.input_shape(1);
  if (boxes != nullptr && scores != nullptr) check_shapes(c, *boxes, *scores);
  c.set_output(0, dtype_of(ElementKind::i64), SymShape{Dim::unknown(), Dim(3)});
}

struct Box {
  double top = 0, left = 0, bottom = 0, right = 0;
  [[nodiscard]] double area() const { return (bottom - top) * (right - left); }
};

/// Corners in either order, or the middle with width and height.
Box box_of(const float* b, bool centred) {
  const std::array<double, 4> v = {static_cast<double>(b[0]), static_cast<double>(b[1]),
                                   static_cast<double>(b[2]), static_cast<double>(b[3])};
  if (centred) {
    return {v[1] - v[3] / 2, v[0] - v[2] / 2, v[1] + v[3] / 2, v[0] + v[2] / 2};
  }
  return {std::min(v[0], v[2]), std::min(v[1], v[3]), std::max(v[0], v[2]), std::max(v[1], v[3])};
}

/// Share of the union that both cover; 0 when either is empty.
double overlap(const Box& a, const Box& b) {
  if (a.area() <= 0 || b.area() <= 0) return 0;
  const double height = std::min(a.bottom, b.bottom) - std::max(a.top, b.top);
  const double width = std::min(a.right, b.right) - std::max(a.left, b.left);
  if (height <= 0 || width <= 0) return 0;
  return height * width / (a.area() + b.area() - height * width);
}

struct Limits {
  std::int64_t most = 0;
  double overlap = 0;
  bool by_score = false;
  float score = 0;
};

template <class T>
T one_or(const OpCall& call, std::size_t i, T otherwise) {
  return call.has_input(i) ? call.input(i).item<T>() : otherwise;
}

/// Indices of the boxes that stay, best first; of equal scores the lower index first.
std::vector<std::int64_t> select(const std::vector<Box>& boxes, const float* scores,
                                 const Limits& limits) {
  std::vector<std::int64_t> order;
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(boxes.size()); ++i) {
    if (!limits.by_score || scores[i] > limits.score) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](std::int64_t a, std::int64_t b) { return scores[a] > scores[b]; });
  std::vector<std::int64_t> kept;
  for (const std::int64_t i : order) {
    if (static_cast<std::int64_t>(kept.size()) >= limits.most) break;
    const bool covered = std::any_of(kept.begin(), kept.end(), [&](std::int64_t k) {
      return overlap(boxes[i], boxes[k]) > limits.overlap;
    });
    if (!covered) kept.push_back(i);
  }
  return kept;
}

void reference(OpCall& call) {
  const Tensor& boxes = call.input(0);
  const Tensor& scores = call.input(1);
  check_shapes(call, to_symbolic(boxes.shape()), to_symbolic(scores.shape()));
  Limits limits;
  limits.most = one_or<std::int64_t>(call, 2, 0);
  limits.overlap = static_cast<double>(one_or<float>(call, 3, 0.0F));
  limits.by_score = call.has_input(4);
  limits.score = one_or<float>(call, 4, 0.0F);
  if (!(limits.overlap >= 0 && limits.overlap <= 1)) {
    call.fail(cat("iou_threshold is ", limits.overlap));
  }
  const bool centred = call.attr_int("center_point_box") != 0;
  const std::int64_t n = boxes.dim(1);
  const float* corner = boxes.data<float>().data();
  const float* score = scores.data<float>().data();
  std::vector<std::int64_t> out;
  for (std::int64_t b = 0; b < boxes.dim(0); ++b) {
    std::vector<Box> all;
    for (std::int64_t i = 0; i < n; ++i) all.push_back(box_of(corner + (b * n + i) * 4, centred));
    for (std::int64_t c = 0; c < scores.dim(1); ++c) {
      for (const std::int64_t i : select(all, score + (b * scores.dim(1) + c) * n, limits)) {
        out.insert(out.end(), {b, c, i});
      }
    }
  }
  const auto rows = static_cast<std::int64_t>(out.size()) / 3;
  call.set_output(0, Tensor::of<std::int64_t>({rows, 3}, out));
}

}  // namespace

/// For every image and class the boxes with the greatest scores, without those that overlap a
/// better one by more than iou_threshold. Shapes: boxes [N, S, 4], scores [N, C, S] -> rows of
/// (image, class, box) [K, 3]. Source: ONNX NonMaxSuppression, version 11.
OpDefs op_non_max_suppression() {
  return OpDef("NonMaxSuppression", 11)
      .input("boxes", {ElementKind::f32}, "tensor(float)")
      .input("scores", {ElementKind::f32}, "tensor(float)")
      .optional_input("max_output_boxes_per_class", {ElementKind::i64}, "tensor(int64)")
      .optional_input("iou_threshold", {ElementKind::f32}, "tensor(float)")
      .optional_input("score_threshold", {ElementKind::f32}, "tensor(float)")
      .output("selected_indices", {ElementKind::i64}, "tensor(int64)")
      .attribute("center_point_box", std::int64_t{0}, "boxes are x y width height")
      .define(infer, reference, ops::free_of_flops);
}

}  // namespace pare
