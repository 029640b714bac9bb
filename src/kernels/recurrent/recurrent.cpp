#include "kernels/recurrent/recurrent.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.hpp"
#include "base/threads.hpp"
#include "kernels/cpu.hpp"
#include "kernels/recurrent/codes.hpp"
#include "kernels/recurrent/recurrent_tables.hpp"
#include "kernels/view.hpp"

namespace pare {
namespace {

constexpr std::int64_t kUnits = kRecurrentUnits;
/// Rows whose input products are made ahead of the steps that use them.
constexpr std::int64_t kAhead = 128;
/// Multiplications that are worth a thread of their own.
constexpr std::int64_t kGrain = 1 << 16;

std::vector<const RecurrentKernels*> available() {
  std::vector<const RecurrentKernels*> found;
#if defined(__x86_64__)
  if (cpu::has_avx512()) found.push_back(recurrent_kernels_avx512());
  if (cpu::has_avx2()) found.push_back(recurrent_kernels_avx2());
#elif defined(__aarch64__)
  found.push_back(recurrent_kernels_neon());
#endif
  found.push_back(recurrent_kernels_base());
  return found;
}

std::int64_t gates_of(CellKind kind) {
  if (kind == CellKind::rnn) return 1;
  return kind == CellKind::lstm ? 4 : 3;
}

/// Whole lines of the cache.
std::size_t lines_of(std::size_t bytes) {
  constexpr std::size_t kLine = 64;
  return (bytes + kLine - 1) / kLine * kLine;
}

/// [blocks, K, gates, 16] from rows [G H, K] of the gates [first, first + gates).
std::vector<float> packed(const std::vector<float>& rows, std::int64_t hidden, std::int64_t depth,
                          std::int64_t first, std::int64_t gates) {
  const std::int64_t blocks = (hidden + kUnits - 1) / kUnits;
  std::vector<float> out(static_cast<std::size_t>(blocks * depth * gates * kUnits), 0.0F);
  for (std::int64_t g = 0; g < gates; ++g) {
    for (std::int64_t u = 0; u < hidden; ++u) {
      const float* from = rows.data() + ((first + g) * hidden + u) * depth;
      float* to = out.data() + u / kUnits * depth * gates * kUnits + g * kUnits + u % kUnits;
      for (std::int64_t k = 0; k < depth; ++k) to[k * gates * kUnits] = from[k];
    }
  }
  return out;
}

}  // namespace

std::span<const RecurrentKernels* const> recurrent_kernels() {
  static const std::vector<const RecurrentKernels*> kFound = available();
  return kFound;
}

/// Scratch of a run.
struct RecurrentLayer::Work {
  float* in = nullptr;    ///< [chunk * batch, blocks, gates, 16]
  float* h = nullptr;     ///< [2, batch, blocks, 16]: the state and the next one
  float* c = nullptr;     ///< [batch, blocks, 16]
  float* kept = nullptr;  ///< GRU: reset * h, as c
  float* update = nullptr;
  // Of weights in codes.
  CodeRow input;                    ///< how all of the input is rounded
  CodeRow* x_rows = nullptr;        ///< [chunk * batch]
  CodeRow* h_rows = nullptr;        ///< [batch]
  std::uint8_t* x_codes = nullptr;  ///< rows of line_of(input), line_of(hidden)
  std::uint8_t* h_codes = nullptr;
};

/// Rows of one step that are computed together.
struct RecurrentLayer::Rows {
  std::int64_t first = 0, count = 0;  ///< of the batch
  const float* in = nullptr;          ///< sums of the first
  const float* h = nullptr;           ///< of the whole batch
  float* next = nullptr;
  std::array<bool, kMostRecurrentRows> active{};
};

RecurrentLayer::RecurrentLayer(const RecurrentWeights& s, const RecurrentKernels& kernels)
    : kernels_(&kernels),
      kind_(s.kind),
      rule_(s.rule),
      input_(s.input),
      hidden_(s.hidden),
      gates_(gates_of(s.kind)),
      blocks_((s.hidden + kUnits - 1) / kUnits) {
  const auto rows = static_cast<std::size_t>(gates_ * hidden_);
  if (!s.w_codes.codes.empty()) {
    require(kind_ == CellKind::lstm, "RecurrentLayer: codes of another cell");
    w_codes_ = std::make_unique<CodeMatrix>(s.w_codes, hidden_, input_);
    r_codes_ = std::make_unique<CodeMatrix>(s.r_codes, hidden_, hidden_);
  } else {
    require(s.w.size() == rows * static_cast<std::size_t>(input_), "RecurrentLayer: W");
    require(s.r.size() == rows * static_cast<std::size_t>(hidden_), "RecurrentLayer: R");
    w_ = packed(s.w, hidden_, input_, 0, gates_);
  }
  if (w_codes_ != nullptr) {
    // The codes are there instead.
  } else if (kind_ == CellKind::gru) {
    r_ = packed(s.r, hidden_, hidden_, 0, 2);
    late_ = packed(s.r, hidden_, hidden_, 2, 1);
  } else {
    r_ = packed(s.r, hidden_, hidden_, 0, gates_);
  }
  std::vector<float> sums(rows, 0.0F);
  std::vector<float> state(rows, 0.0F);
  for (std::size_t i = 0; i < rows; ++i) {
    const float wb = s.wb.empty() ? 0.0F : s.wb[i];
    const float rb = s.rb.empty() ? 0.0F : s.rb[i];
    const bool apart =
        kind_ == CellKind::gru_reset_last && i >= 2 * static_cast<std::size_t>(hidden_);
    sums[i] = apart ? wb : wb + rb;
    state[i] = apart ? rb : 0.0F;
  }
  bias_ = packed(sums, hidden_, 1, 0, gates_);
  state_bias_ = packed(state, hidden_, 1, 0, gates_);
  if (s.peep.empty()) return;
  peep_.assign(static_cast<std::size_t>(3 * blocks_ * kUnits), 0.0F);
  for (std::int64_t p = 0; p < 3; ++p) {
    std::copy_n(s.peep.begin() + p * hidden_, hidden_, peep_.begin() + p * blocks_ * kUnits);
  }
}

RecurrentLayer::~RecurrentLayer() = default;

std::size_t RecurrentLayer::weight_bytes() const noexcept {
  const std::size_t codes = w_codes_ == nullptr ? 0 : w_codes_->bytes() + r_codes_->bytes();
  return codes + 4 * (w_.size() + r_.size() + late_.size() + bias_.size() + state_bias_.size() +
                      peep_.size());
}

std::int64_t RecurrentLayer::chunk(std::int64_t steps, std::int64_t batch) const noexcept {
  return std::min(steps, std::max<std::int64_t>(1, kAhead / batch));
}

std::size_t RecurrentLayer::scratch_bytes(std::int64_t steps, std::int64_t batch) const noexcept {
  const std::int64_t numbers =
      chunk(steps, batch) * batch * blocks_ * gates_ * kUnits + 5 * batch * blocks_ * kUnits;
  std::size_t bytes = static_cast<std::size_t>(numbers) * sizeof(float);
  if (w_codes_ == nullptr) return bytes;
  const auto rows = static_cast<std::size_t>(chunk(steps, batch) * batch);
  const auto states = static_cast<std::size_t>(batch);
  bytes = lines_of(bytes) + lines_of((rows + states) * sizeof(CodeRow));
  return bytes + rows * lines_of(static_cast<std::size_t>(input_)) +
         states * lines_of(static_cast<std::size_t>(hidden_));
}

namespace {

/// Row `row` of the input's chunk that begins with step `first`.
const float* input_row(const RecurrentData& data, std::int64_t first, std::int64_t row) {
  const std::int64_t b = row % data.batch;
  const std::int64_t i = first + row / data.batch;
  const std::int64_t length = data.lengths == nullptr ? data.steps : data.lengths[b];
  // Rows beyond their length are computed too, of whatever there is, and not used.
  const std::int64_t t = data.backward ? std::max<std::int64_t>(0, length - 1 - i) : i;
  return data.x + t * data.x_step + b * data.x_row;
}

}  // namespace

void RecurrentLayer::add_codes(const RecurrentData& data, const Work& work, std::int64_t first,
                               std::int64_t count) const {
  const std::int64_t rows = count * data.batch;
  const std::int64_t width = gates_ * kUnits;
  const std::int64_t stride = blocks_ * width;
  const auto line = static_cast<std::int64_t>(lines_of(static_cast<std::size_t>(input_)));
  parallel_for(
      rows, std::max<std::int64_t>(1, kGrain / input_), [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t row = begin; row < end; ++row) {
          work.x_rows[row] =
              code_row(input_row(data, first, row), input_, work.input, work.x_codes + row * line);
        }
      });
  const std::int64_t cost = std::max<std::int64_t>(1, rows * input_ * width);
  parallel_for(blocks_, std::max<std::int64_t>(1, kGrain / cost),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t row = 0; row < rows; row += kMostRecurrentRows) {
                   const std::int64_t n = std::min<std::int64_t>(kMostRecurrentRows, rows - row);
                   for (std::int64_t block = begin; block < end; ++block) {
                     float* to = work.in + row * stride + block * width;
                     for (std::int64_t r = 0; r < n; ++r) {
                       std::copy_n(bias_.data() + block * width, width, to + r * stride);
                     }
                     w_codes_->add(block, work.x_rows + row, n, to, stride);
                   }
                 }
               });
}

