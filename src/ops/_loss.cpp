#include "ops/_loss.hpp"

namespace pare::ops {
namespace {

enum class Reduction : std::uint8_t { none, sum, mean };

Reduction read_reduction(const AttributeReader& a) {
  const std::string word = a.attr_string("reduction");
  if (word == "none") return Reduction::none;
  if (word == "sum") return Reduction::sum;
  if (word != "mean") a.fail(cat("reduction is '", word, "'"));
  return Reduction::mean;
}

/// Shape of the labels that scores of a shape want.
template <class Size>
std::vector<Size> without_classes(const AttributeReader& a, std::vector<Size> scores) {
  if (scores.size() < 2) a.fail(cat("the scores have rank ", scores.size(), ", wanted 2 or more"));
  scores.erase(scores.begin() + 1);
  return scores;
}

std::vector<double> read_weights(const OpCall& call, std::int64_t classes) {
  if (!call.has_input(2)) return std::vector<double>(static_cast<std::size_t>(classes), 1.0);
  want_shape(call, call.input(2), {classes}, "the weights");
  return call.input(2).to_doubles();
}

}  // namespace

OpDef& class_loss_schema(OpDef& def, const char* labels, const char* weights, const char* loss) {
  return def.input(labels, types::kIndex, "Tind")
      .optional_input(weights, types::kFloat)
      .output(loss, types::kFloat)
      .optional_attribute("ignore_index", AttributeKind::integer, "label that does not count")
      .attribute("reduction", std::string("mean"), "none, sum or mean");
}

void class_loss_infer(ShapeContext& c) {
  const Reduction reduction = read_reduction(c);
  const SymShape* scores = c.input_shape(0);
  const SymShape* labels = c.input_shape(1);
  std::optional<SymShape> samples;
  if (labels != nullptr) samples = *labels;
  if (scores != nullptr) {
    const SymShape wanted = without_classes(c, *scores);
    if (labels != nullptr && labels->size() != wanted.size()) {
      c.fail(
          cat("the labels have shape ", to_string(*labels), ", the scores ", to_string(*scores)));
    }
    for (std::size_t i = 0; labels != nullptr && i < wanted.size(); ++i) {
      want_equal(c, (*labels)[i], wanted[i], cat("dimension ", i, " of the labels"));
    }
    samples = wanted;
  }
  c.set_output(0, c.input_dtype(0), reduction == Reduction::none ? samples : SymShape{});
}

void class_loss_reference(OpCall& call, const std::vector<double>& log_prob) {
  const Tensor& scores = call.input(0);
  const Reduction reduction = read_reduction(call);
  const Shape shape = without_classes(call, scores.shape());
  want_shape(call, call.input(1), shape, "the labels");
  const std::vector<std::int64_t> labels = call.input(1).to_ints();
  const std::int64_t classes = scores.dim(1);
  const std::vector<double> weights = read_weights(call, classes);
  const bool ignores = call.has_attr("ignore_index");
  const std::int64_t ignored = ignores ? call.attr_int("ignore_index") : 0;
  const std::int64_t inner = inner_size(scores.shape(), 1);
  std::vector<double> loss(labels.size());
  double sum = 0;
  double weight = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::int64_t c = labels[i];
    if (ignores && c == ignored) continue;
    if (c < 0 || c >= classes) call.fail(cat("label ", c, " of ", classes, " classes"));
    const auto at = static_cast<std::int64_t>(i);
    loss[i] = -weights[c] * log_prob[(at / inner * classes + c) * inner + at % inner];
    sum += loss[i];
    weight += weights[c];
  }
  if (reduction == Reduction::none) {
    call.set_output(0, from_doubles(loss, shape, scores.type()));
  } else {
    const double total = reduction == Reduction::mean ? sum / weight : sum;
    call.set_output(0, from_doubles({total}, {}, scores.type()));
  }
}

}  // namespace pare::ops
