#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "compress/layer_choice.hpp"
#include "compress/method.hpp"
#include "compress/weights/fold_rotation.hpp"

namespace pare {
namespace {

struct Options {
  std::vector<std::string> only;
  std::int64_t seed = 0;
  bool online = false;
};

OptionTable<Options> options() {
  OptionTable<Options> t;
  t.texts("only", &Options::only,
          "if given, only the inputs of these layers, and what has to rotate with them");
  t.integer("seed", &Options::seed, "of the random signs").between(0, 1e9);
  t.flag("online", &Options::online,
         "where no layer before can take the rotation, a product with a constant at run time");
  return t;
}

class Rotator {
 public:
  Rotator(Graph& graph, const Options& o, MethodContext& context)
      : graph_(graph), o_(o), context_(context) {}

  void run() {
    check_names(graph_, {.keep_float = {}, .only = o_.only});
    std::set<const Value*> looked_at;
    for (Node* node : graph_.nodes()) {
      if (!is_rotatable_product(*node)) continue;
      ++seen_;
      if (done_.count(node) > 0 || !wanted(*node)) continue;
      if (!looked_at.insert(node->input(0)).second) continue;
      rotate_input(*node);
    }
    graph_.sort();
    graph_.remove_unused();
    report();
  }

 private:
  [[nodiscard]] bool wanted(const Node& n) const {
    return o_.only.empty() || std::find(o_.only.begin(), o_.only.end(), n.name()) != o_.only.end();
  }

  void event(const Node& n, Verdict v) {
    context_.events.push_back({"rotate", n.name(), v.kind, std::move(v.reason)});
  }

  Rng next_rng() {
    return Rng(static_cast<std::uint64_t>(o_.seed), static_cast<std::uint64_t>(rotations_++));
  }

  void rotate_input(Node& first) {
    RotationFold fold(graph_, first.input(0), first.is("Conv"));
    if (fold.refusal().empty()) {
      fold.commit(BlockRotation(fold.block(), fold.keeps_mean(), next_rng()));
      folded_ += static_cast<std::int64_t>(fold.layers().size());
      for (Node* layer : fold.layers()) {
        done_.insert(layer);
        Verdict verdict = accept();
        verdict.reason = cat("blocks of ", fold.block(), ", folded into what comes before");
        event(*layer, std::move(verdict));
      }
      return;
    }
    std::vector<Node*> readers;
    for (const Use& use : first.input(0)->uses()) {
      if (&use.node->graph() == &graph_ && use.input == 0 && is_rotatable_product(*use.node) &&
          wanted(*use.node)) {
        readers.push_back(use.node);
      }
    }
    std::string why = fold.refusal();
    if (o_.online && insert_rotation(first, readers, why)) return;
    for (const Node* node : readers) {
      event(*node, refuse(why));
      ++refused_[why];
    }
  }

  /// A product by the matrix of signs in front of all readers; their weights take the factor that
  /// makes it orthogonal. The signs are float16 behind a Cast: exact, half the bytes, and no
  /// weights to the steps that quantize.
  bool insert_rotation(const Node& first, const std::vector<Node*>& readers, std::string& why) {
    const Tensor& w = first.input(1)->constant();
    if (first.is("Conv")) {
      why += "; convolutions have no rotation at run time";
      return false;
    }
    const std::int64_t n = w.dim(first.int_or("transB", 0) != 0 ? 1 : 0);
    if (!Rotation::exists(n)) {
      why += cat("; no Hadamard matrix of order ", n);
      return false;
    }
    const BlockRotation q(n, false, next_rng());
    Value* rotated_input = product_with_signs(first, q);
    const std::vector<float> factor(static_cast<std::size_t>(n),
                                    static_cast<float>(1 / std::sqrt(static_cast<double>(n))));
    for (Node* node : readers) {
      const std::size_t axis = node->int_or("transB", 0) != 0 ? 1 : 0;
      const Value* old = node->input(1);
      const Tensor turned = scaled(rotated(old->constant(), axis, q), axis, factor);
      node->set_input(1, graph_.add_constant(turned, old->name()));
      node->set_input(0, rotated_input);
      done_.insert(node);
      ++online_;
      Verdict verdict = accept();
      verdict.reason = cat("order ", n, ", at run time");
      event(*node, std::move(verdict));
    }
    ++products_;
    cost_ += n * n;
    return true;
  }

  Value* product_with_signs(const Node& first, const BlockRotation& q) {
    const std::int64_t n = q.block();
    Tensor identity(ElementKind::f32, {n, n});
    const auto diagonal = identity.mutable_data<float>();
    for (std::int64_t i = 0; i < n; ++i) diagonal[i * n + i] = 1;
    std::vector<float> signs = rotated(identity, 1, q).to_floats();
    for (float& v : signs) v = v > 0 ? 1.0F : -1.0F;
    const std::string name = graph_.unique_name(first.name() + "_rotation");
    Value* stored = graph_.add_constant(
        Tensor::of<float>({n, n}, signs).cast(dtype_of(ElementKind::f16)), name + "_signs");
    Node* reader = first.input(0)->uses().front().node;
    Value* x = first.input(0);
    Value* wide =
        graph_
            .add_node({.op = "Cast",
                       .inputs = {stored},
                       .attributes = {{"to", static_cast<std::int64_t>(ElementKind::f32)}},
                       .name = name + "_cast",
                       .output_names = {graph_.unique_name(name + "_wide")}},
                      reader)
            ->output();
    wide->set_type(ValueType(dtype_of(ElementKind::f32), SymShape{n, n}));
    Value* y = graph_
                   .add_node({.op = "MatMul",
                              .inputs = {x, wide},
                              .name = name,
                              .output_names = {graph_.unique_name(name + "_output")}},
                             reader)
                   ->output();
    y->set_type(x->type());
    return y;
  }

  void report() {
    std::string text = cat("rotate: inputs of ", folded_ + online_, " of ", seen_, " layers, ",
                           folded_, " folded into what comes before, ", online_, " at run time");
    if (products_ > 0) {
      text += cat(" by ", products_, " products of ", cost_, " multiplications a row together");
    }
    context_.notes.push_back(std::move(text));
    for (const auto& [why, count] : refused_) {
      context_.notes.push_back(cat("rotate: ", count, " layers as they were: ", why));
    }
  }

  Graph& graph_;
  const Options& o_;
  MethodContext& context_;
  std::set<const Node*> done_;
  std::map<std::string, std::int64_t> refused_;  ///< layers by reason
  std::int64_t seen_ = 0;
  std::int64_t folded_ = 0;
  std::int64_t online_ = 0;
  std::int64_t products_ = 0;
  std::int64_t cost_ = 0;
  std::int64_t rotations_ = 0;
};

void apply(Model& model, const Options& o, MethodContext& context) {
  infer_shapes(*model.graph, context.ops);
  Rotator(*model.graph, o, context).run();
  infer_shapes(*model.graph, context.ops);
}

}  // namespace

MethodDef method_rotate() {
  return make_method(
             "rotate",
             "rotate the inputs of products by Hadamard matrices, so that no channel stands "
             "out; comes after optimize and before what quantizes",
             options(), apply)
      .source("arXiv:2404.00456");
}

}  // namespace pare
