#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "evaluate/detection.hpp"

namespace pare {
namespace {

/// One sample of an output as a table of candidates: value(candidate, field).
struct Table {
  std::vector<float> values;
  std::int64_t candidates = 0;
  std::int64_t fields = 0;
  bool fields_first = false;

  [[nodiscard]] float at(std::int64_t candidate, std::int64_t field) const {
    const std::int64_t i =
        fields_first ? field * candidates + candidate : candidate * fields + field;
    return values[static_cast<std::size_t>(i)];
  }
  /// Best of the fields from `first` on.
  [[nodiscard]] std::pair<std::int64_t, float> best_class(std::int64_t candidate,
                                                          std::int64_t first) const {
    std::int64_t best = first;
    for (std::int64_t f = first + 1; f < fields; ++f) {
      if (at(candidate, f) > at(candidate, best)) best = f;
    }
    return {best - first, at(candidate, best)};
  }
};

DetectorForm form_of(const Tensor& output, DetectorForm wanted) {
  const Shape& s = output.shape();
  if (wanted == DetectorForm::automatic) {
    if (s.size() == 4) {
      wanted = DetectorForm::fastestdet;
    } else if (s.size() == 3) {
      // There are more candidates than numbers per candidate.
      wanted = s[1] >= s[2] ? DetectorForm::rows : DetectorForm::columns;
    }
  }
  const bool fits = wanted == DetectorForm::fastestdet ? s.size() == 4 && s[1] > 5
                    : wanted == DetectorForm::rows     ? s.size() == 3 && s[2] > 5
                    : wanted == DetectorForm::columns  ? s.size() == 3 && s[1] > 4
                                                       : false;
  if (!fits) {
    throw Error(Fault::unsupported,
                cat("output ", to_string(s), " is no detector's: want [N,R,5+C] (rows), ",
                    "[N,4+C,R] (columns) or [N,5+C,H,W] (fastestdet)"));
  }
  return wanted;
}

Table table_of(const Tensor& output, std::int64_t index, DetectorForm form) {
  const Shape& s = output.shape();
  if (index < 0 || index >= s[0]) throw Error(Fault::usage, cat("no sample ", index));
  Table t;
  t.fields_first = form != DetectorForm::rows;
  t.fields = t.fields_first ? s[1] : s[2];
  t.candidates = form == DetectorForm::fastestdet ? s[2] * s[3] : t.fields_first ? s[2] : s[1];
  const std::int64_t size = t.fields * t.candidates;
  const std::vector<float> all = output.to_floats();
  t.values.assign(all.begin() + index * size, all.begin() + (index + 1) * size);
  return t;
}

float sigmoid(float x) { return 1 / (1 + std::exp(-x)); }

/// From the cell of a feature map. Source: FastestDet's published post-processing.
Detection from_cell(const Table& t, std::int64_t i, std::int64_t rows, std::int64_t columns) {
  const auto [label, score] = t.best_class(i, 5);
  const std::int64_t row = i / columns;
  const std::int64_t column = i % columns;
  Detection d;
  d.score = std::pow(std::max(0.0F, t.at(i, 0)), 0.6F) * std::pow(std::max(0.0F, score), 0.4F);
  d.box.label = label;
  d.box.cx = (static_cast<float>(column) + std::tanh(t.at(i, 1))) / static_cast<float>(columns);
  d.box.cy = (static_cast<float>(row) + std::tanh(t.at(i, 2))) / static_cast<float>(rows);
  d.box.w = sigmoid(t.at(i, 3));
  d.box.h = sigmoid(t.at(i, 4));
  return d;
}

}  // namespace

DetectorForm parse_detector_form(std::string_view name) {
  if (name == "automatic") return DetectorForm::automatic;
  if (name == "rows") return DetectorForm::rows;
  if (name == "columns") return DetectorForm::columns;
  if (name == "fastestdet") return DetectorForm::fastestdet;
  throw Error(Fault::usage, cat("unknown detector form '", escape_terminal(name),
                                "'; known are: automatic, rows, columns, fastestdet"));
}

std::vector<Detection> decode_detections(const Tensor& output, std::int64_t index,
                                         std::int64_t height, std::int64_t width,
                                         const DetectorOptions& options) {
  const DetectorForm form = form_of(output, options.form);
  const Table t = table_of(output, index, form);
  std::vector<Detection> found;
  for (std::int64_t i = 0; i < t.candidates; ++i) {
    Detection d;
    if (form == DetectorForm::fastestdet) {
      d = from_cell(t, i, output.dim(2), output.dim(3));
    } else {
      const bool has_object = form == DetectorForm::rows;
      const auto [label, score] = t.best_class(i, has_object ? 5 : 4);
      d.score = has_object ? score * t.at(i, 4) : score;
      d.box = {label, t.at(i, 0) / static_cast<float>(width),
               t.at(i, 1) / static_cast<float>(height), t.at(i, 2) / static_cast<float>(width),
               t.at(i, 3) / static_cast<float>(height)};
    }
    // Also false for NaN.
    if (d.score >= options.least_score) found.push_back(d);
  }
  return suppress(std::move(found), options.nms_iou, options.most);
}

}  // namespace pare
