#include "data/preprocess.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace pare {
namespace {

bool is_picture(const Tensor& stored) {
  return stored.kind() == ElementKind::u8 && stored.rank() == 3 &&
         (stored.dim(2) == 1 || stored.dim(2) == 3);
}

/// The input's picture, as the model's shape tells it; -1 = any.
struct Target {
  std::int64_t height = -1;
  std::int64_t width = -1;
  std::int64_t channels = -1;
  bool channels_last = false;
};

[[noreturn]] void cannot(const Tensor& stored, const InputSpec& input, const std::string& why) {
  throw Error(Fault::usage, cat("stored ", stored.type().name(), to_string(stored.shape()),
                                " cannot become input '", input.name, "' ", to_string(input.shape),
                                " (batch first): ", why));
}

Target target_of(const Preprocess& settings, const Tensor& stored, const InputSpec& input) {
  if (input.shape.size() != 4) cannot(stored, input, "a picture needs four axes");
  const auto channels = [](std::int64_t n) { return n == 1 || n == 3; };
  const bool last = settings.layout == DataLayout::nhwc ||
                    (settings.layout == DataLayout::automatic && channels(input.shape[3]) &&
                     !channels(input.shape[1]));
  Target target;
  target.channels_last = last;
  target.channels = input.shape[last ? 3 : 1];
  target.height = input.shape[last ? 1 : 2];
  target.width = input.shape[last ? 2 : 3];
  if (target.channels < 0) target.channels = stored.dim(2);
  if (!channels(target.channels)) cannot(stored, input, "pictures have 1 or 3 channels");
  return target;
}

/// Grey becomes three equal channels, colour becomes grey by ITU-R 601 weights in 16 bits.
Tensor with_channels(const Tensor& image, std::int64_t channels) {
  if (image.dim(2) == channels) return image;
  Tensor out(ElementKind::u8, {image.dim(0), image.dim(1), channels});
  const auto in = image.data<std::uint8_t>();
  const auto to = out.mutable_data<std::uint8_t>();
  if (channels == 3) {
    for (std::size_t i = 0; i < to.size(); ++i) to[i] = in[i / 3];
    return out;
  }
  for (std::size_t i = 0; i < to.size(); ++i) {
    const std::uint32_t sum = 19595U * in[3 * i] + 38470U * in[3 * i + 1] + 7471U * in[3 * i + 2];
    to[i] = static_cast<std::uint8_t>((sum + 0x8000U) >> 16);
  }
  return out;
}

std::int64_t half_to_even(double x) { return static_cast<std::int64_t>(std::nearbyint(x)); }

struct Placed {
  Tensor image;
  Placement placement;
};

/// From the old to the new picture, both measured relative: the old one covers `covered` pixels of
/// the new `size`, beginning at `at`.
void set_axis(float& scale, float& shift, std::int64_t covered, std::int64_t at,
              std::int64_t size) {
  scale = static_cast<float>(covered) / static_cast<float>(size);
  shift = static_cast<float>(at) / static_cast<float>(size);
}

Placed cut_centre(const Preprocess& settings, const Tensor& image, std::int64_t height,
                  std::int64_t width) {
  const std::int64_t side =
      settings.size > 0
          ? settings.size
          : half_to_even(static_cast<double>(std::min(height, width)) / settings.crop_ratio);
  const std::int64_t h = image.dim(0);
  const std::int64_t w = image.dim(1);
  // The longer side is rounded down, as torchvision does.
  const std::int64_t new_h = h <= w ? side : std::max<std::int64_t>(1, side * h / w);
  const std::int64_t new_w = w <= h ? side : std::max<std::int64_t>(1, side * w / h);
  const Tensor resized = resize_image(image, new_h, new_w, settings.filter, settings.antialias);
  const auto begin = [&](std::int64_t from, std::int64_t to) {
    const double half = static_cast<double>(from - to) / 2;
    return half_to_even(settings.crop_offset == CropOffset::floor ? std::floor(half) : half);
  };
  const CropBox box{begin(new_h, height), begin(new_w, width), height, width};
  Placed placed{crop_image(resized, box, 0), {}};
  set_axis(placed.placement.scale_x, placed.placement.shift_x, new_w, -box.left, width);
  set_axis(placed.placement.scale_y, placed.placement.shift_y, new_h, -box.top, height);
  return placed;
}

Placed fit_inside(const Preprocess& settings, const Tensor& image, std::int64_t height,
                  std::int64_t width) {
  const double ratio = std::min(static_cast<double>(height) / static_cast<double>(image.dim(0)),
                                static_cast<double>(width) / static_cast<double>(image.dim(1)));
  const auto scaled = [&](std::int64_t size, std::int64_t most) {
    return std::clamp<std::int64_t>(half_to_even(static_cast<double>(size) * ratio), 1, most);
  };
  const std::int64_t new_h = scaled(image.dim(0), height);
  const std::int64_t new_w = scaled(image.dim(1), width);
  const Tensor resized = resize_image(image, new_h, new_w, settings.filter, settings.antialias);
  const bool centre = settings.pad_place == PadPlace::centre;
  const std::int64_t top = centre ? (height - new_h) / 2 : 0;
  const std::int64_t left = centre ? (width - new_w) / 2 : 0;
  const auto pad =
      static_cast<std::uint8_t>(std::clamp(std::nearbyint(settings.pad), 0.0F, 255.0F));
  Placed placed{crop_image(resized, {-top, -left, height, width}, pad), {}};
  set_axis(placed.placement.scale_x, placed.placement.shift_x, new_w, left, width);
  set_axis(placed.placement.scale_y, placed.placement.shift_y, new_h, top, height);
  return placed;
}

Placed place(const Preprocess& settings, const Tensor& image, const Target& target) {
  const std::int64_t height = target.height < 0 ? image.dim(0) : target.height;
  const std::int64_t width = target.width < 0 ? image.dim(1) : target.width;
  switch (settings.resize) {
    case ResizeMode::none: break;
    case ResizeMode::exact:
      return {resize_image(image, height, width, settings.filter, settings.antialias), {}};
    case ResizeMode::shorter_side: return cut_centre(settings, image, height, width);
    case ResizeMode::letterbox: return fit_inside(settings, image, height, width);
  }
  return {image, {}};
}

/// y = x * factor + offset, for one channel.
struct Normal {
  double factor = 1;
  double offset = 0;
};

Normal normal_of(const Preprocess& settings, std::size_t channel) {
  const auto pick = [&](const std::vector<double>& values, double none) {
    if (values.empty()) return none;
    return values.size() == 1 ? values[0] : values[channel];
  };
  const double std = pick(settings.std, 1);
  return {settings.scale / std, -pick(settings.mean, 0) / std};
}

void check_counts(const Preprocess& settings, std::size_t channels, const Tensor& stored,
                  const InputSpec& input) {
  for (const auto* values : {&settings.mean, &settings.std}) {
    if (values->size() > 1 && values->size() != channels) {
      cannot(stored, input,
             cat("mean and std have ", values->size(), " numbers for ", channels, " channels"));
    }
  }
}

/// Whether the stored numbers already are the model's.
bool is_identity(const Preprocess& settings) {
  return settings.scale == 1 && settings.mean.empty() && settings.std.empty();
}

/// A u8 picture [H,W,C] as normalised floats in the model's layout and channel order.
Tensor laid_out(const Preprocess& settings, const Tensor& image, const Target& target) {
  const auto channels = static_cast<std::size_t>(image.dim(2));
  const auto pixels = static_cast<std::size_t>(image.dim(0) * image.dim(1));
  const Shape shape =
      target.channels_last ? image.shape() : Shape{image.dim(2), image.dim(0), image.dim(1)};
  Tensor out(ElementKind::f32, shape);
  const auto in = image.data<std::uint8_t>();
  const auto to = out.mutable_data<float>();
  std::vector<float> table(256);
  for (std::size_t c = 0; c < channels; ++c) {
    const Normal normal = normal_of(settings, c);
    for (std::size_t v = 0; v < table.size(); ++v) {
      table[v] = static_cast<float>(static_cast<double>(v) * normal.factor + normal.offset);
    }
    const std::size_t from = settings.order == ChannelOrder::bgr ? channels - 1 - c : c;
    const std::size_t step = target.channels_last ? channels : 1;
    float* at = to.data() + (target.channels_last ? c : c * pixels);
    for (std::size_t i = 0; i < pixels; ++i) at[i * step] = table[in[i * channels + from]];
  }
  return out;
}

PreparedInput prepare_picture(const Preprocess& settings, const Tensor& stored,
                              const InputSpec& input) {
  const Target target = target_of(settings, stored, input);
  check_counts(settings, static_cast<std::size_t>(target.channels), stored, input);
  const Placed placed = place(settings, with_channels(stored, target.channels), target);
  const bool fits = (target.height < 0 || placed.image.dim(0) == target.height) &&
                    (target.width < 0 || placed.image.dim(1) == target.width);
  if (!fits) cannot(stored, input, "sizes differ and 'resize' is none");
  return {laid_out(settings, placed.image, target).cast(dtype_of(input.kind)), placed.placement};
}

/// Equal apart from axes of size 1, with -1 of the model taking any size.
bool same_shape(const Shape& stored, const Shape& wanted) {
  if (stored.size() == wanted.size()) {
    return std::equal(
        stored.begin(), stored.end(), wanted.begin(),
        [](std::int64_t have, std::int64_t want) { return want < 0 || have == want; });
  }
  Shape a;
  Shape b;
  std::copy_if(stored.begin(), stored.end(), std::back_inserter(a), [](auto n) { return n != 1; });
  std::copy_if(wanted.begin(), wanted.end(), std::back_inserter(b), [](auto n) { return n != 1; });
  return a == b;
}

Tensor with_length(const Tensor& stored, std::int64_t length) {
  if (stored.dim(0) == length) return stored;
  Tensor out(stored.type(), {length});
  const std::size_t bytes = std::min(stored.bytes().size(), out.bytes().size());
  if (bytes > 0) std::memcpy(out.mutable_bytes().data(), stored.bytes().data(), bytes);
  return out;
}

Tensor normalised(const Preprocess& settings, const Tensor& stored) {
  const Normal normal = normal_of(settings, 0);
  std::vector<float> values = stored.to_floats();
  for (float& x : values) {
    x = static_cast<float>(static_cast<double>(x) * normal.factor + normal.offset);
  }
  return Tensor::of<float>(stored.shape(), values);
}

PreparedInput prepare_array(const Preprocess& settings, const Tensor& stored,
                            const InputSpec& input) {
  const Shape wanted(input.shape.begin() + (input.shape.empty() ? 0 : 1), input.shape.end());
  Tensor value = stored;
  const bool cut =
      settings.fit_length && stored.rank() == 1 && !wanted.empty() && wanted.back() > 0;
  if (cut) value = with_length(stored, wanted.back());
  if (!same_shape(value.shape(), wanted)) cannot(stored, input, "the shapes differ");
  if (value.rank() != wanted.size()) value = value.reshaped(wanted);
  // Token numbers and masks are no measurements: nothing is normalised when they stay integers.
  const bool numbers = value.type().is_float() || dtype_of(input.kind).is_float();
  if (!is_identity(settings) && numbers) {
    check_counts(settings, 1, stored, input);
    value = normalised(settings, value);
  }
  return {value.kind() == input.kind ? value : value.cast(dtype_of(input.kind)), {}};
}

}  // namespace

PreparedInput apply_preprocess(const Preprocess& settings, const Tensor& stored,
                               const InputSpec& input) {
  const bool picture = is_picture(stored) && input.shape.size() == 4;
  return picture ? prepare_picture(settings, stored, input)
                 : prepare_array(settings, stored, input);
}

}  // namespace pare
