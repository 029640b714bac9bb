#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/file.hpp"
#include "base/text.hpp"
#include "data/preprocess.hpp"

namespace pare {
namespace {

constexpr std::uint64_t kYamlLimitBytes = std::uint64_t{1} << 20;

Preprocess stretched(double scale, std::vector<double> mean, std::vector<double> std) {
  Preprocess p;
  p.scale = scale;
  p.mean = std::move(mean);
  p.std = std::move(std);
  return p;
}

Preprocess cut(Preprocess p) {
  p.resize = ResizeMode::shorter_side;
  return p;
}

Preprocess cut_down(Preprocess p) {
  p.crop_offset = CropOffset::floor;
  return cut(std::move(p));
}

Preprocess bgr(Preprocess p) {
  p.order = ChannelOrder::bgr;
  return p;
}

Preprocess boxed(Preprocess p, float pad, PadPlace place) {
  p.resize = ResizeMode::letterbox;
  p.pad = pad;
  p.pad_place = place;
  return p;
}

Preprocess fitted() {
  Preprocess p;
  p.fit_length = true;
  return p;
}

const std::vector<std::pair<std::string, Preprocess>>& presets() {
  constexpr double kUnit = 1.0 / 255;
  const std::vector<double> mean = {0.485, 0.456, 0.406};
  const std::vector<double> std = {0.229, 0.224, 0.225};
  static const std::vector<std::pair<std::string, Preprocess>> all = {
      {"audio", fitted()},
      {"cifar10", stretched(kUnit, {0.4914, 0.4822, 0.4465}, {0.2470, 0.2435, 0.2616})},
      {"fashion-mnist", stretched(kUnit, {0.2860}, {0.3530})},
      {"imagenet-caffe", cut_down(bgr(stretched(1, {103.939, 116.779, 123.68}, {})))},
      {"imagenet-norm", stretched(kUnit, mean, std)},
      {"imagenet-tf", cut_down(stretched(1, {127.5}, {127.5}))},
      {"imagenet-torch", cut(stretched(kUnit, mean, std))},
      {"minus-one-one", stretched(1, {127.5}, {127.5})},
      {"minus-one-one-letterbox", boxed(stretched(1, {127.5}, {127.5}), 127.5F, PadPlace::end)},
      {"mnist", stretched(kUnit, {0.1307}, {0.3081})},
      {"raw", Preprocess{}},
      {"raw-bgr", bgr(Preprocess{})},
      {"ultraface", stretched(1, {127}, {128})},
      {"unit", stretched(kUnit, {}, {})},
      {"unit-bgr", bgr(stretched(kUnit, {}, {}))},
      {"yolo", boxed(stretched(kUnit, {}, {}), 114, PadPlace::centre)}};
  return all;
}

}  // namespace

std::vector<std::string> preprocess_presets() {
  std::vector<std::string> names;
  for (const auto& [name, settings] : presets()) names.push_back(name);
  return names;
}

Preprocess preprocess_preset(std::string_view name) {
  for (const auto& [known, settings] : presets()) {
    if (known == name) {
      Preprocess found = settings;
      found.name = known;
      return found;
    }
  }
  throw Error(Fault::usage, cat("no preprocessing preset '", name, "' (there are: ",
                                join(preprocess_presets(), ", "), "; or name a YAML file)"));
}

Preprocess load_preprocess(const std::string& preset_or_file) {
  const std::filesystem::path path(preset_or_file);
  const auto names = preprocess_presets();
  const bool known = std::find(names.begin(), names.end(), preset_or_file) != names.end();
  const bool yaml = path.extension() == ".yaml" || path.extension() == ".yml";
  std::error_code ignored;
  if (known || (!yaml && !std::filesystem::is_regular_file(path, ignored))) {
    return preprocess_preset(preset_or_file);
  }
  Preprocess settings = parse_preprocess(read_text(path, kYamlLimitBytes), preset_or_file);
  settings.name = preset_or_file;
  return settings;
}

}  // namespace pare
