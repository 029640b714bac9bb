#include "kernels/lowbit/lowbit.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>

#include "base/checked.hpp"
#include "base/error.hpp"
#include "base/threads.hpp"
#include "kernels/cpu.hpp"
#include "kernels/lowbit/lowbit_tables.hpp"
#include "kernels/view.hpp"
#include "numerics/float16.hpp"

namespace pare {
namespace {

constexpr std::int64_t kColumns = 16;
constexpr std::int64_t kWordBytes = 64;
/// Values of k that become floats at a time: with two panels half of a first-level cache.
constexpr std::int64_t kDecoded = 256;

std::vector<const LowbitKernels*> available() {
  std::vector<const LowbitKernels*> found;
#if defined(__x86_64__)
  if (cpu::has_avx512()) found.push_back(lowbit_kernels_avx512());
  if (cpu::has_avx2()) found.push_back(lowbit_kernels_avx2());
#elif defined(__aarch64__)
  found.push_back(lowbit_kernels_neon());
#endif
  found.push_back(lowbit_kernels_base());
  return found;
}

std::int64_t up(std::int64_t n, std::int64_t to) { return (n + to - 1) / to; }

/// Tiles of nearly equal height, none above `most`.
struct Tiles {
  std::int64_t count, rows, tall;  // `tall` tiles have one row more than `rows`
  Tiles(std::int64_t m, std::int64_t most)
      : count(up(m, most)), rows(count == 0 ? 0 : m / count), tall(count == 0 ? 0 : m % count) {}
  [[nodiscard]] std::int64_t first(std::int64_t i) const { return i * rows + std::min(i, tall); }
  [[nodiscard]] std::int64_t height(std::int64_t i) const { return rows + (i < tall ? 1 : 0); }
};

}  // namespace

std::string_view to_string(LowbitCode code) noexcept {
  switch (code) {
    case LowbitCode::signed8: return "8-bit";
    case LowbitCode::float8: return "8-bit float";
    case LowbitCode::table256: return "8-bit table";
    case LowbitCode::table16: return "4-bit";
    case LowbitCode::table4: return "2-bit";
    case LowbitCode::trits: return "base 3";
  }
  return "";
}

std::span<const LowbitKernels* const> lowbit_kernels() {
  static const std::vector<const LowbitKernels*> kFound = available();
  return kFound;
}

LowbitCode lowbit_code(std::span<const float> levels) {
  std::vector<std::uint8_t> codes;
  for (std::size_t c = 0; c < levels.size(); ++c) {
    if (std::isfinite(levels[c])) codes.push_back(static_cast<std::uint8_t>(c));
  }
  const float one = 1;
  const auto count = static_cast<std::int64_t>(codes.size());
  const std::size_t scales = codes.empty() ? 0 : 1;
  return LowbitMatrix({count, 1, codes, levels, 0, {&one, scales}, {}}).code();
}

LowbitMatrix::LowbitMatrix(const LowbitSource& s, const LowbitKernels& kernels)
    : kernels_(&kernels), k_(s.k), n_(s.n) {
  block_ = s.block <= 0 || s.block > s.k ? std::max<std::int64_t>(1, s.k) : s.block;
  blocks_ = up(k_, block_);
  panels_ = up(n_, kColumns);
  const auto steps = static_cast<std::size_t>(blocks_ * n_);
  require(s.codes.size() == static_cast<std::size_t>(k_ * n_), "LowbitMatrix: wrong count");
  require(s.scales.size() == steps, "LowbitMatrix: wrong count of scales");
  require(s.zeros.empty() || s.zeros.size() == steps, "LowbitMatrix: wrong count of zeros");
  choose(s);
  block_words_ = up(block_, word_values(code_));
  pack(s);
}

LowbitMatrix::LowbitMatrix(const std::vector<Tensor>& parts, const LowbitKernels& kernels)
    : kernels_(&kernels) {
  constexpr std::size_t kParts = 7;
  constexpr std::size_t kSizes = 9;
  if (parts.size() != kParts || parts[0].size() != kSizes || parts[1].size() != 2) {
    throw Error(Fault::corrupt, "no LowbitMatrix");
  }
  const auto sizes = parts[0].data<std::int64_t>();
  constexpr std::int64_t kMost = std::int64_t{1} << 28;
  for (const std::int64_t s : sizes) {
    if (s < 0 || s > kMost) throw Error(Fault::corrupt, cat("a LowbitMatrix of size ", s));
  }
  k_ = sizes[0];
  n_ = sizes[1];
  block_ = sizes[2];
  blocks_ = sizes[3];
  block_words_ = sizes[4];
  panels_ = sizes[5];
  shift_ = static_cast<int>(sizes[6]);
  mask_ = static_cast<int>(sizes[7]);
  if (sizes[8] >= static_cast<std::int64_t>(kLowbitCodes)) {
    throw Error(Fault::corrupt, cat("a LowbitMatrix of code ", sizes[8]));
  }
  code_ = static_cast<LowbitCode>(sizes[8]);
  const std::int64_t steps = checked_mul(checked_mul(panels_, blocks_), kColumns);
  const std::int64_t words = checked_mul(checked_mul(panels_ * blocks_, block_words_), kWordBytes);
  const bool fits = block_ > 0 && panels_ == up(n_, kColumns) && blocks_ == up(k_, block_) &&
                    block_words_ == up(block_, word_values(code_)) &&
                    parts[2].size() == static_cast<std::int64_t>(remap_.size()) &&
                    parts[3].size() == 256 && parts[4].size() == words &&
                    parts[5].size() == steps && (parts[6].empty() || parts[6].size() == steps);
  if (!fits) throw Error(Fault::corrupt, "a LowbitMatrix whose sizes do not agree");
  level_shift_ = parts[1].data<float>()[0];
  level_scale_ = parts[1].data<float>()[1];
  const auto remap = parts[2].data<std::uint8_t>();
  std::copy(remap.begin(), remap.end(), remap_.begin());
  const auto table = parts[3].data<float>();
  table_.assign(table.begin(), table.end());
  words_ = parts[4];
  scales_ = parts[5];
  (void)scales_.data<float>();
  if (!parts[6].empty()) zeros_ = parts[6];
  if (zeros_.valid()) (void)zeros_.data<float>();
}

std::vector<Tensor> LowbitMatrix::parts() const {
  const Tensor sizes =
      Tensor::of<std::int64_t>({9}, {k_, n_, block_, blocks_, block_words_, panels_, shift_, mask_,
                                     static_cast<std::int64_t>(code_)});
  const Tensor numbers = Tensor::of<float>({2}, {level_shift_, level_scale_});
  const Tensor remap =
      Tensor::of<std::uint8_t>({256}, std::vector<std::uint8_t>(remap_.begin(), remap_.end()));
  const Tensor table = Tensor::of<float>({static_cast<std::int64_t>(table_.size())}, table_);
  const Tensor none(ElementKind::f32, {0});
  return {sizes, numbers, remap, table, words_, scales_, zeros_.valid() ? zeros_ : none};
}

/// The format, and the table or arithmetic that goes with it.
void LowbitMatrix::choose(const LowbitSource& s) {
  std::array<bool, 256> used{};
  for (const std::uint8_t c : s.codes) used.at(c) = true;
  std::size_t most = 0;
  table_.assign(256, 0.0F);
  for (std::size_t c = 0; c < used.size(); ++c) {
    if (!used[c]) continue;
    most = c;
    require(c < s.levels.size(), "LowbitMatrix: a code without a level");
    if (!std::isfinite(s.levels[c])) throw Error(Fault::unsupported, "weights are not finite");
    table_[c] = s.levels[c];
  }
  const bool one_zero = !s.zeros.empty() && std::all_of(s.zeros.begin(), s.zeros.end(),
                                                        [&](float z) { return z == s.zeros[0]; });
  if (s.levels.size() > 16) {
    if (one_zero && take_signed8(used, s.zeros[0])) return;
    if (take_signed8(used, 0) || take_signed8(used, 128)) return;
    if (take_float8(used, s)) return;
  }
  if (one_zero) {
    level_shift_ = s.zeros[0];
    for (float& level : table_) level -= level_shift_;
  }
  if (s.levels.size() > 16) {
    code_ = LowbitCode::table256;
  } else if (s.levels.size() > 4) {
    code_ = LowbitCode::table16;
  } else {
    code_ = s.dense_trits && most < 3 ? LowbitCode::trits : LowbitCode::table4;
  }
}

/// Levels that are bytes once `shift` is taken away.
bool LowbitMatrix::take_signed8(const std::array<bool, 256>& used, float shift) {
  std::array<std::uint8_t, 256> bytes{};
  for (std::size_t c = 0; c < used.size(); ++c) {
    const float level = table_[c] - shift;
    if (!used[c]) continue;
    if (!(level >= -128 && level <= 127) || level != std::nearbyint(level)) return false;
    bytes[c] = static_cast<std::uint8_t>(static_cast<std::int8_t>(level));
  }
  code_ = LowbitCode::signed8;
  level_shift_ = shift;
  remap_ = bytes;
  return true;
}

/// Levels that are 16-bit floats times a power of two once the bits of the code are moved.
bool LowbitMatrix::take_float8(const std::array<bool, 256>& used, const LowbitSource& s) {
  constexpr int kExponents[] = {4, 5, 3, 2};
  for (const int bits : kExponents) {
    const int shift = 3 + bits;                      // mantissas of both start at the same bit
    const int mask = 0x8000 | ((128 << shift) - 1);  // less the copies of the sign
    std::array<float, 256> raw{};
    float factor = 0;
    bool fits = true;
    for (std::size_t c = 0; c < used.size(); ++c) {
      const int code = static_cast<int>(c) - (c < 128 ? 0 : 256);
      raw[c] = to_float(F16{static_cast<std::uint16_t>(code * (1 << shift) & mask)});
      if (!used[c]) continue;
      if (factor == 0 && raw[c] != 0) factor = table_[c] / raw[c];
      fits = fits && table_[c] == raw[c] * factor;
    }
    int exponent = 0;
    if (!fits || std::frexp(factor, &exponent) != 0.5F) continue;
    const bool scales_fit = std::all_of(s.scales.begin(), s.scales.end(), [&](float x) {
      return !std::isfinite(x) || std::isfinite(x * factor);
    });
    if (!scales_fit || !s.zeros.empty()) return false;
    code_ = LowbitCode::float8;
    shift_ = shift;
    mask_ = mask;
    level_scale_ = factor;
    for (std::size_t c = 0; c < used.size(); ++c) table_[c] = used[c] ? raw[c] : 0;
    return true;
  }
  return false;
}

void LowbitMatrix::pack(const LowbitSource& s) {
  words_ = Tensor(ElementKind::u8, {panels_, blocks_, block_words_, kWordBytes});
  scales_ = Tensor(ElementKind::f32, {panels_, blocks_, kColumns});
  const auto scales = scales_.mutable_data<float>();
  const bool has_zeros =
      std::any_of(s.zeros.begin(), s.zeros.end(), [&](float z) { return z != level_shift_; }) ||
      (s.zeros.empty() && level_shift_ != 0);
  if (has_zeros) zeros_ = Tensor(ElementKind::f32, {panels_, blocks_, kColumns});
  const auto zeros = has_zeros ? zeros_.mutable_data<float>() : std::span<float>();
  for (std::int64_t b = 0; b < blocks_; ++b) {
    for (std::int64_t n = 0; n < n_; ++n) {
      const auto from = static_cast<std::size_t>(b * n_ + n);
      const auto to =
          static_cast<std::size_t>((n / kColumns * blocks_ + b) * kColumns + n % kColumns);
      scales[to] = s.scales[from] * level_scale_;
      if (has_zeros) zeros[to] = (s.zeros.empty() ? 0.0F : s.zeros[from]) - level_shift_;
    }
  }
  const auto words = words_.mutable_bytes();
  for (std::int64_t k = 0; k < k_; ++k) {
    for (std::int64_t n = 0; n < n_; ++n) {
      put(words, k, n, s.codes[static_cast<std::size_t>(k * n_ + n)]);
    }
  }
  if (code_ == LowbitCode::trits) finish_trits(words);
}

void LowbitMatrix::put(std::span<std::byte> words, std::int64_t k, std::int64_t n,
                       std::uint8_t code) const {
  const std::int64_t values = word_values(code_);
  const std::int64_t inside = k % block_;
  const std::int64_t word = (n / kColumns * blocks_ + k / block_) * block_words_ + inside / values;
  const auto j = static_cast<unsigned>(inside % values);
  const auto column = static_cast<std::size_t>(n % kColumns);
  std::byte* at = words.data() + word * kWordBytes;
  switch (code_) {
    case LowbitCode::signed8: at[16 * j + column] = static_cast<std::byte>(remap_[code]); break;
    case LowbitCode::float8:
    case LowbitCode::table256: at[16 * j + column] = static_cast<std::byte>(code); break;
    case LowbitCode::table16:
      at[4 * column + j / 2] |= static_cast<std::byte>(code << (4 * (j % 2)));
      break;
    case LowbitCode::table4:
      at[4 * column + j / 4] |= static_cast<std::byte>(code << (2 * (j % 4)));
      break;
    case LowbitCode::trits: {
      constexpr std::uint8_t kPower[] = {81, 27, 9, 3, 1};  // first digit: most significant
      std::byte& to = at[4 * column + j % 4];
      to = static_cast<std::byte>(std::to_integer<unsigned>(to) + code * kPower[j / 4]);
    }
  }
}

/// From numbers below 243 to fractions of 256, rounded up.
void LowbitMatrix::finish_trits(std::span<std::byte> words) {
  for (std::byte& b : words) {
    b = static_cast<std::byte>((std::to_integer<unsigned>(b) * 256 + 242) / 243);
  }
}

std::size_t LowbitMatrix::bytes() const noexcept {
  return words_.bytes().size() + scales_.bytes().size() + zeros_.bytes().size();
}

LowbitPanel LowbitMatrix::panel(std::int64_t index) const {
  LowbitPanel p;
  p.words = words_.bytes().data() + index * blocks_ * block_words_ * kWordBytes;
  p.blocks = blocks_;
  p.block_words = block_words_;
  p.scales = scales_.data<float>().data() + index * blocks_ * kColumns;
  if (zeros_.valid()) p.zeros = zeros_.data<float>().data() + index * blocks_ * kColumns;
  p.table = table_.data();
  p.shift = shift_;
  p.mask = mask_;
  return p;
}

std::int64_t LowbitMatrix::depth() const noexcept {
  return blocks_ * block_words_ * word_values(code_);
}

std::size_t LowbitMatrix::scratch_bytes(std::int64_t m) const noexcept {
  return static_cast<std::size_t>(m * depth()) * sizeof(float);
}

void LowbitMatrix::multiply(const float* x, std::int64_t m, const float* bias, float* y,
                            std::byte* scratch) const {
  if (m <= kernels_->few_most) {
    few(x, m, bias, y, scratch);
  } else {
    many(x, m, bias, y, scratch);
  }
}

/// A row as the words hold it: zeros behind each block that does not fill its words.
void LowbitMatrix::spread(const float* x, float* to, std::int64_t step) const {
  const std::int64_t room = block_words_ * word_values(code_);
  for (std::int64_t b = 0; b < blocks_; ++b) {
    const std::int64_t count = std::min(block_, k_ - b * block_);
    for (std::int64_t i = 0; i < count; ++i, to += step) *to = x[b * block_ + i];
    for (std::int64_t i = count; i < room; ++i, to += step) *to = 0;
  }
}

void LowbitMatrix::few(const float* x, std::int64_t m, const float* bias, float* y,
                       std::byte* scratch) const {
  const float* rows = x;
  if (depth() != k_) {
    float* to = view<float>(scratch);
    for (std::int64_t r = 0; r < m; ++r) spread(x + r * k_, to + r * depth(), 1);
    rows = to;
  }
  const Tiles tiles(m, kernels_->few_rows);
  const auto* table = kernels_->few[static_cast<std::size_t>(code_)][zeros_.valid() ? 1 : 0];
  constexpr std::int64_t kGrainBytes = 1 << 15;
  const std::int64_t panel_bytes = std::max<std::int64_t>(1, blocks_ * block_words_ * kWordBytes);
  parallel_for(panels_, std::max<std::int64_t>(1, kGrainBytes / panel_bytes),
               [&](std::int64_t begin, std::int64_t end) {
                 alignas(64) float sums[kMostFewRows * kColumns];
                 for (std::int64_t p = begin; p < end; ++p) {
                   const std::int64_t columns = std::min(kColumns, n_ - p * kColumns);
                   for (std::int64_t t = 0; t < tiles.count; ++t) {
                     const std::int64_t first = tiles.first(t);
                     const std::int64_t height = tiles.height(t);
                     table[height - 1](panel(p), rows + first * depth(), depth(), sums);
                     for (std::int64_t r = 0; r < height; ++r) {
                       float* to = y + (first + r) * n_ + p * kColumns;
                       for (std::int64_t c = 0; c < columns; ++c) {
                         const float more = bias == nullptr ? 0.0F : bias[p * kColumns + c];
                         to[c] = sums[r * kColumns + c] + more;
                       }
                     }
                   }
                 }
               });
}

void LowbitMatrix::many(const float* x, std::int64_t m, const float* bias, float* y,
                        std::byte* scratch) const {
  const Tiles tiles(m, kernels_->rows);
  float* a = view<float>(scratch);
  // Threads cost more than copying little.
  constexpr std::int64_t kGrainValues = 1 << 16;
  const std::int64_t tile_values = std::max<std::int64_t>(1, kernels_->rows * depth());
  parallel_for(tiles.count, std::max<std::int64_t>(1, kGrainValues / tile_values),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t t = begin; t < end; ++t) {
                   for (std::int64_t r = 0; r < tiles.height(t); ++r) {
                     spread(x + (tiles.first(t) + r) * k_, a + tiles.first(t) * depth() + r,
                            tiles.height(t));
                   }
                 }
               });
  const std::int64_t groups = up(panels_, kernels_->panels);
  parallel_for(groups, 1, [&](std::int64_t begin, std::int64_t end) {
    const std::int64_t stride = (kDecoded + word_values(code_)) * kColumns;
    thread_local Tensor w;
    if (w.size() < kernels_->panels * stride)
      w = Tensor(ElementKind::f32, {kernels_->panels, stride});
    for (std::int64_t g = begin; g < end; ++g) {
      const std::int64_t first = g * kernels_->panels;
      const std::int64_t count = std::min<std::int64_t>(kernels_->panels, panels_ - first);
      const std::int64_t at = first * kColumns;
      const std::int64_t columns = std::min(count * kColumns, n_ - at);
      for (std::int64_t r = 0; r < m; ++r) {
        float* to = y + r * n_ + at;
        if (bias == nullptr) {
          std::fill(to, to + columns, 0.0F);
        } else {
          std::copy(bias + at, bias + at + columns, to);
        }
      }
      many_columns(first, count, m, a, y, w.mutable_data<float>().data());
    }
  });
}

