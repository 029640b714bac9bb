#include "compress/weights/low_rank.hpp"

#include <cblas.h>
#include <lapacke.h>
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.hpp"
#include "base/text.hpp"
#include "tensor/tensor.hpp"

namespace pare {
namespace {

/// BLAS sums in another order on another number of threads.
class OneThread {
 public:
  OneThread() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
  ~OneThread() { omp_set_num_threads(before_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_;
};

int blas_size(std::int64_t n) {
  if (n > 1 << 30) throw Error(Fault::resource, cat("a matrix with ", n, " rows or columns"));
  return static_cast<int>(n);
}

std::vector<double> in_double(const WeightMatrix& w) { return {w.values.begin(), w.values.end()}; }

/// output_error, and without moments that of the weights themselves.
double error_between(const WeightMatrix& a, const WeightMatrix& b, std::span<const double> h) {
  if (!h.empty()) return output_error(a, b, h);
  double error = 0;
  double all = 0;
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    const double d = double{a.values[i]} - double{b.values[i]};
    error += d * d;
    all += double{a.values[i]} * double{a.values[i]};
  }
  return all > 0 ? error / all : 0;
}

WeightMatrix sum(WeightMatrix a, const WeightMatrix& b) {
  for (std::size_t i = 0; i < a.values.size(); ++i) a.values[i] += b.values[i];
  return a;
}

}  // namespace

std::vector<double> whitening_factor(std::span<const double> h, std::int64_t n) {
  if (h.empty()) return {};
  require(static_cast<std::int64_t>(h.size()) == n * n, "moments of another size");
  const OneThread one;
  double mean = 0;
  for (std::int64_t i = 0; i < n; ++i) mean += h[i * n + i] / static_cast<double>(n);
  for (double share = 1e-10; share <= 1; share *= 10) {
    std::vector<double> f(h.begin(), h.end());
    for (std::int64_t i = 0; i < n; ++i) {
      // Inputs that are all zero weigh nothing, whatever the unit.
      f[i * n + i] += share * (mean > 0 ? mean : 1);
    }
    if (LAPACKE_dpotrf(LAPACK_ROW_MAJOR, 'L', blas_size(n), f.data(), blas_size(n)) != 0) continue;
    for (std::int64_t i = 0; i < n; ++i) {
      std::fill(f.begin() + i * n + i + 1, f.begin() + (i + 1) * n, 0.0);
    }
    return f;
  }
  throw Error(Fault::corrupt, "second moments that are not positive semidefinite");
}

TruncatedSvd::TruncatedSvd(const WeightMatrix& w, std::span<const double> whitening) : w_(w) {
  const int m = blas_size(w.rows);
  const int n = blas_size(w.columns);
  const int k = std::min(m, n);
  if (!std::all_of(w.values.begin(), w.values.end(), [](float v) { return std::isfinite(v); })) {
    throw Error(Fault::corrupt, "weights that are not finite");
  }
  const OneThread one;
  std::vector<double> a = in_double(w);
  if (!whitening.empty()) {
    cblas_dtrmm(CblasRowMajor, CblasRight, CblasLower, CblasNoTrans, CblasNonUnit, m, n, 1,
                whitening.data(), n, a.data(), n);
  }
  u_.resize(static_cast<std::size_t>(m) * static_cast<std::size_t>(k));
  s_.resize(static_cast<std::size_t>(k));
  std::vector<double> vt(static_cast<std::size_t>(k) * static_cast<std::size_t>(n));
  const int info = LAPACKE_dgesdd(LAPACK_ROW_MAJOR, 'S', m, n, a.data(), n, s_.data(), u_.data(), k,
                                  vt.data(), n);
  if (info != 0) throw Error(Fault::corrupt, "the singular value decomposition did not converge");
}

double TruncatedSvd::lost(std::int64_t rank) const {
  double all = 0;
  double tail = 0;
  for (std::size_t i = s_.size(); i-- > 0;) {  // the small ones first
    all += s_[i] * s_[i];
    if (static_cast<std::int64_t>(i) >= rank) tail = all;
  }
  return all > 0 ? tail / all : 0;
}

std::int64_t TruncatedSvd::rank_for(double share) const {
  std::int64_t rank = 1;
  while (rank < static_cast<std::int64_t>(s_.size()) && lost(rank) > 1 - share) ++rank;
  return rank;
}

LowRankFactors TruncatedSvd::factors(std::int64_t rank) const {
  // Vectors of singular values that are rounding errors mean nothing.
  const double least = s_.front() * 1e-14;
  const std::int64_t found =
      std::count_if(s_.begin(), s_.end(), [&](double s) { return s > least; });
  const std::int64_t r = std::max<std::int64_t>(1, std::min(rank, found));
  const auto k = static_cast<std::int64_t>(s_.size());
  const OneThread one;
  const std::vector<double> w = in_double(w_);
  std::vector<double> right(static_cast<std::size_t>(r * w_.columns));
  cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, blas_size(r), blas_size(w_.columns),
              blas_size(w_.rows), 1, u_.data(), blas_size(k), w.data(), blas_size(w_.columns), 0,
              right.data(), blas_size(w_.columns));
  LowRankFactors out;
  out.left = {w_.rows, r, std::vector<float>(static_cast<std::size_t>(w_.rows * r))};
  out.right = {r, w_.columns, std::vector<float>(right.size())};
  for (std::int64_t i = 0; i < r; ++i) {
    const double* row = right.data() + i * w_.columns;
    const double length =
        std::sqrt(std::inner_product(row, row + w_.columns, row, 0.0));  // columns of U have 1
    const double share = length > 0 ? std::sqrt(length) : 1;
    for (std::int64_t c = 0; c < w_.columns; ++c) {
      out.right.row(i)[c] = static_cast<float>(row[c] / share);
    }
    for (std::int64_t o = 0; o < w_.rows; ++o) {
      out.left.row(o)[i] = static_cast<float>(u_[o * k + i] * share);
    }
  }
  return out;
}

WeightMatrix product(const LowRankFactors& f) {
  const std::int64_t m = f.left.rows;
  const std::int64_t n = f.right.columns;
  const OneThread one;
  const std::vector<double> a = in_double(f.left);
  const std::vector<double> b = in_double(f.right);
  std::vector<double> c(static_cast<std::size_t>(m * n));
  cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, blas_size(m), blas_size(n),
              blas_size(f.rank()), 1, a.data(), blas_size(f.rank()), b.data(), blas_size(n), 0,
              c.data(), blas_size(n));
  WeightMatrix out{m, n, std::vector<float>(c.size())};
  for (std::size_t i = 0; i < c.size(); ++i) out.values[i] = static_cast<float>(c[i]);
  return out;
}

