#include "passes/_linear.hpp"

#include <algorithm>
#include <cmath>

#include "passes/_rewrite.hpp"

namespace pare::passes {
namespace {

/// "conv1.weight" -> "conv1.bias"; "W" -> "W_bias".
std::string bias_name(const std::string& weights) {
  constexpr std::string_view kEnd = "weight";
  const std::string_view name = weights;
  const bool fits = name.size() > kEnd.size() && name.substr(name.size() - kEnd.size()) == kEnd;
  return fits ? cat(name.substr(0, name.size() - kEnd.size()), "bias") : weights + "_bias";
}

/// One number per channel from a constant that varies along `axis` of rank `rank` only.
std::optional<std::vector<double>> per_channel(const Value* v, std::size_t rank, std::size_t axis,
                                               std::int64_t channels) {
  if (v == nullptr || !v->is_constant() || !v->dtype().is_float()) return std::nullopt;
  const Shape& shape = v->constant().shape();
  if (shape.size() > rank) return std::nullopt;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const bool here = i + rank - shape.size() == axis;
    if (shape[i] != 1 && !(here && shape[i] == channels)) return std::nullopt;
  }
  auto values = v->constant().to_doubles();
  if (values.size() == 1) values.assign(static_cast<std::size_t>(channels), values.front());
  return values;
}

std::optional<ChannelAffine> of_batch_normalization(const Node& n, std::int64_t channels) {
  std::vector<std::vector<double>> p;
  for (std::size_t i = 1; i <= 4; ++i) {
    const Value* v = n.input(i);
    if (v == nullptr || !v->is_constant() || v->constant().size() != channels) return std::nullopt;
    p.push_back(v->constant().to_doubles());
  }
  if (n.int_or("training_mode", 0) != 0) return std::nullopt;
  const auto epsilon = static_cast<double>(n.float_or("epsilon", 1e-5F));
  ChannelAffine a{n.input(0), {}, {}};
  for (std::size_t c = 0; c < p[0].size(); ++c) {
    const double scale = p[0][c] / std::sqrt(p[3][c] + epsilon);
    a.scale.push_back(scale);
    a.shift.push_back(p[1][c] - scale * p[2][c]);
  }
  return a;
}

}  // namespace

bool ChannelAffine::shifts() const {
  return std::any_of(shift.begin(), shift.end(), [](double t) { return t != 0; });
}

bool may_be_affine(const Node& n) {
  if (n.is("BatchNormalization")) return true;
  if (!n.is("Add") && !n.is("Sub") && !n.is("Mul") && !n.is("Div")) return false;
  return std::any_of(n.inputs().begin(), n.inputs().end(),
                     [](const Value* v) { return v != nullptr && v->is_constant(); });
}

std::optional<ChannelAffine> affine_of(const Node& n, std::int64_t channels, bool last_axis) {
  const SymShape* shape = shape_of(n.output());
  if (!may_be_affine(n) || shape == nullptr || shape->empty()) return std::nullopt;
  const std::size_t axis = last_axis ? shape->size() - 1 : 1;
  if (n.is("BatchNormalization")) {
    return axis == 1 ? of_batch_normalization(n, channels) : std::nullopt;
  }
  for (std::size_t i = 0; i < 2; ++i) {
    const auto c = per_channel(n.input(i), shape->size(), axis, channels);
    Value* x = n.input(1 - i);
    if (!c || x == nullptr || !same_shape(x, n.output())) continue;
    const std::size_t count = c->size();
    ChannelAffine a{x, std::vector<double>(count, 1), std::vector<double>(count, 0)};
    const bool left = i == 0;  // the constant stands on the left
    if (n.is("Div") && left) return std::nullopt;
    for (std::size_t k = 0; k < count; ++k) {
      const double v = (*c)[k];
      if (n.is("Add")) a.shift[k] = v;
      if (n.is("Mul")) a.scale[k] = v;
      if (n.is("Div")) a.scale[k] = 1 / v;
      if (n.is("Sub")) a.shift[k] = left ? v : -v;
      if (n.is("Sub") && left) a.scale[k] = -1;
    }
    return a;
  }
  return std::nullopt;
}

bool Linear::is_one(const Node& n) {
  return n.is("Conv") || n.is("ConvTranspose") || n.is("Gemm") || n.is("MatMul");
}

