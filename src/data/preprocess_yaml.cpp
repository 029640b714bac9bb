#include <yaml-cpp/yaml.h>

#include <array>
#include <cmath>
#include <limits>
#include <set>

#include "base/text.hpp"
#include "data/preprocess.hpp"

namespace pare {
namespace {

constexpr std::size_t kChannelLimit = 4096;
constexpr std::int64_t kSideLimit = 65535;

template <class T>
using Words = std::vector<std::pair<std::string, T>>;

const Words<ResizeMode>& resize_words() {
  static const Words<ResizeMode> words = {{"none", ResizeMode::none},
                                          {"exact", ResizeMode::exact},
                                          {"shorter", ResizeMode::shorter_side},
                                          {"letterbox", ResizeMode::letterbox}};
  return words;
}
const Words<ResizeFilter>& filter_words() {
  static const Words<ResizeFilter> words = {{"nearest", ResizeFilter::nearest},
                                            {"bilinear", ResizeFilter::bilinear},
                                            {"bicubic", ResizeFilter::bicubic}};
  return words;
}
const Words<ChannelOrder>& order_words() {
  static const Words<ChannelOrder> words = {{"rgb", ChannelOrder::rgb}, {"bgr", ChannelOrder::bgr}};
  return words;
}
const Words<DataLayout>& layout_words() {
  static const Words<DataLayout> words = {
      {"auto", DataLayout::automatic}, {"nchw", DataLayout::nchw}, {"nhwc", DataLayout::nhwc}};
  return words;
}
const Words<CropOffset>& offset_words() {
  static const Words<CropOffset> words = {{"even", CropOffset::even}, {"floor", CropOffset::floor}};
  return words;
}
const Words<PadPlace>& place_words() {
  static const Words<PadPlace> words = {{"centre", PadPlace::centre}, {"end", PadPlace::end}};
  return words;
}

template <class T>
std::string word_of(const Words<T>& words, T value) {
  for (const auto& [word, known] : words) {
    if (known == value) return word;
  }
  return "?";
}

/// Reads the keys of one YAML map; errors name the file, the line and the key.
class Reader {
 public:
  Reader(const YAML::Node& map, const std::string& where) : map_(map), where_(where) {}

  [[noreturn]] void fail(const YAML::Node& at, const std::string& key,
                         const std::string& what) const {
    throw Error(Fault::config,
                cat(where_, " line ", at.Mark().line + 1, ", key '", key, "': ", what));
  }
  void check_keys(const std::set<std::string>& known) const {
    std::set<std::string> seen;
    for (const auto& entry : map_) {
      const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "?";
      if (known.count(key) == 0) {
        fail(entry.first, key,
             cat("unknown (there are: ",
                 join(std::vector<std::string>(known.begin(), known.end()), ", "), ")"));
      }
      if (!seen.insert(key).second) fail(entry.first, key, "given twice");
    }
  }
  template <class T>
  void word(const std::string& key, const Words<T>& words, T& value) const {
    const YAML::Node node = map_[key];
    if (!node) return;
    std::vector<std::string> all;
    for (const auto& [word, known] : words) {
      if (node.IsScalar() && node.Scalar() == word) {
        value = known;
        return;
      }
      all.push_back(word);
    }
    fail(node, key, cat("want one of ", join(all, ", "), got(node)));
  }
  void truth(const std::string& key, bool& value) const {
    const YAML::Node node = map_[key];
    if (node && !YAML::convert<bool>::decode(node, value)) {
      fail(node, key, cat("want true or false", got(node)));
    }
  }
  void number(const std::string& key, double least, double greatest, double& value) const {
    const YAML::Node node = map_[key];
    if (node) value = checked(node, key, least, greatest);
  }
  void numbers(const std::string& key, double least, std::vector<double>& values) const {
    const YAML::Node node = map_[key];
    if (!node) return;
    values.clear();
    if (node.IsScalar()) {
      values.push_back(checked(node, key, least, kMost));
      return;
    }
    if (!node.IsSequence() || node.size() > kChannelLimit) {
      fail(node, key, "want a number or a list of numbers");
    }
    for (const auto& item : node) values.push_back(checked(item, key, least, kMost));
  }

  static constexpr double kMost = 1e12;