void RecurrentLayer::add_inputs(const RecurrentData& data, const Work& work, std::int64_t first,
                                std::int64_t count) const {
  const std::int64_t rows = count * data.batch;
  const std::int64_t width = gates_ * kUnits;
  const std::int64_t stride = blocks_ * width;
  const std::int64_t cost = std::max<std::int64_t>(1, rows * input_ * width);
  parallel_for(blocks_, std::max<std::int64_t>(1, kGrain / cost),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t row = 0; row < rows; row += kernels_->rows) {
                   const std::int64_t n = std::min<std::int64_t>(kernels_->rows, rows - row);
                   std::array<const float*, kMostRecurrentRows> x{};
                   for (std::int64_t r = 0; r < n; ++r) x[r] = input_row(data, first, row + r);
                   for (std::int64_t block = begin; block < end; ++block) {
                     float* to = work.in + row * stride + block * width;
                     for (std::int64_t r = 0; r < n; ++r) {
                       std::copy_n(bias_.data() + block * width, width, to + r * stride);
                     }
                     kernels_->product[gates_ - 1][n - 1](w_.data() + block * input_ * width,
                                                          x.data(), input_, to, stride);
                   }
                 }
               });
}

CellBlock RecurrentLayer::cell(const Work& work, const Rows& rows, std::int64_t r,
                               std::int64_t block) const {
  const std::int64_t at = ((rows.first + r) * blocks_ + block) * kUnits;
  CellBlock b;
  for (std::int64_t p = 0; p < 3 && !peep_.empty(); ++p) {
    b.peep[p] = peep_.data() + (p * blocks_ + block) * kUnits;
  }
  b.c = work.c + at;
  b.h = rows.h + at;
  b.update = work.update + at;
  b.next = rows.next + at;
  return b;
}

