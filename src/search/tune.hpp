#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "search/workbench.hpp"

namespace pare {

struct TuneOptions {
  BenchSettings bench;
  Limits limits;
  std::filesystem::path output;  ///< where the result goes
  bool force = false;            ///< replace an existing file
  bool explore = false;          ///< go on behind the first candidate that meets the limits
  bool allow_slower = false;     ///< a candidate slower than a milder one may win
  double max_seconds = 0;        ///< no new candidate after that; 0 = no limit
  std::string command;           ///< for the record
  /// For the record: the options that name the data, as another verb takes them.
  std::vector<std::string> data_options;
};

struct TuneResult {
  bool met = false;
  std::vector<Trial> trials;           ///< the original first, then in the order of trying
  std::optional<std::size_t> chosen;   ///< index in `trials`
  std::vector<LimitVerdict> verdicts;  ///< of the chosen one
  nlohmann::json record;               ///< the whole run, as docs/report.md describes it
};

/// What a run would do, before it does it.
struct TunePlan {
  std::vector<std::string> steps;  ///< what is tried, in order
  double seconds = 0;              ///< estimate, at most
  std::uint64_t memory_bytes = 0;  ///< estimate
  std::uint64_t disk_bytes = 0;    ///< estimate, while running
};

/// Finds the least aggressive candidate that meets the limits as measured on the target, writes it
/// to `output` (verified, whole or not at all) and returns the record. Where nothing meets the
/// limits the closest candidate is written and `met` is false. Errors: Fault::usage without limits;
/// those of reading, data and target; Fault::interrupted (finished trials are kept).
TuneResult tune(const TuneOptions& options);

/// Reads model and data and times a few runs, but writes nothing.
TunePlan plan_tune(const TuneOptions& options);

/// Whether `candidate` is slower than `milder` beyond doubt and by more than 5 %, both measured
/// against the original.
bool is_slower(const Trial& candidate, const Trial& milder);

/// Index of the winner: the first in order of rung, then order of trying, that meets all limits
/// and is not slower than a milder measured trial (the original included). None otherwise.
std::optional<std::size_t> choose(const std::vector<Trial>& trials, const Limits& limits,
                                  bool allow_slower);
/// The measured trial that misses the limits least (and is not slower than a milder one, where
/// there is such a trial); the milder of equals. None when no trial was measured.
std::optional<std::size_t> closest(const std::vector<Trial>& trials, const Limits& limits);

/// What a trial showed, for judge().
Figures figures_of(const Trial& trial, std::uint64_t original_bytes);

}  // namespace pare
