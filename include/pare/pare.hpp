#pragma once

/// The public C++ face of pare. Only this header, pare.h and version.h are stable: they include
/// nothing but the standard library, and every type whose inside may change is held by pointer.
///
///   pare::Engine model = pare::Engine::load("model.onnx");
///   const std::vector<float> pixels(3 * 224 * 224);
///   const auto outputs = model.run({pare::input("x", {1, 3, 224, 224}, pixels)});
///   const std::span<const float> scores = outputs.at(0).values<float>();
///
/// Every function may throw pare::Failure, and nothing else.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pare/version.h"

namespace pare {
inline namespace v1 {

/// Version of the library, "0.1.0".
[[nodiscard]] std::string_view version() noexcept;

/// What kind of failure it was. The value is the exit code of the program `pare`.
enum class FailureKind : int {
  usage = 64,          ///< the request itself makes no sense
  corrupt = 65,        ///< input bytes break their format's rules
  missing = 66,        ///< an input does not exist or cannot be opened
  unsupported = 69,    ///< valid input that asks for something pare cannot do
  internal = 70,       ///< a bug in pare
  resource = 71,       ///< out of memory, threads or a budget
  cannot_create = 73,  ///< an output cannot be created (exists, no such directory)
  io = 74,             ///< reading or writing failed
  interrupted = 75,    ///< stopped early; running again resumes
  permission = 77,     ///< the system refused access
  config = 78,         ///< a recipe or settings file is wrong
};
[[nodiscard]] std::string_view to_string(FailureKind kind) noexcept;

/// What every function of this header throws. `what()` says what was wanted, what was there, and,
/// one per line, where.
class Failure : public std::runtime_error {
 public:
  Failure(FailureKind kind, const std::string& message);
  Failure(const Failure&) = default;
  Failure& operator=(const Failure&) = default;
  ~Failure() override;

  [[nodiscard]] FailureKind kind() const noexcept { return kind_; }
  [[nodiscard]] int exit_code() const noexcept { return static_cast<int>(kind_); }

 private:
  FailureKind kind_;
};

/// Element types, by the numbers that ONNX gives them. Types below eight bits are packed, first
/// element in the low bits.
enum class ElementType : int {
  undefined = 0,
  float32 = 1,
  uint8 = 2,
  int8 = 3,
  uint16 = 4,
  int16 = 5,
  int32 = 6,
  int64 = 7,
  string = 8,
  boolean = 9,
  float16 = 10,
  float64 = 11,
  uint32 = 12,
  uint64 = 13,
  complex64 = 14,
  complex128 = 15,
  bfloat16 = 16,
  float8e4m3fn = 17,
  float8e4m3fnuz = 18,
  float8e5m2 = 19,
  float8e5m2fnuz = 20,
  uint4 = 21,
  int4 = 22,
  float4e2m1 = 23,
  float8e8m0 = 24,
  uint2 = 25,
  int2 = 26,
  other = 255,  ///< a block format of pare's own
};

/// The element type of a C++ type; `undefined` where there is none.
template <class T>
inline constexpr ElementType kElementTypeOf = ElementType::undefined;
template <>
inline constexpr ElementType kElementTypeOf<float> = ElementType::float32;
template <>
inline constexpr ElementType kElementTypeOf<double> = ElementType::float64;
template <>
inline constexpr ElementType kElementTypeOf<std::int8_t> = ElementType::int8;
template <>
inline constexpr ElementType kElementTypeOf<std::uint8_t> = ElementType::uint8;
template <>
inline constexpr ElementType kElementTypeOf<std::int16_t> = ElementType::int16;
template <>
inline constexpr ElementType kElementTypeOf<std::uint16_t> = ElementType::uint16;
template <>
inline constexpr ElementType kElementTypeOf<std::int32_t> = ElementType::int32;
template <>
inline constexpr ElementType kElementTypeOf<std::uint32_t> = ElementType::uint32;
template <>
inline constexpr ElementType kElementTypeOf<std::int64_t> = ElementType::int64;
template <>
inline constexpr ElementType kElementTypeOf<std::uint64_t> = ElementType::uint64;
template <>
inline constexpr ElementType kElementTypeOf<bool> = ElementType::boolean;
template <>
inline constexpr ElementType kElementTypeOf<std::string> = ElementType::string;

/// Sizes of the dimensions, outermost first; empty = one value.
using ArrayShape = std::vector<std::int64_t>;

/// One named input of a run, dense and row-major. The values are only borrowed, for the call.
struct InputArray {
  std::string name;
  ElementType type = ElementType::undefined;
  ArrayShape shape;
  std::span<const std::byte> bytes;   ///< of all types but string
  std::span<const std::string> text;  ///< of type string
};

/// An input of numbers or strings: `values` has the product of `shape` elements.
template <class T>
[[nodiscard]] InputArray input(std::string name, ArrayShape shape, std::span<const T> values) {
  static_assert(kElementTypeOf<T> != ElementType::undefined, "no element type of pare");
  InputArray out{std::move(name), kElementTypeOf<T>, std::move(shape), {}, {}};
  if constexpr (kElementTypeOf<T> == ElementType::string) {
    out.text = values;
  } else {
    out.bytes = std::as_bytes(values);
  }
  return out;
}
template <class T>
[[nodiscard]] InputArray input(std::string name, ArrayShape shape, const std::vector<T>& values) {
  return input(std::move(name), std::move(shape), std::span<const T>(values));
}

/// One named result. Copies share the values, which live as long as the last copy.
class Array {
 public:
  Array() = default;
  Array(std::string name, ElementType type, ArrayShape shape, std::span<const std::byte> bytes,
        std::span<const std::string> text, std::shared_ptr<const void> owner);

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] ElementType type() const noexcept { return type_; }
  [[nodiscard]] const ArrayShape& shape() const noexcept { return shape_; }
  /// Row-major; empty for strings.
  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }
  /// The values as T. FailureKind::usage when they have another type.
  template <class T>
  [[nodiscard]] std::span<const T> values() const {
    check_type(kElementTypeOf<T>);
    if constexpr (kElementTypeOf<T> == ElementType::string) {
      return text_;
    } else {
      const void* start = bytes_.data();
      return {static_cast<const T*>(start), bytes_.size() / sizeof(T)};
    }
  }

