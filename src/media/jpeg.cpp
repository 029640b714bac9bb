#include <csetjmp>
#include <cstdio>
// jpeglib.h needs the two above.
#include <jerror.h>
#include <jpeglib.h>

#include <array>
#include <string>
#include <vector>

#include "media/image_codecs.hpp"

namespace pare {
namespace {

/// A progressive file may repeat tiny scans over a huge picture without end; real ones have ten.
constexpr int kScanLimit = 500;

// libjpeg leaves a failing call by longjmp, which skips destructors. So the functions that can be
// left that way (read_head, read_rows) own nothing: everything lives in JpegReader, outside.
struct JpegState {
  jpeg_decompress_struct codec{};
  jpeg_error_mgr errors{};
  jpeg_progress_mgr progress{};
  std::jmp_buf escape{};
  std::array<char, JMSG_LENGTH_MAX> message{};
  bool truncated = false;
  bool too_many_scans = false;
};

JpegState& state_of(j_common_ptr codec) { return *static_cast<JpegState*>(codec->client_data); }

[[noreturn]] void on_error(j_common_ptr codec) {
  JpegState& state = state_of(codec);
  codec->err->format_message(codec, state.message.data());
  std::longjmp(state.escape, 1);
}

void on_message(j_common_ptr codec, int level) {
  if (level < 0 && codec->err->msg_code == JWRN_JPEG_EOF) state_of(codec).truncated = true;
}

void on_output(j_common_ptr /*codec*/) {}

void on_progress(j_common_ptr codec) {
  JpegState& state = state_of(codec);
  if (state.codec.input_scan_number > kScanLimit) {
    state.too_many_scans = true;
    std::longjmp(state.escape, 1);
  }
}

bool read_head(JpegState& state, const unsigned char* data, unsigned long size) {
  if (setjmp(state.escape) != 0) return false;
  jpeg_create_decompress(&state.codec);
  state.codec.client_data = &state;
  state.codec.progress = &state.progress;
  jpeg_mem_src(&state.codec, data, size);
  jpeg_read_header(&state.codec, TRUE);
  if (state.codec.jpeg_color_space == JCS_GRAYSCALE) {
    state.codec.out_color_space = JCS_GRAYSCALE;
  } else if (state.codec.num_components == 4) {
    state.codec.out_color_space = JCS_CMYK;
  } else {
    state.codec.out_color_space = JCS_RGB;
  }
  // The exact integer transform and smooth chroma, which reference decoders use too.
  state.codec.dct_method = JDCT_ISLOW;
  state.codec.do_fancy_upsampling = TRUE;
  return true;
}

bool read_rows(JpegState& state, unsigned char* out, std::size_t row_bytes) {
  if (setjmp(state.escape) != 0) return false;
  jpeg_start_decompress(&state.codec);
  while (state.codec.output_scanline < state.codec.output_height) {
    JSAMPROW row = out + state.codec.output_scanline * row_bytes;
    jpeg_read_scanlines(&state.codec, &row, 1);
    if (state.truncated) return false;
  }
  jpeg_finish_decompress(&state.codec);
  return !state.truncated;
}

class JpegReader {
 public:
  JpegReader() {
    state_.codec.err = jpeg_std_error(&state_.errors);
    state_.codec.client_data = &state_;  // before any callback can run
    state_.errors.error_exit = on_error;
    state_.errors.emit_message = on_message;
    state_.errors.output_message = on_output;
    state_.progress.progress_monitor = on_progress;
  }
  ~JpegReader() { jpeg_destroy_decompress(&state_.codec); }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;

  JpegState& state() noexcept { return state_; }
  [[noreturn]] void fail() const {
    if (state_.too_many_scans) {
      throw Error(Fault::resource, cat("JPEG with more than ", kScanLimit, " scans"));
    }
    throw Error(Fault::corrupt, cat("JPEG: ", state_.truncated ? "the file ends too early"
                                                               : state_.message.data()));
  }

 private:
  JpegState state_;
};

/// Adobe writes ink amounts inverted; the product form is what viewers show without a profile.
void to_rgb(const std::vector<unsigned char>& inks, bool inverted, std::span<std::uint8_t> out) {
  for (std::size_t i = 0; i < out.size() / 3; ++i) {
    const auto light = [&](std::size_t ink) {
      const unsigned value = inks[4 * i + ink];
      return inverted ? value : 255U - value;
    };
    for (std::size_t c = 0; c < 3; ++c) {
      out[3 * i + c] = static_cast<std::uint8_t>((light(c) * light(3) + 127U) / 255U);
    }
  }
}

}  // namespace

Tensor decode_jpeg(std::span<const std::byte> bytes, const ImageLimits& limits) {
  JpegReader reader;
  JpegState& state = reader.state();
  const auto* data = static_cast<const unsigned char*>(static_cast<const void*>(bytes.data()));
  if (!read_head(state, data, bytes.size())) reader.fail();
  const bool grey = state.codec.out_color_space == JCS_GRAYSCALE;
  const bool inks = state.codec.out_color_space == JCS_CMYK;
  const std::size_t width = state.codec.image_width;
  Tensor image = new_image(state.codec.image_height, width, grey ? 1 : 3, limits);
  const auto pixels = image.mutable_data<std::uint8_t>();
  if (!inks) {
    if (!read_rows(state, pixels.data(), width * (grey ? 1 : 3))) reader.fail();
    return image;
  }
  std::vector<unsigned char> raw(pixels.size() / 3 * 4);
  if (!read_rows(state, raw.data(), width * 4)) reader.fail();
  to_rgb(raw, state.codec.saw_Adobe_marker != 0, pixels);
  return image;
}

}  // namespace pare
