#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <ctime>
#include <set>
#include <variant>

#include "base/text.hpp"
#include "base/threads.hpp"
#include "evaluate/host.hpp"
#include "ir/infer.hpp"
#include "search/finish.hpp"

namespace pare {
namespace {

using nlohmann::json;

json number(double x) { return std::isfinite(x) ? json(x) : json(); }

std::string utc_now() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  const std::size_t n = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text.data(), n};
}

json model_json(Workbench& bench) {
  std::int64_t parameters = 0;
  for (const Value* c : bench.model().graph->constants()) {
    if (c->dtype().is_float()) parameters += c->constant().size();
  }
  const auto opset = bench.model().opsets.find("");
  return {{"name", bench.settings().model.filename().string()},
          {"path", bench.settings().model.string()},
          {"sha256", bench.model_sha256()},
          {"bytes", bench.model_bytes()},
          {"parameters", parameters},
          {"macs", number(bench.macs())},
          {"opset", opset != bench.model().opsets.end() ? opset->second : 0},
          {"nodes", bench.model().graph->node_count()}};
}

json host_json(int threads) {
  const HostInfo h = host_info();
  return {{"cpu", h.cpu},
          {"architecture", h.architecture},
          {"features", h.features},
          {"cores", h.usable_cores},
          {"threads", threads > 0 ? threads : available_cores()},
          {"memory_bytes", h.memory_bytes},
          {"os", h.os},
          {"kernel", h.kernel}};
}

json limits_json(const std::vector<LimitVerdict>& verdicts) {
  json out = json::array();
  for (const LimitVerdict& v : verdicts) {
    out.push_back({{"name", v.name},
                   {"unit", v.unit},
                   {"wanted", number(v.wanted)},
                   {"got", number(v.got)},
                   {"met", v.met},
                   {"missed_by", number(v.missed_by)},
                   {"text", explain(v)}});
  }
  return out;
}

/// The limits when there is no candidate to hold against them.
json unjudged_json(const Limits& limits, std::uint64_t original_bytes) {
  Figures none;
  none.baseline_bytes = original_bytes;
  json out = limits_json(judge(limits, none));
  for (json& limit : out) {
    for (const char* key : {"got", "missed_by", "text"}) limit[key] = nullptr;
    limit["met"] = false;
  }
  return out;
}

/// The trials, with what decided about each: every limit held against its figures, and the milder
/// trial that it is slower than, if any.
json trials_json(const TuneResult& result, const Limits& limits, std::uint64_t original_bytes) {
  json out = json::array();
  for (const Trial& t : result.trials) {
    json row = to_json(t);
    const bool measured = t.status == Trial::Status::measured;
    row["limits"] = measured ? limits_json(judge(limits, figures_of(t, original_bytes))) : json();
    row["slower_than"] = nullptr;
    for (const Trial& milder : result.trials) {
      if (measured && milder.status == Trial::Status::measured &&
          milder.candidate.rung < t.candidate.rung && is_slower(t, milder)) {
        row["slower_than"] = milder.candidate.name;
        break;
      }
    }
    out.push_back(std::move(row));
  }
  return out;
}

/// Layers that a recipe leaves float by name.
std::set<std::string> kept_float(const Recipe& recipe) {
  std::set<std::string> out;
  for (const RecipeStep& step : recipe.steps) {
    const auto at = step.options.find("keep_float");
    if (at == step.options.end()) continue;
    if (const auto* names = std::get_if<std::vector<std::string>>(&at->second)) {
      out.insert(names->begin(), names->end());
    }
  }
  return out;
}

json sensitivity_json(const SensitivityResult& s, const std::set<std::string>& left_float) {
  json out = json::array();
  for (const LayerSensitivity& l : s.layers) {
    out.push_back({{"layer", l.node},
                   {"op", l.op},
                   {"weights", l.weights},
                   {"alone_sqnr_db", number(l.alone_db)},
                   {"left_float_sqnr_db", number(l.left_float_db)},
                   {"all_sqnr_db", number(s.all_db)},
                   {"kept_float", left_float.count(l.node) > 0}});
  }
  return out;
}

