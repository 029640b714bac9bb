#include "compress/weights/low_rank.hpp"

#include <algorithm>
#include <cmath>

#include "base/decimal.hpp"
#include "compress/affine.hpp"
#include "compress/layer_choice.hpp"
#include "compress/layer_inputs.hpp"
#include "compress/method.hpp"
#include "compress/weights/place.hpp"
#include "compress/weights/round_layer.hpp"

namespace pare {
namespace {

constexpr std::int64_t kResidualRank = 16;

struct Options {
  std::string mode = "residual";
  std::int64_t rank = 0;
  double energy = 0.999;
  bool weighted = false;
  std::string format;
  std::int64_t group = 0;
  std::int64_t iterations = 8;
  std::string factors = "float16";
  std::int64_t least_elements = 4096;
  std::vector<std::string> keep_float;
  std::vector<std::string> only;
};

OptionTable<Options> options() {
  OptionTable<Options> t;
  t.text("mode", &Options::mode,
         "residual: low rank factors beside each layer, whose weights keep the rest for a step "
         "that quantizes; replace: the factors in the place of the weights")
      .one_of({"residual", "replace"});
  t.integer("rank", &Options::rank, "of the factors; 0 = 16 (residual), by energy (replace)")
      .between(0, 1e6);
  t.real("energy", &Options::energy,
         "replace: share of the power of the outputs (weighted) or weights to be kept")
      .between(0, 1);
  t.flag("weighted", &Options::weighted,
         "the best factors for the outputs on calibration samples, not for the weights");
  t.text("format", &Options::format,
         "residual: the format that the rest will have; empty = not known");
  t.integer("group", &Options::group, "residual: weights of the rest that will share a scale")
      .between(0, 1e6);
  t.integer("iterations", &Options::iterations,
            "residual with a format: turns of rounding the rest and factoring what that loses")
      .between(0, 1000);
  t.text("factors", &Options::factors, "residual: how the factors are stored")
      .one_of({"float16", "float32"});
  t.integer("least_elements", &Options::least_elements, "smaller weights stay as they are")
      .between(0, 1e9);
  t.texts("keep_float", &Options::keep_float, "names of layers that stay as they are");
  t.texts("only", &Options::only, "if given, only these layers");
  return t;
}

bool is_transposed(const Node& n) { return n.is("Gemm") && n.int_or("transB", 0) != 0; }

/// [rows, columns] as a tensor of [columns, rows].
Tensor transposed(const WeightMatrix& w) {
  Tensor t(ElementKind::f32, {w.columns, w.rows});
  const auto out = t.mutable_data<float>();
  for (std::int64_t r = 0; r < w.rows; ++r) {
    for (std::int64_t c = 0; c < w.columns; ++c) out[c * w.rows + r] = w.row(r)[c];
  }
  return t;
}

/// In the order of the weights of `n`, whose shape (of convolutions: behind the first) is `like`.
Tensor in_order_of(const Node& n, const WeightMatrix& w, Shape like) {
  if (n.is("Conv")) {
    like[0] = w.rows;
    return Tensor::of<float>(like, w.values);
  }
  return is_transposed(n) ? Tensor::of<float>({w.rows, w.columns}, w.values) : transposed(w);
}

class Factorizer {
 public:
  Factorizer(Graph& graph, const Options& o, MethodContext& context)
      : graph_(graph), o_(o), context_(context) {}

  void run() {
    choose();
    if (o_.weighted) collect();
    for (Node* node : layers_) {
      if (o_.mode == "residual") {
        add_branch(*node);
      } else {
        replace(*node);
      }
    }
    graph_.sort();
    graph_.remove_unused();
    report();
  }

 private:
  void event(const Node& n, Verdict v) {
    context_.events.push_back({"low_rank", n.name(), v.kind, std::move(v.reason)});
  }
  void accepted(const Node& n, std::string what) {
    Verdict v = accept();
    v.reason = std::move(what);
    event(n, std::move(v));
  }

  void choose() {
    check_names(graph_, {.keep_float = o_.keep_float, .only = o_.only});
    const auto among = [](const Node& n, const std::vector<std::string>& list) {
      return std::find(list.begin(), list.end(), n.name()) != list.end();
    };
    for (Node* node : graph_.nodes()) {
      const Tensor* w = constant_weights(*node);
      if (w == nullptr) continue;
      ++seen_;
      std::string why;
      if (!weight_matrix(*node) || node->int_or("transA", 0) != 0) {
        why = "its weights are no matrix";
      } else if (node->is("Conv") && node->int_or("group", 1) != 1) {
        why = "a convolution in groups";
      } else if (among(*node, o_.keep_float)) {
        why = "kept by choice";
      } else if (!o_.only.empty() && !among(*node, o_.only)) {
        why = "not among the chosen";
      } else if (w->size() < o_.least_elements) {
        why = cat(w->size(), " weights only");
      }
      if (why.empty()) {
        layers_.push_back(node);
      } else {
        event(*node, refuse(why));
      }
    }
  }

