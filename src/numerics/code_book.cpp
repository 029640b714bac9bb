#include "numerics/code_book.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/error.hpp"
#include "numerics/table_code.hpp"

namespace pare {
namespace {

constexpr std::size_t kMaxBorders = 4096;
constexpr int kMaxRounds = 200;

struct Point {
  double value;
  double weight;
};

/// Sums over the first i of the sorted distinct values, taken from their mean: differences of two
/// give the weight, the mean and the squared error of any range in constant time.
class Sums {
 public:
  explicit Sums(const std::vector<Point>& points) : at_(points.size() + 1) {
    double weight = 0;
    double moment = 0;
    for (const Point& p : points) {
      weight += p.weight;
      moment += p.weight * p.value;
    }
    centre_ = moment / weight;
    for (std::size_t i = 0; i < points.size(); ++i) {
      const double x = points[i].value - centre_;
      const double w = points[i].weight;
      at_[i + 1] = {at_[i].weight + w, at_[i].first + w * x, at_[i].second + w * x * x};
    }
  }
  [[nodiscard]] double weight(std::size_t begin, std::size_t end) const {
    return at_[end].weight - at_[begin].weight;
  }
  [[nodiscard]] double mean(std::size_t begin, std::size_t end) const {
    return centre_ + (at_[end].first - at_[begin].first) / weight(begin, end);
  }
  [[nodiscard]] double error(std::size_t begin, std::size_t end) const {
    const double w = weight(begin, end);
    const double first = at_[end].first - at_[begin].first;
    return std::max(at_[end].second - at_[begin].second - first * first / w, 0.0);
  }

 private:
  struct Entry {
    double weight = 0, first = 0, second = 0;
  };
  std::vector<Entry> at_;
  double centre_ = 0;
};

/// Sorted, equal values merged, those of weight 0 left out.
std::vector<Point> distinct_points(std::span<const float> values, std::span<const float> weights) {
  std::vector<Point> points(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double w = weights.empty() ? 1.0 : double{weights[i]};
    if (!std::isfinite(values[i])) throw Error(Fault::usage, cat("value ", i, " is not finite"));
    if (!(w >= 0) || std::isinf(w)) throw Error(Fault::usage, cat("weight ", i, " is ", w));
    points[i] = {double{values[i]}, w};
  }
  std::erase_if(points, [](const Point& p) { return p.weight == 0; });
  // Weights too, so that sums do not depend on the order of equal values.
  std::sort(points.begin(), points.end(), [](const Point& a, const Point& b) {
    return std::pair(a.value, a.weight) < std::pair(b.value, b.weight);
  });
  std::size_t kept = 0;
  for (const Point& p : points) {
    if (kept > 0 && points[kept - 1].value == p.value) {
      points[kept - 1].weight += p.weight;
    } else {
      points[kept++] = p;
    }
  }
  points.resize(kept);
  return points;
}

/// Where ranges may begin: everywhere, or at 4096 places, half of them evenly spread over the
/// values' weight and half over their range (tails hold little weight and much of the error).
std::vector<std::size_t> borders_of(const std::vector<Point>& points, const Sums& sums) {
  const std::size_t n = points.size();
  std::vector<std::size_t> borders = {0};
  const double range = points.back().value - points.front().value;
  const double weight = sums.weight(0, n);
  double passed = 0;
  for (std::size_t i = 1; i < n; ++i) {
    const double share = (points[i].value - points.front().value) / range;
    const double place = (share + sums.weight(0, i) / weight) / 2 * kMaxBorders;
    if (n <= kMaxBorders || std::floor(place) > passed) {
      borders.push_back(i);
      passed = std::floor(place);
    }
  }
  borders.push_back(n);
  return borders;
}

/// Least squared error of `entries` ranges between borders: layer k holds for each border j the
/// least error of k ranges that end there. The best last begin never moves back as j grows, so each
/// layer is solved by halves.
class Partition {
 public:
  Partition(const Sums& sums, const std::vector<std::size_t>& borders, std::size_t entries)
      : sums_(sums),
        borders_(borders),
        begins_(entries, std::vector<std::uint32_t>(borders.size())) {
    const std::size_t last = borders.size() - 1;
    best_.assign(borders.size(), std::numeric_limits<double>::infinity());
    best_[0] = 0;
    for (std::size_t k = 0; k < entries; ++k) {
      previous_.swap(best_);
      best_.assign(borders.size(), std::numeric_limits<double>::infinity());
      solve(k, k + 1, last, k, last - 1);
    }
  }
  /// Ends of the ranges, as places among the points.
  [[nodiscard]] std::vector<std::size_t> ends() const {
    std::vector<std::size_t> found(begins_.size());
    std::size_t j = borders_.size() - 1;
    for (std::size_t k = begins_.size(); k-- > 0;) {
      found[k] = borders_[j];
      j = begins_[k][j];
    }
    return found;
  }

