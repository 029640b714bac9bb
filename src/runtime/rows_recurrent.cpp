#include <algorithm>
#include <cctype>
#include <limits>

#include "base/threads.hpp"
#include "kernels/recurrent/codes.hpp"
#include "kernels/recurrent/recurrent.hpp"
#include "kernels/view.hpp"
#include "runtime/rows.hpp"

// RNN, GRU and LSTM with constant weights: the input's products for many steps at once, the state's
// step by step. Functions other than sigmoid, tanh and relu stay with the reference.

namespace pare {
namespace {

constexpr std::size_t kFirstScale = 8;  // of weights in codes

struct Sizes {
  std::int64_t steps = 0, batch = 0, input = 0, hidden = 0, directions = 1, gates = 1;
  bool batch_first = false;
};

/// An LSTM whose weights are codes.
bool is_coded(const Unit& unit) { return unit.node->is("com.microsoft", "DynamicQuantizeLSTM"); }

std::int64_t gates_of(const Unit& unit) {
  if (unit.is("LSTM") || is_coded(unit)) return 4;
  if (unit.is("GRU")) return 3;
  return unit.is("RNN") ? 1 : 0;
}

Sizes sizes_of(const Unit& unit, const AttributeReader& a) {
  Sizes n;
  const Shape x = shape_of(*unit.input(0));
  n.batch_first = !is_coded(unit) && a.attr_int("layout") != 0;
  n.steps = x[n.batch_first ? 1 : 0];
  n.batch = x[n.batch_first ? 0 : 1];
  n.input = x[2];
  n.hidden = shape_of(*unit.input(2))[is_coded(unit) ? 1 : 2];
  n.directions = a.attr_string("direction") == "bidirectional" ? 2 : 1;
  n.gates = gates_of(unit);
  return n;
}

/// The functions of all directions; false when one is not among those of the kernels.
bool functions_of(const Unit& unit, const Sizes& n, std::vector<GateFn>& out) {
  const auto* given = unit.node->attribute_as<std::vector<std::string>>("activations");
  std::vector<std::string> names;
  if (given != nullptr) names = *given;
  const std::size_t each = n.gates == 4 ? 3 : n.gates == 3 ? 2 : 1;
  if (names.empty()) {
    for (std::int64_t d = 0; d < n.directions; ++d) {
      if (n.gates > 1) names.emplace_back("sigmoid");
      names.emplace_back("tanh");
      if (n.gates == 4) names.emplace_back("tanh");
    }
  }
  if (names.size() != each * static_cast<std::size_t>(n.directions)) return false;
  for (std::string& name : names) {
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (name == "sigmoid") {
      out.push_back(GateFn::sigmoid);
    } else if (name == "tanh") {
      out.push_back(GateFn::tanh);
    } else if (name == "relu") {
      out.push_back(GateFn::relu);
    } else {
      return false;
    }
  }
  return true;
}

Verdict accepts_shapes(const Unit& unit, const Sizes& n) {
  const std::int64_t rows = n.gates * n.hidden;
  const Shape state = n.batch_first ? Shape{n.batch, n.directions, n.hidden}
                                    : Shape{n.directions, n.batch, n.hidden};
  const bool coded = is_coded(unit);
  const Shape want[] = {
      coded ? Shape{n.directions, n.input, rows} : Shape{n.directions, rows, n.input},
      coded ? Shape{n.directions, n.hidden, rows} : Shape{n.directions, rows, n.hidden},
      {n.directions, 2 * rows},
      {n.batch},
      state,
      state,
      {n.directions, 3 * n.hidden}};
  for (std::size_t i = 1; i < unit.inputs.size() && i <= std::size(want); ++i) {
    if (unit.inputs[i] != nullptr && shape_of(*unit.inputs[i]) != want[i - 1]) {
      return refuse(cat("input ", i, " of another shape"));
    }
  }
  return accept();
}

/// Scales and zero points of an LSTM in codes, behind the other inputs: one, or one for each row.
Verdict accepts_codes(const Unit& unit, PlanFacts& facts, const Sizes& n) {
  for (std::size_t i = kFirstScale; i < kFirstScale + 4; ++i) {
    if (unit.input(i) == nullptr || facts.constant(unit.input(i)) == nullptr) {
      return refuse(cat("input ", i, " is not constant"));
    }
    const Shape s = shape_of(*unit.input(i));
    if (s != Shape{n.directions} && s != Shape{n.directions, n.gates * n.hidden}) {
      return refuse(cat("input ", i, " of another shape"));
    }
  }
  if (std::max(n.input, n.hidden) > kMostCodeDepth) return refuse("sums that 32 bits cannot hold");
  return accept();
}

Verdict accepts_recurrent(const Unit& unit, PlanFacts& facts) {
  if (gates_of(unit) == 0 || unit.quantized || !unit.posts.empty()) return not_mine();
  if (unit.input(0)->dtype().kind() != ElementKind::f32) return refuse("not float32");
  for (const std::size_t i : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{7}}) {
    if (unit.input(i) != nullptr && facts.constant(unit.input(i)) == nullptr) {
      return refuse(cat("input ", i, " is not constant"));
    }
  }
  if (shape_of(*unit.input(0)).size() != 3 || shape_of(*unit.input(2)).size() != 3) {
    return refuse("not of rank 3");
  }
  const AttributeReader a = facts.attributes(*unit.node);
  const Sizes n = sizes_of(unit, a);
  if (n.steps * n.batch * n.input * n.hidden == 0) return refuse("nothing to do");
  if (a.has_attr("hidden_size") && a.attr_int("hidden_size") != n.hidden) {
    return refuse("hidden_size is another");
  }
  std::vector<GateFn> functions;
  if (!functions_of(unit, n, functions)) return refuse("other functions");
  if (is_coded(unit)) {
    Verdict verdict = accepts_codes(unit, facts, n);
    if (verdict.kind != Verdict::Kind::accept) return verdict;
  }
  return accepts_shapes(unit, n);
}

std::vector<float> part(const std::vector<float>& all, std::int64_t first, std::int64_t count) {
  if (all.empty()) return {};
  return {all.begin() + first, all.begin() + first + count};
}

/// Codes [D, K, G H] of direction d as [G H, K] signed ones; `scale` and the input behind it are
/// [D] or [D, G H].
CodeSource codes_of(const Unit& unit, PlanFacts& facts, std::size_t input, std::size_t scale,
                    std::int64_t d) {
  const Tensor& codes = *facts.constant(unit.input(input));
  const std::int64_t depth = codes.dim(1);
  const std::int64_t rows = codes.dim(2);
  const std::int32_t shift = codes.kind() == ElementKind::u8 ? 128 : 0;
  const std::vector<std::int64_t> q = codes.to_ints();
  const std::vector<float> scales = facts.float_constant(unit.input(scale)).to_floats();
  const std::vector<std::int64_t> zeros = facts.constant(unit.input(scale + 1))->to_ints();
  const auto directions = static_cast<std::size_t>(codes.dim(0));
  const auto at = [&](std::size_t count, std::int64_t row) {
    return static_cast<std::size_t>(count == directions ? d : d * rows + row);
  };
  CodeSource s;
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t k = 0; k < depth; ++k) {
      const auto from = static_cast<std::size_t>((d * depth + k) * rows + row);
      s.codes.push_back(static_cast<std::int8_t>(q[from] - shift));
    }
    s.scales.push_back(scales[at(scales.size(), row)]);
    s.zeros.push_back(static_cast<std::int32_t>(zeros[at(zeros.size(), row)]) - shift);
  }
  return s;
}