  void collect() {
    if (context_.calibration == nullptr) {
      throw Error(Fault::usage, "this step needs calibration samples (--data or --calib)");
    }
    std::vector<std::string> names;
    names.reserve(layers_.size());
    for (const Node* node : layers_) names.push_back(node->name());
    inputs_ =
        collect_layer_inputs(graph_, context_.ops, *context_.calibration, names, context_.progress);
  }

  [[nodiscard]] std::span<const double> moments_of(const Node& n) const {
    const auto found = inputs_.find(n.name());
    return found == inputs_.end() ? std::span<const double>() : found->second.moments_of(0);
  }

  /// y = x W'  ->  y = x (W - A B)' + (x B') A'.
  void add_branch(Node& node) {
    const WeightMatrix w = *weight_matrix(node);
    ResidualOptions r;
    r.rank = o_.rank > 0 ? o_.rank : kResidualRank;
    r.iterations = o_.iterations;
    r.half = o_.factors == "float16";
    const std::int64_t smaller = std::min(w.rows, w.columns);
    if (r.rank >= smaller) {
      event(node, refuse(cat("rank ", r.rank, " of ", smaller)));
      return;
    }
    std::function<WeightMatrix(const WeightMatrix&)> rounded;
    if (!o_.format.empty()) {
      const DType format = weight_format(o_.format);
      const RoundOptions rounding = {.method = "mse", .group = o_.group};
      rounded = [=](const WeightMatrix& rest) {
        std::vector<std::string> notes;
        return round_layer(rest, rounding, format, nullptr, notes).decoded();
      };
    }
    const ResidualFactors found = residual_factors(w, moments_of(node), r, rounded);
    const LowRankFactors& f = found.factors;
    const Shape shape = node.input(1)->constant().shape();
    const std::string weights = node.input(1)->name();
    node.set_input(1, graph_.add_constant(in_order_of(node, without(w, f), shape), weights));
    Value* branch = second(node, first(node, f.right, shape, true), f.left, true);
    add_to_output(node, branch);
    std::string text = cat("rank ", f.rank());
    if (rounded) {
      text += cat(", error with ", o_.format, " ", found.error, " (", found.direct, " without)");
    }
    accepted(node, std::move(text));
    weights_ += static_cast<double>(w.values.size());
    added_ += static_cast<double>(f.left.values.size() + f.right.values.size());
    ++done_;
  }

  /// Factors in float16 stand behind a Cast, which no step takes for weights to be quantized.
  Value* constant(Tensor t, const std::string& name, bool branch) {
    if (!branch || o_.factors == "float32") return graph_.add_constant(std::move(t), name);
    const SymShape shape = to_symbolic(t.shape());
    Value* narrow = graph_.add_constant(t.cast(dtype_of(ElementKind::f16)), name);
    Value* wide =
        graph_
            .add_node({.op = "Cast",
                       .inputs = {narrow},
                       .attributes = {{"to", static_cast<std::int64_t>(ElementKind::f32)}},
                       .name = graph_.unique_name(name + "_cast"),
                       .output_names = {graph_.unique_name(name + "_wide")}})
            ->output();
    wide->set_type(ValueType(dtype_of(ElementKind::f32), shape));
    return wide;
  }

  Value* make(NodeSpec spec, const std::string& name) {
    spec.name = graph_.unique_name(name);
    spec.output_names = {graph_.unique_name(name + "_output")};
    names_.push_back(spec.name);
    Value* y = graph_.add_node(std::move(spec))->output();
    y->set_type(ValueType(dtype_of(ElementKind::f32)));
    return y;
  }

  /// x B': `rank` channels; of convolutions by the kernel of the layer.
  Value* first(const Node& node, const WeightMatrix& right, const Shape& shape, bool branch) {
    const std::string name = node.name() + "_low_rank_in";
    if (!node.is("Conv")) {
      Value* w = constant(transposed(right), name + "_weight", branch);
      return make({.op = "MatMul", .inputs = {node.input(0), w}}, name);
    }
    Value* w = constant(in_order_of(node, right, shape), name + "_weight", branch);
    return make({.op = "Conv", .inputs = {node.input(0), w}, .attributes = node.attributes()},
                name);
  }

