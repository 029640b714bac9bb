#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/threads.hpp"
#include "kernels/attention/attention.hpp"
#include "kernels/view.hpp"
#include "runtime/rows.hpp"

// Softmax attention whose scores stay in the cache: units of several nodes (fuse_attention.cpp),
// and the operators Attention and MultiHeadAttention.

namespace pare {
namespace {

/// With fewer queries, packing the keys takes longer than what it saves.
constexpr std::int64_t kLeastQueries = 4;

/// Inputs q, k, v, then the mask and the marks where the shape has them.
AttentionOperands operands_of(const AttentionShape& shape, const KernelArgs& args) {
  AttentionOperands o;
  o.q = view<float>(args.in[0]);
  o.k = view<float>(args.in[1]);
  o.v = view<float>(args.in[2]);
  if (shape.masked) o.mask = view<float>(args.in[3]);
  if (shape.marked) o.marks = view<std::uint8_t>(args.in[shape.masked ? 4 : 3]);
  o.y = view<float>(args.out[0]);
  return o;
}

/// Kernels for products that may be rounded, where rounding takes less than it saves.
const AttentionKernels& kernels_for(const AttentionShape& shape, bool may_round) {
  constexpr std::int64_t kLeast = 16;
  const AttentionKernels* narrow = may_round ? bf16_attention_kernels() : nullptr;
  const bool worth = shape.size >= kLeast && shape.keys >= kLeast && shape.queries >= kLeastQueries;
  return narrow != nullptr && worth ? *narrow : *attention_kernels().front();
}

Prepared prepare(const AttentionShape& shape, const std::vector<const Value*>& inputs,
                 bool may_round) {
  auto attention = std::make_shared<const Attention>(shape, kernels_for(shape, may_round));
  Prepared made;
  for (const Value* v : inputs) made.inputs.push_back({v, Layout::plain});
  made.outputs = {Layout::plain};
  made.scratch_bytes = attention->scratch_bytes();
  made.note = attention->isa();
  made.kernel = std::make_unique<FunctionKernel>(
      [=](const KernelArgs& args) { attention->run(operands_of(shape, args), args.scratch); });
  return made;
}

Verdict accepts_unit(const Unit& unit, PlanFacts&) {
  if (unit.attention == nullptr) return not_mine();
  if (unit.attention->queries < kLeastQueries) return refuse("few queries");
  return accept();
}

Prepared make_unit(const Unit& unit, PlanFacts& facts) {
  const bool may_round = std::all_of(unit.covers.begin(), unit.covers.end(), [&](const Node* node) {
    return !node->is("MatMul") || facts.may_round(*node);
  });
  return prepare(*unit.attention, unit.inputs, may_round);
}

// --- operators

/// Strides of [B, T, H D] with heads side by side, or of [B, H, T, D].
HeadStrides strides_of(const Shape& s, std::int64_t heads) {
  if (s.size() == 4) return {s[1] * s[2] * s[3], s[2] * s[3], s[3], 1};
  return {s[1] * s[2], s[2] / heads, s[2], 1};
}

struct HeadSizes {
  std::int64_t batch = 0, heads = 0, length = 0, size = 0;
};

HeadSizes sizes_of(const Shape& s, std::int64_t heads) {
  if (s.size() == 4) return {s[0], s[1], s[2], s[3]};
  return {s[0], heads, s[1], s[2] / heads};
}

/// What an operator computes, and from where.
struct Form {
  AttentionShape shape;
  const Value* mask = nullptr;   ///< float32, added
  const Value* marks = nullptr;  ///< booleans
  const Value* past_key = nullptr;
  const Value* past_value = nullptr;
  HeadStrides new_key, new_value;  ///< of inputs 1 and 2
  std::int64_t kv_heads = 0;
  std::int64_t past = 0;  ///< keys in front of the new ones
  bool joins = false;     ///< keys and values are those of the past and the new ones, side by side
};

/// A mask of float32 that is added, or of booleans, repeated along its dimensions of 1; false when
/// it has another form.
bool add_mask(const Value* mask, Form& f) {
  if (mask == nullptr) return true;
  AttentionShape& a = f.shape;
  const Shape m = shape_of(*mask);
  const ElementKind kind = mask->dtype().kind();
  const bool marks = kind == ElementKind::boolean;
  if ((kind != ElementKind::f32 && !marks) || m.empty() || m.size() > 4) return false;
  if (m.back() != a.keys) return false;  // keys behind the end of a mask are hidden
  const std::int64_t wanted[4] = {a.batch, a.heads, a.queries, a.keys};
  std::int64_t strides[4] = {0, 0, 0, 1};
  std::int64_t dense = 1;
  for (std::size_t i = m.size(); i-- > 0;) {
    const std::size_t to = i + 4 - m.size();
    if (m[i] != wanted[to] && m[i] != 1) return false;
    if (to < 3) strides[to] = m[i] == 1 ? 0 : dense;
    dense *= m[i];
  }
  (marks ? a.marked : a.masked) = true;
  (marks ? a.marks : a.mask) = {strides[0], strides[1], strides[2], 1};
  (marks ? f.marks : f.mask) = mask;
  a.fill = -std::numeric_limits<float>::infinity();
  return true;
}

/// Whether nothing but the first three inputs and those of `others` is given, and nothing but the
/// first three outputs is wanted.
bool only_given(const Unit& unit, std::initializer_list<std::size_t> others) {
  constexpr std::size_t kMost = 3;
  for (std::size_t i = 0; i < unit.inputs.size(); ++i) {
    const bool wanted = i < kMost || std::find(others.begin(), others.end(), i) != others.end();
    if (unit.inputs[i] != nullptr && !wanted) return false;
    if (i < kMost && unit.inputs[i] == nullptr) return false;
  }
  for (std::size_t i = kMost; i < unit.outputs.size(); ++i) {
    if (unit.outputs[i] != nullptr) return false;
  }
  return unit.inputs.size() >= kMost && unit.output() != nullptr;
}

/// The past of keys or values [batch, heads, P, size]: its length, or -1 when it does not fit.
std::int64_t past_of(const Value* past, const HeadSizes& now) {
  if (past == nullptr) return 0;
  const Shape p = shape_of(*past);
  if (past->dtype().kind() != ElementKind::f32 || p.size() != 4) return -1;
  return p[0] == now.batch && p[1] == now.heads && p[3] == now.size ? p[2] : -1;
}

/// What both operators are made of; false when the sizes do not fit.
bool describe(const Unit& unit, std::int64_t heads, std::int64_t shared_heads, Form& f) {
  const Shape q = shape_of(*unit.input(0));
  const Shape k = shape_of(*unit.input(1));
  const Shape v = shape_of(*unit.input(2));
  if (q.size() != k.size() || q.size() != v.size()) return false;
  if (q.size() == 3 && (heads < 1 || shared_heads < 1)) return false;
  if (q.size() != 3 && q.size() != 4) return false;
  const HeadSizes sq = sizes_of(q, heads);
  const HeadSizes sk = sizes_of(k, shared_heads);
  const HeadSizes sv = sizes_of(v, shared_heads);
  if (sq.batch != sk.batch || sq.batch != sv.batch || sk.heads != sv.heads) return false;
  if (sq.size != sk.size || sk.length != sv.length || sq.heads % sk.heads != 0) return false;
  f.past = past_of(f.past_key, sk);
  if (f.past < 0 || past_of(f.past_value, sv) != f.past) return false;
  f.kv_heads = sk.heads;
  f.new_key = strides_of(k, sk.heads);
  f.new_value = strides_of(v, sv.heads);
  f.joins = f.past_key != nullptr;
  for (std::size_t i = 1; i < unit.outputs.size(); ++i) f.joins |= unit.outputs[i] != nullptr;
  AttentionShape& a = f.shape;
  a.batch = sq.batch;
  a.heads = sq.heads;
  a.queries = sq.length;
  a.keys = f.past + sk.length;
  a.size = sq.size;
  a.value_size = sv.size;
  a.shared = sq.heads / sk.heads;
  a.blind_zero = true;
  a.q = strides_of(q, sq.heads);
  const auto whole = [&](std::int64_t size) { return Shape{a.batch, sk.heads, a.keys, size}; };
  a.k = f.joins ? strides_of(whole(a.size), sk.heads) : f.new_key;
  a.v = f.joins ? strides_of(whole(a.value_size), sk.heads) : f.new_value;
  a.y = strides_of(shape_of(*unit.output()), sq.heads);
  return true;
}

float scale_of(const Node& node, std::int64_t size) {
  const auto* given = node.attribute_as<float>("scale");
  if (given != nullptr && *given != 0) return *given;
  return static_cast<float>(1 / std::sqrt(static_cast<double>(size)));
}

Verdict plain_form(const Unit& unit, PlanFacts& facts, Form& f) {
  constexpr std::size_t kMask = 3, kPastKey = 4, kPastValue = 5;
  if (!only_given(unit, {kMask, kPastKey, kPastValue})) return refuse("lengths or scores");
  const AttributeReader r = facts.attributes(*unit.node);
  if (r.attr_float("softcap") != 0 || r.attr_int("left_window_size") != -1 ||
      r.attr_int("right_window_size") != -1 || r.has_attr("softmax_precision")) {
    return refuse("bounded scores or a window");
  }
  const auto* given = unit.node->attribute_as<float>("scale");
  if (given != nullptr && *given == 0) return refuse("a scale of 0");
  if (r.has_attr("q_num_heads") != r.has_attr("kv_num_heads")) return refuse("heads of one only");
  const bool said = r.has_attr("q_num_heads");
  f.past_key = unit.input(kPastKey);
  f.past_value = unit.input(kPastValue);
  if (!describe(unit, said ? r.attr_int("q_num_heads") : 0, said ? r.attr_int("kv_num_heads") : 0,
                f)) {
    return refuse("sizes");
  }
  f.shape.causal = r.attr_int("is_causal") != 0;
  f.shape.offset = f.past;
  return add_mask(unit.input(kMask), f) ? accept() : refuse("the form of the mask");
}

Verdict contrib_form(const Unit& unit, PlanFacts& facts, Form& f) {
  constexpr std::size_t kBias = 5, kPastKey = 6, kPastValue = 7;
  if (!only_given(unit, {kBias, kPastKey, kPastValue})) {
    return refuse("a bias, a mask of lengths or scores");
  }
  if (shape_of(*unit.input(0)).size() != 3) return refuse("packed or split heads");
  const AttributeReader r = facts.attributes(*unit.node);
  f.past_key = unit.input(kPastKey);
  f.past_value = unit.input(kPastValue);
  if (!describe(unit, r.attr_int("num_heads"), r.attr_int("num_heads"), f)) return refuse("sizes");
  f.shape.causal = r.attr_int("unidirectional") != 0;
  f.shape.offset = f.shape.keys - f.shape.queries;
  return add_mask(unit.input(kBias), f) ? accept() : refuse("the form of the mask");
}

Verdict form_of(const Unit& unit, PlanFacts& facts, Form& f) {
  const bool plain = unit.is("Attention");
  if (!plain && !unit.node->is("com.microsoft", "MultiHeadAttention")) return not_mine();
  for (std::size_t i = 0; i < 3; ++i) {
    if (unit.input(i) == nullptr) return refuse("keys and values inside the queries");
    if (unit.input(i)->dtype().kind() != ElementKind::f32) return refuse("not float32");
  }
  Verdict verdict = plain ? plain_form(unit, facts, f) : contrib_form(unit, facts, f);
  if (verdict.kind != Verdict::Kind::accept) return verdict;
  f.shape.scale = scale_of(*unit.node, f.shape.size);
  return verdict;
}

Verdict accepts_operator(const Unit& unit, PlanFacts& facts) {
  Form f;
  return form_of(unit, facts, f);
}

/// The past and what is new side by side, [heads][past + length][size], for one kind of state.
struct Joint {
  std::int64_t batch = 0, heads = 0, past = 0, length = 0, size = 0;
  HeadStrides now;

