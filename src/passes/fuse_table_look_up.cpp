#include "passes/_rewrite.hpp"

namespace pare {
namespace {

constexpr std::int64_t kMostEntries = 256;

struct Found {
  Value* codes = nullptr;
  Value* table = nullptr;
  Tensor scale;
  std::int64_t axis = 1;
  std::int64_t block = 0;
};

bool is_table(const Value* v) {
  if (v == nullptr || !v->is_constant() || !v->dtype().is_float()) return false;
  const Shape& shape = v->constant().shape();
  return shape.size() == 1 && shape[0] >= 1 && shape[0] <= kMostEntries;
}

bool has_codes(const Value* v) {
  if (v == nullptr || !v->is_constant()) return false;
  const ElementKind kind = v->dtype().kind();
  return kind == ElementKind::u8 || kind == ElementKind::u4 || kind == ElementKind::u2;
}

/// Codes and table of Gather(table, Cast(codes)).
bool read_look_up(const Value* value, Found& found) {
  const Node* gather = passes::made_by(value, "Gather");
  if (gather == nullptr || !passes::has_one_reader(*value)) return false;
  if (!is_table(gather->input(0)) || gather->int_or("axis", 0) != 0) return false;
  const Node* cast = passes::made_by(gather->input(1), "Cast");
  if (cast == nullptr || !has_codes(cast->input(0))) return false;
  found.table = gather->input(0);
  found.codes = cast->input(0);
  return true;
}

Shape squeezed(const Tensor& t) {
  Shape out = t.shape();
  out.erase(std::remove(out.begin(), out.end(), 1), out.end());
  return out;
}

/// Scales as Mul spreads them over codes of `shape`: one, or one per index of one dimension.
bool read_spread_scale(const Tensor& scale, const Shape& shape, Found& found) {
  if (scale.rank() > shape.size()) return false;
  const Shape sizes = squeezed(scale);
  if (sizes.size() > 1) return false;
  found.scale = scale.reshaped(sizes);
  if (sizes.empty()) return true;
  const std::size_t offset = shape.size() - scale.rank();
  for (std::size_t i = 0; i < scale.rank(); ++i) {
    if (scale.dim(i) != sizes[0]) continue;
    found.axis = static_cast<std::int64_t>(offset + i);
    return shape[offset + i] == sizes[0];
  }
  return false;
}

/// Scales of blocks as Gather gives one to each index: Gather(scales, [0, 0, 1, 1, 2 ...]).
bool read_gathered_scale(const Value* value, const Shape& shape, Found& found) {
  const Node* gather = passes::made_by(value, "Gather");
  if (gather == nullptr || !gather->input(0)->is_constant()) return false;
  const Tensor& scale = gather->input(0)->constant();
  const auto at = passes::integers(gather->input(1));
  const std::int64_t axis = gather->int_or("axis", 0);
  if (!at || at->empty() || scale.rank() != shape.size()) return false;
  if (axis < 0 || axis >= static_cast<std::int64_t>(shape.size())) return false;
  std::int64_t block = 0;
  while (block < static_cast<std::int64_t>(at->size()) && (*at)[block] == 0) ++block;
  for (std::size_t i = 0; i < at->size(); ++i) {
    if (block == 0 || (*at)[i] != static_cast<std::int64_t>(i) / block) return false;
  }
  found.scale = scale;
  found.axis = axis;
  found.block = block;
  Shape whole = scale.shape();
  whole[static_cast<std::size_t>(axis)] = static_cast<std::int64_t>(at->size());
  return whole == shape && scale.dim(static_cast<std::size_t>(axis)) == at->back() + 1;
}

std::optional<Found> plain_form(const Node& n) {
  if (!n.is("Mul")) return std::nullopt;
  for (std::size_t i = 0; i < 2; ++i) {
    Found found;
    if (n.input(1) == nullptr || !read_look_up(n.input(i), found)) continue;
    const Shape& shape = found.codes->constant().shape();
    const Value* scale = n.input(1 - i);
    const bool fits = scale->is_constant() ? read_spread_scale(scale->constant(), shape, found)
                                           : read_gathered_scale(scale, shape, found);
    if (fits) return found;
  }
  return std::nullopt;
}

/// Reshape(Mul(Reshape(look-up) to [.., blocks, block, ..], scales [.., blocks, 1, ..])).
std::optional<Found> block_form(const Node& n) {
  if (!n.is("Reshape")) return std::nullopt;
  const Node* product = passes::made_by(n.input(0), "Mul");
  if (product == nullptr || !passes::has_one_reader(*n.input(0))) return std::nullopt;
  for (std::size_t i = 0; i < 2; ++i) {
    const Node* split = passes::made_by(product->input(i), "Reshape");
    const Value* scale = product->input(1 - i);
    Found found;
    if (split == nullptr || !passes::has_one_reader(*product->input(i))) continue;
    if (scale == nullptr || !scale->is_constant() || !read_look_up(split->input(0), found))
      continue;
    const Shape& shape = found.codes->constant().shape();
    const auto blocks = product->input(i)->known_shape();
    if (!blocks || blocks->size() != shape.size() + 1) continue;
    if (scale->constant().rank() != blocks->size() || n.output()->known_shape() != shape) continue;
    for (std::size_t k = 0; k < shape.size(); ++k) {
      Shape joined = *blocks;  // dimensions k and k + 1 as one
      joined[k] *= joined[k + 1];
      joined.erase(joined.begin() + static_cast<std::ptrdiff_t>(k) + 1);
      Shape one_each = *blocks;
      one_each[k + 1] = 1;
      if (joined != shape || scale->constant().shape() != one_each) continue;
      found.axis = static_cast<std::int64_t>(k);
      found.block = (*blocks)[k + 1];
      one_each.erase(one_each.begin() + static_cast<std::ptrdiff_t>(k) + 1);
      found.scale = scale->constant().reshaped(one_each);
      return found;
    }
  }
  return std::nullopt;
}

std::optional<Found> found_at(const Node& n) {
  auto found = plain_form(n);
  if (!found) found = block_form(n);
  if (!found || found->scale.type() != found->table->dtype()) return std::nullopt;
  return found;
}

Verdict match(const Node& n, const PassContext& /*context*/) {
  return found_at(n) ? accept() : not_mine();
}

void rewrite(Node& n, PassContext& /*context*/) {
  const Found found = *found_at(n);
  Value* scale = n.graph().add_constant(found.scale, cat(found.codes->name(), "_scale"));
  NodeSpec spec{.op = "DequantizeTable",
                .inputs = {found.codes, found.table, scale},
                .attributes = {{"axis", found.axis}},
                .domain = "pare"};
  if (found.block > 0) spec.attributes.emplace("block_size", found.block);
  passes::replace_node(n, std::move(spec));
}

}  // namespace

/// Before: y = Gather(table, Cast(codes)) * scales, by one scale, one per index of a dimension or
/// one per block (through Reshape, or Gather of the scales)
/// After:  y = DequantizeTable(codes, table, scales)
/// Refuses: codes, tables or scales that are not constant; tables of more than 256 entries.
/// Keeps: output names; every bit. Undoes what writing the operator to ONNX does, before constant
/// folding makes wide numbers of the codes.
PassDef pass_fuse_table_look_up() {
  return {.name = "fuse_table_look_up",
          .what = "recognises weights given by a code book",
          .stage = 11,
          .match = match,
          .rewrite = rewrite};
}

}  // namespace pare