void RecurrentLayer::first_half(const Work& work, const Rows& rows, std::int64_t block) const {
  const std::int64_t width = gates_ * kUnits;
  const bool halves = kind_ == CellKind::gru;
  const bool apart = kind_ == CellKind::gru_reset_last;
  const std::int64_t gates = halves ? 2 : gates_;
  alignas(64) float sums[kMostRecurrentRows * 4 * kUnits];
  std::array<const float*, kMostRecurrentRows> h{};
  for (std::int64_t r = 0; r < rows.count; ++r) {
    h[r] = rows.h + (rows.first + r) * blocks_ * kUnits;
    const float* start =
        apart ? state_bias_.data() + block * width : rows.in + (r * blocks_ + block) * width;
    std::copy_n(start, gates * kUnits, sums + r * gates * kUnits);
  }
  if (r_codes_ != nullptr) {
    r_codes_->add(block, work.h_rows + rows.first, rows.count, sums, gates * kUnits);
  } else {
    kernels_->product[gates - 1][rows.count - 1](r_.data() + block * hidden_ * gates * kUnits,
                                                 h.data(), hidden_, sums, gates * kUnits);
  }
  for (std::int64_t r = 0; r < rows.count; ++r) {
    CellBlock b = cell(work, rows, r, block);
    if (!rows.active[r]) {
      std::copy_n(b.h, kUnits, b.next);
      continue;
    }
    b.state = sums + r * gates * kUnits;
    b.in = apart ? rows.in + (r * blocks_ + block) * width : b.state;
    if (halves) b.next = work.kept + (b.h - rows.h);
    const CellStep step = halves                    ? kernels_->gru_first
                          : apart                   ? kernels_->gru_reset_last
                          : kind_ == CellKind::lstm ? kernels_->lstm
                                                    : kernels_->rnn;
    step(b, rule_);
  }
}

