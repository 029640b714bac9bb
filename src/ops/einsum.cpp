#include <algorithm>
#include <map>

#include "base/budget.hpp"
#include "base/checked.hpp"
#include "ops/_gradient.hpp"
#include "ops/_numbers.hpp"

namespace pare {
namespace {

constexpr char kDots = '.';  // stands for "..." in a term

/// The equation: terms of letters, one kDots where the ellipsis stands.
struct Equation {
  std::vector<std::string> inputs;
  std::string output;
};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::string read_term(const AttributeReader& a, const std::string& text) {
  std::string term;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ' ') continue;
    if (is_letter(text[i])) {
      term += text[i];
    } else if (text.compare(i, 3, "...") == 0 && term.find(kDots) == std::string::npos) {
      term += kDots;
      i += 2;
    } else {
      a.fail(cat("the equation has a term '", text, "'"));
    }
  }
  return term;
}

Equation read_equation(const AttributeReader& a) {
  const std::string text = a.attr_string("equation");
  const std::size_t arrow = text.find("->");
  Equation e;
  std::string left = text.substr(0, arrow);
  for (std::size_t comma = left.find(','); comma != std::string::npos; comma = left.find(',')) {
    e.inputs.push_back(read_term(a, left.substr(0, comma)));
    left.erase(0, comma + 1);
  }
  e.inputs.push_back(read_term(a, left));
  if (e.inputs.size() != a.node().inputs().size()) {
    a.fail(cat("the equation has ", e.inputs.size(), " terms for ", a.node().inputs().size(),
               " inputs"));
  }
  if (arrow != std::string::npos) {
    e.output = read_term(a, text.substr(arrow + 2));
    return e;
  }
  // Without an arrow: the ellipsis, then all letters that occur once, in order.
  std::map<char, int> seen;
  for (const std::string& term : e.inputs) {
    for (const char c : term) ++seen[c];
  }
  if (seen.count(kDots) != 0) e.output += kDots;
  for (const auto& [c, times] : seen) {
    if (c != kDots && times == 1) e.output += c;
  }
  return e;
}

/// The equation with numbered labels: one per letter, and one per dimension under the ellipsis,
/// which are counted from the back so that they broadcast.
struct Labels {
  std::vector<std::vector<std::size_t>> inputs;
  std::vector<std::size_t> output;
  SymShape sizes;  ///< of every label
};

class Labeller {
 public:
  Labeller(const AttributeReader& a, const std::vector<SymShape>& shapes)
      : a_(a), equation_(read_equation(a)) {
    for (std::size_t i = 0; i < shapes.size(); ++i) {
      const std::string& term = equation_.inputs[i];
      const bool dots = term.find(kDots) != std::string::npos;
      const std::size_t letters = term.size() - (dots ? 1 : 0);
      if (shapes[i].size() < letters || (!dots && shapes[i].size() != letters)) {
        a_.fail(cat("term '", term, "' for an input of shape ", to_string(shapes[i])));
      }
      if (dots) hidden_ = std::max(hidden_, shapes[i].size() - letters);
    }
    labels_.sizes.assign(hidden_, Dim(1));
    for (std::size_t i = 0; i < shapes.size(); ++i) add_input(equation_.inputs[i], shapes[i]);
    add_output();
  }
  [[nodiscard]] Labels take() { return std::move(labels_); }

 private:
  std::size_t label_of(char c) {
    const auto [it, fresh] = letters_.emplace(c, labels_.sizes.size());
    if (fresh) labels_.sizes.emplace_back(1);
    return it->second;
  }

  void meet(std::size_t label, const Dim& size) {
    Dim& known = labels_.sizes[label];
    if (known.is(1)) {
      known = size;
    } else if (known.is_number() && size.is_number() && !size.is(1) && !(known == size)) {
      a_.fail(cat("one label has the sizes ", known.text(), " and ", size.text()));
    } else if (!known.is_number() && size.is_number() && !size.is(1)) {
      known = size;
    }
  }

  void add_input(const std::string& term, const SymShape& shape) {
    std::vector<std::size_t> labels;
    const std::size_t covered = shape.size() - (term.size() - 1);  // used where there are dots
    for (const char c : term) {
      if (c != kDots) {
        labels.push_back(label_of(c));
        continue;
      }
      for (std::size_t k = 0; k < covered; ++k) labels.push_back(hidden_ - covered + k);
    }
    for (std::size_t d = 0; d < labels.size(); ++d) meet(labels[d], shape[d]);
    labels_.inputs.push_back(std::move(labels));
  }

