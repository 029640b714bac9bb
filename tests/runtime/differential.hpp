#pragma once

#include <array>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "runtime/check.hpp"

namespace pare {

/// How far a kernel may be from the meaning: |a - b| <= absolute * max(1, peak of b) + relative *
/// |b|. `bits`: every bit is the same.
struct Tolerance {
  double absolute = 0;
  double relative = 0;
  bool bits = false;
};

/// Equal numbers. Where terms are added, because the test's numbers are multiples of 1/8 below 2
/// whose products and sums float32 holds exactly in any order.
inline constexpr Tolerance kExact{};
/// Elements are moved, not computed.
inline constexpr Tolerance kSameBits{0, 0, true};
/// One step between codes: float32 and double may fall on both sides of a tie.
inline constexpr Tolerance kOneStep{1, 0, false};
/// Approximations of oneDNN: some units in the last place of the greatest value.
inline constexpr Tolerance kApproximate{64 * 0x1p-24, 0, false};
/// Minimal filtering: errors of 1.2e-6 (docs/decisions/winograd.md) of sums of 500 products of such
/// numbers (their root mean square is 32), six times that.
inline constexpr Tolerance kFiltered{4096 * 0x1p-24, 0, false};
/// One division or a factor that was rounded before.
inline constexpr Tolerance kRounded{0, 4 * 0x1p-24, false};

inline constexpr std::array<std::int64_t, 6> kSizes = {0, 1, 3, 7, 17, 255};

/// Runs graphs by the session, by kernels on guarded memory and by the reference kernels.
class Differential {
 public:
  explicit Differential(std::uint64_t seed) : rng(seed) { options.winograd = false; }
  ~Differential() { set_threads(0); }
  Differential(const Differential&) = delete;
  Differential& operator=(const Differential&) = delete;

  /// Adds to the test's failures when the three disagree.
  void check(const Builder& b, const std::vector<Tensor>& inputs, const Tolerance& tolerance);

  [[nodiscard]] std::int64_t below(std::int64_t n) {
    return static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(n)));
  }
  template <class T>
  [[nodiscard]] T pick(std::initializer_list<T> list) {
    return list.begin()[below(static_cast<std::int64_t>(list.size()))];
  }
  [[nodiscard]] bool coin() { return below(2) == 1; }
  /// Multiples of 1/8 in [-2, 2].
  Tensor grid(const Shape& shape);
  /// Any codes of an integer type or boolean; floats as grid().
  Tensor values(const Shape& shape, ElementKind kind);
  /// Weights that memory guards too.
  static Value* constant(Builder& b, const Tensor& t);
  static Value* ints(Builder& b, const std::vector<std::int64_t>& list);

  Rng rng;
  SessionOptions options;      ///< without minimal filtering: sums are exact
  std::set<std::string> rows;  ///< of kernel_table(), that ran
  int cases = 0;

 private:
  void compare(const std::vector<Tensor>& got, const std::vector<Tensor>& want,
               const Tolerance& tolerance, const std::string& how) const;
};

/// A part of the suite and the rows that it must reach.
struct DifferentialFamily {
  const char* name;
  std::vector<std::string> rows;
  void (*generate)(Differential&);
};

void convolution_cases(Differential& d);
void winograd_cases(Differential& d);
void int8_convolution_cases(Differential& d);
void deconvolution_cases(Differential& d);
void backward_cases(Differential& d);
void product_cases(Differential& d);
void int8_product_cases(Differential& d);
void pool_cases(Differential& d);
void move_cases(Differential& d);
void resize_cases(Differential& d);
void function_cases(Differential& d);
void binary_cases(Differential& d);
void choice_cases(Differential& d);
void softmax_and_norm_cases(Differential& d);
void cast_cases(Differential& d);
void dynamic_cases(Differential& d);
void code_cases(Differential& d);
void fake_quantize_cases(Differential& d);
void packed_cases(Differential& d);
void sparse_cases(Differential& d);
void recurrent_cases(Differential& d);
void chain_cases(Differential& d);
void graph_cases(Differential& d);
void gather_cases(Differential& d);
void attention_cases(Differential& d);
void norm_cases(Differential& d);
void dynamic_product_cases(Differential& d);
void bf16_product_cases(Differential& d);

}  // namespace pare