void RecurrentLayer::second_half(const Work& work, const Rows& rows, std::int64_t block) const {
  const std::int64_t width = gates_ * kUnits;
  alignas(64) float sums[kMostRecurrentRows * kUnits];
  std::array<const float*, kMostRecurrentRows> kept{};
  for (std::int64_t r = 0; r < rows.count; ++r) {
    kept[r] = work.kept + (rows.first + r) * blocks_ * kUnits;
    std::copy_n(rows.in + (r * blocks_ + block) * width + 2 * kUnits, kUnits, sums + r * kUnits);
  }
  kernels_->product[0][rows.count - 1](late_.data() + block * hidden_ * kUnits, kept.data(),
                                       hidden_, sums, kUnits);
  for (std::int64_t r = 0; r < rows.count; ++r) {
    if (!rows.active[r]) continue;
    CellBlock b = cell(work, rows, r, block);
    b.state = sums + r * kUnits;
    kernels_->gru_second(b, rule_);
  }
}

void RecurrentLayer::run_steps(const RecurrentData& data, Work& work, std::int64_t first,
                               std::int64_t count, std::int64_t row, std::int64_t rows,
                               bool split) const {
  const std::int64_t state = data.batch * blocks_ * kUnits;
  const auto line = static_cast<std::int64_t>(lines_of(static_cast<std::size_t>(hidden_)));
  const auto each_block = [&](auto&& body) {
    if (!split) {
      for (std::int64_t block = 0; block < blocks_; ++block) body(block);
      return;
    }
    const std::int64_t cost = rows * hidden_ * gates_ * kUnits;
    parallel_for(blocks_, std::max<std::int64_t>(1, kGrain / cost),
                 [&](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t block = begin; block < end; ++block) body(block);
                 });
  };
  for (std::int64_t i = first; i < first + count; ++i) {
    Rows group;
    group.first = row;
    group.count = rows;
    group.in = work.in + ((i - first) * data.batch + row) * blocks_ * gates_ * kUnits;
    group.h = work.h + i % 2 * state;
    group.next = work.h + (i + 1) % 2 * state;
    for (std::int64_t r = 0; r < rows; ++r) {
      group.active[r] = data.lengths == nullptr || i < data.lengths[row + r];
    }
    for (std::int64_t b = row; b < row + rows && r_codes_ != nullptr; ++b) {
      const float* h = group.h + b * blocks_ * kUnits;
      work.h_rows[b] = code_row(h, hidden_, code_range(h, hidden_), work.h_codes + b * line);
    }
    each_block([&](std::int64_t block) { first_half(work, group, block); });
    if (kind_ == CellKind::gru) {
      each_block([&](std::int64_t block) { second_half(work, group, block); });
    }
    if (data.y == nullptr) continue;
    for (std::int64_t r = 0; r < rows; ++r) {
      if (!group.active[r]) continue;
      const std::int64_t b = row + r;
      const std::int64_t length = data.lengths == nullptr ? data.steps : data.lengths[b];
      const std::int64_t t = data.backward ? length - 1 - i : i;
      std::copy_n(group.next + b * blocks_ * kUnits, hidden_,
                  data.y + t * data.y_step + b * data.y_row);
    }
  }
}

