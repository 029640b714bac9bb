#include "compress/schemes.hpp"

namespace pare {
namespace {

struct Options {
  std::string scheme = "int8";
  std::string calibration = "mse";
  double percentile = 99.99;
  std::string form = "storage";
  bool per_channel = true;
  bool clip_search = false;
  std::int64_t weight_bits = 8;
  std::int64_t least_elements = 64;
  std::vector<std::string> keep_float;
  std::vector<std::string> only;
};

OptionTable<Options> options() {
  OptionTable<Options> t;
  t.text("scheme", &Options::scheme, "number format and where it applies")
      .one_of({"fp16", "bf16", "weight_only_int8", "dynamic_int8", "int8"});
  t.text("calibration", &Options::calibration, "int8: how activation ranges are chosen")
      .one_of(range_method_names());
  t.real("percentile", &Options::percentile, "share of values inside the range, in percent")
      .between(50.0, 100.0);
  t.text("form", &Options::form,
         "fp16/bf16: storage keeps arithmetic in float32, compute converts it too")
      .one_of({"storage", "compute"});
  t.flag("per_channel", &Options::per_channel, "one weight scale per output channel");
  t.flag("clip_search", &Options::clip_search, "shrink weight ranges where that lowers the error");
  t.integer("weight_bits", &Options::weight_bits, "8, or 7 for CPUs whose 8-bit products saturate")
      .between(7, 8);
  t.integer("least_elements", &Options::least_elements, "smaller constants stay as they are")
      .between(0, 1e9);
  t.texts("keep_float", &Options::keep_float, "names of nodes that stay in float");
  t.texts("only", &Options::only, "int8: if given, only these nodes become integer");
  return t;
}

std::set<std::string> as_set(const std::vector<std::string>& names) {
  return {names.begin(), names.end()};
}

void note_rows(const std::string& scheme, const std::vector<LayerQuantization>& rows,
               MethodContext& context) {
  std::size_t done = 0;
  for (const LayerQuantization& row : rows) {
    done += row.quantized ? 1 : 0;
    context.events.push_back({"quantize", row.node,
                              row.quantized ? Verdict::Kind::accept : Verdict::Kind::refuse,
                              row.reason});
  }
  context.notes.push_back(
      cat("quantize ", scheme, ": ", done, " of ", rows.size(), " layers quantized"));
}

void apply(Model& model, const Options& o, MethodContext& context) {
  Graph& graph = *model.graph;
  infer_shapes(graph, context.ops);
  WeightOptions weights;
  weights.per_channel = o.per_channel;
  weights.clip_search = o.clip_search;
  weights.qmax = o.weight_bits == 8 ? 127 : 63;
  if (o.scheme == "fp16" || o.scheme == "bf16") {
    const ElementKind type = o.scheme == "fp16" ? ElementKind::f16 : ElementKind::bf16;
    if (o.form == "storage") {
      const std::size_t n = store_constants_as(graph, type, o.least_elements);
      context.notes.push_back(cat("quantize ", o.scheme, ": ", n, " constants stored in 16 bits"));
    } else {
      const auto stayed = compute_in(graph, context.ops, type);
      context.notes.push_back(
          cat("quantize ", o.scheme, ": ", stayed.size(), " nodes stayed in float32"));
    }
  } else if (o.scheme == "weight_only_int8") {
    note_rows(o.scheme,
              quantize_weights_only(graph, weights, o.least_elements, as_set(o.keep_float)),
              context);
  } else if (o.scheme == "dynamic_int8") {
    note_rows(o.scheme, quantize_dynamic_int8(graph, weights, as_set(o.keep_float)), context);
  } else {
    const auto table = cached_statistics(graph, context.prefix, context);
    StaticInt8 options;
    options.calibration = parse_range_method(o.calibration);
    options.percentile = o.percentile;
    options.per_channel = o.per_channel;
    options.clip_search = o.clip_search;
    options.weight_qmax = weights.qmax;
    options.keep_float = as_set(o.keep_float);
    options.only = as_set(o.only);
    note_rows(o.scheme, quantize_static_int8(graph, *table, options, context.rules), context);
  }
  infer_shapes(graph, context.ops);
}

}  // namespace

MethodDef method_quantize() {
  return make_method("quantize",
                     "store or compute in fewer bits: fp16, bf16, weight-only, dynamic or static "
                     "int8",
                     options(), apply)
      .needs_calibration_when(
          [](const OptionMap& given) { return option_text(given, "scheme", "int8") == "int8"; })
      .rounding()
      .source("ONNX QuantizeLinear; arXiv:1712.05877; arXiv:2004.09602");
}

}  // namespace pare