/// Samples per 5 dB of output SQNR; equal outputs count in the last bin.
json histogram_json(const std::vector<double>& sqnr_db) {
  constexpr int kBins = 16;
  constexpr double kWidth = 5;
  std::vector<double> edges;
  std::vector<int> counts(kBins, 0);
  for (int i = 0; i <= kBins; ++i) edges.push_back(i * kWidth);
  for (const double db : sqnr_db) {
    const double at = std::isnan(db) ? 0 : std::clamp(db / kWidth, 0.0, kBins - 1.0);
    ++counts[static_cast<std::size_t>(at)];
  }
  return {{"unit", "output SQNR in dB"}, {"edges", edges}, {"counts_after", counts}};
}

json refusals_json(const std::vector<Refusal>& refusals, const std::vector<Trial>& trials) {
  json out = json::array();
  for (const Trial& t : trials) {
    if (t.status == Trial::Status::failed) {
      out.push_back({{"what", t.candidate.name}, {"why", t.reason}});
    }
  }
  constexpr std::size_t kMost = 500;
  for (std::size_t i = 0; i < refusals.size() && i < kMost; ++i) {
    out.push_back({{"what", refusals[i].what}, {"why", refusals[i].why}});
  }
  return out;
}

json data_json(const Dataset& data, const std::string& preprocess) {
  return {{"kind", data.kind()},
          {"samples", data.size()},
          {"fingerprint", data.fingerprint()},
          {"preprocess", preprocess}};
}

json layers_json(const std::vector<LayerTimes>& layers) {
  json out = json::array();
  for (const LayerTimes& l : layers) {
    out.push_back({{"node", l.node},
                   {"op", l.op},
                   {"kernel_before", l.kernel_before},
                   {"ms_before", number(l.ms_before)},
                   {"kernel_after", l.kernel_after},
                   {"ms_after", number(l.ms_after)}});
  }
  return out;
}

json settings_json(const TuneOptions& o) {
  return {{"measure_seconds", number(o.bench.measure_seconds)},
          {"quick_samples", o.bench.quick_samples},
          {"max_seconds", number(o.max_seconds)},
          {"explore", o.explore},
          {"allow_slower", o.allow_slower}};
}

}  // namespace

json make_record(Workbench& bench, const TuneOptions& options, const TuneResult& result,
                 const Findings& findings) {
  json record = {{"pare_record", 1},
                 {"pare_version", PARE_VERSION},
                 {"command", options.command},
                 {"created", utc_now()},
                 {"model", model_json(bench)},
                 {"host", host_json(options.bench.threads)},
                 {"seed", options.bench.seed},
                 {"met", result.met},
                 {"limits_text", options.limits.text()},
                 {"settings", settings_json(options)}};
  record["limits"] = result.chosen ? limits_json(result.verdicts)
                                   : unjudged_json(options.limits, bench.model_bytes());
  record["target"] = {{"name", bench.target().target->name},
                      {"version", bench.status().version},
                      {"where", bench.status().where}};
  record["data"] = {
      {"evaluation", data_json(*options.bench.data, options.bench.preprocess.name)},
      {"calibration", data_json(*options.bench.calibration, options.bench.preprocess.name)},
      {"options", options.data_options}};
  record["trials"] = trials_json(result, options.limits, bench.model_bytes());
  record["chosen"] = result.chosen ? json(*result.chosen) : json();
  const Recipe recipe = result.chosen ? result.trials[*result.chosen].candidate.recipe : Recipe{};
  record["recipe"] = result.chosen ? recipe.yaml() : std::string();
  record["sensitivity"] = sensitivity_json(findings.sensitivity, kept_float(recipe));
  record["layers"] = layers_json(findings.layers);
  record["profile"] = findings.profile;
  record["refusals"] = refusals_json(findings.refusals, result.trials);
  record["warnings"] = findings.warnings;
  record["times"] = {{"total_s", number(findings.seconds)}};
  const Verification& v = findings.verification;
  if (v.done) {
    record["result"] = {{"path", v.path}, {"sha256", v.sha256}, {"bytes", v.bytes}};
    record["error_histogram"] = histogram_json(v.sample_sqnr_db);
    record["verification"] = {{"loaded", true},
                              {"samples", v.samples},
                              {"native_vs_target_agreement", number(v.agreement)},
                              {"sqnr_db", number(v.sqnr_db)},
                              {"max_abs", number(v.max_abs)}};
  } else {
    record["result"] = nullptr;
  }
  return record;
}

}  // namespace pare