void RecurrentLayer::lay_out(const RecurrentData& data, std::byte* scratch, Work& work) const {
  const std::int64_t rows = chunk(data.steps, data.batch) * data.batch;
  const std::int64_t state = data.batch * blocks_ * kUnits;
  work.in = view<float>(scratch);
  work.h = work.in + rows * blocks_ * gates_ * kUnits;
  work.c = work.h + 2 * state;
  work.kept = work.c + state;
  work.update = work.kept + state;
  if (w_codes_ == nullptr) return;
  const std::int64_t numbers = work.update + state - work.in;
  scratch += lines_of(static_cast<std::size_t>(numbers) * sizeof(float));
  work.x_rows = view<CodeRow>(scratch);
  work.h_rows = work.x_rows + rows;
  scratch += lines_of(static_cast<std::size_t>(rows + data.batch) * sizeof(CodeRow));
  work.x_codes = view<std::uint8_t>(scratch);
  work.h_codes =
      work.x_codes + rows * static_cast<std::int64_t>(lines_of(static_cast<std::size_t>(input_)));
  work.input = code_range(data.x, data.steps * data.batch * input_);
}

void RecurrentLayer::run(const RecurrentData& data, std::byte* scratch) const {
  const std::int64_t ahead = chunk(data.steps, data.batch);
  const std::int64_t state = data.batch * blocks_ * kUnits;
  Work work;
  lay_out(data, scratch, work);
  std::fill_n(work.h, 5 * state, 0.0F);
  const std::int64_t padded = blocks_ * kUnits;
  for (std::int64_t b = 0; b < data.batch; ++b) {
    if (data.h0 != nullptr) std::copy_n(data.h0 + b * data.state_row, hidden_, work.h + b * padded);
    if (data.c0 != nullptr) std::copy_n(data.c0 + b * data.state_row, hidden_, work.c + b * padded);
  }
  const std::int64_t tile = kernels_->rows;
  const std::int64_t tiles = (data.batch + tile - 1) / tile;
  const std::int64_t step_cost = tile * hidden_ * hidden_ * gates_;
  // With few rows the units of a step are shared out, where a step is worth it.
  const bool split = tiles < threads() && step_cost >= 4 * kGrain;
  for (std::int64_t first = 0; first < data.steps; first += ahead) {
    const std::int64_t count = std::min(ahead, data.steps - first);
    if (w_codes_ != nullptr) {
      add_codes(data, work, first, count);
    } else {
      add_inputs(data, work, first, count);
    }
    const auto run_tiles = [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t t = begin; t < end; ++t) {
        run_steps(data, work, first, count, t * tile, std::min(tile, data.batch - t * tile), split);
      }
    };
    if (split) {
      run_tiles(0, tiles);
    } else {
      parallel_for(tiles, std::max<std::int64_t>(1, kGrain / (step_cost * count)), run_tiles);
    }
  }
  const float* last = work.h + data.steps % 2 * state;
  for (std::int64_t b = 0; b < data.batch; ++b) {
    const std::int64_t to = b * data.state_row;
    if (data.h_last != nullptr) std::copy_n(last + b * padded, hidden_, data.h_last + to);
    if (data.c_last != nullptr) std::copy_n(work.c + b * padded, hidden_, data.c_last + to);
  }
}

}  // namespace pare
