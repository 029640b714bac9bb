#include "search/limits.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <sstream>

#include "base/error.hpp"
#include "base/text.hpp"

namespace pare {
namespace {

std::string percent(double share) {
  std::ostringstream out;
  out << std::setprecision(4) << share * 100 << " %";
  return std::move(out).str();
}

std::string in_unit(double value, const std::string& unit) {
  if (unit == "share") return percent(value);
  if (unit == "ms") return human_time(value / 1000);
  return human_bytes(static_cast<std::uint64_t>(std::llround(std::max(0.0, value))));
}

std::string noun(const std::string& limit) {
  if (limit == "min_accuracy") return "accuracy";
  if (limit == "max_drop") return "loss of accuracy";
  if (limit == "max_latency") return "latency";
  if (limit == "max_size") return "size";
  return "memory";
}

LimitVerdict at_most(std::string name, std::string unit, double wanted, double got) {
  LimitVerdict v{std::move(name), std::move(unit), wanted, got, got <= wanted, 0};
  if (!v.met) v.missed_by = got - wanted;
  return v;
}

// Shares of a few hundred samples are not exact in binary: 0.9 must meet "at least 90 %".
constexpr double kShareSlack = 1e-9;

}  // namespace

std::string Limits::text() const {
  std::vector<std::string> parts;
  if (min_accuracy) parts.push_back(cat("accuracy >= ", percent(*min_accuracy)));
  if (max_drop) parts.push_back(cat("loss of accuracy <= ", percent(*max_drop)));
  if (max_latency_ms) parts.push_back(cat("latency <= ", human_time(*max_latency_ms / 1000)));
  if (max_size_bytes) parts.push_back(cat("size <= ", human_bytes(*max_size_bytes)));
  if (max_size_share)
    parts.push_back(cat("size <= ", percent(*max_size_share), " of the original"));
  if (max_memory_bytes) parts.push_back(cat("memory <= ", human_bytes(*max_memory_bytes)));
  return parts.empty() ? "none" : join(parts, ", ");
}

void parse_max_size(std::string_view text, Limits& limits) {
  if (!trim(text).empty() && trim(text).back() == '%') {
    limits.max_size_share = parse_fraction(text);
  } else {
    limits.max_size_bytes = parse_bytes(text);
  }
}

std::vector<LimitVerdict> judge(const Limits& limits, const Figures& f) {
  std::vector<LimitVerdict> out;
  if (limits.min_accuracy) {
    LimitVerdict v{"min_accuracy", "share", *limits.min_accuracy, f.accuracy, false, 0};
    v.met = f.accuracy >= v.wanted - kShareSlack;
    if (!v.met) v.missed_by = v.wanted - f.accuracy;
    out.push_back(std::move(v));
  }
  if (limits.max_drop) {
    LimitVerdict v =
        at_most("max_drop", "share", *limits.max_drop, f.baseline_accuracy - f.accuracy);
    if (v.got <= v.wanted + kShareSlack) {
      v.met = true;
      v.missed_by = 0;
    }
    out.push_back(std::move(v));
  }
  if (limits.max_latency_ms) {
    out.push_back(at_most("max_latency", "ms", *limits.max_latency_ms, f.latency_ms));
  }
  if (limits.max_size_bytes || limits.max_size_share) {
    double wanted = limits.max_size_bytes ? static_cast<double>(*limits.max_size_bytes) : 1e300;
    if (limits.max_size_share) {
      wanted = std::min(wanted,
                        std::floor(*limits.max_size_share * static_cast<double>(f.baseline_bytes)));
    }
    out.push_back(at_most("max_size", "bytes", wanted, static_cast<double>(f.bytes)));
  }
  if (limits.max_memory_bytes) {
    out.push_back(at_most("max_memory", "bytes", static_cast<double>(*limits.max_memory_bytes),
                          static_cast<double>(f.memory_bytes)));
  }
  return out;
}

bool all_met(const std::vector<LimitVerdict>& verdicts) noexcept {
  return std::all_of(verdicts.begin(), verdicts.end(), [](const LimitVerdict& v) { return v.met; });
}

double distance(const std::vector<LimitVerdict>& verdicts) noexcept {
  double sum = 0;
  for (const LimitVerdict& v : verdicts) {
    if (!v.met) sum += v.missed_by / std::max(v.wanted, 1e-3);
  }
  return sum;
}

std::string explain(const LimitVerdict& v) {
  const bool floor = v.name == "min_accuracy";
  const std::string got = cat(noun(v.name), " ", in_unit(v.got, v.unit));
  const std::string wanted = in_unit(v.wanted, v.unit);
  if (v.met) return cat(got, floor ? " is at least " : " is at most ", wanted);
  return cat(got, floor ? " is below " : " is above ", wanted, " by ",
             in_unit(v.missed_by, v.unit));
}

}  // namespace pare
