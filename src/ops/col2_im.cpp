#include <cstring>

#include "ops/_numbers.hpp"
#include "ops/_window.hpp"

namespace pare {
namespace {

constexpr TypeSet kTypes = types::kNumeric | types::kBool | types::kComplex;

void check_sizes(const AttributeReader& a, const SymShape& image, const SymShape& block) {
  if (image.empty() || image.size() != block.size()) {
    a.fail(cat("the image has shape ", to_string(image), ", a block ", to_string(block)));
  }
  for (const SymShape* shape : {&image, &block}) {
    for (const Dim& d : *shape) {
      if (d.is_number() && d.number() < 1) a.fail(cat("a size of ", d.text()));
    }
  }
}

void infer(ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  const auto image = c.input_elements(1);
  const auto block = c.input_elements(2);
  if (x != nullptr && x->size() != 3) c.fail(cat("input has shape ", to_string(*x)));
  if (image && block) check_sizes(c, *image, *block);
  std::optional<SymShape> y;
  if (image) {
    y = SymShape{Dim::unknown(), Dim::unknown()};
    if (x != nullptr) y->front() = x->front();
    if (x != nullptr && block) (*y)[1] = floor_div((*x)[1], product(*block));
    y->insert(y->end(), image->begin(), image->end());
  }
  c.set_output(0, c.input_dtype(0), y);
}

struct Sizes {
  std::int64_t batch = 0, channels = 0, kernel = 0, blocks = 0, pixels = 0;
};

/// y[n, c, pixel] = sum of all block elements that lie on it, each of `parts` numbers.
template <class T>
void fold(const Sizes& s, ops::WindowWalk& walk, const std::vector<T>& x, std::vector<T>& y,
          std::int64_t parts) {
  if (x.empty()) return;  // the kernel may then be of any size
  std::vector<ops::Tap> taps;
  for (std::int64_t l = 0; l < s.blocks; ++l) {
    walk.taps(l, taps);
    for (std::int64_t plane = 0; plane < s.batch * s.channels; ++plane) {
      for (const ops::Tap& t : taps) {
        const std::int64_t to = (plane * s.pixels + t.in) * parts;
        const std::int64_t from = ((plane * s.kernel + t.kernel) * s.blocks + l) * parts;
        for (std::int64_t k = 0; k < parts; ++k) y[to + k] += x[from + k];
      }
    }
  }
}

/// Complex numbers as pairs of their parts.
template <class Part>
Tensor fold_complex(const Sizes& s, ops::WindowWalk& walk, const Tensor& x, const Shape& shape) {
  Tensor out(x.type(), shape);
  std::vector<Part> in(static_cast<std::size_t>(2 * x.size()));
  std::vector<Part> sum(static_cast<std::size_t>(2 * out.size()));
  if (!in.empty()) std::memcpy(in.data(), x.bytes().data(), x.bytes().size());
  fold(s, walk, in, sum, 2);
  if (!sum.empty()) std::memcpy(out.mutable_bytes().data(), sum.data(), out.bytes().size());
  return out;
}

Tensor fold_any(const Sizes& s, ops::WindowWalk& walk, const Tensor& x, const Shape& shape) {
  const auto n = static_cast<std::size_t>(element_count(shape));
  if (x.kind() == ElementKind::c64) return fold_complex<float>(s, walk, x, shape);
  if (x.kind() == ElementKind::c128) return fold_complex<double>(s, walk, x, shape);
  if (x.type().is_integer()) {
    std::vector<std::uint64_t> sum(n);
    fold(s, walk, ops::to_wrapping(x), sum, 1);
    return ops::from_wrapping(sum, shape, x.type());
  }
  std::vector<double> sum(n);
  fold(s, walk, x.to_doubles(), sum, 1);
  return ops::from_doubles(sum, shape, x.type());  // of booleans: true when any is
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  ops::want_rank(call, x, 3, "input");
  ops::want_rank(call, call.input(1), 1, "image_shape");
  ops::want_rank(call, call.input(2), 1, "block_shape");
  const Shape image = call.input(1).to_ints();
  const Shape block = call.input(2).to_ints();
  check_sizes(call, to_symbolic(image), to_symbolic(block));
  ops::WindowWalk walk(call, ops::read_window(call, image.size(), block), image);
  Sizes s;
  s.kernel = walk.kernel_count();
  s.batch = x.dim(0);
  s.channels = x.dim(1) / s.kernel;
  s.blocks = x.dim(2);
  s.pixels = walk.in_count();
  if (x.dim(1) % s.kernel != 0 || s.blocks != walk.out_count()) {
    call.fail(cat("input has shape ", to_string(x.shape()), ", wanted [N,C*", s.kernel, ",",
                  walk.out_count(), "]"));
  }
  Shape shape = {s.batch, s.channels};
  shape.insert(shape.end(), image.begin(), image.end());
  call.set_output(0, fold_any(s, walk, x, shape));
}

Cost cost(const ShapeContext& c) { return ops::per_input(c, 1); }

}  // namespace

/// Blocks put back where a sliding window takes them from: every pixel is the sum of the block
/// elements that lie on it; those on the padding are dropped. Shapes: input [N, C * block, L],
/// image_shape [r], block_shape [r] -> y [N, C, image]. Errors: Fault::corrupt when L is not the
/// number of places of the window. Text, which ONNX lists, has no sum and is not taken. Source:
/// ONNX Col2Im, version 18.
OpDefs op_col2_im() {
  return OpDef("Col2Im", 18)
      .input("input", kTypes)
      .input("image_shape", {ElementKind::i64}, "I")
      .input("block_shape", {ElementKind::i64}, "I")
      .output("output", kTypes)
      .optional_attribute("dilations", AttributeKind::integers, "steps inside a block; 1")
      .optional_attribute("pads", AttributeKind::integers, "before all dimensions, then after")
      .optional_attribute("strides", AttributeKind::integers, "steps of the window; 1")
      .define(infer, reference, cost);
}

}  // namespace pare
