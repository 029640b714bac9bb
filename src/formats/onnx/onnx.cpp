#include <google/protobuf/io/zero_copy_stream.h>

#include <algorithm>

#include "base/file.hpp"
#include "base/text.hpp"
#include "formats/format.hpp"
#include "formats/onnx/builder.hpp"
#include "formats/onnx/oldest.hpp"
#include "formats/onnx/reader.hpp"
#include "formats/onnx/versions.hpp"
#include "formats/onnx/wire.hpp"
#include "formats/onnx/writer.hpp"

namespace pare {
namespace onnx {
namespace {

constexpr std::int64_t kNewestIr = 13;
constexpr std::uint64_t kSpareBytes = std::uint64_t{256} << 20U;
constexpr std::uint64_t kProtobufLimit = (std::uint64_t{1} << 31U) - 1;

ReadOptions with_budget(ReadOptions options, std::uint64_t file_bytes) {
  if (options.memory_budget_bytes == 0) options.memory_budget_bytes = 2 * file_bytes + kSpareBytes;
  return options;
}

/// A file handed to protobuf piece by piece; pieces that are done leave memory.
class PiecewiseInput final : public google::protobuf::io::ZeroCopyInputStream {
 public:
  PiecewiseInput(std::span<const std::byte> bytes, const MappedFile* file)
      : bytes_(bytes), file_(file) {}

  bool Next(const void** data, int* size) override {
    if (file_ != nullptr) file_->release(bytes_.subspan(left_, at_ - left_));
    left_ = at_;
    if (at_ == bytes_.size()) return false;
    const std::size_t piece = std::min(kPiece, bytes_.size() - at_);
    *data = bytes_.data() + at_;
    *size = static_cast<int>(piece);
    at_ += piece;
    return true;
  }
  void BackUp(int count) override {
    at_ -= static_cast<std::size_t>(count);
    left_ = std::min(left_, at_);
  }
  bool Skip(int count) override {
    const std::size_t step = std::min(static_cast<std::size_t>(count), bytes_.size() - at_);
    at_ += step;
    return step == static_cast<std::size_t>(count);
  }
  std::int64_t ByteCount() const override { return static_cast<std::int64_t>(at_); }

 private:
  static constexpr std::size_t kPiece = std::size_t{4} << 20U;

