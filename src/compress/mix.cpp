#include "compress/mix.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>

#include "base/error.hpp"
#include "base/text.hpp"

namespace pare {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// What rounding may add to sums that should be equal.
double slack(double limit) { return 1e-12 * std::max(1.0, std::fabs(limit)); }

void check(const std::vector<MixLayer>& layers, const std::vector<double>& limits) {
  for (const MixLayer& layer : layers) {
    require(!layer.empty(), "a layer without choices");
    for (const MixChoice& c : layer) {
      require(c.costs.size() == limits.size(), "choices need one cost a limit");
    }
  }
}

[[noreturn]] void fail_limit(std::size_t r, double least, double limit) {
  throw Error(Fault::config, cat("no choice keeps limit ", r + 1, ": the least that can be had is ",
                                 least, ", wanted at most ", limit));
}

/// The linear relaxation of the layers from some layer on, under one resource: error as a convex
/// function of what may be spent.
class Relaxation {
 public:
  Relaxation(const std::vector<MixLayer>& layers, std::size_t first, std::size_t resource) {
    struct Step {
      double cost, error;
    };
    std::vector<Step> steps;
    for (std::size_t l = first; l < layers.size(); ++l) {
      const auto hull = hull_of(layers[l], resource);
      least_cost_ += hull[0].first;
      error_ += hull[0].second;
      for (std::size_t i = 1; i < hull.size(); ++i) {
        steps.push_back({hull[i].first - hull[i - 1].first, hull[i].second - hull[i - 1].second});
      }
    }
    std::sort(steps.begin(), steps.end(),
              [](const Step& a, const Step& b) { return a.error * b.cost < b.error * a.cost; });
    costs_ = {0};
    errors_ = {0};
    for (const Step& s : steps) {
      costs_.push_back(costs_.back() + s.cost);
      errors_.push_back(errors_.back() + s.error);
    }
  }

  [[nodiscard]] double least_cost() const noexcept { return least_cost_; }

  /// Least error that the layers can have for at most `budget`; infinity below least_cost().
  [[nodiscard]] double bound(double budget) const {
    const double spare = budget - least_cost_;
    if (spare < -slack(budget)) return kInfinity;
    const auto it = std::upper_bound(costs_.begin(), costs_.end(), std::max(spare, 0.0));
    const auto i = static_cast<std::size_t>(it - costs_.begin()) - 1;
    double error = error_ + errors_[i];
    if (i + 1 < costs_.size()) {
      error += (errors_[i + 1] - errors_[i]) * (std::max(spare, 0.0) - costs_[i]) /
               (costs_[i + 1] - costs_[i]);
    }
    return error;
  }

 private:
  /// Lower convex hull of (cost, error), errors falling.
  static std::vector<std::pair<double, double>> hull_of(const MixLayer& layer, std::size_t r) {
    std::vector<std::pair<double, double>> points;
    points.reserve(layer.size());
    for (const MixChoice& c : layer) points.emplace_back(c.costs[r], c.error);
    std::sort(points.begin(), points.end());
    std::vector<std::pair<double, double>> hull;
    for (const auto& p : points) {
      if (!hull.empty() && p.second >= hull.back().second) continue;
      while (hull.size() >= 2) {
        const auto& a = hull[hull.size() - 2];
        const auto& b = hull.back();
        const double turn = (b.first - a.first) * (p.second - a.second) -
                            (p.first - a.first) * (b.second - a.second);
        if (turn > 0) break;
        hull.pop_back();
      }
      hull.push_back(p);
    }
    return hull;
  }

