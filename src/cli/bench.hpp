#pragma once

#include <string>
#include <vector>

#include "cli/console.hpp"
#include "evaluate/measure.hpp"

namespace pare {

/// What `pare bench` was asked.
struct BenchArguments {
  std::string model;
  std::string baseline;
  std::string target = "native";
  std::string other_target;  ///< the same model there, as the baseline
  std::vector<std::string> inputs;
  std::vector<std::string> sizes;
  double seconds = 5;
  std::int64_t runs = 2000;
  bool profile = false;
  std::string html;         ///< page of the profile
  bool throughput = false;  ///< sessions side by side against one with all threads
};

/// Latency and memory as `--json` prints them.
nlohmann::json latency_json(const Measurement& m);

/// The model of `request` on its target and on `other_target`, in turns, with their outputs
/// compared. Errors: as measure(); Fault::usage when the outputs have other counts or shapes.
nlohmann::json bench_targets(const MeasureRequest& request, const std::string& other_target,
                             const MeasureOptions& options, std::string& text);

/// Time per node against what the machine can do; written as a page too when `a.html` is set.
nlohmann::json bench_profile(const BenchArguments& a, const Console& console, std::string& text);

/// Samples per second of sessions side by side, one of all threads, and batches.
nlohmann::json bench_throughput(const BenchArguments& a, const Console& console, std::string& text);

/// Adds a row on a measurement; the header is bench_table()'s.
Table bench_table(const std::string& first_column);
void add_row(Table& table, const std::string& name, const Measurement& m);

}  // namespace pare
