#include "compress/weights/gptq.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/threads.hpp"

namespace pare {
namespace {

/// Lower triangular L with L L' = a, in place (the upper part is left); false when a is not
/// positive definite.
bool cholesky(std::vector<double>& a, std::int64_t n) {
  for (std::int64_t k = 0; k < n; ++k) {
    double* pivot_row = a.data() + k * n;
    double sum = pivot_row[k];
    for (std::int64_t j = 0; j < k; ++j) sum -= pivot_row[j] * pivot_row[j];
    if (!(sum > 0) || !std::isfinite(sum)) return false;
    const double pivot = std::sqrt(sum);
    pivot_row[k] = pivot;
    parallel_for(n - k - 1, 64, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = k + 1 + begin; i < k + 1 + end; ++i) {
        double* row = a.data() + i * n;
        double s = row[k];
        for (std::int64_t j = 0; j < k; ++j) s -= row[j] * pivot_row[j];
        row[k] = s / pivot;
      }
    });
  }
  return true;
}

/// The inverse of a lower triangular matrix, lower triangular too.
std::vector<double> inverse_of_lower(const std::vector<double>& l, std::int64_t n) {
  std::vector<double> inverse(l.size(), 0);
  parallel_for(n, 8, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t c = begin; c < end; ++c) {  // a column for each unit vector
      inverse[c * n + c] = 1 / l[c * n + c];
      for (std::int64_t i = c + 1; i < n; ++i) {
        double s = 0;
        for (std::int64_t j = c; j < i; ++j) s -= l[i * n + j] * inverse[j * n + c];
        inverse[i * n + c] = s / l[i * n + i];
      }
    }
  });
  return inverse;
}

std::vector<std::int64_t> visiting_order(std::span<const double> h, std::int64_t n, bool sorted) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  if (sorted) {
    std::stable_sort(order.begin(), order.end(),
                     [&](std::int64_t a, std::int64_t b) { return h[a * n + a] > h[b * n + b]; });
  }
  return order;
}

class RowRounder {
 public:
  RowRounder(const WeightGrid& grid, const std::vector<double>& u, std::int64_t n,
             const std::vector<std::int64_t>& order, const GptqOptions& options)
      : grid_(grid), u_(u), n_(n), order_(order), options_(options) {}

  /// `w`: a row in visiting order; `scales`: of its groups, fitted here unless they are `fixed`.
  void run(std::vector<double> w, std::span<GroupScale> scales, bool fixed,
           std::span<std::uint8_t> codes) const {
    std::vector<double> error(static_cast<std::size_t>(n_));
    const std::int64_t width = grid_.width(n_);
    for (std::int64_t first = 0; first < n_; first += options_.block) {
      const std::int64_t last = std::min(first + options_.block, n_);
      for (std::int64_t i = first; i < last; ++i) {
        const std::int64_t column = order_[i];
        const std::int64_t g = grid_.one_scale ? 0 : column / width;
        if (!fixed && column % width == 0) {
          scales[g] = fitted(w, i, std::min(i + width, n_), first, last, error);
        }
        const GroupScale& s = scales[g];
        const std::size_t level =
            grid_.nearest(static_cast<float>(w[i] / static_cast<double>(s.scale) + s.zero));
        codes[column] = static_cast<std::uint8_t>(level);
        const double q = (static_cast<double>(grid_.levels[level]) - s.zero) * s.scale;
        const double* row = u_.data() + i * n_;
        error[i] = (w[i] - q) / row[i];
        for (std::int64_t j = i + 1; j < last; ++j) w[j] -= error[i] * row[j];
      }
      for (std::int64_t i = first; i < last; ++i) {
        const double* row = u_.data() + i * n_;
        for (std::int64_t j = last; j < n_; ++j) w[j] -= error[i] * row[j];
      }
    }
  }