std::vector<std::shared_ptr<RecurrentLayer>> layers_of(const Unit& unit, PlanFacts& facts,
                                                       const Sizes& n) {
  const AttributeReader a = facts.attributes(*unit.node);
  const auto given = [&](std::size_t i) {
    return unit.input(i) == nullptr ? std::vector<float>()
                                    : facts.float_constant(unit.input(i)).to_floats();
  };
  const bool coded = is_coded(unit);
  const std::vector<float> w = coded ? std::vector<float>() : given(1);
  const std::vector<float> r = coded ? std::vector<float>() : given(2);
  const std::vector<float> bias = given(3);
  const std::vector<float> peep = n.gates == 4 ? given(7) : std::vector<float>();
  std::vector<GateFn> functions;
  require(functions_of(unit, n, functions), "no functions");
  const std::int64_t rows = n.gates * n.hidden;
  const auto each = static_cast<std::int64_t>(functions.size()) / n.directions;
  std::vector<std::shared_ptr<RecurrentLayer>> layers;
  for (std::int64_t d = 0; d < n.directions; ++d) {
    RecurrentWeights s;
    s.kind = n.gates == 4 ? CellKind::lstm : n.gates == 1 ? CellKind::rnn : CellKind::gru;
    if (n.gates == 3 && a.attr_int("linear_before_reset") != 0) s.kind = CellKind::gru_reset_last;
    s.input = n.input;
    s.hidden = n.hidden;
    s.w = part(w, d * rows * n.input, rows * n.input);
    s.r = part(r, d * rows * n.hidden, rows * n.hidden);
    if (coded) {
      s.w_codes = codes_of(unit, facts, 1, kFirstScale, d);
      s.r_codes = codes_of(unit, facts, 2, kFirstScale + 2, d);
    }
    s.wb = part(bias, 2 * d * rows, rows);
    s.rb = part(bias, (2 * d + 1) * rows, rows);
    s.peep = part(peep, d * 3 * n.hidden, 3 * n.hidden);
    std::copy_n(functions.begin() + d * each, each, s.rule.f);
    const float clip = a.has_attr("clip") ? a.attr_float("clip") : 0.0F;
    s.rule.clip = clip > 0 ? clip : std::numeric_limits<float>::infinity();
    s.rule.coupled = n.gates == 4 && a.attr_int("input_forget") != 0;
    layers.push_back(std::make_shared<RecurrentLayer>(s, *recurrent_kernels().front()));
  }
  return layers;
}

