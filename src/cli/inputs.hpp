#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <memory>
#include <string>

#include "cli/console.hpp"
#include "data/dataset.hpp"
#include "data/preprocess.hpp"
#include "ir/graph.hpp"
#include "runtime/session.hpp"
#include "targets/target.hpp"

namespace pare {

/// Options that say which data are used, shared by verbs.
struct DataArguments {
  std::string data;
  std::string calib;
  std::string preprocess = "raw";
  std::string kind;
  std::int64_t limit = 0;
  std::int64_t calib_limit = 128;
  std::int64_t label_offset = 0;

  /// --data, --data-kind, --preprocess, --limit, --label-offset.
  void add_data(CLI::App& app, bool required);
  /// --calib, --calib-limit.
  void add_calibration(CLI::App& app);

  [[nodiscard]] std::shared_ptr<const Dataset> open_data(std::uint64_t seed) const;
  /// The calibration samples: of --calib, or drawn from --data.
  [[nodiscard]] std::shared_ptr<const Dataset> open_calibration(std::uint64_t seed) const;
};

/// Reads a model and refuses it when pare lacks operators, listing all of them.
Model read_checked(const std::string& path);

/// The graph inputs as ports.
std::vector<PortInfo> ports_of(const Graph& graph);

/// Inputs by "name=file.npy"; those not named are made up from the seed. `sizes` gives open
/// dimensions. Errors: Fault::usage for unknown names.
std::vector<Tensor> read_inputs(const std::vector<PortInfo>& ports,
                                const std::vector<std::string>& assignments,
                                const std::vector<std::string>& sizes, std::uint64_t seed);

/// "N=4" to a map. Fault::usage otherwise.
std::map<std::string, std::int64_t> parse_sizes(const std::vector<std::string>& sizes);

/// choose_target with the program's environment, and threads and tuning as the user wants them;
/// Fault::missing when the runtime is not here.
TargetChoice open_target(const std::string& text, const Console& console);

/// Adds --target.
void add_target(CLI::App& app, std::string& target);

}  // namespace pare
