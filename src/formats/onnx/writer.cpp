#include "formats/onnx/writer.hpp"

#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>
#include <exception>
#include <string>
#include <unordered_set>

#include "base/file.hpp"
#include "base/sha256.hpp"
#include "base/text.hpp"
#include "formats/onnx/onnx.pb.h"
#include "formats/onnx/tensors.hpp"
#include "formats/onnx/types.hpp"
#include "formats/onnx/versions.hpp"

namespace pare::onnx {
namespace {

constexpr std::size_t kInlineBelowBytes = 1024;
constexpr std::size_t kPage = 4096;  // so that readers can map the weights
constexpr std::int64_t kNodeMetadataIr = 10;
constexpr std::uint64_t kProtobufLimit = (std::uint64_t{1} << 31U) - 1;

/// Least IR version for an operator set (the versions of ONNX that brought both).
std::int64_t ir_of_opset(std::int64_t opset) {
  if (opset <= 9) return 4;
  if (opset == 10) return 5;
  if (opset == 11) return 6;
  if (opset <= 14) return 7;
  if (opset <= 18) return 8;
  if (opset <= 20) return 9;
  if (opset <= 22) return 10;
  if (opset == 23) return 11;
  return opset == 24 ? 12 : 13;
}

std::int64_t ir_of_type(DType type) {
  switch (type.kind()) {
    case ElementKind::f8e4m3fn:
    case ElementKind::f8e4m3fnuz:
    case ElementKind::f8e5m2:
    case ElementKind::f8e5m2fnuz: return 9;
    case ElementKind::u4:
    case ElementKind::i4: return 10;
    case ElementKind::f4e2m1: return 11;
    case ElementKind::f8e8m0: return 12;
    case ElementKind::u2:
    case ElementKind::i2: return 13;
    default: return 3;
  }
}

std::int64_t ir_of_types(const Graph& graph) {
  std::int64_t ir = 3;
  for (const Value* c : graph.constants()) ir = std::max(ir, ir_of_type(c->dtype()));
  for (const Node* node : graph.nodes()) {
    for (const Value* v : node->outputs()) {
      if (v != nullptr) ir = std::max(ir, ir_of_type(v->dtype()));
    }
    for (const Graph* body : node->subgraphs()) ir = std::max(ir, ir_of_types(*body));
  }
  return ir;
}

/// Turns a Graph into messages. `external` is where large weights go; null keeps them inside.
class Encoder {
 public:
  Encoder(AtomicFile* external, std::string location, std::int64_t ir)
      : external_(external), location_(std::move(location)), ir_(ir) {}

  void graph(const Graph& graph, schema::GraphProto& proto) {
    proto.set_name(graph.name().empty() ? "graph" : graph.name());
    for (const Value* input : graph.inputs()) value_info(*input, *proto.add_input());
    for (const Value* constant : graph.constants()) {
      initializer(*constant, *proto.add_initializer());
    }
    // ONNX Runtime refuses a graph in which two nodes have one name.
    std::unordered_set<std::string> names;
    for (const Node* n : graph.nodes()) {
      auto& made = *proto.add_node();
      node(*n, made);
      if (n->name().empty()) continue;
      for (int i = 1; !names.insert(made.name()).second; ++i) made.set_name(cat(n->name(), "_", i));
    }
    for (const Value* output : graph.outputs()) value_info(*output, *proto.add_output());
  }

 private:
  static void value_info(const Value& value, schema::ValueInfoProto& proto) {
    proto.set_name(value.name());
    const bool known = value.type().kind != ValueType::Kind::tensor || value.dtype().valid();
    if (known) write_type(value.type(), *proto.mutable_type());
  }

  void initializer(const Value& value, schema::TensorProto& proto) {
    const Tensor& data = value.constant();
    const std::size_t bytes = data.bytes().size();
    if (external_ == nullptr || bytes < kInlineBelowBytes || data.kind() == ElementKind::string) {
      write_tensor(data, value.name(), proto);
      return;
    }
    external_->align(kPage);
    write_tensor(Tensor(data.type(), {0}), value.name(), proto);
    proto.clear_raw_data();
    proto.clear_dims();
    for (const std::int64_t d : data.shape()) proto.add_dims(d);
    proto.set_data_location(1);
    entry("location", location_, *proto.add_external_data());
    entry("offset", cat(external_->size()), *proto.add_external_data());
    entry("length", cat(bytes), *proto.add_external_data());
    external_->write(data.bytes());
  }

