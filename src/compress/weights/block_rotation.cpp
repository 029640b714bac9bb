#include "compress/weights/block_rotation.hpp"

#include <cmath>

#include "base/error.hpp"
#include "base/threads.hpp"

namespace pare {
namespace {

/// A tensor as [outer, along, inner].
struct Axis {
  Axis(const Shape& shape, std::size_t axis) : along(shape.at(axis)) {
    for (std::size_t i = 0; i < axis; ++i) outer *= shape[i];
    for (std::size_t i = axis + 1; i < shape.size(); ++i) inner *= shape[i];
  }
  std::int64_t outer = 1;
  std::int64_t along = 1;
  std::int64_t inner = 1;
};

}  // namespace

BlockRotation::BlockRotation(std::int64_t block, bool keeps_mean, Rng rng) : q_(block, rng) {
  if (!keeps_mean) return;
  const auto n = static_cast<double>(block);
  std::vector<double> mean(static_cast<std::size_t>(block), 1 / std::sqrt(n));
  normal_ = mean;
  q_.apply(normal_);
  double square = 0;
  for (std::size_t i = 0; i < mean.size(); ++i) {
    normal_[i] -= mean[i];
    square += normal_[i] * normal_[i];
  }
  if (square < 1e-20) {  // the mean already stays
    normal_.clear();
    return;
  }
  for (double& v : normal_) v /= std::sqrt(square);
}

void BlockRotation::apply_to_block(std::span<double> x) const {
  q_.apply(x);
  if (normal_.empty()) return;
  double dot = 0;
  for (std::size_t i = 0; i < x.size(); ++i) dot += x[i] * normal_[i];
  for (std::size_t i = 0; i < x.size(); ++i) x[i] -= 2 * dot * normal_[i];
}

void BlockRotation::apply(std::span<double> x) const {
  const auto n = static_cast<std::size_t>(block());
  require(x.size() % n == 0, "a row that is no multiple of the block");
  for (std::size_t first = 0; first < x.size(); first += n) apply_to_block(x.subspan(first, n));
}

Tensor rotated(const Tensor& t, std::size_t axis, const BlockRotation& q) {
  const Axis a(t.shape(), axis);
  Tensor out(t.type(), t.shape());
  const auto from = t.data<float>();
  const auto to = out.mutable_data<float>();
  parallel_for(a.outer * a.inner, 16, [&](std::int64_t begin, std::int64_t end) {
    std::vector<double> row(static_cast<std::size_t>(a.along));
    for (std::int64_t r = begin; r < end; ++r) {
      const std::int64_t first = r / a.inner * a.along * a.inner + r % a.inner;
      for (std::int64_t i = 0; i < a.along; ++i) row[i] = double{from[first + i * a.inner]};
      q.apply(row);
      for (std::int64_t i = 0; i < a.along; ++i) {
        to[first + i * a.inner] = static_cast<float>(row[i]);
      }
    }
  });
  return out;
}

Tensor scaled(const Tensor& t, std::size_t axis, std::span<const float> factors) {
  const Axis a(t.shape(), axis);
  std::vector<float> values = t.to_floats();
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] *= factors[i / static_cast<std::size_t>(a.inner) % factors.size()];
  }
  return Tensor::of<float>(t.shape(), values);
}

}  // namespace pare
