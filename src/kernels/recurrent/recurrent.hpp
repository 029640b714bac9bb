#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "tensor/tensor.hpp"

namespace pare {

/// Units of a layer that are computed together; the last ones may be padding.
constexpr std::int64_t kRecurrentUnits = 16;
constexpr int kMostRecurrentRows = 4;

enum class GateFn : std::uint8_t { sigmoid, tanh, relu };
enum class CellKind : std::uint8_t { rnn, gru, gru_reset_last, lstm };

/// How the gates of a cell become the next state.
struct CellRule {
  GateFn f[3] = {GateFn::sigmoid, GateFn::tanh, GateFn::tanh};  ///< in ONNX's order
  float clip = 0;                                               ///< infinity = none
  bool coupled = false;                                         ///< LSTM: forget = 1 - input
};

/// One cell's 16 units. Gates lie one behind the other, 16 numbers each.
struct CellBlock {
  const float* in = nullptr;     ///< sums of the input and biases
  const float* state = nullptr;  ///< sums of the state; not LSTM and RNN, where `in` has them
  const float* peep[3] = {};     ///< LSTM: factors of the cell for input, output, forget
  float* c = nullptr;            ///< LSTM: cells, replaced
  const float* h = nullptr;      ///< GRU
  float* update = nullptr;       ///< GRU: the update gate between its two halves
  float* next = nullptr;         ///< the state that follows; first half of GRU: reset * h
};

/// sums[r * stride + p] += sum over i < k of x[r][i] * panel[i][p] for p < 16 * vectors.
using PanelProduct = void (*)(const float* panel, const float* const* x, std::int64_t k,
                              float* sums, std::int64_t stride);
using CellStep = void (*)(const CellBlock& block, const CellRule& rule);

struct RecurrentKernels {
  std::string_view isa;
  int rows;                                     ///< that a product takes at once
  PanelProduct product[4][kMostRecurrentRows];  ///< by vectors - 1 and rows - 1
  CellStep rnn, lstm, gru_first, gru_second, gru_reset_last;
};

/// Those that this CPU has, best first; never empty.
std::span<const RecurrentKernels* const> recurrent_kernels();

/// Weights as codes: w = (code - zero) * scale.
struct CodeSource {
  std::vector<std::int8_t> codes;  ///< [G H, K]
  std::vector<float> scales;       ///< [G H]
  std::vector<std::int32_t> zeros;
};

class CodeMatrix;
struct CodeRow;

/// Weights of one direction as ONNX orders them.
struct RecurrentWeights {
  CellKind kind = CellKind::lstm;
  std::int64_t input = 0, hidden = 0;
  std::vector<float> w, r;      ///< [G H, I], [G H, H]
  CodeSource w_codes, r_codes;  ///< LSTM: instead of w and r
  std::vector<float> wb, rb;    ///< [G H] each, or empty
  std::vector<float> peep;      ///< LSTM: [3 H] or empty
  CellRule rule;
};

/// What one run works on. Strides are in numbers.
struct RecurrentData {
  std::int64_t steps = 0, batch = 0;
  const float* x = nullptr;
  std::int64_t x_step = 0, x_row = 0;
  const std::int32_t* lengths = nullptr;  ///< nullptr = all steps; else each in [0, steps]
  float* y = nullptr;                     ///< may be nullptr; steps beyond a length are left alone
  std::int64_t y_step = 0, y_row = 0;
  const float* h0 = nullptr;  ///< nullptr = zeros
  const float* c0 = nullptr;
  float* h_last = nullptr;  ///< nullptr = not wanted
  float* c_last = nullptr;
  std::int64_t state_row = 0;  ///< between rows of h0, c0, h_last and c_last
  bool backward = false;
};

/// One direction of an RNN, GRU or LSTM with packed weights. The same bits for any number of
/// threads: each row of a batch is summed in one order. With weights in codes the input (all of x,
/// [steps, batch, input] without gaps) and each state are rounded to 256 steps over their range.
class RecurrentLayer {
 public:
  RecurrentLayer(const RecurrentWeights& weights, const RecurrentKernels& kernels);
  ~RecurrentLayer();
  [[nodiscard]] std::size_t weight_bytes() const noexcept;
  /// For a batch of so many rows.
  [[nodiscard]] std::size_t scratch_bytes(std::int64_t steps, std::int64_t batch) const noexcept;
  void run(const RecurrentData& data, std::byte* scratch) const;

 private:
  struct Work;
  struct Rows;
  void add_inputs(const RecurrentData& data, const Work& work, std::int64_t first,
                  std::int64_t count) const;
  void add_codes(const RecurrentData& data, const Work& work, std::int64_t first,
                 std::int64_t count) const;
  void lay_out(const RecurrentData& data, std::byte* scratch, Work& work) const;
  void run_steps(const RecurrentData& data, Work& work, std::int64_t first, std::int64_t count,
                 std::int64_t row, std::int64_t rows, bool split) const;
  void first_half(const Work& work, const Rows& rows, std::int64_t block) const;
  void second_half(const Work& work, const Rows& rows, std::int64_t block) const;
  [[nodiscard]] CellBlock cell(const Work& work, const Rows& rows, std::int64_t r,
                               std::int64_t block) const;
  [[nodiscard]] std::int64_t chunk(std::int64_t steps, std::int64_t batch) const noexcept;

  const RecurrentKernels* kernels_;
  CellKind kind_;
  CellRule rule_;
  std::int64_t input_, hidden_, gates_, blocks_;
  std::vector<float> w_, r_, late_;  ///< [blocks, K, gates, 16]; late_: GRU's last gate alone
  std::vector<float> bias_;          ///< [blocks, gates, 16]
  std::vector<float> state_bias_;    ///< GRU with the reset behind the product: as bias_
  std::vector<float> peep_;          ///< [3, blocks, 16]
  std::unique_ptr<const CodeMatrix> w_codes_, r_codes_;
};

}  // namespace pare
