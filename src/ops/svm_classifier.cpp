#include <algorithm>

#include "ops/_svm.hpp"

namespace pare {
namespace {

/// A few rounds converge; this bounds the time for numbers that never do.
constexpr std::size_t kMostRounds = 100;

using Row = std::span<const double>;

void infer(ShapeContext& c) {
  const Dim rows = ops::sample_count(c);
  const ops::ClassLabels labels(c, "classlabels_ints", "classlabels_strings");
  c.set_output(0, labels.type(), SymShape{rows});
  c.set_output(1, dtype_of(ElementKind::f32), SymShape{rows, Dim::unknown()});
}

/// Probabilities of k classes whose pairwise ones are r[i * k + j]: what pairwise coupling
/// converges to (Wu, Lin and Weng 2004, second method), one coordinate at a time.
std::vector<double> couple(const std::vector<double>& r, std::size_t k) {
  std::vector<double> q(k * k, 0.0);
  for (std::size_t i = 0; i < k; ++i) {
    for (std::size_t j = 0; j < k; ++j) {
      if (i == j) continue;
      q[i * k + i] += r[j * k + i] * r[j * k + i];
      q[i * k + j] = -r[j * k + i] * r[i * k + j];
    }
  }
  std::vector<double> p(k, 1.0 / static_cast<double>(k));
  const double enough = 0.005 / static_cast<double>(k);
  for (std::size_t round = 0; round < kMostRounds; ++round) {
    std::vector<double> qp(k);
    for (std::size_t i = 0; i < k; ++i) qp[i] = ops::dot(Row(q).subspan(i * k, k), p);
    const double pqp = ops::dot(p, qp);
    const auto far = [&](double v) { return std::abs(v - pqp) >= enough; };
    if (std::none_of(qp.begin(), qp.end(), far)) break;
    for (std::size_t i = 0; i < k; ++i) {
      const double step = (ops::dot(p, qp) - qp[i]) / q[i * k + i];
      p[i] += step;
      for (std::size_t j = 0; j < k; ++j) {
        qp[j] = (qp[j] + step * q[j * k + i]) / (1 + step);
        p[j] /= 1 + step;
      }
    }
  }
  return p;
}

/// One-against-one: which class wins each pair by how much.
struct Duels {
  std::vector<double> margins;
  std::vector<double> votes;
};

class Classifier {
 public:
  Classifier(const OpCall& call, std::size_t classes, std::int64_t columns)
      : classes_(classes),
        counts_(call.attr_ints("vectors_per_class")),
        vectors_(count_vectors(call)),
        svm_(call, vectors_, columns),
        a_(call.attr_floats("prob_a")),
        b_(call.attr_floats("prob_b")) {
    const std::size_t pairs = classes * (classes - 1) / 2;
    const auto vectors = static_cast<std::size_t>(vectors_);
    if (linear()) {
      if (svm_.coefficients().size() != classes * static_cast<std::size_t>(columns)) {
        call.fail(cat(svm_.coefficients().size(), " coefficients for ", classes, " classes of ",
                      columns, " columns"));
      }
      return;
    }
    if (counts_.size() != classes) call.fail("vectors_per_class has not one entry per class");
    if (svm_.coefficients().size() / vectors != classes - 1 ||
        svm_.coefficients().size() % vectors != 0 || svm_.rho().size() != pairs) {
      call.fail(cat(svm_.coefficients().size(), " coefficients and ", svm_.rho().size(),
                    " values of rho do not fit ", classes, " classes"));
    }
    if (a_.size() != b_.size() || (!a_.empty() && a_.size() != pairs)) {
      call.fail(cat("want prob_a and prob_b of ", pairs, " numbers"));
    }
  }

  [[nodiscard]] bool linear() const noexcept { return vectors_ == 0; }
  [[nodiscard]] bool has_probabilities() const noexcept { return !linear() && !a_.empty(); }

  [[nodiscard]] std::vector<double> linear_scores(Row x) const {
    std::vector<double> out(classes_);
    for (std::size_t k = 0; k < classes_; ++k) {
      out[k] =
          ops::dot(Row(svm_.coefficients()).subspan(k * x.size(), x.size()), x) + svm_.rho()[0];
    }
    return out;
  }

