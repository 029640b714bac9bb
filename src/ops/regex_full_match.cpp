#include <re2/re2.h>

#include "ops/_elementwise.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  c.set_output(0, dtype_of(ElementKind::boolean), x != nullptr ? std::optional(*x) : std::nullopt);
}

void reference(OpCall& call) {
  RE2::Options options;  // UTF-8; memory for automata is bounded
  options.set_log_errors(false);
  const RE2 pattern(call.attr_string("pattern"), options);
  if (!pattern.ok()) call.fail(cat("the pattern is no RE2 expression: ", pattern.error()));
  const Tensor& x = call.input(0);
  const auto in = x.data<std::string>();
  const auto out =
      call.make_output(0, dtype_of(ElementKind::boolean), x.shape()).mutable_data<bool>();
  for (std::size_t i = 0; i < in.size(); ++i) out[i] = RE2::FullMatch(in[i], pattern);
}

}  // namespace

/// y = whether all of x is matched by the pattern, in time linear in the text. Shapes: any. Errors:
/// Fault::corrupt for what RE2 cannot read. Source: ONNX RegexFullMatch, version 20; the syntax is
/// that of the RE2 library, which does the work.
OpDefs op_regex_full_match() {
  return OpDef("RegexFullMatch", 20)
      .input("X", types::kString, "T1")
      .output("Y", types::kBool, "T2")
      .required_attribute("pattern", AttributeKind::text, "expression in RE2 syntax")
      .define(infer, reference, ops::one_flop);
}

}  // namespace pare