 private:
  /// Scale of the columns [from, to) as they are now: those behind the block lack the corrections
  /// that its columns so far have made.
  [[nodiscard]] GroupScale fitted(const std::vector<double>& w, std::int64_t from, std::int64_t to,
                                  std::int64_t first, std::int64_t last,
                                  const std::vector<double>& error) const {
    std::vector<float> now;
    for (std::int64_t j = from; j < to; ++j) {
      double v = w[j];
      for (std::int64_t i = first; i < from && j >= last; ++i) v -= error[i] * u_[i * n_ + j];
      now.push_back(static_cast<float>(v));
    }
    return grid_.fit(now);
  }

  const WeightGrid& grid_;
  const std::vector<double>& u_;
  std::int64_t n_;
  const std::vector<std::int64_t>& order_;
  const GptqOptions& options_;
};

}  // namespace

std::vector<double> inverse_factor(std::span<const double> h, std::int64_t n, double damping) {
  double mean = 0;
  for (std::int64_t i = 0; i < n; ++i) mean += h[i * n + i] / static_cast<double>(n);
  // With J the reversal of order, J H J = L L' gives H^-1 = U' U for U = J L^-1 J, upper
  // triangular.
  std::vector<double> l(h.size());
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j < n; ++j) {
      l[i * n + j] = h[(n - 1 - i) * n + (n - 1 - j)] + (i == j ? damping * mean : 0);
    }
  }
  if (!cholesky(l, n)) return {};
  const std::vector<double> inverse = inverse_of_lower(l, n);
  std::vector<double> u(h.size(), 0);
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j <= i; ++j) u[(n - 1 - i) * n + (n - 1 - j)] = inverse[i * n + j];
  }
  return u;
}

GptqResult gptq(const WeightMatrix& w, std::span<const double> h, const WeightGrid& grid,
                const GptqOptions& options) {
  const std::int64_t n = w.columns;
  require(static_cast<std::int64_t>(h.size()) == n * n, "moments of another size");
  WeightMatrix clean = w;
  const std::vector<std::int64_t> order = visiting_order(h, n, options.act_order);
  GptqResult out;
  double live = 0;  // mean moment of the inputs that are not always zero
  for (std::int64_t i = 0; i < n; ++i) {
    out.dead += h[i * n + i] == 0 ? 1 : 0;
    live += h[i * n + i];
  }
  live = out.dead < n ? live / static_cast<double>(n - out.dead) : 1;
  std::vector<double> moments(h.size());
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j < n; ++j) moments[i * n + j] = h[order[i] * n + order[j]];
    if (moments[i * n + i] != 0) continue;
    // Nothing ever comes in here. A fixed number would make the damping depend on the unit of H.
    moments[i * n + i] = live;
    for (std::int64_t r = 0; r < w.rows; ++r) clean.row(r)[order[i]] = 0;
  }
  std::vector<double> u = inverse_factor(moments, n, out.damping = options.damping);
  for (int tries = 0; u.empty(); ++tries) {
    if (tries == 3) throw Error(Fault::unsupported, "the moments of the inputs have no inverse");
    out.damping = std::max(1e-4, 10 * out.damping);
    u = inverse_factor(moments, n, out.damping);
  }
  out.coded = {grid, w.rows, n, std::vector<std::uint8_t>(w.values.size()), {}};
  out.coded.scales = fit_scales(clean, grid);
  const bool fixed =
      grid.group <= 0 || grid.one_scale || options.act_order || options.static_groups;
  const RowRounder rounder(grid, u, n, order, options);
  const std::int64_t groups = grid.one_scale ? 0 : grid.groups(n);
  parallel_for(w.rows, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t r = begin; r < end; ++r) {
      std::vector<double> row(static_cast<std::size_t>(n));
      for (std::int64_t i = 0; i < n; ++i) row[i] = clean.row(r)[order[i]];
      const std::span<GroupScale> scales =
          std::span(out.coded.scales).subspan(static_cast<std::size_t>(r * groups));
      rounder.run(std::move(row), scales, fixed,
                  std::span(out.coded.codes)
                      .subspan(static_cast<std::size_t>(r * n), static_cast<std::size_t>(n)));
    }
  });
  return out;
}

}  // namespace pare
