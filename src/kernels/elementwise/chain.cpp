#include "kernels/elementwise/chain.hpp"

#include <algorithm>
#include <cstring>

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/threads.hpp"
#include "kernels/view.hpp"

namespace pare {
namespace {

constexpr std::int64_t kBlockBytes = ElementwiseChain::kBlock * 4;
/// Innermost sizes from here on are worth a call of each loop.
constexpr std::int64_t kLongRow = 192;
constexpr std::int64_t kGrain = 32768;  // operations worth a thread

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
std::size_t give_blocks(const ChainProgram& p, const std::vector<bool>& spread,
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
    if (spread[i]) block_of[i] = take();
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
        const bool has_block = v >= inputs || spread[v];
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

/// Whether blocks that end where rows do are long enough.
bool goes_by_rows(const ChainProgram& p) {
  for (const ChainInput& input : p.inputs) {
    if (!lies_as_result(input, p.sizes) && !is_one_number(input)) return p.sizes.back() >= kLongRow;
  }
  return false;
}

std::vector<bool> spread_inputs(const ChainProgram& p, bool by_rows) {
  std::vector<bool> spread;
  for (const ChainInput& input : p.inputs) {
    spread.push_back(!by_rows && !lies_as_result(input, p.sizes) && !is_one_number(input));
  }
  return spread;
}

template <class T>
void spread_row(const std::byte* from, std::int64_t step, std::byte* to, std::int64_t n) {
  const T* x = view<T>(from);
  T* y = view<T>(to);
  if (step != 0) {
    std::copy_n(x, n, y);
  } else {
    std::fill_n(y, n, *x);
  }
}

}  // namespace

bool ElementwiseChain::fits(const ChainProgram& program) {
  ChainProgram p = program;
  simplify(p);
  if (p.sizes.size() > kMostSizes || p.inputs.size() + p.steps.size() > kMostValues) return false;
  std::vector<std::size_t> block_of;
  return give_blocks(p, spread_inputs(p, goes_by_rows(p)), block_of) <= kMostBlocks;
}

ElementwiseChain::ElementwiseChain(ChainProgram program) : program_(std::move(program)) {
  if (!fits(program_)) throw Error(Fault::unsupported, "the chain is too long for its blocks");
  simplify(program_);
  by_rows_ = goes_by_rows(program_);
  count_ = 1;
  for (const std::int64_t size : program_.sizes) count_ *= size;
  const std::vector<bool> spread = spread_inputs(program_, by_rows_);
  std::vector<std::size_t> block_of;
  give_blocks(program_, spread, block_of);
  for (std::size_t i = 0; i < program_.inputs.size(); ++i) {
    const ChainInput& input = program_.inputs[i];
    places_.push_back({block_of[i], bytes_of(input.type), spread[i],
                       lies_as_result(input, program_.sizes) && count_ > 1, input.steps.back()});
  }
  for (std::size_t s = 0; s < program_.steps.size(); ++s) {
    const ChainStep& step = program_.steps[s];
    places_.push_back({block_of[program_.inputs.size() + s], bytes_of(step.type), false, false, 1});
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

std::string_view ElementwiseChain::isa() const noexcept {
  return elementwise_kernels().front()->isa;
}

void ElementwiseChain::run(std::span<const std::byte* const> in, std::byte* out) const {
  const auto steps = static_cast<std::int64_t>(program_.steps.size());
  if (by_rows_) {
    const std::int64_t inner = program_.sizes.back();
    const std::int64_t grain = std::max<std::int64_t>(1, kGrain / (steps * inner));
    parallel_for(count_ / inner, grain,
                 [&](std::int64_t begin, std::int64_t end) { run_rows(in, out, begin, end); });
    return;
  }
  const std::int64_t grain = std::max<std::int64_t>(1, kGrain / (steps * kBlock));
  parallel_for((count_ + kBlock - 1) / kBlock, grain,
               [&](std::int64_t begin, std::int64_t end) { run_blocks(in, out, begin, end); });
}

std::int64_t ElementwiseChain::offset_of(std::size_t input, std::int64_t row) const {
  const std::vector<std::int64_t>& steps = program_.inputs[input].steps;
  std::int64_t offset = 0;
  for (std::size_t d = program_.sizes.size() - 1; d-- > 0;) {
    offset += row % program_.sizes[d] * steps[d];
    row /= program_.sizes[d];
  }
  return offset;
}

void ElementwiseChain::run_rows(std::span<const std::byte* const> in, std::byte* out,
                                std::int64_t begin, std::int64_t end) const {
  alignas(64) std::array<std::byte, kMostBlocks * kBlockBytes> blocks;  // NOLINT: written first
  const std::int64_t inner = program_.sizes.back();
  const std::int64_t bytes = places_.back().bytes;
  std::array<Operand, kMostValues> values;
  for (std::int64_t row = begin; row < end; ++row) {
    for (std::int64_t at = 0; at < inner; at += kBlock) {
      for (std::size_t i = 0; i < in.size(); ++i) {
        const Place& place = places_[i];
        const std::int64_t offset = offset_of(i, row) + at * place.step;
        values[i] = {in[i] + offset * place.bytes, place.step};
      }
      run_steps(values, blocks.data(), out + (row * inner + at) * bytes,
                std::min(kBlock, inner - at));
    }
  }
}

void ElementwiseChain::run_blocks(std::span<const std::byte* const> in, std::byte* out,
                                  std::int64_t begin, std::int64_t end) const {
  alignas(64) std::array<std::byte, kMostBlocks * kBlockBytes> blocks;  // NOLINT: written first
  const std::int64_t bytes = places_.back().bytes;
  std::array<Operand, kMostValues> values;
  for (std::int64_t block = begin; block < end; ++block) {
    const std::int64_t at = block * kBlock;
    const std::int64_t n = std::min(kBlock, count_ - at);
    for (std::size_t i = 0; i < in.size(); ++i) {
      const Place& place = places_[i];
      if (place.spread) {
        std::byte* to = blocks.data() + static_cast<std::int64_t>(place.block) * kBlockBytes;
        spread(i, in[i], to, at, n);
        values[i] = {to, 1};
      } else if (place.is_flat) {
        values[i] = {in[i] + at * place.bytes, 1};
      } else {
        values[i] = {in[i], 0};
      }
    }
    run_steps(values, blocks.data(), out + at * bytes, n);
  }
}

void ElementwiseChain::spread(std::size_t input, const std::byte* from, std::byte* to,
                              std::int64_t begin, std::int64_t n) const {
  const Place& place = places_[input];
  const std::vector<std::int64_t>& steps = program_.inputs[input].steps;
  const std::size_t outer = program_.sizes.size() - 1;
  const std::int64_t inner = program_.sizes.back();
  std::int64_t row = begin / inner;
  std::int64_t column = begin % inner;
  std::int64_t offset = offset_of(input, row);
  std::array<std::int64_t, kMostSizes> index{};  // of the row
  for (std::size_t d = outer; d-- > 0; row /= program_.sizes[d]) {
    index[d] = row % program_.sizes[d];
  }
  const auto copy = place.bytes == 4   ? spread_row<std::uint32_t>
                    : place.bytes == 2 ? spread_row<std::uint16_t>
                                       : spread_row<std::uint8_t>;
  for (std::int64_t done = 0; done < n; column = 0) {
    const std::int64_t length = std::min(inner - column, n - done);
    copy(from + (offset + column * place.step) * place.bytes, place.step, to + done * place.bytes,
         length);
    done += length;
    for (std::size_t d = outer; d-- > 0;) {
      offset += steps[d];
      if (++index[d] < program_.sizes[d]) break;
      offset -= index[d] * steps[d];
      index[d] = 0;
    }
  }
}

void ElementwiseChain::run_steps(std::span<Operand> values, std::byte* blocks, std::byte* out,
                                 std::int64_t n) const {
  const std::size_t inputs = program_.inputs.size();
  const std::size_t last = program_.steps.size() - 1;
  for (std::size_t s = 0; s <= last; ++s) {
    const auto block = static_cast<std::int64_t>(places_[inputs + s].block);
    std::byte* to = s == last ? out : blocks + block * kBlockBytes;
    run_step(s, values, to, n);
    values[inputs + s] = {to, 1};
  }
}

void ElementwiseChain::run_step(std::size_t index, std::span<const Operand> values, std::byte* out,
                                std::int64_t n) const {
  const ChainStep& step = program_.steps[index];
  const ElementwiseKernels& k = *elementwise_kernels().front();
  const Operand& a = values[step.in[0]];
  const Operand& b = values[step.in[1]];
  const Operand& c = values[step.in[2]];
  using Kind = ChainStep::Kind;
  switch (step.kind) {
    case Kind::unary: unary_[index](view<float>(a.at), view<float>(out), n); break;
    case Kind::binary:
      binary_kernels().front()->run(step.function, view<float>(a.at), a.step, view<float>(b.at),
                                    b.step, view<float>(out), n);
      break;
    case Kind::least:
    case Kind::most:
      k.extreme(step.kind == Kind::most, view<float>(a.at), a.step, view<float>(b.at), b.step,
                view<float>(out), n);
      break;
    case Kind::choose:
      k.choose(view<std::uint8_t>(a.at), a.step, view<float>(b.at), b.step, view<float>(c.at),
               c.step, view<float>(out), n);
      break;
    case Kind::compare:
      k.compare(step.comparison, view<float>(a.at), a.step, view<float>(b.at), b.step,
                view<std::uint8_t>(out), n);
      break;
    case Kind::convert: convert_[index](a.at, out, 0, n); break;
  }
}

}  // namespace pare
