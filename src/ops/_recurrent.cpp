#include "ops/_recurrent.hpp"

#include <algorithm>
#include <cmath>

#include "base/threads.hpp"
#include "ops/_numbers.hpp"

namespace pare::ops {
namespace {

/// [.., a, b, ..] -> [.., b, a, ..]: the first two dimensions swapped, `inner` numbers each.
std::vector<double> swapped(const std::vector<double>& v, std::int64_t a, std::int64_t b,
                            std::int64_t inner) {
  std::vector<double> out(v.size());
  for (std::int64_t i = 0; i < a; ++i) {
    for (std::int64_t k = 0; k < b; ++k) {
      std::copy_n(v.begin() + (i * b + k) * inner, inner, out.begin() + (k * a + i) * inner);
    }
  }
  return out;
}

struct Function {
  const char* name;
  int numbers;  ///< of alpha and beta that it takes
  double alpha, beta;
  double (*f)(double x, double alpha, double beta);
};

double logistic(double x) { return 1 / (1 + std::exp(-x)); }

constexpr Function kFunctions[] = {
    {"Relu", 0, 0, 0, [](double x, double, double) { return std::max(x, 0.0); }},
    {"Tanh", 0, 0, 0, [](double x, double, double) { return std::tanh(x); }},
    {"Sigmoid", 0, 0, 0, [](double x, double, double) { return logistic(x); }},
    {"Affine", 2, 1, 0, [](double x, double a, double b) { return a * x + b; }},
    {"LeakyRelu", 1, 0.01, 0, [](double x, double a, double) { return x < 0 ? a * x : x; }},
    {"ThresholdedRelu", 1, 1, 0, [](double x, double a, double) { return x > a ? x : 0; }},
    {"ScaledTanh", 2, 1, 1, [](double x, double a, double b) { return a * std::tanh(b * x); }},
    {"HardSigmoid", 2, 0.2, 0.5,
     [](double x, double a, double b) { return std::clamp(a * x + b, 0.0, 1.0); }},
    {"Elu", 1, 1, 0, [](double x, double a, double) { return x < 0 ? a * std::expm1(x) : x; }},
    {"Softsign", 0, 0, 0, [](double x, double, double) { return x / (1 + std::abs(x)); }},
    {"Softplus", 0, 0, 0, [](double x, double, double) { return std::log1p(std::exp(x)); }},
};

bool same_word(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

const Function& function_of(const AttributeReader& a, const std::string& name) {
  for (const Function& f : kFunctions) {
    if (same_word(name, f.name)) return f;
  }
  a.fail(cat("activation '", name, "' is not known"));
}

std::vector<std::string> texts_of(const AttributeReader& a, const char* name) {
  const auto* given = a.node().attribute_as<std::vector<std::string>>(name);
  return given == nullptr ? std::vector<std::string>() : *given;
}

}  // namespace

std::int64_t read_directions(const AttributeReader& a) {
  const std::string direction = a.attr_string("direction");
  if (direction == "bidirectional") return 2;
  if (direction != "forward" && direction != "reverse")
    a.fail(cat("direction is '", direction, "'"));
  return 1;
}

double Recurrent::clipped(double v) const { return clip > 0 ? std::clamp(v, -clip, clip) : v; }

double dot(const double* m, const double* v, std::int64_t n) {
  double sum = 0;
  for (std::int64_t k = 0; k < n; ++k) sum += m[k] * v[k];
  return sum;
}

OpDef& recurrent_schema(OpDef& def) {
  return def.input("X", types::kFloat)
      .input("W", types::kFloat)
      .input("R", types::kFloat)
      .optional_input("B", types::kFloat)
      .optional_input("sequence_lens", {ElementKind::i32}, "T1")
      .optional_input("initial_h", types::kFloat)
      .optional_attribute("activation_alpha", AttributeKind::reals, "parameters of the functions")
      .optional_attribute("activation_beta", AttributeKind::reals, "parameters of the functions")
      .optional_attribute("activations", AttributeKind::texts, "functions of every direction")
      .optional_attribute("clip", AttributeKind::real, "greatest magnitude before the functions")
      .attribute("direction", std::string("forward"), "forward, reverse or bidirectional")
      .optional_attribute("hidden_size", AttributeKind::integer, "as the weights by default")
      .attribute("layout", std::int64_t{0}, "1: the batch is the first dimension");
}

void recurrent_infer(ShapeContext& c) {
  const std::int64_t directions = read_directions(c);
  const bool batch_first = c.attr_int("layout") != 0;
  const SymShape* x = c.input_shape(0);
  const SymShape* r = c.input_shape(2);
  if (x != nullptr && x->size() != 3) c.fail(cat("X has shape ", to_string(*x), ", wanted rank 3"));
  if (r != nullptr && r->size() != 3) c.fail(cat("R has shape ", to_string(*r), ", wanted rank 3"));
  const Dim steps = x != nullptr ? (*x)[batch_first ? 1 : 0] : Dim::unknown();
  const Dim batch = x != nullptr ? (*x)[batch_first ? 0 : 1] : Dim::unknown();
  const Dim hidden = r != nullptr ? r->back() : Dim::unknown();
  const SymShape y = batch_first ? SymShape{batch, steps, directions, hidden}
                                 : SymShape{steps, directions, batch, hidden};
  const SymShape last =
      batch_first ? SymShape{batch, directions, hidden} : SymShape{directions, batch, hidden};
  for (std::size_t i = 0; i < c.output_count(); ++i) {
    c.set_output(i, c.input_dtype(0), i == 0 ? y : last);
  }
}

Recurrent read_recurrent(const OpCall& call, std::int64_t gates, const RecurrentWeights& weights) {
  const Tensor& x = call.input(0);
  const Tensor& r = weights.r;
  want_rank(call, x, 3, "X");
  want_rank(call, r, 3, "R");
  Recurrent n;
  n.directions = read_directions(call);
  n.first_is_reverse = call.attr_string("direction") == "reverse";
  n.batch_first = call.has_attr("layout") && call.attr_int("layout") != 0;
  n.steps = x.dim(n.batch_first ? 1 : 0);
  n.batch = x.dim(n.batch_first ? 0 : 1);
  n.input = x.dim(2);
  n.hidden = r.dim(2);
  n.gates = gates;
  if (call.has_attr("clip")) n.clip = static_cast<double>(call.attr_float("clip"));
  if (call.has_attr("hidden_size") && call.attr_int("hidden_size") != n.hidden) {
    call.fail(cat("hidden_size is ", call.attr_int("hidden_size"), ", R has ", n.hidden));
  }
  const std::int64_t rows = gates * n.hidden;
  want_shape(call, weights.w, {n.directions, rows, n.input}, "W");
  want_shape(call, r, {n.directions, rows, n.hidden}, "R");
  n.w = weights.w.to_doubles();
  n.r = r.to_doubles();
  n.x = n.batch_first ? swapped(x.to_doubles(), n.batch, n.steps, n.input) : x.to_doubles();
  n.wb.assign(static_cast<std::size_t>(n.directions * rows), 0.0);
  n.rb = n.wb;
  if (call.has_input(3)) {
    want_shape(call, call.input(3), {n.directions, 2 * rows}, "B");
    const std::vector<double> b = call.input(3).to_doubles();
    for (std::int64_t d = 0; d < n.directions; ++d) {
      std::copy_n(b.begin() + 2 * d * rows, rows, n.wb.begin() + d * rows);
      std::copy_n(b.begin() + (2 * d + 1) * rows, rows, n.rb.begin() + d * rows);
    }
  }
  n.lengths.assign(static_cast<std::size_t>(n.batch), n.steps);
  if (call.has_input(4)) {
    want_shape(call, call.input(4), {n.batch}, "sequence_lens");
    n.lengths = call.input(4).to_ints();
    for (const std::int64_t l : n.lengths) {
      if (l < 0 || l > n.steps) call.fail(cat("a sequence of ", l, " in ", n.steps, " steps"));
    }
  }
  return n;
}

std::vector<std::vector<ActivationChoice>> choose_activations(
    const AttributeReader& a, std::int64_t directions, const std::vector<std::string>& names) {
  std::vector<std::string> words = texts_of(a, "activations");
  const std::size_t want = names.size() * static_cast<std::size_t>(directions);
  if (words.empty()) {
    for (std::int64_t d = 0; d < directions; ++d)
      words.insert(words.end(), names.begin(), names.end());
  }
  if (words.size() != want) a.fail(cat("wants ", want, " activations, got ", words.size()));
  const std::vector<float> alphas = a.attr_floats("activation_alpha");
  const std::vector<float> betas = a.attr_floats("activation_beta");
  std::size_t alpha = 0;  // the lists hold numbers only for functions that take them
  std::size_t beta = 0;
  std::vector<std::vector<ActivationChoice>> out(static_cast<std::size_t>(directions));
  for (std::size_t i = 0; i < words.size(); ++i) {
    const Function& f = function_of(a, words[i]);
    double first = f.alpha;
    double second = f.beta;
    if (f.numbers > 0 && alpha < alphas.size()) first = static_cast<double>(alphas[alpha++]);
    if (f.numbers > 1 && beta < betas.size()) second = static_cast<double>(betas[beta++]);
    out[i / names.size()].push_back({f.name, first, second});
  }
  return out;
}

std::vector<std::vector<Activation>> read_activations(const AttributeReader& a,
                                                      std::int64_t directions,
                                                      const std::vector<std::string>& names) {
  std::vector<std::vector<Activation>> out;
  for (const auto& chosen : choose_activations(a, directions, names)) {
    out.emplace_back();
    for (const ActivationChoice& c : chosen) {
      const Function& f = function_of(a, c.name);
      out.back().push_back([f, c](double x) { return f.f(x, c.alpha, c.beta); });
    }
  }
  return out;
}

std::vector<double> read_state(const OpCall& call, const Recurrent& n, std::size_t i) {
  const auto count = static_cast<std::size_t>(n.directions * n.batch * n.hidden);
  if (!call.has_input(i)) return std::vector<double>(count, 0.0);
  const Shape shape = n.batch_first ? Shape{n.batch, n.directions, n.hidden}
                                    : Shape{n.directions, n.batch, n.hidden};
  want_shape(call, call.input(i), shape, cat("input ", i));
  const std::vector<double> v = call.input(i).to_doubles();
  return n.batch_first ? swapped(v, n.batch, n.directions, n.hidden) : v;
}

Cost recurrent_cost(const ShapeContext& c) {
  const SymShape* r = c.input_shape(2);
  const SymShape* w = c.input_shape(1);
  if (r == nullptr || w == nullptr || r->size() != 3 || w->size() != 3) return {};
  if (!(*r)[1].is_number() || !(*r)[2].is_number() || !(*w)[2].is_number()) return {};
  if ((*r)[2].is(0)) return {};
  const auto rows = static_cast<double>((*r)[1].number());
  const auto columns = static_cast<double>((*r)[2].number() + (*w)[2].number());
  const double cells = value_count(c.output(0).type) / static_cast<double>((*r)[2].number());
  const double macs = cells * rows * columns;
  return {.macs = macs, .flops = 2 * macs, .bytes = traffic_bytes(c)};
}

void run_recurrent(OpCall& call, const Recurrent& n, const Step& step, std::vector<double> h,
                   std::vector<double>* cells) {
  const std::int64_t rows = n.gates * n.hidden;
  std::vector<double> y(static_cast<std::size_t>(n.steps * n.directions * n.batch * n.hidden), 0.0);
  parallel_for(n.directions * n.batch, 1, [&](std::int64_t begin, std::int64_t end) {
    std::vector<double> sums(static_cast<std::size_t>(rows));
    for (std::int64_t at = begin; at < end; ++at) {
      const std::int64_t d = at / n.batch;
      const std::int64_t b = at % n.batch;
      const std::int64_t length = n.lengths[b];
      const bool backward = d == 1 || n.first_is_reverse;
      double* state = h.data() + at * n.hidden;
      for (std::int64_t i = 0; i < length; ++i) {
        const std::int64_t t = backward ? length - 1 - i : i;
        const double* x = n.x.data() + (t * n.batch + b) * n.input;
        for (std::int64_t k = 0; k < rows; ++k) {
          sums[k] = n.wb[d * rows + k] + dot(n.w.data() + (d * rows + k) * n.input, x, n.input);
        }
        step(d, sums.data(), state, cells == nullptr ? nullptr : cells->data() + at * n.hidden);
        std::copy_n(state, n.hidden, y.data() + ((t * n.directions + d) * n.batch + b) * n.hidden);
      }
    }
  });
  const DType type = call.input(0).type();
  const auto set_state = [&](std::size_t i, const std::vector<double>& v) {
    if (i >= call.output_count() || !call.wants_output(i)) return;
    call.set_output(i, n.batch_first ? from_doubles(swapped(v, n.directions, n.batch, n.hidden),
                                                    {n.batch, n.directions, n.hidden}, type)
                                     : from_doubles(v, {n.directions, n.batch, n.hidden}, type));
  };
  if (call.wants_output(0)) {
    // [T D, B, H] with batches in front is [B, T, D, H].
    call.set_output(0, n.batch_first
                           ? from_doubles(swapped(y, n.steps * n.directions, n.batch, n.hidden),
                                          {n.batch, n.steps, n.directions, n.hidden}, type)
                           : from_doubles(y, {n.steps, n.directions, n.batch, n.hidden}, type));
  }
  set_state(1, h);
  if (cells != nullptr) set_state(2, *cells);
}

}  // namespace pare::ops