  [[nodiscard]] Duels duel(Row x) const {
    const std::vector<double> kernels = svm_.kernels(x);
    std::vector<std::size_t> starts(1, 0);
    for (const std::int64_t n : counts_)
      starts.push_back(starts.back() + static_cast<std::size_t>(n));
    // Row m of the coefficients belongs to a class against the m-th of the others.
    const auto part = [&](std::size_t row, std::size_t of) {
      const std::size_t n = starts[of + 1] - starts[of];
      return ops::dot(Row(svm_.coefficients()).subspan(row * kernels.size() + starts[of], n),
                      Row(kernels).subspan(starts[of], n));
    };
    Duels out{{}, std::vector<double>(classes_, 0.0)};
    for (std::size_t i = 0; i < classes_; ++i) {
      for (std::size_t j = i + 1; j < classes_; ++j) {
        const double margin = part(j - 1, i) + part(i, j) + svm_.rho()[out.margins.size()];
        out.votes[margin > 0 ? i : j] += 1;
        out.margins.push_back(margin);
      }
    }
    return out;
  }

  [[nodiscard]] std::vector<double> probabilities(Row margins) const {
    constexpr double kLeast = 1e-7;
    std::vector<double> r(classes_ * classes_, 0.0);
    std::size_t pair = 0;
    for (std::size_t i = 0; i < classes_; ++i) {
      for (std::size_t j = i + 1; j < classes_; ++j, ++pair) {
        const double s =
            margins[pair] * static_cast<double>(a_[pair]) + static_cast<double>(b_[pair]);
        const double p = std::clamp(1 - ops::logistic(s), kLeast, 1 - kLeast);
        r[i * classes_ + j] = p;
        r[j * classes_ + i] = 1 - p;
      }
    }
    return couple(r, classes_);
  }

 private:
  static std::int64_t count_vectors(const OpCall& call) {
    const auto most = static_cast<std::int64_t>(call.attr_floats("support_vectors").size());
    std::int64_t sum = 0;
    for (const std::int64_t n : call.attr_ints("vectors_per_class")) {
      if (n < 0 || n > most - sum) call.fail("vectors_per_class does not fit support_vectors");
      sum += n;
    }
    return sum;
  }

  std::size_t classes_;
  std::vector<std::int64_t> counts_;
  std::int64_t vectors_;
  ops::Svm svm_;
  std::vector<float> a_;
  std::vector<float> b_;
};

void reference(OpCall& call) {
  constexpr std::size_t kMostClasses = 4096;  // scores and time grow with its square
  const ops::Samples x = ops::read_samples(call);
  const ops::ClassLabels labels(call, "classlabels_ints", "classlabels_strings");
  if (labels.size() > kMostClasses) call.fail(cat(labels.size(), " classes are too many"));
  const Classifier svm(call, labels.size(), x.columns);
  const auto transform = ops::post_transform(call);
  ops::ClassifierOutput output(call, labels, x.rows);
  for (std::int64_t i = 0; i < x.rows; ++i) {
    std::vector<double> scores;
    std::optional<std::size_t> label;
    if (svm.linear()) {
      scores = svm.linear_scores(x.row(i));
      if (scores.size() > 1) label = ops::top(scores);
      if (scores.size() == 1 && scores[0] > 0) label = 0;
    } else {
      Duels duels = svm.duel(x.row(i));
      label = ops::top(duels.votes);
      scores = svm.has_probabilities() ? svm.probabilities(duels.margins) : duels.margins;
    }
    // The only pair of two classes has two scores all the same.
    if (!svm.linear() && scores.size() == 1 && labels.size() == 2) scores = {-scores[0], scores[0]};
    ops::apply(transform, scores);
    output.write(label, scores);
  }
  output.finish(0);
}

}  // namespace

/// Support vector machine. With support vectors, every pair of classes i < j has the margin
/// sum c K(x, v) + rho over the vectors of both and a vote, Y is the class with most votes, and Z
/// holds the margins in the order of pairs (-s and s for two classes) or, with prob_a and prob_b,
/// the coupled probabilities of the classes. Without, scores are x.coefficients[k] + rho[0] and Y
/// is the class with the greatest (a single class when it is positive, else 0 or ""). Z is
/// transformed. Shapes: X [N, C] or [C] -> Y [N], Z [N, E]. Errors: Fault::corrupt for lists that
/// do not fit. Source: ONNX (ai.onnx.ml) SVMClassifier, version 1.
OpDefs op_svm_classifier() {
  using enum AttributeKind;
  OpDef def = ops::ml_op("SVMClassifier", 1);
  def.input("X", ops::kMlNumber)
      .output("Y", ops::kMlLabel, "Y")
      .output("Z", ops::kF32, "Z")
      .optional_attribute("classlabels_ints", integers, "names of the classes")
      .optional_attribute("classlabels_strings", texts, "names of the classes")
      .optional_attribute("prob_a", reals, "slope of the probability of each pair")
      .optional_attribute("prob_b", reals, "offset of the probability of each pair")
      .optional_attribute("vectors_per_class", integers, "support vectors of each class");
  return ops::svm_attributes(def).define(infer, reference, ops::svm_cost);
}

}  // namespace pare