  std::span<const std::byte> bytes_;
  const MappedFile* file_;
  std::size_t at_ = 0;
  std::size_t left_ = 0;  // what lies before it has left memory
};

schema::ModelProto decode(std::span<const std::byte> bytes, const ReadOptions& options,
                          const MappedFile* file) {
  if (bytes.empty()) throw Error(Fault::corrupt, "the file is empty");
  if (bytes.size() > kProtobufLimit) {
    throw Error(Fault::corrupt,
                cat("the file has ", human_bytes(bytes.size()),
                    "; an ONNX file ends at 2 GiB, larger weights lie in files beside it"));
  }
  const WireFacts facts = scan_model(bytes);
  if (facts.memory_bytes > options.memory_budget_bytes) {
    throw Error(Fault::resource, cat("reading would take about ", human_bytes(facts.memory_bytes),
                                     ", the budget is ", human_bytes(options.memory_budget_bytes)));
  }
  if (facts.nodes > options.most_nodes) {
    throw Error(Fault::resource, cat(facts.nodes, " nodes, above ", options.most_nodes));
  }
  schema::ModelProto proto;
  PiecewiseInput input(bytes, file);
  if (!proto.ParseFromZeroCopyStream(&input)) {
    throw Error(Fault::corrupt, "the bytes are no ONNX model (protobuf cannot decode them)");
  }
  return proto;
}

std::map<std::string, std::int64_t> read_opsets(const schema::ModelProto& proto) {
  std::map<std::string, std::int64_t> opsets;
  for (const auto& entry : proto.opset_import()) {
    const std::string domain = entry.domain() == "ai.onnx" ? std::string() : entry.domain();
    if (!opsets.emplace(domain, entry.version()).second) {
      throw Error(Fault::corrupt,
                  cat("operator set '", escape_terminal(domain), "' is imported twice"));
    }
  }
  const auto ml = opsets.find(std::string(kMlDomain));
  if (ml != opsets.end() && (ml->second < kOldestMlOpset || ml->second > kNewestMlOpset)) {
    throw Error(Fault::unsupported, cat("operator set ", ml->second, " of ", kMlDomain,
                                        "; read are ", kOldestMlOpset, " to ", kNewestMlOpset));
  }
  const auto standard = opsets.find("");
  if (standard != opsets.end() && standard->second >= 1 && standard->second < kOldestOpset) {
    const std::set<std::string> changed = changed_before_six(proto);
    if (!changed.empty()) {
      throw Error(Fault::unsupported,
                  cat("operator set ", standard->second, "; read are ", kOldestOpset, " to ",
                      kNewestOpset, ", and older ones of operators that meant the same before; ",
                      escape_terminal(join({changed.begin(), changed.end()}, ", ")), " did not"));
    }
    standard->second = kOldestOpset;
  }
  if (standard == opsets.end()) {
    if (!opsets.empty()) return opsets;
    throw Error(Fault::corrupt, "the model imports no operator set");
  }
  if (standard->second < kOldestOpset || standard->second > kNewestOpset) {
    throw Error(Fault::unsupported, cat("operator set ", standard->second, "; read are ",
                                        kOldestOpset, " to ", kNewestOpset));
  }
  return opsets;
}

void check_header(const schema::ModelProto& proto) {
  if (!proto.has_graph()) {
    throw Error(Fault::corrupt, "the bytes are no ONNX model (there is no graph in them)");
  }
  if (proto.ir_version() < 1) throw Error(Fault::corrupt, "the model has no IR version");
  if (proto.ir_version() > kNewestIr) {
    throw Error(Fault::unsupported,
                cat("IR version ", proto.ir_version(), "; the newest known is ", kNewestIr));
  }
}

}  // namespace

Model read_bytes(std::span<const std::byte> bytes, const std::filesystem::path& path,
                 const ReadOptions& given, const MappedFile* file) {
  const ReadOptions options = with_budget(given, bytes.size());
  schema::ModelProto proto = decode(bytes, options, file);
  check_header(proto);
  Model model;
  model.opsets = read_opsets(proto);
  model.ir_version = proto.ir_version();
  model.producer_name = proto.producer_name();
  model.producer_version = proto.producer_version();
  model.domain = proto.domain();
  model.model_version = proto.model_version();
  model.doc = proto.doc_string();
  for (const auto& entry : proto.metadata_props()) model.metadata[entry.key()] = entry.value();
  model.graph = Builder(proto, path, options).build();
  upgrade(*model.graph, model.opsets);
  return model;
}

namespace {

/// 100 for a model by its first fields, 60 when only the name says so.
int sniff(std::span<const std::byte> head, const std::filesystem::path& path) {
  const bool named = lower(path.extension().string()) == ".onnx";
  // Field 1 (IR version, a small number) is written first by every known exporter.
  const bool begins = head.size() > 2 && head[0] == std::byte{0x08} &&
                      std::to_integer<int>(head[1]) >= 1 && std::to_integer<int>(head[1]) <= 64;
  if (begins) return named ? 100 : 80;
  return named ? 60 : 0;
}

Model read(const std::filesystem::path& path, const ReadOptions& options) {
  const auto file = MappedFile::open(path);
  return read_bytes(file->bytes(), path, options, file.get());
}

}  // namespace
}  // namespace onnx

/// ONNX models: read at operator sets 6 to 28, written at a chosen one. docs/onnx.md.
FormatDef format_onnx() {
  FormatDef def;
  def.name = "onnx";
  def.what = "ONNX model";
  def.extensions = {".onnx"};
  def.sniff = onnx::sniff;
  def.read = onnx::read;
  def.write = onnx::write;
  return def;
}

}  // namespace pare
