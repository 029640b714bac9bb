#pragma once

#include "compress/weights/grid.hpp"

namespace pare {

/// Every weight to the nearest level under scales that are clipped so that the outputs move least:
/// for each group, of the coverings 1, 0.95 ... 0.55 of its range the one with the least d H d', d
/// the error of the group's weights and H = E[x x'] [columns, columns] its inputs' second moments.
/// Groups wider than 512 columns are judged in pieces of 512, as if these did not depend on each
/// other. The grid's rule is not used. Source: arXiv:2306.00978, section on clipping; its errors
/// are those of sampled inputs. Errors: Fault::corrupt for weights that are not finite.
CodedWeights round_clipped(const WeightMatrix& w, std::span<const double> h, WeightGrid grid);

}  // namespace pare
