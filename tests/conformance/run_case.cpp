#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <set>

#include "autodiff/expand.hpp"
#include "base/text.hpp"
#include "conformance/distribution.hpp"
#include "conformance/item.hpp"
#include "conformance/suite.hpp"
#include "formats/format.hpp"
#include "ops/registry.hpp"
#include "passes/registry.hpp"
#include "runtime/session.hpp"

namespace pare::conformance {
namespace {

namespace fs = std::filesystem;

/// A case that pare says it cannot run, and one with another answer than the suite's.
struct Unsupported {
  std::string reason;
  std::vector<std::string> operators;
};
struct Mismatch {
  std::string reason;
};

using Ports = google::protobuf::RepeatedPtrField<schema::ValueInfoProto>;

/// Graph inputs that a caller gives: older files list their initializers among them.
std::vector<const schema::ValueInfoProto*> open_inputs(const schema::GraphProto& graph) {
  std::set<std::string> initialized;
  for (const auto& t : graph.initializer()) initialized.insert(t.name());
  std::vector<const schema::ValueInfoProto*> out;
  for (const auto& v : graph.input()) {
    if (initialized.count(v.name()) == 0) out.push_back(&v);
  }
  return out;
}

std::vector<fs::path> numbered(const fs::path& folder, const std::string& stem) {
  std::vector<fs::path> out;
  for (std::size_t k = 0; fs::exists(folder / cat(stem, k, ".pb")); ++k) {
    out.push_back(folder / cat(stem, k, ".pb"));
  }
  return out;
}

std::map<std::string, Item> read_inputs(const schema::GraphProto& graph, const fs::path& folder) {
  const std::vector<fs::path> files = numbered(folder, "input_");
  std::vector<const schema::ValueInfoProto*> ports = open_inputs(graph);
  if (files.size() > ports.size()) {  // values for the initializers too
    ports.clear();
    for (const auto& v : graph.input()) ports.push_back(&v);
  }
  if (files.size() != ports.size()) {
    throw Error(Fault::corrupt,
                cat(files.size(), " input files for ", ports.size(), " graph inputs"));
  }
  std::map<std::string, Item> out;
  for (std::size_t k = 0; k < files.size(); ++k) {
    out[ports[k]->name()] = read_item(files[k], ports[k]->type());
  }
  return out;
}

std::vector<Item> read_outputs(const Ports& ports, const std::vector<fs::path>& files) {
  if (static_cast<std::size_t>(ports.size()) != files.size()) {
    throw Error(Fault::corrupt,
                cat(files.size(), " output files for ", ports.size(), " graph outputs"));
  }
  std::vector<Item> out;
  for (std::size_t k = 0; k < files.size(); ++k) {
    out.push_back(read_item(files[k], ports.Get(static_cast<int>(k)).type()));
  }
  return out;
}

/// The inputs that "light" networks were run with: 0, 1/n, 2/n ... for n values.
std::map<std::string, Item> counting_inputs(const schema::GraphProto& graph) {
  std::map<std::string, Item> out;
  for (const schema::ValueInfoProto* v : open_inputs(graph)) {
    Shape shape;
    for (const auto& d : v->type().tensor_type().shape().dim()) {
      shape.push_back(d.has_dim_value() ? d.dim_value() : 1);
    }
    Tensor t(ElementKind::f32, shape);
    const auto values = t.mutable_data<float>();
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = static_cast<float>(static_cast<double>(i) / static_cast<double>(values.size()));
    }
    out[v->name()] = {Item::Kind::tensor, std::move(t), {}};
  }
  return out;
}

bool is_zero(const std::map<std::string, Item>& inputs, const std::string& name) {
  const auto at = inputs.find(name);
  return at != inputs.end() && at->second.tensor.valid() && at->second.tensor.size() == 1 &&
         at->second.tensor.to_doubles()[0] == 0;
}

/// Whether a node draws random numbers; of Dropout only the training form with a share above 0.
bool draws(const google::protobuf::RepeatedPtrField<schema::NodeProto>& nodes,
           const std::map<std::string, Item>& inputs) {
  static constexpr std::array<std::string_view, 6> kRandom = {"Bernoulli",     "Multinomial",
                                                              "RandomNormal",  "RandomNormalLike",
                                                              "RandomUniform", "RandomUniformLike"};
  for (const auto& node : nodes) {
    if (std::find(kRandom.begin(), kRandom.end(), node.op_type()) != kRandom.end()) return true;
    if (node.op_type() == "Dropout" && node.input_size() > 2 && !is_zero(inputs, node.input(1))) {
      return true;
    }
    for (const auto& a : node.attribute()) {
      if (a.has_g() && draws(a.g().node(), inputs)) return true;
    }
  }
  return false;
}

bool draws(const schema::ModelProto& model, const std::map<std::string, Item>& inputs) {
  if (draws(model.graph().node(), inputs)) return true;
  return std::any_of(model.functions().begin(), model.functions().end(),
                     [&](const auto& f) { return draws(f.node(), inputs); });
}

RuntimeValue to_value(const Item& item) {
  if (item.kind == Item::Kind::tensor) return item.tensor;
  if (item.kind == Item::Kind::nothing) return {};
  std::vector<RuntimeValue> elements;
  for (const Item& e : item.elements) elements.push_back(to_value(e));
  return RuntimeValue::sequence(std::move(elements));
}

Item to_item(const RuntimeValue& value) {
  if (!value.valid()) return {};
  if (value.is_tensor()) return {Item::Kind::tensor, value.tensor(), {}};
  Item out{Item::Kind::sequence, {}, {}};
  for (const RuntimeValue& e : value.elements()) out.elements.push_back(to_item(e));
  return out;
}

std::vector<RuntimeValue> arrange(const Graph& graph, const std::map<std::string, Item>& inputs) {
  std::vector<RuntimeValue> out;
  for (const Value* v : graph.inputs()) {
    const auto at = inputs.find(v->name());
    if (at == inputs.end()) throw Error(Fault::corrupt, cat("no value for input ", v->name()));
    out.push_back(to_value(at->second));
  }
  return out;
}

/// A Dropout of the main graph that trains, between an input and outputs of the graph.
struct Trained {
  std::string x;
  double ratio = 0.5;
  int y = -1;  ///< outputs of the graph
  int mask = -1;
};

int output_index(const schema::GraphProto& graph, const std::string& name) {
  for (int i = 0; i < graph.output_size(); ++i) {
    if (!name.empty() && graph.output(i).name() == name) return i;
  }
  return -1;
}

std::vector<Trained> trained_dropouts(const schema::GraphProto& graph,
                                      const std::map<std::string, Item>& inputs) {
  std::vector<Trained> out;
  for (const auto& node : graph.node()) {
    if (node.op_type() != "Dropout" || node.input_size() < 3) continue;
    Trained t;
    t.x = node.input(0);
    t.y = output_index(graph, node.output(0));
    if (node.output_size() > 1) t.mask = output_index(graph, node.output(1));
    const auto mode = inputs.find(node.input(2));
    const auto ratio = inputs.find(node.input(1));
    const bool known = node.input(1).empty() || ratio != inputs.end();
    if (inputs.count(t.x) == 0 || t.y < 0 || mode == inputs.end() || !known ||
        is_zero(inputs, node.input(2))) {
      continue;
    }
    if (!node.input(1).empty()) t.ratio = ratio->second.tensor.to_doubles().at(0);
    out.push_back(t);
  }
  return out;
}

/// What a run is judged by.
struct Judgement {
  std::vector<Item> want;
  bool random = false;
  std::vector<Trained> dropouts;
  std::map<std::string, Item> inputs;

