#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "kernels/binary/binary.hpp"
#include "kernels/elementwise/elementwise.hpp"

namespace pare {

/// One operation of a chain on whole blocks of numbers.
struct ChainStep {
  enum class Kind : std::uint8_t {
    unary,    ///< f(in[0])
    binary,   ///< in[0] op in[1]
    least,    ///< the smaller of in[0] and in[1]
    most,     ///< the greater
    choose,   ///< in[0] != 0 ? in[1] : in[2]
    compare,  ///< in[0] op in[1], as 0 or 1
    convert,  ///< in[0] as `type`
  };
  Kind kind = Kind::unary;
  Activation act;                                 ///< unary
  BinaryFunction function = BinaryFunction::add;  ///< binary
  Comparison comparison = Comparison::equal;      ///< compare
  std::array<std::size_t, 3> in{};                ///< values: the inputs, then one for each step
  ElementKind type = ElementKind::f32;            ///< of the result

  [[nodiscard]] std::size_t operands() const noexcept {
    if (kind == Kind::unary || kind == Kind::convert) return 1;
    return kind == Kind::choose ? 3 : 2;
  }
};

/// Something that a chain reads.
struct ChainInput {
  ElementKind type = ElementKind::f32;  ///< float32; float16, bfloat16 and booleans to be converted
  std::vector<std::int64_t> steps;  ///< elements between neighbours along each size; 0 = repeated
};

/// Operations on the elements of one result, the last of which makes it. Operands of `unary` and
/// `convert` are inputs as large as the result, or results of steps; masks of `choose` are
/// booleans, everything else is float32 unless `convert` makes or takes it.
struct ChainProgram {
  std::vector<std::int64_t> sizes;  ///< of the result as it lies in memory, outermost first
  std::vector<ChainInput> inputs;
  std::vector<ChainStep> steps;
};

/// How an input lies beside the result.
enum class ChainLie : std::uint8_t {
  flat,    ///< element by element
  one,     ///< one number for all
  rows,    ///< to be looked up for each row of the result
  spread,  ///< the same, its repetitions written out in a block
};

/// Runs a program in blocks of kChainBlock numbers that go through all steps while they are in the
/// first-level cache. The same bits as one step after the other over whole tensors, by the loops of
/// kernels/binary, functions and elementwise, for any number of threads.
class ElementwiseChain {
 public:
  static constexpr std::int64_t kBlock = 2048;
  static constexpr std::size_t kMostBlocks = 8;
  static constexpr std::size_t kMostValues = 48;  ///< inputs and steps
  static constexpr std::size_t kMostSizes = 16;

  /// Whether the program stays within these limits: its blocks are the results that are still to be
  /// read, and inputs whose repetitions are written out.
  static bool fits(const ChainProgram& program);

  /// Errors: Fault::unsupported when the program does not fit.
  explicit ElementwiseChain(ChainProgram program);

  /// `in` as the program's inputs. `out` may be an input of the result's size and type.
  void run(std::span<const std::byte* const> in, std::byte* out) const;

  [[nodiscard]] std::string_view isa() const noexcept;

 private:
  /// Where a value lies while a block is worked on.
  struct Place {
    ChainLie lie = ChainLie::flat;
    std::size_t block = 0;   ///< of results and of what is spread
    std::int64_t bytes = 4;  ///< of an element
    std::int64_t step = 1;   ///< along the innermost size: 0 or 1
  };
  struct Operand {
    const std::byte* at;
    std::int64_t step;
  };

  class Row;

  void run_blocks(std::span<const std::byte* const> in, std::byte* out, std::int64_t begin,
                  std::int64_t end) const;
  void run_rows(std::span<const std::byte* const> in, std::byte* out, std::int64_t begin,
                std::int64_t end) const;
  void run_steps(std::span<Operand> values, std::byte* blocks, std::byte* out, std::int64_t begin,
                 std::int64_t n) const;
  void run_step(std::size_t index, std::span<const Operand> values, std::byte* out,
                std::int64_t begin, std::int64_t n) const;
  void run_segments(const ChainStep& step, std::span<const Operand> values, std::byte* out,
                    std::int64_t begin, std::int64_t n) const;
  [[nodiscard]] bool is_by_segments(std::size_t value) const {
    return !by_rows_ && places_[value].lie == ChainLie::rows;
  }
  void spread(std::size_t input, const std::byte* from, std::byte* to, std::int64_t begin,
              std::int64_t n) const;

  ChainProgram program_;
  std::vector<Place> places_;     // inputs, then results of the steps
  std::vector<UnaryLoop> unary_;  // by step
  std::vector<ConvertFn> convert_;
  const ElementwiseKernels& loops_;
  const BinaryKernels& binary_;
  std::int64_t count_ = 0;  // elements of the result
  bool by_rows_ = false;    // blocks end where rows do; nothing is spread
};

}  // namespace pare