  void add_output() {
    for (const char c : equation_.output) {
      if (c == kDots) {
        for (std::size_t k = 0; k < hidden_; ++k) labels_.output.push_back(k);
        continue;
      }
      if (letters_.count(c) == 0)
        a_.fail(cat("output label '", std::string(1, c), "' is in no input"));
      const std::size_t label = letters_.at(c);
      const auto& all = labels_.output;
      if (std::find(all.begin(), all.end(), label) != all.end()) {
        a_.fail(cat("output label '", std::string(1, c), "' occurs twice"));
      }
      labels_.output.push_back(label);
    }
  }

  const AttributeReader& a_;
  Equation equation_;
  std::size_t hidden_ = 0;
  std::map<char, std::size_t> letters_;
  Labels labels_;
};

void infer(ShapeContext& c) {
  std::vector<SymShape> shapes;
  for (std::size_t i = 0; i < c.input_count(); ++i) {
    const SymShape* s = c.has_input(i) ? c.input_shape(i) : nullptr;
    if (s == nullptr) {
      c.set_output(0, c.input_dtype(0), std::nullopt);
      return;
    }
    shapes.push_back(*s);
  }
  const Labels labels = Labeller(c, shapes).take();
  SymShape y;
  for (const std::size_t label : labels.output) y.push_back(labels.sizes[label]);
  c.set_output(0, c.input_dtype(0), y);
}

/// All indices of all labels, output labels outermost; keeps the offset into every input.
template <class Number>
std::vector<Number> contract(const std::vector<std::vector<Number>>& inputs,
                             const std::vector<Shape>& strides, const Shape& sizes,
                             std::size_t outputs) {
  std::int64_t results = 1;
  std::int64_t each = 1;
  for (std::size_t l = 0; l < sizes.size(); ++l) {
    std::int64_t& n = l < outputs ? results : each;
    n = checked_mul(n, sizes[l]);
  }
  check_elements(results);
  std::vector<Number> y(static_cast<std::size_t>(results), Number{0});
  if (each == 0) return y;
  spend_steps(checked_mul(results, each) / 4096);
  Shape at(sizes.size(), 0);
  std::vector<std::int64_t> offset(inputs.size(), 0);
  for (std::int64_t r = 0; r < results; ++r) {
    for (std::int64_t k = 0; k < each; ++k) {
      Number product = 1;
      for (std::size_t i = 0; i < inputs.size(); ++i) product *= inputs[i][offset[i]];
      y[r] += product;
      for (std::size_t l = sizes.size(); l-- > 0;) {
        const bool wraps = ++at[l] == sizes[l];
        for (std::size_t i = 0; i < inputs.size(); ++i) {
          offset[i] += strides[i][l] * (wraps ? 1 - sizes[l] : 1);
        }
        if (!wraps) break;
        at[l] = 0;
      }
    }
  }
  return y;
}

/// Step of every label in an input; a label that stands twice walks the diagonal, a size of 1
/// stays.
Shape strides_of_labels(const Shape& shape, const std::vector<std::size_t>& labels,
                        const std::vector<std::size_t>& order) {
  const Shape own = strides_of(shape);
  Shape steps(order.size(), 0);
  for (std::size_t d = 0; d < labels.size(); ++d) {
    const auto at = std::find(order.begin(), order.end(), labels[d]) - order.begin();
    if (shape[d] != 1) steps[static_cast<std::size_t>(at)] += own[d];
  }
  return steps;
}

void reference(OpCall& call) {
  std::vector<SymShape> shapes;
  for (std::size_t i = 0; i < call.input_count(); ++i) {
    shapes.push_back(to_symbolic(call.input(i).shape()));
  }
  const Labels labels = Labeller(call, shapes).take();
  std::vector<std::size_t> order = labels.output;
  for (std::size_t l = 0; l < labels.sizes.size(); ++l) {
    if (std::find(order.begin(), order.end(), l) == order.end()) order.push_back(l);
  }
  Shape sizes;
  for (const std::size_t l : order) sizes.push_back(labels.sizes[l].number());
  const Shape shape(sizes.begin(),
                    sizes.begin() + static_cast<std::ptrdiff_t>(labels.output.size()));
  std::vector<Shape> strides;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    strides.push_back(strides_of_labels(call.input(i).shape(), labels.inputs[i], order));
  }
  const DType type = call.input(0).type();
  const auto all = [&](auto convert) {
    std::vector<decltype(convert(call.input(0)))> values;
    for (std::size_t i = 0; i < shapes.size(); ++i) values.push_back(convert(call.input(i)));
    return contract(values, strides, sizes, labels.output.size());
  };
  if (type.is_integer()) {
    call.set_output(0, ops::from_wrapping(all(ops::to_wrapping), shape, type));
  } else {
    call.set_output(
        0, ops::from_doubles(all([](const Tensor& t) { return t.to_doubles(); }), shape, type));
  }
}