  static void entry(const std::string& key, const std::string& value,
                    schema::StringStringEntryProto& proto) {
    proto.set_key(key);
    proto.set_value(value);
  }

  void node(const Node& n, schema::NodeProto& proto) {
    proto.set_op_type(n.op());
    if (!n.domain().empty()) proto.set_domain(n.domain());
    if (!n.name().empty()) proto.set_name(n.name());
    for (const Value* v : n.inputs()) proto.add_input(v != nullptr ? v->name() : "");
    for (const Value* v : n.outputs()) proto.add_output(v != nullptr ? v->name() : "");
    for (const auto& [name, value] : n.attributes()) {
      auto& attribute_proto = *proto.add_attribute();
      attribute_proto.set_name(name);
      attribute(value, attribute_proto);
    }
    if (ir_ < kNodeMetadataIr) return;
    for (const auto& [key, value] : n.metadata()) entry(key, value, *proto.add_metadata_props());
  }

  void attribute(const Attribute& value, schema::AttributeProto& proto) {
    std::visit([&](const auto& v) { put(v, proto); }, value);
  }

  // AttributeProto.type by its published numbers.
  static void put(float v, schema::AttributeProto& p) {
    p.set_type(1);
    p.set_f(v);
  }
  static void put(std::int64_t v, schema::AttributeProto& p) {
    p.set_type(2);
    p.set_i(v);
  }
  static void put(const std::string& v, schema::AttributeProto& p) {
    p.set_type(3);
    p.set_s(v);
  }
  static void put(const Tensor& v, schema::AttributeProto& p) {
    p.set_type(4);
    write_tensor(v, "", *p.mutable_t());
  }
  void put(const std::shared_ptr<Graph>& v, schema::AttributeProto& p) {
    p.set_type(5);
    graph(*v, *p.mutable_g());
  }
  static void put(const std::vector<float>& v, schema::AttributeProto& p) {
    p.set_type(6);
    p.mutable_floats()->Add(v.begin(), v.end());
  }
  static void put(const std::vector<std::int64_t>& v, schema::AttributeProto& p) {
    p.set_type(7);
    p.mutable_ints()->Add(v.begin(), v.end());
  }
  static void put(const std::vector<std::string>& v, schema::AttributeProto& p) {
    p.set_type(8);
    for (const std::string& s : v) p.add_strings(s);
  }
  static void put(const std::vector<Tensor>& v, schema::AttributeProto& p) {
    p.set_type(9);
    for (const Tensor& t : v) write_tensor(t, "", *p.add_tensors());
  }
  void put(const std::vector<std::shared_ptr<Graph>>& v, schema::AttributeProto& p) {
    p.set_type(10);
    for (const auto& body : v) graph(*body, *p.add_graphs());
  }
  static void put(const ValueType& v, schema::AttributeProto& p) {
    p.set_type(13);
    write_type(v, *p.mutable_tp());
  }

  AtomicFile* external_;
  std::string location_;
  std::int64_t ir_;
};

std::uint64_t weight_bytes(const Graph& graph) {
  std::uint64_t sum = 0;
  for (const Value* c : graph.constants()) sum += c->constant().bytes().size();
  for (const Node* node : graph.nodes()) {
    for (const Graph* body : node->subgraphs()) sum += weight_bytes(*body);
  }
  return sum;
}

/// The hash of all weights, so that files of different models never take each other's place.
std::string content_name(const Graph& graph, const std::filesystem::path& path) {
  std::string hashes;
  for (const Value* c : graph.constants()) hashes += sha256_hex(c->constant().bytes());
  const std::string all = sha256_hex(std::as_bytes(std::span(hashes.data(), hashes.size())));
  return cat(path.stem().string(), "-", all.substr(0, 12), ".data");
}

/// A constant that is an output of the graph is made by a node, as ONNX wants it.
void name_constant_outputs(Graph& graph) {
  bool changed = false;
  for (std::size_t i = 0; i < graph.outputs().size(); ++i) {
    Value* value = graph.outputs()[i];
    if (!value->is_constant()) continue;
    const Tensor data = value->constant();
    const std::string name = value->name();
    const ValueType type = value->type();
    graph.rename(value, graph.unique_name(name + "_constant"));
    Node* node = graph.add_node(
        {.op = "Constant", .inputs = {}, .attributes = {{"value", data}}, .output_names = {name}});
    node->output()->set_type(type);
    graph.set_output(i, node->output());
    changed = true;
  }
  if (changed) graph.remove_unused();
}

/// The bytes of a message go to a file as they are made. No exception may pass through protobuf:
/// the first one is kept, and check() throws it.
class FileStream : public google::protobuf::io::CopyingOutputStream {
 public:
  explicit FileStream(AtomicFile& file) : file_(file) {}
  bool Write(const void* buffer, int size) override {
    if (failure_ != nullptr) return false;
    try {
      file_.write(std::span(static_cast<const std::byte*>(buffer), static_cast<std::size_t>(size)));
    } catch (...) {
      failure_ = std::current_exception();
    }
    return failure_ == nullptr;
  }
  void check() const {
    if (failure_ != nullptr) std::rethrow_exception(failure_);
  }

