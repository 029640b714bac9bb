#include "ops/_ml.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <numbers>

namespace pare::ops {
namespace {

double inverse_erf(double x) {
  constexpr double a = 0.147;
  const double log = std::log((1 - x) * (1 + x));
  if (std::isinf(log)) return std::copysign(std::numeric_limits<double>::infinity(), x);
  const double half = 2 / (std::numbers::pi * a) + log / 2;
  return std::copysign(std::sqrt(std::sqrt(half * half - log / a) - half), x);
}

void softmax_in_place(std::span<double> scores) {
  const double peak = *std::max_element(scores.begin(), scores.end());
  double sum = 0;
  for (double& s : scores) sum += s = std::exp(s - peak);
  for (double& s : scores) s /= sum;
}

void softmax_zero_in_place(std::span<double> scores) {
  constexpr double kZero = 1e-7;
  const double peak = *std::max_element(scores.begin(), scores.end());
  double sum = 0;
  for (double& s : scores)
    sum += s = std::abs(s) > kZero ? std::exp(s - peak) : s * std::exp(-peak);
  for (double& s : scores) s = sum == 0 ? 0.5 : s / sum;
}

}  // namespace

OpDef ml_op(std::string name, int since) { return {std::string(kMl), std::move(name), since}; }

Samples read_samples(const OpCall& call) {
  const Tensor& x = call.input(0);
  if (x.rank() != 1 && x.rank() != 2) {
    call.fail(cat("want samples of shape [N,C] or [C], got ", to_string(x.shape())));
  }
  const bool one = x.rank() == 1;
  return {one ? 1 : x.dim(0), x.dim(one ? 0 : 1), x.to_doubles()};
}

Dim sample_count(const ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  if (x == nullptr || x->empty()) return Dim::unknown();
  return x->size() == 1 ? Dim(1) : x->front();
}

std::size_t attr_word(const AttributeReader& a, std::string_view name,
                      std::span<const std::string_view> words) {
  const std::string word = a.attr_string(name);
  const auto found = std::find(words.begin(), words.end(), word);
  if (found == words.end()) a.fail(cat("attribute '", name, "' cannot be '", word, "'"));
  return static_cast<std::size_t>(found - words.begin());
}

PostTransform post_transform(const AttributeReader& a) {
  constexpr std::array<std::string_view, 5> kWords = {"NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO",
                                                      "PROBIT"};
  const AttributeDef* def = a.def().find_attribute("post_transform");
  if (def != nullptr && def->kind == AttributeKind::text) {
    return static_cast<PostTransform>(attr_word(a, "post_transform", kWords));
  }
  const std::int64_t number = a.attr_int("post_transform");
  if (number < 0 || number > 4) a.fail(cat("post_transform ", number, " is not one of 0 to 4"));
  return static_cast<PostTransform>(number);
}

double logistic(double x) {
  const double v = 1 / (1 + std::exp(-std::abs(x)));
  return x < 0 ? 1 - v : v;
}

void apply(PostTransform transform, std::span<double> scores) {
  if (scores.empty()) return;
  switch (transform) {
    case PostTransform::none: return;
    case PostTransform::softmax: return softmax_in_place(scores);
    case PostTransform::softmax_zero: return softmax_zero_in_place(scores);
    case PostTransform::logistic:
      for (double& s : scores) s = logistic(s);
      return;
    case PostTransform::probit:
      for (double& s : scores) s = std::numbers::sqrt2 * inverse_erf(2 * s - 1);
      return;
  }
}

LinearModel::LinearModel(const AttributeReader& a, std::int64_t columns)
    : coefficients_(a.attr_floats("coefficients")), intercepts_(a.attr_floats("intercepts")) {
  const auto width = static_cast<std::size_t>(columns);
  if (width == 0 || coefficients_.empty() || coefficients_.size() % width != 0) {
    a.fail(cat(coefficients_.size(), " coefficients for ", columns, " columns"));
  }
  outputs_ = coefficients_.size() / width;
  if (!intercepts_.empty() && intercepts_.size() != outputs_) {
    a.fail(cat(intercepts_.size(), " intercepts for ", outputs_, " rows of coefficients"));
  }
}

std::vector<double> LinearModel::scores(std::span<const double> x) const {
  std::vector<double> out(outputs_);
  for (std::size_t k = 0; k < outputs_; ++k) {
    double sum = intercepts_.empty() ? 0 : static_cast<double>(intercepts_[k]);
    for (std::size_t j = 0; j < x.size(); ++j) {
      sum += x[j] * static_cast<double>(coefficients_[k * x.size() + j]);
    }
    out[k] = sum;
  }
  return out;
}

Cost linear_model_cost(const ShapeContext& c) {
  const Dim rows = sample_count(c);
  if (!rows.is_number()) return {};
  const double macs = static_cast<double>(rows.number()) *
                      static_cast<double>(c.attr_floats("coefficients").size());
  return {.macs = macs, .flops = 2 * macs, .bytes = traffic_bytes(c)};
}

std::size_t top(std::span<const double> scores) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < scores.size(); ++i) {
    if (scores[i] > scores[best] || std::isnan(scores[best])) best = i;
  }
  return best;
}

ClassLabels::ClassLabels(const AttributeReader& a, std::string_view ints, std::string_view texts)
    : ints_(a.attr_ints(ints)), texts_(a.attr_strings(texts)) {
  if (ints_.empty() == texts_.empty()) {
    a.fail(cat("one of '", ints, "' and '", texts, "' must name the classes"));
  }
}

DType ClassLabels::type() const {
  return dtype_of(texts_.empty() ? ElementKind::i64 : ElementKind::string);
}

void ClassLabels::write(Tensor& out, std::int64_t at, std::optional<std::size_t> index) const {
  const auto i = static_cast<std::size_t>(at);
  if (texts_.empty()) {
    out.mutable_data<std::int64_t>()[i] = index ? ints_.at(*index) : 0;
  } else {
    out.mutable_data<std::string>()[i] = index ? texts_.at(*index) : std::string();
  }
}

Tensor ClassLabels::tensor() const {
  const auto count = static_cast<std::int64_t>(size());
  return texts_.empty() ? Tensor::of<std::int64_t>({count}, ints_)
                        : Tensor::of<std::string>({count}, texts_);
}

DType label_type(const AttributeReader& a, std::string_view texts) {
  return dtype_of(a.attr_strings(texts).empty() ? ElementKind::i64 : ElementKind::string);
}

ClassifierOutput::ClassifierOutput(OpCall& call, const ClassLabels& labels, std::int64_t rows)
    : call_(&call), labels_(&labels), y_(labels.type(), {rows}), rows_(rows) {}

void ClassifierOutput::write(std::optional<std::size_t> label, std::span<const double> scores) {
  labels_->write(y_, at_++, label);
  for (const double s : scores) scores_.push_back(static_cast<float>(s));
}

void ClassifierOutput::finish(std::int64_t columns) {
  if (rows_ > 0) columns = static_cast<std::int64_t>(scores_.size()) / rows_;
  call_->set_output(0, std::move(y_));
  call_->set_output(1, Tensor::of<float>({rows_, columns}, scores_));
}

}  // namespace pare::ops