  /// t A' of a branch.
  Value* second(const Node& node, Value* t, const WeightMatrix& left, bool branch) {
    const std::string name = node.name() + "_low_rank_out";
    if (node.is("Conv")) {
      Value* w = constant(one_by_one(node, left), name + "_weight", branch);
      return make({.op = "Conv", .inputs = {t, w}}, name);
    }
    WeightMatrix scaled = left;
    const float alpha = node.is("Gemm") ? node.float_or("alpha", 1) : 1;
    for (float& v : scaled.values) v *= alpha;
    Value* w = constant(transposed(scaled), name + "_weight", branch);
    return make({.op = "MatMul", .inputs = {t, w}}, name);
  }

  static Tensor one_by_one(const Node& node, const WeightMatrix& left) {
    Shape shape(node.input(1)->type().shape ? node.input(1)->type().shape->size() : 4, 1);
    shape[0] = left.rows;
    shape[1] = left.columns;
    return Tensor::of<float>(shape, left.values);
  }

  void add_to_output(Node& node, Value* branch) {
    Value* y = node.output();
    Value* sum = make({.op = "Add", .inputs = {branch, branch}}, node.name() + "_low_rank_sum");
    names_.pop_back();  // nothing to quantize
    sum->set_type(y->type());
    graph_.replace(y, sum);
    sum->producer()->set_input(0, y);
  }

  /// y = x W'  ->  y = (x B') A'.
  void replace(Node& node) {
    const WeightMatrix w = *weight_matrix(node);
    const TruncatedSvd svd(w, whitening_factor(moments_of(node), w.columns));
    const std::int64_t rank = o_.rank > 0 ? o_.rank : svd.rank_for(o_.energy);
    const LowRankFactors f = svd.factors(rank);
    const std::size_t count = f.left.values.size() + f.right.values.size();
    if (count >= w.values.size()) {
      event(node, refuse(cat("rank ", rank, " needs ", count, " weights for ", w.values.size())));
      return;
    }
    const Shape shape = node.input(1)->constant().shape();
    Value* t = first(node, f.right, shape, false);
    Tensor left = node.is("Conv") ? one_by_one(node, f.left) : in_order_of(node, f.left, shape);
    node.set_input(1, graph_.add_constant(std::move(left), node.input(1)->name()));
    node.set_input(0, t);
    if (node.is("Conv")) {
      for (const char* name : {"kernel_shape", "strides", "pads", "dilations", "auto_pad"}) {
        node.erase_attribute(name);
      }
    }
    accepted(node, cat("rank ", f.rank(), ", ", w.values.size(), " -> ", count, " weights, ",
                       o_.weighted ? "output" : "weight", " error ", svd.lost(f.rank())));
    weights_ += static_cast<double>(w.values.size());
    added_ += static_cast<double>(count);
    ++done_;
  }

  void report() {
    const double share = weights_ > 0 ? added_ / weights_ : 0;
    std::string text = cat("low_rank ", o_.mode, ": ", done_, " of ", seen_, " layers");
    if (o_.mode == "replace") {
      context_.notes.push_back(cat(text, ", ", fixed(100 * share, 1), " % of their weights"));
      return;
    }
    const int bits = o_.factors == "float16" ? 16 : 32;
    context_.notes.push_back(cat(text, ", factors in ", o_.factors, ": ", fixed(bits * share, 2),
                                 " bits more for each weight"));
    if (o_.factors == "float32" && done_ > 0) {
      context_.notes.push_back(cat("low_rank: steps that quantize take the factors for layers ",
                                   "unless told: keep_float: [", join(names_, ", "), "]"));
    }
  }

  Graph& graph_;
  const Options& o_;
  MethodContext& context_;
  std::vector<Node*> layers_;
  std::map<std::string, LayerInputs> inputs_;
  std::vector<std::string> names_;  ///< of products by the factors
  std::size_t seen_ = 0;
  std::size_t done_ = 0;
  double weights_ = 0;
  double added_ = 0;
};

void apply(Model& model, const Options& o, MethodContext& context) {
  infer_shapes(*model.graph, context.ops);
  Factorizer(*model.graph, o, context).run();
  infer_shapes(*model.graph, context.ops);
}

}  // namespace

MethodDef method_low_rank() {
  return make_method("low_rank",
                     "factor weights: a product of low rank beside what is quantized, or in the "
                     "place of the weights",
                     options(), apply)
      .needs_calibration_when([](const OptionMap& given) {
        const auto it = given.find("weighted");
        const bool* weighted = it == given.end() ? nullptr : std::get_if<bool>(&it->second);
        return weighted != nullptr && *weighted;
      })
      .source("arXiv:2411.05007; arXiv:2310.08659; arXiv:2403.07378");
}

}  // namespace pare