 private:
  AtomicFile& file_;
  std::exception_ptr failure_;
};

void encode(const schema::ModelProto& proto, AtomicFile& file) {
  FileStream stream(file);
  google::protobuf::io::CopyingOutputStreamAdaptor adaptor(&stream);
  const bool encoded = proto.SerializeToZeroCopyStream(&adaptor) && adaptor.Flush();
  stream.check();
  require(encoded, "protobuf cannot encode the model");
}

void encode_header(const Model& model, std::int64_t opset, std::int64_t ir,
                   schema::ModelProto& proto) {
  proto.set_ir_version(ir);
  proto.set_producer_name("pare");
  proto.set_producer_version(PARE_VERSION);
  if (!model.domain.empty()) proto.set_domain(model.domain);
  if (model.model_version != 0) proto.set_model_version(model.model_version);
  if (!model.doc.empty()) proto.set_doc_string(model.doc);
  std::map<std::string, std::int64_t> opsets = model.opsets;
  opsets[""] = opset;
  for (const Node* node : model.graph->nodes()) opsets.emplace(node->domain(), 1);
  if (const std::int64_t least = least_ml_opset(*model.graph); least > 0) {
    std::int64_t& ml = opsets[std::string(kMlDomain)];
    ml = std::max(ml, least);
  }
  for (const auto& [domain, version] : opsets) {
    auto* entry = proto.add_opset_import();
    entry->set_domain(domain);
    entry->set_version(version);
  }
  for (const auto& [key, value] : model.metadata) {
    auto* entry = proto.add_metadata_props();
    entry->set_key(key);
    entry->set_value(value);
  }
  if (model.producer_name.empty() || model.producer_name == "pare") return;
  auto* entry = proto.add_metadata_props();
  entry->set_key("pare.source_producer");
  entry->set_value(model.producer_version.empty()
                       ? model.producer_name
                       : cat(model.producer_name, " ", model.producer_version));
}

}  // namespace

void write(const Model& model, const std::filesystem::path& path, const WriteOptions& options) {
  Model copy = model.clone();
  lower_own_operators(*copy.graph);
  const auto own = model.opsets.find("");
  std::int64_t opset = options.opset;
  if (opset == 0) {
    opset = std::max(least_opset(*copy.graph), own != model.opsets.end() ? own->second : 0);
  }
  downgrade(*copy.graph, opset);
  name_constant_outputs(*copy.graph);
  const std::int64_t ir = std::max(
      {ir_of_opset(opset), ir_of_types(*copy.graph), std::min<std::int64_t>(model.ir_version, 13)});
  schema::ModelProto proto;
  encode_header(copy, opset, ir, proto);
  const bool split = weight_bytes(*copy.graph) > options.external_above_bytes;
  std::unique_ptr<AtomicFile> weights;
  std::string location;
  if (split) {
    location = content_name(*copy.graph, path);
    // Named after its content: one that is there already is the same.
    weights = std::make_unique<AtomicFile>(path.parent_path() / location, true);
  }
  AtomicFile file(path, options.force);
  Encoder(weights.get(), location, ir).graph(*copy.graph, *proto.mutable_graph());
  if (proto.ByteSizeLong() > kProtobufLimit) {
    throw Error(Fault::unsupported, cat("the model without its large weights takes ",
                                        human_bytes(proto.ByteSizeLong()), ", above 2 GiB"));
  }
  encode(proto, file);
  if (weights != nullptr) weights->commit();
  file.commit();
}

}  // namespace pare::onnx
