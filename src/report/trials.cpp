#include <cmath>

#include "base/error.hpp"
#include "report/figures.hpp"
#include "report/sections.hpp"

namespace pare::report {
namespace {

constexpr int kColumns = 8;

Word status_word(const std::string& status) {
  if (status == "measured") return word("status_measured");
  if (status == "refused") return word("status_refused");
  if (status == "failed") return word("status_failed");
  return word("status_skipped");
}

/// What is said about a trial in the last column.
Phrase remark(const Json& record, int i) {
  const Json& trial = list(record, "trials")[static_cast<std::size_t>(i)];
  if (i == chosen_index(record)) {
    return flag(record, "met") ? say(word("chosen")) : say(word("closest"));
  }
  if (!is_measured(trial)) {
    const std::string reason = text(trial, "reason");
    Phrase status = say(status_word(text(trial, "status")));
    if (reason.empty()) return status;
    return join({status, plain(reason)}, ": ");
  }
  Phrase why = why_not(trial);
  if (!why.en.empty()) return why;
  const Json& limits = list(trial, "limits");
  if (i == 0) return say(word("starting_point"));
  return limits.empty() ? Phrase{} : say(word("meets_limits"));
}

std::string accuracy_cell(const Json& trial) {
  const Json& a = member(trial, "accuracy");
  std::string out = percent(number(a, "value"));
  const std::string interval = percent_interval(number(a, "low"), number(a, "high"));
  if (!interval.empty()) out += cat("<small>", interval, "</small>");
  if (!flag(trial, "complete")) {
    out += cat("<small>", html(say(word("only_samples"), {same(count(number(a, "samples")))})),
               "</small>");
  }
  return out;
}

std::string figures_cells(const Json& trial, int i) {
  if (!is_measured(trial)) {
    std::string out;
    for (int k = 0; k < 5; ++k) out += number_cell(kDash);
    return out;
  }
  const Json& latency = member(trial, "latency_ms");
  const Json& speed = member(trial, "speedup");
  const std::string interval = times_interval(number(speed, "low"), number(speed, "high"));
  return cat("<td class=\"number\" id=\"trial-", i, "-accuracy\">", accuracy_cell(trial),
             "</td><td class=\"number\" id=\"trial-", i, "-size\">", bytes(number(trial, "bytes")),
             "</td><td class=\"number\" id=\"trial-", i, "-latency\">",
             milliseconds(number(latency, "median")), "<small>p90 ",
             milliseconds(number(latency, "p90")), "</small></td>",
             number_cell(cat(times(number(speed, "ratio")), "<small>", interval, "</small>")),
             number_cell(bytes(number(trial, "peak_memory_bytes"))));
}

std::string trial_rows(const Json& record, int i) {
  const Json& trial = list(record, "trials")[static_cast<std::size_t>(i)];
  const bool chosen = i == chosen_index(record);
  const int step = step_of(trial);
  const Phrase badge = flag(record, "met") ? say(word("chosen")) : say(word("closest"));
  return cat("<tr id=\"trial-", i, "\" class=\"trial", chosen ? " chosen" : "",
             is_measured(trial) ? "" : " without",
             "\"><th scope=\"row\"><svg class=\"dot\" viewBox=\"0 0 12 12\" "
             "aria-hidden=\"true\"><circle class=\"rung-",
             step < 0 ? 0 : step, "\" cx=\"6\" cy=\"6\" r=\"5\"/></svg><span id=\"trial-", i,
             "-name\">", name(text(trial, "name")), "</span>",
             chosen ? cat(" <span class=\"badge\">", html(badge), "</span>") : "", "</th><td>",
             html(rung_name(trial)), "</td>", figures_cells(trial, i), "<td class=\"remark\">",
             html(remark(record, i)), "</td></tr>\n<tr class=\"more", chosen ? " chosen" : "",
             "\"><td colspan=\"", kColumns, "\"><details id=\"trial-", i, "-details\"><summary>",
             html(say(word("recipe_and_details"))), "</summary>", trial_card(trial),
             "</details></td></tr>\n");
}

std::string latency_entries(const Json& trial) {
  const Json& l = member(trial, "latency_ms");
  const Json& base = member(trial, "baseline_latency_ms");
  const Json& speed = member(trial, "speedup");
  const std::string interval = times_interval(number(speed, "low"), number(speed, "high"));
  return entry(word("latency_median"), milliseconds(number(l, "median"))) +
         entry(word("latency_p90"), milliseconds(number(l, "p90"))) +
         entry(word("latency_spread"), percent(number(l, "spread"), 1)) +
         entry(word("latency_runs"), count(number(l, "runs"))) +
         entry(word("original_in_turns"), milliseconds(number(base, "median"))) +
         entry(word("speed"),
               cat(times(number(speed, "ratio")), interval.empty() ? "" : " ", interval));
}

}  // namespace

std::string trial_card(const Json& trial) {
  const Json& a = member(trial, "accuracy");
  std::string body = entry(word("aggressiveness"), html(rung_name(trial)));
  body += entry(word("status"), html(status_word(text(trial, "status"))));
  const std::string reason = text(trial, "reason");
  if (!reason.empty()) body += entry(word("reason"), name(reason));
  if (is_measured(trial)) {
    const std::string interval = percent_interval(number(a, "low"), number(a, "high"));
    body += cat("<div><dt>", html(metric_name(trial)), "</dt><dd>", percent(number(a, "value")),
                interval.empty() ? "" : " ", interval, "</dd></div>");
    body += entry(word("samples"), count(number(a, "samples")));
    body += entry(word("same_answer"), percent(number(trial, "agreement")));
    body += entry(word("size"), bytes(number(trial, "bytes")));
    body += latency_entries(trial);
    body += entry(word("peak_memory"), bytes(number(trial, "peak_memory_bytes")));
  }
  const double seconds = number(trial, "seconds");
  if (std::isfinite(seconds)) body += entry(word("seconds_spent"), decimal(seconds, 1) + "\u202fs");
  if (flag(trial, "reused")) body += entry(word("figures_from"), html(word("earlier_run")));
  std::string notes;
  for (const std::string& n : texts(trial, "notes")) notes += cat("<li>", name(n), "</li>");
  if (!notes.empty()) body += entry(word("notes"), cat("<ul>", notes, "</ul>"));
  const std::string sha256 = text(trial, "sha256");
  if (!sha256.empty()) body += entry(word("sha256"), cat("<code>", plain(sha256).en, "</code>"));
  const std::string recipe = text(trial, "recipe");
  return cat("<dl>", body, "</dl>",
             recipe.empty() ? "" : cat("<h4>", html(word("recipe")), "</h4>", pre(recipe)));
}

std::string trials_table(const Json& record) {
  const Json& trials = list(record, "trials");
  if (trials.empty()) return {};
  std::string body = note(say(word("trials_note")));
  body +=
      cat("<div class=\"scroll\"><table class=\"trials\"><thead><tr>", column(word("candidate")),
          column(word("aggressiveness")), column(word("accuracy"), true),
          column(word("size"), true), column(word("latency"), true), column(word("speed"), true),
          column(word("peak_memory"), true), column(word("remark")), "</tr></thead><tbody>\n");
  for (int i = 0; i < static_cast<int>(trials.size()); ++i) body += trial_rows(record, i);
  body += "</tbody></table></div>\n";
  return section("trials", word("trials"), body);
}

}  // namespace pare::report