  double least_cost_ = 0;
  double error_ = 0;
  std::vector<double> costs_, errors_;  // cumulative, from the steepest step on
};

struct State {
  double error = 0;
  std::vector<double> costs;
  std::uint32_t parent = 0;
  std::uint32_t choice = 0;
};

/// Keeps those that no other one beats in error and every cost.
std::vector<State> not_dominated(std::vector<State> states) {
  std::sort(states.begin(), states.end(), [](const State& a, const State& b) {
    return a.error != b.error ? a.error < b.error : a.costs < b.costs;
  });
  std::vector<State> kept;
  const std::size_t resources = states.empty() ? 0 : states[0].costs.size();
  std::map<double, double> stairs;  // two resources: first cost -> least second cost so far
  double least = kInfinity;         // one resource
  for (State& s : states) {
    bool beaten = false;
    if (resources == 0) {
      beaten = !kept.empty();
    } else if (resources == 1) {
      beaten = s.costs[0] >= least;
      least = std::min(least, s.costs[0]);
    } else if (resources == 2) {
      auto it = stairs.upper_bound(s.costs[0]);
      beaten = it != stairs.begin() && std::prev(it)->second <= s.costs[1];
      if (!beaten) {
        while (it != stairs.end() && it->second >= s.costs[1]) it = stairs.erase(it);
        stairs[s.costs[0]] = s.costs[1];
      }
    } else {
      beaten = std::any_of(kept.begin(), kept.end(), [&](const State& k) {
        return std::equal(k.costs.begin(), k.costs.end(), s.costs.begin(),
                          [](double a, double b) { return a <= b; });
      });
    }
    if (!beaten) kept.push_back(std::move(s));
  }
  return kept;
}

class Solver {
 public:
  Solver(const std::vector<MixLayer>& layers, const std::vector<double>& limits,
         const MixOptions& options)
      : layers_(layers), limits_(limits), options_(options) {
    for (std::size_t l = 0; l <= layers.size(); ++l) {
      std::vector<Relaxation> each;
      for (std::size_t r = 0; r < limits.size(); ++r) each.emplace_back(layers, l, r);
      rest_.push_back(std::move(each));
    }
    // Without limits: what the rest has at least.
    floor_.assign(layers.size() + 1, 0);
    for (std::size_t l = layers.size(); l-- > 0;) {
      double least = kInfinity;
      for (const MixChoice& c : layers[l]) least = std::min(least, c.error);
      floor_[l] = floor_[l + 1] + least;
    }
  }

  MixResult run() {
    for (std::size_t r = 0; r < limits_.size(); ++r) {
      if (rest_[0][r].least_cost() > limits_[r] + slack(limits_[r])) {
        fail_limit(r, rest_[0][r].least_cost(), limits_[r]);
      }
    }
    known_ = known_error();
    std::vector<std::vector<State>> all = {
        {State{0, std::vector<double>(limits_.size(), 0), 0, 0}}};
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      all.push_back(extended(all.back(), l));
      if (all.back().empty()) {
        throw Error(Fault::config,
                    std::isinf(least_dropped_)
                        ? std::string("no choice keeps all limits at once")
                        : cat("no choice that keeps all limits was found among ",
                              options_.most_states, " partial solutions; others were dropped"));
      }
    }
    const auto best =
        std::min_element(all.back().begin(), all.back().end(),
                         [](const State& a, const State& b) { return a.error < b.error; });
    MixResult result;
    result.error = best->error;
    result.costs = best->costs;
    result.gap = std::max(0.0, best->error - least_dropped_);
    result.states = most_;
    result.choice.resize(layers_.size());
    auto at = static_cast<std::size_t>(best - all.back().begin());
    for (std::size_t l = layers_.size(); l-- > 0;) {
      const State& s = all[l + 1][at];
      result.choice[l] = s.choice;
      at = s.parent;
    }
    return result;
  }

 private:
  /// Error of a whole solution, to measure partial ones by.
  [[nodiscard]] double known_error() const {
    try {
      return greedy_mix(layers_, limits_).error;
    } catch (const Error&) {
      return kInfinity;  // the greedy steps may end in a corner
    }
  }

  /// The least error of a whole solution that begins so; infinity when there is none.
  [[nodiscard]] double bound(const State& s, std::size_t next) const {
    double rest = floor_[next];
    for (std::size_t r = 0; r < limits_.size(); ++r) {
      if (std::isinf(limits_[r])) continue;
      rest = std::max(rest, rest_[next][r].bound(limits_[r] - s.costs[r]));
    }
    return s.error + rest;
  }

  std::vector<State> extended(const std::vector<State>& before, std::size_t l) {
    std::vector<State> made;
    for (std::size_t i = 0; i < before.size(); ++i) {
      for (std::size_t c = 0; c < layers_[l].size(); ++c) {
        State s = before[i];
        s.error += layers_[l][c].error;
        for (std::size_t r = 0; r < s.costs.size(); ++r) s.costs[r] += layers_[l][c].costs[r];
        s.parent = static_cast<std::uint32_t>(i);
        s.choice = static_cast<std::uint32_t>(c);
        const double least = bound(s, l + 1);
        if (std::isinf(least) || least > known_ + 1e-12 * std::max(1.0, std::fabs(known_)))
          continue;
        made.push_back(std::move(s));
      }
    }
    made = not_dominated(std::move(made));
    most_ = std::max(most_, made.size());
    if (made.size() > options_.most_states) thin(made, l + 1);
    return made;
  }

