#include "base/text.hpp"
#include "formats/onnx/builder.hpp"
#include "formats/onnx/types.hpp"

namespace pare::onnx {
namespace {

// AttributeProto.type by its published numbers.
enum Kind : std::int32_t {
  kFloat = 1,
  kInt,
  kString,
  kTensor,
  kGraph,
  kFloats,
  kInts,
  kStrings,
  kTensors,
  kGraphs,
  kSparseTensor,
  kSparseTensors,
  kTypeProto,
  kTypeProtos,
};

/// Files older than the field `type` say it by what is there.
std::int32_t kind_of(const schema::AttributeProto& p) {
  if (p.type() != 0) return p.type();
  if (p.has_f()) return kFloat;
  if (p.has_i()) return kInt;
  if (p.has_s()) return kString;
  if (p.has_t()) return kTensor;
  if (p.has_g()) return kGraph;
  if (p.floats_size() > 0) return kFloats;
  if (p.ints_size() > 0) return kInts;
  if (p.strings_size() > 0) return kStrings;
  if (p.tensors_size() > 0) return kTensors;
  if (p.graphs_size() > 0) return kGraphs;
  throw Error(Fault::corrupt, "it has neither a type nor a value");
}

}  // namespace

std::shared_ptr<Graph> Builder::read_body(const schema::GraphProto& proto, Scope& scope,
                                          int depth) {
  auto body = Graph::make_body(*scope.graph);
  Scope inside;
  inside.graph = body.get();
  inside.outer = &scope;
  inside.call = scope.call;
  // Bodies are small: a copy lets a function's body be read again for the next call.
  schema::GraphProto own = proto;
  fill(own, inside, depth + 1);
  return body;
}

Attribute Builder::read_attribute(const schema::AttributeProto& p, Scope& scope, int depth) {
  switch (kind_of(p)) {
    case kFloat: return p.f();
    case kInt: return p.i();
    case kString: return p.s();
    case kTensor: return read_tensor(p.t(), files_);
    case kGraph: return read_body(p.g(), scope, depth);
    case kFloats: return std::vector<float>(p.floats().begin(), p.floats().end());
    case kInts: return std::vector<std::int64_t>(p.ints().begin(), p.ints().end());
    case kStrings: return std::vector<std::string>(p.strings().begin(), p.strings().end());
    case kTensors: {
      std::vector<Tensor> out;
      for (const auto& t : p.tensors()) out.push_back(read_tensor(t, files_));
      return out;
    }
    case kGraphs: {
      std::vector<std::shared_ptr<Graph>> out;
      for (const auto& g : p.graphs()) out.push_back(read_body(g, scope, depth));
      return out;
    }
    case kSparseTensor: return read_sparse(p.sparse_tensor(), files_, options_.memory_budget_bytes);
    case kTypeProto: return read_type(p.tp());
    default: throw Error(Fault::unsupported, cat("attributes of kind ", p.type()));
  }
}

Tensor Builder::constant_of(const schema::AttributeProto& p) {
  if (p.name() == "value") return read_tensor(p.t(), files_);
  if (p.name() == "sparse_value") {
    return read_sparse(p.sparse_tensor(), files_, options_.memory_budget_bytes);
  }
  if (p.name() == "value_float") return Tensor::scalar(p.f());
  if (p.name() == "value_int") return Tensor::scalar(p.i());
  if (p.name() == "value_string") return Tensor::scalar(p.s());
  if (p.name() == "value_floats") {
    return Tensor::of<float>({p.floats_size()}, {p.floats().begin(), p.floats().end()});
  }
  if (p.name() == "value_ints") {
    return Tensor::of<std::int64_t>({p.ints_size()}, {p.ints().begin(), p.ints().end()});
  }
  if (p.name() == "value_strings") {
    return Tensor::of<std::string>({p.strings_size()}, {p.strings().begin(), p.strings().end()});
  }
  return {};
}

bool Builder::add_constant_node(const schema::NodeProto& proto, Scope& scope) {
  const bool standard = proto.domain().empty() || proto.domain() == "ai.onnx";
  if (proto.op_type() != "Constant" || !standard) return false;
  if (proto.output_size() != 1 || proto.input_size() != 0) {
    throw Error(Fault::corrupt, cat("a Constant with ", proto.input_size(), " inputs and ",
                                    proto.output_size(), " outputs"));
  }
  Tensor data;
  for (const auto& a : proto.attribute()) {
    const schema::AttributeProto* given = resolve(a, scope);
    if (given == nullptr) continue;
    schema::AttributeProto named = *given;
    named.set_name(a.name());
    Tensor value = constant_of(named);
    if (value.valid() && data.valid()) throw Error(Fault::corrupt, "it has two values");
    if (value.valid()) data = std::move(value);
  }
  if (!data.valid()) throw Error(Fault::corrupt, "it has no value");
  const std::string& name = proto.output(0);
  const std::string hint = scope.call != nullptr ? scope.call->prefix + name : name;
  define(scope, name, scope.graph->add_constant(std::move(data), hint));
  return true;
}

}  // namespace pare::onnx
