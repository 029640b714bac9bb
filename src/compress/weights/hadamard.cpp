#include "compress/weights/hadamard.hpp"

#include <cmath>

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/threads.hpp"

namespace pare {
namespace {

constexpr std::int64_t kMostPaley = 512;

bool is_prime(std::int64_t n) {
  if (n < 2) return false;
  for (std::int64_t d = 2; d * d <= n; ++d) {
    if (n % d == 0) return false;
  }
  return true;
}

/// chi(d) for d in [0, q), q an odd prime: 0 for 0, 1 for squares modulo q, else -1.
std::vector<int> quadratic_character(std::int64_t q) {
  std::vector<int> chi(static_cast<std::size_t>(q), -1);
  for (std::int64_t i = 1; i < q; ++i) chi[static_cast<std::size_t>(i * i % q)] = 1;
  chi[0] = 0;
  return chi;
}

/// The conference matrix of order q + 1: chi(column - row) in the core, a border of ones whose
/// column has the sign `border`, zeros on the diagonal.
std::vector<int> conference_matrix(std::int64_t q, int border) {
  const std::vector<int> chi = quadratic_character(q);
  const std::int64_t n = q + 1;
  std::vector<int> c(static_cast<std::size_t>(n * n), 0);
  for (std::int64_t i = 0; i < q; ++i) {
    c[static_cast<std::size_t>(i + 1)] = 1;
    c[static_cast<std::size_t>((i + 1) * n)] = border;
    for (std::int64_t j = 0; j < q; ++j) {
      c[static_cast<std::size_t>((i + 1) * n + j + 1)] =
          chi[static_cast<std::size_t>((j - i + q) % q)];
    }
  }
  return c;
}

/// I + C for a skew C (q = 3 mod 4).
std::vector<std::int8_t> first_construction(std::int64_t q) {
  const std::int64_t n = q + 1;
  const std::vector<int> c = conference_matrix(q, -1);
  std::vector<std::int8_t> h(c.begin(), c.end());
  for (std::int64_t i = 0; i < n; ++i) h[static_cast<std::size_t>(i * n + i)] = 1;
  return h;
}

/// C x [1 1; 1 -1] + I x [1 -1; -1 -1] for a symmetric C (q = 1 mod 4).
std::vector<std::int8_t> second_construction(std::int64_t q) {
  const std::int64_t half = q + 1;
  const std::int64_t n = 2 * half;
  const std::vector<int> c = conference_matrix(q, 1);
  std::vector<std::int8_t> h(static_cast<std::size_t>(n * n));
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j < n; ++j) {
      const bool low = i % 2 == 1;
      const bool right = j % 2 == 1;
      const int v = i / 2 == j / 2 ? (low || right ? -1 : 1)
                                   : c[static_cast<std::size_t>(i / 2 * half + j / 2)] *
                                         (low && right ? -1 : 1);
      h[static_cast<std::size_t>(i * n + j)] = static_cast<std::int8_t>(v);
    }
  }
  return h;
}

/// The K of n = K 2^m: the least there is a Paley matrix of; 0 when there is none.
std::int64_t paley_order(std::int64_t n) {
  if (n < 1) return 0;
  std::int64_t k = n;
  while (k % 2 == 0) k /= 2;
  for (; k <= std::min(n, kMostPaley); k *= 2) {
    if (!paley_matrix(k).empty()) return k;
  }
  return 0;
}

}  // namespace

std::vector<std::int8_t> paley_matrix(std::int64_t n) {
  if (n == 1) return {1};
  if (n == 2) return {1, 1, 1, -1};
  if (n < 4 || n % 4 != 0) return {};
  if (is_prime(n - 1)) return first_construction(n - 1);
  const std::int64_t q = n / 2 - 1;
  return q % 4 == 1 && is_prime(q) ? second_construction(q) : std::vector<std::int8_t>{};
}

void walsh_hadamard(std::span<double> x) {
  require((x.size() & (x.size() - 1)) == 0 && !x.empty(), "not a power of two");
  for (std::size_t half = 1; half < x.size(); half *= 2) {
    for (std::size_t first = 0; first < x.size(); first += 2 * half) {
      for (std::size_t i = first; i < first + half; ++i) {
        const double a = x[i];
        const double b = x[i + half];
        x[i] = a + b;
        x[i + half] = a - b;
      }
    }
  }
}

Rotation::Rotation(std::int64_t n, Rng rng) : size_(n), outer_(paley_order(n)) {
  if (outer_ == 0) {
    throw Error(Fault::unsupported, cat("there is no Hadamard matrix of order ", n, " here"));
  }
  paley_ = paley_matrix(outer_);
  const double size = 1 / std::sqrt(static_cast<double>(n));
  for (std::int64_t i = 0; i < n; ++i) signs_.push_back(rng.below(2) == 0 ? size : -size);
}

bool Rotation::exists(std::int64_t n) { return paley_order(n) > 0; }

/// x seen as [K, 2^m]: Paley's matrix along the columns, Walsh and Hadamard's along the rows.
void Rotation::multiply(std::span<double> x, bool transposed) const {
  const auto inner = static_cast<std::size_t>(size_ / outer_);
  const auto outer = static_cast<std::size_t>(outer_);
  for (std::size_t k = 0; k < outer; ++k) walsh_hadamard(x.subspan(k * inner, inner));
  if (outer == 1) return;
  std::vector<double> out(x.size(), 0);
  for (std::size_t from = 0; from < outer; ++from) {
    for (std::size_t to = 0; to < outer; ++to) {
      const double sign = paley_[transposed ? to * outer + from : from * outer + to];
      for (std::size_t i = 0; i < inner; ++i) out[to * inner + i] += sign * x[from * inner + i];
    }
  }
  std::copy(out.begin(), out.end(), x.begin());
}

void Rotation::apply(std::span<double> x) const {
  require(static_cast<std::int64_t>(x.size()) == size_, "a row of another size");
  for (std::size_t i = 0; i < x.size(); ++i) x[i] *= signs_[i];
  multiply(x, false);
}

void Rotation::undo(std::span<double> x) const {
  require(static_cast<std::int64_t>(x.size()) == size_, "a row of another size");
  multiply(x, true);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] *= signs_[i];
}

WeightMatrix rotated(WeightMatrix w, const Rotation& q) {
  parallel_for(w.rows, 4, [&](std::int64_t begin, std::int64_t end) {
    std::vector<double> row;
    for (std::int64_t r = begin; r < end; ++r) {
      row.assign(w.row(r).begin(), w.row(r).end());
      q.apply(row);
      for (std::size_t c = 0; c < row.size(); ++c) w.row(r)[c] = static_cast<float>(row[c]);
    }
  });
  return w;
}

}  // namespace pare
