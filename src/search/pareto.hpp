#pragma once

#include <vector>

#include "search/trial.hpp"

namespace pare {

/// Marks the measured trials that no other measured trial beats: at least as accurate, as small
/// and as fast, and better in one of the three.
void mark_pareto(std::vector<Trial>& trials);

}  // namespace pare
