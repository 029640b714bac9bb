#include "data/image.hpp"

#include <algorithm>
#include <array>

#include "base/checked.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "data/image_codecs.hpp"

namespace pare {
namespace {

constexpr std::array<std::byte, 3> kJpegMagic = {std::byte{0xFF}, std::byte{0xD8}, std::byte{0xFF}};
constexpr std::array<std::byte, 8> kPngMagic = {std::byte{0x89}, std::byte{'P'},  std::byte{'N'},
                                                std::byte{'G'},  std::byte{'\r'}, std::byte{'\n'},
                                                std::byte{0x1A}, std::byte{'\n'}};

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
  throw Error(bytes.empty() ? Fault::corrupt : Fault::unsupported,
              cat("neither JPEG nor PNG (", bytes.size(), " bytes)"));
}

Tensor read_image(const std::filesystem::path& path, const ImageLimits& limits) {
  return during([&] { return cat("reading ", path.string()); },
                [&] { return decode_image(MappedFile::open(path)->bytes(), limits); });
}

bool is_image_name(const std::filesystem::path& path) {
  const std::string extension = lower(path.extension().string());
  return extension == ".jpg" || extension == ".jpeg" || extension == ".png";
}

}  // namespace pare
