#include "api/arrays.hpp"
#include "api/environment.hpp"
#include "api/failure.hpp"
#include "autodiff/expand.hpp"
#include "base/text.hpp"
#include "base/threads.hpp"
#include "compress/recipe.hpp"
#include "evaluate/evaluate.hpp"
#include "formats/format.hpp"
#include "ops/registry.hpp"
#include "passes/registry.hpp"

namespace pare {
namespace {

void count(const Graph& graph, ModelInfo& info) {
  for (const Node* node : graph.nodes()) {
    ++info.operators[node->domain().empty() ? node->op() : node->domain() + "::" + node->op()];
    for (const Graph* body : node->subgraphs()) count(*body, info);
  }
  for (const Value* c : graph.constants()) {
    info.constant_bytes += c->constant().bytes().size();
    if (c->dtype() != ElementKind::i64 && c->dtype() != ElementKind::string) {
      info.parameters += c->constant().size();
    }
  }
}

void check_supported(const Graph& graph) {
  const auto missing = unsupported_operators(graph, op_registry());
  if (missing.empty()) return;
  throw Error(Fault::unsupported,
              cat("the model has operators that pare lacks:\n  ", join(missing, "\n  ")));
}

std::unique_ptr<BatchSource> calibration_of(const Graph& graph, const CompressOptions& options) {
  if (!options.calibration) return nullptr;
  const Calibration& c = *options.calibration;
  if (c.data.empty() == c.batches.empty()) {
    throw Error(Fault::usage, "calibration wants either data or batches");
  }
  if (!c.batches.empty()) return batches_of(graph, c.batches);
  std::vector<PortInfo> ports;
  for (const Value* v : graph.inputs()) ports.push_back({v->name(), v->type()});
  DataOptions data;
  data.limit = c.limit;
  data.seed = options.seed;
  return std::make_unique<DatasetSource>(open_dataset(c.data, data), load_preprocess(c.preprocess),
                                         input_specs(ports));
}

}  // namespace

inline namespace v1 {

struct Engine::State {
  Model model;
  EngineOptions options;
  std::unique_ptr<Session> session;  ///< of the model as it is; none until the first run
};

Engine::Engine(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
Engine::Engine(Engine&& other) noexcept = default;
Engine& Engine::operator=(Engine&& other) noexcept = default;
Engine::~Engine() = default;

Engine Engine::load(const std::filesystem::path& path, const EngineOptions& options) {
  return as_public([&] {
    auto state = std::make_unique<State>();
    state->options = options;
    state->model = read_model(path);
    during([&] { return cat("reading ", path.string()); },
           [&] {
             expand_gradient_nodes(*state->model.graph, op_registry());
             infer_shapes(*state->model.graph, op_registry());
           });
    return Engine(std::move(state));
  });
}

ModelInfo Engine::inspect() const {
  return as_public([&] {
    const Model& model = state_->model;
    ModelInfo info;
    for (const Value* v : model.graph->inputs()) info.inputs.push_back(to_port(*v));
    for (const Value* v : model.graph->outputs()) info.outputs.push_back(to_port(*v));
    info.nodes = static_cast<std::int64_t>(model.graph->node_count());
    count(*model.graph, info);
    info.opsets = model.opsets;
    info.producer = model.producer_name;
    info.unsupported = unsupported_operators(*model.graph, op_registry());
    return info;
  });
}

OptimizeReport Engine::optimize() {
  return as_public([&] {
    Model changed = state_->model.clone();
    check_supported(*changed.graph);
    const PassReport done =
        run_passes(*changed.graph, default_passes(), PassContext{op_registry()});
    OptimizeReport report;
    report.nodes_before = static_cast<std::int64_t>(done.nodes_before);
    report.nodes_after = static_cast<std::int64_t>(done.nodes_after);
    for (const PassEvent& e : done.events) {
      report.rewrites.push_back({e.pass, e.node, e.kind == Verdict::Kind::accept, e.reason});
    }
    state_->session.reset();
    state_->model = std::move(changed);
    return report;
  });
}

CompressReport Engine::compress(std::string_view recipe, const CompressOptions& options) {
  return as_public([&] {
    const Recipe steps = parse_recipe(recipe);
    Model changed = state_->model.clone();
    check_supported(*changed.graph);
    const std::unique_ptr<BatchSource> samples = calibration_of(*changed.graph, options);
    if (steps.needs_calibration() && samples == nullptr) {
      throw Error(Fault::usage, "this recipe calibrates: give samples");
    }
    const TargetChoice target = choose_target(options.target, environment());
    MethodContext context{op_registry(), target.target->rules};
    context.calibration = samples.get();
    context.seed = options.seed;
    run_recipe(changed, steps, context);
    changed.metadata["pare.version"] = PARE_VERSION;
    changed.metadata["pare.recipe"] = steps.yaml();
    changed.metadata["pare.seed"] = cat(options.seed);
    if (steps.needs_calibration()) {
      changed.metadata["pare.calibration"] = samples->fingerprint();
    }
    state_->session.reset();
    state_->model = std::move(changed);
    return CompressReport{steps.yaml(), std::move(context.notes)};
  });
}

void Engine::write(const std::filesystem::path& path, const WriteSettings& settings) const {
  as_public([&] {
    WriteOptions options;
    options.opset = settings.opset;
    options.force = settings.replace;
    write_model(state_->model, path, options);
  });
}

std::vector<Array> Engine::run(std::span<const InputArray> inputs) {
  return as_public([&] {
    const std::vector<Tensor> tensors = to_tensors(*state_->model.graph, inputs);
    if (state_->session == nullptr) {
      SessionOptions options;
      options.threads = state_->options.threads > 0 ? state_->options.threads : available_cores();
      options.reference_only = state_->options.reference_only;
      state_->session = Session::create(*state_->model.graph, op_registry(), std::move(options));
    }
    const std::vector<Tensor> results = state_->session->run(tensors);
    std::vector<Array> out;
    out.reserve(results.size());
    for (std::size_t i = 0; i < results.size(); ++i) {
      out.push_back(to_array(state_->session->outputs().at(i).name, results[i]));
    }
    return out;
  });
}

}  // namespace v1
}  // namespace pare
