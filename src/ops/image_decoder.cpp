#include "media/image.hpp"
#include "ops/_elementwise.hpp"

namespace pare {
namespace {

enum class PixelFormat : std::uint8_t { rgb, bgr, grey };

PixelFormat pixel_format(const AttributeReader& a) {
  const std::string name = a.attr_string("pixel_format");
  if (name == "RGB") return PixelFormat::rgb;
  if (name == "BGR") return PixelFormat::bgr;
  if (name == "Grayscale") return PixelFormat::grey;
  a.fail(cat("pixel_format is not RGB, BGR or Grayscale"));
}

void infer(ShapeContext& c) {
  const std::int64_t channels = pixel_format(c) == PixelFormat::grey ? 1 : 3;
  c.set_output(0, dtype_of(ElementKind::u8), SymShape{Dim::unknown(), Dim::unknown(), channels});
}

/// ITU-R 601-2 luma in 16-bit fixed point, rounded: what decoders of pictures give for grey.
std::uint8_t luma(unsigned r, unsigned g, unsigned b) {
  return static_cast<std::uint8_t>((19595 * r + 38470 * g + 7471 * b + 32768) >> 16U);
}

/// The picture, or none of its rows when the bytes are none: so the standard wants it.
Tensor decoded_or_empty(const Tensor& stream) {
  try {
    return decode_image(stream.bytes());
  } catch (const Error& error) {
    if (error.fault() != Fault::corrupt && error.fault() != Fault::unsupported) throw;
    return Tensor(ElementKind::u8, {0, 0, 3});
  }
}

void reference(OpCall& call) {
  const PixelFormat format = pixel_format(call);
  const Tensor& stream = call.input(0);
  if (stream.rank() != 1) call.fail(cat("want a list of bytes, got ", to_string(stream.shape())));
  const Tensor picture = decoded_or_empty(stream);
  const auto in = picture.data<std::uint8_t>();
  const std::size_t from = picture.dim(2) == 1 ? 1 : 3;
  const std::size_t to = format == PixelFormat::grey ? 1 : 3;
  Tensor& y = call.make_output(0, dtype_of(ElementKind::u8),
                               {picture.dim(0), picture.dim(1), static_cast<std::int64_t>(to)});
  const auto out = y.mutable_data<std::uint8_t>();
  for (std::size_t i = 0; i < out.size() / to; ++i) {
    const std::uint8_t* pixel = in.data() + i * from;
    const auto channel = [&](std::size_t c) { return pixel[from == 1 ? 0 : c]; };
    if (format == PixelFormat::grey) {
      out[i] = from == 1 ? pixel[0] : luma(channel(0), channel(1), channel(2));
      continue;
    }
    for (std::size_t c = 0; c < 3; ++c) {
      out[i * 3 + c] = channel(format == PixelFormat::rgb ? c : 2 - c);
    }
  }
}

}  // namespace

/// A picture from the bytes of its file: JPEG, PNG, BMP, PNM, TIFF, WebP or JPEG 2000, told apart
/// by content. Shapes: encoded_stream [bytes] -> image [H, W, C], C = 1 for Grayscale, else 3;
/// [0, 0, C] when the bytes are no such picture. Errors: Fault::resource for a picture above the
/// limits of decode_image(). Source: ONNX ImageDecoder, version 20.
OpDefs op_image_decoder() {
  return OpDef("ImageDecoder", 20)
      .input("encoded_stream", {ElementKind::u8}, "T1")
      .output("image", {ElementKind::u8}, "T2")
      .attribute("pixel_format", std::string("RGB"), "RGB, BGR or Grayscale")
      .define(infer, reference, ops::free_of_flops);
}

}  // namespace pare