WeightMatrix without(const WeightMatrix& w, const LowRankFactors& f) {
  WeightMatrix rest = product(f);
  for (std::size_t i = 0; i < rest.values.size(); ++i) {
    rest.values[i] = w.values[i] - rest.values[i];
  }
  return rest;
}

LowRankFactors to_half(LowRankFactors f) {
  for (WeightMatrix* w : {&f.left, &f.right}) {
    w->values = Tensor::of<float>({w->rows, w->columns}, w->values)
                    .cast(dtype_of(ElementKind::f16))
                    .to_floats();
  }
  return f;
}

ResidualFactors residual_factors(const WeightMatrix& w, std::span<const double> h,
                                 const ResidualOptions& options,
                                 const std::function<WeightMatrix(const WeightMatrix&)>& rounded) {
  const std::vector<double> whitening = whitening_factor(h, w.columns);
  const auto best_of = [&](const WeightMatrix& rest) {
    LowRankFactors f = TruncatedSvd(rest, whitening).factors(options.rank);
    return options.half ? to_half(std::move(f)) : f;
  };
  ResidualFactors best;
  best.factors = best_of(w);
  if (!rounded) return best;
  best.direct = error_between(w, rounded(w), h);
  LowRankFactors now = best.factors;
  for (std::int64_t i = 0; i <= options.iterations; ++i) {
    const WeightMatrix coded = rounded(without(w, now));
    const double error = error_between(w, sum(coded, product(now)), h);
    if (i == 0 || error < best.error) {
      best.error = error;
      best.factors = now;
    }
    if (i == options.iterations) break;
    WeightMatrix rest = w;
    for (std::size_t k = 0; k < rest.values.size(); ++k) rest.values[k] -= coded.values[k];
    now = best_of(rest);
  }
  return best;
}

}  // namespace pare
