#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compress/method.hpp"

namespace pare {

struct RecipeStep {
  std::string method;
  OptionMap options;
};

/// What to do to a model, in order. In YAML:
///   steps:
///     - optimize: {}
///     - quantize: {scheme: int8, calibration: mse}
struct Recipe {
  std::vector<RecipeStep> steps;

  /// Canonical YAML: equal recipes give equal text.
  [[nodiscard]] std::string yaml() const;
  /// "optimize + quantize int8 (mse)" for tables.
  [[nodiscard]] std::string summary() const;
  [[nodiscard]] bool needs_calibration() const;
};

/// Errors: Fault::config with the line, for syntax, unknown methods and options.
Recipe parse_recipe(std::string_view yaml);

/// Applies the steps to `model`; a step's failure carries the step's name.
void run_recipe(Model& model, const Recipe& recipe, MethodContext& context);

}  // namespace pare