 private:
  static std::string got(const YAML::Node& node) {
    return node.IsScalar() ? cat(", got '", escape_terminal(node.Scalar(), 40), "'")
                           : std::string(", got a list or map");
  }
  double checked(const YAML::Node& node, const std::string& key, double least,
                 double greatest) const {
    double value = 0;
    if (!node.IsScalar() || !YAML::convert<double>::decode(node, value) || !std::isfinite(value)) {
      fail(node, key, cat("want a number", got(node)));
    }
    if (value < least || value > greatest) {
      fail(node, key, cat("want ", least, " to ", greatest, got(node)));
    }
    return value;
  }

  const YAML::Node& map_;
  const std::string& where_;
};

void read_keys(const YAML::Node& map, const std::string& where, Preprocess& p) {
  const Reader in(map, where);
  in.check_keys({"preset", "resize", "filter", "antialias", "size", "crop_ratio", "crop_offset",
                 "pad", "pad_place", "scale", "mean", "std", "order", "layout", "fit_length"});
  if (const YAML::Node preset = map["preset"]) {
    try {
      p = preprocess_preset(preset.IsScalar() ? preset.Scalar() : "?");
    } catch (const Error& error) {
      in.fail(preset, "preset", error.message());
    }
  }
  in.word("resize", resize_words(), p.resize);
  in.word("filter", filter_words(), p.filter);
  in.truth("antialias", p.antialias);
  double size = static_cast<double>(p.size);
  in.number("size", 0, kSideLimit, size);
  if (size != std::floor(size)) in.fail(map["size"], "size", "want a whole number of pixels");
  p.size = static_cast<std::int64_t>(size);
  in.number("crop_ratio", 0.01, 1, p.crop_ratio);
  in.word("crop_offset", offset_words(), p.crop_offset);
  double pad = p.pad;
  in.number("pad", 0, 255, pad);
  p.pad = static_cast<float>(pad);
  in.word("pad_place", place_words(), p.pad_place);
  in.number("scale", -Reader::kMost, Reader::kMost, p.scale);
  in.numbers("mean", -Reader::kMost, p.mean);
  in.numbers("std", 1e-12, p.std);
  in.word("order", order_words(), p.order);
  in.word("layout", layout_words(), p.layout);
  in.truth("fit_length", p.fit_length);
}

std::string list_of(const std::vector<double>& values) {
  std::vector<std::string> words;
  for (const double value : values) {
    std::ostringstream text;
    text.precision(std::numeric_limits<double>::max_digits10);
    text << value;
    words.push_back(text.str());
  }
  return cat("[", join(words, ", "), "]");
}

}  // namespace

Preprocess parse_preprocess(std::string_view yaml, const std::string& where) {
  Preprocess settings;
  settings.name = where;
  try {
    const YAML::Node root = YAML::Load(std::string(yaml));
    if (!root.IsMap()) {
      throw Error(Fault::config, cat(where, ": want keys and values ('resize: exact' ...)"));
    }
    read_keys(root, where, settings);
  } catch (const YAML::Exception& error) {
    throw Error(Fault::config, cat(where, " line ", error.mark.line + 1, ": ", error.msg));
  }
  return settings;
}

std::string to_yaml(const Preprocess& p) {
  const auto number = [](double value) {
    const std::string list = list_of({value});
    return list.substr(1, list.size() - 2);
  };
  const auto truth = [](bool value) { return value ? "true" : "false"; };
  return cat("resize: ", word_of(resize_words(), p.resize),
             "\nfilter: ", word_of(filter_words(), p.filter), "\nantialias: ", truth(p.antialias),
             "\nsize: ", p.size, "\ncrop_ratio: ", number(p.crop_ratio),
             "\ncrop_offset: ", word_of(offset_words(), p.crop_offset),
             "\npad: ", number(static_cast<double>(p.pad)),
             "\npad_place: ", word_of(place_words(), p.pad_place), "\nscale: ", number(p.scale),
             "\nmean: ", list_of(p.mean), "\nstd: ", list_of(p.std),
             "\norder: ", word_of(order_words(), p.order),
             "\nlayout: ", word_of(layout_words(), p.layout), "\nfit_length: ", truth(p.fit_length),
             "\n");
}

}  // namespace pare
