#include <png.h>

#include <array>
#include <cstring>
#include <string>

#include "base/file.hpp"
#include "media/image_codecs.hpp"

namespace pare {
namespace {

constexpr png_alloc_size_t kChunkLimitBytes = png_alloc_size_t{8} << 20;
constexpr int kChunkLimit = 1000;
constexpr std::uint64_t kDeflateRatio = 1032;

// As with JPEG, libpng leaves by longjmp: the functions below own nothing.
struct PngState {
  png_structp png = nullptr;
  png_infop info = nullptr;
  std::span<const std::byte> left;
  std::array<char, 200> message{};
};

void on_error(png_structp png, png_const_charp message) {
  auto* state = static_cast<PngState*>(png_get_error_ptr(png));
  std::strncpy(state->message.data(), message, state->message.size() - 1);
  png_longjmp(png, 1);
}

void on_warning(png_structp /*png*/, png_const_charp /*message*/) {}

void on_read(png_structp png, png_bytep out, png_size_t n) {
  auto* state = static_cast<PngState*>(png_get_io_ptr(png));
  if (n > state->left.size()) png_error(png, "the file ends too early");
  std::memcpy(out, state->left.data(), n);
  state->left = state->left.subspan(n);
}

bool read_head(PngState& state) {
  if (setjmp(png_jmpbuf(state.png)) != 0) return false;
  png_set_read_fn(state.png, &state, on_read);
  png_set_chunk_malloc_max(state.png, kChunkLimitBytes);
  png_set_chunk_cache_max(state.png, kChunkLimit);
  png_read_info(state.png, state.info);
  png_set_expand(state.png);  // palettes to RGB, small greys to 8 bits, transparency to alpha
  png_set_strip_16(state.png);
  png_set_strip_alpha(state.png);
  return true;
}

bool read_rows(PngState& state, png_bytep out, std::size_t row_bytes) {
  if (setjmp(png_jmpbuf(state.png)) != 0) return false;
  const int passes = png_set_interlace_handling(state.png);
  png_read_update_info(state.png, state.info);
  if (png_get_rowbytes(state.png, state.info) != row_bytes) png_error(state.png, "row size");
  const png_uint_32 height = png_get_image_height(state.png, state.info);
  for (int pass = 0; pass < passes; ++pass) {
    for (png_uint_32 row = 0; row < height; ++row) {
      png_read_row(state.png, out + row * row_bytes, nullptr);
    }
  }
  png_read_end(state.png, nullptr);
  return true;
}

/// `rows` are `height` rows of `width` pixels of `channels` bytes.
struct PngSource {
  png_const_bytep rows;
  png_uint_32 height;
  png_uint_32 width;
  std::size_t channels;
};

bool write_rows(PngState& state, const PngSource& source) {
  if (setjmp(png_jmpbuf(state.png)) != 0) return false;
  png_set_IHDR(state.png, state.info, source.width, source.height, 8,
               source.channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(state.png, state.info);
  for (std::size_t row = 0; row < source.height; ++row) {
    png_write_row(state.png, source.rows + row * source.width * source.channels);
  }
  png_write_end(state.png, nullptr);
  return true;
}

class PngReader {
 public:
  explicit PngReader(std::span<const std::byte> bytes) {
    state_.left = bytes;
    state_.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &state_, on_error, on_warning);
    if (state_.png != nullptr) state_.info = png_create_info_struct(state_.png);
    if (state_.info == nullptr) {
      png_destroy_read_struct(&state_.png, nullptr, nullptr);
      throw Error(Fault::resource, "libpng cannot start");
    }
  }
  ~PngReader() { png_destroy_read_struct(&state_.png, &state_.info, nullptr); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  PngState& state() noexcept { return state_; }
  [[noreturn]] void fail() const {
    throw Error(Fault::corrupt, cat("PNG: ", state_.message.data()));
  }

 private:
  PngState state_;
};

struct PngOutput {
  PngState state;
  std::string bytes;
};

void on_write(png_structp png, png_bytep data, png_size_t n) {
  // bad_alloc must not fly through C code: report it as libpng's own error.
  auto* output = static_cast<PngOutput*>(png_get_io_ptr(png));
  bool stored = true;
  try {
    output->bytes.append(static_cast<const char*>(static_cast<const void*>(data)), n);
  } catch (const std::bad_alloc&) {
    stored = false;
  }
  if (!stored) png_error(png, "out of memory");
}

void on_flush(png_structp /*png*/) {}

}  // namespace

Tensor decode_png(std::span<const std::byte> bytes, const ImageLimits& limits) {
  PngReader reader(bytes);
  PngState& state = reader.state();
  if (!read_head(state)) reader.fail();
  const bool grey = (png_get_color_type(state.png, state.info) & PNG_COLOR_MASK_COLOR) == 0;
  const std::size_t width = png_get_image_width(state.png, state.info);
  const std::size_t height = png_get_image_height(state.png, state.info);
  // Deflate shrinks to 1/1032 at best: a file that claims more is refused before it gets memory.
  const std::uint64_t raw = std::uint64_t{png_get_rowbytes(state.png, state.info)} * height;
  check_image_size(height, width, limits);
  if (raw / kDeflateRatio > bytes.size()) {
    throw Error(Fault::corrupt,
                cat("PNG: ", bytes.size(), " bytes cannot hold ", width, " x ", height, " pixels"));
  }
  Tensor image = new_image(height, width, grey ? 1 : 3, limits);
  if (!read_rows(state, image.mutable_data<std::uint8_t>().data(), width * (grey ? 1 : 3))) {
    reader.fail();
  }
  return image;
}

void write_png(const std::filesystem::path& path, const Tensor& image, bool force) {
  if (image.rank() != 3 || (image.dim(2) != 1 && image.dim(2) != 3) || image.empty()) {
    throw Error(Fault::usage, cat("want a picture [H,W,1 or 3], got ", to_string(image.shape())));
  }
  PngOutput output;
  PngState& state = output.state;
  state.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &state, on_error, on_warning);
  if (state.png != nullptr) state.info = png_create_info_struct(state.png);
  const auto rows = image.data<std::uint8_t>();
  bool done = false;
  if (state.info != nullptr) {
    png_set_write_fn(state.png, &output, on_write, on_flush);
    done = write_rows(state, {.rows = rows.data(),
                              .height = static_cast<png_uint_32>(image.dim(0)),
                              .width = static_cast<png_uint_32>(image.dim(1)),
                              .channels = static_cast<std::size_t>(image.dim(2))});
  }
  png_destroy_write_struct(&state.png, &state.info);
  if (!done) throw Error(Fault::resource, cat("PNG: ", state.message.data()));
  AtomicFile file(path, force);
  file.write(output.bytes);
  file.commit();
}

}  // namespace pare
