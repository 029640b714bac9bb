// What a timing depends on besides the machine, as text: the same text, the same answer.

#include <algorithm>

#include "base/sha256.hpp"
#include "base/threads.hpp"
#include "runtime/tune.hpp"

namespace pare {
namespace {

template <class T>
std::string list(const std::vector<T>& values) {
  std::string text;
  for (const T& v : values) text += cat(v, ",");
  return text;
}

struct AttributeText {
  std::string operator()(std::int64_t v) const { return cat(v); }
  std::string operator()(float v) const { return cat(v); }
  std::string operator()(const std::string& v) const { return v; }
  std::string operator()(const Tensor& v) const {
    return cat(v.type().name(), to_string(v.shape()), sha256_hex(v.bytes()).substr(0, 16));
  }
  std::string operator()(const std::vector<std::int64_t>& v) const { return list(v); }
  std::string operator()(const std::vector<float>& v) const { return list(v); }
  std::string operator()(const std::vector<std::string>& v) const { return list(v); }
  template <class T>
  std::string operator()(const T&) const {
    return "other";
  }
};

/// Sixteenths of the constant that are zero, from a sample: sparse kernels are faster on more.
std::int64_t zero_share(const Tensor& data) {
  constexpr std::int64_t kSample = 4099;  // a prime: no pattern of the weights has that step
  const std::size_t size = data.type().info().values == 1 ? data.type().info().bytes : 0;
  if (size == 0 || data.empty()) return -1;
  const auto bytes = data.bytes();
  std::int64_t zeros = 0;
  std::int64_t seen = 0;
  const std::int64_t step = std::max<std::int64_t>(1, data.size() / kSample) | 1;
  for (std::int64_t i = 0; i < data.size(); i += step, ++seen) {
    const auto element = bytes.subspan(static_cast<std::size_t>(i) * size, size);
    const bool zero =
        std::all_of(element.begin(), element.end(), [](std::byte b) { return b == std::byte{0}; });
    zeros += zero ? 1 : 0;
  }
  return zeros * 16 / std::max<std::int64_t>(seen, 1);
}

std::string value_text(const Value* v, PlanFacts& facts) {
  if (v == nullptr) return "-";
  std::string text = cat(v->dtype().name(), to_string(shape_of(*v)));
  if (v->is_constant()) return cat(text, " constant ", zero_share(v->constant()));
  for (const Layout layout : {Layout::plain, Layout::channels_last}) {
    if (facts.has_layout && facts.has_layout(v, layout)) {
      text += layout == Layout::plain ? " plain" : " channels_last";
    }
  }
  return facts.constant(v) != nullptr ? text + " constant" : text;
}

std::string posts_text(const Unit& unit) {
  std::string text;
  for (const Post& p : unit.posts) {
    text += cat(" post ", static_cast<int>(p.kind));
    if (p.kind == Post::Kind::activation) {
      text += cat(" ", to_string(p.act.act), " ", p.act.alpha, " ", p.act.beta);
    } else {
      text += cat(" operand ", p.operand);
    }
  }
  return text;
}

/// Kernels skip what a zero point of 0 does not need.
std::string quant_text(const Unit& unit) {
  if (!unit.quantized) return {};
  std::string text = cat(" scales ", unit.weight_scales.size());
  for (const Quant& q : unit.in_quant) text += cat(" q", q.on, q.zero_point != 0);
  return text + cat(" to q", unit.out_quant.on, unit.out_quant.zero_point != 0);
}

}  // namespace

std::string question_text(const Unit& unit, const std::vector<KernelChoice>& candidates,
                          PlanFacts& facts) {
  std::string text =
      cat(unit.node->domain(), ".", unit.node->op(), " threads ", threads(), posts_text(unit),
          quant_text(unit), facts.options.allow_bf16 ? " bf16" : "",
          facts.options.save_memory ? " small" : "", unit.turned_weights ? " turned" : "");
  if (unit.dequantizes != nullptr) text += cat(" of ", unit.dequantizes->op());
  for (const auto& [name, attribute] : unit.node->attributes()) {
    const AttributeVariant& held = attribute;
    text += cat("\n", name, "=", std::visit(AttributeText(), held));
  }
  for (const Value* v : unit.inputs) text += cat("\nin ", value_text(v, facts));
  for (const Value* v : unit.outputs) {
    text += v == nullptr ? "\nout -" : cat("\nout ", v->dtype().name(), to_string(shape_of(*v)));
  }
  if (unit.output() != nullptr) {
    text += cat("\nread ", static_cast<int>(layout_of_readers(*unit.output(), 0)));
  }
  for (const KernelChoice& c : candidates) text += cat("\n", c.name());
  return text;
}

}  // namespace pare
