#include "compress/weights/round_layer.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "base/text.hpp"
#include "compress/weights/adaround.hpp"
#include "compress/weights/clip.hpp"
#include "compress/weights/gptq.hpp"
#include "compress/weights/hqq.hpp"

namespace pare {
namespace {

Extreme extreme_of(const std::string& name) {
  if (name == "restricted") return Extreme::restricted;
  return name == "signed_level" ? Extreme::signed_level : Extreme::half_step;
}

/// Blocks with zero points between the levels can only be written where they divide the columns.
CodedWeights by_hqq(const WeightMatrix& w, WeightGrid grid, std::vector<std::string>& notes) {
  if (grid.one_scale || grid.group <= 0 || w.columns % grid.group == 0) return hqq(w, grid);
  notes.push_back(cat(w.columns, " columns are no multiple of ", grid.group,
                      ": zero points on levels, best scales"));
  grid.symmetric = false;
  grid.rule = ScaleRule::search;
  return round_to_nearest(w, grid);
}

/// One group of a convolution, or the whole layer.
CodedWeights rounded(const WeightMatrix& w, const RoundOptions& o, const WeightGrid& grid,
                     std::span<const double> moments, std::vector<std::string>& notes) {
  if (o.method == "hqq") return by_hqq(w, grid, notes);
  if (moments.empty()) return round_to_nearest(w, grid);
  if (o.method == "gptq") {
    GptqOptions g;
    g.act_order = o.act_order;
    g.static_groups = o.static_groups;
    g.damping = o.damping;
    GptqResult result = gptq(w, moments, grid, g);
    if (result.damping > o.damping) notes.push_back(cat("damping raised to ", result.damping));
    if (result.dead > 0) notes.push_back(cat(result.dead, " columns never get any input"));
    return std::move(result.coded);
  }
  if (o.method == "clip") return round_clipped(w, moments, grid);
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
  static const std::vector<std::string> kNames = {"rtn",  "mse",      "imatrix", "clip",
                                                  "gptq", "adaround", "hqq"};
  return kNames;
}

const std::vector<std::string>& extreme_names() {
  static const std::vector<std::string> kNames = {"half_step", "restricted", "signed_level"};
  return kNames;
}

bool uses_inputs(const std::string& method) {
  return method == "gptq" || method == "adaround" || method == "imatrix" || method == "clip";
}

DType weight_format(const std::string& name) {
  const DType format = dtype_by_name(name);
  if (!format.valid()) {
    std::vector<std::string> known;
    for (const DType type : all_dtypes()) known.emplace_back(type.name());
    throw Error(Fault::config, cat("no number format is called '", escape_terminal(name), "'",
                                   suggestion(name, known), "; `pare formats` lists them"));
  }
  return format;
}

WeightGrid grid_for(const RoundOptions& o, DType format, std::int64_t columns) {
  WeightGrid grid = grid_of(format);
  grid.group = o.group >= columns ? 0 : o.group;
  grid.one_scale = o.per_tensor;
  if (o.per_tensor && o.group > 0) {
    throw Error(Fault::config, "per_tensor and group exclude each other");
  }
  // Without a zero point, levels from 0 on could hold no weight below zero.
  const bool is_unsigned = grid.whole && grid.levels.front() >= 0;
  grid.symmetric = (o.symmetric && !is_unsigned) || !grid.whole;
  grid = with_extreme(std::move(grid), extreme_of(o.extreme));
  grid.power = o.power;
  if (o.method != "rtn" && o.method != "hqq") grid.rule = ScaleRule::search;
  return grid;
}

CodedWeights round_layer(const WeightMatrix& w, const RoundOptions& o, DType format,
                         const LayerInputs* inputs, std::vector<std::string>& notes) {
  const WeightGrid grid = grid_for(o, format, w.columns);
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
