#include "targets/qdq.hpp"

#include <algorithm>
#include <optional>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

namespace pare {
namespace {

bool is_product(const Node& node) {
  return node.is("Conv") || node.is("MatMul") || node.is("Gemm");
}

const Node* dequantizer_of(const Node& node, std::size_t i) {
  const Value* v = node.input(i);
  if (v == nullptr || v->producer() == nullptr) return nullptr;
  return v->producer()->is("DequantizeLinear") ? v->producer() : nullptr;
}

/// The one QuantizeLinear that reads output 0, when it is the only reader.
const Node* sole_quantizer(const Node& node) {
  const Value* y = node.output(0);
  if (y == nullptr || y->readers() != 1 || y->uses().size() != 1) return nullptr;
  const Node* reader = y->uses()[0].node;
  return reader->is("QuantizeLinear") ? reader : nullptr;
}

ElementKind code_type(const Node& dequantizer) {
  const Value* x = dequantizer.input(0);
  return x != nullptr ? x->dtype().kind() : ElementKind::undefined;
}

ElementKind quantized_type(const Node& quantizer) {
  if (const Value* zero = quantizer.input(2)) return zero->dtype().kind();
  const std::int64_t wanted = quantizer.int_or("output_dtype", 0);
  return wanted != 0 ? static_cast<ElementKind>(wanted) : ElementKind::u8;
}

bool is_byte(ElementKind kind) { return kind == ElementKind::u8 || kind == ElementKind::i8; }

/// Inputs that carry activations or weights; indices, shapes and limits stay what they are.
std::size_t data_inputs(const Node& node) {
  if (is_product(node) || node.is("Add") || node.is("Mul")) return 2;
  if (node.is("Concat")) return node.inputs().size();
  return 1;
}

std::optional<std::string> product_problem(const Node& node, const QdqRules& picky) {
  const Node& x = *dequantizer_of(node, 0);
  const Node& w = *dequantizer_of(node, 1);
  if (picky.unsigned_products && !node.is("Gemm") && code_type(x) != ElementKind::u8) {
    return "on this CPU only uint8 activations run on integers";
  }
  if (code_type(x) == ElementKind::i8 && code_type(w) != ElementKind::i8) {
    return "int8 activations need int8 weights";
  }
  if (!node.is("MatMul") && node.input(2) != nullptr && dequantizer_of(node, 2) == nullptr) {
    return "the bias is not an int32 behind DequantizeLinear";
  }
  if (node.is("Gemm")) {
    if (node.float_or("alpha", 1) != 1 || node.float_or("beta", 1) != 1) {
      return "alpha and beta must be 1";
    }
    if (picky.explicit_zero_points && (x.input(2) == nullptr || w.input(2) == nullptr)) {
      return "its DequantizeLinears need explicit zero points";
    }
  }
  return std::nullopt;
}

std::optional<std::string> problem(const Node& node, const QdqRules& picky) {
  const std::size_t n = data_inputs(node);
  for (std::size_t i = 0; i < n; ++i) {
    const Node* from = dequantizer_of(node, i);
    if (from == nullptr) return cat("input ", i, " does not come from DequantizeLinear");
    if (!is_byte(code_type(*from))) {
      return cat("input ", i, " is ", dtype_of(code_type(*from)).name(), ", not 8-bit");
    }
    if (picky.own_dequantizer && from->output()->readers() != 1) {
      return cat("the DequantizeLinear of input ", i, " has another reader");
    }
  }
  const Node* to = sole_quantizer(node);
  if (to == nullptr) {
    const bool required = node.is("Conv") && picky.rules->needs_output_quantizer;
    if (!is_product(node) || required) return "its output does not go to one QuantizeLinear";
  } else if (quantized_type(*to) != code_type(*dequantizer_of(node, 0))) {
    return "its input and output have different integer types";
  }
  return is_product(node) ? product_problem(node, picky) : std::nullopt;
}

}  // namespace

Support judge_integer_form(const Node& node, const QdqRules& picky) {
  Support support;
  const std::vector<std::string>& known = picky.rules->int8_ops;
  const bool listed =
      node.domain().empty() && std::find(known.begin(), known.end(), node.op()) != known.end();
  if (!is_product(node) && !listed) {
    support.reason = "this operator has no integer kernel";
    return support;
  }
  const std::optional<std::string> why_not = problem(node, picky);
  support.accelerated = !why_not;
  support.reason = why_not.value_or("runs on 8-bit integers");
  return support;
}

bool cpu_saturates_int8_products() {
#if defined(__x86_64__) || defined(__i386__)
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  const bool avx512_vnni = __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (c & (1U << 11U)) != 0;
  const bool avx_vnni = __get_cpuid_count(7, 1, &a, &b, &c, &d) != 0 && (a & (1U << 4U)) != 0;
  return !avx512_vnni && !avx_vnni;
#else
  return false;
#endif
}

}  // namespace pare
