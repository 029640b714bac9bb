#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/tensor.hpp"

namespace pare {

/// The size of one dimension: unknown, a number, or a polynomial with integer coefficients over
/// symbols ("N", "2*N+1"). Divisions that do not come out even become opaque symbols with a
/// canonical name ("floor((N-1)/2)"), so equal expressions compare equal.
class Dim {
 public:
  Dim() = default;                                                  ///< unknown
  Dim(std::int64_t value) : kind_(Kind::number), number_(value) {}  // NOLINT: numbers are dims
  static Dim symbol(std::string name);
  static Dim unknown() { return {}; }

  [[nodiscard]] bool is_unknown() const noexcept { return kind_ == Kind::unknown; }
  [[nodiscard]] bool is_number() const noexcept { return kind_ == Kind::number; }
  [[nodiscard]] bool is(std::int64_t n) const noexcept { return is_number() && number_ == n; }
  /// True when no sizes (0 and more) in place of the symbols make it negative.
  [[nodiscard]] bool never_negative() const;
  /// The number. Fault::internal when this is not a number.
  [[nodiscard]] std::int64_t number() const;
  /// "3", "N", "2*N+1", "?" when unknown.
  [[nodiscard]] std::string text() const;

  friend Dim operator+(const Dim& a, const Dim& b);
  friend Dim operator-(const Dim& a, const Dim& b);
  friend Dim operator*(const Dim& a, const Dim& b);
  /// Rounds towards minus infinity / plus infinity. A zero divisor gives unknown.
  friend Dim floor_div(const Dim& a, const Dim& b);
  friend Dim ceil_div(const Dim& a, const Dim& b);
  /// Known to be equal (an unknown equals nothing).
  friend bool operator==(const Dim& a, const Dim& b);

 private:
  enum class Kind : std::uint8_t { unknown, number, polynomial };
  using Monomial = std::vector<std::string>;  // sorted symbols, repeated for powers
  using Polynomial = std::map<Monomial, std::int64_t>;
  static Dim from(Polynomial terms);
  [[nodiscard]] Polynomial terms() const;

  Kind kind_ = Kind::unknown;
  std::int64_t number_ = 0;
  std::shared_ptr<const Polynomial> polynomial_;
};

using SymShape = std::vector<Dim>;

/// "[N,3,224,224]".
std::string to_string(const SymShape& shape);
SymShape to_symbolic(const Shape& shape);
/// The shape as numbers when all are known.
std::optional<Shape> to_numbers(const SymShape& shape);
Dim product(const SymShape& shape);
/// Multidirectional broadcasting. Fault::corrupt when two known sizes differ and neither is 1.
SymShape broadcast_shapes(const SymShape& a, const SymShape& b);

}  // namespace pare
