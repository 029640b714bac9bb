#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ops/_numbers.hpp"

namespace pare::ops {

inline constexpr std::string_view kMl = "ai.onnx.ml";
/// Numbers that operators of ai.onnx.ml take.
inline constexpr TypeSet kMlNumber = {ElementKind::f32, ElementKind::f64, ElementKind::i64,
                                      ElementKind::i32};
inline constexpr TypeSet kMlLabel = {ElementKind::string, ElementKind::i64};
inline constexpr TypeSet kF32 = {ElementKind::f32};

/// An operator of ai.onnx.ml.
OpDef ml_op(std::string name, int since);

/// Samples in rows.
struct Samples {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::vector<double> values;
  [[nodiscard]] std::span<const double> row(std::int64_t i) const {
    return std::span(values).subspan(static_cast<std::size_t>(i * columns),
                                     static_cast<std::size_t>(columns));
  }
};

/// Input 0 of numbers, [N, C], or [C] as one row. Fault::corrupt for another rank.
Samples read_samples(const OpCall& call);
/// Number of rows that read_samples() will find; unknown when the rank is.
Dim sample_count(const ShapeContext& c);

/// The word of a text attribute as its position in `words`. Fault::corrupt for another word.
std::size_t attr_word(const AttributeReader& a, std::string_view name,
                      std::span<const std::string_view> words);

enum class PostTransform : std::uint8_t { none, softmax, logistic, softmax_zero, probit };

/// Attribute post_transform: a word, or (TreeEnsemble) a number.
PostTransform post_transform(const AttributeReader& a);
/// 1 / (1 + exp(-x)) without overflow.
double logistic(double x);
/// Changes the scores of one row. softmax_zero is softmax over the scores that are not zero; those
/// of at most 1e-7 keep about zero, and a row of nothing else becomes 0.5. probit is the quantile
/// of the normal distribution by Winitzki's formula for the inverse error function (a = 0.147),
/// within 0.4 % of the exact value, as the implementations of the standard do it; NaN outside
/// [0, 1].
void apply(PostTransform transform, std::span<double> scores);

/// Rows of coefficients with an intercept each, from the attributes of these names.
class LinearModel {
 public:
  /// Fault::corrupt when the coefficients are no rows of `columns` numbers, or there are
  /// intercepts but not one for each row.
  LinearModel(const AttributeReader& a, std::int64_t columns);
  [[nodiscard]] std::size_t outputs() const noexcept { return outputs_; }
  [[nodiscard]] std::vector<double> scores(std::span<const double> x) const;

 private:
  std::vector<float> coefficients_;
  std::vector<float> intercepts_;
  std::size_t outputs_ = 0;
};

/// A product with every coefficient for each sample.
Cost linear_model_cost(const ShapeContext& c);

/// Index of the first greatest score; NaN never is.
std::size_t top(std::span<const double> scores);

/// The classes of a classifier, named by integers or by text.
class ClassLabels {
 public:
  /// From the attributes with these names. Fault::corrupt unless exactly one of them has entries.
  ClassLabels(const AttributeReader& a, std::string_view ints, std::string_view texts);
  [[nodiscard]] std::size_t size() const noexcept { return ints_.size() + texts_.size(); }
  [[nodiscard]] DType type() const;
  /// out[at] = label of class `index`; without one 0 or "".
  void write(Tensor& out, std::int64_t at, std::optional<std::size_t> index) const;
  /// All labels as a vector.
  [[nodiscard]] Tensor tensor() const;

 private:
  std::vector<std::int64_t> ints_;
  std::vector<std::string> texts_;
};

/// Element type of labels: text when the attribute `texts` has entries, else int64.
DType label_type(const AttributeReader& a, std::string_view texts);

/// The two outputs of a classifier, row by row.
class ClassifierOutput {
 public:
  /// Columns of the scores are given by the first row.
  ClassifierOutput(OpCall& call, const ClassLabels& labels, std::int64_t rows);
  void write(std::optional<std::size_t> label, std::span<const double> scores);
  /// Sets the outputs. `columns` for a batch without rows.
  void finish(std::int64_t columns);

 private:
  OpCall* call_;
  const ClassLabels* labels_;
  Tensor y_;
  std::int64_t rows_;
  std::int64_t at_ = 0;
  std::vector<float> scores_;
};

}  // namespace pare::ops
