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

Image decode_all(std::span<const std::byte> bytes, bool boxed, const ImageLimits& limits) {
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
