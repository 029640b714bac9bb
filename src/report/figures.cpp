#include "report/figures.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>

#include "base/error.hpp"
#include "base/text.hpp"

namespace pare::report {
namespace {

constexpr const char* kMinus = "\u2212";
constexpr const char* kThin = "\u202f";  // narrow no-break space: keeps a unit with its number

/// An amount of a limit's unit; differences of shares are percentage points.
Phrase amount(double value, const std::string& unit, bool difference) {
  if (unit == "share") {
    if (!difference) return same(percent(value));
    return std::isfinite(value) ? say(word("points"), {same(decimal(100 * value, 2))})
                                : same(kDash);
  }
  if (unit == "ms") return same(milliseconds(value));
  if (unit == "bytes") return same(bytes(value));
  return plain(cat(decimal(value, 3), unit.empty() ? "" : " ", unit));
}

Phrase limit_name(const std::string& name) {
  if (name == "min_accuracy") return say(word("accuracy"));
  if (name == "max_drop") return say(word("accuracy_lost"));
  if (name == "max_latency") return say(word("latency"));
  if (name == "max_size") return say(word("size"));
  if (name == "max_memory") return say(word("peak_memory"));
  return plain(name);
}

}  // namespace

std::string decimal(double value, int digits) {
  if (!std::isfinite(value) || std::abs(value) > 1e15) return kDash;
  std::array<char, 64> out{};
  const int n = std::snprintf(out.data(), out.size(), "%.*f", digits, value);
  std::string text(out.data(), static_cast<std::size_t>(std::max(n, 0)));
  if (text.front() != '-') return text;
  text.erase(0, 1);
  const bool zero = text.find_first_not_of("0.") == std::string::npos;
  return zero ? text : kMinus + text;
}

std::string percent(double share, int digits) {
  return std::isfinite(share) ? cat(decimal(100 * share, digits), kThin, "%") : kDash;
}

std::string bytes(double value) {
  constexpr double kMost = 1e18;
  if (!(value >= 0 && value < kMost)) return kDash;
  std::string text = human_bytes(static_cast<std::uint64_t>(value));
  const std::size_t space = text.find(' ');
  if (space != std::string::npos) text.replace(space, 1, kThin);
  return text;
}

std::string milliseconds(double value) {
  if (!std::isfinite(value)) return kDash;
  const double size = std::abs(value);
  return cat(decimal(value, size < 1 ? 3 : size < 100 ? 2 : 1), kThin, "ms");
}

std::string times(double ratio) {
  return std::isfinite(ratio) && ratio > 0 ? cat(decimal(ratio, 2), "\u00d7") : kDash;
}

std::string decibels(double value) {
  return std::isfinite(value) ? cat(decimal(value, 1), kThin, "dB") : kDash;
}

std::string count(double value) {
  std::string digits = decimal(value, 0);
  if (digits == kDash) return digits;
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), ",");
  }
  return digits;
}

std::string percent_interval(double low, double high) {
  if (!std::isfinite(low) || !std::isfinite(high)) return {};
  return cat("(", decimal(100 * low, 1), "\u2013", decimal(100 * high, 1), kThin, "%)");
}

std::string times_interval(double low, double high) {
  if (!std::isfinite(low) || !std::isfinite(high) || high <= 0) return {};
  return cat("(", decimal(low, 2), "\u2013", decimal(high, 2), "\u00d7)");
}

Phrase points(double share_difference) {
  if (!std::isfinite(share_difference)) return same(kDash);
  const std::string digits = decimal(100 * share_difference, 2);
  const bool up = share_difference > 0 && digits != "0.00";
  return say(word("points"), {same((up ? "+" : "") + digits)});
}

Phrase metric_name(const Json& trial) {
  const std::string metric = text(member(trial, "accuracy"), "metric");
  if (metric == "agreement") return say(word("agreement"));
  if (metric.empty()) return say(word("accuracy"));
  return say(word("accuracy_by"), {plain(metric)});
}

Phrase rung_name(const Json& trial) {
  switch (step_of(trial)) {
    case 0: return say(word("rung_0"));
    case 1: return say(word("rung_1"));
    case 2: return say(word("rung_2"));
    case 3: return say(word("rung_3"));
    case 4: return say(word("rung_4"));
    case 5: return say(word("rung_5"));
    case 6: return say(word("rung_6"));
    default: return plain(text(trial, "rung"));
  }
}

LimitView view_of(const Json& limit) {
  LimitView v;
  const std::string unit = text(limit, "unit");
  v.name = limit_name(text(limit, "name"));
  v.floor = text(limit, "name") == "min_accuracy";
  v.met = flag(limit, "met");
  v.wanted_value = number(limit, "wanted");
  v.got_value = number(limit, "got");
  v.judged = std::isfinite(v.got_value) && std::isfinite(v.wanted_value);
  const Phrase wanted = amount(v.wanted_value, unit, false);
  v.wanted = v.floor ? say(word("at_least"), {wanted}) : say(word("at_most"), {wanted});
  v.got = amount(v.got_value, unit, false);
  if (!v.judged) {
    v.margin = say(word("not_measured"));
    v.shortfall = v.name;
    return v;
  }
  const double gap = std::abs(v.wanted_value - v.got_value);
  const Phrase by = amount(gap, unit, true);
  const double share = std::abs(v.wanted_value) > 0 ? gap / std::abs(v.wanted_value) : NAN;
  const bool relative = unit != "share" && std::isfinite(share);
  const Phrase full =
      relative ? same(by.en + " (" + percent(share, 1) + ")") : by;  // such units read alike
  v.margin = v.met     ? say(word("to_spare"), {full})
             : v.floor ? say(word("under"), {full})
                       : say(word("over"), {full});
  v.shortfall = v.floor ? say(word("shortfall"), {v.name, v.got, full})
                        : say(word("excess"), {v.name, v.got, full});
  return v;
}

Phrase why_not(const Json& trial) {
  if (!is_measured(trial)) {
    const std::string reason = text(trial, "reason");
    return reason.empty() ? Phrase{} : plain(reason);
  }
  std::vector<Phrase> reasons;
  for (const Json& limit : list(trial, "limits")) {
    if (!flag(limit, "met")) reasons.push_back(view_of(limit).shortfall);
  }
  const std::string faster = text(trial, "slower_than");
  if (!faster.empty()) reasons.push_back(say(word("slower_than"), {same(name(faster))}));
  return join(reasons, "; ");
}

std::string shell_word(const std::string& text) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%+=:,./-_";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string::npos) return text;
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

}  // namespace pare::report
