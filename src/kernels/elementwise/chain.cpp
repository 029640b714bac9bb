#include "kernels/elementwise/chain.hpp"

#include <algorithm>
#include <cstring>

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/threads.hpp"
#include "kernels/view.hpp"

namespace pare {
namespace {

constexpr std::int64_t kBlockBytes = (ElementwiseChain::kBlock + kFillBeyond + 1) * 4;
/// Innermost sizes from here on are worth a call of each loop.
constexpr std::int64_t kLongRow = 128;
constexpr std::int64_t kGrain = 131072;  // simple operations worth a thread

std::int64_t bytes_of(ElementKind type) {
  return static_cast<std::int64_t>(dtype_of(type).info().bytes);
}

/// Leaves out sizes of 1, and joins neighbours that every input walks through as one.
void simplify(ChainProgram& p) {
  ChainProgram out;
  out.inputs.resize(p.inputs.size());
  for (std::size_t d = 0; d < p.sizes.size(); ++d) {
    const std::int64_t size = p.sizes[d];
    if (size == 1) continue;
    bool joins = !out.sizes.empty();
    for (std::size_t i = 0; i < p.inputs.size() && joins; ++i) {
      joins = out.inputs[i].steps.back() == p.inputs[i].steps[d] * size;
    }
    if (joins) out.sizes.back() *= size;
    if (!joins) out.sizes.push_back(size);
    for (std::size_t i = 0; i < p.inputs.size(); ++i) {
      if (joins) out.inputs[i].steps.pop_back();
      out.inputs[i].steps.push_back(p.inputs[i].steps[d]);
    }
  }
  const bool strided = std::any_of(out.inputs.begin(), out.inputs.end(), [](const auto& input) {
    return !input.steps.empty() && input.steps.back() > 1;
  });
  if (out.sizes.empty() || strided) {
    out.sizes.push_back(1);
    for (ChainInput& input : out.inputs) input.steps.push_back(0);
  }
  p.sizes = std::move(out.sizes);
  for (std::size_t i = 0; i < p.inputs.size(); ++i) p.inputs[i].steps = out.inputs[i].steps;
}

bool lies_as_result(const ChainInput& input, const std::vector<std::int64_t>& sizes) {
  std::int64_t step = 1;
  for (std::size_t d = sizes.size(); d-- > 0;) {
    if (sizes[d] != 1 && input.steps[d] != step) return false;
    step *= sizes[d];
  }
  return true;
}

bool is_one_number(const ChainInput& input) {
  return std::all_of(input.steps.begin(), input.steps.end(), [](std::int64_t s) { return s == 0; });
}

/// Gives each result of a step but the last a block, and blocks to the inputs that want one.
/// Returns how many blocks there are.
std::size_t give_blocks(const ChainProgram& p, const std::vector<ChainLie>& lies,
                        std::vector<std::size_t>& block_of) {
  const std::size_t inputs = p.inputs.size();
  std::vector<std::size_t> last(inputs + p.steps.size(), 0);
  for (std::size_t s = 0; s < p.steps.size(); ++s) {
    for (std::size_t i = 0; i < p.steps[s].operands(); ++i) last.at(p.steps[s].in.at(i)) = s;
  }
  std::vector<bool> taken;
  const auto take = [&] {
    const auto free = std::find(taken.begin(), taken.end(), false);
    const auto at = static_cast<std::size_t>(free - taken.begin());
    if (free == taken.end()) taken.push_back(false);
    taken[at] = true;
    return at;
  };
  block_of.assign(inputs + p.steps.size(), 0);
  for (std::size_t i = 0; i < inputs; ++i) {
    if (lies[i] == ChainLie::spread) block_of[i] = take();
  }
  for (std::size_t s = 0; s + 1 < p.steps.size(); ++s) {
    const ChainStep& step = p.steps[s];
    // Loops write over their operands only where elements are as large.
    const bool in_place = step.kind != ChainStep::Kind::convert &&
                          step.kind != ChainStep::Kind::compare &&
                          step.kind != ChainStep::Kind::choose;
    const auto release = [&] {
      for (std::size_t i = 0; i < step.operands(); ++i) {
        const std::size_t v = step.in.at(i);
        const bool has_block = v >= inputs || lies[v] == ChainLie::spread;
        if (has_block && last[v] == s) taken[block_of[v]] = false;
      }
    };
    if (in_place) release();
    block_of[inputs + s] = take();
    if (!in_place) release();
    taken[block_of[inputs + s]] = true;
  }
  return taken.size();
}

/// Whether the steps that read an input can do so row by row, because no other
/// operand is like that.
bool suits_segments(const ChainProgram& p, std::size_t input, const std::vector<ChainLie>& lies) {
  constexpr std::int64_t kLeast = 8;
  if (p.sizes.back() < kLeast) return false;
  return std::all_of(p.steps.begin(), p.steps.end(), [&](const ChainStep& step) {
    bool reads = false;
    bool alone = true;
    for (std::size_t i = 0; i < step.operands(); ++i) {
      const std::size_t v = step.in.at(i);
      alone = alone && !(reads && v == input) && (v >= lies.size() || lies[v] != ChainLie::rows);
      reads = reads || v == input;
    }
    return !reads || (alone && step.kind == ChainStep::Kind::binary);
  });
}

/// `by_rows`: blocks end where rows do, so that nothing needs a look at rows within a block.
std::vector<ChainLie> lies_of(const ChainProgram& p, bool by_rows) {
  std::vector<ChainLie> lies;
  for (std::size_t i = 0; i < p.inputs.size(); ++i) {
    if (is_one_number(p.inputs[i])) {
      lies.push_back(ChainLie::one);
    } else if (lies_as_result(p.inputs[i], p.sizes)) {
      lies.push_back(ChainLie::flat);
    } else {
      const bool rows = by_rows || suits_segments(p, i, lies);
      lies.push_back(rows ? ChainLie::rows : ChainLie::spread);
    }
  }
  return lies;
}

/// Whether blocks end where rows do: rows that fill them well enough, if any input needs them.
bool goes_by_rows(const ChainProgram& p) {
  const std::vector<ChainLie> lies = lies_of(p, true);
  return p.sizes.back() >= kLongRow &&
         std::find(lies.begin(), lies.end(), ChainLie::rows) != lies.end();
}

/// What a step costs beside a sum: functions are polynomials of some ten terms.
std::int64_t weight_of(const ChainStep& step) {
  constexpr std::int64_t kFunction = 8;
  return step.kind == ChainStep::Kind::unary || step.kind == ChainStep::Kind::convert ? kFunction
                                                                                      : 1;
}

/// One number over n places.
void repeat(const std::byte* from, std::int64_t bytes, std::byte* to, std::int64_t n) {
  if (bytes == 4) {
    elementwise_kernels().front()->fill(view<float>(from), view<float>(to), n);
  } else if (bytes == 2) {
    std::fill_n(view<std::uint16_t>(to), n, *view<std::uint16_t>(from));
  } else {
    std::fill_n(view<std::uint8_t>(to), n, *view<std::uint8_t>(from));
  }
}

}  // namespace

bool ElementwiseChain::fits(const ChainProgram& program) {
  ChainProgram p = program;
  simplify(p);
  if (p.sizes.size() > kMostSizes || p.inputs.size() + p.steps.size() > kMostValues) return false;
  std::vector<std::size_t> block_of;
  return give_blocks(p, lies_of(p, goes_by_rows(p)), block_of) <= kMostBlocks;
}

ElementwiseChain::ElementwiseChain(ChainProgram program)
    : program_(std::move(program)),
      loops_(*elementwise_kernels().front()),
      binary_(*binary_kernels().front()) {
  if (!fits(program_)) throw Error(Fault::unsupported, "the chain is too long for its blocks");
  simplify(program_);
  by_rows_ = goes_by_rows(program_);
  count_ = 1;
  for (const std::int64_t size : program_.sizes) count_ *= size;
  const std::vector<ChainLie> lies = lies_of(program_, by_rows_);
  std::vector<std::size_t> block_of;
  give_blocks(program_, lies, block_of);
  for (std::size_t i = 0; i < program_.inputs.size(); ++i) {
    const ChainInput& input = program_.inputs[i];
    places_.push_back({lies[i], block_of[i], bytes_of(input.type), input.steps.back()});
  }
  for (std::size_t s = 0; s < program_.steps.size(); ++s) {
    const ChainStep& step = program_.steps[s];
    places_.push_back(
        {ChainLie::flat, block_of[program_.inputs.size() + s], bytes_of(step.type), 1});
    unary_.emplace_back();
    convert_.push_back(nullptr);
    if (step.kind == ChainStep::Kind::unary) {
      const auto loop = unary_loop(step.act);
      if (!loop) throw Error(Fault::unsupported, cat("no loop for ", to_string(step.act.act)));
      unary_.back() = *loop;
    } else if (step.kind == ChainStep::Kind::convert) {
      const std::size_t from = step.in[0];
      const ElementKind type = from < program_.inputs.size()
                                   ? program_.inputs[from].type
                                   : program_.steps[from - program_.inputs.size()].type;
      convert_.back() = convert_to_float(type, step.type);
    }
  }
}

std::string_view ElementwiseChain::isa() const noexcept { return loops_.isa; }

void ElementwiseChain::run(std::span<const std::byte* const> in, std::byte* out) const {
  std::int64_t weight = 0;
  for (const ChainStep& step : program_.steps) weight += weight_of(step);
  if (by_rows_) {
    const std::int64_t inner = program_.sizes.back();
    const std::int64_t grain =
        std::max<std::int64_t>(1, kGrain / std::max<std::int64_t>(1, weight * inner));
    parallel_for(count_ / inner, grain,
                 [&](std::int64_t begin, std::int64_t end) { run_rows(in, out, begin, end); });
    return;
  }
  const std::int64_t grain =
      std::max<std::int64_t>(1, kGrain / std::max<std::int64_t>(1, weight * kBlock));
  parallel_for((count_ + kBlock - 1) / kBlock, grain,
               [&](std::int64_t begin, std::int64_t end) { run_blocks(in, out, begin, end); });
}

/// The place of a row in the result, and where it begins in each input.
class ElementwiseChain::Row {
 public:
  Row(const ChainProgram& program, std::int64_t row) : program_(program) {  // NOLINT: see below
    std::fill_n(offset_.begin(), program.inputs.size(), 0);
    for (std::size_t d = program.sizes.size() - 1; d-- > 0; row /= program.sizes[d]) {
      index_[d] = row % program.sizes[d];
      for (std::size_t i = 0; i < program.inputs.size(); ++i) {
        offset_[i] += index_[d] * program.inputs[i].steps[d];
      }
    }
  }

