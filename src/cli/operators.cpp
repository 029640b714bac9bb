#include "cli/operators.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.hpp"

namespace pare {
namespace {

using enum ElementKind;

/// All that a schema can name, in the order in which lists show them.
constexpr std::array<ElementKind, 26> kKinds = {
    f16,    bf16,       f32,    f64,     i8,     i16, i32,  i64,      u8,
    u16,    u32,        u64,    boolean, string, c64, c128, f8e4m3fn, f8e4m3fnuz,
    f8e5m2, f8e5m2fnuz, f8e8m0, f4e2m1,  i4,     u4,  i2,   u2};

/// A column of the document: one element type, or several that mostly come together.
struct Column {
  std::string_view title;
  TypeSet kinds;
};
const std::vector<Column>& columns() {
  static const std::vector<Column> kColumns = {
      {"f16", {f16}},         {"bf16", {bf16}},     {"f32", {f32}},
      {"f64", {f64}},         {"i8", {i8}},         {"i16", {i16}},
      {"i32", {i32}},         {"i64", {i64}},       {"u8", {u8}},
      {"u16", {u16}},         {"u32", {u32}},       {"u64", {u64}},
      {"bool", {boolean}},    {"string", {string}}, {"complex", types::kComplex},
      {"f8", types::kFloat8}, {"f8e8m0", {f8e8m0}}, {"f4", {f4e2m1}},
      {"i4", {i4, u4}},       {"i2", {i2, u2}}};
  return kColumns;
}

std::string domain_of(const OpDef& op) { return op.domain.empty() ? "ai.onnx" : op.domain; }

std::vector<std::string> kind_names(const Param& p) {
  constexpr std::array<std::pair<ValueType::Kind, std::string_view>, 4> kNames = {
      {{ValueType::Kind::tensor, "tensor"},
       {ValueType::Kind::sequence, "sequence"},
       {ValueType::Kind::optional, "optional"},
       {ValueType::Kind::map, "map"}}};
  std::vector<std::string> out;
  for (const auto& [kind, name] : kNames) {
    if (p.kinds.has(kind)) out.emplace_back(name);
  }
  return out;
}

/// " (tensor, sequence)"; nothing for what is always a tensor.
std::string kinds_note(const std::vector<std::string>& kinds) {
  if (kinds.size() == 1 && kinds[0] == "tensor") return {};
  return cat(" (", join(kinds, ", "), ")");
}

std::vector<std::string> type_names(TypeSet allowed) {
  std::vector<std::string> out;
  for (const ElementKind k : kKinds) {
    if (allowed.has(k)) out.emplace_back(dtype_of(k).name());
  }
  return out;
}

std::string_view attribute_kind_name(AttributeKind kind) {
  switch (kind) {
    case AttributeKind::integer: return "integer";
    case AttributeKind::real: return "real";
    case AttributeKind::text: return "text";
    case AttributeKind::tensor: return "tensor";
    case AttributeKind::graph: return "graph";
    case AttributeKind::type: return "type";
    case AttributeKind::integers: return "integers";
    case AttributeKind::reals: return "reals";
    case AttributeKind::texts: return "texts";
  }
  return "";
}

/// The shortest decimal number that is `x` as a float: 0.1, not 0.10000000149.
double short_number(float x) {
  std::array<char, 64> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), x).ptr;
  double y = 0;
  std::from_chars(text.data(), end, y);
  return y;
}

/// Defaults are numbers, text and lists of them.
nlohmann::json value_json(const Attribute& a) {
  return std::visit(
      [](const auto& v) -> nlohmann::json {
        if constexpr (std::is_same_v<std::decay_t<decltype(v)>, float>) {
          return short_number(v);
        } else if constexpr (std::is_constructible_v<nlohmann::json, decltype(v)>) {
          return v;
        } else {
          return nullptr;
        }
      },
      a);
}

nlohmann::json params_json(const std::vector<Param>& params) {
  nlohmann::json out = nlohmann::json::array();
  for (const Param& p : params) {
    out.push_back({{"name", p.name},
                   {"type_variable", p.type_name},
                   {"types", type_names(p.allowed)},
                   {"kinds", kind_names(p)},
                   {"optional", p.optional},
                   {"variadic", p.variadic}});
  }
  return out;
}

nlohmann::json attributes_json(const OpDef& op) {
  nlohmann::json out = nlohmann::json::array();
  for (const AttributeDef& a : op.attributes) {
    nlohmann::json one = {{"name", a.name},
                          {"kind", attribute_kind_name(a.kind)},
                          {"required", a.required},
                          {"help", a.help}};
    if (a.otherwise) one["default"] = value_json(*a.otherwise);
    out.push_back(std::move(one));
  }
  return out;
}

std::string param_line(std::string_view what, const Param& p) {
  return cat("  ", what, p.name, p.optional ? " (optional)" : "", p.variadic ? " (any number)" : "",
             ": ", p.type_name, " = ", join(type_names(p.allowed), " "), kinds_note(kind_names(p)),
             "\n");
}

std::string attribute_line(const AttributeDef& a) {
  const std::string otherwise = a.required    ? ", required"
                                : a.otherwise ? cat(", default ", value_json(*a.otherwise).dump())
                                              : std::string();
  return cat("  attribute ", a.name, ": ", attribute_kind_name(a.kind), otherwise,
             a.help.empty() ? "" : "; ", a.help, "\n");
}

