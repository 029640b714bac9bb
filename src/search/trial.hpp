#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "compress/recipe.hpp"
#include "evaluate/latency.hpp"

namespace pare {

/// How aggressive a candidate is. Lower is milder.
enum class Rung : int {
  original = 0,
  graph = 1,
  half_storage = 2,
  weight_only_int8 = 3,
  dynamic_int8 = 4,
  mixed_int8 = 5,
  int8 = 6,
  low_bit_weights = 7,
  low_bit = 8,
};
std::string_view to_string(Rung rung) noexcept;

/// One combination of techniques to be tried.
struct Candidate {
  std::string name;
  Rung rung = Rung::original;
  Recipe recipe;
};

struct Accuracy {
  std::string metric;  ///< "top1", "mAP@0.5", "agreement"
  double value = 0;
  double low = 0;  ///< 95 % interval
  double high = 0;
  std::int64_t samples = 0;
};

/// A candidate that was tried, and what it showed.
struct Trial {
  enum class Status : std::uint8_t { measured, refused, failed, skipped };
  Candidate candidate;
  Status status = Status::skipped;
  std::string reason;  ///< why it has no figures
  Accuracy accuracy;
  double baseline_accuracy = 0;  ///< of the original on the same samples
  double agreement = 0;          ///< share of samples with the original's answer
  Latency latency;
  Latency baseline_latency;  ///< measured in turns with this candidate
  Speedup speedup;           ///< over the original, from the same measurement
  std::uint64_t bytes = 0;
  std::string sha256;
  std::uint64_t peak_memory_bytes = 0;
  double seconds = 0;     ///< spent on it
  bool reused = false;    ///< figures come from an earlier run
  bool complete = false;  ///< evaluated on all samples
  bool pareto = false;
  std::vector<std::string> notes;
};

/// What the study database keeps of a trial, and back. Errors: Fault::corrupt.
nlohmann::json to_json(const Trial& trial);
Trial trial_from_json(const nlohmann::json& json);

}  // namespace pare