  [[nodiscard]] std::int64_t offset(std::size_t input) const { return offset_[input]; }

  /// The next row, for inputs [begin, end).
  void advance(std::size_t begin, std::size_t end) {
    for (std::size_t d = program_.sizes.size() - 1; d-- > 0;) {
      const bool wraps = ++index_[d] == program_.sizes[d];
      for (std::size_t i = begin; i < end; ++i) {
        const std::int64_t step = program_.inputs[i].steps[d];
        offset_[i] += wraps ? step - program_.sizes[d] * step : step;
      }
      if (!wraps) return;
      index_[d] = 0;
    }
  }

 private:
  const ChainProgram& program_;
  std::array<std::int64_t, kMostSizes> index_;    // as many as there are sizes outside the rows
  std::array<std::int64_t, kMostValues> offset_;  // as many as there are inputs
};

void ElementwiseChain::run_rows(std::span<const std::byte* const> in, std::byte* out,
                                std::int64_t begin, std::int64_t end) const {
  alignas(64) std::array<std::byte, kMostBlocks * kBlockBytes> blocks;  // NOLINT: written first
  const std::int64_t inner = program_.sizes.back();
  const std::int64_t bytes = places_.back().bytes;
  std::array<Operand, kMostValues> values;  // NOLINT: written first
  Row place_of_row(program_, begin);
  for (std::int64_t row = begin; row < end; ++row) {
    for (std::int64_t at = 0; at < inner; at += kBlock) {
      for (std::size_t i = 0; i < in.size(); ++i) {
        const Place& place = places_[i];
        const std::int64_t offset = place_of_row.offset(i) + at * place.step;
        values[i] = {in[i] + offset * place.bytes, place.step};
      }
      run_steps(values, blocks.data(), out + (row * inner + at) * bytes, at,
                std::min(kBlock, inner - at));
    }
    place_of_row.advance(0, in.size());
  }
}

void ElementwiseChain::run_blocks(std::span<const std::byte* const> in, std::byte* out,
                                  std::int64_t begin, std::int64_t end) const {
  alignas(64) std::array<std::byte, kMostBlocks * kBlockBytes> blocks;  // NOLINT: written first
  const std::int64_t bytes = places_.back().bytes;
  std::array<Operand, kMostValues> values;  // NOLINT: written first
  for (std::int64_t block = begin; block < end; ++block) {
    const std::int64_t at = block * kBlock;
    const std::int64_t n = std::min(kBlock, count_ - at);
    for (std::size_t i = 0; i < in.size(); ++i) {
      const Place& place = places_[i];
      values[i] = {in[i], 0};
      if (place.lie == ChainLie::flat) {
        values[i] = {in[i] + at * place.bytes, 1};
      } else if (place.lie == ChainLie::spread) {
        std::byte* to = blocks.data() + static_cast<std::int64_t>(place.block) * kBlockBytes;
        spread(i, in[i], to, at, n);
        values[i] = {to, 1};
      }
    }
    run_steps(values, blocks.data(), out + at * bytes, at, n);
  }
}

void ElementwiseChain::spread(std::size_t input, const std::byte* from, std::byte* to,
                              std::int64_t begin, std::int64_t n) const {
  const Place& place = places_[input];
  const std::int64_t inner = program_.sizes.back();
  std::int64_t column = begin % inner;
  Row row(program_, begin / inner);
  for (std::int64_t done = 0; done < n; column = 0) {
    const std::int64_t length = std::min(inner - column, n - done);
    const std::byte* x = from + (row.offset(input) + column * place.step) * place.bytes;
    std::byte* y = to + done * place.bytes;
    if (place.step == 0) {
      repeat(x, place.bytes, y, length);
    } else {
      std::memcpy(y, x, static_cast<std::size_t>(length * place.bytes));
    }
    done += length;
    row.advance(input, input + 1);
  }
}

void ElementwiseChain::run_steps(std::span<Operand> values, std::byte* blocks, std::byte* out,
                                 std::int64_t begin, std::int64_t n) const {
  const std::size_t inputs = program_.inputs.size();
  const std::size_t last = program_.steps.size() - 1;
  for (std::size_t s = 0; s <= last; ++s) {
    const auto block = static_cast<std::int64_t>(places_[inputs + s].block);
    std::byte* to = s == last ? out : blocks + block * kBlockBytes;
    run_step(s, values, to, begin, n);
    values[inputs + s] = {to, 1};
  }
}

void ElementwiseChain::run_segments(const ChainStep& step, std::span<const Operand> values,
                                    std::byte* out, std::int64_t begin, std::int64_t n) const {
  const bool first = is_by_segments(step.in[0]);
  const std::size_t input = step.in.at(first ? 0 : 1);
  const float* rows = view<float>(values[input].at);
  const Operand& other = values[step.in.at(first ? 1 : 0)];
  const float* x = view<float>(other.at);
  float* y = view<float>(out);
  const std::int64_t inner = program_.sizes.back();
  const std::int64_t inner_step = places_[input].step;
  std::int64_t column = begin % inner;
  Row row(program_, begin / inner);
  for (std::int64_t done = 0; done < n; column = 0) {
    const std::int64_t length = std::min(inner - column, n - done);
    const float* mine = rows + row.offset(input) + column * inner_step;
    if (first) {
      binary_.run(step.function, mine, inner_step, x + done * other.step, other.step, y + done,
                  length);
    } else {
      binary_.run(step.function, x + done * other.step, other.step, mine, inner_step, y + done,
                  length);
    }
    done += length;
    row.advance(input, input + 1);
  }
}

void ElementwiseChain::run_step(std::size_t index, std::span<const Operand> values, std::byte* out,
                                std::int64_t begin, std::int64_t n) const {
  const ChainStep& step = program_.steps[index];
  const Operand& a = values[step.in[0]];
  const Operand& b = values[step.in[1]];
  const Operand& c = values[step.in[2]];
  using Kind = ChainStep::Kind;
  switch (step.kind) {
    case Kind::unary: unary_[index](view<float>(a.at), view<float>(out), n); break;
    case Kind::binary:
      if (is_by_segments(step.in[0]) || is_by_segments(step.in[1])) {
        run_segments(step, values, out, begin, n);
        break;
      }
      binary_.run(step.function, view<float>(a.at), a.step, view<float>(b.at), b.step,
                  view<float>(out), n);
      break;
    case Kind::least:
    case Kind::most:
      loops_.extreme(step.kind == Kind::most, view<float>(a.at), a.step, view<float>(b.at), b.step,
                     view<float>(out), n);
      break;
    case Kind::choose:
      loops_.choose(view<std::uint8_t>(a.at), a.step, view<float>(b.at), b.step, view<float>(c.at),
                    c.step, view<float>(out), n);
      break;
    case Kind::compare:
      loops_.compare(step.comparison, view<float>(a.at), a.step, view<float>(b.at), b.step,
                     view<std::uint8_t>(out), n);
      break;
    case Kind::convert: convert_[index](a.at, out, 0, n); break;
  }
}

}  // namespace pare
