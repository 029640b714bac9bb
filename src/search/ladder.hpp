#pragma once

#include <string>
#include <vector>

#include "ir/graph.hpp"
#include "search/trial.hpp"

namespace pare {

/// The candidates that need no calibration, from least to most aggressive: graph only, 16-bit
/// weights, weight-only INT8, and dynamic INT8 where matrix products with constant weights hold at
/// least a tenth of the weights. A candidate that cannot change the model is left out.
std::vector<Candidate> mild_candidates(const Graph& graph);

/// Static INT8 with one of the calibrators "mse", "percentile", "entropy", "minmax".
Candidate int8_candidate(const std::string& calibration);
/// The same, after cross-layer equalization and / or with bias correction behind.
Candidate corrected_candidate(const std::string& calibration, bool equalize);
/// Static INT8 in which the named layers stay float.
Candidate mixed_candidate(const std::string& calibration, std::vector<std::string> keep_float,
                          std::size_t layers);

/// How many of `layers` layers stay float in the mixed candidates, most first: a half, a quarter, a
/// tenth, one; without repetitions and without all or none.
std::vector<std::size_t> float_layer_counts(std::size_t layers);

/// Weights of 4 to 8 bits, for sizes below those of INT8: mixtures of both that keep to 6.5 and 5.5
/// bits, then 4 bits everywhere, rounded by GPTQ. `calibration` not empty: with INT8 activations by
/// that calibrator, for limits of latency; else activations stay float.
/// `reconstructs`: 4 bits once more, rounded block by block, which takes some minutes.
std::vector<Candidate> low_bit_candidates(const std::string& calibration, bool reconstructs);

/// Whether block by block takes minutes, not hours: by the multiply-adds of a run.
bool reconstructs_in_minutes(double macs);

/// The candidate with the tables of words in 8 bits too, where its weights are.
Candidate with_embeddings(Candidate candidate);

/// All calibrators, in the order in which they are preferred when they do equally well.
const std::vector<std::string>& calibrators();

}  // namespace pare
