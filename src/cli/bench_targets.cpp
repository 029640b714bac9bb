#include <algorithm>
#include <limits>

#include "base/text.hpp"
#include "cli/bench.hpp"
#include "evaluate/fidelity.hpp"

namespace pare {
namespace {

/// How close the outputs of two targets are.
struct Match {
  std::vector<Fidelity> outputs;
  double agreement = 1;  ///< of the output that agrees least
  double max_abs = 0;
  double peak = 0;                                           ///< greatest magnitude
  double sqnr_db = std::numeric_limits<double>::infinity();  ///< of the worst output
};

Match match(const std::vector<Tensor>& reference, const std::vector<Tensor>& other) {
  if (reference.size() != other.size()) {
    throw Error(Fault::usage,
                cat("the targets give ", reference.size(), " and ", other.size(), " outputs"));
  }
  Match m;
  for (std::size_t i = 0; i < reference.size(); ++i) {
    Fidelity f;
    f.add(reference[i], other[i]);
    m.agreement = std::min(m.agreement, same_answers(reference[i], other[i]));
    if (f.count() > 0) {
      m.max_abs = std::max(m.max_abs, f.max_abs());
      m.peak = std::max(m.peak, f.peak());
      m.sqnr_db = std::min(m.sqnr_db, f.sqnr_db());
    }
    m.outputs.push_back(f);
  }
  return m;
}

nlohmann::json match_json(const Match& m) {
  nlohmann::json list = nlohmann::json::array();
  for (const Fidelity& f : m.outputs) {
    list.push_back({{"max_abs", f.max_abs()}, {"sqnr_db", f.sqnr_db()}, {"cosine", f.cosine()}});
  }
  return {{"agreement", m.agreement},
          {"max_abs", m.max_abs},
          {"greatest_magnitude", m.peak},
          {"sqnr_db", m.sqnr_db},
          {"outputs", list}};
}

}  // namespace

nlohmann::json latency_json(const Measurement& m) {
  return {{"median_ms", m.latency.median_ms},
          {"p90_ms", m.latency.p90_ms},
          {"mean_ms", m.latency.mean_ms},
          {"min_ms", m.latency.min_ms},
          {"iqr_ms", m.latency.iqr_ms},
          {"runs", m.latency.runs},
          {"load_ms", m.load_ms},
          {"peak_memory_bytes", m.memory.peak_bytes},
          {"base_memory_bytes", m.memory.base_bytes}};
}

Table bench_table(const std::string& first_column) {
  return Table(
      {first_column, "median", "p90", "mean", "min", "spread", "runs", "loading", "peak memory"});
}

void add_row(Table& table, const std::string& name, const Measurement& m) {
  table.row({name, fixed(m.latency.median_ms, 3) + " ms", fixed(m.latency.p90_ms, 3) + " ms",
             fixed(m.latency.mean_ms, 3) + " ms", fixed(m.latency.min_ms, 3) + " ms",
             percent(m.latency.spread()), cat(m.latency.runs), fixed(m.load_ms, 1) + " ms",
             human_bytes(m.memory.peak_bytes)});
}

nlohmann::json bench_targets(const MeasureRequest& request, const std::string& other_target,
                             const MeasureOptions& options, std::string& text) {
  std::vector<MeasureRequest> requests = {request, request};
  requests[0].target = other_target;
  for (MeasureRequest& r : requests) r.keep_outputs = true;
  const auto outcomes = measure_together(requests, options);
  for (const MeasureOutcome& outcome : outcomes) {
    if (outcome.error) throw Error(*outcome.error);
  }
  const Measurement& theirs = outcomes[0].value;
  const Measurement& ours = outcomes[1].value;
  Table table = bench_table("target");
  const auto name = [](const MeasureRequest& r, const Measurement& m) {
    return cat(r.target.substr(0, r.target.find(':')), " ", m.target_version);
  };
  add_row(table, name(requests[0], theirs), theirs);
  add_row(table, name(requests[1], ours), ours);
  const Speedup s = compare_latency(theirs.run_ms, ours.run_ms, request.seed);
  const Match m = match(theirs.outputs, ours.outputs);
  text += table.text();
  text += cat("\n", fixed(s.ratio, 3), " times as fast as on ",
              escape_terminal(other_target.substr(0, other_target.find(':'))),
              " (95 %: ", fixed(s.low, 3), " to ", fixed(s.high, 3), ")\n");
  text +=
      cat("Outputs: ", percent(m.agreement), " of the answers agree, SQNR ", fixed(m.sqnr_db, 1),
          " dB, greatest difference ", m.max_abs, " (greatest magnitude ", m.peak, ")\n");
  return {{"baseline", latency_json(theirs)},
          {"model", latency_json(ours)},
          {"baseline_target", other_target},
          {"baseline_version", theirs.target_version},
          {"target_version", ours.target_version},
          {"speedup", {{"ratio", s.ratio}, {"low", s.low}, {"high", s.high}}},
          {"match", match_json(m)}};
}

}  // namespace pare
