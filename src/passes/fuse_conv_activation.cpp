#include "passes/_rewrite.hpp"

namespace pare {
namespace {

struct Activation {
  std::string name;
  std::vector<float> params;
};

std::optional<Activation> activation_of(const Node& n, std::string& why) {
  if (n.is("Relu") || n.is("Sigmoid") || n.is("Tanh")) return Activation{n.op(), {}};
  if (n.is("LeakyRelu")) return Activation{"LeakyRelu", {n.float_or("alpha", 0.01F)}};
  if (n.is("HardSigmoid")) {
    return Activation{"HardSigmoid", {n.float_or("alpha", 0.2F), n.float_or("beta", 0.5F)}};
  }
  const auto low = passes::scalar_beside(n.input(1), n.input(1));
  const auto high = passes::scalar_beside(n.input(2), n.input(2));
  if (low && high) {
    return Activation{"Clip", {static_cast<float>(*low), static_cast<float>(*high)}};
  }
  why = "the bounds of the Clip are not two constants";
  return std::nullopt;
}

bool is_activation(const Node& n) {
  return n.is("Relu") || n.is("Sigmoid") || n.is("Tanh") || n.is("LeakyRelu") ||
         n.is("HardSigmoid") || n.is("Clip");
}

Verdict match(const Node& n, const PassContext& context) {
  if (!context.fuse_to_contrib || !is_activation(n)) return not_mine();
  const Node* conv = passes::made_by(n.input(0), "Conv");
  if (conv == nullptr || &conv->graph() != &n.graph()) return not_mine();
  std::string why;
  if (!activation_of(n, why)) return refuse(why);
  if (n.output()->dtype() != ElementKind::f32) return refuse("FusedConv is for float32");
  if (!passes::has_one_reader(*n.input(0))) return refuse("the convolution has another reader");
  return accept();
}

void rewrite(Node& n, PassContext& /*context*/) {
  std::string why;
  Activation activation = *activation_of(n, why);
  Node* conv = n.input(0)->producer();
  NodeSpec spec{.op = "FusedConv",
                .inputs = conv->inputs(),
                .attributes = conv->attributes(),
                .domain = "com.microsoft"};
  spec.attributes.emplace("activation", activation.name);
  if (!activation.params.empty()) spec.attributes.emplace("activation_params", activation.params);
  if (!conv->name().empty()) n.set_name(conv->name());
  Graph& graph = n.graph();
  passes::replace_node(n, std::move(spec));
  graph.erase(conv);
}

}  // namespace

/// Before: y = f(Conv(x, W, b)), f a Relu, Sigmoid, Tanh, LeakyRelu, HardSigmoid or Clip
/// After: y = com.microsoft::FusedConv(x, W, b)
/// Refuses: Clip without two constant bounds; types other than float32; a convolution with another
/// reader. Without PassContext::fuse_to_contrib nothing is a match.
/// Keeps: output names; every bit where the runtime computes both the same way.
PassDef pass_fuse_conv_activation() {
  return {.name = "fuse_conv_activation",
          .what = "makes FusedConv (an operator of ONNX Runtime) of Conv and activation",
          .stage = 80,
          .match = match,
          .rewrite = rewrite};
}

}  // namespace pare