class RecurrentKernel final : public Kernel {
 public:
  RecurrentKernel(Sizes n, std::vector<std::shared_ptr<RecurrentLayer>> layers, bool reverse,
                  std::size_t scratch_each)
      : n_(n), layers_(std::move(layers)), reverse_(reverse), scratch_each_(scratch_each) {}

  int lengths = -1, h0 = -1, c0 = -1;  ///< places among the inputs

  void run(const KernelArgs& args) override {
    if (lengths >= 0) {
      const auto* all = view<std::int32_t>(args.in[static_cast<std::size_t>(lengths)]);
      for (std::int64_t b = 0; b < n_.batch; ++b) {
        if (all[b] < 0 || all[b] > n_.steps) {
          throw Error(Fault::corrupt, cat("a sequence of ", all[b], " in ", n_.steps, " steps"));
        }
      }
      if (args.out[0] != nullptr) {
        std::fill_n(view<float>(args.out[0]), n_.steps * n_.directions * n_.batch * n_.hidden,
                    0.0F);
      }
    }
    const auto directions = [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t d = begin; d < end; ++d) {
        layers_[static_cast<std::size_t>(d)]->run(
            data_of(args, d), args.scratch + static_cast<std::size_t>(d) * scratch_each_);
      }
    };
    // Two directions keep two threads busy without waiting for each other at every step.
    if (n_.directions == 2 && (threads() == 2 || n_.batch < 8)) {
      parallel_for(2, 1, directions);
    } else {
      directions(0, n_.directions);
    }
  }

 private:
  [[nodiscard]] RecurrentData data_of(const KernelArgs& args, std::int64_t d) const {
    RecurrentData r;
    r.steps = n_.steps;
    r.batch = n_.batch;
    r.x = view<float>(args.in[0]);
    r.x_step = n_.batch_first ? n_.input : n_.batch * n_.input;
    r.x_row = n_.batch_first ? n_.steps * n_.input : n_.input;
    r.y_step = n_.directions * (n_.batch_first ? 1 : n_.batch) * n_.hidden;
    r.y_row = n_.batch_first ? n_.steps * n_.directions * n_.hidden : n_.hidden;
    r.state_row = n_.batch_first ? n_.directions * n_.hidden : n_.hidden;
    r.backward = reverse_ || d == 1;
    const std::int64_t from = d * (n_.batch_first ? 1 : n_.batch) * n_.hidden;
    const auto in = [&](int at) {
      return at < 0 ? nullptr : view<float>(args.in[static_cast<std::size_t>(at)]) + from;
    };
    const auto out = [&](std::size_t at) {
      return at >= args.out.size() || args.out[at] == nullptr ? nullptr
                                                              : view<float>(args.out[at]) + from;
    };
    if (lengths >= 0) r.lengths = view<std::int32_t>(args.in[static_cast<std::size_t>(lengths)]);
    r.h0 = in(h0);
    r.c0 = in(c0);
    r.y = out(0);
    r.h_last = out(1);
    r.c_last = out(2);
    return r;
  }

  Sizes n_;
  std::vector<std::shared_ptr<RecurrentLayer>> layers_;
  bool reverse_;
  std::size_t scratch_each_;
};

