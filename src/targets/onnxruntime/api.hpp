#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/error.hpp"

/// ONNX Runtime's published C interface, as far as it is used here. The library exports one
/// function, OrtGetApiBase; what it leads to is a table of function pointers that only ever grows
/// at its end, so a position in the table is a fact that holds for every later version.
/// Source: onnxruntime_c_api.h (struct OrtApi).
namespace pare::ort {

struct Env;
struct Status;
struct MemoryInfo;
struct SessionHandle;
struct ValueHandle;
struct RunOptions;
struct TypeInfo;
struct TensorInfo;
struct OptionsHandle;
struct Allocator;

/// The first version whose table reaches to the last slot below.
inline constexpr std::uint32_t kApiVersion = 11;

/// A function of the table: its position and its type.
template <class F>
struct Slot {
  std::size_t index;
};

inline constexpr Slot<int(const Status*)> kGetErrorCode{1};
inline constexpr Slot<const char*(const Status*)> kGetErrorMessage{2};
inline constexpr Slot<Status*(int severity, const char* id, Env**)> kCreateEnv{3};
inline constexpr Slot<Status*(const Env*, const char* path, const OptionsHandle*, SessionHandle**)>
    kCreateSession{7};
inline constexpr Slot<Status*(SessionHandle*, const RunOptions*, const char* const* input_names,
                              const ValueHandle* const* inputs, std::size_t input_count,
                              const char* const* output_names, std::size_t output_count,
                              ValueHandle** outputs)>
    kRun{9};
inline constexpr Slot<Status*(OptionsHandle**)> kCreateSessionOptions{10};
inline constexpr Slot<Status*(OptionsHandle*, const char* prefix)> kEnableProfiling{14};
inline constexpr Slot<Status*(OptionsHandle*, int level)> kSetGraphOptimizationLevel{23};
inline constexpr Slot<Status*(OptionsHandle*, int threads)> kSetIntraOpNumThreads{24};
inline constexpr Slot<Status*(OptionsHandle*, int threads)> kSetInterOpNumThreads{25};
inline constexpr Slot<Status*(const SessionHandle*, std::size_t*)> kGetInputCount{30};
inline constexpr Slot<Status*(const SessionHandle*, std::size_t*)> kGetOutputCount{31};
inline constexpr Slot<Status*(const SessionHandle*, std::size_t, TypeInfo**)> kGetInputType{33};
inline constexpr Slot<Status*(const SessionHandle*, std::size_t, TypeInfo**)> kGetOutputType{34};
inline constexpr Slot<Status*(const SessionHandle*, std::size_t, Allocator*, char**)> kGetInputName{
    36};
inline constexpr Slot<Status*(const SessionHandle*, std::size_t, Allocator*, char**)>
    kGetOutputName{37};
inline constexpr Slot<Status*(const MemoryInfo*, void* data, std::size_t bytes,
                              const std::int64_t* shape, std::size_t rank, int type, ValueHandle**)>
    kCreateTensorWithData{49};
inline constexpr Slot<Status*(const ValueHandle*, int*)> kIsTensor{50};
inline constexpr Slot<Status*(ValueHandle*, void**)> kGetTensorData{51};
inline constexpr Slot<Status*(const TypeInfo*, const TensorInfo**)> kCastToTensorInfo{55};
inline constexpr Slot<Status*(const TypeInfo*, int*)> kGetOnnxType{56};
inline constexpr Slot<Status*(const TensorInfo*, int*)> kGetElementType{60};
inline constexpr Slot<Status*(const TensorInfo*, std::size_t*)> kGetDimensionsCount{61};
inline constexpr Slot<Status*(const TensorInfo*, std::int64_t*, std::size_t)> kGetDimensions{62};
inline constexpr Slot<Status*(const TensorInfo*, const char**, std::size_t)> kGetSymbolicDimensions{
    63};
inline constexpr Slot<Status*(const ValueHandle*, TensorInfo**)> kGetTensorTypeAndShape{65};
inline constexpr Slot<Status*(int allocator, int memory, MemoryInfo**)> kCreateCpuMemoryInfo{69};
inline constexpr Slot<Status*(Allocator*, void*)> kAllocatorFree{76};
inline constexpr Slot<Status*(Allocator**)> kGetDefaultAllocator{78};
inline constexpr Slot<void(Env*)> kReleaseEnv{92};
inline constexpr Slot<void(Status*)> kReleaseStatus{93};
inline constexpr Slot<void(MemoryInfo*)> kReleaseMemoryInfo{94};
inline constexpr Slot<void(SessionHandle*)> kReleaseSession{95};
inline constexpr Slot<void(ValueHandle*)> kReleaseValue{96};
inline constexpr Slot<void(TypeInfo*)> kReleaseTypeInfo{98};
inline constexpr Slot<void(TensorInfo*)> kReleaseTensorInfo{99};
inline constexpr Slot<void(OptionsHandle*)> kReleaseSessionOptions{100};
inline constexpr Slot<Status*(SessionHandle*, Allocator*, char**)> kSessionEndProfiling{110};
inline constexpr Slot<Status*(OptionsHandle*, const char* key, const char* value)>
    kAddSessionConfigEntry{130};

// Numbers of the interface's enumerations.
inline constexpr int kLogFatal = 4;
inline constexpr int kOptimizeAll = 99;
inline constexpr int kArenaAllocator = 1;
inline constexpr int kMemoryDefault = 0;
inline constexpr int kOnnxTensor = 1;
inline constexpr int kNoSuchFile = 3;
inline constexpr int kInvalidArgument = 2;
inline constexpr int kInvalidProtobuf = 7;
/// Element types have ONNX's numbers up to this one (float4e2m1).
inline constexpr int kLastSharedElementType = 23;

/// What OrtGetApiBase returns.
struct ApiBase {
  const void* (*get_api)(std::uint32_t version);
  const char* (*get_version)();
};

/// The table. Calls are const: the table itself never changes.
class Api {
 public:
  explicit Api(const void* table) : table_(static_cast<const void* const*>(table)) {}

