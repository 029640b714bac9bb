#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "report/figures.hpp"
#include "report/sections.hpp"

namespace pare::report {
namespace {

// Interquartile range over median: on a quiet machine a few percent.
constexpr double kRestless = 0.25;
// Upper over lower end of the speed-up's interval.
constexpr double kWide = 1.5;

/// What became of the run.
enum class Outcome { met, original_meets, closest, nothing };

Outcome outcome_of(const Json& record) {
  const Json& chosen = chosen_trial(record);
  if (chosen.is_null()) return Outcome::nothing;
  if (flag(record, "met")) return Outcome::met;
  const Json& limits = list(record, "limits");
  const bool all_met = !limits.empty() && std::all_of(limits.begin(), limits.end(),
                                                      [](const Json& l) { return flag(l, "met"); });
  return all_met && step_of(chosen) == 0 ? Outcome::original_meets : Outcome::closest;
}

std::size_t candidates(const Json& record) {
  const std::size_t trials = list(record, "trials").size();
  return trials > 0 ? trials - 1 : 0;  // the original is none
}

Phrase missed(const Json& record) {
  std::vector<Phrase> parts;
  for (const Json& limit : list(record, "limits")) {
    if (!flag(limit, "met")) parts.push_back(view_of(limit).shortfall);
  }
  return join(parts, "; ");
}

/// The one sentence.
Phrase sentence(const Json& record, Outcome outcome) {
  const Phrase chosen = same(name(text(chosen_trial(record), "name")));
  const Phrase tried = same(cat(candidates(record)));
  switch (outcome) {
    case Outcome::met: return say(word("sentence_met"), {chosen, tried});
    case Outcome::original_meets: return say(word("sentence_original"), {tried});
    case Outcome::nothing: return say(word("sentence_nothing"), {tried});
    case Outcome::closest: break;
  }
  const Phrase what = missed(record);
  return what.en.empty() ? say(word("sentence_closest_unsure"), {chosen, tried})
                         : say(word("sentence_closest"), {chosen, tried, what});
}

/// Whether trial `i` was to be preferred to the chosen one, had it met the limits.
bool is_milder(const Json& trials, int i, int chosen) {
  const int mine = step_of(trials[static_cast<std::size_t>(i)]);
  const int other = step_of(trials[static_cast<std::size_t>(chosen)]);
  return mine < other || (mine == other && i < chosen);
}

/// Why nothing milder was taken: one line for each milder trial.
std::string milder_ones(const Json& record) {
  const int chosen = chosen_index(record);
  const Json& trials = list(record, "trials");
  std::string rows;
  for (int i = 0; i < static_cast<int>(trials.size()); ++i) {
    if (i == chosen || !is_milder(trials, i, chosen)) continue;
    const Json& trial = trials[static_cast<std::size_t>(i)];
    Phrase why = why_not(trial);
    if (why.en.empty()) {
      if (!trial.contains("limits")) continue;  // a record that does not say
      why = i == 0                    ? say(word("original_is_none"))
            : flag(trial, "complete") ? say(word("later_than_chosen"))
                                      : say(word("not_all_samples"));
    }
    rows += cat("<li><b>", name(text(trial, "name")), "</b> ", html(why), "</li>\n");
  }
  if (rows.empty()) return {};
  return cat("<details open><summary>", html(word("why_nothing_milder")),
             "</summary>\n<ul class=\"reasons\">\n", rows, "</ul></details>\n");
}

/// What was got beside what was wanted, on one scale.
std::string gauge(const LimitView& v) {
  if (!v.judged) return {};
  const double top = 1.15 * std::max(v.got_value, v.wanted_value);
  if (!(top > 0)) return {};
  const auto share = [&](double x) { return 100 * std::clamp(x / top, 0.0, 1.0); };
  const std::string at = svg_number(share(v.wanted_value));
  return cat(
      "<svg class=\"gauge\" aria-hidden=\"true\"><rect class=\"track\" y=\"4\" width=\"100%\" "
      "height=\"8\" rx=\"4\"/><rect class=\"",
      v.met ? "good" : "bad", "\" y=\"4\" width=\"", svg_number(share(v.got_value)),
      "%\" height=\"8\" rx=\"4\"/><line class=\"mark\" x1=\"", at, "%\" x2=\"", at,
      "%\" y1=\"0\" y2=\"16\"/></svg>");
}

std::string limit_cards(const Json& record) {
  std::string out;
  for (const Json& limit : list(record, "limits")) {
    const LimitView v = view_of(limit);
    const char* state = !v.judged ? "unknown" : v.met ? "good" : "bad";
    const Word label = !v.judged ? word("not_judged") : v.met ? word("met") : word("missed");
    out += cat("<li class=\"limit ", state, "\"><span class=\"state\">", html(label),
               "</span><span class=\"what\">", html(v.name), "</span><span class=\"got\">",
               html(v.got), "</span><span class=\"wanted\">", html(v.wanted), "</span>", gauge(v),
               "<span class=\"margin\">", html(v.margin), "</span></li>\n");
  }
  return out.empty() ? out : cat("<ul class=\"limits\">\n", out, "</ul>\n");
}

}  // namespace

std::string verdict(const Json& record) {
  const Outcome outcome = outcome_of(record);
  const bool good = outcome == Outcome::met || outcome == Outcome::original_meets;
  const Word title = outcome == Outcome::met              ? word("verdict_met")
                     : outcome == Outcome::original_meets ? word("verdict_original")
                     : outcome == Outcome::nothing        ? word("verdict_nothing")
                                                          : word("verdict_missed");
  std::string body = cat("<div class=\"verdict ", good ? "good" : "bad",
                         "\">\n<p class=\"headline\"><span class=\"sign\" aria-hidden=\"true\">",
                         good ? "\u2713" : "\u2715", "</span>", html(title),
                         "</p>\n<p class=\"sentence\">", html(sentence(record, outcome)), "</p>\n");
  const std::string path = text(member(record, "result"), "path");
  if (!path.empty()) body += note(say(word("written_to"), {same(name(path))}));
  body += "</div>\n" + limit_cards(record);
  if (outcome == Outcome::met) body += milder_ones(record);
  return section("verdict", word("verdict"), body);
}

std::string warnings(const Json& record) {
  std::string out;
  const Json& chosen = chosen_trial(record);
  const double before = number(member(chosen, "baseline_latency_ms"), "spread");
  const double after = number(member(chosen, "latency_ms"), "spread");
  const Json& speed = member(chosen, "speedup");
  const double low = number(speed, "low");
  const double high = number(speed, "high");
  if (before > kRestless || after > kRestless || high > kWide * low) {
    const Phrase text = say(word("restless"), {same(percent(before, 0)), same(percent(after, 0)),
                                               same(cat(times(low), "\u2013", times(high)))});
    out += cat("<li>", html(text), "</li>\n");
  }
  for (const std::string& w : texts(record, "warnings")) out += cat("<li>", name(w), "</li>\n");
  if (out.empty()) return {};
  return section("warnings", word("warnings"), cat("<ul class=\"callout\">\n", out, "</ul>\n"));
}

}  // namespace pare::report
