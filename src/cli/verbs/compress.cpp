#include <filesystem>

#include "api/environment.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/inputs.hpp"
#include "cli/verb.hpp"
#include "compress/recipe.hpp"
#include "formats/format.hpp"
#include "passes/registry.hpp"
#include "search/workbench.hpp"

namespace pare {
namespace {

struct Arguments {
  std::string model;
  std::string recipe;
  std::vector<std::string> steps;
  std::string output;
  std::string target = "native";
  DataArguments data;
  bool force = false;
  bool list = false;
  bool explain = false;
};

Recipe recipe_of(const Arguments& a) {
  if (a.recipe.empty() == a.steps.empty()) {
    throw Error(Fault::usage, "give either --recipe or --step");
  }
  if (!a.recipe.empty()) {
    constexpr std::uint64_t kLimit = std::uint64_t{1} << 20U;
    return during([&] { return cat("reading ", a.recipe); },
                  [&] { return parse_recipe(read_text(a.recipe, kLimit)); });
  }
  std::string yaml = "steps:\n";
  for (const std::string& step : a.steps) yaml += "  - " + step + "\n";
  return parse_recipe(yaml);
}

int list_methods(Console& console) {
  std::string text;
  nlohmann::json all = nlohmann::json::array();
  for (const MethodDef& m : all_methods()) {
    text += cat(m.name, ": ", m.what, "\n");
    nlohmann::json options = nlohmann::json::array();
    for (const OptionInfo& o : m.options) {
      text += cat("    ", o.name, " (", to_text(o.otherwise), "): ", o.help,
                  o.choices.empty() ? "" : "; one of " + join(o.choices, ", "), "\n");
      options.push_back({{"name", o.name},
                         {"default", to_text(o.otherwise)},
                         {"help", o.help},
                         {"choices", o.choices}});
    }
    all.push_back({{"name", m.name}, {"what", m.what}, {"options", options}});
  }
  console.print(text);
  console.result({{"methods", all}});
  return 0;
}

/// For recipes without calibration no data are needed; the bench still wants some.
class NoData : public Dataset {
 public:
  [[nodiscard]] std::string_view kind() const noexcept override { return "none"; }
  [[nodiscard]] std::int64_t size() const noexcept override { return 0; }
  [[nodiscard]] Sample get(std::int64_t /*i*/) const override {
    throw Error(Fault::usage, "this recipe calibrates: give --data or --calib");
  }
  [[nodiscard]] std::optional<std::int64_t> label(std::int64_t /*i*/) const override {
    return std::nullopt;
  }
  [[nodiscard]] std::string name(std::int64_t /*i*/) const override { return {}; }
  [[nodiscard]] std::uint64_t size_bytes(std::int64_t /*i*/) const override { return 0; }
  [[nodiscard]] bool labelled() const noexcept override { return false; }
  [[nodiscard]] std::int64_t classes() const noexcept override { return 0; }
};

int run(const Arguments& a, Console& console) {
  if (a.list) return list_methods(console);
  if (a.model.empty() || a.output.empty()) {
    throw Error(Fault::usage, "want a model and -o output");
  }
  const Recipe recipe = recipe_of(a);
  const bool has_data = !a.data.data.empty() || !a.data.calib.empty();
  if (recipe.needs_calibration() && !has_data) {
    throw Error(Fault::usage, "this recipe calibrates: give --data or --calib");
  }
  if (std::filesystem::exists(a.output) && !a.force) {
    throw Error(Fault::cannot_create, cat(a.output, " exists; --force replaces it"));
  }
  BenchSettings s;
  s.model = a.model;
  s.data = std::make_shared<NoData>();
  s.calibration = has_data ? a.data.open_calibration(console.options().seed) : s.data;
  s.preprocess = load_preprocess(a.data.preprocess);
  s.target = a.target;
  s.environment = environment();
  s.files = model_files();
  s.threads = console.options().threads;
  s.seed = console.options().seed;
  s.progress = console.progress();
  Workbench bench(std::move(s));
  std::vector<std::string> notes;
  const Model model = bench.build(recipe, &notes);
  WriteOptions options;
  options.force = a.force;
  write_model(model, a.output, options);
  const std::uint64_t bytes = stored_bytes(a.output, read_model(a.output));
  std::string text;
  for (const std::string& n : notes) text += n + "\n";
  // What was done to each layer, and why not; the passes of `optimize` are `pare optimize
  // --explain`.
  nlohmann::json layers = nlohmann::json::array();
  for (const PassEvent& e : bench.events()) {
    if (find_pass(e.pass) != nullptr || e.kind == Verdict::Kind::not_mine) continue;
    const bool done = e.kind == Verdict::Kind::accept;
    layers.push_back({{"step", e.pass}, {"layer", e.node}, {"done", done}, {"why", e.reason}});
    if (a.explain) text += cat(done ? "  " : "  not ", e.node, ": ", e.reason, "\n");
  }
  console.print(cat(text, "written: ", a.output, ", ", human_bytes(bench.model_bytes()), " -> ",
                    human_bytes(bytes), "\n"));
  console.result({{"output", a.output},
                  {"recipe", recipe.yaml()},
                  {"bytes_before", bench.model_bytes()},
                  {"bytes_after", bytes},
                  {"notes", notes},
                  {"layers", layers}});
  return 0;
}

std::function<int(Console&)> setup(CLI::App& app) {
  const auto a = std::make_shared<Arguments>();
  app.add_option("model", a->model, "model file");
  app.add_option("--recipe", a->recipe, "YAML file with steps");
  app.add_option("--step", a->steps, "one step, such as 'quantize: {scheme: fp16}'; repeatable");
  app.add_option("-o,--output", a->output, "where the result goes");
  a->data.add_data(app, false);
  a->data.add_calibration(app);
  add_target(app, a->target);
  app.add_flag("--force", a->force, "replace an existing output");
  app.add_flag("--explain", a->explain, "say what was done to each layer");
  app.add_flag("--list", a->list, "list the methods and their options");
  return [a](Console& console) { return run(*a, console); };
}

}  // namespace

VerbDef verb_compress() {
  return {"compress", "apply a recipe of methods to a model",
          "  pare compress model.onnx --recipe r.yaml --calib images/ -o out.onnx\n"
          "  pare compress model.onnx --step 'optimize: {}' --step 'quantize: {scheme: fp16}' "
          "-o half.onnx\n"
          "  pare compress --list\n",
          setup};
}

}  // namespace pare
