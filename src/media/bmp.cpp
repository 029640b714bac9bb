#include <array>

#include "base/cursor.hpp"
#include "media/image_codecs.hpp"

namespace pare {
namespace {

constexpr std::uint32_t kPlain = 0, kBitFields = 3;

struct Header {
  std::uint32_t pixels = 0;  ///< where the rows begin
  std::uint32_t size = 0;    ///< of the information header
  std::int32_t width = 0, height = 0;
  std::uint16_t bits = 0;
  std::uint32_t compression = 0, colours = 0;
};

Header read_header(Cursor& in) {
  Header h;
  (void)in.take(10);  // "BM", file size, reserved
  h.pixels = in.read<std::uint32_t>();
  h.size = in.read<std::uint32_t>();
  if (h.size < 40) throw Error(Fault::unsupported, cat("BMP with a header of ", h.size, " bytes"));
  h.width = in.read<std::int32_t>();
  h.height = in.read<std::int32_t>();
  (void)in.read<std::uint16_t>();  // planes
  h.bits = in.read<std::uint16_t>();
  h.compression = in.read<std::uint32_t>();
  (void)in.take(12);  // size of the pixels, resolution
  h.colours = in.read<std::uint32_t>();
  (void)in.take(4);  // important colours
  return h;
}

/// Colours as blue, green, red, unused.
std::vector<std::array<std::uint8_t, 3>> read_palette(Cursor& in, const Header& h) {
  const std::uint32_t most = 1U << h.bits;
  const std::uint32_t n = h.colours == 0 ? most : h.colours;
  if (n > most) throw Error(Fault::corrupt, cat("BMP with ", n, " colours of ", h.bits, " bits"));
  std::vector<std::array<std::uint8_t, 3>> palette(most);
  for (std::uint32_t i = 0; i < n; ++i) {
    const auto entry = in.take(4);
    palette[i] = {std::to_integer<std::uint8_t>(entry[2]), std::to_integer<std::uint8_t>(entry[1]),
                  std::to_integer<std::uint8_t>(entry[0])};
  }
  return palette;
}

}  // namespace

/// Uncompressed pictures of 1, 4 or 8 bits with a palette, and of 24 or 32 bits.
Tensor decode_bmp(std::span<const std::byte> bytes, const ImageLimits& limits) {
  Cursor in(bytes);
  const Header h = read_header(in);
  const bool indexed = h.bits == 1 || h.bits == 4 || h.bits == 8;
  const bool direct = h.bits == 24 || h.bits == 32;
  const bool masks = h.compression == kBitFields && h.bits == 32;  // as written: the usual ones
  if ((!indexed && !direct) || (h.compression != kPlain && !masks)) {
    throw Error(Fault::unsupported, cat("BMP of ", h.bits, " bits, compression ", h.compression));
  }
  const bool upward = h.height > 0;
  const std::int64_t width = h.width;
  const std::int64_t height = upward ? h.height : -std::int64_t{h.height};
  if (width <= 0 || height == 0) throw Error(Fault::corrupt, "picture without pixels");
  check_image_size(static_cast<std::uint64_t>(height), static_cast<std::uint64_t>(width), limits);
  (void)in.take(h.size - 40);
  const auto palette = indexed ? read_palette(in, h) : decltype(read_palette(in, h)){};
  const std::size_t row_bytes =
      (static_cast<std::size_t>(width) * h.bits + 31) / 32 * 4;  // rows end at 4 bytes
  Cursor rows(bytes);
  (void)rows.take(h.pixels);
  if (rows.left() / row_bytes < static_cast<std::size_t>(height)) {
    throw Error(Fault::corrupt, "BMP: the file ends too early");
  }
  Tensor image =
      new_image(static_cast<std::uint64_t>(height), static_cast<std::uint64_t>(width), 3, limits);
  const auto out = image.mutable_data<std::uint8_t>();
  for (std::int64_t i = 0; i < height; ++i) {
    const auto row = rows.take(row_bytes);
    const auto byte = [&](std::size_t at) { return std::to_integer<unsigned>(row[at]); };
    std::uint8_t* to = out.data() + (upward ? height - 1 - i : i) * width * 3;
    for (std::size_t x = 0; x < static_cast<std::size_t>(width); ++x, to += 3) {
      if (indexed) {
        const unsigned shift = 8 - h.bits - x * h.bits % 8;
        const auto& colour = palette[(byte(x * h.bits / 8) >> shift) & ((1U << h.bits) - 1)];
        std::copy(colour.begin(), colour.end(), to);
      } else {
        const std::size_t at = x * h.bits / 8;
        for (std::size_t c = 0; c < 3; ++c) to[c] = static_cast<std::uint8_t>(byte(at + 2 - c));
      }
    }
  }
  return image;
}

}  // namespace pare