  void run(const float* old, const float* x, float* y) const {
    parallel_for(batch * heads, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        float* to = y + i * (past + length) * size;
        if (past > 0) to = std::copy_n(old + i * past * size, past * size, to);
        const float* from = x + i / heads * now.batch + i % heads * now.head;
        for (std::int64_t t = 0; t < length; ++t) {
          to = std::copy_n(from + t * now.row, size, to);
        }
      }
    });
  }
  [[nodiscard]] std::size_t bytes() const {
    return static_cast<std::size_t>(batch * heads * (past + length) * size) * sizeof(float);
  }
};

/// Attention over joined keys and values, which are results too or lie in scratch memory.
Prepared prepare_joined(const Unit& unit, const Form& f, const std::vector<const Value*>& inputs,
                        bool may_round) {
  constexpr std::size_t kLine = 64;
  const AttentionShape& a = f.shape;
  const std::int64_t length = a.keys - f.past;
  const Joint keys{a.batch, f.kv_heads, f.past, length, a.size, f.new_key};
  const Joint values{a.batch, f.kv_heads, f.past, length, a.value_size, f.new_value};
  Prepared made = prepare(a, inputs, may_round);
  std::size_t old = inputs.size();
  if (f.past_key != nullptr) {
    made.inputs.push_back({f.past_key, Layout::plain});
    made.inputs.push_back({f.past_value, Layout::plain});
  }
  made.outputs.assign(unit.outputs.size(), Layout::plain);
  std::array<std::size_t, 2> at{};
  const std::array<const Joint*, 2> joints = {&keys, &values};
  std::array<bool, 2> shown{};
  for (std::size_t i = 0; i < 2; ++i) {
    shown.at(i) = i + 1 < unit.outputs.size() && unit.outputs[i + 1] != nullptr;
    at.at(i) = (made.scratch_bytes + kLine - 1) / kLine * kLine;
    if (!shown.at(i)) made.scratch_bytes = at.at(i) + joints.at(i)->bytes();
  }
  const auto attention = std::make_shared<const Attention>(a, kernels_for(a, may_round));
  const bool has_past = f.past_key != nullptr;
  made.kernel = std::make_unique<FunctionKernel>([=](const KernelArgs& args) {
    AttentionOperands o = operands_of(a, args);
    float* k = view<float>(shown[0] ? args.out[1] : args.scratch + at[0]);
    float* v = view<float>(shown[1] ? args.out[2] : args.scratch + at[1]);
    keys.run(has_past ? view<float>(args.in[old]) : nullptr, o.k, k);
    values.run(has_past ? view<float>(args.in[old + 1]) : nullptr, o.v, v);
    o.k = k;
    o.v = v;
    attention->run(o, args.scratch);
  });
  return made;
}

Prepared make_operator(const Unit& unit, PlanFacts& facts) {
  Form f;
  (void)form_of(unit, facts, f);
  std::vector<const Value*> inputs = {unit.input(0), unit.input(1), unit.input(2)};
  if (f.mask != nullptr) inputs.push_back(f.mask);
  if (f.marks != nullptr) inputs.push_back(f.marks);
  const bool may_round = facts.may_round(*unit.node);
  return f.joins ? prepare_joined(unit, f, inputs, may_round) : prepare(f.shape, inputs, may_round);
}

constexpr KernelRow kRows[] = {{"native:attention", accepts_unit, make_unit},
                               {"native:attention_operator", accepts_operator, make_operator}};

}  // namespace

std::span<const KernelRow> attention_rows() { return kRows; }

}  // namespace pare
