#include "cli/inputs.hpp"

#include <algorithm>
#include <charconv>

#include "api/environment.hpp"
#include "autodiff/expand.hpp"
#include "base/text.hpp"
#include "data/npy.hpp"
#include "evaluate/measure.hpp"
#include "formats/format.hpp"
#include "ir/infer.hpp"
#include "ops/registry.hpp"

namespace pare {
namespace {

std::pair<std::string, std::string> split_assignment(const std::string& text,
                                                     std::string_view form) {
  const std::size_t at = text.rfind('=');
  if (at == std::string::npos || at == 0 || at + 1 == text.size()) {
    throw Error(Fault::usage, cat("want ", form, ", got '", escape_terminal(text, 80), "'"));
  }
  return {text.substr(0, at), text.substr(at + 1)};
}

}  // namespace

void DataArguments::add_data(CLI::App& app, bool required) {
  auto* option =
      app.add_option("--data", data,
                     "samples: image folder, labels.csv folder, npz, x.npy,y.npy, CIFAR-10, IDX, "
                     "WAV folder, YOLO folder (docs/data.md)");
  if (required) option->required();
  app.add_option("--data-kind", kind, "what --data is, where looking is not enough");
  app.add_option("--preprocess", preprocess, "preset or YAML file")->capture_default_str();
  app.add_option("--limit", limit, "at most that many samples, drawn with --seed; 0 = all")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--label-offset", label_offset,
                 "class index of the model minus label of the data");
}

void DataArguments::add_calibration(CLI::App& app) {
  app.add_option("--calib", calib, "samples for calibration; drawn from --data when not given");
  app.add_option("--calib-limit", calib_limit, "at most that many of them")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
}

std::shared_ptr<const Dataset> DataArguments::open_data(std::uint64_t seed) const {
  DataOptions options;
  options.limit = limit;
  options.seed = seed;
  options.kind = kind;
  return open_dataset(data, options);
}

std::shared_ptr<const Dataset> DataArguments::open_calibration(std::uint64_t seed) const {
  DataOptions options;
  options.limit = calib_limit;
  // Another draw than that of the evaluation, where both come from one place.
  options.seed = calib.empty() ? seed + 1 : seed;
  options.kind = calib.empty() ? kind : std::string();
  return open_dataset(calib.empty() ? data : calib, options);
}

Model read_checked(const std::string& path) {
  Model model = read_model(path);
  expand_gradient_nodes(*model.graph, op_registry());
  const auto missing = unsupported_operators(*model.graph, op_registry());
  if (!missing.empty()) {
    throw Error(Fault::unsupported,
                cat(path, " has operators that pare lacks:\n  ", join(missing, "\n  ")));
  }
  infer_shapes(*model.graph, op_registry());
  return model;
}

std::vector<PortInfo> ports_of(const Graph& graph) {
  std::vector<PortInfo> ports;
  for (const Value* v : graph.inputs()) ports.push_back({v->name(), v->type()});
  return ports;
}

std::map<std::string, std::int64_t> parse_sizes(const std::vector<std::string>& sizes) {
  std::map<std::string, std::int64_t> out;
  for (const std::string& text : sizes) {
    const auto [name, number] = split_assignment(text, "a size such as N=4");
    std::int64_t value = 0;
    const char* end = number.data() + number.size();
    const auto r = std::from_chars(number.data(), end, value);
    if (r.ec != std::errc() || r.ptr != end || value < 1) {
      throw Error(Fault::usage, cat("want a size such as N=4, got '", text, "'"));
    }
    out[name] = value;
  }
  return out;
}

std::vector<Tensor> read_inputs(const std::vector<PortInfo>& ports,
                                const std::vector<std::string>& assignments,
                                const std::vector<std::string>& sizes, std::uint64_t seed) {
  std::map<std::string, Tensor> given;
  for (const std::string& text : assignments) {
    const auto [name, file] = split_assignment(text, "an input such as x=x.npy");
    const bool known = std::any_of(ports.begin(), ports.end(),
                                   [&name = name](const PortInfo& p) { return p.name == name; });
    if (!known) {
      std::vector<std::string> names;
      names.reserve(ports.size());
      for (const PortInfo& p : ports) names.push_back(escape_terminal(p.name));
      throw Error(Fault::usage, cat("the model has no input '", escape_terminal(name),
                                    "'; its inputs are: ", join(names, ", ")));
    }
    given[name] = read_npy(file);
  }
  std::vector<Tensor> out;
  std::vector<PortInfo> open;
  for (const PortInfo& p : ports) {
    if (given.count(p.name) == 0) open.push_back(p);
  }
  std::vector<Tensor> made = make_up_inputs(open, parse_sizes(sizes), seed);
  std::size_t next = 0;
  for (const PortInfo& p : ports) {
    const auto at = given.find(p.name);
    if (at == given.end()) {
      out.push_back(std::move(made.at(next++)));
    } else {
      out.push_back(p.type.dtype.valid() ? at->second.cast(p.type.dtype) : at->second);
    }
  }
  return out;
}

TargetChoice open_target(const std::string& text, const Console& console) {
  TargetChoice choice = choose_target(text, environment());
  choice.options.threads = console.options().threads;
  choice.options.tuning.how = tuning_of(console.options().tuning);
  choice.options.exact_convolutions = console.options().exact_convolutions;
  choice.options.release_weights = true;
  const TargetStatus status = choice.target->status(choice.options);
  if (!status.found) {
    throw Error(Fault::missing, cat("target ", choice.target->name, " is not here; looked in:\n  ",
                                    join(status.searched, "\n  ")));
  }
  return choice;
}

void add_target(CLI::App& app, std::string& target) {
  app.add_option("--target", target, "runtime: native or onnxruntime[:/path/to/library]")
      ->capture_default_str();
}

}  // namespace pare
