#include "data/wav.hpp"

#include <optional>

#include "base/cursor.hpp"

namespace pare {
namespace {

constexpr std::uint16_t kPcm = 1;
constexpr std::uint16_t kFloat = 3;
constexpr std::uint16_t kExtensible = 0xFFFE;
constexpr std::size_t kFrameLimit = std::size_t{1} << 28;
constexpr std::uint16_t kChannelLimit = 64;

struct SoundFormat {
  std::uint16_t code = 0;
  std::uint16_t channels = 0;
  std::uint32_t rate = 0;
  std::uint16_t bits = 0;
};

SoundFormat read_format(Cursor in) {
  SoundFormat format;
  format.code = in.read<std::uint16_t>();
  format.channels = in.read<std::uint16_t>();
  format.rate = in.read<std::uint32_t>();
  in.take(6);
  format.bits = in.read<std::uint16_t>();
  if (format.code == kExtensible) {
    in.take(8);
    format.code = in.read<std::uint16_t>();
  }
  if (format.channels == 0 || format.channels > kChannelLimit || format.rate == 0) {
    throw Error(Fault::corrupt, cat("WAV with ", format.channels, " channels at ", format.rate,
                                    " samples per second"));
  }
  const bool integers = format.code == kPcm && (format.bits == 8 || format.bits == 16 ||
                                                format.bits == 24 || format.bits == 32);
  if (!integers && !(format.code == kFloat && format.bits == 32)) {
    throw Error(Fault::unsupported, cat("WAV format ", format.code, " with ", format.bits,
                                        " bits (PCM of 8 to 32 bits and 32-bit floats are read)"));
  }
  return format;
}

float value_at(std::span<const std::byte> at, const SoundFormat& format) {
  if (format.code == kFloat) return load_le<float>(at);
  switch (format.bits) {
    case 8: return (static_cast<float>(std::to_integer<int>(at[0])) - 128.0F) / 128.0F;
    case 16: return static_cast<float>(load_le<std::int16_t>(at)) / 32768.0F;
    case 24: {
      const std::uint32_t bits = std::to_integer<std::uint32_t>(at[0]) << 8 |
                                 std::to_integer<std::uint32_t>(at[1]) << 16 |
                                 std::to_integer<std::uint32_t>(at[2]) << 24;
      return static_cast<float>(static_cast<std::int32_t>(bits)) / 0x1p31F;
    }
    default: return static_cast<float>(load_le<std::int32_t>(at)) / 0x1p31F;
  }
}

Sound read_samples(std::span<const std::byte> data, const SoundFormat& format) {
  const std::size_t word = format.bits / 8;
  const std::size_t frame = word * format.channels;
  const std::size_t frames = data.size() / frame;
  if (frames > kFrameLimit) throw Error(Fault::resource, cat("WAV of ", frames, " frames"));
  Sound sound;
  sound.rate = format.rate;
  sound.samples = Tensor(ElementKind::f32, {static_cast<std::int64_t>(frames)});
  const auto out = sound.samples.mutable_data<float>();
  for (std::size_t i = 0; i < frames; ++i) {
    float sum = 0;
    for (std::size_t c = 0; c < format.channels; ++c) {
      sum += value_at(data.subspan(i * frame + c * word), format);
    }
    out[i] = sum / static_cast<float>(format.channels);
  }
  return sound;
}

}  // namespace

Sound parse_wav(std::span<const std::byte> bytes) {
  Cursor in(bytes);
  const bool riff = in.left() >= 12 && in.text(4) == "RIFF";
  if (riff) in.take(4);
  if (!riff || in.text(4) != "WAVE") {
    throw Error(Fault::corrupt, "not a WAV file (want RIFF ... WAVE)");
  }
  std::optional<SoundFormat> format;
  while (in.left() >= 8) {
    const std::string id = in.text(4);
    const auto size = in.read<std::uint32_t>();
    if (id == "data") {
      if (!format) throw Error(Fault::corrupt, "WAV samples come before their format");
      return read_samples(in.take(size), *format);
    }
    Cursor part(in.take(size));
    if (id == "fmt ") format = read_format(part);
    if (size % 2 == 1 && in.left() > 0) in.take(1);
  }
  throw Error(Fault::corrupt, "WAV file without samples");
}

}  // namespace pare
