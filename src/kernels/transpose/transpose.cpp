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

constexpr std::int64_t kBlock = 16 * kTile;  // columns of one piece of work

/// out[c][r] = in[r][c] for the columns of one block and one row of tiles.
template <class T>
void transpose_block(const T* in, T* out, std::int64_t rows, std::int64_t cols, std::int64_t r0,
                     std::int64_t block) {
  const std::int64_t r1 = std::min(rows, r0 + kTile);
  const std::int64_t end = std::min(cols, (block + 1) * kBlock);
  for (std::int64_t c0 = block * kBlock; c0 < end; c0 += kTile) {
    tile(in, out, rows, cols, r0, r1, c0, std::min(end, c0 + kTile));
  }
}

template <class T>
void transpose_matrix(const T* in, T* out, std::int64_t batch, std::int64_t rows,
                      std::int64_t cols) {
  const std::int64_t tiles = (rows + kTile - 1) / kTile;
  const std::int64_t blocks = (cols + kBlock - 1) / kBlock;
  const std::int64_t grain = std::max<std::int64_t>(1, 16384 / (kTile * std::min(cols, kBlock)));
  parallel_for(batch * tiles * blocks, grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t at = i / blocks / tiles * rows * cols;
      transpose_block(in + at, out + at, rows, cols, i / blocks % tiles * kTile, i % blocks);
    }
  });
}

/// Images of few channels: of `N` planes one row of N values for each pixel (`planes_in`), or back.
template <class T, std::int64_t N, bool planes_in>
void few_planes(const T* in, T* out, std::int64_t batch, std::int64_t pixels) {
  for (std::int64_t b = 0; b < batch; ++b) {
    const T* x = in + b * N * pixels;
    T* y = out + b * N * pixels;
    parallel_for(pixels, 8192, [=](std::int64_t begin, std::int64_t end) {
      for (std::int64_t p = begin; p < end; ++p) {
        for (std::int64_t k = 0; k < N; ++k) {
          if constexpr (planes_in) {
            y[p * N + k] = x[k * pixels + p];
          } else {
            y[k * pixels + p] = x[p * N + k];
          }
        }
      }
    });
  }
}

template <class T, bool planes_in>
bool transpose_few(const T* in, T* out, std::int64_t batch, std::int64_t planes,
                   std::int64_t pixels) {
  switch (planes) {
    case 2: few_planes<T, 2, planes_in>(in, out, batch, pixels); return true;
    case 3: few_planes<T, 3, planes_in>(in, out, batch, pixels); return true;
    case 4: few_planes<T, 4, planes_in>(in, out, batch, pixels); return true;
    default: return false;
  }
}

template <class T>
void transpose_typed(const std::byte* in_bytes, std::byte* out_bytes, std::int64_t batch,
                     std::int64_t rows, std::int64_t cols) {
  const T* in = view<T>(in_bytes);
  T* out = view<T>(out_bytes);
  if (rows <= 0 || cols <= 0) return;
  if (transpose_few<T, true>(in, out, batch, rows, cols)) return;
  if (transpose_few<T, false>(in, out, batch, cols, rows)) return;
  transpose_matrix(in, out, batch, rows, cols);
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
