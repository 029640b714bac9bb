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

nlohmann::json describe(const std::string& name, const Tensor& t) {
  nlohmann::json j = {{"name", name}, {"type", t.type().name()}, {"shape", t.shape()}};
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

/// What the outputs hold, tensor by tensor: elements of a sequence are "name[0]", "name[1]" ...,
/// those of a map "name.keys" and "name.values".
class Listing {
 public:
  explicit Listing(const Arguments& a) : a_(a) {}

  void add(const std::string& name, const RuntimeValue& value) {
    if (value.is_tensor()) return tensor(name, value.tensor());
    if (value.is_map()) {
      tensor(name + ".keys", value.keys());
      return tensor(name + ".values", value.values());
    }
    if (value.is_sequence()) {
      const auto& elements = value.elements();
      for (std::size_t i = 0; i < elements.size(); ++i) add(cat(name, "[", i, "]"), elements[i]);
      if (!elements.empty()) return;
    }
    const std::string what = value.is_sequence() ? "empty sequence" : value.kind_text();
    table_.row({escape_terminal(name), what, "-", "-", "-", "-", "-", ""});
    all_.push_back({{"name", name}, {"type", what}});
  }

  [[nodiscard]] std::string text() const { return table_.text(); }
  [[nodiscard]] const nlohmann::json& json() const { return all_; }

 private:
  void tensor(const std::string& name, const Tensor& t) {
    nlohmann::json j = describe(name, t);
    std::string file;
    if (!a_.output_dir.empty()) {
      file = (std::filesystem::path(a_.output_dir) / (file_name(name) + ".npy")).string();
      write_npy(file, t, a_.force);
      j["file"] = file;
    }
    const auto number = [&](const char* key) {
      return j.contains(key) ? fixed(j[key].get<double>(), 5) : std::string("-");
    };
    table_.row({escape_terminal(name), std::string(t.type().name()), to_string(t.shape()),
                number("min"), number("max"), number("mean"),
                j.contains("argmax") ? cat(j["argmax"].get<std::int64_t>()) : "-", file});
    all_.push_back(std::move(j));
  }

  const Arguments& a_;
  Table table_{{"output", "type", "shape", "min", "max", "mean", "argmax", "file"}};
  nlohmann::json all_ = nlohmann::json::array();
};

int run(const Arguments& a, Console& console) {
  TargetChoice choice = open_target(a.target, console);
  choice.options.reference_only = a.reference;
  const auto model = choice.target->load(a.model, choice.options);
  const auto inputs = read_inputs(model->inputs(), a.inputs, a.sizes, console.options().seed);
  const auto outputs = model->run_values(values_of(inputs));
  if (!a.output_dir.empty()) std::filesystem::create_directories(a.output_dir);
  Listing listing(a);
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    listing.add(model->outputs()[i].name, outputs[i]);
  }
  console.print(listing.text());
  console.result(
      {{"model", a.model}, {"target", choice.target->name}, {"outputs", listing.json()}});
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
