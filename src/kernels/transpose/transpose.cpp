#include "kernels/transpose/transpose.hpp"

#include <algorithm>
#include <cstring>

#include "base/threads.hpp"
#include "kernels/view.hpp"

namespace pare {
namespace {

constexpr std::int64_t kTile = 16;

template <class T>
void tile(const T* in, T* out, std::int64_t rows, std::int64_t cols, std::int64_t r0,
          std::int64_t r1, std::int64_t c0, std::int64_t c1) {
  if (r1 - r0 == kTile && c1 - c0 == kTile) {
    for (std::int64_t c = c0; c < c0 + kTile; ++c) {
#pragma omp simd
      for (std::int64_t r = 0; r < kTile; ++r) out[c * rows + r0 + r] = in[(r0 + r) * cols + c];
    }
    return;
  }
  for (std::int64_t c = c0; c < c1; ++c) {
    for (std::int64_t r = r0; r < r1; ++r) out[c * rows + r] = in[r * cols + c];
  }
}

template <class T>
void transpose_matrix_rows(const T* in, T* out, std::int64_t rows, std::int64_t cols,
                           std::int64_t tile_begin, std::int64_t tile_end) {
  for (std::int64_t t = tile_begin; t < tile_end; ++t) {
    const std::int64_t r0 = t * kTile;
    const std::int64_t r1 = std::min(rows, r0 + kTile);
    for (std::int64_t c0 = 0; c0 < cols; c0 += kTile) {
      tile(in, out, rows, cols, r0, r1, c0, std::min(cols, c0 + kTile));
    }
  }
}

template <class T>
void transpose_typed(const std::byte* in_bytes, std::byte* out_bytes, std::int64_t batch,
                     std::int64_t rows, std::int64_t cols) {
  const T* in = view<T>(in_bytes);
  T* out = view<T>(out_bytes);
  const std::int64_t tiles = (rows + kTile - 1) / kTile;
  const std::int64_t grain = std::max<std::int64_t>(1, 16384 / (kTile * cols + 1));
  parallel_for(batch * tiles, grain, [&](std::int64_t begin, std::int64_t end) {
    while (begin < end) {
      const std::int64_t b = begin / tiles;
      const std::int64_t stop = std::min(end, (b + 1) * tiles);
      transpose_matrix_rows(in + b * rows * cols, out + b * rows * cols, rows, cols,
                            begin - b * tiles, stop - b * tiles);
      begin = stop;
    }
  });
}

template <class T>
void gather_typed(const std::byte* in_bytes, std::byte* out_bytes,
                  const std::vector<std::int64_t>& sizes,
                  const std::vector<std::int64_t>& strides) {
  const T* in = view<T>(in_bytes);
  T* out = view<T>(out_bytes);
  const std::size_t last = sizes.size() - 1;
  const std::int64_t inner = sizes[last];
  std::int64_t outer = 1;
  for (std::size_t i = 0; i < last; ++i) outer *= sizes[i];
  parallel_for(outer, std::max<std::int64_t>(1, 8192 / (inner + 1)),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t row = begin; row < end; ++row) {
                   std::int64_t rest = row;
                   std::int64_t from = 0;
                   for (std::size_t i = last; i-- > 0;) {
                     from += rest % sizes[i] * strides[i];
                     rest /= sizes[i];
                   }
                   const T* x = in + from;
                   T* y = out + row * inner;
                   if (strides[last] == 1) {
                     std::memcpy(y, x, static_cast<std::size_t>(inner) * sizeof(T));
                   } else {
                     for (std::int64_t i = 0; i < inner; ++i) y[i] = x[i * strides[last]];
                   }
                 }
               });
}

}  // namespace

void transpose_2d(const std::byte* in, std::byte* out, std::int64_t batch, std::int64_t rows,
                  std::int64_t cols, std::size_t element_bytes) {
  switch (element_bytes) {
    case 1: transpose_typed<std::uint8_t>(in, out, batch, rows, cols); return;
    case 2: transpose_typed<std::uint16_t>(in, out, batch, rows, cols); return;
    case 4: transpose_typed<std::uint32_t>(in, out, batch, rows, cols); return;
    case 8: transpose_typed<std::uint64_t>(in, out, batch, rows, cols); return;
    default: throw Error(Fault::unsupported, "transpose of elements of unusual size");
  }
}

Permutation::Permutation(const Shape& shape, const std::vector<std::int64_t>& order,
                         std::size_t element_bytes)
    : element_bytes_(element_bytes) {
  const Shape in_strides = strides_of(shape);
  for (const std::int64_t axis : order) {
    const std::int64_t size = shape.at(static_cast<std::size_t>(axis));
    const std::int64_t stride = in_strides.at(static_cast<std::size_t>(axis));
    if (size == 1) continue;
    if (!sizes_.empty() && strides_.back() == stride * size) {  // follows its neighbour in both
      sizes_.back() *= size;
      strides_.back() = stride;
    } else {
      sizes_.push_back(size);
      strides_.push_back(stride);
    }
  }
  if (sizes_.empty()) {
    sizes_.push_back(1);
    strides_.push_back(1);
  }
  const std::size_t n = sizes_.size();
  if (n == 2 && strides_[0] == 1) {
    is_2d_ = true;
    rows_ = sizes_[1];
    cols_ = sizes_[0];
  } else if (n == 3 && strides_[1] == 1 && strides_[0] == sizes_[1] * sizes_[2]) {
    is_2d_ = true;
    batch_ = sizes_[0];
    rows_ = sizes_[2];
    cols_ = sizes_[1];
  }
}

void Permutation::run(const std::byte* in, std::byte* out) const {
  if (is_2d_) {
    transpose_2d(in, out, batch_, rows_, cols_, element_bytes_);
    return;
  }
  switch (element_bytes_) {
    case 1: gather_typed<std::uint8_t>(in, out, sizes_, strides_); return;
    case 2: gather_typed<std::uint16_t>(in, out, sizes_, strides_); return;
    case 4: gather_typed<std::uint32_t>(in, out, sizes_, strides_); return;
    case 8: gather_typed<std::uint64_t>(in, out, sizes_, strides_); return;
    default: throw Error(Fault::unsupported, "transpose of elements of unusual size");
  }
}

}  // namespace pare