  [[nodiscard]] std::string text() const {
    if (!random) return {};
    std::string by = "type and shape";
    std::size_t judged = 0;
    for (const Item& w : want) judged += has_distribution(w) ? 1 : 0;
    if (judged > 0) by += cat(", distribution of ", judged, " of ", want.size(), " outputs");
    if (!dropouts.empty()) by += ", scale of what a Dropout keeps";
    return by;
  }
};

void judge(const std::string& how, const Judgement& by, const std::vector<RuntimeValue>& got) {
  if (by.want.size() != got.size()) {
    throw Mismatch{cat(how, ": want ", by.want.size(), " outputs, got ", got.size())};
  }
  for (std::size_t i = 0; i < by.want.size(); ++i) {
    const Item item = to_item(got[i]);
    const std::string why =
        by.random ? distribution_difference(by.want[i], item) : difference(by.want[i], item, true);
    if (!why.empty()) throw Mismatch{cat(how, ": output ", i, ": ", why)};
  }
  for (const Trained& t : by.dropouts) {
    const Tensor* mask = t.mask >= 0 ? &got[t.mask].tensor() : nullptr;
    const std::string why =
        dropout_difference(by.inputs.at(t.x).tensor, t.ratio, got[t.y].tensor(), mask);
    if (!why.empty()) throw Mismatch{cat(how, ": Dropout: ", why)};
  }
}

void check_operators(const Graph& graph) {
  std::vector<std::string> names;
  for (const std::string& entry : unsupported_operators(graph, op_registry())) {
    // "Foo (2): nodes 'a', 'b'"
    names.push_back(entry.substr(0, entry.find(" (")));
  }
  if (!names.empty()) throw Unsupported{"lacks " + join(names, ", "), names};
}

/// One set of test data, through both ways of running.
void run_set(const schema::ModelProto& proto, const Model& model,
             const std::map<std::string, Item>& inputs, const std::vector<Item>& want,
             Outcome& outcome) {
  Judgement by{want, draws(proto, inputs), {}, inputs};
  if (by.random) by.dropouts = trained_dropouts(proto.graph(), inputs);
  outcome.random = by.random;
  outcome.judged = by.text();
  const std::vector<RuntimeValue> given = arrange(*model.graph, inputs);
  SessionOptions options;
  options.threads = 1;
  const auto run = [&](const std::string& how, const Graph& graph) {
    during([&] { return "running it " + how; },
           [&] {
             const auto session = Session::create(graph, op_registry(), options);
             judge(how, by, session->run_values(given));
           });
  };
  const auto optimized = model.graph->clone();
  during([] { return std::string("optimising"); },
         [&] { run_passes(*optimized, default_passes(), PassContext{op_registry()}); });
  run("optimised", *optimized);
  options.reference_only = true;
  run("by reference kernels", *model.graph);
}

void run_sets(const Case& c, Outcome& outcome) {
  const schema::ModelProto proto = read_proto(c.model);
  const schema::GraphProto& graph = proto.graph();
  const Model model = read_model(c.model);
  expand_gradient_nodes(*model.graph, op_registry());
  check_operators(*model.graph);
  if (c.data_sets.empty()) {
    run_set(proto, model, counting_inputs(graph), read_outputs(graph.output(), c.outputs), outcome);
  }
  for (const fs::path& set : c.data_sets) {
    run_set(proto, model, read_inputs(graph, set),
            read_outputs(graph.output(), numbered(set, "output_")), outcome);
  }
}

std::string one_line(const std::string& text) {
  constexpr std::size_t kLongest = 400;
  std::string out;
  for (const std::string& line : split(text, '\n')) {
    const std::string_view part = trim(line);
    if (part.empty()) continue;
    if (!out.empty()) out += "; ";
    out += part;
  }
  return escape_terminal(out, kLongest);
}

}  // namespace

Outcome run_case(const Case& c) {
  const auto start = std::chrono::steady_clock::now();
  Outcome outcome;
  try {
    run_sets(c, outcome);
    outcome.status = Status::passed;
  } catch (const Unsupported& u) {
    outcome.status = Status::unsupported;
    outcome.reason = one_line(u.reason);
    outcome.operators = u.operators;
  } catch (const Mismatch& m) {
    outcome.reason = one_line(m.reason);
  } catch (const Error& e) {
    outcome.status = e.fault() == Fault::unsupported ? Status::unsupported : Status::failed;
    outcome.reason = one_line(cat(to_string(e.fault()), ": ", e.what()));
  } catch (const std::exception& e) {
    outcome.reason = one_line(cat("exception: ", e.what()));
  }
  outcome.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return outcome;
}

}  // namespace pare::conformance
