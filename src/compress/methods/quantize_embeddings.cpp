#include <algorithm>

#include "base/decimal.hpp"
#include "compress/embeddings.hpp"
#include "compress/method.hpp"

namespace pare {
namespace {

struct Options {
  std::int64_t least_elements = 4096;
  std::vector<std::string> keep_float;
};

OptionTable<Options> options() {
  OptionTable<Options> t;
  t.integer("least_elements", &Options::least_elements, "smaller tables stay float")
      .between(0, 1e9);
  t.texts("keep_float", &Options::keep_float, "names of tables (constants) that stay float");
  return t;
}

void apply(Model& model, const Options& o, MethodContext& context) {
  Graph& graph = *model.graph;
  std::size_t done = 0;
  std::int64_t weights = 0;
  for (Value* table : embedding_tables(graph, o.least_elements)) {
    const std::string& name = table->name();
    const auto& keep = o.keep_float;
    if (std::find(keep.begin(), keep.end(), name) != keep.end()) {
      context.events.push_back(
          {"quantize_embeddings", name, Verdict::Kind::refuse, "kept in float by choice"});
      continue;
    }
    weights += table->constant().size();
    const double db = code_table(graph, table);
    ++done;
    context.events.push_back({"quantize_embeddings", name, Verdict::Kind::accept,
                              cat("weight SQNR ", fixed(db, 1), " dB")});
  }
  graph.remove_unused();
  infer_shapes(graph, context.ops);
  context.notes.push_back(
      cat("quantize_embeddings: ", done, " tables of ", weights, " weights in 8 bits"));
}

}  // namespace

MethodDef method_quantize_embeddings() {
  return make_method("quantize_embeddings",
                     "hold the tables that Gather looks rows up in (embeddings) in 8 bits, a scale "
                     "for each row",
                     options(), apply)
      .rounding()
      .source("ONNX Gather; rounding to nearest");
}

}  // namespace pare
