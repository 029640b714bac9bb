#include "search/finish.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/sha256.hpp"
#include "base/temporary_directory.hpp"
#include "base/text.hpp"
#include "evaluate/fidelity.hpp"
#include "evaluate/metrics.hpp"
#include "evaluate/profile.hpp"
#include "runtime/session.hpp"

namespace pare {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kVerifySamples = 64;
constexpr int kProfileRuns = 5;

/// Moves every file of `from` to the directory `to`, the model last: whoever sees the model sees
/// its weights too.
void publish(const fs::path& from, const fs::path& output) {
  const fs::path to = output.has_parent_path() ? output.parent_path() : fs::path(".");
  std::vector<fs::path> beside;
  for (const auto& entry : fs::directory_iterator(from)) {
    if (entry.path().filename() != output.filename()) beside.push_back(entry.path());
  }
  try {
    for (const fs::path& file : beside) fs::rename(file, to / file.filename());
    fs::rename(from / output.filename(), output);
  } catch (const fs::filesystem_error& e) {
    throw Error(Fault::io, cat("cannot put ", output.string(), " in place: ", e.code().message()));
  }
}

std::int64_t first_float(const std::vector<Tensor>& outputs) {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i].type().is_float()) return static_cast<std::int64_t>(i);
  }
  return -1;
}

/// The written file on the target, against its meaning (native) and against the original.
Verification verify_written(Workbench& bench, const fs::path& file) {
  Verification v;
  const BenchSettings& s = bench.settings();
  const Model written = s.files.read(file);
  const auto native = Session::create(*written.graph, *s.environment.ops, {});
  const auto target = bench.target().target->load(file, bench.target().options);
  const auto original = bench.target().target->load(s.model, bench.target().options);
  const BatchSource& batches = bench.calibration_batches();
  Fidelity against_native;
  std::int64_t same = 0;
  v.samples = std::min(kVerifySamples, batches.batches());
  for (std::int64_t i = 0; i < v.samples; ++i) {
    const std::vector<Tensor> inputs = batches.get(i);
    const std::vector<Tensor> want = native->run(inputs);
    const std::vector<Tensor> got = target->run(inputs);
    const std::vector<Tensor> before = original->run(inputs);
    const std::int64_t answer = first_float(want);
    for (std::size_t k = 0; k < want.size(); ++k) {
      if (want[k].type().is_float()) against_native.add(want[k], got.at(k));
    }
    if (answer < 0) continue;
    const auto at = static_cast<std::size_t>(answer);
    same += top_class(want[at].to_floats()) == top_class(got[at].to_floats()) ? 1 : 0;
    Fidelity change;
    change.add(before.at(at), got[at]);
    v.sample_sqnr_db.push_back(change.sqnr_db());
  }
  v.agreement = v.samples > 0 ? static_cast<double>(same) / static_cast<double>(v.samples) : 0;
  v.sqnr_db = against_native.sqnr_db();
  v.max_abs = against_native.max_abs();
  v.done = true;
  return v;
}

std::vector<StepInfo> profile(Workbench& bench, const fs::path& file) {
  TargetOptions options = bench.target().options;
  options.profile = true;
  const auto loaded = bench.target().target->load(file, options);
  const auto inputs = bench.sample_inputs();
  for (int i = 0; i < kProfileRuns; ++i) loaded->run(inputs);
  return loaded->profile();
}

/// The steps of one layer: its product, and the reorders around it.
struct LayerSum {
  double ms = 0;
  double longest_ms = -1;
  std::string kernel;  ///< of the longest step

  void add(const StepInfo& step) {
    ms += step.mean_ms;
    if (step.mean_ms <= longest_ms) return;
    longest_ms = step.mean_ms;
    kernel = step.kernel;
  }
};

std::vector<LayerTimes> join_profiles(const std::vector<StepInfo>& before,
                                      const std::vector<StepInfo>& after) {
  struct Row {
    std::string node, op;
    LayerSum before, after;
  };
  std::vector<Row> rows;
  std::map<std::string, std::size_t> by_node;
  const auto row_of = [&](const StepInfo& step) -> Row& {
    const auto [at, is_new] = by_node.emplace(step.node, rows.size());
    if (is_new) rows.push_back({step.node, step.op, {}, {}});
    return rows[at->second];
  };
  for (const StepInfo& step : before) row_of(step).before.add(step);
  for (const StepInfo& step : after) row_of(step).after.add(step);
  std::vector<LayerTimes> out;
  out.reserve(rows.size());
  for (const Row& r : rows) {
    out.push_back({r.node, r.op, r.before.kernel, r.before.ms, r.after.kernel, r.after.ms});
  }
  return out;
}

}  // namespace

void finish(Workbench& bench, const TuneOptions& options, const Trial& winner, Findings& findings) {
  const fs::path folder =
      options.output.has_parent_path() ? options.output.parent_path() : fs::path(".");
  const TemporaryDirectory work(folder, true);
  const fs::path file = work.path() / options.output.filename();
  bench.settings().files.write(bench.build(winner.candidate.recipe), file);
  for (const PassEvent& e : bench.events()) {
    if (e.kind == Verdict::Kind::refuse) {
      findings.refusals.push_back({cat(e.pass, " at ", e.node), e.reason});
    }
  }
  const std::string sha256 = sha256_file(file);
  if (winner.candidate.rung != Rung::original && sha256 != winner.sha256) {
    throw Error(Fault::internal, cat("the recipe of '", winner.candidate.name,
                                     "' gave other bytes the second time"));
  }
  findings.verification = verify_written(bench, file);
  try {
    const std::vector<StepInfo> before = profile(bench, bench.settings().model);
    const std::vector<StepInfo> after = profile(bench, file);
    findings.layers = join_profiles(before, after);
    const bool has_costs =
        std::any_of(after.begin(), after.end(), [](const auto& s) { return s.cost.flops > 0; });
    if (has_costs) {
      const std::vector<MachinePeaks> peaks = measure_all_peaks();
      findings.profile = profile_json(roofline(after, peaks.back()), peaks);
    }
  } catch (const Error& e) {
    findings.warnings.push_back(cat("no time per layer: ", e.message()));
  }
  findings.verification.path = options.output.string();
  findings.verification.sha256 = sha256;
  std::uint64_t bytes = 0;
  for (const auto& entry : fs::directory_iterator(work.path())) bytes += entry.file_size();
  findings.verification.bytes = bytes;
  publish(work.path(), options.output);
}

}  // namespace pare