/// Parameters that share their element type: a line of the document.
struct Variable {
  std::string name;
  std::vector<std::string> params;
  TypeSet allowed;
  std::vector<std::string> kinds;
};

std::vector<Variable> variables_of(const OpDef& op) {
  std::vector<Variable> out;
  for (const auto* list : {&op.inputs, &op.outputs}) {
    for (const Param& p : *list) {
      auto at = std::find_if(out.begin(), out.end(),
                             [&](const Variable& v) { return v.name == p.type_name; });
      if (at == out.end()) at = out.insert(out.end(), Variable{p.type_name, {}, {}, {}});
      at->params.push_back(p.name);
      at->allowed = at->allowed | p.allowed;
      for (const std::string& kind : kind_names(p)) {
        if (std::find(at->kinds.begin(), at->kinds.end(), kind) == at->kinds.end()) {
          at->kinds.push_back(kind);
        }
      }
    }
  }
  return out;
}

/// "x": every type of the column; "(x)": some of them.
std::string mark(TypeSet allowed, TypeSet column) {
  std::size_t all = 0;
  std::size_t taken = 0;
  for (const ElementKind k : kKinds) {
    if (!column.has(k)) continue;
    ++all;
    if (allowed.has(k)) ++taken;
  }
  return taken == 0 ? "" : taken == all ? "x" : "(x)";
}

std::string operator_rows(const OpDef& op) {
  std::string out;
  const std::string head =
      cat("| ", op.name, " | ", op.since, " | ", op.gradient != nullptr ? "yes" : "", " |");
  bool first = true;
  for (const Variable& v : variables_of(op)) {
    out += first ? head : "| | | |";
    first = false;
    out += cat(" ", join(v.params, ", "), kinds_note(v.kinds), " |");
    for (const Column& c : columns()) {
      const std::string cell = mark(v.allowed, c.kinds);
      out += cell.empty() ? " |" : cat(" ", cell, " |");
    }
    out += "\n";
  }
  return first ? head + std::string(columns().size() + 1, '|') + "\n" : out;
}

/// By domain and name.
std::vector<const OpDef*> sorted(const OpRegistry& ops) {
  std::vector<const OpDef*> all = ops.all();
  std::stable_sort(all.begin(), all.end(), [](const OpDef* a, const OpDef* b) {
    return std::pair(a->domain, a->name) < std::pair(b->domain, b->name);
  });
  return all;
}

}  // namespace

nlohmann::json operators_json(const OpRegistry& ops) {
  nlohmann::json out = nlohmann::json::array();
  for (const OpDef* op : sorted(ops)) {
    out.push_back({{"domain", domain_of(*op)},
                   {"name", op->name},
                   {"version", op->since},
                   {"inputs", params_json(op->inputs)},
                   {"outputs", params_json(op->outputs)},
                   {"attributes", attributes_json(*op)},
                   {"gradient", op->gradient != nullptr},
                   {"deterministic", op->deterministic}});
  }
  return out;
}

std::string operators_text(const OpRegistry& ops) {
  std::string out;
  for (const OpDef* op : sorted(ops)) {
    out += cat(op->full_name(), " ", op->since, op->gradient != nullptr ? ", differentiable" : "",
               op->deterministic ? "" : ", random", "\n");
    for (const Param& p : op->inputs) out += param_line("input ", p);
    for (const Param& p : op->outputs) out += param_line("output ", p);
    for (const AttributeDef& a : op->attributes) out += attribute_line(a);
  }
  return out + cat("\n", ops.all().size(), " operators\n");
}

std::string operators_markdown(const OpRegistry& ops) {
  std::string out =
      "# Operators\n\n"
      "Written by `make docs` from the schemas (`pare inspect --ops --markdown`): do not edit. A\n"
      "test compares. `pare inspect --ops` lists the attributes too, `--json` is for programs.\n\n"
      "One line is one element type of an operator: the inputs and outputs in the column `values`\n"
      "share it. `x`: taken; `(x)`: not every type of the column (`complex`: complex64,\n"
      "complex128; `f8`: the four 8-bit floats with a fraction; `i4`, `i2`: signed and unsigned).\n"
      "`version` is the operator set whose meaning the operator has; models of older sets are\n"
      "converted when they are read. Values are tensors unless the line says what else they may\n"
      "be.\n";
  std::string domain;
  for (const OpDef* op : sorted(ops)) {
    if (domain_of(*op) != domain) {
      domain = domain_of(*op);
      const auto all = sorted(ops);
      const auto n = std::count_if(all.begin(), all.end(),
                                   [&](const OpDef* o) { return domain_of(*o) == domain; });
      out += cat("\n## ", domain, "\n\n", n,
                 " operators.\n\n| operator | version | gradient | values |");
      for (const Column& c : columns()) out += cat(" ", c.title, " |");
      out += "\n| --- | --: | --- | --- |";
      for (std::size_t i = 0; i < columns().size(); ++i) out += " --- |";
      out += "\n";
    }
    out += operator_rows(*op);
  }
  return out;
}

}  // namespace pare