void LowbitMatrix::many_columns(std::int64_t first, std::int64_t count, std::int64_t m,
                                const float* a, float* y, float* w) const {
  const std::int64_t values = word_values(code_);
  const std::int64_t stride = (kDecoded + values) * kColumns;
  const Tiles tiles(m, kernels_->rows);
  const auto decode = kernels_->decode[static_cast<std::size_t>(code_)][zeros_.valid() ? 1 : 0];
  const std::int64_t wide = count * kColumns;
  const std::int64_t columns = std::min(wide, n_ - first * kColumns);
  const std::int64_t each = kDecoded / values;
  const std::int64_t words = blocks_ * block_words_;
  for (std::int64_t begin = 0; begin < words; begin += each) {
    const std::int64_t end = std::min(words, begin + each);
    for (std::int64_t p = 0; p < count; ++p) decode(panel(first + p), begin, end, w + p * stride);
    for (std::int64_t t = 0; t < tiles.count; ++t) {
      const std::int64_t height = tiles.height(t);
      const auto multiply = kernels_->multiply[count - 1][height - 1];
      const float* rows = a + tiles.first(t) * depth() + begin * values * height;
      float* to = y + tiles.first(t) * n_ + first * kColumns;
      if (columns == wide) {
        multiply(rows, w, stride, (end - begin) * values, to, n_);
        continue;
      }
      alignas(64) float sums[kMostFloatRows * kMostFloatPanels * kColumns] = {};
      multiply(rows, w, stride, (end - begin) * values, sums, wide);
      for (std::int64_t r = 0; r < height; ++r) {
        for (std::int64_t c = 0; c < columns; ++c) to[r * n_ + c] += sums[r * wide + c];
      }
    }
  }
}

}  // namespace pare
