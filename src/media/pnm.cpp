#include <algorithm>

#include "base/cursor.hpp"
#include "media/image_codecs.hpp"

namespace pare {
namespace {

/// Numbers and comments of a PNM head.
class PnmHead {
 public:
  explicit PnmHead(std::span<const std::byte> bytes) : in_(bytes) {}

  char next() { return std::to_integer<char>(in_.take(1)[0]); }

  /// The next number, and one character of space behind it.
  std::uint64_t number() {
    char c = next();
    while (is_space(c) || c == '#') {
      if (c == '#') {
        while (c != '\n') c = next();
      }
      c = next();
    }
    std::uint64_t value = 0;
    for (; c >= '0' && c <= '9'; c = next()) {
      value = value * 10 + static_cast<std::uint64_t>(c - '0');
      if (value > kMost) throw Error(Fault::resource, cat("PNM: a size above ", kMost));
    }
    if (!is_space(c)) throw Error(Fault::corrupt, "PNM: want a number");
    return value;
  }

  Cursor& rest() { return in_; }

 private:
  static constexpr std::uint64_t kMost = 1U << 30U;
  static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
  Cursor in_;
};

}  // namespace

/// Binary greymaps (P5) and pixmaps (P6); samples above 8 bits keep their high byte.
Tensor decode_pnm(std::span<const std::byte> bytes, const ImageLimits& limits) {
  PnmHead head(bytes);
  (void)head.next();  // 'P'
  const int channels = head.next() == '5' ? 1 : 3;
  const std::uint64_t width = head.number();
  const std::uint64_t height = head.number();
  const std::uint64_t most = head.number();
  if (most == 0 || most > 65535) throw Error(Fault::corrupt, cat("PNM: greatest value ", most));
  check_image_size(height, width, limits);
  const std::size_t each = most > 255 ? 2 : 1;
  const auto samples =
      head.rest().take(height * width * static_cast<std::uint64_t>(channels) * each);
  Tensor image = new_image(height, width, channels, limits);
  const auto out = image.mutable_data<std::uint8_t>();
  for (std::size_t i = 0; i < out.size(); ++i) {
    std::uint64_t v = std::to_integer<std::uint64_t>(samples[i * each]);
    if (each == 2) v = v << 8U | std::to_integer<std::uint64_t>(samples[i * each + 1]);
    out[i] =
        static_cast<std::uint8_t>(most == 255 ? v : std::min<std::uint64_t>(255, v * 255 / most));
  }
  return image;
}

}  // namespace pare
