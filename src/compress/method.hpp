#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/progress.hpp"
#include "compress/calibrate.hpp"
#include "compress/option.hpp"
#include "ir/pass.hpp"
#include "targets/target.hpp"

namespace pare {

enum class Needs : std::uint8_t { nothing, calibration };

/// What a method may use, and where it says what it did.
struct MethodContext {
  const OpRegistry& ops;
  TargetRules rules;                         ///< of the runtime the result is for
  const BatchSource* calibration = nullptr;  ///< unlabelled samples; null = none given
  ProgressSink progress;
  std::uint64_t seed = 0;
  /// Statistics already collected, by key; lets many recipes share one calibration pass.
  std::map<std::string, std::shared_ptr<const ActivationTable>>* cache = nullptr;
  std::string prefix;  ///< the steps before this one: the key of the graph's state
  /// The graph as it was before the first step that changes its numbers; null until then. Its
  /// constants share their bytes with the file.
  std::shared_ptr<const Graph> exact;
  std::string exact_prefix;        ///< the steps that made `exact`
  std::vector<std::string> notes;  ///< decisions a user should know
  std::vector<PassEvent> events;   ///< rewrites done and refused
};

/// One compression method: model in, model out. File compress/methods/<name>.cpp exports
/// `MethodDef method_<name>()`.
struct MethodDef {
  std::string name;
  std::string what;
  Needs needs_what = Needs::nothing;
  /// Where it depends on the options: whether such a step needs calibration samples.
  std::function<bool(const OptionMap&)> calibrates = {};
  bool rounds = false;    ///< changes the numbers of a model, not only its form
  std::string reference;  ///< paper or specification
  std::vector<OptionInfo> options;
  std::function<void(Model&, const OptionMap&, MethodContext&)> apply;
  std::function<void(const OptionMap&)> check;  ///< throws Fault::config for bad options

  /// Whether a step with these options needs calibration samples.
  [[nodiscard]] bool needs_samples(const OptionMap& given) const {
    return calibrates ? calibrates(given) : needs_what == Needs::calibration;
  }
  MethodDef& needs(Needs n) {
    needs_what = n;
    return *this;
  }
  MethodDef& needs_calibration_when(std::function<bool(const OptionMap&)> condition) {
    calibrates = std::move(condition);
    return *this;
  }
  MethodDef& rounding() {
    rounds = true;
    return *this;
  }
  MethodDef& source(std::string text) {
    reference = std::move(text);
    return *this;
  }
};

template <class Options>
MethodDef make_method(std::string name, std::string what, OptionTable<Options> table,
                      void (*apply)(Model&, const Options&, MethodContext&)) {
  MethodDef def;
  def.name = std::move(name);
  def.what = std::move(what);
  def.options = table.infos();
  def.check = [table](const OptionMap& given) { (void)table.parse(given); };
  def.apply = [table, apply](Model& model, const OptionMap& given, MethodContext& context) {
    apply(model, table.parse(given), context);
  };
  return def;
}

/// The text of option `name`, or `otherwise` when it is not given.
std::string option_text(const OptionMap& given, const std::string& name,
                        const std::string& otherwise);

/// Statistics of the float values of `graph` over the calibration samples, from the cache when
/// they were collected for the same state (`key`) before. Fault::usage without samples.
std::shared_ptr<const ActivationTable> cached_statistics(const Graph& graph, const std::string& key,
                                                         MethodContext& context);

/// Every method of the folder, by name.
const std::vector<MethodDef>& all_methods();
/// Fault::config listing the names when there is none of that name.
const MethodDef& find_method(std::string_view name);

}  // namespace pare
