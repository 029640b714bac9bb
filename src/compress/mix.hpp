#pragma once

#include <cstddef>
#include <vector>

namespace pare {

/// One way to hold a layer: how much it harms, and what it takes of each resource (bytes, bit
/// operations, milliseconds ...).
struct MixChoice {
  double error = 0;
  std::vector<double> costs;
};

/// A layer, or several that must be held alike: its choices.
using MixLayer = std::vector<MixChoice>;

struct MixOptions {
  /// Partial solutions kept from layer to layer. More than that are thinned out, and `gap` says
  /// what that may have cost.
  std::size_t most_states = 200'000;
};

struct MixResult {
  std::vector<std::size_t> choice;  ///< one a layer
  double error = 0;                 ///< sum over the layers
  std::vector<double> costs;        ///< sums
  /// No solution within the limits has less than error - gap; 0 when the solution is optimal.
  double gap = 0;
  std::size_t states = 0;  ///< greatest number of partial solutions held at once
};

/// The choice of each layer with the least sum of errors whose sum of costs exceeds no limit
/// (infinity = none): the multiple-choice knapsack problem with one limit or more, solved exactly.
///
/// Layers are added one by one to a list of partial solutions. One is dropped when another has no
/// more error and no more of any cost; when the cheapest choices for what is left break a limit;
/// and when its error and the least that the rest must add (the linear relaxation under each limit
/// alone) exceed a whole solution that is known. Time: layers * choices * states * log(states);
/// states are few in practice because only those near the relaxation survive. All layers have at
/// least one choice, all choices as many costs as there are limits. Negative errors and costs are
/// allowed. Errors: Fault::config when no solution keeps the limits, naming the least cost that can
/// be had; Fault::internal for sizes that do not fit.
MixResult solve_mix(const std::vector<MixLayer>& layers, const std::vector<double>& limits,
                    const MixOptions& options = {});

/// For comparison: begins with the least error of each layer and takes, as long as a limit is
/// broken, the step that adds the least error per unit of what is broken, among those that lead
/// nearer to the limits. Errors: as above, and where no step does, though a solution may exist.
MixResult greedy_mix(const std::vector<MixLayer>& layers, const std::vector<double>& limits);

}  // namespace pare
