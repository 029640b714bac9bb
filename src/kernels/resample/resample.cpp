#include "kernels/resample/resample.hpp"

#include <algorithm>

#include "base/checked.hpp"
#include "base/threads.hpp"

namespace pare {
namespace {

/// y = w x, or y += w x.
void scale_into(float* y, const float* x, float w, std::int64_t n, bool first) {
  if (first) {
    for (std::int64_t i = 0; i < n; ++i) y[i] = w * x[i];
  } else if (w != 0.0F) {
    for (std::int64_t i = 0; i < n; ++i) y[i] += w * x[i];
  }
}

}  // namespace

ResampleTaps ResampleTaps::from_matrix(const std::vector<double>& matrix, std::int64_t in,
                                       std::int64_t out) {
  require(static_cast<std::int64_t>(matrix.size()) == in * out, "a matrix of another size");
  ResampleTaps t;
  t.in = in;
  t.out = out;
  std::vector<std::vector<std::int32_t>> used(static_cast<std::size_t>(out));
  for (std::int64_t i = 0; i < in * out; ++i) {
    if (matrix[i] != 0) used[i % out].push_back(checked_cast<std::int32_t>(i / out));
  }
  for (const auto& u : used) t.count = std::max(t.count, static_cast<std::int64_t>(u.size()));
  t.index.assign(static_cast<std::size_t>(t.count * out), 0);
  t.weight.assign(t.index.size(), 0.0F);
  for (std::int64_t i = 0; i < out; ++i) {
    for (std::size_t k = 0; k < used[i].size(); ++k) {
      const std::int64_t at = static_cast<std::int64_t>(k) * out + i;
      t.index[at] = used[i][k];
      t.weight[at] = static_cast<float>(matrix[used[i][k] * out + i]);
    }
  }
  return t;
}

Resample::Resample(std::int64_t outer, std::int64_t inner, ResampleTaps rows, ResampleTaps columns)
    : outer_(outer), inner_(inner), rows_(std::move(rows)), columns_(std::move(columns)) {}

const float* Resample::blend_rows(const float* plane, std::int64_t row,
                                  std::vector<float>& line) const {
  const std::int64_t width = columns_.in * inner_;
  const float* only = plane + rows_.index[row] * width;
  bool single = rows_.weight[row] == 1.0F;
  for (std::int64_t k = 1; k < rows_.count; ++k) {
    single = single && rows_.weight[k * rows_.out + row] == 0.0F;
  }
  if (single) return only;
  for (std::int64_t k = 0; k < rows_.count; ++k) {
    const std::int64_t at = k * rows_.out + row;
    scale_into(line.data(), plane + rows_.index[at] * width, rows_.weight[at], width, k == 0);
  }
  return line.data();
}

void Resample::blend_columns(const float* line, float* out) const {
  const std::int64_t n = columns_.out;
  if (inner_ == 1) {
    for (std::int64_t k = 0; k < columns_.count; ++k) {
      const std::int32_t* index = columns_.index.data() + k * n;
      const float* weight = columns_.weight.data() + k * n;
      if (k == 0) {
        for (std::int64_t i = 0; i < n; ++i) out[i] = weight[i] * line[index[i]];
      } else {
        for (std::int64_t i = 0; i < n; ++i) out[i] += weight[i] * line[index[i]];
      }
    }
    return;
  }
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t k = 0; k < columns_.count; ++k) {
      const std::int64_t at = k * n + i;
      scale_into(out + i * inner_, line + columns_.index[at] * inner_, columns_.weight[at], inner_,
                 k == 0);
    }
  }
}

void Resample::run(const float* x, float* y) const {
  const std::int64_t in_plane = rows_.in * columns_.in * inner_;
  const std::int64_t out_line = columns_.out * inner_;
  const std::int64_t grain = std::max<std::int64_t>(1, 16384 / std::max<std::int64_t>(1, out_line));
  parallel_for(outer_ * rows_.out, grain, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> line(static_cast<std::size_t>(columns_.in * inner_));
    for (std::int64_t r = begin; r < end; ++r) {
      const float* plane = x + r / rows_.out * in_plane;
      blend_columns(blend_rows(plane, r % rows_.out, line), y + r * out_line);
    }
  });
}

}  // namespace pare
