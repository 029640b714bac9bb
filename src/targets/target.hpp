#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ir/graph.hpp"
#include "runtime/session.hpp"

namespace pare {

/// What targets need from layers they do not see; filled by who puts the program together (api,
/// cli, tests): TargetEnvironment{&op_registry(), read, optimize}.
struct TargetEnvironment {
  const OpRegistry* ops = nullptr;
  /// Reads a model of any known file format.
  Model (*read)(const std::filesystem::path&) = nullptr;
  /// The rewrites that the native target applies when it loads a model, as other runtimes do: a
  /// model is timed at what the target makes of it. May be nullptr: none.
  void (*optimize)(Graph&, const OpRegistry&) = nullptr;
};

struct TargetOptions {
  TargetEnvironment environment;
  int threads = 0;              ///< 0 = available_cores()
  std::string library;          ///< where the runtime's library is; "" = search
  bool reference_only = false;  ///< native: the reference kernel for every node
  /// native: no minimal filtering, which is faster and rounds more (docs/decisions/winograd.md).
  bool exact_convolutions = false;
  /// native: weights leave memory once kernels have packed them; inputs of other shapes make it
  /// read the file again, which must stay as it is.
  bool release_weights = false;
  bool profile = false;  ///< per-node times; slows the runs down
  TuningOptions tuning;  ///< native: how kernels are chosen
};

/// Whether a target can be used here.
struct TargetStatus {
  bool found = false;
  std::string version;
  std::string where;  ///< library path, or what was searched
  std::string note;
  std::vector<std::string> searched;  ///< places looked at, in order
};

/// What a target does with one node of a model.
struct Support {
  bool runs = false;         ///< can execute it at all
  bool accelerated = false;  ///< has a fast kernel for this form (for Q/DQ: runs as integers)
  std::string reason;
};

/// A model file loaded into a runtime.
class LoadedModel {
 public:
  virtual ~LoadedModel() = default;
  [[nodiscard]] virtual const std::vector<PortInfo>& inputs() const = 0;
  [[nodiscard]] virtual const std::vector<PortInfo>& outputs() const = 0;
  /// Inputs in the order of inputs().
  virtual std::vector<Tensor> run(const std::vector<Tensor>& inputs) = 0;
  /// As run, for models whose inputs or outputs are sequences or maps, where the target takes them;
  /// Fault::unsupported elsewhere.
  virtual std::vector<RuntimeValue> run_values(const std::vector<RuntimeValue>& inputs) {
    return values_of(run(tensors_of(inputs)));
  }
  /// Per-node times when TargetOptions::profile was set and the target can tell; else empty. No
  /// run may follow.
  virtual std::vector<StepInfo> profile() { return {}; }
};

/// What the target needs or forbids in a quantized model (formats.md §a.4, a.7).
struct TargetRules {
  bool int8_asymmetric_activations = true;
  bool unsigned_activations = true;
  bool needs_output_quantizer = true;  ///< Q on the output of Conv for integer execution
  /// On this CPU, products of 8-bit numbers saturate in 16 bits on their way: weights should keep
  /// to 7 bits.
  bool int8_products_saturate = false;
  /// A float Conv, ConvTranspose or Gemm between DQ and Q gets 8-bit weights from the runtime
  /// itself (one scale for all), unless its bias is computed: layers kept in float must prevent it.
  bool quantizes_float_layers = false;
  /// Takes 8-bit floats between Q and DQ for a group of integer operators, and then refuses it.
  bool mistakes_float8_groups = false;
  bool supports_float16 = true;  ///< runs f16 (may be by widening)
  bool supports_bfloat16 = true;
  std::int64_t newest_opset = 28;
  /// Operators that run on 8-bit integers between Q and DQ, besides products and convolutions.
  std::vector<std::string> int8_ops;
};

/// A place where models run. Folder targets/<name>/ exports `TargetDef target_<name>()`.
struct TargetDef {
  std::string_view name;
  std::string_view what;
  TargetRules rules;
  bool takes_library = false;  ///< "name:/path/of/library" is allowed
  TargetStatus (*status)(const TargetOptions&) = nullptr;
  /// Errors: Fault::missing when the runtime is not there, Fault::unsupported when it refuses the
  /// model (its message inside).
  std::unique_ptr<LoadedModel> (*load)(const std::filesystem::path& model,
                                       const TargetOptions&) = nullptr;
  Support (*supports)(const Node&, const TargetOptions&) = nullptr;
};

const std::vector<TargetDef>& all_targets();
struct TargetChoice {
  const TargetDef* target = nullptr;
  TargetOptions options;
};
/// Parses "native" or "onnxruntime:/path/libonnxruntime.so". Fault::usage lists the names.
TargetChoice choose_target(std::string_view text, const TargetEnvironment& environment = {});

}  // namespace pare