 private:
  void check_type(ElementType asked) const;

  std::string name_;
  ElementType type_ = ElementType::undefined;
  ArrayShape shape_;
  std::span<const std::byte> bytes_;
  std::span<const std::string> text_;
  std::shared_ptr<const void> owner_;
};

/// A graph input or output.
struct Port {
  std::string name;
  ElementType type = ElementType::undefined;
  bool is_tensor = true;  ///< else a sequence, optional or map: see `text`
  bool has_rank = false;  ///< whether the number of dimensions is known
  ArrayShape shape;       ///< -1 for a size that is not fixed
  std::string text;       ///< "float32[N,3,224,224]"
};

/// What is in a model.
struct ModelInfo {
  std::vector<Port> inputs;
  std::vector<Port> outputs;
  std::int64_t nodes = 0;       ///< of the main graph
  std::int64_t parameters = 0;  ///< values of all constants but indices (int64) and strings
  std::uint64_t constant_bytes = 0;
  std::map<std::string, std::int64_t> operators;  ///< name -> nodes, bodies included
  std::map<std::string, std::int64_t> opsets;     ///< domain ("" = ai.onnx) -> version as read
  std::string producer;
  std::vector<std::string> unsupported;  ///< operators that pare cannot run, with their nodes
};

struct EngineOptions {
  int threads = 0;              ///< 0 = all cores this process may use
  bool reference_only = false;  ///< slow and exact: the reference kernel for every node
};

/// One rewrite that was done or nearly done.
struct Rewrite {
  std::string pass;
  std::string node;
  bool applied = false;
  std::string reason;  ///< why not
};

struct OptimizeReport {
  std::int64_t nodes_before = 0;
  std::int64_t nodes_after = 0;
  std::vector<Rewrite> rewrites;
};

/// Samples that show a model what its values look like. Either `data` or `batches`.
struct Calibration {
  std::string data;                ///< image folder, npz, CIFAR-10 ... : see docs/data.md
  std::string preprocess = "raw";  ///< preset or YAML file
  std::int64_t limit = 128;        ///< at most that many samples of `data`
  /// One element per run, each with every input of the model.
  std::vector<std::vector<InputArray>> batches;
};

struct CompressOptions {
  std::optional<Calibration> calibration;
  std::string target = "native";  ///< the runtime that the result is for: "onnxruntime", "native"
  std::uint64_t seed = 0;
};

struct CompressReport {
  std::string recipe;              ///< in canonical form
  std::vector<std::string> notes;  ///< decisions of the methods
};

struct WriteSettings {
  bool replace = false;  ///< may replace an existing file
  int opset = 0;         ///< ai.onnx operator set; 0 = the model's own where that suffices
};

/// A model in memory: to look at, change, run and write. Not to be used by two threads at once;
/// several engines may be. Movable; a moved-from engine may only be assigned to or destroyed.
class Engine {
 public:
  /// Reads a model of any file format that pare knows, told by content. Errors:
  /// FailureKind::missing, corrupt, unsupported and others, all naming the file.
  [[nodiscard]] static Engine load(const std::filesystem::path& path,
                                   const EngineOptions& options = {});

