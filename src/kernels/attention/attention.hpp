#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace pare {

/// Where element (batch b, head h, row t, column d) of an operand lies, in elements.
struct HeadStrides {
  std::int64_t batch = 0, head = 0, row = 0, column = 1;
};

/// y[b, h] = softmax(scale * q[b, h] k[b, h]^T + mask[b, h]) v[b, h]: queries T rows of D numbers,
/// keys S rows of D, values S rows of E.
struct AttentionShape {
  std::int64_t batch = 1, heads = 1, queries = 0, keys = 0, size = 0, value_size = 0;
  std::int64_t shared = 1;  ///< heads that read the same keys and values
  HeadStrides q, k, v, y;   ///< of k: row = key
  bool masked = false;      ///< a mask is added: mask.column is 1, or 0 for one number for all keys
  HeadStrides mask;
  bool marked = false;  ///< keys whose mark is not `shown` have the score `fill`
  HeadStrides marks;    ///< column 0 or 1
  bool shown = true;
  float fill = 0;
  bool adds_last = false;   ///< the mask is added to what the marks leave
  bool blind_zero = false;  ///< a query that sees nothing gives zeros, not NaN
  float scale = 1;
  bool causal = false;  ///< query t sees only the keys 0 .. t + offset
  std::int64_t offset = 0;
};

struct AttentionOperands {
  const float* q = nullptr;
  const float* k = nullptr;
  const float* v = nullptr;
  const float* mask = nullptr;
  float* y = nullptr;
  const std::uint8_t* marks = nullptr;
};

/// Panels of one head: columns of the scores and of the result, in groups of the width of a tile.
struct AttentionHead {
  const float* q = nullptr;
  std::int64_t q_row = 0, q_column = 1;
  const float* keys = nullptr;    ///< [panels][size][tile]
  const float* values = nullptr;  ///< [panels][keys][tile]
  const float* mask = nullptr;
  const std::uint8_t* marks = nullptr;
  float* y = nullptr;
  std::int64_t y_row = 0, y_column = 1;
};

/// Kernels of one instruction set.
struct AttentionKernels {
  std::string_view isa;
  int rows = 0;  ///< of a tile
  int tile = 0;  ///< columns of a tile
  /// Turns `rows` rows of `columns` numbers into panels: panel[p][r][c] = from[r, p * tile + c], 0
  /// behind the last column.
  void (*pack)(const float* from, std::int64_t row, std::int64_t column, std::int64_t rows,
               std::int64_t columns, float* panels);
  /// Queries [begin, end) of a head; `scratch` has room for the scores, a factor and half the
  /// numbers of each of `at_once` queries.
  void (*attend)(const AttentionShape&, const AttentionHead&, std::int64_t begin, std::int64_t end,
                 std::int64_t at_once, float* scratch);
};

/// Those that this CPU has, best first; never empty.
std::span<const AttentionKernels* const> attention_kernels();

/// Kernels that round what they multiply to bfloat16, sums and the softmax in float32; nullptr when
/// this CPU has no such products.
const AttentionKernels* bf16_attention_kernels();

/// Attention whose scores never leave the cache: a block of queries at a time.
class Attention {
 public:
  explicit Attention(const AttentionShape& shape,
                     const AttentionKernels& kernels = *attention_kernels().front());
  /// `scratch` has scratch_bytes(), aligned to 64. Heads go to `threads()` threads.
  void run(const AttentionOperands& operands, std::byte* scratch) const;
  [[nodiscard]] std::size_t scratch_bytes() const noexcept;
  [[nodiscard]] std::string_view isa() const noexcept { return kernels_->isa; }

 private:
  void run_item(const AttentionOperands& operands, std::int64_t item, float* scratch) const;
  [[nodiscard]] std::int64_t items() const noexcept;

  AttentionShape shape_;
  const AttentionKernels* kernels_;
  std::int64_t at_once_ = 0;  // queries whose scores are held together
  std::int64_t chunk_ = 0;    // queries of an item of work
  std::int64_t key_floats_ = 0, value_floats_ = 0, score_floats_ = 0;
  int workers_ = 1;
};

}  // namespace pare
