#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/dataset.hpp"
#include "data/resize.hpp"
#include "tensor/tensor.hpp"

namespace pare {

enum class ResizeMode : std::uint8_t {
  none,          ///< pictures must have the model's size already
  exact,         ///< stretched to the model's size
  shorter_side,  ///< shorter side to `size`, then the centre is cut out
  letterbox      ///< fits inside the model's size, the rest is filled with `pad`
};
/// Where the cut begins when an odd number of pixels is left over: the half is rounded to even (as
/// torchvision does) or down (as TensorFlow and Caffe do).
enum class CropOffset : std::uint8_t { even, floor };
enum class ChannelOrder : std::uint8_t { rgb, bgr };
enum class DataLayout : std::uint8_t { automatic, nchw, nhwc };
enum class PadPlace : std::uint8_t { centre, end };

/// How stored samples become model inputs: y = (x * scale - mean[c]) / std[c].
struct Preprocess {
  std::string name = "raw";  ///< preset or file, for messages and records
  ResizeMode resize = ResizeMode::exact;
  ResizeFilter filter = ResizeFilter::bilinear;
  bool antialias = true;
  /// Shorter side before the centre is cut out; 0: the model's side divided by `crop_ratio`.
  std::int64_t size = 0;
  double crop_ratio = 0.875;
  CropOffset crop_offset = CropOffset::even;
  float pad = 0;  ///< letterbox filling, as a stored value (0..255)
  PadPlace pad_place = PadPlace::centre;
  double scale = 1;
  std::vector<double> mean;  ///< none, one for all channels or one per channel, in model order
  std::vector<double> std;
  ChannelOrder order = ChannelOrder::rgb;
  /// Cut or fill up with zeros (at the end) sound and other one-axis arrays to the model's length.
  bool fit_length = false;
  /// automatic: nhwc when the last dimension of the input is 1 or 3 and the second is not.
  DataLayout layout = DataLayout::automatic;
};

/// What a model wants for one input: batch first; -1 = any size.
struct InputSpec {
  std::string name;
  ElementKind kind = ElementKind::f32;
  Shape shape;
};

/// From relative coordinates in the stored picture to those in the model's input:
/// x' = x * scale_x + shift_x.
struct Placement {
  float scale_x = 1;
  float scale_y = 1;
  float shift_x = 0;
  float shift_y = 0;
};

struct PreparedInput {
  Tensor value;  ///< without the batch axis
  Placement placement;
};

/// Names of the presets, sorted.
std::vector<std::string> preprocess_presets();
/// A preset by name. Fault::usage with the list of presets when there is none.
Preprocess preprocess_preset(std::string_view name);
/// A preset by name, or a YAML file by path (ends in .yaml or .yml, or exists). Errors: as above;
/// Fault::config naming key and line for a wrong file.
Preprocess load_preprocess(const std::string& preset_or_file);
/// The settings of a YAML text; `where` names it in errors.
Preprocess parse_preprocess(std::string_view yaml, const std::string& where);
/// YAML that parse_preprocess() reads back to the same settings.
std::string to_yaml(const Preprocess& settings);

/// One stored array (Sample::inputs) as one model input without its batch axis. Pictures (u8, rank
/// 3) are resized, cut, normalised and laid out; other arrays are normalised and must have the
/// input's shape. Errors: Fault::usage when the data cannot become this input, saying both shapes.
PreparedInput apply_preprocess(const Preprocess& settings, const Tensor& stored,
                               const InputSpec& input);

}  // namespace pare
