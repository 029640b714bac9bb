#include <algorithm>

#include "base/checked.hpp"
#include "ops/_axes.hpp"
#include "ops/_broadcast.hpp"
#include "ops/_numbers.hpp"
#include "ops/_packed.hpp"
#include "ops/_quantize.hpp"

namespace pare {
namespace {

enum Input : std::size_t { kData, kIndices, kScales, kZeros };

using enum ElementKind;

constexpr TypeSet kCodes = types::kFloat8 | TypeSet{u8, u4, i4, f4e2m1};
constexpr TypeSet kReal = {f32, f16, bf16};

bool is_packed(DType data) { return data == u8; }

/// Codes in one element of the data.
std::int64_t codes_in(const AttributeReader& a, DType data) {
  return is_packed(data) ? 8 / ops::packed_bits(a) : 1;
}

/// [.., indices, ..] in place of the gathered dimension.
template <class Size>
std::vector<Size> gathered(const std::vector<Size>& data, const std::vector<Size>& indices,
                           std::size_t axis) {
  std::vector<Size> y(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(axis));
  y.insert(y.end(), indices.begin(), indices.end());
  y.insert(y.end(), data.begin() + static_cast<std::ptrdiff_t>(axis) + 1, data.end());
  return y;
}

void infer(ShapeContext& c) {
  std::optional<SymShape> y;
  const SymShape* data = c.input_shape(kData);
  const SymShape* indices = c.input_shape(kIndices);
  if (data != nullptr && indices != nullptr) {
    const auto axis = static_cast<std::size_t>(c.attr_axis("gather_axis", data->size()));
    SymShape unpacked = *data;
    unpacked.back() = unpacked.back() * Dim(codes_in(c, c.input_dtype(kData)));
    y = gathered(unpacked, *indices, axis);
  }
  c.set_output(0, c.input_dtype(kScales), y);
}

/// Decodes the data row by row (a row is the last dimension): tables are large, and few of their
/// rows are asked for.
class RowDecoder {
 public:
  /// `last` = codes in a row; a packed row may have room for more.
  RowDecoder(const OpCall& call, const Tensor& t, std::int64_t last)
      : data_(t), last_(last), bits_(is_packed(t.type()) ? ops::packed_bits(call) : 0) {}

  double at(std::int64_t i) {
    if (i / last_ != row_) decode(i / last_);
    return values_[static_cast<std::size_t>(i % last_)];
  }

 private:
  void decode(std::int64_t row) {
    row_ = row;
    if (bits_ != 0) {
      values_.resize(static_cast<std::size_t>(last_));
      const std::int64_t width = data_.shape().back();
      const auto bytes = data_.data<std::uint8_t>().subspan(static_cast<std::size_t>(row * width),
                                                            static_cast<std::size_t>(width));
      for (std::int64_t k = 0; k < last_; ++k) {
        values_[static_cast<std::size_t>(k)] =
            static_cast<double>(ops::packed_code(bytes, k, bits_));
      }
      return;
    }
    std::vector<std::int64_t> index(static_cast<std::size_t>(last_));
    for (std::int64_t k = 0; k < last_; ++k) index[static_cast<std::size_t>(k)] = row * last_ + k;
    values_ = ops::gather_elements(data_, {last_}, index).to_doubles();
  }

