#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>

#include "base/file.hpp"
#include "base/temporary_directory.hpp"
#include "base/text.hpp"
#include "base/threads.hpp"
#include "targets/onnxruntime/api.hpp"
#include "targets/onnxruntime/library.hpp"
#include "targets/onnxruntime/profile.hpp"
#include "targets/qdq.hpp"
#include "targets/target.hpp"

namespace pare {
namespace {

namespace fs = std::filesystem;

using OrtSession = ort::Handle<ort::SessionHandle>;
using OrtValue = ort::Handle<ort::ValueHandle>;

TargetRules rules() {
  TargetRules r;
  r.int8_asymmetric_activations = true;
  r.unsigned_activations = true;
  r.needs_output_quantizer = true;
  r.quantizes_float_layers = true;
  r.mistakes_float8_groups = true;
  r.newest_opset = 26;
  r.int8_products_saturate = cpu_saturates_int8_products();
  r.int8_ops = {// Data movement, when input and output have the same scale and zero point.
                "DepthToSpace", "Expand", "Flatten", "Gather", "GatherElements", "MaxPool",
                "ReduceMax", "ReduceMin", "Reshape", "Resize", "Slice", "Split", "Squeeze", "Tile",
                "Transpose", "Unsqueeze",
                // Arithmetic with integer kernels.
                "Add", "AveragePool", "Concat", "GlobalAveragePool", "LeakyRelu", "Mul", "Sigmoid",
                "Softmax", "Where"};
  return r;
}

DType element_type(int ort_type, std::string_view what) {
  if (ort_type < 1 || ort_type > ort::kLastSharedElementType) {
    throw Error(Fault::unsupported, cat(what, " has ONNX Runtime's element type ", ort_type,
                                        ", which pare cannot pass"));
  }
  return dtype_of(static_cast<ElementKind>(ort_type));
}

class OrtModel final : public LoadedModel {
 public:
  OrtModel(const ort::Library& library, const fs::path& path, const TargetOptions& options)
      : api_(library.table),
        env_(api_, ort::kReleaseEnv),
        memory_(api_, ort::kReleaseMemoryInfo),
        session_(api_, ort::kReleaseSession) {
    api_.check(ort::kCreateEnv, ort::kLogFatal, "pare", env_.out());
    api_.check(ort::kCreateCpuMemoryInfo, ort::kArenaAllocator, ort::kMemoryDefault, memory_.out());
    api_.check(ort::kGetDefaultAllocator, &allocator_);
    make_session(path, options);
    std::size_t count = 0;
    api_.check(ort::kGetInputCount, session_.get(), &count);
    for (std::size_t i = 0; i < count; ++i) {
      inputs_.push_back(port(i, ort::kGetInputName, ort::kGetInputType));
    }
    api_.check(ort::kGetOutputCount, session_.get(), &count);
    for (std::size_t i = 0; i < count; ++i) {
      outputs_.push_back(port(i, ort::kGetOutputName, ort::kGetOutputType));
    }
    for (const PortInfo& p : inputs_) input_names_.push_back(p.name.c_str());
    for (const PortInfo& p : outputs_) output_names_.push_back(p.name.c_str());
  }

  const std::vector<PortInfo>& inputs() const override { return inputs_; }
  const std::vector<PortInfo>& outputs() const override { return outputs_; }

  std::vector<Tensor> run(const std::vector<Tensor>& inputs) override {
    if (inputs.size() != inputs_.size()) {
      throw Error(Fault::usage,
                  cat("the model takes ", inputs_.size(), " inputs, got ", inputs.size()));
    }
    std::vector<OrtValue> in;
    std::vector<const ort::ValueHandle*> in_raw;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      in.push_back(wrap(inputs[i], inputs_[i]));
      in_raw.push_back(in.back().get());
    }
    std::vector<OrtValue> out;
    std::vector<ort::ValueHandle*> out_raw(outputs_.size(), nullptr);
    for (std::size_t i = 0; i < outputs_.size(); ++i) out.emplace_back(api_, ort::kReleaseValue);
    api_.check(ort::kRun, session_.get(), nullptr, input_names_.data(), in_raw.data(),
               in_raw.size(), output_names_.data(), output_names_.size(), out_raw.data());
    for (std::size_t i = 0; i < out.size(); ++i) *out[i].out() = out_raw[i];
    std::vector<Tensor> results;
    for (std::size_t i = 0; i < out.size(); ++i) results.push_back(copy(out[i].get(), outputs_[i]));
    return results;
  }

