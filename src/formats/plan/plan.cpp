#include "formats/plan/plan.hpp"

#include <algorithm>
#include <system_error>

#include "base/machine.hpp"
#include "base/sha256.hpp"
#include "base/temporary_directory.hpp"
#include "base/text.hpp"
#include "base/warning.hpp"
#include "formats/onnx/reader.hpp"
#include "formats/onnx/versions.hpp"
#include "formats/onnx/writer.hpp"

namespace pare {
namespace plan {
namespace {

namespace fs = std::filesystem;

/// Weights of the graph are inputs with this in front of their name in the ONNX piece, so that the
/// piece stays small and the weights lie where they can be used.
constexpr std::string_view kPrefix = "pare.plan/";
constexpr std::size_t kInlineBelowBytes = 1024;

bool is_apart(const Value& v) {
  return v.constant().bytes().size() >= kInlineBelowBytes && !v.is_graph_output() &&
         v.constant().kind() != ElementKind::string;
}

void put_weights(Graph& graph, const std::map<std::string, const PlanPiece*>& weights) {
  const std::vector<Value*> inputs = graph.inputs();
  for (Value* input : inputs) {
    const std::string& full = input->name();
    if (full.compare(0, kPrefix.size(), kPrefix) != 0) continue;
    const auto it = weights.find(full.substr(kPrefix.size()));
    if (it == weights.end()) {
      throw Error(Fault::corrupt, cat("no weights for '", escape_terminal(full), "'"));
    }
    const Tensor& data = it->second->data;
    if (input->dtype() != data.type() || input->known_shape() != data.shape()) {
      throw Error(Fault::corrupt, cat("weights of another form for '", escape_terminal(full), "'"));
    }
    graph.replace(input, graph.add_constant(data, it->first));
    graph.erase_input(input);
  }
}

Tensor bytes_of(const fs::path& path) {
  const auto file = MappedFile::open(path);
  const auto size = static_cast<std::int64_t>(file->bytes().size());
  return Tensor(dtype_of(ElementKind::u8), {size}, file->bytes(), file);
}

/// Where the model may be that a plan was made of, the most certain place first, and what its hash
/// must be ("" = not known).
std::vector<std::pair<fs::path, std::string>> sources_of(const fs::path& path,
                                                         const PlanFile* plan) {
  std::vector<std::pair<fs::path, std::string>> out;
  if (plan != nullptr) {
    const fs::path named = plan->fact(plan_fact::kSource);
    const std::string hash = plan->fact(plan_fact::kSourceHash);
    if (!named.empty() && hash.size() == 64) {
      out.emplace_back(path.parent_path() / named.filename(), hash);
      out.emplace_back(named, hash);
    }
    return out;
  }
  fs::path beside = path;
  out.emplace_back(beside.replace_extension(".onnx"), "");
  return out;
}

/// The first of those places that has the model; "" when none has.
fs::path find_source(const fs::path& path, const PlanFile* plan) {
  for (const auto& [source, hash] : sources_of(path, plan)) {
    std::error_code none;
    if (!fs::is_regular_file(source, none) || fs::equivalent(source, path, none)) continue;
    const auto file = MappedFile::open(source);
    if (PlanFile::begins(file->bytes())) continue;
    if (hash.empty() || sha256_hex(file->bytes()) == hash) return source;
  }
  return {};
}

int sniff(std::span<const std::byte> head, const fs::path&) {
  return PlanFile::begins(head) ? 100 : 0;
}

Model read(const fs::path& path, const ReadOptions& options) {
  const auto file = MappedFile::open(path);
  try {
    return read_bytes(file->bytes(), file, machine_text());
  } catch (const Error& error) {
    std::shared_ptr<const PlanFile> plan;
    try {
      plan = PlanFile::parse(file->bytes(), file);
    } catch (const Error&) {  // so it cannot say what it was made of
    }
    const fs::path source = find_source(path, plan.get());
    if (source.empty()) throw;
    warn(cat(escape_terminal(path.string()), " is not used: ", error.message(), "; reading ",
             escape_terminal(source.string()), " instead"));
    return read_model(source, options);
  }
}

}  // namespace

Model read_bytes(std::span<const std::byte> bytes, const std::shared_ptr<const void>& owner,
                 const std::string& machine) {
  const auto plan = PlanFile::parse(bytes, owner);
  if (const std::string why = plan->refusal(machine); !why.empty()) {
    throw Error(Fault::unsupported, why);
  }
  const PlanPiece* graph = nullptr;
  std::map<std::string, const PlanPiece*> weights;
  for (std::size_t i = 0; i < plan->pieces().size(); ++i) {
    const PlanPiece& piece = plan->pieces()[i];
    if (piece.kind == PieceKind::packed) continue;  // looked at when it is wanted
    plan->check(i);
    if (piece.kind == PieceKind::graph) {
      graph = &piece;
    } else if (!weights.emplace(piece.name, &piece).second) {
      throw Error(Fault::corrupt, cat("two weights '", escape_terminal(piece.name), "'"));
    }
  }
  if (graph == nullptr) throw Error(Fault::corrupt, "there is no graph in the plan");
  Model model = onnx::read_bytes(graph->data.bytes(), "plan");
  put_weights(*model.graph, weights);
  model.producer_name = kPlanProducer;
  model.producer_version = PARE_VERSION;
  return model;
}

std::vector<PlanPiece> pieces_of(const Model& model) {
  Model copy = model.clone();
  std::vector<PlanPiece> pieces(1);
  for (Value* v : copy.graph->constants()) {
    if (v->constant().kind() == ElementKind::block) {
      throw Error(Fault::unsupported,
                  cat("weights of ", v->constant().type().name(), " cannot be in a plan file yet"));
    }
    if (!is_apart(*v)) continue;
    const Tensor data = v->constant();
    const std::string name = v->name();
    copy.graph->rename(v, copy.graph->unique_name(name));
    Value* input = copy.graph->add_input(
        cat(kPrefix, name),
        ValueType(data.type(), SymShape(data.shape().begin(), data.shape().end())));
    copy.graph->replace(v, input);
    pieces.push_back({PieceKind::constant, name, data});
  }
  copy.graph->remove_unused();
  const TemporaryDirectory folder;
  WriteOptions options;
  options.opset = static_cast<int>(onnx::kNewestOpset);
  options.external_above_bytes = UINT64_MAX;
  onnx::write(copy, folder.path() / "graph.onnx", options);
  pieces[0] = {PieceKind::graph, "graph", bytes_of(folder.path() / "graph.onnx")};
  return pieces;
}

std::map<std::string, std::string> facts_of(const fs::path& source) {
  std::error_code none;
  const fs::path whole = fs::absolute(source, none);
  return {{plan_fact::kPare, PARE_VERSION},
          {plan_fact::kMachine, machine_text()},
          {plan_fact::kSource, (none ? source : whole).string()},
          {plan_fact::kSourceHash, sha256_file(source)}};
}

}  // namespace plan

/// Plan files: a model made ready for one machine (docs/plan.md). `pare compile` writes them.
FormatDef format_plan() {
  FormatDef def;
  def.name = "plan";
  def.what = "plan file of pare";
  def.extensions = {".plan"};
  def.sniff = plan::sniff;
  def.read = plan::read;
  return def;
}

}  // namespace pare