  Engine(Engine&& other) noexcept;
  Engine& operator=(Engine&& other) noexcept;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  ~Engine();

  [[nodiscard]] ModelInfo inspect() const;
  /// Rewrites the graph without changing what it computes.
  OptimizeReport optimize();
  /// Applies a recipe (YAML, docs/methods.md): "steps: [{optimize: {}}, {quantize: {scheme:
  /// int8}}]". On failure the model is as it was. Errors: FailureKind::config for a wrong recipe;
  /// FailureKind::usage when it needs samples and none were given.
  CompressReport compress(std::string_view recipe, const CompressOptions& options = {});
  /// Writes the model; the file appears whole or not at all. The extension tells the format.
  void write(const std::filesystem::path& path, const WriteSettings& settings = {}) const;
  /// Runs the model once. Inputs in any order, each exactly once; results in the order of the
  /// model's outputs. Errors: FailureKind::usage for unknown, missing or wrong inputs;
  /// FailureKind::unsupported listing operators that pare lacks.
  [[nodiscard]] std::vector<Array> run(std::span<const InputArray> inputs);
  [[nodiscard]] std::vector<Array> run(std::initializer_list<InputArray> inputs) {
    return run(std::span<const InputArray>(inputs.begin(), inputs.size()));
  }

 private:
  struct State;
  explicit Engine(std::unique_ptr<State> state) noexcept;
  std::unique_ptr<State> state_;
};

/// What long work tells its caller.
struct ProgressReport {
  std::string stage;
  std::string detail;
  double done = 0;           ///< units finished
  double total = 0;          ///< units in all; 0 = unknown
  double seconds_left = -1;  ///< estimate; < 0 = unknown
};

/// A search for the least aggressive compression that meets the limits, as measured.
struct TuneRequest {
  std::filesystem::path model;
  std::filesystem::path output;    ///< where the result goes
  bool replace = false;            ///< may replace an existing output
  std::string data;                ///< judged on these samples: see docs/data.md
  std::string calibration;         ///< ranges come from these; empty: drawn from `data`
  std::string preprocess = "raw";  ///< preset or YAML file
  std::int64_t data_limit = 0;     ///< at most that many samples; 0 = all
  std::int64_t calibration_limit = 128;
  std::int64_t label_offset = 0;  ///< class index of the model minus label of the data
  std::string target = "native";  ///< "native" or "onnxruntime[:/path/of/library]"
  // The limits: at least one must be set.
  std::optional<double> min_accuracy;  ///< share, 0..1
  std::optional<double> max_drop;      ///< share of accuracy that may be lost, 0..1
  std::optional<double> max_latency_ms;
  std::optional<std::uint64_t> max_size_bytes;
  std::optional<double> max_size_share;  ///< of the original file, 0..1
  std::optional<std::uint64_t> max_memory_bytes;
  // How it searches.
  bool explore = false;              ///< go on behind the first candidate that meets the limits
  bool allow_slower = false;         ///< a candidate slower than a milder one may win
  double max_seconds = 0;            ///< no new candidate after that; 0 = no limit
  double measure_seconds = 2;        ///< timed runs per candidate
  std::int64_t quick_samples = 100;  ///< first stage of an evaluation; 0 = all samples at once
  int threads = 0;
  std::uint64_t seed = 0;
  std::filesystem::path study;  ///< database of finished trials; empty = none
  /// The program that measures candidates, each in a process of its own: an installed `pare`.
  /// Empty = this program, whose main() must then begin with measuring_child().
  std::filesystem::path measuring_program;
  /// Called from the working thread; false stops the search (FailureKind::interrupted).
  std::function<bool(const ProgressReport&)> progress;
};

/// One limit held against the chosen candidate.
struct TuneVerdict {
  std::string limit;  ///< "max_size"
  std::string unit;   ///< "share", "ms", "bytes"
  double wanted = 0;
  double got = 0;
  bool met = false;
};

struct TuneReport {
  bool met = false;    ///< whether every limit is met
  std::string chosen;  ///< name of the candidate that was written; empty when none was
  std::vector<TuneVerdict> verdicts;
  std::string record_json;  ///< the whole run
};

/// Searches and writes the result. Where nothing meets the limits the closest candidate is written
/// and `met` is false. Errors: FailureKind::usage without limits, and those of reading, data and
/// target.
[[nodiscard]] TuneReport tune(const TuneRequest& request);

/// To be called first in main() by programs that tune() with themselves as measuring program: when
/// this process was started to measure a candidate, does so and returns the exit code that main()
/// must return. Otherwise returns nothing at once.
[[nodiscard]] std::optional<int> measuring_child(int argc, char** argv);

}  // namespace v1
}  // namespace pare