  std::vector<StepInfo> profile() override {
    if (trace_ == nullptr) return steps_;
    char* name = nullptr;
    api_.check(ort::kSessionEndProfiling, session_.get(), allocator_, &name);
    const fs::path file = take_text(name);
    steps_ = ort::parse_profile(read_text(file, std::uint64_t{1} << 30U));
    trace_.reset();
    return steps_;
  }

 private:
  void make_session(const fs::path& path, const TargetOptions& options) {
    ort::Handle<ort::OptionsHandle> o(api_, ort::kReleaseSessionOptions);
    api_.check(ort::kCreateSessionOptions, o.out());
    api_.check(ort::kSetGraphOptimizationLevel, o.get(), ort::kOptimizeAll);
    const int threads = options.threads > 0 ? options.threads : available_cores();
    api_.check(ort::kSetIntraOpNumThreads, o.get(), threads);
    api_.check(ort::kSetInterOpNumThreads, o.get(), 1);
    // Idle threads must not spin into the time of whatever is measured next.
    api_.check(ort::kAddSessionConfigEntry, o.get(), "session.force_spinning_stop", "1");
    if (options.profile) {
      trace_ = std::make_unique<TemporaryDirectory>();
      api_.check(ort::kEnableProfiling, o.get(), (trace_->path() / "trace").c_str());
    }
    api_.check(ort::kCreateSession, env_.get(), path.c_str(), o.get(), session_.out());
  }

  template <class NameSlot, class TypeSlot>
  PortInfo port(std::size_t i, NameSlot name_slot, TypeSlot type_slot) {
    PortInfo info;
    char* name = nullptr;
    api_.check(name_slot, session_.get(), i, allocator_, &name);
    info.name = take_text(name);
    ort::Handle<ort::TypeInfo> type(api_, ort::kReleaseTypeInfo);
    api_.check(type_slot, session_.get(), i, type.out());
    int kind = 0;
    api_.check(ort::kGetOnnxType, type.get(), &kind);
    if (kind != ort::kOnnxTensor) {
      throw Error(Fault::unsupported, cat("'", escape_terminal(info.name),
                                          "' is no tensor; only tensors can be passed"));
    }
    const ort::TensorInfo* tensor = nullptr;
    api_.check(ort::kCastToTensorInfo, type.get(), &tensor);
    int element = 0;
    api_.check(ort::kGetElementType, tensor, &element);
    info.type = ValueType(element_type(element, cat("'", escape_terminal(info.name), "'")),
                          dimensions(tensor));
    return info;
  }

  std::optional<SymShape> dimensions(const ort::TensorInfo* tensor) const {
    std::size_t rank = 0;
    api_.check(ort::kGetDimensionsCount, tensor, &rank);
    // The library does not tell a scalar from an unknown rank.
    if (rank == 0) return std::nullopt;
    std::vector<std::int64_t> sizes(rank);
    std::vector<const char*> names(rank, nullptr);
    api_.check(ort::kGetDimensions, tensor, sizes.data(), rank);
    api_.check(ort::kGetSymbolicDimensions, tensor, names.data(), rank);
    SymShape shape;
    for (std::size_t i = 0; i < rank; ++i) {
      const bool named = names[i] != nullptr && *names[i] != '\0';
      if (sizes[i] >= 0) {
        shape.emplace_back(sizes[i]);
      } else {
        shape.push_back(named ? Dim::symbol(names[i]) : Dim::unknown());
      }
    }
    return shape;
  }

  std::string take_text(char* text) const {
    std::string copy = text;
    api_.check(ort::kAllocatorFree, allocator_, text);
    return copy;
  }

