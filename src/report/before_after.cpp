#include <cmath>

#include "base/error.hpp"
#include "report/figures.hpp"
#include "report/sections.hpp"

namespace pare::report {
namespace {

/// "-74.0 %": how `after` differs from `before`.
std::string change(double before, double after) {
  if (!(before > 0) || !std::isfinite(after)) return kDash;
  const double share = after / before - 1;
  return (share > 0 ? "+" : "") + percent(share, 1);
}

std::string accuracy_text(const Json& trial) {
  const Json& a = member(trial, "accuracy");
  const std::string interval = percent_interval(number(a, "low"), number(a, "high"));
  return cat(percent(number(a, "value")),
             interval.empty() ? "" : cat("<small>", interval, "</small>"));
}

std::string tile(const Phrase& title, const std::string& big, const std::string& small) {
  return cat("<div class=\"tile\"><h3>", html(title), "</h3><p class=\"big\">", big,
             "</p><p class=\"small\">", small, "</p></div>\n");
}

std::string arrow(const std::string& before, const std::string& after) {
  return cat(before, " <span aria-hidden=\"true\">\u2192</span> ", after);
}

std::string row(const Phrase& title, const std::string& before, const std::string& after,
                const std::string& difference) {
  return cat("<tr><th scope=\"row\">", html(title), "</th>", number_cell(before),
             number_cell(after), number_cell(difference), "</tr>\n");
}

struct Pair {
  const Json& record;
  const Json& before = original_trial(record);
  const Json& after = chosen_trial(record);

  [[nodiscard]] double accuracy_before() const {
    // On the same samples as the chosen one, where the record says.
    const double same_samples = number(after, "baseline_accuracy");
    return std::isfinite(same_samples) ? same_samples : number(member(before, "accuracy"), "value");
  }
  [[nodiscard]] double accuracy_after() const { return number(member(after, "accuracy"), "value"); }
  [[nodiscard]] double latency_before(const char* key) const {
    // Measured in turns with the chosen one, where the record says.
    const double in_turns = number(member(after, "baseline_latency_ms"), key);
    return std::isfinite(in_turns) ? in_turns : number(member(before, "latency_ms"), key);
  }
  [[nodiscard]] double latency_after(const char* key) const {
    return number(member(after, "latency_ms"), key);
  }
};

std::string tiles(const Pair& p) {
  const double ratio = number(member(p.after, "speedup"), "ratio");
  std::string out = "<div class=\"tiles\">\n";
  out += tile(metric_name(p.after), html(points(p.accuracy_after() - p.accuracy_before())),
              arrow(percent(p.accuracy_before()), percent(p.accuracy_after())));
  out += tile(say(word("size")), change(number(p.before, "bytes"), number(p.after, "bytes")),
              arrow(bytes(number(p.before, "bytes")), bytes(number(p.after, "bytes"))));
  out += tile(
      say(word("speed")), times(ratio),
      arrow(milliseconds(p.latency_before("median")), milliseconds(p.latency_after("median"))));
  out += tile(say(word("peak_memory")),
              change(number(p.before, "peak_memory_bytes"), number(p.after, "peak_memory_bytes")),
              arrow(bytes(number(p.before, "peak_memory_bytes")),
                    bytes(number(p.after, "peak_memory_bytes"))));
  return out + "</div>\n";
}

std::string latency_rows(const Pair& p) {
  std::string out;
  const auto time = [&](const Word& title, const char* key) {
    out += row(say(title), milliseconds(p.latency_before(key)), milliseconds(p.latency_after(key)),
               change(p.latency_before(key), p.latency_after(key)));
  };
  time(word("latency_median"), "median");
  time(word("latency_p90"), "p90");
  time(word("latency_min"), "min");
  out += row(say(word("latency_spread")), percent(p.latency_before("spread"), 1),
             percent(p.latency_after("spread"), 1), "");
  out += row(say(word("latency_runs")), count(p.latency_before("runs")),
             count(p.latency_after("runs")), "");
  return out;
}

}  // namespace

std::string before_after(const Json& record) {
  const Pair p{record};
  if (p.after.is_null()) return {};
  const Json& speed = member(p.after, "speedup");
  std::string body = tiles(p);
  body += cat("<div class=\"scroll\"><table class=\"figures\"><thead><tr><td></td>",
              column(word("before"), true), column(word("after"), true),
              column(word("change"), true), "</tr></thead><tbody>\n");
  body += row(metric_name(p.after), accuracy_text(p.before), accuracy_text(p.after),
              html(points(p.accuracy_after() - p.accuracy_before())));
  body += row(say(word("samples")), count(number(member(p.before, "accuracy"), "samples")),
              count(number(member(p.after, "accuracy"), "samples")), "");
  body += row(say(word("same_answer")), "", percent(number(p.after, "agreement")), "");
  body += row(say(word("size")), bytes(number(p.before, "bytes")), bytes(number(p.after, "bytes")),
              change(number(p.before, "bytes"), number(p.after, "bytes")));
  body += latency_rows(p);
  const std::string interval = times_interval(number(speed, "low"), number(speed, "high"));
  body += row(say(word("speed")), times(1),
              cat(times(number(speed, "ratio")), "<small>", interval, "</small>"), "");
  body += row(say(word("peak_memory")), bytes(number(p.before, "peak_memory_bytes")),
              bytes(number(p.after, "peak_memory_bytes")),
              change(number(p.before, "peak_memory_bytes"), number(p.after, "peak_memory_bytes")));
  body += "</tbody></table></div>\n" + note(say(word("intervals_note")));
  return section("comparison", word("comparison"), body);
}

}  // namespace pare::report
