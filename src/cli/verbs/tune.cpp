#include "search/tune.hpp"

#include <filesystem>

#include "api/environment.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/inputs.hpp"
#include "cli/verb.hpp"
#include "report/html.hpp"

namespace pare {
namespace {

struct Arguments {
  std::string model;
  DataArguments data;
  std::string target = "native";
  std::string output;
  std::string report;
  std::string record;
  std::string study = "auto";
  std::string min_accuracy, max_drop, max_latency, max_size, max_memory, max_time;
  double measure_seconds = 2;
  std::int64_t quick = 100;
  bool force = false;
  bool explore = false;
  bool allow_slower = false;
  bool dry_run = false;
};

Limits limits_of(const Arguments& a) {
  Limits limits;
  if (!a.min_accuracy.empty()) limits.min_accuracy = parse_fraction(a.min_accuracy);
  if (!a.max_drop.empty()) limits.max_drop = parse_fraction(a.max_drop);
  if (!a.max_latency.empty()) limits.max_latency_ms = 1000 * parse_seconds(a.max_latency);
  if (!a.max_size.empty()) parse_max_size(a.max_size, limits);
  if (!a.max_memory.empty()) limits.max_memory_bytes = parse_bytes(a.max_memory);
  return limits;
}

/// The data as `pare compress` takes them, so that a recipe finds the same samples again.
std::vector<std::string> data_options(const DataArguments& d) {
  std::vector<std::string> words = {"--data", d.data, "--preprocess", d.preprocess};
  if (!d.kind.empty()) words.insert(words.end(), {"--data-kind", d.kind});
  if (!d.calib.empty()) words.insert(words.end(), {"--calib", d.calib});
  words.insert(words.end(), {"--calib-limit", cat(d.calib_limit)});
  return words;
}

TuneOptions options_of(const Arguments& a, const Console& console) {
  TuneOptions o;
  o.limits = limits_of(a);
  o.output = a.output;
  o.force = a.force;
  o.explore = a.explore;
  o.allow_slower = a.allow_slower;
  o.command = console.options().command;
  o.data_options = data_options(a.data);
  if (!a.max_time.empty()) o.max_seconds = parse_seconds(a.max_time);
  BenchSettings& b = o.bench;
  b.model = a.model;
  b.preprocess = load_preprocess(a.data.preprocess);
  b.label_offset = a.data.label_offset;
  b.target = a.target;
  b.environment = environment();
  b.files = model_files();
  b.study = a.study == "auto" ? default_study_path() : std::filesystem::path(a.study);
  b.work_dir = std::filesystem::temp_directory_path();
  b.threads = console.options().threads;
  b.exact_convolutions = console.options().exact_convolutions;
  // What is measured is kept, and a dry run writes nothing.
  b.tuning = a.dry_run ? Tuning::off : tuning_of(console.options().tuning);
  b.seed = console.options().seed;
  b.measure_seconds = a.measure_seconds;
  b.quick_samples = a.quick;
  b.progress = console.progress();
  return o;
}

std::string accuracy_cell(const Trial& t) {
  if (t.status != Trial::Status::measured) return "-";
  return percent(t.accuracy.value) + (t.complete ? "" : cat(" (", t.accuracy.samples, ")"));
}

std::string trials_table(const TuneResult& r) {
  Table table({"", "candidate", "accuracy", "size", "latency", "speed", "memory", "SHA-256", ""});
  for (std::size_t i = 0; i < r.trials.size(); ++i) {
    const Trial& t = r.trials[i];
    const bool measured = t.status == Trial::Status::measured;
    table.row({r.chosen == i ? ">" : "", t.candidate.name, accuracy_cell(t),
               measured ? human_bytes(t.bytes) : "-",
               measured ? fixed(t.latency.median_ms, 2) + " ms" : "-",
               measured ? fixed(t.speedup.ratio, 2) + "x" : "-",
               measured ? human_bytes(t.peak_memory_bytes) : "-", t.sha256.substr(0, 8),
               measured ? (t.reused ? "(kept from an earlier run)" : "") : t.reason});
  }
  return table.text();
}

std::string before_after(const TuneResult& r) {
  const Trial& before = r.trials.front();
  const Trial& after = r.trials[*r.chosen];
  Table table({"", "before", "after", "change"});
  const auto ratio = [](double a, double b) {
    return b > 0 ? fixed(100 * a / b, 1) + " %" : std::string("-");
  };
  table.row({before.accuracy.metric, percent(before.accuracy.value), percent(after.accuracy.value),
             fixed(100 * (after.accuracy.value - before.accuracy.value), 2) + " points"});
  table.row({"size", human_bytes(before.bytes), human_bytes(after.bytes),
             ratio(static_cast<double>(after.bytes), static_cast<double>(before.bytes))});
  table.row({"latency (median)", fixed(after.baseline_latency.median_ms, 2) + " ms",
             fixed(after.latency.median_ms, 2) + " ms",
             ratio(after.latency.median_ms, after.baseline_latency.median_ms)});
  table.row({"peak memory", human_bytes(before.peak_memory_bytes),
             human_bytes(after.peak_memory_bytes),
             ratio(static_cast<double>(after.peak_memory_bytes),
                   static_cast<double>(before.peak_memory_bytes))});
  return table.text();
}

std::string summary(const TuneResult& r, const TuneOptions& o, const Arguments& a) {
  std::string out = "\nTried, from least to most aggressive:\n" + trials_table(r);
  if (!r.chosen) return out + "\nNo candidate could be measured; nothing was written.\n";
  const Trial& winner = r.trials[*r.chosen];
  out += cat("\n", r.met ? "Chosen" : "Nothing meets every limit; the closest", ": ",
             winner.candidate.name, "\n\n", before_after(r), "\n");
  for (const LimitVerdict& v : r.verdicts) {
    out += cat(v.met ? "  met     " : "  MISSED  ", explain(v), "\n");
  }
  if (!r.met && choose(r.trials, o.limits, true)) {
    out +=
        "  A candidate meets the limits but is slower than a milder one; --allow-slower takes "
        "it.\n";
  }
  const nlohmann::json& v = r.record["verification"];
  out += cat("\nWritten and read back: ", a.output, " (agreement of target and native ",
             percent(v["native_vs_target_agreement"].get<double>()), " on ",
             v["samples"].get<std::int64_t>(), " samples)\n");
  if (!a.report.empty()) out += cat("Report: ", a.report, "\n");
  return out;
}

int dry_run(const TuneOptions& options, Console& console) {
  const TunePlan plan = plan_tune(options);
  std::string text = "Would try, until the limits are met:\n";
  for (const std::string& step : plan.steps) text += "  " + step + "\n";
  text += cat("At most about ", human_time(plan.seconds), ", ", human_bytes(plan.memory_bytes),
              " of memory, ", human_bytes(plan.disk_bytes), " of disk while running.\n");
  console.print(text);
  console.result({{"plan", plan.steps},
                  {"seconds", plan.seconds},
                  {"memory_bytes", plan.memory_bytes},
                  {"disk_bytes", plan.disk_bytes}});
  return 0;
}

/// Says before the search, which may take hours, that a file has no place to go to.
void check_folder(const std::string& file) {
  const std::filesystem::path folder = std::filesystem::path(file).parent_path();
  if (!folder.empty() && !std::filesystem::is_directory(folder)) {
    throw Error(Fault::cannot_create,
                cat("there is no directory ", folder.string(), " for ", file));
  }
}

int run(const Arguments& a, Console& console) {
  check_folder(a.report);
  check_folder(a.record);
  TuneOptions options = options_of(a, console);
  options.bench.data = a.data.open_data(options.bench.seed);
  options.bench.calibration = a.data.open_calibration(options.bench.seed);
  if (a.dry_run) return dry_run(options, console);
  const TuneResult result = tune(options);
  if (!a.record.empty()) write_text(a.record, result.record.dump(2) + "\n", true);
  if (!a.report.empty()) write_text(a.report, render_html(result.record), true);
  console.print(summary(result, options, a));
  console.result({{"record", result.record}});
  return result.met ? 0 : kNotMet;
}

void declare(CLI::App& app, Arguments& a) {
  app.add_option("model", a.model, "model file")->required();
  a.data.add_data(app, true);
  a.data.add_calibration(app);
  add_target(app, a.target);
  app.add_option("--min-accuracy", a.min_accuracy, "least accuracy, such as 90%");
  app.add_option("--max-drop", a.max_drop, "most accuracy lost, such as 1%");
  app.add_option("--max-latency", a.max_latency, "most time per run, such as 20ms");
  app.add_option("--max-size", a.max_size, "largest file, such as 5MB or 30%");
  app.add_option("--max-memory", a.max_memory, "most memory while running, such as 200MB");
  app.add_option("-o,--output", a.output, "where the result goes")->required();
  app.add_option("--report", a.report, "HTML report");
  app.add_option("--record", a.record, "record of the run as JSON");
  app.add_option("--study", a.study, "database of finished trials; empty = none")
      ->capture_default_str();
  app.add_option("--max-time", a.max_time, "start no candidate after that, such as 10min");
  app.add_option("--measure-seconds", a.measure_seconds, "timed runs per candidate")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str();
  app.add_option("--quick-samples", a.quick, "samples of the first stage; 0 = all at once")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_flag("--explore", a.explore, "go on behind the first candidate that meets the limits");
  app.add_flag("--allow-slower", a.allow_slower, "a candidate slower than a milder one may win");
  app.add_flag("--dry-run", a.dry_run, "say what would be tried, and the cost");
  app.add_flag("--force", a.force, "replace an existing output");
}

std::function<int(Console&)> setup(CLI::App& app) {
  const auto a = std::make_shared<Arguments>();
  declare(app, *a);
  return [a](Console& console) { return run(*a, console); };
}

}  // namespace

VerbDef verb_tune() {
  return {"tune", "find the least aggressive compression that meets limits, and write it",
          "  pare tune model.onnx --data images/ --preprocess imagenet-torch --max-drop 1% \\\n"
          "      --max-size 30% -o small.onnx --report report.html\n"
          "  pare tune model.onnx --data val.npz --min-accuracy 90% --max-latency 20ms \\\n"
          "      --target onnxruntime -o small.onnx\n"
          "  pare tune model.onnx --data images/ --max-size 5MB -o small.onnx --dry-run\n",
          setup};
}

}  // namespace pare