Prepared make_recurrent(const Unit& unit, PlanFacts& facts) {
  const AttributeReader a = facts.attributes(*unit.node);
  const Sizes n = sizes_of(unit, a);
  auto layers = layers_of(unit, facts, n);
  Prepared made;
  std::size_t each = 0;
  for (const auto& layer : layers) {
    made.weight_bytes += layer->weight_bytes();
    each = (layer->scratch_bytes(n.steps, n.batch) + 63) / 64 * 64;
  }
  made.scratch_bytes = each * layers.size();
  auto kernel = std::make_unique<RecurrentKernel>(n, std::move(layers),
                                                  a.attr_string("direction") == "reverse", each);
  made.inputs = {{unit.input(0), Layout::plain}};
  const auto add = [&](std::size_t i, int& place) {
    if (unit.input(i) == nullptr) return;
    place = static_cast<int>(made.inputs.size());
    made.inputs.push_back({unit.input(i), Layout::plain});
  };
  add(4, kernel->lengths);
  add(5, kernel->h0);
  if (n.gates == 4) add(6, kernel->c0);
  made.outputs.assign(unit.outputs.size(), Layout::plain);
  made.note = recurrent_kernels().front()->isa;
  if (is_coded(unit)) made.note = code_product_kernels().front()->isa;
  made.kernel = std::move(kernel);
  return made;
}

template <std::size_t kGates>
Verdict accepts(const Unit& unit, PlanFacts& facts) {
  if (gates_of(unit) != static_cast<std::int64_t>(kGates) || is_coded(unit)) return not_mine();
  return accepts_recurrent(unit, facts);
}

Verdict accepts_coded(const Unit& unit, PlanFacts& facts) {
  return is_coded(unit) ? accepts_recurrent(unit, facts) : not_mine();
}

constexpr KernelRow kRows[] = {{"native:lstm", accepts<4>, make_recurrent},
                               {"native:lstm_int8", accepts_coded, make_recurrent},
                               {"native:gru", accepts<3>, make_recurrent},
                               {"native:rnn", accepts<1>, make_recurrent}};

}  // namespace

std::span<const KernelRow> recurrent_rows() { return kRows; }

}  // namespace pare
