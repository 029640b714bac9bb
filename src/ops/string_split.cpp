#include <algorithm>
#include <limits>

#include "ops/_elementwise.hpp"

namespace pare {
namespace {

/// One long text makes the rows of all others as long: bounds what a small input can ask for.
constexpr std::size_t kMostPieces = std::size_t{1} << 26;

using Pieces = std::vector<std::string_view>;

/// Bytes of the whitespace character (Unicode's White_Space, and the separators 1C to 1F) that
/// `text` begins with; 0 when there is none.
std::size_t space_at(std::string_view text) {
  if (text.empty()) return 0;
  const char c = text[0];
  if (c == ' ' || (c >= '\t' && c <= '\r') || (c >= '\x1C' && c <= '\x1F')) return 1;
  if (text.starts_with("\xC2\x85") || text.starts_with("\xC2\xA0")) return 2;
  const std::string_view three = text.substr(0, 3);
  if (three.size() < 3) return 0;
  const auto last = static_cast<unsigned char>(three[2]);
  const bool general =
      three.starts_with("\xE2\x80") &&
      ((last >= 0x80 && last <= 0x8A) || last == 0xA8 || last == 0xA9 || last == 0xAF);
  const bool others = three == "\xE1\x9A\x80" || three == "\xE2\x81\x9F" || three == "\xE3\x80\x80";
  return general || others ? 3 : 0;
}

/// `text` without the whitespace in front of it.
std::string_view skip_spaces(std::string_view text) {
  while (const std::size_t n = space_at(text)) text.remove_prefix(n);
  return text;
}

Pieces split_at_spaces(std::string_view text, std::size_t most) {
  Pieces out;
  text = skip_spaces(text);
  while (!text.empty()) {
    std::size_t end = 0;
    if (out.size() == most) {
      end = text.size();
    } else {
      while (end < text.size() && space_at(text.substr(end)) == 0) ++end;
    }
    out.push_back(text.substr(0, end));
    text = skip_spaces(text.substr(end));
  }
  return out;
}

Pieces split_at(std::string_view text, std::string_view delimiter, std::size_t most) {
  Pieces out;
  while (out.size() < most) {
    const std::size_t at = text.find(delimiter);
    if (at == std::string_view::npos) break;
    out.push_back(text.substr(0, at));
    text.remove_prefix(at + delimiter.size());
  }
  out.push_back(text);
  return out;
}

void infer(ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  std::optional<SymShape> z;
  std::optional<SymShape> y;
  if (x != nullptr) {
    z = *x;
    y = *x;
    y->push_back(Dim::unknown());
  }
  c.set_output(0, dtype_of(ElementKind::string), y);
  c.set_output(1, dtype_of(ElementKind::i64), z);
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const std::string delimiter = call.attr_string("delimiter");
  const std::int64_t splits = call.has_attr("maxsplit") ? call.attr_int("maxsplit") : -1;
  const std::size_t most =
      splits < 0 ? std::numeric_limits<std::size_t>::max() : static_cast<std::size_t>(splits);
  std::vector<Pieces> rows;
  std::size_t width = 0;
  std::size_t total = 0;
  for (const std::string& text : x.data<std::string>()) {
    rows.push_back(delimiter.empty() ? split_at_spaces(text, most)
                                     : split_at(text, delimiter, most));
    width = std::max(width, rows.back().size());
    total += rows.back().size();
    if (total > kMostPieces)
      throw Error(Fault::resource, cat("more than ", kMostPieces, " pieces"));
  }
  if (width > 0 && rows.size() > kMostPieces / width) {
    throw Error(Fault::resource, cat(rows.size(), " rows of ", width, " pieces"));
  }
  Shape shape = x.shape();
  shape.push_back(static_cast<std::int64_t>(width));
  const auto y = call.make_output(0, x.type(), shape).mutable_data<std::string>();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t k = 0; k < rows[i].size(); ++k) y[i * width + k] = rows[i][k];
  }
  if (call.output_count() < 2 || !call.wants_output(1)) return;
  const auto z =
      call.make_output(1, dtype_of(ElementKind::i64), x.shape()).mutable_data<std::int64_t>();
  for (std::size_t i = 0; i < rows.size(); ++i) z[i] = static_cast<std::int64_t>(rows[i].size());
}

}  // namespace

/// Cuts every element at each delimiter, or without one at runs of whitespace (that in front and
/// behind goes); at most maxsplit times from the left, after which the rest stays whole. y holds
/// the pieces, filled up with empty texts, z their number. Shapes: x [...] -> y [..., most pieces],
/// z as x. Source: ONNX StringSplit, version 20.
OpDefs op_string_split() {
  return OpDef("StringSplit", 20)
      .input("X", types::kString, "T1")
      .output("Y", types::kString, "T2")
      .optional_output("Z", {ElementKind::i64}, "T3")
      .attribute("delimiter", std::string(), "empty: whitespace")
      .optional_attribute("maxsplit", AttributeKind::integer, "absent or negative: no limit")
      .define(infer, reference, ops::one_flop);
}

}  // namespace pare
