#include <webp/decode.h>

#include "media/image_codecs.hpp"

namespace pare {

Tensor decode_webp(std::span<const std::byte> bytes, const ImageLimits& limits) {
  const auto* data = static_cast<const std::uint8_t*>(static_cast<const void*>(bytes.data()));
  int width = 0;
  int height = 0;
  if (WebPGetInfo(data, bytes.size(), &width, &height) == 0 || width <= 0 || height <= 0) {
    throw Error(Fault::corrupt, "WebP: no picture in the file");
  }
  Tensor image =
      new_image(static_cast<std::uint64_t>(height), static_cast<std::uint64_t>(width), 3, limits);
  const auto out = image.mutable_data<std::uint8_t>();
  if (WebPDecodeRGBInto(data, bytes.size(), out.data(), out.size(), width * 3) == nullptr) {
    throw Error(Fault::corrupt, "WebP: the picture cannot be decoded");
  }
  return image;
}

}  // namespace pare
