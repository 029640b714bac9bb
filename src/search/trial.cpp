#include "search/trial.hpp"

#include <array>
#include <cmath>

#include "base/error.hpp"

namespace pare {
namespace {

constexpr std::array<std::string_view, 4> kStatusNames = {"measured", "refused", "failed",
                                                          "skipped"};

// JSON has no NaN or infinity.
nlohmann::json number(double x) { return std::isfinite(x) ? nlohmann::json(x) : nlohmann::json(); }

double number_or(const nlohmann::json& object, const char* key, double otherwise) {
  const auto at = object.find(key);
  return at != object.end() && at->is_number() ? at->get<double>() : otherwise;
}

nlohmann::json latency_json(const Latency& l) {
  return {{"median", number(l.median_ms)},
          {"p90", number(l.p90_ms)},
          {"mean", number(l.mean_ms)},
          {"min", number(l.min_ms)},
          {"iqr", number(l.iqr_ms)},
          {"spread", number(l.spread())},
          {"runs", l.runs}};
}

Latency latency_from(const nlohmann::json& json) {
  Latency l;
  l.median_ms = number_or(json, "median", 0);
  l.p90_ms = number_or(json, "p90", 0);
  l.mean_ms = number_or(json, "mean", 0);
  l.min_ms = number_or(json, "min", 0);
  l.iqr_ms = number_or(json, "iqr", 0);
  l.runs = static_cast<std::int64_t>(number_or(json, "runs", 0));
  return l;
}

}  // namespace

std::string_view to_string(Rung rung) noexcept {
  switch (rung) {
    case Rung::original: return "original";
    case Rung::graph: return "graph";
    case Rung::half_storage: return "16-bit weights";
    case Rung::weight_only_int8: return "weight-only int8";
    case Rung::dynamic_int8: return "dynamic int8";
    case Rung::mixed_int8: return "int8, sensitive layers float";
    case Rung::int8: return "int8";
    case Rung::low_bit_weights: return "low-bit weights";
    case Rung::low_bit: return "low-bit weights, int8 activations";
  }
  return "?";
}

nlohmann::json to_json(const Trial& t) {
  return {{"name", t.candidate.name},
          {"recipe", t.candidate.recipe.yaml()},
          {"step", static_cast<int>(t.candidate.rung)},
          {"rung", to_string(t.candidate.rung)},
          {"status", kStatusNames.at(static_cast<std::size_t>(t.status))},
          {"reason", t.reason},
          {"accuracy",
           {{"metric", t.accuracy.metric},
            {"value", number(t.accuracy.value)},
            {"low", number(t.accuracy.low)},
            {"high", number(t.accuracy.high)},
            {"samples", t.accuracy.samples}}},
          {"baseline_accuracy", number(t.baseline_accuracy)},
          {"agreement", number(t.agreement)},
          {"latency_ms", latency_json(t.latency)},
          {"baseline_latency_ms", latency_json(t.baseline_latency)},
          {"speedup",
           {{"ratio", number(t.speedup.ratio)},
            {"low", number(t.speedup.low)},
            {"high", number(t.speedup.high)}}},
          {"bytes", t.bytes},
          {"sha256", t.sha256},
          {"peak_memory_bytes", t.peak_memory_bytes},
          {"seconds", number(t.seconds)},
          {"reused", t.reused},
          {"complete", t.complete},
          {"pareto", t.pareto},
          {"notes", t.notes}};
}

Trial trial_from_json(const nlohmann::json& json) {
  Trial t;
  try {
    t.candidate.name = json.at("name").get<std::string>();
    t.candidate.recipe = parse_recipe(json.at("recipe").get<std::string>());
    t.candidate.rung = static_cast<Rung>(json.at("step").get<int>());
    const auto status = json.at("status").get<std::string>();
    for (std::size_t i = 0; i < kStatusNames.size(); ++i) {
      if (status == kStatusNames.at(i)) t.status = static_cast<Trial::Status>(i);
    }
    t.reason = json.at("reason").get<std::string>();
    const nlohmann::json& accuracy = json.at("accuracy");
    t.accuracy.metric = accuracy.at("metric").get<std::string>();
    t.accuracy.value = number_or(accuracy, "value", 0);
    t.accuracy.low = number_or(accuracy, "low", 0);
    t.accuracy.high = number_or(accuracy, "high", 1);
    t.accuracy.samples = accuracy.at("samples").get<std::int64_t>();
    t.baseline_accuracy = number_or(json, "baseline_accuracy", 0);
    t.agreement = number_or(json, "agreement", 0);
    t.latency = latency_from(json.at("latency_ms"));
    t.baseline_latency = latency_from(json.at("baseline_latency_ms"));
    t.speedup.ratio = number_or(json.at("speedup"), "ratio", 0);
    t.speedup.low = number_or(json.at("speedup"), "low", 0);
    t.speedup.high = number_or(json.at("speedup"), "high", 0);
    t.bytes = json.at("bytes").get<std::uint64_t>();
    t.sha256 = json.at("sha256").get<std::string>();
    t.peak_memory_bytes = json.at("peak_memory_bytes").get<std::uint64_t>();
    t.seconds = number_or(json, "seconds", 0);
    t.complete = json.at("complete").get<bool>();
    t.notes = json.at("notes").get<std::vector<std::string>>();
  } catch (const nlohmann::json::exception& e) {
    throw Error(Fault::corrupt, cat("a stored trial cannot be read: ", e.what()));
  }
  return t;
}

}  // namespace pare
