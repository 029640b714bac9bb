#include "ir/dim.hpp"

#include <algorithm>

#include "base/checked.hpp"

namespace pare {
namespace {

constexpr const char* kFloor = "floor(";  // symbols of quotients, which may be of any sign

std::int64_t floor_quotient(std::int64_t a, std::int64_t b) {
  if (b == -1) return checked_mul(a, b);
  const std::int64_t q = a / b;
  return (a % b != 0 && ((a < 0) != (b < 0))) ? q - 1 : q;
}

}  // namespace

Dim Dim::symbol(std::string name) {
  if (name.empty()) return {};
  Polynomial terms;
  terms[{std::move(name)}] = 1;
  return from(std::move(terms));
}

Dim Dim::from(Polynomial terms) {
  for (auto it = terms.begin(); it != terms.end();) {
    it = it->second == 0 ? terms.erase(it) : std::next(it);
  }
  if (terms.empty()) return Dim(0);
  if (terms.size() == 1 && terms.begin()->first.empty()) return Dim(terms.begin()->second);
  Dim d;
  d.kind_ = Kind::polynomial;
  d.polynomial_ = std::make_shared<const Polynomial>(std::move(terms));
  return d;
}

Dim::Polynomial Dim::terms() const {
  if (kind_ == Kind::number) return {{Monomial{}, number_}};
  return *polynomial_;
}

bool Dim::never_negative() const {
  if (is_unknown()) return false;
  const auto is_size = [](const std::string& symbol) { return symbol.rfind(kFloor, 0) != 0; };
  const auto all = terms();
  return std::all_of(all.begin(), all.end(), [&](const auto& term) {
    return term.second >= 0 && std::all_of(term.first.begin(), term.first.end(), is_size);
  });
}

std::int64_t Dim::number() const {
  require(is_number(), "Dim::number of a symbolic size");
  return number_;
}

std::string Dim::text() const {
  if (is_unknown()) return "?";
  if (is_number()) return cat(number_);
  std::string out;
  const auto all = terms();
  for (auto it = all.rbegin(); it != all.rend(); ++it) {  // constants last
    const auto& [symbols, factor] = *it;
    if (!out.empty() && factor >= 0) out += "+";
    if (symbols.empty()) {
      out += cat(factor);
      continue;
    }
    if (factor == -1) out += "-";
    if (factor != 1 && factor != -1) out += cat(factor, "*");
    for (std::size_t i = 0; i < symbols.size(); ++i) out += (i > 0 ? "*" : "") + symbols[i];
  }
  return out;
}

Dim operator+(const Dim& a, const Dim& b) {
  if (a.is_unknown() || b.is_unknown()) return {};
  if (a.is_number() && b.is_number()) return checked_add(a.number_, b.number_);
  auto terms = a.terms();
  for (const auto& [symbols, factor] : b.terms()) {
    terms[symbols] = checked_add(terms[symbols], factor);
  }
  return Dim::from(std::move(terms));
}

Dim operator-(const Dim& a, const Dim& b) { return a + Dim(-1) * b; }

Dim operator*(const Dim& a, const Dim& b) {
  if (a.is(0) || b.is(0)) return 0;
  if (a.is_unknown() || b.is_unknown()) return {};
  if (a.is_number() && b.is_number()) return checked_mul(a.number_, b.number_);
  Dim::Polynomial terms;
  constexpr std::size_t kMostTerms = 64;  // beyond this an exact expression helps nobody
  for (const auto& [sa, fa] : a.terms()) {
    for (const auto& [sb, fb] : b.terms()) {
      Dim::Monomial symbols = sa;
      symbols.insert(symbols.end(), sb.begin(), sb.end());
      std::sort(symbols.begin(), symbols.end());
      terms[symbols] = checked_add(terms[symbols], checked_mul(fa, fb));
      if (terms.size() > kMostTerms) return {};
    }
  }
  return Dim::from(std::move(terms));
}

Dim floor_div(const Dim& a, const Dim& b) {
  if (a.is_unknown() || b.is_unknown() || b.is(0)) return {};
  if (a.is_number() && b.is_number()) return floor_quotient(a.number_, b.number_);
  if (b.is(1)) return a;
  if (a.is(0)) return 0;
  if (a == b) return 1;
  if (b.is_number() && b.number_ < 0) return floor_div(Dim(-1) * a, Dim(-1) * b);
  if (b.is_number()) {
    // Terms whose factor the divisor divides leave the floor; the rest stays inside.
    Dim::Polynomial outside;
    Dim::Polynomial inside;
    for (const auto& [symbols, factor] : a.terms()) {
      const std::int64_t q = floor_quotient(factor, b.number_);
      if (symbols.empty() || factor % b.number_ == 0) outside[symbols] = q;
      const std::int64_t rest = factor - q * b.number_;
      if (symbols.empty() ? rest != 0 : factor % b.number_ != 0) {
        inside[symbols] = symbols.empty() ? rest : factor;
      }
    }
    const Dim rest = Dim::from(std::move(inside));
    const Dim whole = Dim::from(std::move(outside));
    if (rest.is_number()) return whole + Dim(floor_quotient(rest.number_, b.number_));
    return whole + Dim::symbol(cat(kFloor, "(", rest.text(), ")/", b.number_, ")"));
  }
  // Exact division of every term by a single monomial (Reshape's -1 needs it).
  const auto divisor = b.terms();
  if (divisor.size() == 1) {
    const auto& [db, fb] = *divisor.begin();
    Dim::Polynomial quotient;
    bool exact = true;
    for (const auto& [symbols, factor] : a.terms()) {
      Dim::Monomial rest;
      exact = exact && factor % fb == 0 &&
              std::includes(symbols.begin(), symbols.end(), db.begin(), db.end());
      if (!exact) break;
      std::set_difference(symbols.begin(), symbols.end(), db.begin(), db.end(),
                          std::back_inserter(rest));
      quotient[rest] = factor / fb;
    }
    if (exact) return Dim::from(std::move(quotient));
  }
  return Dim::symbol(cat(kFloor, "(", a.text(), ")/(", b.text(), "))"));
}

Dim ceil_div(const Dim& a, const Dim& b) {
  if (b.is_number() && b.number_ > 0) return floor_div(a + Dim(b.number_ - 1), b);
  return Dim(-1) * floor_div(Dim(-1) * a, b);
}

bool operator==(const Dim& a, const Dim& b) {
  if (a.kind_ != b.kind_) return false;
  switch (a.kind_) {
    case Dim::Kind::unknown: return false;
    case Dim::Kind::number: return a.number_ == b.number_;
    case Dim::Kind::polynomial: return *a.polynomial_ == *b.polynomial_;
  }
  return false;
}

std::string to_string(const SymShape& shape) {
  std::string out = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) out += (i > 0 ? "," : "") + shape[i].text();
  return out + "]";
}

