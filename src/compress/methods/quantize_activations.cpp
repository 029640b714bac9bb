#include "compress/activations.hpp"
#include "compress/weights/round_layer.hpp"

namespace pare {
namespace {

struct Options {
  std::string format = "int8";
  std::string scaling = "static";
  std::string calibration = "mse";
  double percentile = 99.99;
  std::vector<std::string> keep_float;
  std::vector<std::string> only;
  bool keep_ends = false;
};

OptionTable<Options> options() {
  OptionTable<Options> t;
  t.text("format", &Options::format,
         "number format, as `pare formats` lists them; int8: integer kernels where the weights are "
         "codes, unsigned with a zero point where the target takes it");
  t.text("scaling", &Options::scaling,
         "static, channel: scales from calibration, for all or each channel (no integer kernels); "
         "tensor, token: found at run time, for all or each row")
      .one_of({"static", "channel", "tensor", "token"});
  t.text("calibration", &Options::calibration,
         "static: how ranges are chosen (channel: always minmax)")
      .one_of(range_method_names());
  t.real("percentile", &Options::percentile, "share of values inside the range, in percent")
      .between(50.0, 100.0);
  t.texts("keep_float", &Options::keep_float, "names of layers whose inputs stay float");
  t.texts("only", &Options::only, "if given, only the inputs of these layers are quantized");
  t.flag("keep_ends", &Options::keep_ends, "the first and the last layer stay float");
  return t;
}

Scaling scaling_of(const std::string& name) {
  if (name == "tensor") return Scaling::tensor;
  if (name == "channel") return Scaling::channel;
  return name == "token" ? Scaling::token : Scaling::fixed;
}

DType format_of(const std::string& name) {
  const DType format = weight_format(name);
  if (format.info().encode == nullptr || format.info().decode == nullptr) {
    throw Error(Fault::config, cat("the format ", format.name(), " holds no numbers"));
  }
  return format;
}

std::vector<LayerQuantization> to_integers(Graph& graph, const Options& o,
                                           std::set<std::string> keep, MethodContext& context) {
  StaticInt8 options;
  options.calibration = parse_range_method(o.calibration);
  options.percentile = o.percentile;
  options.weights = false;
  options.keep_float = std::move(keep);
  options.only = {o.only.begin(), o.only.end()};
  const auto table = cached_statistics(graph, context.prefix, context);
  return quantize_static_int8(graph, *table, options, context.rules);
}

std::vector<LayerQuantization> to_format(Graph& graph, const Options& o, std::set<std::string> keep,
                                         MethodContext& context) {
  ActivationScheme scheme;
  scheme.format = format_of(o.format);
  scheme.scaling = scaling_of(o.scaling);
  scheme.calibration = parse_range_method(o.calibration);
  scheme.percentile = o.percentile;
  scheme.keep_float = std::move(keep);
  scheme.only = {o.only.begin(), o.only.end()};
  scheme.bounds_first = scheme.format.is_float() && context.rules.mistakes_float8_groups;
  std::shared_ptr<const ActivationTable> table;
  if (scheme.scaling == Scaling::fixed && needs_scale(scheme.format)) {
    table = cached_statistics(graph, context.prefix, context);
  }
  ChannelTable channels;
  if (scheme.scaling == Scaling::channel) {
    if (scheme.format.info().own_scale) {
      throw Error(Fault::config, cat("the format ", o.format, " has scales of its own"));
    }
    if (context.calibration == nullptr) {
      throw Error(Fault::usage, "this step needs calibration samples (--data or --calib)");
    }
    channels = collect_channels(graph, context.ops, *context.calibration, channels_of_inputs(graph),
                                context.progress);
  }
  if (!is_onnx_activation(scheme)) {
    context.notes.push_back(
        cat("quantize_activations ", o.format, ": simulated; the file runs in pare only"));
  }
  return quantize_inputs(graph, table.get(), scheme, &channels);
}

void apply(Model& model, const Options& o, MethodContext& context) {
  Graph& graph = *model.graph;
  infer_shapes(graph, context.ops);
  std::set<std::string> keep = {o.keep_float.begin(), o.keep_float.end()};
  const std::vector<std::string> layers = int8_candidates(graph);
  if (o.keep_ends && !layers.empty()) keep.insert({layers.front(), layers.back()});
  const bool integers = o.format == "int8" && o.scaling == "static";
  const auto rows = integers ? to_integers(graph, o, std::move(keep), context)
                             : to_format(graph, o, std::move(keep), context);
  std::size_t done = 0;
  for (const LayerQuantization& row : rows) {
    done += row.quantized ? 1 : 0;
    context.events.push_back({"quantize_activations", row.node,
                              row.quantized ? Verdict::Kind::accept : Verdict::Kind::refuse,
                              row.reason});
  }
  context.notes.push_back(
      cat("quantize_activations ", o.format, ": inputs of ", done, " of ", rows.size(), " layers"));
  infer_shapes(graph, context.ops);
}

}  // namespace

MethodDef method_quantize_activations() {
  return make_method("quantize_activations",
                     "hold the inputs of products and convolutions in few bits; comes after what "
                     "codes the weights",
                     options(), apply)
      .needs_calibration_when([](const OptionMap& given) {
        const DType format = dtype_by_name(option_text(given, "format", "int8"));
        const bool own = format.valid() && !needs_scale(format);
        const std::string scaling = option_text(given, "scaling", "static");
        return scaling == "channel" || (!own && scaling == "static");
      })
      .rounding()
      .source("ONNX QuantizeLinear; arXiv:2309.14592; OCP Microscaling Formats, version 1.0");
}

}  // namespace pare
