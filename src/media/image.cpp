#include "media/image.hpp"

#include <algorithm>
#include <array>

#include "base/checked.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "media/image_codecs.hpp"

namespace pare {
namespace {

constexpr std::array<std::byte, 3> kJpegMagic = {std::byte{0xFF}, std::byte{0xD8}, std::byte{0xFF}};
constexpr std::array<std::byte, 8> kPngMagic = {std::byte{0x89}, std::byte{'P'},  std::byte{'N'},
                                                std::byte{'G'},  std::byte{'\r'}, std::byte{'\n'},
                                                std::byte{0x1A}, std::byte{'\n'}};

constexpr std::array<std::byte, 2> kBmpMagic = {std::byte{'B'}, std::byte{'M'}};
constexpr std::array<std::byte, 2> kGreymapMagic = {std::byte{'P'}, std::byte{'5'}};
constexpr std::array<std::byte, 2> kPixmapMagic = {std::byte{'P'}, std::byte{'6'}};
constexpr std::array<std::byte, 4> kTiffLittle = {std::byte{'I'}, std::byte{'I'}, std::byte{42},
                                                  std::byte{0}};
constexpr std::array<std::byte, 4> kTiffBig = {std::byte{'M'}, std::byte{'M'}, std::byte{0},
                                               std::byte{42}};
constexpr std::array<std::byte, 4> kRiff = {std::byte{'R'}, std::byte{'I'}, std::byte{'F'},
                                            std::byte{'F'}};
constexpr std::array<std::byte, 4> kWebp = {std::byte{'W'}, std::byte{'E'}, std::byte{'B'},
                                            std::byte{'P'}};
constexpr std::array<std::byte, 8> kJp2Magic = {std::byte{0},   std::byte{0},   std::byte{0},
                                                std::byte{12},  std::byte{'j'}, std::byte{'P'},
                                                std::byte{' '}, std::byte{' '}};
constexpr std::array<std::byte, 4> kCodestream = {std::byte{0xFF}, std::byte{0x4F}, std::byte{0xFF},
                                                  std::byte{0x51}};

template <std::size_t kSize>
bool begins_with(std::span<const std::byte> bytes, const std::array<std::byte, kSize>& magic) {
  return bytes.size() >= kSize && std::equal(magic.begin(), magic.end(), bytes.begin());
}

}  // namespace

void check_image_size(std::uint64_t height, std::uint64_t width, const ImageLimits& limits) {
  if (height == 0 || width == 0) throw Error(Fault::corrupt, "picture without pixels");
  const auto side = static_cast<std::uint64_t>(limits.side);
  if (height > side || width > side || height * width > limits.pixels) {
    throw Error(Fault::resource, cat("picture of ", width, " x ", height, " pixels; the limit is ",
                                     limits.pixels, " pixels and ", limits.side, " per side"));
  }
}

Tensor new_image(std::uint64_t height, std::uint64_t width, int channels,
                 const ImageLimits& limits) {
  check_image_size(height, width, limits);
  return {ElementKind::u8,
          {static_cast<std::int64_t>(height), static_cast<std::int64_t>(width), channels}};
}

Tensor decode_image(std::span<const std::byte> bytes, const ImageLimits& limits) {
  if (bytes.size() > limits.file_bytes) {
    throw Error(Fault::resource,
                cat("picture file of ", bytes.size(), " bytes; the limit is ", limits.file_bytes));
  }
  if (begins_with(bytes, kJpegMagic)) return decode_jpeg(bytes, limits);
  if (begins_with(bytes, kPngMagic)) return decode_png(bytes, limits);
  if (begins_with(bytes, kBmpMagic)) return decode_bmp(bytes, limits);
  if (begins_with(bytes, kGreymapMagic) || begins_with(bytes, kPixmapMagic)) {
    return decode_pnm(bytes, limits);
  }
  if (begins_with(bytes, kTiffLittle) || begins_with(bytes, kTiffBig)) {
    return decode_tiff(bytes, limits);
  }
  if (begins_with(bytes, kRiff) && bytes.size() >= 12 && begins_with(bytes.subspan(8), kWebp)) {
    return decode_webp(bytes, limits);
  }
  if (begins_with(bytes, kJp2Magic)) return decode_jpeg2000(bytes, true, limits);
  if (begins_with(bytes, kCodestream)) return decode_jpeg2000(bytes, false, limits);
  throw Error(bytes.empty() ? Fault::corrupt : Fault::unsupported,
              cat("not a picture of a known kind (", bytes.size(),
                  " bytes): JPEG, PNG, BMP, PNM, TIFF, WebP, JPEG 2000"));
}

Tensor read_image(const std::filesystem::path& path, const ImageLimits& limits) {
  return during([&] { return cat("reading ", path.string()); },
                [&] { return decode_image(MappedFile::open(path)->bytes(), limits); });
}

bool is_image_name(const std::filesystem::path& path) {
  const std::string extension = lower(path.extension().string());
  static constexpr std::array<std::string_view, 13> kEndings = {
      ".jpg", ".jpeg", ".png",  ".bmp", ".pgm", ".ppm", ".pnm",
      ".tif", ".tiff", ".webp", ".jp2", ".j2k", ".jpx"};
  return std::find(kEndings.begin(), kEndings.end(), extension) != kEndings.end();
}

}  // namespace pare