SymShape to_symbolic(const Shape& shape) { return {shape.begin(), shape.end()}; }

std::optional<Shape> to_numbers(const SymShape& shape) {
  Shape out;
  for (const Dim& d : shape) {
    if (!d.is_number()) return std::nullopt;
    out.push_back(d.number());
  }
  return out;
}

Dim product(const SymShape& shape) {
  Dim p = 1;
  for (const Dim& d : shape) p = p * d;
  return p;
}

SymShape broadcast_shapes(const SymShape& a, const SymShape& b) {
  const std::size_t rank = std::max(a.size(), b.size());
  SymShape out(rank);
  for (std::size_t i = 0; i < rank; ++i) {
    const Dim x = i < rank - a.size() ? Dim(1) : a[i - (rank - a.size())];
    const Dim y = i < rank - b.size() ? Dim(1) : b[i - (rank - b.size())];
    if (x.is(1)) {
      out[i] = y;
    } else if (y.is(1) || x == y) {
      out[i] = x;
    } else if (x.is_number() && y.is_number()) {
      throw Error(Fault::corrupt,
                  cat("shapes ", to_string(a), " and ", to_string(b), " do not broadcast"));
    } else if (x.is_number()) {
      out[i] = x;  // the symbolic side must be 1 or equal
    } else if (y.is_number()) {
      out[i] = y;
    }
  }
  return out;
}

}  // namespace pare