  OrtValue wrap(const Tensor& t, const PortInfo& to) const {
    const std::string name = escape_terminal(to.name);
    if (!t.valid()) throw Error(Fault::usage, cat("input '", name, "' was not given"));
    if (t.kind() == ElementKind::string) {
      throw Error(Fault::unsupported, cat("input '", name, "' is text, which pare does not pass"));
    }
    const int type = static_cast<int>(t.kind());
    if (type > ort::kLastSharedElementType) {
      throw Error(Fault::unsupported, cat("input '", name, "' is ", t.type().name(),
                                          ", which ONNX Runtime cannot take"));
    }
    if (t.type() != to.type.dtype) {
      throw Error(Fault::usage, cat("input '", name, "' is ", to.type.text(), ", got ",
                                    t.type().name(), to_string(t.shape())));
    }
    static constexpr std::byte kNothing{};
    const std::byte* data = t.bytes().empty() ? &kNothing : t.bytes().data();
    OrtValue value(api_, ort::kReleaseValue);
    // The library only reads inputs, though its signature does not say so.
    api_.check(ort::kCreateTensorWithData, memory_.get(), const_cast<std::byte*>(data),
               t.bytes().size(), t.shape().data(), t.rank(), type, value.out());
    return value;
  }

  Tensor copy(ort::ValueHandle* value, const PortInfo& from) const {
    const std::string name = cat("output '", escape_terminal(from.name), "'");
    ort::Handle<ort::TensorInfo> info(api_, ort::kReleaseTensorInfo);
    api_.check(ort::kGetTensorTypeAndShape, value, info.out());
    int element = 0;
    std::size_t rank = 0;
    api_.check(ort::kGetElementType, info.get(), &element);
    api_.check(ort::kGetDimensionsCount, info.get(), &rank);
    Shape shape(rank);
    if (rank > 0) api_.check(ort::kGetDimensions, info.get(), shape.data(), rank);
    if (element == static_cast<int>(ElementKind::string)) {
      throw Error(Fault::unsupported, cat(name, " is text, which pare does not pass"));
    }
    Tensor result(element_type(element, name), std::move(shape));
    if (result.bytes().empty()) return result;
    void* data = nullptr;
    api_.check(ort::kGetTensorData, value, &data);
    std::memcpy(result.mutable_bytes().data(), data, result.bytes().size());
    return result;
  }

  ort::Api api_;
  ort::Handle<ort::Env> env_;
  ort::Handle<ort::MemoryInfo> memory_;
  ort::Allocator* allocator_ = nullptr;  // the library's
  std::unique_ptr<TemporaryDirectory> trace_;
  OrtSession session_;
  std::vector<PortInfo> inputs_;
  std::vector<PortInfo> outputs_;
  std::vector<const char*> input_names_;
  std::vector<const char*> output_names_;
  std::vector<StepInfo> steps_;
};

TargetStatus status(const TargetOptions& options) {
  TargetStatus s;
  std::error_code ignored;
  const ort::Search search = ort::search_libraries(options.library, fs::current_path(ignored));
  s.searched = search.looked_at;
  try {
    const ort::Library library = ort::find_library(options.library);
    s.found = true;
    s.version = library.version;
    s.where = library.path.string();
  } catch (const Error& error) {
    s.where = join(search.looked_at, ", ");
    s.note = search.found.empty() ? "not found; name it with onnxruntime:PATH or PARE_ONNXRUNTIME"
                                  : error.message();
  }
  return s;
}

std::unique_ptr<LoadedModel> load(const fs::path& path, const TargetOptions& options) {
  const ort::Library library = ort::find_library(options.library);
  return during(
      [&] { return cat("loading ", path.string(), " into onnxruntime ", library.version); },
      [&] { return std::make_unique<OrtModel>(library, path, options); });
}

Support supports(const Node& node, const TargetOptions&) {
  static const TargetRules ort_rules = rules();
  QdqRules picky;
  picky.rules = &ort_rules;
  picky.own_dequantizer = true;
  picky.explicit_zero_points = true;
#if defined(__x86_64__)
  picky.unsigned_products = true;
#endif
  Support support = judge_integer_form(node, picky);
  support.runs = node.domain().empty() || node.domain() == "com.microsoft";
  if (!support.runs) support.reason = cat("operators of domain ", node.domain(), " are unknown");
  return support;
}

}  // namespace

TargetDef target_onnxruntime() {
  TargetDef def;
  def.name = "onnxruntime";
  def.what = "ONNX Runtime's CPU provider, from a library found when needed";
  def.rules = rules();
  def.takes_library = true;
  def.status = status;
  def.load = load;
  def.supports = supports;
  return def;
}

}  // namespace pare
