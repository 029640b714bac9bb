#include <algorithm>
#include <filesystem>

#include "base/text.hpp"
#include "cli/inputs.hpp"
#include "cli/verb.hpp"
#include "data/npy.hpp"

namespace pare {
namespace {

struct Arguments {
  std::string model;
  std::string target = "native";
  std::vector<std::string> inputs;
  std::vector<std::string> sizes;
  std::string output_dir;
  bool reference = false;
  bool force = false;
};

/// A file name from a value's name: letters, digits, dot, dash and underscore stay.
std::string file_name(const std::string& name) {
  std::string out;
  for (const char c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || (c == '.' && !out.empty());
    out += plain ? c : '_';
  }
  return out.empty() ? "output" : out;
}

nlohmann::json describe(const PortInfo& port, const Tensor& t, const std::string& file) {
  nlohmann::json j = {{"name", port.name}, {"type", t.type().name()}, {"shape", t.shape()}};
  if (!file.empty()) j["file"] = file;
  if (t.kind() == ElementKind::string || t.empty()) return j;
  const std::vector<double> v = t.to_doubles();
  double sum = 0;
  for (const double x : v) sum += x;
  j["min"] = *std::min_element(v.begin(), v.end());
  j["max"] = *std::max_element(v.begin(), v.end());
  j["mean"] = sum / static_cast<double>(v.size());
  j["argmax"] = std::max_element(v.begin(), v.end()) - v.begin();
  return j;
}

int run(const Arguments& a, Console& console) {
  TargetChoice choice = open_target(a.target, console.options().threads);
  choice.options.reference_only = a.reference;
  const auto model = choice.target->load(a.model, choice.options);
  const auto inputs = read_inputs(model->inputs(), a.inputs, a.sizes, console.options().seed);
  const auto outputs = model->run(inputs);
  if (!a.output_dir.empty()) std::filesystem::create_directories(a.output_dir);
  nlohmann::json all = nlohmann::json::array();
  Table table({"output", "type", "shape", "min", "max", "mean", "argmax", "file"});
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    std::string file;
    if (!a.output_dir.empty()) {
      file = (std::filesystem::path(a.output_dir) / (file_name(model->outputs()[i].name) + ".npy"))
                 .string();
      write_npy(file, outputs[i], a.force);
    }
    const nlohmann::json j = describe(model->outputs()[i], outputs[i], file);
    const auto number = [&](const char* key) {
      return j.contains(key) ? fixed(j[key].get<double>(), 5) : std::string("-");
    };
    table.row({escape_terminal(model->outputs()[i].name), std::string(outputs[i].type().name()),
               to_string(outputs[i].shape()), number("min"), number("max"), number("mean"),
               j.contains("argmax") ? cat(j["argmax"].get<std::int64_t>()) : "-", file});
    all.push_back(j);
  }
  console.print(table.text());
  console.result({{"model", a.model}, {"target", choice.target->name}, {"outputs", all}});
  return 0;
}

std::function<int(Console&)> setup(CLI::App& app) {
  const auto a = std::make_shared<Arguments>();
  app.add_option("model", a->model, "model file")->required();
  app.add_option("--input", a->inputs, "name=file.npy; inputs not given are made up");
  app.add_option("--size", a->sizes, "size of an open dimension, such as N=4");
  app.add_option("--output-dir", a->output_dir, "write every output as an NPY file there");
  add_target(app, a->target);
  app.add_flag("--reference", a->reference, "native: only reference kernels, slow and exact");
  app.add_flag("--force", a->force, "replace existing files");
  return [a](Console& console) { return run(*a, console); };
}

}  // namespace

VerbDef verb_run() {
  return {"run", "run a model on arrays",
          "  pare run model.onnx --input x=a.npy --output-dir out --json\n"
          "  pare run model.onnx --target onnxruntime --size N=4\n",
          setup};
}

}  // namespace pare