  const Tensor& data_;
  std::int64_t last_;
  std::int64_t bits_;  // of a packed code; 0 = not packed
  std::int64_t row_ = -1;
  std::vector<double> values_;
};

/// Zero point of every scale.
std::vector<double> zero_points(const OpCall& call, const Shape& scales) {
  const DType type = call.input(kData).type();
  std::vector<double> zeros(static_cast<std::size_t>(element_count(scales)), 0.0);
  if (!call.has_input(kZeros)) {
    if (is_packed(type)) {
      const auto middle = static_cast<double>(std::int64_t{1} << (ops::packed_bits(call) - 1));
      std::fill(zeros.begin(), zeros.end(), middle);
    }
    return zeros;
  }
  if (!type.is_integer()) call.fail("zero points for data of a float type");
  const Tensor& t = call.input(kZeros);
  Shape want = scales;
  const std::int64_t each = codes_in(call, type);
  want.back() = (want.back() + each - 1) / each;
  ops::want_shape(call, t, want, "zero_points");
  RowDecoder decoder(call, t, scales.back());
  for (std::size_t i = 0; i < zeros.size(); ++i) {
    zeros[i] = decoder.at(static_cast<std::int64_t>(i));
  }
  return zeros;
}

/// Scale and zero point of every block of data of shape `shape`.
ops::Affine read_blocks(const OpCall& call, const Shape& shape) {
  const DType type = call.input(kData).type();
  const Tensor& scales = call.input(kScales);
  const auto axis = static_cast<std::size_t>(call.attr_axis("quantize_axis", shape.size()));
  if (codes_in(call, type) > 1 && axis + 1 != shape.size()) {
    call.fail("packed data must be quantized along the last dimension");
  }
  const bool whole = call.attr_int("block_size") == 0 && !type.is_integer();
  const std::int64_t block =
      whole ? std::max<std::int64_t>(shape[axis], 1) : ops::packed_block_size(call);
  if (scales.rank() != shape.size()) {
    call.fail(cat("scales have shape ", to_string(scales.shape()), ", the data ",
                  to_string(call.input(kData).shape())));
  }
  Shape blocks = scales.shape();
  if (!type.is_integer()) {  // a size of 1 stands for all indices
    for (std::size_t i = 0; i < shape.size(); ++i) {
      if (i != axis && blocks[i] == 1) blocks[i] = shape[i];
    }
  }
  ops::Affine affine;
  affine.layout = ops::scale_layout(call, shape, blocks, static_cast<std::int64_t>(axis), block);
  affine.zero = zero_points(call, blocks);
  const std::vector<double> given = scales.to_doubles();
  for (const std::int64_t i : ops::broadcast_offsets(scales.shape(), blocks)) {
    affine.scale.push_back(given[static_cast<std::size_t>(i)]);
  }
  return affine;
}

void reference(OpCall& call) {
  const Tensor& data = call.input(kData);
  if (data.rank() == 0) call.fail("data is a scalar");
  const auto axis = static_cast<std::size_t>(call.attr_axis("gather_axis", data.rank()));
  if (is_packed(data.type()) && axis != 0) {
    call.fail(cat("gather_axis is ", axis, ", wanted 0 for data of bytes"));
  }
  Shape unpacked = data.shape();
  unpacked.back() = checked_mul(unpacked.back(), codes_in(call, data.type()));
  const ops::Affine affine = read_blocks(call, unpacked);
  const Shape shape = gathered(unpacked, call.input(kIndices).shape(), axis);
  std::vector<double> y(static_cast<std::size_t>(element_count(shape)), 0.0);
  const std::vector<std::int64_t> indices = call.input(kIndices).to_ints();
  const ops::AxisView from(unpacked, axis);
  RowDecoder codes(call, data, unpacked.back());
  std::size_t to = 0;
  for (std::int64_t o = 0; o < from.outer; ++o) {
    for (const std::int64_t index : indices) {
      const bool inside = index >= -from.size && index < from.size;
      const std::int64_t k = index < 0 ? index + from.size : index;
      for (std::int64_t i = 0; i < from.inner; ++i, ++to) {
        if (!inside) continue;
        const auto at = static_cast<std::int64_t>(from.at(o, k, i));
        const auto s = static_cast<std::size_t>(affine.layout(at));
        y[to] = (codes.at(at) - affine.zero[s]) * affine.scale[s];
      }
    }
  }
  call.set_output(0, ops::from_doubles(y, shape, call.input(kScales).type()));
}

Cost cost(const ShapeContext& c) {
  const double n = ops::value_count(c.output(0).type);
  return {.flops = 2 * n, .bytes = 2 * ops::value_bytes(c.output(0).type)};
}

}  // namespace

/// Gather of dequantized data: output = (code - zero point) * scale of its block along
/// quantize_axis. Shapes: data [.., S, ..], 2- or 4-bit codes in uint8 packed along the last
/// dimension with low bits first (then gather_axis is 0); scales of the rank of data; zero_points
/// as scales, packed as data, by default 0, for uint8 data 2^(bits - 1). An index outside gives
/// zeros. Source: ONNX Runtime, ContribOperators.md, GatherBlockQuantized.
OpDefs op_gather_block_quantized() {
  return OpDef("com.microsoft", "GatherBlockQuantized", 1)
      .input("data", kCodes, "T1")
      .input("indices", types::kIndex, "Tind")
      .input("scales", kReal, "T2")
      .optional_input("zero_points", kCodes, "T1")
      .output("output", kReal, "T2")
      .attribute("gather_axis", std::int64_t{0}, "dimension that the indices count")
      .attribute("quantize_axis", std::int64_t{1}, "dimension cut into blocks")
      .attribute("block_size", std::int64_t{128}, "codes that share a scale")
      .attribute("bits", std::int64_t{4}, "of a code in uint8 data: 2, 4 or 8")
      .define(infer, reference, cost);
}

}  // namespace pare
