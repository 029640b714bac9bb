#include <openjpeg.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "media/image_codecs.hpp"

namespace pare {
namespace {

/// A file in memory, for OpenJPEG's callbacks.
struct Source {
  std::span<const std::byte> bytes;
  std::size_t at = 0;
};

OPJ_SIZE_T on_read(void* out, OPJ_SIZE_T n, void* user) {
  auto& s = *static_cast<Source*>(user);
  const std::size_t take = std::min<std::size_t>(n, s.bytes.size() - s.at);
  if (take == 0) return static_cast<OPJ_SIZE_T>(-1);
  std::memcpy(out, s.bytes.data() + s.at, take);
  s.at += take;
  return take;
}

OPJ_OFF_T on_skip(OPJ_OFF_T n, void* user) {
  auto& s = *static_cast<Source*>(user);
  const auto left = static_cast<OPJ_OFF_T>(s.bytes.size() - s.at);
  const OPJ_OFF_T take = std::clamp<OPJ_OFF_T>(n, 0, left);
  s.at += static_cast<std::size_t>(take);
  return take == 0 && n > 0 ? -1 : take;
}

OPJ_BOOL on_seek(OPJ_OFF_T to, void* user) {
  auto& s = *static_cast<Source*>(user);
  if (to < 0 || static_cast<std::size_t>(to) > s.bytes.size()) return OPJ_FALSE;
  s.at = static_cast<std::size_t>(to);
  return OPJ_TRUE;
}

template <auto Free>
struct With {
  template <class T>
  void operator()(T* p) const {
    Free(p);
  }
};

using Codec = std::unique_ptr<opj_codec_t, With<opj_destroy_codec>>;
using Stream = std::unique_ptr<opj_stream_t, With<opj_stream_destroy>>;
using Image = std::unique_ptr<opj_image_t, With<opj_image_destroy>>;

std::uint8_t to_byte(const opj_image_comp_t& c, std::size_t i) {
  std::int64_t v = c.data[i];
  if (c.sgnd != 0) v += std::int64_t{1} << (c.prec - 1);
  if (c.prec > 8) v >>= c.prec - 8;
  if (c.prec < 8) v = v * 255 / ((std::int64_t{1} << c.prec) - 1);
  return static_cast<std::uint8_t>(std::clamp<std::int64_t>(v, 0, 255));
}

std::uint32_t u32_at(std::span<const std::byte> bytes, std::size_t at) {
  std::uint32_t v = 0;
  for (std::size_t i = 0; i < 4; ++i) v = v << 8U | std::to_integer<std::uint32_t>(bytes[at + i]);
  return v;
}

/// The codestream of a JP2 file: the contents of its box jp2c (ISO/IEC 15444-1, annex I).
std::span<const std::byte> codestream_of(std::span<const std::byte> bytes) {
  constexpr std::uint32_t kCodestream = 0x6A703263;
  std::size_t at = 0;
  while (bytes.size() - at >= 8) {
    std::uint64_t size = u32_at(bytes, at);
    const std::uint32_t type = u32_at(bytes, at + 4);
    std::size_t head = 8;
    if (size == 1 && bytes.size() - at >= 16) {
      size = std::uint64_t{u32_at(bytes, at + 8)} << 32U | u32_at(bytes, at + 12);
      head = 16;
    }
    if (type == kCodestream) return bytes.subspan(at + head);
    if (size < head || size > bytes.size() - at) break;
    at += static_cast<std::size_t>(size);
  }
  throw Error(Fault::corrupt, "JPEG 2000: no codestream in the file");
}

/// OpenJPEG sets aside memory for every tile that the header tells of. Each takes at least the
/// markers SOT and SOD in the file, so a header of more tells an untruth (annex A).
void check_tiles(std::span<const std::byte> code, std::size_t file_bytes,
                 const ImageLimits& limits) {
  constexpr std::uint32_t kStartAndSize = 0xFF4FFF51;
  constexpr std::uint64_t kTileBytes = 14;
  if (code.size() < 40 || u32_at(code, 0) != kStartAndSize) {
    throw Error(Fault::corrupt, "JPEG 2000: the codestream does not begin with its size");
  }
  const auto field = [&](std::size_t i) { return std::uint64_t{u32_at(code, 8 + 4 * i)}; };
  std::uint64_t tiles = 1;
  std::uint64_t sides[2] = {0, 0};
  for (std::size_t d = 0; d < 2; ++d) {  // width, height
    const std::uint64_t end = field(d);
    const std::uint64_t begin = field(d + 2);
    const std::uint64_t tile = field(d + 4);
    const std::uint64_t tile_begin = field(d + 6);
    if (end <= begin || tile == 0 || tile_begin > begin || tile_begin + tile <= begin) {
      throw Error(Fault::corrupt, "JPEG 2000: picture and tiles do not fit each other");
    }
    sides[d] = end - begin;
    tiles *= (end - tile_begin + tile - 1) / tile;
  }
  check_image_size(sides[1], sides[0], limits);
  if (tiles > file_bytes / kTileBytes) {
    throw Error(Fault::corrupt,
                cat("JPEG 2000: ", tiles, " tiles in a file of ", file_bytes, " bytes"));
  }
}

Image decode_all(std::span<const std::byte> bytes, bool boxed, const ImageLimits& limits) {
  check_tiles(boxed ? codestream_of(bytes) : bytes, bytes.size(), limits);
  Source source{bytes};
  const Codec codec(opj_create_decompress(boxed ? OPJ_CODEC_JP2 : OPJ_CODEC_J2K));
  const Stream stream(opj_stream_default_create(OPJ_TRUE));
  opj_dparameters_t parameters;
  opj_set_default_decoder_parameters(&parameters);
  if (codec == nullptr || stream == nullptr || opj_setup_decoder(codec.get(), &parameters) == 0) {
    throw Error(Fault::resource, "OpenJPEG cannot start");
  }
  opj_stream_set_user_data(stream.get(), &source, nullptr);
  opj_stream_set_user_data_length(stream.get(), bytes.size());
  opj_stream_set_read_function(stream.get(), on_read);
  opj_stream_set_skip_function(stream.get(), on_skip);
  opj_stream_set_seek_function(stream.get(), on_seek);
  opj_image_t* made = nullptr;
  const bool head = opj_read_header(stream.get(), codec.get(), &made) != 0;
  Image image(made);
  if (!head || image == nullptr) throw Error(Fault::corrupt, "JPEG 2000: no picture in the file");
  check_image_size(image->y1 - image->y0, image->x1 - image->x0, limits);
  if (opj_decode(codec.get(), stream.get(), image.get()) == 0) {
    throw Error(Fault::corrupt, "JPEG 2000: the picture cannot be decoded");
  }
  return image;
}

}  // namespace

Tensor decode_jpeg2000(std::span<const std::byte> bytes, bool boxed, const ImageLimits& limits) {
  const Image image = decode_all(bytes, boxed, limits);
  const std::size_t channels = image->numcomps >= 3 ? 3 : 1;
  if (image->numcomps == 0) throw Error(Fault::corrupt, "JPEG 2000: no components");
  const opj_image_comp_t& first = image->comps[0];
  for (std::size_t c = 0; c < channels; ++c) {
    const opj_image_comp_t& one = image->comps[c];
    if (one.data == nullptr || one.prec == 0 || one.prec > 31) {
      throw Error(Fault::corrupt, "JPEG 2000: a component is missing");
    }
    if (one.w != first.w || one.h != first.h) {
      throw Error(Fault::unsupported, "JPEG 2000 with colours of lower resolution");
    }
  }
  if (image->color_space == OPJ_CLRSPC_SYCC || image->color_space == OPJ_CLRSPC_CMYK) {
    throw Error(Fault::unsupported, "JPEG 2000 in another colour space than RGB and grey");
  }
  Tensor out = new_image(first.h, first.w, static_cast<int>(channels), limits);
  const auto pixels = out.mutable_data<std::uint8_t>();
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    pixels[i] = to_byte(image->comps[i % channels], i / channels);
  }
  return out;
}

}  // namespace pare
