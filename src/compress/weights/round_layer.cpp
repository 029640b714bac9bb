#include "compress/weights/round_layer.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "base/text.hpp"
#include "compress/weights/adaround.hpp"
#include "compress/weights/gptq.hpp"
#include "compress/weights/hqq.hpp"

namespace pare {
namespace {

WeightGrid grid_for(const RoundOptions& o, DType format) {
  WeightGrid grid = grid_of(format);
  grid.group = o.group;
  grid.one_scale = o.per_tensor;
  if (o.per_tensor && o.group > 0) {
    throw Error(Fault::config, "per_tensor and group exclude each other");
  }
  grid.symmetric = o.symmetric || !grid.whole;
  if (grid.rule == ScaleRule::amax && o.method != "rtn" && o.method != "hqq") {
    grid.rule = ScaleRule::search;
  }
  return grid;
}

/// One group of a convolution, or the whole layer.
CodedWeights rounded(const WeightMatrix& w, const RoundOptions& o, const WeightGrid& grid,
                     std::span<const double> moments, std::vector<std::string>& notes) {
  if (o.method == "hqq") return hqq(w, grid);
  if (moments.empty()) return round_to_nearest(w, grid);
  if (o.method == "gptq") {
    GptqOptions g;
    g.act_order = o.act_order;
    g.damping = o.damping;
    GptqResult result = gptq(w, moments, grid, g);
    if (result.damping > o.damping) notes.push_back(cat("damping raised to ", result.damping));
    return std::move(result.coded);
  }
  if (o.method == "adaround") {
    AdaroundOptions a;
    a.iterations = static_cast<int>(o.iterations);
    return adaround(w, moments, grid, a);
  }
  std::vector<float> importance;
  for (std::int64_t c = 0; c < w.columns; ++c) {
    importance.push_back(static_cast<float>(moments[c * w.columns + c]));
  }
  return round_to_nearest(w, grid, importance);
}

WeightMatrix rows_of(const WeightMatrix& w, std::int64_t first, std::int64_t count) {
  const auto begin = w.values.begin() + first * w.columns;
  return {count, w.columns, {begin, begin + count * w.columns}};
}

}  // namespace

const std::vector<std::string>& round_method_names() {
  static const std::vector<std::string> kNames = {"rtn",  "mse",      "imatrix",
                                                  "gptq", "adaround", "hqq"};
  return kNames;
}

bool uses_inputs(const std::string& method) {
  return method == "gptq" || method == "adaround" || method == "imatrix";
}

DType weight_format(const std::string& name) {
  const DType format = dtype_by_name(name);
  if (!format.valid()) {
    throw Error(Fault::config, cat("no number format is called '", escape_terminal(name),
                                   "'; `pare formats` lists them"));
  }
  return format;
}

CodedWeights round_layer(const WeightMatrix& w, const RoundOptions& o, DType format,
                         const LayerInputs* inputs, std::vector<std::string>& notes) {
  const WeightGrid grid = grid_for(o, format);
  if (inputs == nullptr && uses_inputs(o.method)) {
    notes.emplace_back("its inputs were not collected: rounded to nearest");
  }
  if (inputs == nullptr || inputs->groups == 1) {
    return rounded(w, o, grid,
                   inputs == nullptr ? std::span<const double>() : inputs->moments_of(0), notes);
  }
  if (grid.one_scale) {
    notes.emplace_back("one scale for all groups: rounded to nearest");
    return round_to_nearest(w, grid);
  }
  CodedWeights all{grid, w.rows, w.columns, {}, {}};
  const std::int64_t count = w.rows / inputs->groups;
  for (std::int64_t g = 0; g < inputs->groups; ++g) {
    const CodedWeights part =
        rounded(rows_of(w, g * count, count), o, grid, inputs->moments_of(g), notes);
    all.codes.insert(all.codes.end(), part.codes.begin(), part.codes.end());
    all.scales.insert(all.scales.end(), part.scales.begin(), part.scales.end());
  }
  return all;
}

double weight_sqnr_db(const WeightMatrix& w, const WeightMatrix& v) {
  double signal = 0;
  double noise = 0;
  for (std::size_t i = 0; i < w.values.size(); ++i) {
    const double d = static_cast<double>(w.values[i]) - v.values[i];
    signal += static_cast<double>(w.values[i]) * w.values[i];
    noise += d * d;
  }
  return noise > 0 ? 10 * std::log10(signal / noise) : 300;
}

double relative_output_error(const WeightMatrix& w, const WeightMatrix& v,
                             const LayerInputs& inputs) {
  const std::int64_t count = w.rows / inputs.groups;
  double error = 0;
  for (std::int64_t g = 0; g < inputs.groups; ++g) {
    error += output_error(rows_of(w, g * count, count), rows_of(v, g * count, count),
                          inputs.moments_of(g)) /
             static_cast<double>(inputs.groups);
  }
  return error;
}

}  // namespace pare
