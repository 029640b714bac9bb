#include <algorithm>
#include <cmath>
#include <numeric>

#include "runtime/differential.hpp"

namespace pare {
namespace {

using Ints = std::vector<std::int64_t>;
using enum ElementKind;

constexpr std::array<ElementKind, 15> kKinds = {f32, f16, bf16, f64, i8,      u8,  i16, u16,
                                                i32, u32, i64,  u64, boolean, c64, c128};

/// The input, plain or as a kernel before leaves it in channels_last.
struct Source {
  Value* value = nullptr;
  Tensor data;
};

Source source(Differential& d, Builder& b, const Shape& shape, ElementKind kind) {
  Source s{b.input(b.graph.unique_name("x"), shape, kind), d.values(shape, kind)};
  const bool images = shape.size() >= 3 && shape.size() <= 5;
  const bool pools = kind == f32 || kind == i8 || kind == u8;
  if (images && pools && s.data.size() > 0 &&
      d.coin()) {  // a window of one: leaves the values as they are
    s.value = b.node("MaxPool", {s.value}, {{"kernel_shape", Ints(shape.size() - 2, 1)}});
  }
  return s;
}

ElementKind any_kind(Differential& d) { return kKinds[static_cast<std::size_t>(d.below(15))]; }

Shape any_shape(Differential& d, std::size_t rank) {
  Shape s(rank);
  for (std::int64_t& x : s) x = d.pick<std::int64_t>({1, 2, 3, 7, rank < 4 ? 17 : 5});
  return s;
}

/// Every size at every place, and random shapes of every rank.
std::vector<Shape> shapes(Differential& d, std::size_t most_rank, int random) {
  std::vector<Shape> all;
  for (std::size_t rank = 1; rank <= most_rank; ++rank) {
    for (std::size_t place = 0; place < rank; ++place) {
      for (const std::int64_t size : kSizes) {
        Shape s(rank, 2);
        s[place] = size;
        all.push_back(s);
      }
    }
    for (int i = 0; i < random; ++i) all.push_back(any_shape(d, rank));
  }
  return all;
}

/// One node whose first input is `shape`; more() adds what the node needs.
template <class More>
void one(Differential& d, const Shape& shape, ElementKind kind, More more) {
  Builder b;
  const Source s = source(d, b, shape, kind);
  Value* y = more(b, s.value);
  b.graph.add_output(y);
  d.check(b, {s.data}, kSameBits);
}

void transpose(Differential& d, const Shape& shape, ElementKind kind) {
  Ints perm(shape.size());
  std::iota(perm.begin(), perm.end(), 0);
  for (std::size_t i = perm.size(); i > 1; --i) {
    std::swap(perm[i - 1], perm[static_cast<std::size_t>(d.below(static_cast<std::int64_t>(i)))]);
  }
  one(d, shape, kind, [&](Builder& b, Value* x) {
    if (d.below(8) == 0) return b.node("Transpose", {x});
    return b.node("Transpose", {x}, {{"perm", perm}});
  });
}

void slice(Differential& d, const Shape& shape, ElementKind kind) {
  Ints starts, ends, axes, steps;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (d.below(3) == 0) continue;
    axes.push_back(d.coin()
                       ? static_cast<std::int64_t>(i)
                       : static_cast<std::int64_t>(i) - static_cast<std::int64_t>(shape.size()));
    const std::int64_t step = d.pick<std::int64_t>({1, 1, 2, 3, -1, -2, 255});
    steps.push_back(step);
    const std::int64_t a = d.below(shape[i] + 1);
    const std::int64_t far = d.pick<std::int64_t>({a, shape[i] + 9, INT64_MAX});
    starts.push_back(step > 0 ? a : shape[i]);
    ends.push_back(step > 0 ? far : d.pick<std::int64_t>({-shape[i] - 1, INT64_MIN, 0}));
  }
  if (axes.empty()) return;
  one(d, shape, kind, [&](Builder& b, Value* x) {
    return b.node("Slice",
                  {x, d.ints(b, starts), d.ints(b, ends), d.ints(b, axes), d.ints(b, steps)});
  });
}

void pad(Differential& d, const Shape& shape, ElementKind kind) {
  if (kind == c64 || kind == c128) return;
  const char* mode = d.pick<const char*>({"constant", "constant", "reflect", "edge", "wrap"});
  const bool constant = mode == std::string("constant");
  Ints pads;
  for (int side = 0; side < 2; ++side) {
    for (const std::int64_t size : shape) {
      if (constant) {
        pads.push_back(d.below(4) == 0 && size > 2 ? -1 : d.below(4));
      } else {
        pads.push_back(d.below(std::clamp<std::int64_t>(size, 1, 4)));
      }
    }
  }
  one(d, shape, kind, [&](Builder& b, Value* x) {
    std::vector<Value*> inputs = {x, d.ints(b, pads)};
    if (constant && d.coin()) inputs.push_back(d.constant(b, d.values({}, kind)));
    return b.node("Pad", inputs, {{"mode", std::string(mode)}});
  });
}

void gather(Differential& d, const Shape& shape, ElementKind kind) {
  const std::int64_t axis = d.below(static_cast<std::int64_t>(shape.size()));
  const std::int64_t size = shape[static_cast<std::size_t>(axis)];
  if (size == 0) return;
  const Shape at = d.pick<Shape>({{}, {1}, {3}, {2, 2}, {17}});
  Tensor indices(i64, at);
  for (std::int64_t& i : indices.mutable_data<std::int64_t>()) i = d.below(2 * size) - size;
  one(d, shape, kind, [&](Builder& b, Value* x) {
    return b.node("Gather", {x, d.constant(b, indices)}, {{"axis", axis}});
  });
}

void expand_and_tile(Differential& d, const Shape& shape, ElementKind kind) {
  Shape wide = d.coin() ? Shape{2} : Shape{};
  Ints repeats;
  for (const std::int64_t size : shape) {
    wide.push_back(size == 1 ? d.pick<std::int64_t>({1, 3, 7}) : d.pick<std::int64_t>({1, size}));
    repeats.push_back(d.pick<std::int64_t>({1, 1, 2, 3, size > 20 ? 1 : 0}));
  }
  one(d, shape, kind, [&](Builder& b, Value* x) { return b.node("Expand", {x, d.ints(b, wide)}); });
  one(d, shape, kind, [&](Builder& b, Value* x) {
    return b.node("Tile", {x, d.ints(b, repeats)});
  });
}

void blocks(Differential& d, ElementKind kind) {
  const std::int64_t block = d.pick<std::int64_t>({1, 2, 3});
  const std::int64_t c = d.pick<std::int64_t>({1, 3, 7});
  const std::int64_t h = d.pick<std::int64_t>({1, 2, 5});
  const std::int64_t w = d.pick<std::int64_t>({1, 3, 17});
  one(d, {2, c * block * block, h, w}, kind, [&](Builder& b, Value* x) {
    return b.node("DepthToSpace", {x},
                  {{"blocksize", block}, {"mode", std::string(d.coin() ? "DCR" : "CRD")}});
  });
  one(d, {2, c, h * block, w * block}, kind, [&](Builder& b, Value* x) {
    return b.node("SpaceToDepth", {x}, {{"blocksize", block}});
  });
}

void split(Differential& d, const Shape& shape, ElementKind kind) {
  const std::int64_t axis = d.below(static_cast<std::int64_t>(shape.size()));
  const std::int64_t size = shape[static_cast<std::size_t>(axis)];
  const std::int64_t first = size == 0 ? 0 : d.below(size + 1);
  Builder b;
  const Source s = source(d, b, shape, kind);
  NodeSpec spec{.op = "Split", .inputs = {s.value, d.ints(b, {first, size - first})}};
  spec.attributes["axis"] = axis;
  spec.output_names = {"first", "second"};
  Node* node = b.graph.add_node(std::move(spec));
  b.graph.add_output(node->output(0));
  if (d.coin()) b.graph.add_output(node->output(1));
  d.check(b, {s.data}, kSameBits);
}

void nearest(Differential& d, const Shape& shape, ElementKind kind) {
  if (kind == c64 || kind == c128 || kind == boolean) return;
  std::vector<float> scales;
  for (const std::int64_t size : shape) {
    scales.push_back(size > 20 ? 1.0F : d.pick({1.0F, 1.0F, 2.0F, 1.5F, 0.5F, 0.34F}));
    if (static_cast<float>(size) * scales.back() < 1) scales.back() = 1;
  }
  one(d, shape, kind, [&](Builder& b, Value* x) {
    const auto n = static_cast<std::int64_t>(scales.size());
    return b.node(
        "Resize", {x, nullptr, d.constant(b, Tensor::of<float>({n}, scales))},
        {{"mode", std::string("nearest")},
         {"coordinate_transformation_mode",
          std::string(d.pick<const char*>({"half_pixel", "asymmetric", "align_corners"}))},
         {"nearest_mode", std::string(d.pick<const char*>(
                              {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"}))}});
  });
}

void views(Differential& d, const Shape& shape, ElementKind kind) {
  one(d, shape, kind, [&](Builder& b, Value* x) { return b.node("Identity", {x}); });
  one(d, shape, kind, [&](Builder& b, Value* x) {
    return b.node("Flatten", {x}, {{"axis", d.below(static_cast<std::int64_t>(shape.size()))}});
  });
  one(d, shape, kind, [&](Builder& b, Value* x) {
    return b.node("Unsqueeze", {x, d.ints(b, {static_cast<std::int64_t>(shape.size()), 0})});
  });
  one(d, shape, kind, [&](Builder& b, Value* x) {
    if (element_count(shape) == 0)
      return b.node("Reshape", {x, d.ints(b, {5, 0})}, {{"allowzero", std::int64_t{1}}});
    return b.node("Reshape", {x, d.ints(b, {1, -1})});
  });
  if (shape[0] == 1) {
    one(d, shape, kind, [&](Builder& b, Value* x) {
      return b.node("Squeeze", {x, d.ints(b, {0})});
    });
  }
  if (kind == f32 || kind == f16 || kind == bf16 || kind == f64) {
    one(d, shape, kind, [&](Builder& b, Value* x) { return b.node("Dropout", {x}); });
  }
}

void concat(Differential& d, Shape shape, ElementKind kind) {
  const std::int64_t axis = d.below(static_cast<std::int64_t>(shape.size()));
  Builder b;
  std::vector<Value*> parts;
  std::vector<Tensor> inputs;
  for (std::int64_t i = d.below(4) + 1; i > 0; --i) {
    shape[static_cast<std::size_t>(axis)] = d.pick<std::int64_t>({1, 2, 3, 17});
    const Source s = source(d, b, shape, kind);
    parts.push_back(s.value);
    inputs.push_back(s.data);
    if (d.below(4) == 0) parts.push_back(s.value);
  }
  b.graph.add_output(b.node("Concat", parts, {{"axis", axis}}));
  d.check(b, inputs, kSameBits);
}

}  // namespace

void move_cases(Differential& d) {
  for (const Shape& s : shapes(d, 5, 4)) {
    transpose(d, s, any_kind(d));
    slice(d, s, any_kind(d));
    pad(d, s, any_kind(d));
    gather(d, s, any_kind(d));
    expand_and_tile(d, s, any_kind(d));
    split(d, s, any_kind(d));
    nearest(d, s, any_kind(d));
    concat(d, s, any_kind(d));
  }
  for (const Shape& s : shapes(d, 3, 2)) views(d, s, any_kind(d));
  for (const ElementKind kind : kKinds) {
    for (const std::size_t rank : {1U, 3U, 4U}) transpose(d, any_shape(d, rank), kind);
    concat(d, any_shape(d, 4), kind);
    if (kind != c64 && kind != c128) blocks(d, kind);
    slice(d, any_shape(d, 4), kind);
  }
  // From and to channels_last: the two orders that cost nothing, and the other reorders.
  for (const ElementKind kind : {f32, u8}) {
    for (const Shape& s : {Shape{2, 17, 5}, Shape{2, 3, 5, 7}, Shape{1, 2, 3, 4, 5}}) {
      for (int i = 0; i < 10; ++i) transpose(d, s, kind);
    }
  }
}

void resize_cases(Differential& d) {
  for (const Shape& s : shapes(d, 5, 12)) {
    const std::size_t rank = s.size();
    const std::size_t first = rank >= 4 || rank == 2 ? rank - 2 : rank - 1;
    Ints axes;
    Ints sizes;
    std::vector<float> scales;
    for (std::size_t i = first; i < rank; ++i) {
      if (d.below(5) == 0) continue;
      axes.push_back(static_cast<std::int64_t>(i));
      sizes.push_back(s[i] == 0 ? 0 : d.pick<std::int64_t>({1, 2, 3, 7, 17, 33}));
      scales.push_back(d.pick({0.5F, 0.7F, 1.0F, 1.5F, 2.0F, 2.3F}));
      if (static_cast<float>(s[i]) * scales.back() < 1) scales.back() = 1;
    }
    if (axes.empty()) continue;
    Builder b;
    const Source x = source(d, b, s, f32);
    Attributes a = {{"axes", axes}};
    a["mode"] = std::string(d.pick<const char*>({"linear", "cubic"}));
    a["antialias"] = static_cast<std::int64_t>(d.below(3) == 0);
    a["exclude_outside"] = static_cast<std::int64_t>(d.below(4) == 0);
    a["coordinate_transformation_mode"] = std::string(
        d.pick<const char*>({"half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel",
                             "half_pixel_symmetric", "tf_crop_and_resize"}));
    const auto n = static_cast<std::int64_t>(axes.size());
    std::vector<Value*> inputs = {x.value, nullptr};
    if (std::get<std::string>(a["coordinate_transformation_mode"]) == "tf_crop_and_resize") {
      std::vector<float> roi(static_cast<std::size_t>(n), 0.25F);
      roi.resize(static_cast<std::size_t>(2 * n), 0.75F);
      inputs[1] = d.constant(b, Tensor::of<float>({2 * n}, roi));
    }
    if (d.coin()) {
      inputs.push_back(d.constant(b, Tensor::of<float>({n}, scales)));
    } else {
      inputs.push_back(nullptr);
      inputs.push_back(d.ints(b, sizes));
    }
    b.graph.add_output(b.node("Resize", inputs, a));
    // Two dimensions one after the other, at most some dozen float32 terms each.
    d.check(b, {x.data}, Tolerance{32 * 0x1p-24, 0, false});
  }
}

}  // namespace pare
