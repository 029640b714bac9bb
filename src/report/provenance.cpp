#include <cmath>

#include "base/error.hpp"
#include "base/text.hpp"
#include "report/figures.hpp"
#include "report/sections.hpp"

namespace pare::report {
namespace {

std::string words(const Json& object, const char* key) {
  const std::string value = text(object, key);
  return value.empty() ? value : name(value);
}

std::string code(const Json& object, const char* key) {
  const std::string value = text(object, key);
  return value.empty() ? value : cat("<code>", plain(value).en, "</code>");
}

/// The number as text, or nothing.
std::string when_known(double value, std::string (*format)(double)) {
  return std::isfinite(value) ? format(value) : std::string();
}

std::string group(const Word& title, const std::string& entries) {
  return entries.empty() ? entries : cat("<h3>", html(title), "</h3><dl>", entries, "</dl>\n");
}

std::string model_entries(const Json& record) {
  const Json& m = member(record, "model");
  return entry(word("file"), words(m, "path")) + entry(word("sha256"), code(m, "sha256")) +
         entry(word("size"), when_known(number(m, "bytes"), bytes)) +
         entry(word("parameters"), when_known(number(m, "parameters"), count)) +
         entry(word("macs"), when_known(number(m, "macs"), count)) +
         entry(word("nodes"), when_known(number(m, "nodes"), count)) +
         entry(word("opset"), digits(m, "opset"));
}

std::string result_entries(const Json& record) {
  const Json& r = member(record, "result");
  return entry(word("file"), words(r, "path")) + entry(word("sha256"), code(r, "sha256")) +
         entry(word("size"), when_known(number(r, "bytes"), bytes));
}

std::string data_entries(const Json& data) {
  return entry(word("kind"), words(data, "kind")) +
         entry(word("samples"), when_known(number(data, "samples"), count)) +
         entry(word("preprocess"), words(data, "preprocess")) +
         entry(word("fingerprint"), code(data, "fingerprint"));
}

std::string machine_entries(const Json& record) {
  const Json& h = member(record, "host");
  const Json& t = member(record, "target");
  const std::string target =
      text(t, "name") + (text(t, "version").empty() ? "" : " ") + text(t, "version");
  const std::string features = pare::join(texts(h, "features"), " ");
  return entry(word("cpu"), words(h, "cpu")) +
         entry(word("architecture"), words(h, "architecture")) +
         entry(word("features"), features.empty() ? "" : name(features)) +
         entry(word("threads"), digits(h, "threads")) + entry(word("cores"), digits(h, "cores")) +
         entry(word("memory"), when_known(number(h, "memory_bytes"), bytes)) +
         entry(word("system"), words(h, "os")) + entry(word("kernel"), words(h, "kernel")) +
         entry(word("target"), target.empty() ? "" : name(target)) +
         entry(word("found_at"), words(t, "where"));
}

std::string run_entries(const Json& record) {
  const Json& s = member(record, "settings");
  const double seconds = number(s, "measure_seconds");
  const double total = number(member(record, "times"), "total_s");
  const std::string command = text(record, "command");
  return entry(word("created"), words(record, "created")) +
         entry(word("pare_version"), words(record, "pare_version")) +
         entry(word("seed"), digits(record, "seed")) +
         entry(word("limits"), words(record, "limits_text")) +
         entry(word("measure_seconds"),
               std::isfinite(seconds) ? decimal(seconds, 1) + "\u202fs" : "") +
         entry(word("quick_samples"), digits(s, "quick_samples")) +
         entry(word("duration"), std::isfinite(total) ? human_time(total) : "") +
         (command.empty() ? "" : entry(word("command"), pre(command)));
}

}  // namespace

std::string reproduce_command(const Json& record) {
  const std::string model = text(member(record, "model"), "path");
  if (model.empty() || text(record, "recipe").empty()) return {};
  std::string out = cat("pare compress ", shell_word(model), " --recipe recipe.yaml");
  for (const std::string& option : texts(member(record, "data"), "options")) {
    out += " " + shell_word(option);
  }
  const std::string target = text(member(record, "target"), "name");
  if (!target.empty()) out += " --target " + shell_word(target);
  const std::string seed = digits(record, "seed");
  if (!seed.empty()) out += " --seed " + seed;
  return out + " -o again.onnx";
}

std::string provenance(const Json& record) {
  std::string body;
  const std::string command = reproduce_command(record);
  const std::string recipe = text(record, "recipe");
  if (!recipe.empty()) {
    body += cat("<h3>", html(word("recipe")), "</h3>\n", note(say(word("recipe_note"))),
                "<div class=\"copyable\" id=\"recipe\">", pre(recipe), "</div>\n");
  }
  if (!command.empty()) {
    body += cat("<h3>", html(word("reproduce")), "</h3>\n", note(say(word("reproduce_note"))),
                "<div class=\"copyable\">", pre(command), "</div>\n");
  }
  body += cat("<h3>", html(word("how_measured")), "</h3>\n<ul>\n");
  for (const Word& w : {word("how_latency"), word("how_speed"), word("how_memory"),
                        word("how_accuracy"), word("how_size")}) {
    body += cat("<li>", html(w), "</li>\n");
  }
  body += "</ul>\n<div class=\"facts\">\n";
  const Json& data = member(record, "data");
  for (const std::string& part :
       {group(word("model_before"), model_entries(record)),
        group(word("model_after"), result_entries(record)),
        group(word("data_evaluation"), data_entries(member(data, "evaluation"))),
        group(word("data_calibration"), data_entries(member(data, "calibration"))),
        group(word("machine"), machine_entries(record)), group(word("run"), run_entries(record))}) {
    if (!part.empty()) body += cat("<div>", part, "</div>\n");
  }
  return section("provenance", word("provenance"), body + "</div>\n");
}

}  // namespace pare::report