std::optional<Linear> Linear::of(Node& n, std::string& why) {
  const Value* w = n.input(1);
  if (!is_one(n) || w == nullptr) {
    why = "no product with weights";
  } else if (!w->is_constant() || !w->dtype().is_float()) {
    why = "the weights are not constant";
  } else if (w->readers() != 1) {
    why = "the weights have another reader";
  } else {
    Linear linear(n);
    linear.shape_ = w->constant().shape();
    const std::size_t rank = linear.shape_.size();
    const bool matrix = n.is("Gemm") || n.is("MatMul");
    if (matrix ? rank != 2 : rank < 3) {
      why = cat("weights of rank ", rank);
      return std::nullopt;
    }
    linear.find_sizes();
    if (linear.outputs_ <= 0 || linear.inputs_ <= 0) {
      why = "weights without values";
      return std::nullopt;
    }
    if (!linear.read_bias(why)) return std::nullopt;
    linear.weights_ = w->constant().to_doubles();
    return linear;
  }
  return std::nullopt;
}

void Linear::find_sizes() {
  transposed_ = node_->is("ConvTranspose") ||
                (node_->is("Gemm") && node_->int_or("transB", 0) == 0) || node_->is("MatMul");
  groups_ = std::max<std::int64_t>(1, node_->int_or("group", 1));
  for (std::size_t i = 2; i < shape_.size(); ++i) kernel_ *= shape_[i];
  const std::int64_t first = shape_[0];
  const std::int64_t second = shape_[1] * groups_;
  outputs_ = transposed_ ? second : first;
  inputs_ = transposed_ ? first : second;
  if (first % groups_ != 0) outputs_ = 0;
}

bool Linear::read_bias(std::string& why) {
  bias_.assign(static_cast<std::size_t>(outputs_), 0);
  const Value* b = takes_bias() ? node_->input(2) : nullptr;
  if (b == nullptr) return true;
  const bool gemm = node_->is("Gemm");
  const auto values = per_channel(b, gemm ? 2 : 1, gemm ? 1 : 0, outputs_);
  if (!values) {
    why = "the bias is not a constant per channel";
    return false;
  }
  bias_given_ = true;
  const double beta = gemm ? static_cast<double>(node_->float_or("beta", 1)) : 1;
  for (std::size_t i = 0; i < bias_.size(); ++i) bias_[i] = beta * (*values)[i];
  return true;
}

bool Linear::last_axis() const { return node_->is("Gemm") || node_->is("MatMul"); }

bool Linear::pads_nothing() const {
  const std::string automatic = node_->string_or("auto_pad", "NOTSET");
  if (automatic != "NOTSET" && automatic != "VALID") return false;
  const auto pads = node_->ints_or("pads", {});
  return std::all_of(pads.begin(), pads.end(), [](std::int64_t p) { return p == 0; });
}

Linear::Place Linear::place(std::int64_t flat) const {
  const std::int64_t first = flat / (shape_[1] * kernel_);
  const std::int64_t second = flat / kernel_ % shape_[1];
  const std::int64_t grouped = first / (shape_[0] / groups_) * shape_[1] + second;
  const auto a = static_cast<std::size_t>(first);
  const auto b = static_cast<std::size_t>(grouped);
  return transposed_ ? Place{b, a} : Place{a, b};
}

void Linear::scale_outputs(const ChannelAffine& a) {
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    weights_[i] *= a.scale[place(static_cast<std::int64_t>(i)).out];
  }
  for (std::size_t i = 0; i < bias_.size(); ++i) bias_[i] = bias_[i] * a.scale[i] + a.shift[i];
  bias_changed_ = bias_given_ || a.shifts();
}

void Linear::scale_inputs(const ChannelAffine& a) {
  const double alpha = node_->is("Gemm") ? static_cast<double>(node_->float_or("alpha", 1)) : 1;
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    const Place at = place(static_cast<std::int64_t>(i));
    bias_[at.out] += alpha * weights_[i] * a.shift[at.in];
    weights_[i] *= a.scale[at.in];
  }
  bias_changed_ = a.shifts();
}

bool Linear::is_finite() const {
  const double most = node_->input(1)->dtype().info().max;
  const auto fits = [&](double v) { return std::abs(v) <= most; };
  return std::all_of(weights_.begin(), weights_.end(), fits) &&
         std::all_of(bias_.begin(), bias_.end(), fits);
}

void Linear::store() {
  const Value* w = node_->input(1);
  const DType type = w->dtype();
  set_constant_input(*node_, 1, tensor_of(type, shape_, weights_));
  if (!bias_changed_) return;
  Tensor bias = tensor_of(type, {outputs_}, bias_);
  if (bias_given_) {
    set_constant_input(*node_, 2, std::move(bias));
  } else {
    node_->set_input(2, node_->graph().add_constant(std::move(bias), bias_name(w->name())));
  }
  node_->erase_attribute("beta");
}

}  // namespace pare::passes