  /// Drops the partial solutions with the worst bounds, and remembers the best of these bounds.
  void thin(std::vector<State>& states, std::size_t next) {
    std::vector<std::pair<double, std::size_t>> order;
    for (std::size_t i = 0; i < states.size(); ++i) order.emplace_back(bound(states[i], next), i);
    std::sort(order.begin(), order.end());
    least_dropped_ = std::min(least_dropped_, order[options_.most_states].first);
    std::vector<State> kept;
    for (std::size_t i = 0; i < options_.most_states; ++i) {
      kept.push_back(std::move(states[order[i].second]));
    }
    states = std::move(kept);
  }

  const std::vector<MixLayer>& layers_;
  const std::vector<double>& limits_;
  const MixOptions& options_;
  std::vector<std::vector<Relaxation>> rest_;  // [first layer][resource]
  std::vector<double> floor_;
  double known_ = kInfinity;
  double least_dropped_ = kInfinity;
  std::size_t most_ = 1;
};

/// By how much costs exceed their limits in all, relative to these.
double excess(const std::vector<double>& costs, const std::vector<double>& limits) {
  double sum = 0;
  for (std::size_t r = 0; r < limits.size(); ++r) {
    const double over = costs[r] - limits[r];
    if (over > slack(limits[r])) sum += over / std::max(std::fabs(limits[r]), 1e-300);
  }
  return sum;
}

std::vector<double> exchanged(std::vector<double> costs, const MixChoice& from,
                              const MixChoice& to) {
  for (std::size_t r = 0; r < costs.size(); ++r) costs[r] += to.costs[r] - from.costs[r];
  return costs;
}

/// The resource that is broken the most, relative to its limit.
std::optional<std::size_t> most_broken(const std::vector<double>& costs,
                                       const std::vector<double>& limits) {
  std::optional<std::size_t> worst;
  double by = 0;
  for (std::size_t r = 0; r < limits.size(); ++r) {
    const double over = costs[r] - limits[r];
    if (over > slack(limits[r]) && over / std::max(std::fabs(limits[r]), 1e-300) > by) {
      by = over / std::max(std::fabs(limits[r]), 1e-300);
      worst = r;
    }
  }
  return worst;
}

}  // namespace

MixResult solve_mix(const std::vector<MixLayer>& layers, const std::vector<double>& limits,
                    const MixOptions& options) {
  check(layers, limits);
  return Solver(layers, limits, options).run();
}

MixResult greedy_mix(const std::vector<MixLayer>& layers, const std::vector<double>& limits) {
  check(layers, limits);
  MixResult m;
  m.costs.assign(limits.size(), 0);
  for (const MixLayer& layer : layers) {
    const auto best =
        std::min_element(layer.begin(), layer.end(), [](const MixChoice& a, const MixChoice& b) {
          return a.error != b.error ? a.error < b.error : a.costs < b.costs;
        });
    m.choice.push_back(static_cast<std::size_t>(best - layer.begin()));
    m.error += best->error;
    for (std::size_t r = 0; r < limits.size(); ++r) m.costs[r] += best->costs[r];
  }
  while (const auto broken = most_broken(m.costs, limits)) {
    const std::size_t r = *broken;
    double best = kInfinity;
    std::size_t at = 0;
    std::size_t to = 0;
    for (std::size_t l = 0; l < layers.size(); ++l) {
      const MixChoice& now = layers[l][m.choice[l]];
      for (std::size_t c = 0; c < layers[l].size(); ++c) {
        const double saved = now.costs[r] - layers[l][c].costs[r];
        const double ratio = (layers[l][c].error - now.error) / saved;
        if (saved <= 0 || ratio >= best) continue;
        // Every step must lead nearer to the limits, or two of them could undo each other for ever.
        if (excess(exchanged(m.costs, now, layers[l][c]), limits) < excess(m.costs, limits)) {
          best = ratio;
          at = l;
          to = c;
        }
      }
    }
    if (std::isinf(best)) fail_limit(r, m.costs[r], limits[r]);
    const MixChoice& from = layers[at][m.choice[at]];
    m.error += layers[at][to].error - from.error;
    m.costs = exchanged(m.costs, from, layers[at][to]);
    m.choice[at] = to;
  }
  m.gap = kInfinity;
  return m;
}

}  // namespace pare
