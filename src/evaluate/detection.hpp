#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "data/dataset.hpp"
#include "evaluate/metrics.hpp"
#include "tensor/tensor.hpp"

namespace pare {

/// A box that a detector reports, relative to its input picture.
struct Detection {
  Box box;  ///< label included
  float score = 0;
};

/// Intersection over union; 0 for boxes without area.
double iou(const Box& a, const Box& b);

/// Non-maximum suppression per class, best first; equal scores keep their order. At most `most`
/// results.
std::vector<Detection> suppress(std::vector<Detection> found, float iou_threshold,
                                std::size_t most);

/// How a detector writes down its boxes.
enum class DetectorForm : std::uint8_t {
  automatic,   ///< told by the shape of the output
  rows,        ///< YOLOv5: [N, R, 5 + C]: centre, size (pixels), objectness, class scores
  columns,     ///< YOLOv8: [N, 4 + C, R]: centre, size (pixels), class scores
  fastestdet,  ///< FastestDet: [N, 5 + C, H, W]: objectness, offsets, sizes, class scores
};
/// Fault::usage listing the names for an unknown one.
DetectorForm parse_detector_form(std::string_view name);

struct DetectorOptions {
  DetectorForm form = DetectorForm::automatic;
  float least_score = 0.01F;
  float nms_iou = 0.45F;
  std::size_t most = 300;  ///< per picture
};

/// The boxes in sample `index` of a batched output. `height` and `width` are the model's input
/// size in pixels. Errors: Fault::unsupported when the shape fits no known form.
std::vector<Detection> decode_detections(const Tensor& output, std::int64_t index,
                                         std::int64_t height, std::int64_t width,
                                         const DetectorOptions& options);

/// Mean average precision at one overlap, collected picture by picture. Detections are matched in
/// order of score to the free truth of their class that overlaps most; average precision is the
/// area under the precision envelope over all points (VOC 2010 on); the mean runs over the classes
/// that have truths.
class DetectionCounts {
 public:
  explicit DetectionCounts(double least_iou = 0.5) : least_iou_(least_iou) {}
  void add(const std::vector<Detection>& found, const std::vector<Box>& truths);

  [[nodiscard]] std::int64_t samples() const noexcept { return pictures_; }
  [[nodiscard]] double mean_ap() const;
  /// By class.
  [[nodiscard]] std::map<std::int64_t, double> ap() const;
  /// By the bootstrap over pictures, seeded.
  [[nodiscard]] ConfidenceInterval interval(std::uint64_t seed = 0) const;

 private:
  struct Judged {
    float score = 0;
    std::int32_t picture = 0;
    bool hit = false;
  };
  struct PerClass {
    std::vector<Judged> found;
    std::vector<std::pair<std::int32_t, std::int32_t>> truths;  // picture, how many
  };
  /// `weights`: how often each picture counts.
  [[nodiscard]] std::map<std::int64_t, double> weighted_ap(std::span<const int> weights) const;

  double least_iou_;
  std::int64_t pictures_ = 0;
  std::map<std::int64_t, PerClass> classes_;
};

}  // namespace pare
