#include <algorithm>
#include <cmath>

#include "compress/affine.hpp"
#include "compress/channel_statistics.hpp"
#include "compress/method.hpp"

namespace pare {
namespace {

struct Options {
  std::int64_t iterations = 20;
  std::string relu6 = "keep";
  bool absorb = false;
};

OptionTable<Options> options() {
  OptionTable<Options> t;
  t.integer("iterations", &Options::iterations, "sweeps over all pairs").between(1, 1000);
  t.text("relu6", &Options::relu6,
         "a Clip(0,6) between two layers: keep (skip the pair) or replace (by Relu, which changes "
         "results where the clip was active)")
      .one_of({"keep", "replace"});
  t.flag(
      "absorb", &Options::absorb,
      "move what is above three deviations of a channel's mean below 0 from the bias in front of "
      "a Relu into the next layer's, so that ranges shrink; needs calibration samples");
  return t;
}

// Two convolutions joined by nothing, Relu, LeakyRelu or PRelu-free activation.
struct Pair {
  Node* first = nullptr;
  Node* second = nullptr;
  Node* clip = nullptr;  // a Clip between them that must become Relu
  bool relu = false;     // a Relu (or such a Clip) is all that is between them
};

bool is_conv_with_constants(const Node& node) {
  const Value* b = node.input(2);
  return node.is("Conv") && constant_weights(node) != nullptr && (b == nullptr || b->is_constant());
}

bool is_depthwise(const Node& node) {
  return node.int_or("group", 1) > 1 && constant_weights(node)->dim(1) == 1 &&
         constant_weights(node)->dim(0) == node.int_or("group", 1);
}

bool is_relu6(const Node& node) {
  if (!node.is("Clip") || node.input(1) == nullptr || !node.input(1)->is_constant()) return false;
  return node.input(1)->constant().to_floats()[0] == 0.0F;
}

Pair pair_from(Node* first, const Options& o, std::string* why) {
  const auto no = [&](const char* reason) {
    *why = reason;
    return Pair{};
  };
  if (first->int_or("group", 1) > 1 && !is_depthwise(*first)) return no("grouped convolution");
  const Value* out = first->output();
  Pair pair{first, nullptr, nullptr, false};
  int between = 0;
  for (int step = 0; step < 2; ++step) {
    if (out->readers() != 1 || out->uses().empty()) return no("its result has other readers");
    Node* next = out->uses()[0].node;
    if (is_conv_with_constants(*next) && out->uses()[0].input == 0) {
      if (next->int_or("group", 1) > 1 && !is_depthwise(*next)) return no("grouped convolution");
      pair.second = next;
      pair.relu = pair.relu && between == 1;
      return pair;
    }
    ++between;
    if (next->is("Relu") || next->is("LeakyRelu")) {
      pair.relu = next->is("Relu");
      out = next->output();
    } else if (is_relu6(*next)) {
      if (o.relu6 != "replace") return no("a Clip with an upper bound is not scale free");
      pair.clip = next;
      pair.relu = true;
      out = next->output();
    } else {
      return no("no convolution follows directly");
    }
  }
  return no("no convolution follows directly");
}

std::vector<float> own_weights(Node* node, std::size_t input) {
  return node->input(input)->constant().to_floats();
}

void store(Graph& graph, Node* node, std::size_t input, const std::vector<float>& values) {
  Value* old = node->input(input);
  Tensor data = Tensor::of<float>(old->constant().shape(), values);
  if (old->readers() == 1) {
    old->set_constant(std::move(data));
  } else {
    node->set_input(input, graph.add_constant(std::move(data), old->name() + "_equalized"));
  }
}

// |max| of the slice of the second layer's weights that input channel c meets.
template <class Fn>
void for_input_channel(const Node& node, std::int64_t c, Fn&& fn) {
  const Tensor& w = *constant_weights(node);
  std::int64_t kernel = 1;
  for (std::size_t i = 2; i < w.rank(); ++i) kernel *= w.dim(i);
  if (is_depthwise(node)) {
    for (std::int64_t k = 0; k < kernel; ++k) fn(static_cast<std::size_t>(c * kernel + k));
    return;
  }
  for (std::int64_t o = 0; o < w.dim(0); ++o) {
    const std::int64_t begin = (o * w.dim(1) + c) * kernel;
    for (std::int64_t k = 0; k < kernel; ++k) fn(static_cast<std::size_t>(begin + k));
  }
}

// One sweep over a pair: returns how far the scales are from 1.
double equalize_pair(Graph& graph, const Pair& pair) {
  const Shape shape = constant_weights(*pair.first)->shape();
  const std::int64_t channels = shape[0];
  const std::int64_t row = element_count(shape) / channels;
  std::vector<float> w1 = own_weights(pair.first, 1);
  std::vector<float> w2 = own_weights(pair.second, 1);
  std::vector<float> b1 =
      pair.first->input(2) != nullptr ? own_weights(pair.first, 2) : std::vector<float>{};
  double change = 0;
  for (std::int64_t c = 0; c < channels; ++c) {
    double r1 = 0;
    double r2 = 0;
    for (std::int64_t k = 0; k < row; ++k) {
      r1 = std::max(r1, static_cast<double>(std::fabs(w1[static_cast<std::size_t>(c * row + k)])));
    }
    for_input_channel(*pair.second, c, [&](std::size_t k) {
      r2 = std::max(r2, static_cast<double>(std::fabs(w2[k])));
    });
    if (r1 <= 0 || r2 <= 0) continue;
    const double s = r1 / std::sqrt(r1 * r2);
    change = std::max(change, std::fabs(std::log(s)));
    for (std::int64_t k = 0; k < row; ++k) {
      float& w = w1[static_cast<std::size_t>(c * row + k)];
      w = static_cast<float>(w / s);
    }
    if (!b1.empty()) {
      float& b = b1[static_cast<std::size_t>(c)];
      b = static_cast<float>(b / s);
    }
    for_input_channel(*pair.second, c,
                      [&](std::size_t k) { w2[k] = static_cast<float>(w2[k] * s); });
  }
  store(graph, pair.first, 1, w1);
  if (!b1.empty()) store(graph, pair.first, 2, b1);
  store(graph, pair.second, 1, w2);
  return change;
}

/// Padding would have to hold what was absorbed, not 0.
bool has_padding(const Node& node) {
  const std::string mode = node.string_or("auto_pad", "NOTSET");
  const auto pads = node.ints_or("pads", {});
  return mode.rfind("SAME", 0) == 0 ||
         std::any_of(pads.begin(), pads.end(), [](std::int64_t p) { return p != 0; });
}

/// relu(y) = relu(y - c) + c where y >= c: c leaves the bias of the first layer, and comes back
/// through the weights of the second. Returns how many channels had something to give.
std::size_t absorb_bias(Graph& graph, const Pair& pair, const ChannelStats& stats) {
  constexpr double kDeviations = 3;
  const std::size_t channels = stats.mean.size();
  const auto outputs = static_cast<std::size_t>(constant_weights(*pair.second)->dim(0));
  const auto bias_of = [](Node* node, std::size_t n) {
    return node->input(2) != nullptr ? own_weights(node, 2) : std::vector<float>(n, 0.0F);
  };
  std::vector<float> b1 = bias_of(pair.first, channels);
  std::vector<float> b2 = bias_of(pair.second, outputs);
  const std::vector<float> w2 = own_weights(pair.second, 1);
  const std::size_t row = w2.size() / outputs;
  std::size_t moved = 0;
  for (std::size_t c = 0; c < channels; ++c) {
    const auto high = static_cast<float>(stats.mean[c] - kDeviations * stats.deviation[c]);
    if (!(high > 0)) continue;
    ++moved;
    b1[c] -= high;
    for_input_channel(*pair.second, static_cast<std::int64_t>(c),
                      [&](std::size_t k) { b2[k / row] += w2[k] * high; });
  }
  if (moved == 0) return 0;
  const auto put = [&](Node* node, const std::vector<float>& values) {
    if (node->input(2) != nullptr) {
      store(graph, node, 2, values);
      return;
    }
    const auto n = static_cast<std::int64_t>(values.size());
    node->set_input(2, graph.add_constant(Tensor::of<float>({n}, values), node->name() + "_bias"));
  };
  put(pair.first, b1);
  put(pair.second, b2);
  return moved;
}

void absorb_biases(Graph& graph, const std::vector<Pair>& pairs, MethodContext& context) {
  if (context.calibration == nullptr) {
    throw Error(Fault::usage, "absorb needs calibration samples (--data or --calib)");
  }
  std::size_t moved = 0;
  std::vector<ChannelKey> keys;
  keys.reserve(pairs.size());
  for (const Pair& pair : pairs) keys.emplace_back(pair.first->output()->name(), 1);
  const ChannelTable table =
      collect_channels(graph, context.ops, *context.calibration, keys, context.progress);
  // From the front to the back, what a layer makes stays what it was, nearly.
  for (const Pair& pair : pairs) {
    const auto found = table.find({pair.first->output()->name(), 1});
    if (!pair.relu || found == table.end() || has_padding(*pair.second)) continue;
    moved += absorb_bias(graph, pair, found->second);
  }
  context.notes.push_back(cat("equalize: high biases of ", moved, " channels absorbed"));
}

void apply(Model& model, const Options& o, MethodContext& context) {
  Graph& graph = *model.graph;
  std::vector<Pair> pairs;
  for (Node* node : graph.nodes()) {
    if (!is_conv_with_constants(*node)) continue;
    std::string why;
    const Pair pair = pair_from(node, o, &why);
    const bool ok = pair.second != nullptr;
    context.events.push_back(
        {"equalize", node->name(), ok ? Verdict::Kind::accept : Verdict::Kind::refuse, why});
    if (ok) pairs.push_back(pair);
  }
  for (const Pair& pair : pairs) {
    if (pair.clip == nullptr) continue;
    pair.clip->set_op("", "Relu");
    pair.clip->set_inputs({pair.clip->input(0)});
  }
  constexpr double kSettled = 1e-3;
  for (std::int64_t i = 0; i < o.iterations; ++i) {
    double change = 0;
    for (const Pair& pair : pairs) change = std::max(change, equalize_pair(graph, pair));
    if (change < kSettled) break;
  }
  context.notes.push_back(cat("equalize: ", pairs.size(), " pairs of convolutions"));
  if (o.absorb) absorb_biases(graph, pairs, context);
}

}  // namespace

MethodDef method_equalize() {
  return make_method("equalize",
                     "cross-layer equalization: balance the weight ranges of consecutive "
                     "convolutions without changing the function",
                     options(), apply)
      .needs_calibration_when([](const OptionMap& given) {
        const auto it = given.find("absorb");
        const bool* on = it == given.end() ? nullptr : std::get_if<bool>(&it->second);
        return on != nullptr && *on;
      })
      .source("arXiv:1906.04721");
}

}  // namespace pare
