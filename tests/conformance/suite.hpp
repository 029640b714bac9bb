#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace pare::conformance {

/// One case of the suite: a model, and sets of inputs with the outputs they must give.
struct Case {
  std::string category;  ///< folder above the case: "node", "simple" ...
  std::string name;      ///< "test_abs"
  std::filesystem::path model;
  std::vector<std::filesystem::path> data_sets;  ///< folders with input_k.pb and output_k.pb
  /// Cases without input files ("light" networks): the outputs, for inputs that count up.
  std::vector<std::filesystem::path> outputs;

  [[nodiscard]] std::string full_name() const { return category + "/" + name; }
};

struct Suite {
  std::vector<Case> cases;            ///< by full name
  std::vector<std::string> left_out;  ///< entries without a model, by full name
};

/// Every case below `root`: folders with model.onnx and test_data_set_k, and files x.onnx with
/// x_output_k.pb beside them. Fault::missing when `root` is no folder.
Suite find_cases(const std::filesystem::path& root);

enum class Status { passed, failed, unsupported, crashed, timed_out };
std::string_view to_string(Status status);

struct Outcome {
  Status status = Status::failed;
  std::string reason;                  ///< one line; empty when passed
  std::vector<std::string> operators;  ///< that pare lacks, when unsupported
  bool random = false;                 ///< draws random numbers
  std::string judged;                  ///< of a random case: by what
  double seconds = 0;
};

/// Runs one case in this process: through the optimised runtime and through the reference kernels.
/// Never throws.
Outcome run_case(const Case& c);

struct RunOptions {
  int jobs = 1;
  double timeout_seconds = 600;  ///< per case
};

/// Runs all cases in child processes, so that a crash or endless loop costs one case.
std::vector<Outcome> run_all(const std::vector<Case>& cases, const RunOptions& options);

}  // namespace pare::conformance