Cost cost(const ShapeContext& c) {
  std::vector<SymShape> shapes;
  for (std::size_t i = 0; i < c.input_count(); ++i) {
    const SymShape* s = c.has_input(i) ? c.input_shape(i) : nullptr;
    if (s == nullptr) return {};
    shapes.push_back(*s);
  }
  double macs = 1;
  for (const Dim& d : Labeller(c, shapes).take().sizes) {
    macs *= d.is_number() ? static_cast<double>(d.number()) : 0;
  }
  return {.macs = macs, .flops = 2 * macs, .bytes = ops::traffic_bytes(c)};
}

/// The equation turned round for one input: dy and the other inputs give its term. What a term
/// needs and they lack comes from further operands: an identity matrix where a label stands twice,
/// ones for labels that are summed in this input alone.
Value* input_gradient(GradientContext& g, const Equation& e, std::size_t input) {
  Value* x = g.x(input);
  const std::string& term = e.inputs[input];
  std::string left = e.output;
  std::vector<Value*> operands = {g.dy(0)};
  for (std::size_t i = 0; i < e.inputs.size(); ++i) {
    if (i == input) continue;
    left += cat(",", e.inputs[i]);
    operands.push_back(g.x(i));
  }
  const auto unused = [&](const std::string& target) {
    for (char c = 'A'; c <= 'z'; ++c) {
      if (is_letter(c) && cat(left, term, target).find(c) == std::string::npos) return c;
    }
    g.refuse("every letter is taken");
  };
  std::string target;
  std::string ties;
  for (const char c : term) {
    if (target.find(c) == std::string::npos) {
      target += c;
      continue;
    }
    const char fresh = unused(cat(target, ties));
    const auto axis = static_cast<std::int64_t>(target.size());
    Value* n = g.size_of(x, axis);
    Value* sizes = g.op("Concat", {n, n}, {{"axis", std::int64_t{0}}});
    operands.push_back(g.op("EyeLike", {g.op("Expand", {g.number(0, x), sizes})}));
    ties += cat(",", std::string(1, c), std::string(1, fresh));
    target += fresh;
  }
  const bool lacking = std::any_of(term.begin(), term.end(),
                                   [&](char c) { return left.find(c) == std::string::npos; });
  if (lacking) {
    operands.push_back(g.expand_like(g.number(1, x), x));
    ties += cat(",", target);
  }
  const auto dots = [](std::string text) {
    for (std::size_t at = text.find(kDots); at != std::string::npos;
         at = text.find(kDots, at + 3)) {
      text.replace(at, 1, "...");
    }
    return text;
  };
  Value* dx = g.op("Einsum", operands, {{"equation", dots(cat(left, ties, "->", target))}});
  // What broadcast elsewhere is repeated, what broadcast in x is summed.
  return g.sum_to(g.expand_like(dx, x), x);
}

void gradient(GradientContext& g) {
  const Equation e = read_equation(g);
  for (std::size_t i = 0; i < e.inputs.size(); ++i) {
    if (!g.wants(i)) continue;
    const std::string& term = e.inputs[i];
    const std::size_t at = term.find(kDots);
    for (std::size_t k = 0; at != std::string::npos && at > 0 && k < e.inputs.size(); ++k) {
      // Broadcast dimensions in the middle of a term would not line up from the back.
      const auto hidden = [&](std::size_t n) {
        const bool has = e.inputs[n].find(kDots) != std::string::npos;
        return has ? g.rank(g.x(n)) + 1 - e.inputs[n].size() : 0;
      };
      if (hidden(k) > hidden(i)) g.refuse("no gradient for this use of '...'");
    }
    g.set_dx(i, input_gradient(g, e, i));
  }
}

}  // namespace

/// Products summed over the labels that the output lacks, as the equation "ij,jk->ik" says. A label
/// that stands twice in a term takes the diagonal; dimensions under "..." broadcast. Source: ONNX
/// Einsum, version 12.
OpDefs op_einsum() {
  return OpDef("Einsum", 12)
      .variadic_input("Inputs", types::kNumeric)
      .output("Output", types::kNumeric)
      .required_attribute("equation", AttributeKind::text, "terms, arrow, output")
      .define(infer, reference, cost)
      .differentiable(gradient);
}

}  // namespace pare
