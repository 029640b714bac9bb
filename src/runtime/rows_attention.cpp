#include <cmath>

#include "kernels/attention/attention.hpp"
#include "kernels/view.hpp"
#include "runtime/rows.hpp"

// Softmax attention whose scores stay in the cache: units of several nodes (fuse_attention.cpp),
// and the operators Attention and MultiHeadAttention without a past.

namespace pare {
namespace {

/// With fewer queries, packing the keys takes longer than what it saves.
constexpr std::int64_t kLeastQueries = 4;

Prepared prepare(const AttentionShape& shape, const std::vector<const Value*>& inputs) {
  auto attention = std::make_shared<const Attention>(shape);
  Prepared made;
  for (const Value* v : inputs) made.inputs.push_back({v, Layout::plain});
  made.outputs = {Layout::plain};
  made.scratch_bytes = attention->scratch_bytes();
  made.note = attention_kernels().front()->isa;
  const bool masked = shape.masked;
  made.kernel = std::make_unique<FunctionKernel>([=](const KernelArgs& args) {
    AttentionOperands o;
    o.q = view<float>(args.in[0]);
    o.k = view<float>(args.in[1]);
    o.v = view<float>(args.in[2]);
    if (masked) o.mask = view<float>(args.in[3]);
    o.y = view<float>(args.out[0]);
    attention->run(o, args.scratch);
  });
  return made;
}

Verdict accepts_unit(const Unit& unit, PlanFacts&) {
  if (unit.attention == nullptr) return not_mine();
  if (unit.attention->queries < kLeastQueries) return refuse("few queries");
  return accept();
}

Prepared make_unit(const Unit& unit, PlanFacts&) { return prepare(*unit.attention, unit.inputs); }

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

/// A mask [.., T or 1, S] of float32 that is added; false when it has another form.
bool add_mask(const Value* mask, AttentionShape& a) {
  if (mask == nullptr) return true;
  const Shape m = shape_of(*mask);
  if (mask->dtype().kind() != ElementKind::f32 || m.size() < 2 || m.size() > 4) return false;
  const std::int64_t wanted[4] = {a.batch, a.heads, a.queries, a.keys};
  std::int64_t strides[4] = {0, 0, 0, 1};
  std::int64_t dense = 1;
  for (std::size_t i = m.size(); i-- > 0;) {
    const std::size_t to = i + 4 - m.size();
    if (m[i] != wanted[to] && (m[i] != 1 || to == 3)) return false;
    if (to < 3) strides[to] = m[i] == 1 ? 0 : dense;
    dense *= m[i];
  }
  a.masked = true;
  a.mask = {strides[0], strides[1], strides[2], 1};
  return true;
}

bool only_given(const Unit& unit, std::size_t count, std::size_t mask) {
  for (std::size_t i = 0; i < unit.inputs.size(); ++i) {
    const bool wanted = i < count || i == mask;
    if (unit.inputs[i] != nullptr && !wanted) return false;
    if (i < count && unit.inputs[i] == nullptr) return false;
  }
  for (std::size_t i = 1; i < unit.outputs.size(); ++i) {
    if (unit.outputs[i] != nullptr) return false;
  }
  return unit.inputs.size() >= count && unit.output() != nullptr;
}

/// What both operators are made of; false when the sizes do not fit.
bool describe(const Unit& unit, std::int64_t heads, std::int64_t shared_heads, const Value* mask,
              AttentionShape& a) {
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
  a.batch = sq.batch;
  a.heads = sq.heads;
  a.queries = sq.length;
  a.keys = sk.length;
  a.size = sq.size;
  a.value_size = sv.size;
  a.shared = sq.heads / sk.heads;
  a.q = strides_of(q, sq.heads);
  a.k = strides_of(k, sk.heads);
  a.v = strides_of(v, sv.heads);
  a.y = strides_of(shape_of(*unit.output()), sq.heads);
  return add_mask(mask, a);
}

float scale_of(const Node& node, std::int64_t size) {
  const auto* given = node.attribute_as<float>("scale");
  if (given != nullptr && *given != 0) return *given;
  return static_cast<float>(1 / std::sqrt(static_cast<double>(size)));
}

Verdict form_of(const Unit& unit, PlanFacts& facts, AttentionShape& a) {
  constexpr std::size_t kMask = 3;
  constexpr std::size_t kAttentionBias = 5;
  const Node& node = *unit.node;
  const bool plain = unit.is("Attention");
  if (!plain && !node.is("com.microsoft", "MultiHeadAttention")) return not_mine();
  const std::size_t mask = plain ? kMask : kAttentionBias;
  if (!only_given(unit, 3, mask)) return refuse("a past, a bias or further results");
  for (std::size_t i = 0; i < 3; ++i) {
    if (unit.input(i)->dtype().kind() != ElementKind::f32) return refuse("not float32");
  }
  const AttributeReader r = facts.attributes(node);
  std::int64_t heads = 0;
  std::int64_t shared = 0;
  if (plain) {
    if (r.attr_float("softcap") != 0 || r.attr_int("left_window_size") != -1 ||
        r.attr_int("right_window_size") != -1 || r.has_attr("softmax_precision")) {
      return refuse("bounded scores or a window");
    }
    const auto* given = node.attribute_as<float>("scale");
    if (given != nullptr && *given == 0) return refuse("a scale of 0");
    if (r.has_attr("q_num_heads") != r.has_attr("kv_num_heads")) return refuse("heads of one only");
    if (r.has_attr("q_num_heads")) {
      heads = r.attr_int("q_num_heads");
      shared = r.attr_int("kv_num_heads");
    }
    a.causal = r.attr_int("is_causal") != 0;
  } else {
    if (r.attr_int("unidirectional") != 0) return refuse("unidirectional");
    heads = shared = r.attr_int("num_heads");
    if (shape_of(*unit.input(0)).size() != 3) return refuse("packed or split heads");
  }
  if (!describe(unit, heads, shared, unit.input(mask), a)) return refuse("sizes or mask");
  a.scale = scale_of(node, a.size);
  return a.queries < kLeastQueries ? refuse("few queries") : accept();
}

Verdict accepts_operator(const Unit& unit, PlanFacts& facts) {
  AttentionShape a;
  return form_of(unit, facts, a);
}

Prepared make_operator(const Unit& unit, PlanFacts& facts) {
  AttentionShape a;
  (void)form_of(unit, facts, a);
  std::vector<const Value*> inputs = {unit.input(0), unit.input(1), unit.input(2)};
  if (a.masked) inputs.push_back(unit.input(unit.is("Attention") ? 3 : 5));
  return prepare(a, inputs);
}

constexpr KernelRow kRows[] = {{"native:attention", accepts_unit, make_unit},
                               {"native:attention_operator", accepts_operator, make_operator}};

}  // namespace

std::span<const KernelRow> attention_rows() { return kRows; }

}  // namespace pare