  template <class R, class... Params, class... Args>
  R call(const Slot<R(Params...)>& slot, Args... args) const {
    return std::bit_cast<R (*)(Params...)>(table_[slot.index])(args...);
  }

  /// Calls a function that returns a status; errors become Error with the library's text.
  template <class... Params, class... Args>
  void check(const Slot<Status*(Params...)>& slot, Args... args) const {
    if (Status* status = call(slot, args...)) fail(status);
  }

 private:
  [[noreturn]] void fail(Status* status) const {
    const int code = call(kGetErrorCode, static_cast<const Status*>(status));
    std::string text = call(kGetErrorMessage, static_cast<const Status*>(status));
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
    call(kReleaseStatus, status);
    Fault fault = Fault::unsupported;
    if (code == kNoSuchFile) fault = Fault::missing;
    if (code == kInvalidArgument) fault = Fault::usage;
    if (code == kInvalidProtobuf) fault = Fault::corrupt;
    throw Error(fault, cat("ONNX Runtime: ", text));
  }

  const void* const* table_;
};

/// Owns one object of the library.
template <class T>
class Handle {
 public:
  Handle() = default;
  Handle(const Api& api, Slot<void(T*)> release) : api_(&api), release_(release) {}
  Handle(Handle&& other) noexcept { swap(other); }
  Handle& operator=(Handle&& other) noexcept {
    swap(other);
    return *this;
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() {
    if (object_ != nullptr) api_->call(release_, object_);
  }
  [[nodiscard]] T* get() const noexcept { return object_; }
  /// For functions that make the object.
  T** out() noexcept { return &object_; }

 private:
  void swap(Handle& other) noexcept {
    std::swap(api_, other.api_);
    std::swap(release_, other.release_);
    std::swap(object_, other.object_);
  }
  const Api* api_ = nullptr;
  Slot<void(T*)> release_{0};
  T* object_ = nullptr;
};

}  // namespace pare::ort