 private:
  void solve(std::size_t layer, std::size_t low, std::size_t high, std::size_t from,
             std::size_t to) {
    if (low > high) return;
    const std::size_t middle = (low + high) / 2;
    std::size_t at = from;
    for (std::size_t i = from; i <= std::min(to, middle - 1); ++i) {
      const double error = previous_[i] + sums_.error(borders_[i], borders_[middle]);
      if (error < best_[middle]) {
        best_[middle] = error;
        at = i;
      }
    }
    begins_[layer][middle] = static_cast<std::uint32_t>(at);
    if (middle > low) solve(layer, low, middle - 1, from, at);
    solve(layer, middle + 1, high, at, to);
  }

  const Sums& sums_;
  const std::vector<std::size_t>& borders_;
  std::vector<std::vector<std::uint32_t>> begins_;
  std::vector<double> previous_, best_;
};

/// Lloyd's iteration: every point to the nearest entry, every entry to the mean of its points.
std::vector<double> settle(const std::vector<Point>& points, const Sums& sums,
                           std::vector<std::size_t> ends) {
  std::vector<double> means(ends.size());
  for (int round = 0; round < kMaxRounds; ++round) {
    for (std::size_t k = 0, begin = 0; k < ends.size(); begin = ends[k++]) {
      if (ends[k] > begin) means[k] = sums.mean(begin, ends[k]);
    }
    bool moved = false;
    for (std::size_t k = 0; k + 1 < ends.size(); ++k) {
      const double border = (means[k] + means[k + 1]) / 2;
      const auto above = std::partition_point(points.begin(), points.end(),
                                              [&](const Point& p) { return p.value <= border; });
      const auto end = static_cast<std::size_t>(above - points.begin());
      moved = moved || end != ends[k];
      ends[k] = end;
    }
    if (!moved) break;
  }
  return means;
}

}  // namespace

CodeBook::CodeBook(std::vector<float> values) : values_(std::move(values)) {
  const bool ascending =
      std::adjacent_find(values_.begin(), values_.end(), std::greater_equal<>()) == values_.end();
  const bool finite =
      std::all_of(values_.begin(), values_.end(), [](float x) { return std::isfinite(x); });
  if (values_.empty() || values_.size() > kMaxEntries || !ascending || !finite) {
    throw Error(Fault::usage, "a code book holds 1 to 256 finite values in ascending order");
  }
  for (std::size_t i = 0; i + 1 < values_.size(); ++i) {
    thresholds_.push_back(threshold_between(values_[i], values_[i + 1]));
  }
}

void CodeBook::encode(std::span<const float> x, std::span<std::uint8_t> codes) const {
  require(x.size() == codes.size(), "as many codes as values");
  for (std::size_t i = 0; i < x.size(); ++i) {
    const float y = std::isnan(x[i]) ? 0.0F : x[i];
    const auto at = std::lower_bound(thresholds_.begin(), thresholds_.end(), y);
    codes[i] = static_cast<std::uint8_t>(at - thresholds_.begin());
  }
}

void CodeBook::decode(std::span<const std::uint8_t> codes, std::span<float> x) const {
  require(x.size() == codes.size(), "as many codes as values");
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (codes[i] >= values_.size()) {
      throw Error(Fault::corrupt, cat("code ", static_cast<int>(codes[i]), " in a book of ",
                                      values_.size(), " values"));
    }
    x[i] = values_[codes[i]];
  }
}

CodeBook fit_code_book(std::span<const float> values, std::size_t entries,
                       std::span<const float> weights) {
  if (entries == 0 || entries > CodeBook::kMaxEntries) {
    throw Error(Fault::usage, cat("a code book of ", entries, " entries"));
  }
  if (!weights.empty() && weights.size() != values.size()) {
    throw Error(Fault::usage, cat(weights.size(), " weights for ", values.size(), " values"));
  }
  const std::vector<Point> points = distinct_points(values, weights);
  if (points.empty()) throw Error(Fault::usage, "no values of any weight for a code book");
  std::vector<double> means;
  if (points.size() <= entries) {
    for (const Point& p : points) means.push_back(p.value);
  } else {
    const Sums sums(points);
    const std::vector<std::size_t> borders = borders_of(points, sums);
    const std::size_t ranges = std::min(entries, borders.size() - 1);
    means = settle(points, sums, Partition(sums, borders, ranges).ends());
  }
  std::vector<float> book;
  for (const double mean : means) {  // neighbours may round to the same float
    const auto entry = static_cast<float>(mean);
    if (book.empty() || entry > book.back()) book.push_back(entry);
  }
  return CodeBook(std::move(book));
}

}  // namespace pare
