#include "base/machine.hpp"
#include "base/text.hpp"
#include "base/threads.hpp"
#include "base/warning.hpp"
#include "runtime/packed_session.hpp"
#include "targets/qdq.hpp"
#include "targets/target.hpp"
#include "tensor/plan_file.hpp"

namespace pare {
namespace {

TargetRules rules() {
  TargetRules r;
  r.needs_output_quantizer = false;
  // Where the CPU would saturate, products run in float instead.
  r.int8_products_saturate = false;
  r.int8_ops = {// Data movement, when input and output have the same scale and zero point.
                "DepthToSpace", "Flatten", "Gather", "GlobalMaxPool", "MaxPool", "Reshape",
                "Resize", "Slice", "SpaceToDepth", "Squeeze", "Transpose", "Unsqueeze",
                // Arithmetic with integer kernels.
                "Add", "AveragePool", "Concat", "GlobalAveragePool", "Mul", "ReduceMean",
                // Functions of one number, by table.
                "Clip", "Erf", "HardSigmoid", "HardSwish", "LeakyRelu", "Relu", "Sigmoid", "Tanh"};
  return r;
}

class NativeModel final : public LoadedModel {
 public:
  explicit NativeModel(std::unique_ptr<Session> session, bool profile)
      : session_(std::move(session)) {
    session_->set_profiling(profile);
  }
  const std::vector<PortInfo>& inputs() const override { return session_->inputs(); }
  const std::vector<PortInfo>& outputs() const override { return session_->outputs(); }
  std::vector<Tensor> run(const std::vector<Tensor>& inputs) override {
    return session_->run(inputs);
  }
  std::vector<RuntimeValue> run_values(const std::vector<RuntimeValue>& inputs) override {
    return session_->run_values(inputs);
  }
  std::vector<StepInfo> profile() override { return session_->steps(); }

 private:
  std::unique_ptr<Session> session_;
};

TargetStatus status(const TargetOptions&) {
  TargetStatus s;
  s.found = true;
  s.version = PARE_VERSION;
  s.where = "built in";
  s.note = cat(available_cores(), available_cores() == 1 ? " core" : " cores");
  return s;
}

/// The plan file at `path`, when it is one that this machine uses.
std::shared_ptr<const PlanFile> plan_at(const std::filesystem::path& path) {
  const auto file = MappedFile::open(path);
  if (!PlanFile::begins(file->bytes())) return nullptr;
  try {
    auto plan = PlanFile::parse(file->bytes(), file);
    return plan->refusal(machine_text()).empty() ? plan : nullptr;
  } catch (const Error&) {  // who reads the model says so
    return nullptr;
  }
}

/// A session of a model that came from a plan file: its rewrites are done, its weights packed.
std::unique_ptr<Session> plan_session(const Model& model,
                                      const std::shared_ptr<const PlanFile>& plan,
                                      const OpRegistry& ops, SessionOptions session) {
  session.allow_bf16 = plan->fact(plan_fact::kBf16) == "1";
  if (plan->fact(plan_fact::kExact) == "1") session.winograd = false;
  session.tuning = TuningOptions();  // the weights are packed for the kernels as they were
  std::shared_ptr<PackedStore> store;
  const std::string runtime = plan->fact(plan_fact::kRuntime);
  if (runtime == runtime_text()) {
    store = std::make_shared<PlanFileStore>(plan);
    session.tuning.known = plan->fact(plan_fact::kTimings);
    if (!session.tuning.known.empty()) {
      session.tuning.how = plan->fact(plan_fact::kTuning) == "full" ? Tuning::full : Tuning::fast;
    }
  } else {
    warn(cat("the plan's packed weights are not used: they are those of ", escape_terminal(runtime),
             ", this is ", runtime_text()));
  }
  return create_packed_session(*model.graph, ops, std::move(session), std::move(store),
                               plan->fact(plan_fact::kShapes));
}

std::unique_ptr<Graph> graph_at(const std::filesystem::path& path, const TargetOptions& options) {
  const TargetEnvironment& environment = options.environment;
  Model model = environment.read(path);
  if (environment.optimize != nullptr && !options.reference_only) {
    environment.optimize(*model.graph, *environment.ops);
  }
  return std::move(model.graph);
}

/// What tells that a file was exchanged.
struct FileMark {
  std::uintmax_t bytes = 0;
  std::filesystem::file_time_type changed;
  friend bool operator==(const FileMark&, const FileMark&) = default;
};

FileMark mark_of(const std::filesystem::path& path) {
  std::error_code error;
  FileMark mark;
  mark.bytes = std::filesystem::file_size(path, error);
  if (!error) mark.changed = std::filesystem::last_write_time(path, error);
  if (error) throw Error(Fault::io, cat("cannot look at the file: ", error.message()));
  return mark;
}

/// The graph once more, for a session that gave it away.
GraphSource source_of(const std::filesystem::path& path, const TargetOptions& options) {
  return [path, options, mark = mark_of(path)] {
    return during(
        [&] { return cat("reading ", path.string(), " again for inputs of other sizes"); },
        [&] {
          if (mark_of(path) != mark) {
            throw Error(Fault::io, "the file has changed since the model was loaded");
          }
          return graph_at(path, options);
        });
  };
}

std::unique_ptr<LoadedModel> load(const std::filesystem::path& path, const TargetOptions& options) {
  const TargetEnvironment& environment = options.environment;
  if (environment.ops == nullptr || environment.read == nullptr) {
    throw Error(Fault::internal, "target native needs TargetOptions::environment");
  }
  return during(
      [&] { return cat("loading ", path.string(), " into native"); },
      [&] {
        Model model = environment.read(path);
        const auto plan = model.producer_name == kPlanProducer ? plan_at(path) : nullptr;
        if (plan == nullptr && environment.optimize != nullptr && !options.reference_only) {
          environment.optimize(*model.graph, *environment.ops);
        }
        SessionOptions session;
        session.threads = options.threads > 0 ? options.threads : available_cores();
        session.reference_only = options.reference_only;
        session.tuning = options.tuning;
        session.winograd = !options.exact_convolutions;
        if (plan != nullptr) {
          return std::make_unique<NativeModel>(
              plan_session(model, plan, *environment.ops, std::move(session)), options.profile);
        }
        GraphSource again;
        if (options.release_weights) again = source_of(path, options);
        return std::make_unique<NativeModel>(
            Session::create(std::move(model.graph), *environment.ops, std::move(session),
                            std::move(again)),
            options.profile);
      });
}

Support supports(const Node& node, const TargetOptions& options) {
  require(options.environment.ops != nullptr, "target native needs TargetOptions::environment");
  static const TargetRules native_rules = rules();
  Support support;
  const OpDef* def = options.environment.ops->find(node);
  if (def == nullptr || def->reference == nullptr) {
    support.reason = cat("no operator ", escape_terminal(node.op()));
    return support;
  }
  QdqRules picky;
  picky.rules = &native_rules;
  support = judge_integer_form(node, picky);
  support.runs = true;
  return support;
}

}  // namespace

TargetDef target_native() {
  TargetDef def;
  def.name = "native";
  def.what = "pare's own runtime on this machine's CPU";
  def.rules = rules();
  def.status = status;
  def.load = load;
  def.supports = supports;
  return def;
}

}  // namespace pare
