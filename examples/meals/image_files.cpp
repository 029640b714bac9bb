#include "image_files.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>

#include <jpeglib.h>
#include <png.h>

namespace meals {
namespace {

[[noreturn]] void jpeg_failed(j_common_ptr info) {
  char text[JMSG_LENGTH_MAX];
  info->err->format_message(info, text);
  throw std::runtime_error(std::string("JPEG: ") + text);
}

using Compressor = std::unique_ptr<jpeg_compress_struct, void (*)(jpeg_compress_struct*)>;
using Decompressor = std::unique_ptr<jpeg_decompress_struct, void (*)(jpeg_decompress_struct*)>;

}  // namespace

std::vector<std::uint8_t> encode_png(const Picture& picture) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = image.height = static_cast<png_uint_32>(picture.side);
  image.format = PNG_FORMAT_RGB;
  image.flags = PNG_IMAGE_FLAG_FAST;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::vector<std::uint8_t> bytes(size);
  if (png_image_write_to_memory(&image, bytes.data(), &size, 0, picture.rgb.data(), 0, nullptr) ==
      0) {
    throw std::runtime_error("cannot encode PNG: " + std::string(image.message));
  }
  bytes.resize(size);
  return bytes;
}

std::vector<std::uint8_t> encode_jpeg(const Picture& picture) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  errors.error_exit = jpeg_failed;
  jpeg_create_compress(&info);
  const Compressor guard(&info, [](jpeg_compress_struct* p) { jpeg_destroy_compress(p); });
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &bytes, &size);
  info.image_width = info.image_height = static_cast<JDIMENSION>(picture.side);
  info.input_components = 3;
  info.in_color_space = JCS_RGB;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, picture.jpeg_quality, TRUE);
  info.dct_method = JDCT_ISLOW;  // the same bytes with and without vector instructions
  jpeg_start_compress(&info, TRUE);
  const auto stride = static_cast<std::size_t>(picture.side) * 3;
  std::vector<std::uint8_t> line(stride);
  while (info.next_scanline < info.image_height) {
    const std::uint8_t* from = picture.rgb.data() + info.next_scanline * stride;
    std::copy(from, from + stride, line.begin());
    JSAMPROW row = line.data();
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  const std::unique_ptr<unsigned char, void (*)(void*)> owned(bytes, std::free);
  return {bytes, bytes + size};
}

Picture decode_jpeg(const std::vector<std::uint8_t>& bytes) {
  jpeg_decompress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  errors.error_exit = jpeg_failed;
  jpeg_create_decompress(&info);
  const Decompressor guard(&info, [](jpeg_decompress_struct* p) { jpeg_destroy_decompress(p); });
  jpeg_mem_src(&info, bytes.data(), static_cast<unsigned long>(bytes.size()));
  jpeg_read_header(&info, TRUE);
  info.out_color_space = JCS_RGB;
  info.dct_method = JDCT_ISLOW;
  jpeg_start_decompress(&info);
  Picture picture{.side = static_cast<int>(info.output_width), .rgb = {}};
  const std::size_t stride = std::size_t{info.output_width} * 3;
  picture.rgb.resize(stride * info.output_height);
  while (info.output_scanline < info.output_height) {
    JSAMPROW row = picture.rgb.data() + info.output_scanline * stride;
    jpeg_read_scanlines(&info, &row, 1);
  }
  jpeg_finish_decompress(&info);
  return picture;
}

void write_file(const std::filesystem::path& path, const std::vector<std::uint8_t>& bytes) {
  std::ofstream out(path, std::ios::binary);
  const void* start = bytes.data();
  out.write(static_cast<const char*>(start), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) throw std::runtime_error("cannot write " + path.string());
}

}  // namespace meals
