#include "base/text.hpp"
#include "base/threads.hpp"
#include "targets/qdq.hpp"
#include "targets/target.hpp"

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

std::unique_ptr<LoadedModel> load(const std::filesystem::path& path, const TargetOptions& options) {
  const TargetEnvironment& environment = options.environment;
  if (environment.ops == nullptr || environment.read == nullptr) {
    throw Error(Fault::internal, "target native needs TargetOptions::environment");
  }
  return during([&] { return cat("loading ", path.string(), " into native"); },
                [&] {
                  const Model model = environment.read(path);
                  if (environment.optimize != nullptr && !options.reference_only) {
                    environment.optimize(*model.graph, *environment.ops);
                  }
                  SessionOptions session;
                  session.threads = options.threads > 0 ? options.threads : available_cores();
                  session.reference_only = options.reference_only;
                  session.winograd = !options.exact_convolutions;
                  return std::make_unique<NativeModel>(
                      Session::create(*model.graph, *environment.ops, std::move(session)),
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
