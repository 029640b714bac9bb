#include <tiffio.h>

#include <algorithm>
#include <cstdarg>
#include <cstring>
#include <memory>
#include <vector>

#include "media/image_codecs.hpp"

namespace pare {
namespace {

/// A file in memory, for libtiff's callbacks.
struct TiffSource {
  std::span<const std::byte> bytes;
  std::size_t at = 0;
};

TiffSource& source_of(thandle_t handle) { return *static_cast<TiffSource*>(handle); }

tmsize_t on_read(thandle_t handle, void* out, tmsize_t n) {
  TiffSource& s = source_of(handle);
  const std::size_t left = s.bytes.size() - std::min(s.at, s.bytes.size());
  const std::size_t take = std::min(left, static_cast<std::size_t>(std::max<tmsize_t>(n, 0)));
  if (take > 0) std::memcpy(out, s.bytes.data() + s.at, take);
  s.at += take;
  return static_cast<tmsize_t>(take);
}

tmsize_t on_write(thandle_t /*handle*/, void* /*data*/, tmsize_t /*n*/) { return 0; }

toff_t on_seek(thandle_t handle, toff_t offset, int whence) {
  TiffSource& s = source_of(handle);
  if (whence == SEEK_SET) s.at = offset;
  if (whence == SEEK_CUR) s.at += offset;
  if (whence == SEEK_END) s.at = s.bytes.size() + offset;
  return s.at;
}

int on_close(thandle_t /*handle*/) { return 0; }
toff_t on_size(thandle_t handle) { return source_of(handle).bytes.size(); }

struct Close {
  void operator()(TIFF* file) const { TIFFClose(file); }
};

struct FreeOptions {
  void operator()(TIFFOpenOptions* options) const { TIFFOpenOptionsFree(options); }
};

/// Messages would go to stderr: libraries never print.
int on_message(TIFF* /*file*/, void* /*user*/, const char* /*module*/, const char* /*format*/,
               va_list /*arguments*/) {
  return 1;
}

}  // namespace

/// The first picture of the file.
Tensor decode_tiff(std::span<const std::byte> bytes, const ImageLimits& limits) {
  const std::unique_ptr<TIFFOpenOptions, FreeOptions> options(TIFFOpenOptionsAlloc());
  if (options == nullptr) throw Error(Fault::resource, "libtiff cannot start");
  // No strip, tile or table needs more than all pixels at 16 bytes each.
  TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), static_cast<tmsize_t>(limits.pixels * 16));
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), on_message, nullptr);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), on_message, nullptr);
  TiffSource source{bytes};
  // "m": not mapped, read by the callbacks.
  const std::unique_ptr<TIFF, Close> file(TIFFClientOpenExt("picture", "rm", &source, on_read,
                                                            on_write, on_seek, on_close, on_size,
                                                            nullptr, nullptr, options.get()));
  if (file == nullptr) throw Error(Fault::corrupt, "TIFF: no picture in the file");
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint16_t samples = 1;
  std::uint16_t photometric = 0;
  TIFFGetField(file.get(), TIFFTAG_IMAGEWIDTH, &width);
  TIFFGetField(file.get(), TIFFTAG_IMAGELENGTH, &height);
  TIFFGetFieldDefaulted(file.get(), TIFFTAG_SAMPLESPERPIXEL, &samples);
  TIFFGetField(file.get(), TIFFTAG_PHOTOMETRIC, &photometric);
  check_image_size(height, width, limits);
  const bool grey = samples <= 2 && (photometric == PHOTOMETRIC_MINISBLACK ||
                                     photometric == PHOTOMETRIC_MINISWHITE);
  std::vector<std::uint32_t> pixels(std::size_t{width} * height);
  if (TIFFReadRGBAImageOriented(file.get(), width, height, pixels.data(), ORIENTATION_TOPLEFT, 1) ==
      0) {
    throw Error(Fault::corrupt, "TIFF: the picture cannot be decoded");
  }
  Tensor image = new_image(height, width, grey ? 1 : 3, limits);
  const auto out = image.mutable_data<std::uint8_t>();
  const std::size_t channels = grey ? 1 : 3;
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    for (std::size_t c = 0; c < channels; ++c) {
      out[i * channels + c] = static_cast<std::uint8_t>(pixels[i] >> (8 * c) & 255U);
    }
  }
  return image;
}

}  // namespace pare
