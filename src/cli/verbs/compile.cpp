#include <algorithm>
#include <chrono>

#include "api/environment.hpp"
#include "base/text.hpp"
#include "base/threads.hpp"
#include "cli/inputs.hpp"
#include "cli/verb.hpp"
#include "formats/plan/plan.hpp"
#include "ir/infer.hpp"
#include "ops/registry.hpp"
#include "runtime/packed_session.hpp"

namespace pare {
namespace {

struct Arguments {
  std::string model;
  std::string output;
  std::vector<std::string> sizes;
  bool bf16 = false;
  bool force = false;
};

/// Open dimensions that --size names become numbers: the plan is for these only.
void bind_sizes(Graph& graph, const std::map<std::string, std::int64_t>& sizes) {
  std::map<std::string, Shape> shapes;
  for (const Value* v : graph.inputs()) {
    if (v->type().kind != ValueType::Kind::tensor || !v->type().shape) continue;
    SymShape shape = *v->type().shape;
    bool changed = false;
    for (Dim& dim : shape) {
      const auto it = dim.is_number() ? sizes.end() : sizes.find(dim.text());
      if (it == sizes.end()) continue;
      dim = Dim(it->second);
      changed = true;
    }
    if (!changed) continue;
    graph.find(v->name())->set_type(ValueType(v->dtype(), std::move(shape)));
  }
}

struct Made {
  std::vector<Tensor> inputs;
  std::vector<Tensor> outputs;
  std::string timings;  ///< that the choice of kernels rests on
  std::size_t packed_bytes = 0;
  std::size_t packed_pieces = 0;
};

/// The pieces of the plan file: the graph and its weights, and what one run packs.
std::vector<PlanPiece> make_pieces(const Model& model, const Arguments& a, const Console& console,
                                   Made& made) {
  auto store = std::make_shared<CollectingStore>();
  SessionOptions options;
  options.threads = threads();
  options.allow_bf16 = a.bf16;
  options.winograd = !console.options().exact_convolutions;
  options.tuning.how = tuning_of(console.options().tuning);
  if (options.tuning.how != Tuning::off) {
    // Measured by a session of its own, as the kernels that lose are made there, too.
    const auto tuned = Session::create(*model.graph, op_registry(), options);
    (void)tuned->run(read_inputs(tuned->inputs(), {}, a.sizes, console.options().seed));
    options.tuning.known = tuned->timings_text();
    made.timings = options.tuning.known;
  }
  const auto session =
      create_packed_session(*model.graph, op_registry(), options, store, std::string());
  made.inputs = read_inputs(session->inputs(), {}, a.sizes, console.options().seed);
  made.outputs = session->run(made.inputs);
  std::vector<PlanPiece> pieces = plan::pieces_of(model);
  for (const auto& [key, bytes] : store->all()) {
    pieces.push_back({PieceKind::packed, key, bytes});
    made.packed_bytes += bytes.bytes().size();
  }
  made.packed_pieces = store->all().size();
  return pieces;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Loads the file as it was written and runs it: the same bits, or it is not committed.
double check(const std::filesystem::path& path, const Made& made) {
  const auto start = std::chrono::steady_clock::now();
  TargetChoice choice = choose_target("native", environment());
  choice.options.threads = threads();
  const auto model = choice.target->load(path, choice.options);
  const double load_s = seconds_since(start);
  const std::vector<Tensor> got = model->run(made.inputs);
  const bool same = std::equal(made.outputs.begin(), made.outputs.end(), got.begin(), got.end(),
                               [](const Tensor& x, const Tensor& y) { return identical(x, y); });
  if (!same) throw Error(Fault::internal, "the plan file gives other outputs than the model");
  return load_s;
}

int run(const Arguments& a, Console& console) {
  const TargetEnvironment all = environment();
  Model model = all.read(a.model);
  if (model.producer_name == kPlanProducer) {
    throw Error(Fault::usage, cat(escape_terminal(a.model), " is a plan file already"));
  }
  const auto missing = unsupported_operators(*model.graph, op_registry());
  if (!missing.empty()) {
    throw Error(Fault::unsupported,
                cat(a.model, " has operators that pare lacks:\n  ", join(missing, "\n  ")));
  }
  all.optimize(*model.graph, op_registry());
  bind_sizes(*model.graph, parse_sizes(a.sizes));
  Made made;
  const std::vector<PlanPiece> pieces = make_pieces(model, a, console, made);
  std::map<std::string, std::string> facts = plan::facts_of(a.model);
  facts[plan_fact::kRuntime] = runtime_text();
  facts[plan_fact::kThreads] = cat(threads());
  facts[plan_fact::kShapes] = shapes_text(made.inputs);
  facts[plan_fact::kBf16] = a.bf16 ? "1" : "0";
  facts[plan_fact::kExact] = console.options().exact_convolutions ? "1" : "0";
  facts[plan_fact::kTuning] = console.options().tuning;
  if (!made.timings.empty()) facts[plan_fact::kTimings] = made.timings;
  AtomicFile file(a.output, a.force);
  write_plan_file(file, facts, pieces);
  file.flush();
  const double load_s = check(file.temporary_path(), made);
  const std::uint64_t size = file.size();
  file.commit();
  console.print(cat(made.packed_pieces, " packed weights (", human_bytes(made.packed_bytes),
                    ") for inputs ", facts[plan_fact::kShapes],
                    "; outputs are the same bits; read in ", fixed(load_s * 1000, 1),
                    " ms; written: ", a.output, " (", human_bytes(size), ")\n"));
  console.result({{"output", a.output},
                  {"bytes", size},
                  {"packed_pieces", made.packed_pieces},
                  {"packed_bytes", made.packed_bytes},
                  {"shapes", facts[plan_fact::kShapes]},
                  {"threads", threads()},
                  {"allow_bf16", a.bf16},
                  {"exact_convolutions", console.options().exact_convolutions},
                  {"tuning", console.options().tuning},
                  {"load_ms", load_s * 1000}});
  return 0;
}

std::function<int(Console&)> setup(CLI::App& app) {
  const auto a = std::make_shared<Arguments>();
  app.add_option("model", a->model, "model file")->required();
  app.add_option("-o,--output", a->output, "where the plan file goes")->required();
  app.add_option("--size", a->sizes, "size of an open dimension, such as N=4: the plan's only one");
  app.add_flag("--bf16", a->bf16, "float products may run in bfloat16 where the CPU has it");
  app.add_flag("--force", a->force, "replace an existing output");
  return [a](Console& console) { return run(*a, console); };
}

}  // namespace

VerbDef verb_compile() {
  return {"compile", "make a model ready for this machine: a plan file that loads at once",
          "  pare compile model.onnx -o model.plan --threads 1\n"
          "  pare compile model.onnx -o batch4.plan --size N=4\n"
          "  pare compile model.onnx -o model.plan --tuning full\n"
          "  pare run model.plan\n",
          setup};
}

}  // namespace pare
